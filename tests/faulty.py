"""Disks that fail: put in the place of ``storage.disk`` by ``using``.

``Faulty`` counts operations and does something to the one it is told to: an error, half of its
bytes and then an error, or whatever a function does, such as killing the process.  ``Small`` has
room for so many bytes.  ``Recording`` keeps what was done, for ``power``.
"""

from __future__ import annotations

import errno
import mmap
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest

from searchkit.engines.whoosh import storage
from searchkit.engines.whoosh.regular import POINTER_BYTES
from searchkit.engines.whoosh.storage import Disk

WRITING = frozenset(
    "create write truncate close sync replace unlink mkdir rmdir allocate open_lock sign".split()
)
READING = frozenset("open block read map stat listed free".split())


@contextmanager
def using(disk: Disk) -> Iterator[None]:
    """Within, the engine's files lie on ``disk``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage, "disk", disk)
        yield


class Sound(Disk):
    """A disk that nothing happens to, and whose syncs cost nothing: the power stays on."""

    def sync(self, path: Path) -> None:
        path.lstat()


class Watched:
    """A file that is being written without a buffer, each operation told to its disk."""

    def __init__(self, disk: Told, path: Path) -> None:
        self._disk, self._path = disk, path
        self._file = open(path, "xb", buffering=0)  # noqa: SIM115 - closed by close

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        at = self._file.tell()

        def do(size: int) -> int:
            self._disk.wrote(self._path, at, bytes(view[:size]))
            return self._file.write(view[:size])

        return int(
            self._disk.tell("write", self._path, lambda: do(len(view)), lambda: do(len(view) // 2))
        )

    def truncate(self, size: int) -> int:
        def do() -> int:
            self._disk.resized(self._path, size)
            return self._file.truncate(size)

        return int(self._disk.tell("truncate", self._path, do))

    def seek(self, at: int) -> int:
        return self._file.seek(at)

    def tell(self) -> int:
        return self._file.tell()

    @property
    def closed(self) -> bool:
        return self._file.closed

    def close(self) -> None:
        if not self._file.closed:
            try:
                self._disk.tell("close", self._path, lambda: None)
            finally:
                self._file.close()

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Blocks:
    """A file that is being read, each block told to its disk."""

    def __init__(self, disk: Told, path: Path) -> None:
        self._disk, self._path = disk, path
        self._file = Disk.open(disk, path)

    def fileno(self) -> int:
        return self._file.fileno()

    def read(self, size: int) -> bytes:
        def short() -> bytes:
            data = self._file.read(size)
            return data[: len(data) // 2]

        return bytes(self._disk.tell("block", self._path, lambda: self._file.read(size), short))

    def __enter__(self) -> Blocks:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


class Told(Sound):
    """A disk that is told of every operation before it is done."""

    def tell(
        self, what: str, path: Path, do: Callable[[], Any], torn: Callable[[], Any] | None = None
    ) -> Any:
        """Do the operation ``what``; ``torn`` does half of it."""
        return do()

    def wrote(self, path: Path, at: int, data: bytes) -> None:
        """``data`` goes into the file ``path``."""

    def resized(self, path: Path, size: int) -> None:
        """The file ``path`` gets another size."""

    def create(self, path: Path) -> BinaryIO:
        return cast(BinaryIO, self.tell("create", path, lambda: Watched(self, path)))

    def sync(self, path: Path) -> None:
        self.tell("sync", path, lambda: Sound.sync(self, path))

    def replace(self, source: Path, target: Path) -> None:
        self.tell("replace", target, lambda: Disk.replace(self, source, target))

    def unlink(self, path: Path) -> None:
        self.tell("unlink", path, lambda: Disk.unlink(self, path))

    def mkdir(self, path: Path) -> None:
        self.tell("mkdir", path, lambda: Disk.mkdir(self, path))

    def rmdir(self, path: Path) -> None:
        self.tell("rmdir", path, lambda: Disk.rmdir(self, path))

    def allocate(self, path: Path, size: int) -> None:
        def do() -> None:
            with open(path, "xb") as file:
                file.truncate(size)

        self.tell("allocate", path, do)

    def open(self, path: Path) -> BinaryIO:
        return cast(BinaryIO, self.tell("open", path, lambda: Blocks(self, path)))

    def read(self, path: Path, most: int = POINTER_BYTES) -> bytes:
        def short() -> bytes:
            data = Disk.read(self, path, most)
            return data[: len(data) // 2]

        return bytes(self.tell("read", path, lambda: Disk.read(self, path, most), short))

    def map(self, path: Path) -> mmap.mmap:
        def short() -> mmap.mmap:
            with open(path, "rb") as file:
                half = os.fstat(file.fileno()).st_size // 2
                return mmap.mmap(file.fileno(), half, access=mmap.ACCESS_READ)

        return cast(mmap.mmap, self.tell("map", path, lambda: Disk.map(self, path), short))

    def stat(self, path: Path) -> os.stat_result:
        return cast(os.stat_result, self.tell("stat", path, lambda: Disk.stat(self, path)))

    def listed(self, folder: Path) -> list[os.DirEntry[str]]:
        return cast(
            "list[os.DirEntry[str]]", self.tell("listed", folder, lambda: Disk.listed(self, folder))
        )

    def free(self, folder: Path) -> int:
        return int(self.tell("free", folder, lambda: Disk.free(self, folder)))

    def open_lock(self, path: Path) -> int:
        return int(self.tell("open_lock", path, lambda: Disk.open_lock(self, path)))

    def sign(self, fd: int, data: bytes) -> None:
        self.tell("sign", Path("lock"), lambda: Disk.sign(self, fd, data))


class Faulty(Told):
    """Does ``act`` at the ``at``-th operation of the kinds ``counted``, from 1; 0 is never.

    ``act`` says whether the operation is ``torn``: half done before it fails (a read gives half
    and does not fail).  ``lasting`` has it happen at every later operation too.
    """

    def __init__(
        self,
        at: int,
        act: Callable[[], None] = lambda: None,
        *,
        counted: frozenset[str] = WRITING,
        torn: bool = False,
        lasting: bool = False,
    ) -> None:
        self.at, self.act, self.counted = at, act, counted
        self.torn, self.lasting = torn, lasting
        self.seen: list[str] = []

    def tell(
        self, what: str, path: Path, do: Callable[[], Any], torn: Callable[[], Any] | None = None
    ) -> Any:
        if what not in self.counted:
            return do()
        self.seen.append(what)
        number = len(self.seen)
        if number == self.at or (self.lasting and 0 < self.at < number):
            if self.torn and torn is not None:
                half = torn()
                if what in READING:
                    return half
            self.act()
        return do()


def fails(code: int) -> Callable[[], None]:
    """What raises the error ``code`` of the operating system."""

    def act() -> None:
        raise OSError(code, os.strerror(code))

    return act


class Small(Told):
    """A disk with room for ``room`` bytes more; what is removed makes room again."""

    def __init__(self, room: int) -> None:
        self.room = room

    def _take(self, size: int) -> None:
        if size > self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.room -= size

    def wrote(self, path: Path, at: int, data: bytes) -> None:
        self._take(max(0, at + len(data) - path.stat().st_size))

    def resized(self, path: Path, size: int) -> None:
        self._take(size - path.stat().st_size)

    def allocate(self, path: Path, size: int) -> None:
        self._take(size)
        super().allocate(path, size)

    def replace(self, source: Path, target: Path) -> None:
        gone = target.stat().st_size if target.exists() else 0
        super().replace(source, target)
        self.room += gone

    def unlink(self, path: Path) -> None:
        gone = path.lstat().st_size
        super().unlink(path)
        self.room += gone

    def free(self, folder: Path) -> int:
        return self.room
