"""Reading files of an index that may be anything: bounded, regular files only, never waiting.

Floor 4.  A name may lead to a pipe, a device, a folder, a link or more bytes than there is memory
for.  Invariant: what is returned is bytes of a regular file, at most as many as were allowed;
``Unsound`` says what stands there instead.
"""

from __future__ import annotations

import errno
import mmap
import os
import stat
import zlib
from pathlib import Path
from typing import BinaryIO

from .faults import Unsound

POINTER_BYTES = 32 << 20
"""A pointer file is not larger: room for the numbers of two million deleted documents."""

CATALOGUE_BYTES = 1 << 32
"""An unpacked catalogue is not larger: some millions of entries."""

_RATIO, _FREE = 200, 1 << 20
"""Nothing honest is packed better than this, beyond so many bytes."""

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISSOCK, "a socket"),
)


def open_file(path: Path) -> BinaryIO:
    """The regular file ``path``, open for reading.  Raises ``Unsound`` and ``OSError``."""
    try:
        fd = os.open(path, _FLAGS)
    except OSError as error:
        # A link is refused as a loop, a socket as no device; a missing file stays one.
        if error.errno in (errno.ELOOP, errno.ENXIO, errno.ENODEV, errno.ENOTDIR):
            raise Unsound(f"{path.name} is no file") from error
        raise
    try:
        check(path, os.fstat(fd))
        return open(fd, "rb")
    except BaseException:
        os.close(fd)
        raise


def read_file(path: Path, most: int = POINTER_BYTES) -> bytes:
    """The bytes of the file ``path``, at most ``most``.  Raises ``Unsound`` and ``OSError``."""
    with open_file(path) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise Unsound(f"{path.name} has more than {most:,} bytes")
    return data


def map_file(path: Path) -> mmap.mmap:
    """The file ``path`` in memory, to be read also when it has no name any more.

    Raises ``Unsound``, for an empty file too, and ``OSError``.
    """
    with open_file(path) as file:
        if not os.fstat(file.fileno()).st_size:
            raise Unsound(f"{path.name} is empty")
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def inflated(data: bytes | mmap.mmap | memoryview, what: str, most: int) -> bytes:
    """The bytes that zlib made ``data`` of, at most ``most``.

    Raises ``Unsound``, for a bomb too: what is packed better than text can be.
    """
    allowed = min(most, len(data) * _RATIO + _FREE)
    unpacker = zlib.decompressobj()
    try:
        made = unpacker.decompress(data, allowed)
    except zlib.error as error:
        raise Unsound(f"{what} cannot be unpacked ({error})") from error
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise Unsound(f"{what} cannot be unpacked: it is cut short, or unpacks to too much")
    if unpacker.unused_data:
        raise Unsound(f"{what} has bytes behind its end")
    return made


def check(path: Path, seen: os.stat_result) -> None:
    """Raise ``Unsound`` unless what was ``seen`` of ``path`` is a regular file."""
    if not stat.S_ISREG(seen.st_mode):
        kind = next((name for fits, name in _KINDS if fits(seen.st_mode)), "a device")
        raise Unsound(f"{path.name} is {kind}, no file")
