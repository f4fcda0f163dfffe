"""What is other in the segments of a run than in the generation that it began with.

Floor 4.  Invariant: a document of a segment that was there before, and live, is what it was; one of
another segment may be what it was, too, but counts as other.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...changes import Change
from ...neighbours import Spread
from ..joined import change_of
from .columns import Array, Bools
from .layout import TEXT_NUMBERS
from .leaf import Leaf
from .signed import Signed, shingles


class Since:
    """The ``leaves`` of a generation, as they are before a run changes anything."""

    def __init__(self, leaves: Sequence[Leaf]) -> None:
        self._leaves = tuple(leaves)
        self._live = tuple(leaf.live.copy() for leaf in leaves)

    def places(self, leaves: Sequence[Leaf]) -> Array:
        """Where each of the leaves that there were stands among ``leaves``, -1 for nowhere."""
        now = {id(leaf): place for place, leaf in enumerate(leaves)}
        return np.array([now.get(id(leaf), -1) for leaf in self._leaves], np.int64)

    def change(self, signed: Signed, spread: Spread) -> Change:
        """The texts that have other documents than before, when shingles were ``spread``."""
        of, documents, numbers = self._lost(signed)

        def held(gone: Array) -> Array:
            return shingles(self._leaves, of[gone], documents[gone])[0]

        return change_of(signed, self._kept(signed), numbers, held, spread)

    def _kept(self, signed: Signed) -> Bools:
        """Which documents were there before, where they are now."""
        there = np.zeros(len(signed.leaves), np.bool_)
        places = self.places(signed.leaves)
        there[places[places >= 0]] = True
        return there[signed.leaf]

    def _lost(self, signed: Signed) -> tuple[Array, Array, Array]:
        """The documents that are no longer where they were: leaf, number, and that of the text."""
        none = np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint64)
        parts = [none]
        places = self.places(signed.leaves).tolist()
        for which, (leaf, live) in enumerate(zip(self._leaves, self._live, strict=True)):
            texts = leaf.column(TEXT_NUMBERS)
            lost = live & (texts != 0) & (~leaf.live if places[which] >= 0 else True)
            documents = np.flatnonzero(lost)
            parts.append((np.full(len(documents), which), documents, texts[documents]))
        of, documents, numbers = map(np.concatenate, zip(*parts, strict=True))
        return of, documents, numbers
