"""The disk: every touch of the engine on files, and what is made of it durably.

Floor 4.  ``disk`` is the one place through which files are made, written, synced, renamed,
removed, read and mapped; a test puts one in its place that fails, tears or records.  Invariant:
after ``write_durably`` or ``make_folder`` returns, what it made outlasts a power cut; only regular
files are read, and links at the end of a path are not followed.
"""

from __future__ import annotations

import hashlib
import mmap
import os
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR
from typing import BinaryIO

from . import regular
from .faults import Unsound

_HASH_BLOCK = 1 << 20


class Disk:
    """What the engine does to files, one method an operation.  All raise ``OSError``, and those
    that read raise ``Unsound`` where there is something else than a file."""

    def create(self, path: Path) -> BinaryIO:
        """The new file ``path``, open for writing; it must not exist."""
        return open(path, "xb")

    def sync(self, path: Path) -> None:
        """Force the bytes of a file, or the names in a folder, to the disk."""
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)

    def replace(self, source: Path, target: Path) -> None:
        """Give ``source`` the name ``target``, whatever had it before, at once."""
        os.replace(source, target)

    def unlink(self, path: Path) -> None:
        os.unlink(path)

    def mkdir(self, path: Path) -> None:
        os.mkdir(path)

    def rmdir(self, path: Path) -> None:
        os.rmdir(path)

    def allocate(self, path: Path, size: int) -> None:
        """The new file ``path`` of ``size`` bytes that mean nothing and have their room."""
        with self.create(path) as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
            else:
                file.write(bytes(size))

    def open(self, path: Path) -> BinaryIO:
        """The file ``path``, open for reading."""
        return regular.open_file(path)

    def read(self, path: Path, most: int = regular.POINTER_BYTES) -> bytes:
        """The bytes of the file ``path``.  Raises ``Unsound`` for more than ``most``."""
        return regular.read_file(path, most)

    def map(self, path: Path) -> mmap.mmap:
        """The file ``path`` in memory, read-only, to be read also when it has no name any more.

        Raises ``Unsound`` for an empty file too.
        """
        return regular.map_file(path)

    def stat(self, path: Path) -> os.stat_result:
        """What is known of ``path`` itself, also where it is a link."""
        return os.lstat(path)

    def listed(self, folder: Path) -> list[os.DirEntry[str]]:
        """What lies in ``folder``."""
        with os.scandir(folder) as entries:
            return list(entries)

    def free(self, folder: Path) -> int:
        """Bytes that may still be written to the file system of ``folder``."""
        seen = os.statvfs(folder)
        return seen.f_bavail * seen.f_frsize

    def open_lock(self, path: Path) -> int:
        """A descriptor of the lock file ``path``, made where there is none; no link is followed,
        since what it leads to would be written to."""
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)

    def sign(self, fd: int, data: bytes) -> None:
        """Write ``data`` to the beginning of the lock file ``fd``."""
        os.pwrite(fd, data, 0)


disk = Disk()
"""The disk in use; looked up at every operation."""


def random_name() -> str:
    """16 hexadecimal digits that no seeded generator can repeat."""
    return os.urandom(8).hex()


def write_durably(path: Path, data: bytes) -> None:
    """Replace ``path`` by ``data`` at once: after a crash it holds the old bytes or the new."""
    temporary = path.with_name(f"{path.name}.{random_name()}.new")
    try:
        write_new(temporary, data)
        disk.sync(temporary)
        disk.replace(temporary, path)
    except BaseException:
        discard(temporary)
        raise
    disk.sync(path.parent)


def write_new(path: Path, data: bytes) -> None:
    """Write the new file ``path``; where that fails, there is none."""
    try:
        with disk.create(path) as file:
            file.write(data)
    except BaseException:
        discard(path)
        raise


def discard(path: Path) -> None:
    """Remove the file ``path``, if there is one."""
    with suppress(FileNotFoundError):
        disk.unlink(path)


def exists(path: Path) -> bool:
    """Whether there is anything named ``path``, be it a link to nothing; a name that cannot be one
    is none."""
    try:
        disk.stat(path)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    return True


def is_folder(path: Path) -> bool:
    """Whether there is a folder ``path``, which is no link."""
    return exists(path) and S_ISDIR(disk.stat(path).st_mode)


def size_of(path: Path) -> int:
    """Bytes of the regular file ``path``.  Raises ``Unsound`` and ``OSError``."""
    try:
        found = disk.stat(path)
    except NotADirectoryError as error:
        raise Unsound(f"{path.name} is missing") from error
    regular.check(path, found)
    return found.st_size


def make_folder(path: Path) -> None:
    """Make the folder ``path`` and those above it; one that is there stays as it is."""
    if path.is_dir():
        return
    make_folder(path.parent)
    try:
        disk.mkdir(path)
    except FileExistsError:  # made in this moment by somebody else, or a file
        if not path.is_dir():
            raise
    disk.sync(path.parent)


def remove(entry: os.DirEntry[str]) -> None:
    """Remove a file, or a folder with everything in it; symbolic links are not followed."""
    if entry.is_dir(follow_symlinks=False):
        remove_folder(Path(entry.path))
    else:
        disk.unlink(Path(entry.path))


def remove_folder(folder: Path) -> None:
    """Remove ``folder`` and everything in it."""
    for entry in disk.listed(folder):
        remove(entry)
    disk.rmdir(folder)


def sha256(path: Path) -> str:
    """The SHA-256 of a file, read in blocks, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    with disk.open(path) as file:
        while block := file.read(_HASH_BLOCK):
            digest.update(block)
    return digest.hexdigest()
