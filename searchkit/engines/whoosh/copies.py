"""A generation copied out of an index, to a folder or an archive, and back into one.

Floor 4.  What is copied is hashed on the way and must be what its manifest says.  Writers and
readers go on meanwhile: the files are opened all at once, and stay readable when their names are
gone.  Invariant: a copy has its name only when it is whole and on the disk.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, BinaryIO, Protocol, TypeAlias, cast

from ...errors import EngineError, IndexCorrupt, IndexExists, IndexProblem
from . import generations, storage
from .faults import Unsound, corrupt, reading, writing
from .generations import CURRENT, MARKER, PREVIOUS, STORES, Generation, StoredFile
from .inspection import faults_of
from .lock import WriterLock
from .regular import POINTER_BYTES
from .storage import make_folder, random_name

ARCHIVE = ".tar"
"""A copy whose name ends so is one file; any other is a folder, an index of its own."""

_BLOCK = 1 << 20
_ATTEMPTS = 50

Store: TypeAlias = Callable[[str, int, "Readable"], None]
"""Takes the name of a file, its size and its bytes."""


class Readable(Protocol):
    """What bytes are taken from."""

    def read(self, size: int = -1, /) -> bytes: ...


def copy_out(path: Path, target: Path) -> Generation:
    """Copy the newest generation of the index in ``path`` to ``target``, which must not exist.

    Raises ``IndexNotFound``, ``IndexCorrupt`` where it is damaged, ``IndexExists``,
    ``EngineError``.
    """
    with reading(path):
        generations.candidates(path)
    if storage.exists(target):
        taken = IndexExists(str(target))
        taken.args = (f"there already is something in {target}",)
        taken.hint = "name another place for the backup"
        raise taken
    temporary = target.with_name(f".{target.name}.{random_name()}.new")
    with ExitStack() as files, writing(target.parent):
        with reading(path):
            generation, opened = _opened(path, files)
        _check_room(target.parent, sum(file.size for file, _ in opened))
        try:
            with (
                _archive(temporary) if target.name.endswith(ARCHIVE) else _folder(temporary) as add
            ):
                for name, data in _described(generation):
                    add(name, len(data), io.BytesIO(data))
                for file, stream in opened:
                    add(_place(generation, file), file.size, _Hashed(path, file, stream))
            storage.disk.replace(temporary, target)
        except BaseException:
            remove(temporary)
            raise
        storage.disk.sync(target.parent)
    return generation


def copy_in(
    source: Path,
    path: Path,
    *,
    force: bool,
    lock_timeout: float,
    on_wait: Callable[[str], None] | None = None,
) -> Generation:
    """Make the copy ``source`` the newest generation of the index in ``path``.

    It is brought in beside whatever is there, inspected, and only then switched to; what was there
    is kept as the generation before.  Raises ``IndexExists`` where there is an index and not
    ``force``, ``IndexLocked``, ``IndexCorrupt`` for a damaged copy, ``EngineError``.
    """
    if generations.exists(path) and not force:
        taken = IndexExists(str(path))
        taken.hint = "restore into another folder with --index, or replace it with --force"
        raise taken
    with reading(source):
        described = generation_of(source)
    with writing(path):
        make_folder(path)
        _check_room(path, sum(file.size for file in described.files()))
        lock = WriterLock(path)
        lock.acquire(lock_timeout, on_wait)
        try:
            return _brought_in(source, path, described)
        finally:
            lock.release()


def _brought_in(source: Path, path: Path, described: Generation) -> Generation:
    base = _base(path)
    number = base.number + 1 if base else 1
    store = generations.new_store(path)
    folder = path / STORES / store
    generation = replace(described, number=number, name=f"{number}-{random_name()}", store=store)
    try:
        with reading(source):
            for file, stream in _files(source, described):
                _write(folder / file.name, _Hashed(source, file, stream))
        for fault in faults_of(path, generation):
            raise corrupt(source, f"{fault.where}: {fault.what}")
        generations.write_marker(path)
        generations.publish(path, generation, base)
    except BaseException:
        # What cannot be removed now, the next writer removes.
        with suppress(OSError):
            if generations.current_name(path) != generation.name:
                storage.remove_folder(folder)
        raise
    generations.prune(path)
    return generation


def generation_of(source: Path) -> Generation:
    """What the copy ``source`` holds.  Raises ``Unsound``, ``IndexIncompatible``, ``OSError``."""
    if source.is_dir():
        return Generation.from_bytes(storage.disk.read(source / CURRENT), source)
    with _members(source) as members:
        name, _, stream = next(members, ("", 0, io.BytesIO()))
        if name != CURRENT:
            raise Unsound("it does not begin as a backup does")
        return Generation.from_bytes(stream.read(POINTER_BYTES), source)


def verify(target: Path) -> None:
    """Read the copy ``target`` from the disk once more.  Raises ``IndexCorrupt``."""
    with reading(target):
        described = generation_of(target)
        for file, stream in _files(target, described):
            hashed = _Hashed(target, file, stream)
            while hashed.read(_BLOCK):
                pass


def _opened(path: Path, files: ExitStack) -> tuple[Generation, list[tuple[StoredFile, BinaryIO]]]:
    """The newest generation, and its files, all open at once."""
    for attempt in range(_ATTEMPTS):
        generation = generations.read(path, CURRENT) if attempt else _newest(path)
        if generation is None:
            continue
        folder = generations.store_folder(path, generation)
        try:
            return generation, [
                (file, files.enter_context(storage.disk.open(folder / file.name)))
                for file in generation.files()
            ]
        except FileNotFoundError:
            # A commit in between took their names away.
            if generations.current_name(path) == generation.name:
                raise
    raise EngineError(f"the index in {path} changes too fast to be copied")


def _newest(path: Path) -> Generation | None:
    """The newest generation; ``None`` where its files went while it was read."""
    name = generations.current_name(path)
    try:
        return generations.read(path, CURRENT)
    except IndexCorrupt:
        if generations.current_name(path) == name:
            raise
        return None


def _described(generation: Generation) -> Iterator[tuple[str, bytes]]:
    """The small files of a copy; the generation comes first, and stands for the one before too."""
    yield CURRENT, generation.to_bytes()
    yield PREVIOUS, generation.to_bytes()
    yield MARKER, generations.marker()


def _place(generation: Generation, file: StoredFile) -> str:
    return f"{STORES}/{generation.store}/{file.name}"


class _Hashed:
    """The bytes of ``file`` as they are read from ``stream``; at the end they must be those that
    it describes."""

    def __init__(self, where: Path, file: StoredFile, stream: Readable) -> None:
        self._where, self._file, self._stream = where, file, stream
        self._digest, self._size = hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        """Raises ``IndexCorrupt`` with the last bytes where they are not as described."""
        data = self._stream.read(_BLOCK if size < 0 else size)
        self._digest.update(data)
        self._size += len(data)
        whole = self._size == self._file.size
        if self._size > self._file.size or (not data and size and not whole):
            raise corrupt(self._where, f"{self._file.name} has not the size that it should")
        if whole and self._digest.hexdigest() != self._file.sha256:
            raise corrupt(self._where, f"{self._file.name}: its checksum does not fit")
        return data


@contextmanager
def _folder(temporary: Path) -> Iterator[Store]:
    """A folder to copy to, complete and on the disk at the end."""
    folders = {temporary}
    make_folder(temporary)

    def add(name: str, size: int, stream: Readable) -> None:
        file = temporary / name
        make_folder(file.parent)
        folders.update((file.parent, file.parent.parent))
        _write(file, stream)

    yield add
    for folder in sorted(folders, reverse=True):
        if folder.is_relative_to(temporary):
            storage.disk.sync(folder)


@contextmanager
def _archive(temporary: Path) -> Iterator[Store]:
    """An archive to copy to, complete and on the disk at the end."""
    with (
        storage.disk.create(temporary) as file,
        tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):

        def add(name: str, size: int, stream: Readable) -> None:
            member = tarfile.TarInfo(name)
            member.size, member.mode = size, 0o644
            archive.addfile(member, cast(IO[bytes], stream))

        yield add
    storage.disk.sync(temporary)


def _files(source: Path, generation: Generation) -> Iterator[tuple[StoredFile, Readable]]:
    """The files of the copy ``source``, one after the other.  Raises ``Unsound``."""
    wanted = {_place(generation, file): file for file in generation.files()}
    if source.is_dir():
        for name, file in wanted.items():
            with storage.disk.open(source / name) as opened:
                yield file, opened
        return
    with _members(source) as members:
        for name, size, stream in members:
            if name in (CURRENT, PREVIOUS, MARKER):
                continue
            known = wanted.pop(name, None)
            if known is None or size != known.size:
                raise Unsound(f"it has a file {name!r} that its generation does not name")
            yield known, stream
    if wanted:
        raise Unsound(f"it lacks {next(iter(wanted))}")


@contextmanager
def _members(source: Path) -> Iterator[Iterator[tuple[str, int, IO[bytes]]]]:
    """Name, size and bytes of every file in an archive.  Raises ``Unsound``."""
    try:
        with (
            storage.disk.open(source) as file,
            _Sparing(file) as sparing,
            tarfile.open(fileobj=sparing, mode="r:") as archive,
        ):
            yield _regular(archive)
    except (tarfile.TarError, EOFError, RecursionError) as error:
        raise Unsound(f"{source.name} is no backup ({error})") from error


def _regular(archive: tarfile.TarFile) -> Iterator[tuple[str, int, IO[bytes]]]:
    for member in archive:
        stream = archive.extractfile(member) if member.isreg() else None
        if stream is None:
            raise Unsound(f"it has {member.name!r}, which is no file")
        yield member.name, member.size, stream


class _Sparing(io.BufferedReader):
    """A file that is never read whole because its own headers say so."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(io.FileIO(os.dup(file.fileno()), "rb"))

    def read(self, size: int | None = -1) -> bytes:
        """Raises ``Unsound`` where far more is asked for than this module ever does."""
        if size is None or not 0 <= size <= max(_BLOCK, POINTER_BYTES):
            raise Unsound("it has a header that is too large")
        return super().read(size)


def _write(file: Path, stream: Readable) -> None:
    with storage.disk.create(file) as out:
        while data := stream.read(_BLOCK):
            out.write(data)
    storage.disk.sync(file)


def _base(path: Path) -> Generation | None:
    """The generation that a restored one replaces; ``None`` where none can be read."""
    try:
        return generations.read(path, CURRENT)
    except IndexProblem:
        return None


def _check_room(folder: Path, size: int) -> None:
    free = storage.disk.free(folder)
    if free < size:
        full = EngineError(f"no space left in {folder}: {size:,} bytes needed, {free:,} free")
        full.hint = "free some space, or name another place"
        raise full


def remove(target: Path) -> None:
    """Remove the copy ``target``, or what there is of it."""
    if storage.is_folder(target):
        storage.remove_folder(target)
    else:
        storage.discard(target)
