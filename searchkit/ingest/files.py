"""Opening files without being fooled: regular files only, never waiting, never too much.

Floor 2.  Invariant: whatever a path names (a pipe, a device, a link, a folder), opening it
here returns at once, and reading it takes no more memory than the limit.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path
from typing import Protocol

from ..errors import ArticleError

CHUNK = 65_536
"""Bytes asked for at a time when a stream is read piece by piece."""

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

_OPEN_FAULTS = {
    errno.ENOENT: "it vanished while it was being read",
    errno.ENOTDIR: "it vanished while it was being read",
    errno.EACCES: "it may not be read (permission denied)",
    errno.EPERM: "it may not be read (permission denied)",
    errno.ELOOP: "it is a symbolic link: only regular files are read",
    errno.ENXIO: "it is a socket or a device: only regular files are read",
    errno.ENAMETOOLONG: "its path is too long for this system",
    errno.EIO: "the disk cannot read it (input/output error)",
}

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


_MAGIC = (
    (b"PK\x03\x04", ".zip"),
    (b"\x1f\x8b", ".gz"),
    (b"BZh", ".bz2"),
    (b"\xfd7zXZ\x00", ".xz"),
)


class Readable(Protocol):
    """A stream of bytes: ``read(n)`` gives at most ``n`` of them, and none only at the end."""

    def read(self, size: int, /) -> bytes: ...


def kind_of(mode: int) -> str:
    """What a file that is not a regular one is, in words; ``mode`` as ``os.stat`` gives it."""
    return next((words for test, words in _KINDS if test(mode)), "something unknown")


def os_reason(error: OSError) -> str:
    """An operating system error as a sentence about the file."""
    known = _OPEN_FAULTS.get(error.errno or 0)
    return known or f"it cannot be read ({(error.strerror or str(error)).lower()})"


def in_words(size: int) -> str:
    """A number of bytes for people: ``5 MB``, ``800 bytes``."""
    if size < 100_000:
        return f"{size:,} bytes"
    return f"{size / 1e6:,.0f} MB" if size >= 10_000_000 else f"{size / 1e6:.3g} MB"


def too_large(size: int | None, limit: int) -> str:
    """The reason for refusing something above ``limit`` bytes; ``size`` if it is known."""
    known = "" if size is None else f" (it has {in_words(size)})"
    return f"larger than {in_words(limit)}{known}"


def packing_of(head: bytes) -> str:
    """The suffix that files of packed data starting with ``head`` have; empty for other data."""
    return next((suffix for magic, suffix in _MAGIC if head.startswith(magic)), "")


def open_regular(path: bytes | str | Path, key: str) -> io.FileIO:
    """Opens the regular file ``path``.  Raises ``ArticleError`` for ``key`` if it is none."""
    return open(_opened(path, key)[0], "rb", buffering=0)


def _opened(path: bytes | str | Path, key: str) -> tuple[int, int]:
    """The descriptor of a regular file, and its size."""
    try:
        number = os.open(path, _FLAGS)
    except OSError as error:
        raise ArticleError(key, None, os_reason(error)) from error
    status = os.fstat(number)
    if not stat.S_ISREG(status.st_mode):
        os.close(number)
        reason = f"it is {kind_of(status.st_mode)}: only regular files are read"
        raise ArticleError(key, None, reason)
    return number, status.st_size


def read_limited(stream: Readable, key: str, limit: int) -> bytes:
    """All of ``stream``.  Raises ``ArticleError`` as soon as it gives more than ``limit`` bytes."""
    pieces: list[bytes] = []
    left = limit + 1
    while left > 0 and (piece := stream.read(min(left, 16 * CHUNK))):
        pieces.append(piece)
        left -= len(piece)
    if left <= 0:
        raise ArticleError(key, None, too_large(None, limit))
    return b"".join(pieces)


def read_regular(path: bytes | str | Path, key: str, limit: int) -> bytes:
    """The bytes of a regular file.  Raises ``ArticleError`` if it is none, or above ``limit``."""
    number, size = _opened(path, key)
    try:
        if size > limit:
            raise ArticleError(key, None, too_large(size, limit))
        # One byte more than there is: fewer show that the end was reached.
        data = os.read(number, size + 1)
        if len(data) == size:
            return data
        with open(number, "rb", buffering=0, closefd=False) as stream:
            return data + read_limited(stream, key, limit - len(data))
    except OSError as error:
        raise ArticleError(key, None, os_reason(error)) from error
    finally:
        os.close(number)
