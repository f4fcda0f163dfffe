"""``-o FILE``: what would go to standard output goes to a file, whole or not at all.

Floor 8.  It is written beside the file, which it replaces when the command has ended; where that
fails the file is as it was.  Invariant: standard output is what it was before, however it ends.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def written_to(name: str) -> Iterator[None]:
    """Within, standard output is the file ``name``; for ``-`` or nothing it stays what it is.

    Raises ``OSError``, which names the file.
    """
    if name in ("", "-"):
        yield
        return
    import tempfile  # most runs write no file, and it takes time to import

    path = Path(name)
    try:
        if path.exists() and not path.is_file():  # a pipe or a device cannot be replaced
            with _output(os.open(path, os.O_WRONLY)):
                yield
            return
        number, beside = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror, name) from error
    try:
        with _output(number):
            yield
        os.chmod(beside, _mode(path))
        os.replace(beside, path.resolve())
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(beside)
        raise


@contextmanager
def _output(number: int) -> Iterator[None]:
    before = sys.stdout
    with open(number, "w", encoding="utf-8", newline="") as file:
        sys.stdout = file
        try:
            yield
        finally:
            sys.stdout = before


def _mode(path: Path) -> int:
    """The permissions of the file there is, or those of any new one."""
    with suppress(FileNotFoundError):
        return path.stat().st_mode & 0o7777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
