"""The wall: what Whoosh, numpy and the operating system raise becomes one of our errors.

Floor 4.  Invariant: nothing is swallowed; the original is always the ``__cause__``.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...errors import EngineError, IndexCorrupt, SearchkitError

REBUILD = "rebuild it with:  searchkit index --full"
REPAIR = "repair it with:  searchkit check --repair"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

_ELSEWHERE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.EEXIST, errno.ENOTDIR})


class Unsound(ValueError):
    """Bytes that cannot be what they should be; the text says what is wrong with which of them."""


def corrupt(path: Path, reason: str) -> IndexCorrupt:
    """The error for damaged bytes in the index at ``path``."""
    return IndexCorrupt(str(path), f"the index in {path} is damaged: {reason}", REPAIR)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Around everything that reads index files: whatever goes wrong there is damage.

    Memory running out and errors of the operating system other than a missing or shortened
    file are not damage and become ``EngineError``.
    """
    try:
        yield
    except (SearchkitError, MemoryError):
        raise
    except Unsound as error:
        raise corrupt(path, str(error)) from error
    except FileNotFoundError as error:
        raise corrupt(path, f"{_name(error)} is missing") from error
    except OSError as error:
        raise EngineError(f"cannot read the index in {path}: {_words(error)}") from error
    except Exception as error:
        raise corrupt(path, f"{type(error).__name__}: {error}") from error


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Around everything that writes index files."""
    try:
        yield
    except (SearchkitError, MemoryError):
        raise
    except OSError as error:
        if is_full(error):
            full = EngineError(f"no space left on the device for the index in {path}")
            full.hint = "free some space and run it again"
            raise full from error
        failed = EngineError(f"cannot write the index in {path}: {_words(error)}")
        if error.errno in _ELSEWHERE:
            failed.hint = "make that folder writable, or name another one with --index"
        raise failed from error
    except Exception as error:
        raise EngineError(
            f"writing the index in {path} failed: {type(error).__name__}: {error}"
        ) from error


def is_full(error: OSError) -> bool:
    """Whether there was no room on the disk."""
    return error.errno in _FULL


def _name(error: OSError) -> str:
    """The name of the file that an error is about."""
    name = error.filename
    return Path(os.fsdecode(name)).name if isinstance(name, str | bytes | Path) else "a file"


def _words(error: OSError) -> str:
    """An operating system error without its number: what is wrong, with which file."""
    where = f" ({os.fsdecode(error.filename)})" if isinstance(error.filename, str | bytes) else ""
    return f"{(error.strerror or str(error)).lower()}{where}"
