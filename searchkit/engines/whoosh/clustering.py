"""Finding the clusters of a generation before it is committed, over the signatures of all of it.

Floor 4.  Signatures say which texts may be copies, the texts themselves whether they are; what
was found out about two texts is kept, and not found out again.
Invariant: the clusters depend on the live articles alone: not on the order in which they came, on
the segments they lie in, or on what was committed before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...copies import cluster_number
from ...likeness import (
    SAMPLED,
    Likeness,
    StoryReader,
    are_copies,
    compared,
    promising,
)
from ...neighbours import Pairs, components, pairs
from .clusters import Clusters, Found, Judged, write
from .columns import Array, offsets, spans
from .faults import reading
from .generations import Generation, StoredFile
from .layout import HEADLINES, SHINGLES, SHINGLES_AT, TEXT_NUMBERS
from .leaf import Leaf

_PAIRS_AT_ONCE = 500
_TEXTS_AT_ONCE = 20_000
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


class _Signed(NamedTuple):
    """The documents that can have copies: the ``leaf`` of each, its number in it, the number of
    its text, a key of text and headline, its force, and the days it can be of (0: undated)."""

    leaves: Array
    documents: Array
    texts: Array
    keys: Array
    forces: Array
    first: Array
    last: Array


class Search(NamedTuple):
    """How copies are looked for: what is ``known`` of pairs of texts, and the least share that
    copies have in common."""

    known: Judged
    threshold: float

    @classmethod
    def after(
        cls,
        folder: Path,
        generation: Generation | None,
        leaves: Sequence[Leaf],
        threshold: float | None,
    ) -> Search:
        """The search that follows ``generation`` of the store ``folder``; ``None`` as a threshold
        leaves it as it was."""
        # What a rebuild replaces lies in another store, and has no part in it.
        before = Clusters.of(folder, generation if leaves else None, leaves)
        return cls(before.judged(), before.threshold if threshold is None else threshold)

    def written(self, folder: Path, leaves: Sequence[Leaf]) -> StoredFile | None:
        """The file of clusters among the live documents of ``leaves``, in the store ``folder``;
        none where no articles could be copies."""
        with reading(folder.parent.parent):
            clusters, judged = found(leaves, self.known, self.threshold)
        if not len(judged.first) and not len(clusters.numbers):
            return None
        return write(folder, clusters, judged, self.threshold)


def found(leaves: Sequence[Leaf], known: Judged, threshold: float) -> tuple[Found, Judged]:
    """The clusters among the live documents of ``leaves``, and what there is to know of pairs of
    their texts, of which some may be ``known``."""
    signed = _signed(leaves)
    chosen, node_of = _distinct(leaves, signed)
    nodes = _Signed(*(column[chosen] for column in signed))
    near = _candidates(leaves, nodes, threshold)
    judged = _judged(leaves, nodes, near, known)
    same = nodes.forces[near.first] == nodes.forces[near.second]
    agreed = are_copies(judged.likeness, same, _days(nodes, near), threshold)
    labels = components(near.first[agreed], near.second[agreed], len(chosen))
    return _columns(leaves, signed, labels[node_of]), judged


def _signed(leaves: Sequence[Leaf]) -> _Signed:
    forces: dict[str, int] = {"": 0}
    parts = []
    for which, leaf in enumerate(leaves):
        texts = leaf.column(TEXT_NUMBERS)
        chosen = np.flatnonzero(leaf.live & (texts != 0))
        of = [forces.setdefault(name, len(forces)) for name in ("", *leaf.values("force"))]
        parts.append(
            (
                np.full(len(chosen), which),
                chosen,
                texts[chosen],
                texts[chosen] ^ leaf.column(HEADLINES)[chosen] * _SPREAD,
                np.array(of)[leaf.forces[chosen]],
                leaf.when("first")[chosen],
                leaf.when("last")[chosen],
            )
        )
    if not parts:
        return _Signed(*(np.empty(0, np.int64) for _ in _Signed._fields))
    return _Signed(*map(np.concatenate, zip(*parts, strict=True)))


def _distinct(leaves: Sequence[Leaf], signed: _Signed) -> tuple[Array, Array]:
    """One document for each text, that of the lowest id, and the number of each document's text
    among them."""
    _, chosen, node_of, counts = np.unique(
        signed.texts, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.argsort(node_of, kind="stable")
    ends = np.cumsum(counts)
    for node in np.flatnonzero(counts > 1).tolist():
        equal = order[ends[node] - counts[node] : ends[node]].tolist()
        chosen[node] = min(equal, key=lambda number: _id(leaves, signed, number))
    return chosen, node_of


def _id(leaves: Sequence[Leaf], signed: _Signed, number: int) -> str:
    leaf = leaves[int(signed.leaves[number])]
    return leaf.id(int(signed.documents[number]))


def _candidates(leaves: Sequence[Leaf], nodes: _Signed, threshold: float) -> Pairs:
    """The pairs of ``nodes`` that may be copies."""
    near = pairs(*_shingles(leaves, nodes), threshold * SAMPLED)
    same = nodes.forces[near.first] == nodes.forces[near.second]
    days = _days(nodes, near)
    return near.where(promising(near.shorter, near.longer, same, days, threshold))


def _shingles(leaves: Sequence[Leaf], nodes: _Signed) -> tuple[Array, Array]:
    """The signed shingles of all ``nodes``, end to end, and how many each has."""
    sizes = np.zeros(len(nodes.texts), np.int64)
    for which, leaf in enumerate(leaves):
        own = nodes.leaves == which
        sizes[own] = np.diff(leaf.column(SHINGLES_AT).astype(np.int64))[nodes.documents[own]]
    begins = offsets(sizes)
    shingles = np.empty(int(begins[-1]), np.uint32)
    for which, leaf in enumerate(leaves):
        at, column = leaf.column(SHINGLES_AT), leaf.column(SHINGLES)
        every = np.flatnonzero(nodes.leaves == which)
        for start in range(0, len(every), _TEXTS_AT_ONCE):
            own = every[start : start + _TEXTS_AT_ONCE]
            held = column[spans(at[nodes.documents[own]], sizes[own])]
            shingles[spans(begins[own], sizes[own])] = held
            leaf.forget()
    return shingles, sizes


def _days(nodes: _Signed, near: Pairs) -> Array:
    """How many days lie between two articles at least, -1 where one is undated."""
    one, other = near.first, near.second
    apart = np.maximum(
        nodes.first[other] - nodes.last[one], nodes.first[one] - nodes.last[other]
    ).astype(np.int64)
    dated = (nodes.first[one] > 0) & (nodes.first[other] > 0)
    days: Array = np.where(dated, np.maximum(apart, 0), -1)
    return days


def _judged(leaves: Sequence[Leaf], nodes: _Signed, near: Pairs, known: Judged) -> Judged:
    """What the texts of each of the pairs ``near`` share, in their order."""
    ends = nodes.keys[near.first], nodes.keys[near.second]
    first, second = np.minimum(*ends), np.maximum(*ends)
    places = known.places(first, second)
    likeness = np.zeros((len(places), len(Likeness._fields)), np.int64)
    found = places >= 0
    likeness[found] = known.likeness[places[found]]
    for number, one in _compared(leaves, nodes, near, np.flatnonzero(~found)):
        likeness[number] = one
    return Judged(first, second, likeness)


def _compared(
    leaves: Sequence[Leaf], nodes: _Signed, near: Pairs, chosen: Array
) -> Iterator[tuple[int, Likeness]]:
    """The likeness of the ``chosen`` pairs, each with its number."""
    # Texts that are compared with each other are read together, and let go of together.
    labels = components(near.first[chosen], near.second[chosen], len(nodes.texts))
    order = chosen[np.argsort(labels[near.first[chosen]], kind="stable")]
    reader = StoryReader()
    for start in range(0, len(order), _PAIRS_AT_ONCE):
        part = order[start : start + _PAIRS_AT_ONCE]
        first, second = near.first[part].tolist(), near.second[part].tolist()
        wanted = sorted({*first, *second})
        articles = [leaves[nodes.leaves[n]].article(int(nodes.documents[n])) for n in wanted]
        held = dict(zip(wanted, reader.stories(articles), strict=True))
        for number, one, other in zip(part.tolist(), first, second, strict=True):
            yield number, compared(held[one], held[other])
        for leaf in leaves:
            leaf.forget()


def _columns(leaves: Sequence[Leaf], signed: _Signed, labels: Array) -> Found:
    """The clusters: documents of one label, where there are several."""
    sizes = np.bincount(labels, minlength=1)
    held = np.flatnonzero(sizes[labels] > 1) if len(labels) else labels
    clusters: dict[int, list[int]] = {}
    for number, label in zip(held.tolist(), labels[held].tolist(), strict=True):
        clusters.setdefault(label, []).append(number)
    rows = []
    for members in clusters.values():
        ids = {number: _id(leaves, signed, number) for number in members}
        members.sort(key=lambda number: (_published(leaves, signed, number), ids[number]))
        exact = len({int(signed.texts[number]) for number in members}) == 1
        rows.append((cluster_number(list(ids.values())), min(ids.values()), exact, members))
    rows.sort()
    chosen = np.array([number for *_, members in rows for number in members], np.int64)
    return Found(
        np.array([row[0] for row in rows], np.uint32),
        np.array([row[2] for row in rows], np.uint8),
        offsets(np.array([len(row[3]) for row in rows], np.int64)),
        signed.leaves[chosen],
        signed.documents[chosen],
    )


def _published(leaves: Sequence[Leaf], signed: _Signed, number: int) -> int:
    """Ascending from the earliest on, undated last."""
    return int(leaves[signed.leaves[number]].oldest[signed.documents[number]])
