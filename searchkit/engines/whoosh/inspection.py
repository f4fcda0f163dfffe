"""Everything that can be wrong with an index folder, looked for: what ``searchkit check`` finds.

Floor 4.  Pointers, sizes, checksums, the structure of every segment, ids, and for some documents
the postings against their texts.  Invariant: looking changes nothing, and whatever lies in the
folder ends in a ``Fault``, not in an exception.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ...errors import IndexIncompatible, IndexProblem
from . import generations, recount, storage, structure
from .faults import Unsound, reading
from .generations import CURRENT, MARKER, PREVIOUS, Generation, StoredFile, StoredSegment
from .leaf import Leaf
from .recount import Known
from .storage import sha256, size_of

_ROUNDS = 5
"""So often it is begun anew where a writer commits meanwhile."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one file; ``newest`` where the newest generation needs that file."""

    where: str
    what: str
    newest: bool = True


@dataclass(slots=True)
class Inspection:
    """What there is, what was looked at, and what is wrong with it.

    ``ids`` are those of the live documents of the newest generation, and ``known`` what the
    articles looked at say of themselves; ``catalogue`` is ``None`` where it cannot be read.
    """

    generation: str = ""
    files: int = 0
    size: int = 0
    segments: int = 0
    ids: set[str] = field(default_factory=set)
    known: list[Known] = field(default_factory=list)
    catalogue: bytes | None = None
    faults: list[Fault] = field(default_factory=list)

    def _say(self, where: str, what: str, newest: bool) -> None:
        self.faults.append(Fault(where, what, newest))


def inspect(path: Path, sample: int | None) -> Inspection:
    """Look at the whole index in ``path``, and at ``sample`` articles (``None``: all of them).

    Raises ``IndexNotFound``, and ``IndexIncompatible`` where another version wrote it.
    """
    with reading(path):
        generations.candidates(path)
    for _ in range(_ROUNDS):
        before = _pointers(path)
        found = _inspected(path, sample)
        if not found.faults or _pointers(path) == before:
            break
    return found


def faults_of(path: Path, generation: Generation) -> list[Fault]:
    """What is wrong with the files of ``generation``, which need not be published yet."""
    found = Inspection()
    _look_at(path, generation, found, set(), newest=True)
    return found.faults


def _pointers(path: Path) -> list[bytes]:
    return [_bytes_of(path / name) for name in (CURRENT, PREVIOUS)]


def _bytes_of(pointer: Path) -> bytes:
    """What a pointer file says; nothing where it cannot be read."""
    try:
        return storage.disk.read(pointer)
    except (OSError, Unsound):
        return b""


def _inspected(path: Path, sample: int | None) -> Inspection:
    found = Inspection()
    _tried(found, MARKER, True, lambda: _look_at_marker(path, found))
    newest = _generation(path, CURRENT, found)
    seen: set[str] = set()
    if newest is not None:
        found.generation, found.segments = newest.name, len(newest.segments)
        leaves = _look_at(path, newest, found, seen, newest=True)
        _look_at_ids(leaves, found)
        if not found.faults:
            _look_at_articles(leaves, sample, found)
        _tried(found, CURRENT, True, lambda: _take_catalogue(path, newest, found))
    if newest is None or newest.number > 1:
        before = _generation(path, PREVIOUS, found)
        if before is not None:
            _look_at(path, before, found, seen, newest=newest is None)
    return found


def _tried(found: Inspection, where: str, newest: bool, look: Callable[[], None]) -> bool:
    """Whether ``look`` came to its end; whatever it raises is a fault of ``where``."""
    try:
        look()
    except IndexIncompatible:
        raise
    except FileNotFoundError:
        found._say(where, "it is missing", newest)
    except OSError as error:
        found._say(where, (error.strerror or str(error)).lower(), newest)
    except (Unsound, IndexProblem) as error:
        found._say(where, str(error), newest)
    except Exception as error:  # noqa: BLE001 - bytes can go wrong in every way; it is told
        found._say(where, f"{type(error).__name__}: {error}", newest)
    else:
        return True
    return False


def _look_at_marker(path: Path, found: Inspection) -> None:
    if storage.disk.read(path / MARKER) != generations.marker():
        found._say(MARKER, "it is not what an index of this version has", False)


def _generation(path: Path, name: str, found: Inspection) -> Generation | None:
    """What the pointer file ``name`` describes; ``None`` where that cannot be told."""
    held: list[Generation] = []

    def look() -> None:
        data = storage.disk.read(path / name)
        held.append(Generation.from_bytes(data, path))
        if held[0].to_bytes() != data:
            found._say(name, "it is not written as searchkit writes it", name == CURRENT)

    _tried(found, name, name == CURRENT, look)
    return held[0] if held else None


def _look_at(
    path: Path, generation: Generation, found: Inspection, seen: set[str], *, newest: bool
) -> list[Leaf]:
    """Check the files of ``generation`` that were not ``seen`` yet; its segments, opened where
    they are sound."""
    folder = generations.store_folder(path, generation)
    whole = {}
    for file in generation.files():
        where = f"{generation.store}/{file.name}"
        if where not in seen:
            seen.add(where)
            found.files += 1
            found.size += file.size
            whole[file.name] = _look_at_bytes(folder, file, found, newest)
    leaves: list[Leaf] = []
    for stored in generation.segments:
        if whole.get(stored.file.name):

            def look(stored: StoredSegment = stored) -> None:
                leaves.append(_checked(folder, stored, found, newest))

            _tried(found, stored.file.name, newest, look)
    return leaves


def _look_at_bytes(folder: Path, file: StoredFile, found: Inspection, newest: bool) -> bool:
    """Whether the bytes of ``file`` are those that were written."""
    count = len(found.faults)

    def look() -> None:
        size = size_of(folder / file.name)
        if size != file.size:
            found._say(file.name, f"it has {size:,} bytes instead of {file.size:,}", newest)
        elif sha256(folder / file.name) != file.sha256:
            found._say(file.name, "its checksum does not fit: bytes have changed", newest)

    _tried(found, file.name, newest, look)
    return len(found.faults) == count


def _checked(folder: Path, stored: StoredSegment, found: Inspection, newest: bool) -> Leaf:
    leaf = Leaf(folder, stored)
    for what in structure.faults(leaf):
        found._say(stored.file.name, what, newest)
    return leaf


def _look_at_ids(leaves: list[Leaf], found: Inspection) -> None:
    """Every live id stands in one document."""
    for leaf in leaves:
        where = leaf.stored.file.name

        def look(leaf: Leaf = leaf, where: str = where) -> None:
            codes = leaf.column("id.codes")[leaf.live].tolist()
            terms = leaf.postings("id").terms.listed()
            ids = [terms[code - 1].decode() for code in codes]
            twice = found.ids.intersection(ids) or (len(set(ids)) < len(ids))
            if twice:
                found._say(where, "an article stands in it that stands elsewhere too", True)
            found.ids.update(ids)

        _tried(found, where, True, look)


def _look_at_articles(leaves: list[Leaf], sample: int | None, found: Inspection) -> None:
    """The postings of ``sample`` articles against their texts; of all, deleted ones too, for
    ``None``."""
    live = [np.flatnonzero(leaf.live).tolist() for leaf in leaves]
    if sample is None:
        chosen = [list(range(len(leaf))) for leaf in leaves]
    else:
        every = [(which, number) for which, held in enumerate(live) for number in held]
        drawn = sorted(secrets.SystemRandom().sample(every, min(sample, len(every))))
        chosen = [[n for which, n in drawn if which == at] for at in range(len(leaves))]
    for leaf, documents in zip(leaves, chosen, strict=True):
        where = leaf.stored.file.name

        def look(leaf: Leaf = leaf, documents: list[int] = documents, where: str = where) -> None:
            for what in recount.faults(leaf, documents, found.known):
                found._say(where, what, True)

        _tried(found, where, True, look)


def _take_catalogue(path: Path, newest: Generation, found: Inspection) -> None:
    found.catalogue = generations.read_catalogue(path, newest)


def leftovers(path: Path) -> Iterator[str]:
    """The files in the stores that neither generation names: what a crash left behind."""
    named: set[str] = set()
    for name in (CURRENT, PREVIOUS):
        try:
            generation = Generation.from_bytes(_bytes_of(path / name), path)
        except (Unsound, IndexProblem):
            continue
        named.update(f"{generation.store}/{file.name}" for file in generation.files())
    for file in sorted((path / generations.STORES).glob("*/*")):
        if f"{file.parent.name}/{file.name}" not in named:
            yield f"{file.parent.name}/{file.name}"
