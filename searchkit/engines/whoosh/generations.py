"""Generations on disk: what ``CURRENT`` says, and the one moment at which it changes.

Floor 4.  An index folder holds ``searchkit.index`` (what this folder is), ``CURRENT`` and
``PREVIOUS`` (each describes one whole generation), ``lock``, and ``stores/<random>/`` with the
files they name.  Whoosh's own table of contents, a pickle, is neither written nor read.
Invariant: a commit is the replacement of ``CURRENT``, and nothing a generation on disk names is
ever deleted.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

from ...analysis import ANALYSIS_VERSION
from ...errors import EngineError, IndexIncompatible, IndexNotFound, IndexProblem
from ...fields import SCHEMA_VERSION
from . import manifest, storage
from .faults import REBUILD, Unsound, corrupt
from .regular import CATALOGUE_BYTES, POINTER_BYTES, inflated
from .storage import make_folder, random_name, sha256, size_of, write_durably, write_new

FORMAT = 7
"""Raised whenever the layout of the folder or of a segment changes."""

MARKER, CURRENT, PREVIOUS, STORES = "searchkit.index", "CURRENT", "PREVIOUS", "stores"
_POINTERS = (f"{MARKER}.", f"{CURRENT}.", f"{PREVIOUS}.")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a store: its name, size in bytes and SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class StoredSegment:
    """A segment: ``documents`` counts deleted ones too; ``lengths`` are tokens by text field;
    ``deleted`` are document numbers, ascending."""

    id: str
    file: StoredFile
    documents: int
    lengths: dict[str, int]
    deleted: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Generation:
    """All there is to know about one state of the index.

    ``name`` is unique (number and random digits); ``articles`` counts live articles; ``copies``
    is the file of clusters, where there is anything to say of copies.
    """

    number: int
    name: str
    store: str
    articles: int = 0
    segments: tuple[StoredSegment, ...] = ()
    catalogue: StoredFile | None = None
    copies: StoredFile | None = None

    def files(self) -> tuple[StoredFile, ...]:
        """Every file this generation needs."""
        extra = [file for file in (self.catalogue, self.copies) if file]
        return (*(segment.file for segment in self.segments), *extra)

    def to_bytes(self) -> bytes:
        """The generation as JSON that carries its own SHA-256."""
        body = {
            "format": FORMAT,
            "schema": SCHEMA_VERSION,
            "analysis": ANALYSIS_VERSION,
            **asdict(self),
        }
        body["sha256"] = _digest(body)
        data = json.dumps(body, indent=1).encode() + b"\n"
        if len(data) > POINTER_BYTES:
            raise EngineError("too many documents are deleted: rebuild the index with --full")
        return data

    @classmethod
    def from_bytes(cls, data: bytes, path: Path) -> Generation:
        """Raises ``IndexIncompatible`` for another version, ``Unsound`` for damaged bytes."""
        body = manifest.parsed(data)
        for key, ours in (
            ("format", FORMAT),
            ("schema", SCHEMA_VERSION),
            ("analysis", ANALYSIS_VERSION),
        ):
            if body.pop(key, None) != ours:
                reason = f"the index in {path} was built by another version ({key} differs)"
                raise IndexIncompatible(str(path), reason, REBUILD)
        manifest.check(body)
        body["segments"] = tuple(
            StoredSegment(
                s["id"],
                StoredFile(**s["file"]),
                s["documents"],
                s["lengths"],
                tuple(s["deleted"]),
            )
            for s in body["segments"]
        )
        for name in ("catalogue", "copies"):
            body[name] = StoredFile(**body[name]) if body[name] else None
        return cls(**body)


_digest = manifest.digest


def exists(path: Path) -> bool:
    """Whether there is an index in ``path``, sound or not."""
    return storage.exists(path / CURRENT) or storage.exists(path / PREVIOUS)


def initialise(path: Path) -> None:
    """Make the folder and an empty first generation in it; foreign files stay."""
    make_folder(path)
    write_marker(path)
    first = Generation(1, f"1-{random_name()}", new_store(path))
    publish(path, first, None)


def marker() -> bytes:
    """What ``searchkit.index`` says."""
    return (json.dumps({"format": FORMAT, "engine": "whoosh"}) + "\n").encode()


def write_marker(path: Path) -> None:
    """Mark the folder as an index."""
    write_durably(path / MARKER, marker())


def new_store(path: Path) -> str:
    """The name of a new, empty store folder."""
    name = random_name()
    make_folder(path / STORES / name)
    storage.disk.sync(path)
    return name


def store_folder(path: Path, generation: Generation) -> Path:
    return path / STORES / generation.store


def read(path: Path, name: str) -> Generation:
    """The generation that the pointer file ``name`` describes, its files present in full size.

    Raises ``IndexCorrupt`` or ``IndexIncompatible``.
    """
    try:
        generation = Generation.from_bytes(storage.disk.read(path / name), path)
    except FileNotFoundError as error:
        raise corrupt(path, f"{name} is missing") from error
    except Unsound as error:
        raise corrupt(path, f"{name}: {error}") from error
    folder = store_folder(path, generation)
    for file in generation.files():
        try:
            size = size_of(folder / file.name)
        except FileNotFoundError as error:
            raise corrupt(path, f"{file.name} is missing") from error
        except Unsound as error:
            raise corrupt(path, str(error)) from error
        if size != file.size:
            raise corrupt(path, f"{file.name} has {size:,} bytes instead of {file.size:,}")
    return generation


def candidates(path: Path) -> tuple[str, str]:
    """The pointer files to try, newest first.  Raises ``IndexNotFound``."""
    if not exists(path):
        raise IndexNotFound(str(path))
    return (CURRENT, PREVIOUS)


def current_name(path: Path) -> str:
    """The name of the newest generation, or an empty string where ``CURRENT`` is unreadable."""
    try:
        return Generation.from_bytes(storage.disk.read(path / CURRENT), path).name
    except (FileNotFoundError, Unsound, IndexProblem):
        return ""


def stored_file(path: Path) -> StoredFile:
    """Sync ``path``, read it back, and describe it."""
    storage.disk.sync(path)
    return StoredFile(path.name, storage.disk.stat(path).st_size, sha256(path))


def outcome(path: Path, name: str) -> str:
    """In words, whether the generation ``name`` is the one on the disk, read there anew."""
    try:
        found = current_name(path)
        if found == name:
            storage.disk.sync(path)
    except OSError:
        return "whether this run was committed cannot be read; open the index to see"
    if not found:
        return "whether this run was committed cannot be told: CURRENT is damaged"
    if found == name:
        return "but this run was committed before that, and the index holds it"
    return "this run was not committed, and the index is as it was before"


def publish(path: Path, generation: Generation, base: Generation | None) -> None:
    """Make ``generation`` the current one and ``base`` the previous one.

    Every file of ``generation`` must already be on the disk.
    """
    storage.disk.sync(store_folder(path, generation))
    if base is not None or storage.exists(path / PREVIOUS):
        # What lies there without a base cannot be read, and is nothing to go back to.
        write_durably(path / PREVIOUS, (base or generation).to_bytes())
    write_durably(path / CURRENT, generation.to_bytes())


def supersede(path: Path, generation: Generation) -> None:
    """Make the current ``generation`` the previous one as well, so that none before it is left."""
    write_durably(path / PREVIOUS, generation.to_bytes())


def read_catalogue(path: Path, generation: Generation) -> bytes:
    """The catalogue committed with ``generation``; empty for a new index."""
    return catalogue_of(path, generation, open_catalogue(path, generation))


def open_catalogue(path: Path, generation: Generation) -> mmap.mmap | None:
    """The catalogue of ``generation`` as it lies on the disk, mapped, so that it can be read when
    the file is gone; ``None`` for a new index."""
    if generation.catalogue is None:
        return None
    return storage.disk.map(store_folder(path, generation) / generation.catalogue.name)


def catalogue_of(path: Path, generation: Generation, data: mmap.mmap | None) -> bytes:
    """What ``open_catalogue`` mapped, checked and unpacked.  Raises ``IndexCorrupt``."""
    if data is None or generation.catalogue is None:
        return b""
    if hashlib.sha256(data).hexdigest() != generation.catalogue.sha256:
        raise corrupt(path, f"{generation.catalogue.name}: its checksum does not fit")
    return inflated(data, generation.catalogue.name, CATALOGUE_BYTES)


def salvaged_catalogue(path: Path) -> bytes:
    """The newest catalogue that is still whole, whatever else is damaged or of another version;
    empty where there is none."""
    return _salvaged(path, CURRENT) or _salvaged(path, PREVIOUS)


def _salvaged(path: Path, name: str) -> bytes:
    """The catalogue that the pointer file ``name`` leads to; empty where it leads to none."""
    try:
        body = manifest.loaded(storage.disk.read(path / name))
        known = StoredFile(**body["catalogue"])
        # A name that leads elsewhere is none.
        where = path / STORES / Path(body["store"]).name / Path(known.name).name
        data = storage.disk.read(where, CATALOGUE_BYTES)
        whole = hashlib.sha256(data).hexdigest() == known.sha256
        return inflated(data, known.name, CATALOGUE_BYTES) if whole else b""
    except (OSError, ValueError, KeyError, TypeError):
        return b""


def write_catalogue(folder: Path, data: bytes) -> StoredFile:
    """Write ``data`` to a new catalogue file of the store ``folder``; where that fails, there is
    none."""
    path = folder / f"catalogue-{random_name()}.bin"
    write_new(path, zlib.compress(data, 1))
    try:
        return stored_file(path)
    except BaseException:
        storage.discard(path)
        raise


def prune(path: Path, unwanted: str = "") -> None:
    """Delete what no generation on disk names: leftovers of crashes and of older generations.

    Only inside ``stores`` and only temporary pointer files beside it: foreign files stay.  Where
    ``CURRENT`` cannot be read, nothing is deleted but the store ``unwanted``: what it named may
    hold articles that are nowhere else.
    """
    keep: dict[str, set[str] | None] = {}
    _keep_named(path / CURRENT, keep)
    readable = bool(keep)
    _keep_named(path / PREVIOUS, keep)
    if not readable:
        if unwanted:
            storage.remove_folder(path / STORES / unwanted)
        return
    for entry in storage.disk.listed(path):
        if entry.name.startswith(_POINTERS) and entry.name.endswith(".new"):
            storage.disk.unlink(Path(entry.path))
    for entry in storage.disk.listed(path / STORES):
        if entry.name not in keep:
            storage.remove(entry)
            continue
        names = keep[entry.name]
        if names is None:
            continue
        for inner in storage.disk.listed(Path(entry.path)):
            if inner.name not in names:
                storage.remove(inner)


def _keep_named(pointer: Path, keep: dict[str, set[str] | None]) -> None:
    """Add to ``keep`` the files of each store that ``pointer`` names; ``None`` is all of them,
    for a pointer that another version wrote."""
    try:
        data = storage.disk.read(pointer)
        store = str(manifest.loaded(data)["store"])
    except (FileNotFoundError, Unsound, KeyError):
        return
    try:
        generation = Generation.from_bytes(data, pointer.parent)
    except (IndexProblem, Unsound):
        keep[store] = None
        return
    names = keep.setdefault(store, set())
    if names is not None:
        names.update(file.name for file in generation.files())
