"""Which documents of a generation are copies of each other, as a file beside its segments.

Floor 4.  A file of columns: clusters by number, their members from the earliest on, and what was
found out about pairs of texts, so that it need not be found out again.
Invariant: a document is in one cluster at most, and a cluster has two documents at least.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...copies import CONTAINMENT, Copies, cluster_name
from ...likeness import LIKENESS_VERSION, Likeness
from . import storage
from .columns import Array, ColumnFile, ColumnWriter, narrow
from .faults import Unsound
from .generations import Generation, StoredFile, stored_file
from .leaf import Leaf
from .storage import random_name

_PARTS = len(Likeness._fields)
_PERMILLE = 1000


class Judged(NamedTuple):
    """What pairs of texts share: the keys of both, the lower one ``first``, and a row of
    ``likeness`` for each pair, in the order of ``Likeness``."""

    first: Array
    second: Array
    likeness: Array

    def places(self, first: Array, second: Array) -> Array:
        """Where each of some pairs stands, by its keys, -1 for nowhere."""
        count = len(self.first)
        lower, upper = np.append(self.first, first), np.append(self.second, second)
        # The order is stable: of equal pairs the one that is known comes before the one asked for.
        order = np.lexsort((upper, lower))
        lower, upper = lower[order], upper[order]
        same = (lower[1:] == lower[:-1]) & (upper[1:] == upper[:-1])
        before, after = order[:-1][same], order[1:][same]
        known = (before < count) & (after >= count)
        places = np.full(len(first), -1, np.int64)
        places[after[known] - count] = before[known]
        return places


NOTHING_JUDGED = Judged(
    np.empty(0, np.uint64), np.empty(0, np.uint64), np.empty((0, _PARTS), np.int64)
)


class Found(NamedTuple):
    """The clusters of a generation as columns: the ``numbers`` of clusters, ascending, whether
    each is ``exact``, where its members begin (``at``, and the end), and the number of the
    segment and the document of each member."""

    numbers: Array
    exact: Array
    at: Array
    segments: Array
    documents: Array


def write(folder: Path, found: Found, judged: Judged, threshold: float) -> StoredFile:
    """Write a new file of clusters into the store ``folder``; where that fails, there is none."""
    path = folder / f"copies-{random_name()}.bin"
    order = np.lexsort((judged.second, judged.first))
    try:
        with ColumnWriter(path) as writer:
            rules = [LIKENESS_VERSION, round(_PERMILLE * threshold)]
            writer.add("rules", np.array(rules, np.uint32))
            writer.add("numbers", found.numbers.astype(np.uint32))
            writer.add("exact", found.exact.astype(np.uint8))
            writer.add("at", narrow(found.at))
            writer.add("segments", narrow(found.segments))
            writer.add("documents", narrow(found.documents))
            writer.add("first", judged.first[order])
            writer.add("second", judged.second[order])
            writer.add("likeness", narrow(judged.likeness[order].ravel()))
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

    def judged(self) -> Judged:
        """What is known of pairs of texts; nothing where it was found out by other rules."""
        if self._file is None or self._file.column("rules")[0] != LIKENESS_VERSION:
            return NOTHING_JUDGED
        first, second = (self._file.column(name) for name in ("first", "second"))
        rows = self._file.column("likeness").reshape(-1, _PARTS)
        if not len(first) == len(second) == len(rows):
            raise Unsound("what is known of copies is of other pairs than it should be")
        return Judged(first.astype(np.uint64), second.astype(np.uint64), rows.astype(np.int64))


def _force(leaf: Leaf, document: int) -> str:
    code = int(leaf.forces[document])
    return leaf.values("force")[code - 1] if code else ""
