"""The documents that can have copies, and the texts they have, as arrays over all segments.

Floor 4.  Documents of equal texts are one text to all that looks for copies; the one with the
lowest id stands for it, since two that have the same words may yet differ in capitals and in days.
Invariant: texts are numbered by what their signatures say, so in one order whatever the segments.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from ...neighbours import Pairs, Texts
from .columns import Array, offsets, spans
from .layout import SHINGLES, SHINGLES_AT, TEXT_NUMBERS
from .leaf import Leaf

_AT_ONCE = 20_000
_ARTICLES_AT_ONCE = 50


class Signed:
    """The live documents of ``leaves`` that can have copies, by leaf and number.

    ``leaf``, ``document``  where each of them is
    ``text``    of each document, which of the texts it has
    ``numbers`` of each text, what its documents are signed with, ascending
    """

    def __init__(self, leaves: Sequence[Leaf]) -> None:
        self.leaves = leaves
        chosen, numbers = [np.empty(0, np.int64)], [np.empty(0, np.uint64)]
        for leaf in leaves:
            texts = leaf.column(TEXT_NUMBERS)
            chosen.append(np.flatnonzero(leaf.live & (texts != 0)))
            numbers.append(texts[chosen[-1]])
        sizes = [len(part) for part in chosen[1:]]
        self.leaf: Array = np.repeat(np.arange(len(leaves), dtype=np.int32), sizes)
        self.document: Array = np.concatenate(chosen).astype(np.int32)
        self.numbers, first, text = np.unique(
            np.concatenate(numbers), return_index=True, return_inverse=True
        )
        self.text: Array = text.astype(np.int32)
        self._first = first
        self._begins = offsets(np.array(sizes, np.int64))

    def of_leaf(self, which: int) -> slice:
        """Where the documents of one leaf stand among all."""
        return slice(int(self._begins[which]), int(self._begins[which + 1]))

    def find(self, numbers: Array) -> Array:
        """The texts that are signed with ``numbers``, -1 where there is none."""
        if not len(self.numbers):
            return np.full(len(numbers), -1, np.int64)
        at = self.numbers.searchsorted(numbers)
        at[self.numbers.take(at, mode="clip") != numbers] = -1
        return at

    def texts(self) -> Texts:
        """The texts to be compared by their signatures; any document of each has them."""
        owners, total = [], 0
        for which, leaf in enumerate(self.leaves):
            own = np.full(len(leaf), -1, np.int32)
            first = self._first[self.leaf[self._first] == which]
            own[self.document[first]] = self.text[first]
            owners.append(own)
            total += len(leaf.column(SHINGLES))

        def pieces() -> Iterator[tuple[Array, Array]]:
            for leaf, own in zip(self.leaves, owners, strict=True):
                at, column = leaf.column(SHINGLES_AT), leaf.column(SHINGLES)
                for start in range(0, len(leaf), _AT_ONCE):
                    bounds = at[start : start + _AT_ONCE + 1].astype(np.int64)
                    of = np.repeat(own[start : start + _AT_ONCE], np.diff(bounds))
                    yield column[bounds[0] : bounds[-1]], of
                    leaf.forget()

        def held(texts: Array) -> tuple[Array, Array]:
            chosen = self._first[texts]
            found, of = shingles(self.leaves, self.leaf[chosen], self.document[chosen])
            return found, texts[of]

        return Texts(len(self.numbers), total, pieces, held)

    @cached_property
    def _by_text(self) -> tuple[Array, Array]:
        """The documents by text, and where those of each begin."""
        sizes = np.bincount(self.text, minlength=len(self.numbers))
        return np.argsort(self.text, kind="stable"), offsets(sizes)

    def representatives(self, texts: Array) -> Array:
        """The document that stands for each of ``texts``: that of the lowest id."""
        order, at = self._by_text
        chosen: Array = self._first[texts]
        for place in np.flatnonzero(at[texts + 1] - at[texts] > 1).tolist():
            text = int(texts[place])
            equal = order[at[text] : at[text + 1]].tolist()
            chosen[place] = min(equal, key=self.id)
        return chosen

    def id(self, number: int) -> str:
        """The article id of one of the documents."""
        return self.leaves[int(self.leaf[number])].id(int(self.document[number]))

    def blobs(self, documents: Sequence[int]) -> Iterator[bytes]:
        """The stored articles of some of the documents."""
        for start in range(0, len(documents), _ARTICLES_AT_ONCE):
            for number in documents[start : start + _ARTICLES_AT_ONCE]:
                yield self.leaves[int(self.leaf[number])].blob(int(self.document[number]))
            # They lie far apart, and whole stretches around each are read with it.
            self.forget()

    def forget(self) -> None:
        """Let go of the memory of what was read of all segments."""
        for leaf in self.leaves:
            leaf.forget()

    def published(self, number: int) -> int:
        """Ascending from the earliest of the documents on, undated last."""
        return int(self.leaves[int(self.leaf[number])].oldest[self.document[number]])

    def circumstances(self, near: Pairs) -> tuple[Array, Array]:
        """Whether both texts of each pair are of one force, and how many days lie between them at
        least, -1 where one is undated."""
        ends = np.union1d(near.first, near.second)
        chosen = self.representatives(ends)
        force, start, last = (np.zeros(len(ends), np.int64) for _ in range(3))
        names: dict[str, int] = {"": 0}
        for which, leaf in enumerate(self.leaves):
            own = np.flatnonzero(self.leaf[chosen] == which)
            documents = self.document[chosen[own]]
            of = [names.setdefault(name, len(names)) for name in ("", *leaf.values("force"))]
            force[own] = np.array(of)[leaf.forces[documents]]
            start[own], last[own] = leaf.when("first")[documents], leaf.when("last")[documents]
        one, other = ends.searchsorted(near.first), ends.searchsorted(near.second)
        apart = np.maximum(start[other] - last[one], start[one] - last[other])
        dated = (start[one] > 0) & (start[other] > 0)
        return force[one] == force[other], np.where(dated, np.maximum(apart, 0), -1)


def shingles(leaves: Sequence[Leaf], of: Array, documents: Array) -> tuple[Array, Array]:
    """The signed shingles of some ``documents``, each ``of`` one of the leaves, and of which of
    these documents each is."""
    parts, owners = [np.empty(0, np.uint32)], [np.empty(0, np.int64)]
    for which, leaf in enumerate(leaves):
        own = np.flatnonzero(of == which)
        at = leaf.column(SHINGLES_AT)
        starts = at[documents[own]].astype(np.int64)
        sizes = at[documents[own] + 1].astype(np.int64) - starts
        parts.append(leaf.column(SHINGLES)[spans(starts, sizes)])
        owners.append(np.repeat(own, sizes))
    return np.concatenate(parts), np.concatenate(owners)
