"""Which documents of a generation are copies of each other, as a file beside its segments.

Floor 4.  A file of columns: clusters by number, their members from the earliest on, and what the
next search for copies can go on from.
Invariant: a document is in one cluster at most, and a cluster has two documents at least.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...copies import CONTAINMENT, Copies, cluster_name
from ...likeness import LIKENESS_VERSION
from ...neighbours import MOST_TEXTS, Spread
from ..judged import NO_BASIS, Basis, Judged
from . import storage
from .columns import Array, ColumnFile, ColumnWriter, narrow, offsets, spans
from .faults import Unsound
from .generations import Generation, StoredFile, stored_file
from .leaf import Leaf
from .storage import random_name

_PERMILLE, _RULES = 1000, 3
_NARROW = frozenset({"first", "second"})


class Found(NamedTuple):
    """The clusters of a generation as columns: the ``numbers`` of clusters, ascending, whether
    each is ``exact``, where its members begin (``at``, and the end), and the number of the
    segment and the document of each member."""

    numbers: Array
    exact: Array
    at: Array
    segments: Array
    documents: Array


def write(folder: Path, found: Found, basis: Basis, threshold: float) -> StoredFile:
    """Write a new file of clusters into the store ``folder``; where that fails, there is none."""
    path = folder / f"copies-{random_name()}.bin"
    try:
        with ColumnWriter(path) as writer:
            rules = [LIKENESS_VERSION, round(_PERMILLE * threshold), basis.texts]
            writer.add("rules", np.array(rules, np.uint32))
            writer.add("numbers", found.numbers.astype(np.uint32))
            writer.add("exact", found.exact.astype(np.uint8))
            writer.add("at", narrow(found.at))
            writer.add("segments", narrow(found.segments))
            writer.add("documents", narrow(found.documents))
            writer.add("spread", narrow(basis.spread.times))
            writer.add("frequent", basis.spread.frequent.astype(np.uint32))
            for name, column in basis.judged.columns().items():
                writer.add(name, narrow(column) if name in _NARROW else column)
            writer.finish()
        return stored_file(path)
    except BaseException:
        storage.discard(path)
        raise


class Clusters:
    """The clusters among ``leaves``, all of a generation, as the file ``path`` says; none where
    that is ``None``.  Raises ``Unsound`` and ``KeyError`` where it says what cannot be."""

    def __init__(self, path: Path | None, leaves: Sequence[Leaf]) -> None:
        self._leaves = leaves
        self._file = ColumnFile(path) if path else None
        self.places: list[Array] = []
        """Of each leaf: the number of each document among all members, from 1 on; 0 for none."""
        if self._file is None:
            return
        self._numbers, self._exact = self._file.column("numbers"), self._file.column("exact")
        self._at = self._file.column("at").astype(np.int64)
        self._segments = self._file.column("segments").astype(np.int64)
        self._documents = self._file.column("documents").astype(np.int64)
        self._check()
        sizes = np.diff(self._at)
        self.cluster_of: Array = np.append(0, np.repeat(np.arange(1, len(sizes) + 1), sizes))
        """The cluster of each member, from 1 on, by its number."""

    @classmethod
    def of(cls, folder: Path, generation: Generation | None, leaves: Sequence[Leaf]) -> Clusters:
        """The clusters of ``generation``, whose store is ``folder``."""
        file = generation.copies if generation else None
        return cls(folder / file.name if file else None, leaves)

    def __len__(self) -> int:
        return len(self._numbers) if self._file is not None else 0

    def _check(self) -> None:
        at, members = self._at, len(self._documents)
        if len(at) != len(self._numbers) + 1 or len(self._exact) != len(self._numbers):
            raise Unsound("the clusters of copies are not as many as they should be")
        if at[0] != 0 or at[-1] != members or (np.diff(at) < 2).any():
            raise Unsound("the clusters of copies do not stand in a row")
        if len(self._segments) != members or (self._segments >= len(self._leaves)).any():
            raise Unsound("there are copies in segments that are not there")
        for which, leaf in enumerate(self._leaves):
            chosen = np.flatnonzero(self._segments == which)
            held = self._documents[chosen]
            if (held >= len(leaf)).any() or not leaf.live[held].all():
                raise Unsound("there are copies of documents that are not there")
            places = np.zeros(len(leaf), np.int32)
            places[held] = chosen + 1
            if np.count_nonzero(places) != len(held):
                raise Unsound("a document is a copy twice")
            self.places.append(places)

    def place(self, leaf: Leaf, document: int) -> int:
        """The number of one document among all members, 0 where it has no copies."""
        return int(self.places[self._leaves.index(leaf)][document]) if len(self) else 0

    def copies(self, leaf: Leaf, document: int, collapsed: Mapping[int, int]) -> Copies | None:
        """What a hit tells of its copies; ``collapsed`` says how many are not shown for it, by
        cluster."""
        place = self.place(leaf, document)
        if not place:
            return None
        cluster = int(self.cluster_of[place])
        others = [one for one in self._of(cluster) if one != (leaf, document)]
        forces = {_force(other, number) for other, number in others}
        return Copies(
            cluster_name(int(self._numbers[cluster - 1])),
            len(others),
            tuple(sorted(forces)),
            bool(self._exact[cluster - 1]),
            collapsed.get(cluster, 0),
        )

    def members(self, leaf: Leaf, document: int) -> tuple[str, ...]:
        """The ids of a document and its copies, the earliest first; none where it has none."""
        place = self.place(leaf, document)
        if not place:
            return ()
        return tuple(other.id(number) for other, number in self._of(int(self.cluster_of[place])))

    def _of(self, cluster: int) -> Iterator[tuple[Leaf, int]]:
        for member in range(self._at[cluster - 1], self._at[cluster]):
            yield self._leaves[self._segments[member]], int(self._documents[member])

    @property
    def threshold(self) -> float:
        """The share of a text that had to stand in another one."""
        if self._file is None:
            return CONTAINMENT
        return int(self._file.column("rules")[1]) / _PERMILLE

    def basis(self) -> Basis:
        """What another search can go on from; nothing where other rules held."""
        if self._file is None or self._file.column("rules")[0] != LIKENESS_VERSION:
            return NO_BASIS
        rules, spread = self._file.column("rules"), self._file.column("spread")
        if len(rules) != _RULES or len(spread) != MOST_TEXTS + 1:
            raise Unsound("what copies were found by is not told as it should be")
        frequent = self._file.column("frequent").astype(np.uint32, copy=False)
        times = Spread(spread.astype(np.int64), frequent)
        try:
            return Basis(Judged.of(self._file.column), int(rules[2]), times)
        except ValueError as error:
            raise Unsound(str(error)) from error

    def rows(self, clusters: Array) -> Found:
        """Some of the clusters, by their numbers among all, from 1 on."""
        chosen = clusters - 1
        starts, sizes = self._at[chosen], np.diff(self._at)[chosen]
        places = spans(starts, sizes)
        return Found(
            self._numbers[chosen],
            self._exact[chosen],
            offsets(sizes),
            self._segments[places],
            self._documents[places],
        )


def _force(leaf: Leaf, document: int) -> str:
    code = int(leaf.forces[document])
    return leaf.values("force")[code - 1] if code else ""
