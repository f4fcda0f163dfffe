"""Files: written durably, read through memory maps.

Floor 4.  A segment is one file, mapped whole when it is opened, so a reader goes on answering
after the file is unlinked.  Invariant: ``get`` on a mapped file touches no shared position, so
several threads can read one segment at once.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import hashlib
import io
import mmap
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from whoosh.filedb.compound import CompoundStorage
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile

_HASH_BLOCK = 1 << 20


def random_name() -> str:
    """16 hexadecimal digits that no seeded generator can repeat."""
    return secrets.token_hex(8)


class _View(io.RawIOBase):
    """A read-only file over part of a memory map."""

    def __init__(self, view: memoryview) -> None:
        self._view = view
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = (0, self._at, len(self._view))[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        piece = self._view[self._at : self._at + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


class MappedFile(StructFile):  # type: ignore[misc,unused-ignore]
    """Whoosh's structured file over a memory map, without the copy that ``BufferFile`` makes."""

    def __init__(self, view: memoryview, name: str) -> None:
        super().__init__(io.BufferedReader(_View(view), 4096), name=name)
        self.is_real = False  # so that arrays are read through read(), not through a descriptor
        self.view = view

    def get(self, position: int, length: int) -> bytes:
        return bytes(self.view[position : position + length])


class SegmentStorage(CompoundStorage):  # type: ignore[misc,unused-ignore]
    """The files inside one segment file, all mapped at once."""

    def __init__(self, path: Path) -> None:
        with open(path, "rb") as file:
            super().__init__(StructFile(file, name=path.name), use_mmap=False)
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._file = None

    def open_file(self, name: str, *args: Any, **kwargs: Any) -> MappedFile:
        offset, length = self.range(name)
        return MappedFile(memoryview(self._map)[offset : offset + length], name)

    def close(self) -> None:
        """Nothing to do: the map goes when the last view of it does."""


class StoreStorage(FileStorage):  # type: ignore[misc,unused-ignore]
    """The folder of one store, for writing one segment.

    Whoosh names its temporary files with the global ``random``; a folder of its own for each
    segment keeps them apart (retired when Whoosh names them from ``secrets``).  Whoosh leaves
    its files open when a write fails, so ``abandon`` closes them.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self._made: list[StructFile] = []
        self._temporary: list[StoreStorage] = []

    def create_file(self, name: str, *args: Any, **kwargs: Any) -> StructFile:
        file: StructFile = super().create_file(name, *args, **kwargs)
        self._made.append(file)
        return file

    def open_file(self, name: str, **kwargs: Any) -> StructFile:
        file: StructFile = super().open_file(name, **kwargs)
        self._made.append(file)
        return file

    def temp_storage(self, name: str | None = None) -> StoreStorage:
        folder = Path(self.folder) / f"{random_name()}.tmp"
        folder.mkdir()
        self._temporary.append(StoreStorage(folder))
        return self._temporary[-1]

    def finish(self) -> None:
        """Remove the temporary folders."""
        for temporary in self._temporary:
            shutil.rmtree(temporary.folder)
        self._temporary.clear()

    def abandon(self) -> None:
        """Close what is still open, without caring for what it could not write."""
        for storage in (self, *self._temporary):
            for file in storage._made:
                if not file.is_closed:
                    with suppress(OSError):
                        file.raw_file().close()


def sync_file(path: Path) -> None:
    """Force the bytes of ``path`` to the disk."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


sync_folder = sync_file
"""Force the names in a folder to the disk (a folder is synced like a file)."""


def write_durably(path: Path, data: bytes) -> None:
    """Replace ``path`` by ``data`` at once: after a crash it holds the old bytes or the new."""
    temporary = path.with_name(f"{path.name}.{random_name()}.new")
    try:
        with open(temporary, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sha256(path: Path) -> str:
    """The SHA-256 of a file, read in blocks, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(_HASH_BLOCK):
            digest.update(block)
    return digest.hexdigest()
