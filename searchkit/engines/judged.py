"""What was found out about pairs of texts, so that it need not be found out again.

Floor 4.  Every engine keeps it with a generation.  Beside what two texts share stands what was
decided of them, and a number of the stored articles that stood for them: words alone do not tell
capitals, nor which article it was.
Invariant: texts ascend, and so do pairs; both depend on the live articles alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..likeness import Likeness
from ..neighbours import MOST_TEXTS, Spread
from ..tokens import Array

PARTS = len(Likeness._fields)
_HALF = 32


class Judged(NamedTuple):
    """Pairs of texts that may be copies.

    ``texts``    the numbers of those in any pair, ascending
    ``stories``  of each, the number of the article that stood for it
    ``first``, ``second``  of each pair, the places of both in ``texts``, the lower one first
    ``likeness``  of each pair, a row in the order of ``Likeness``
    ``agreed``   of each pair, whether they are copies, as 0 or 1
    """

    texts: Array
    stories: Array
    first: Array
    second: Array
    likeness: Array
    agreed: Array

    def places(self, texts: Array, stories: Array, first: Array, second: Array) -> Array:
        """Where each of some other pairs stands, told in the same way, -1 for nowhere."""
        if not len(self.first):
            return np.full(len(first), -1, np.int64)
        own = self.texts.searchsorted(texts)
        same = self.texts.take(own, mode="clip") == texts
        same &= self.stories.take(own, mode="clip") == stories
        known, asked = _keys(self.first, self.second), _keys(own[first], own[second])
        places = known.searchsorted(asked)
        found = known.take(places, mode="clip") == asked
        return np.where(found & same[first] & same[second], places, -1)

    def where(self, chosen: Array) -> Judged:
        """The ``chosen`` pairs, and the texts in them."""
        ends = self.first[chosen], self.second[chosen]
        used = np.zeros(len(self.texts), np.bool_)
        used[ends[0]] = used[ends[1]] = True
        places = np.cumsum(used) - 1
        return Judged(
            self.texts[used],
            self.stories[used],
            places[ends[0]],
            places[ends[1]],
            self.likeness[chosen],
            self.agreed[chosen],
        )

    def columns(self) -> dict[str, Array]:
        """All this as columns of numbers, by their names."""
        return {
            "texts": self.texts.astype(np.uint64),
            "stories": self.stories.astype(np.uint64),
            "first": self.first.astype(np.uint32),
            "second": self.second.astype(np.uint32),
            "likeness": self.likeness.astype(np.uint16).ravel(),
            "agreed": self.agreed.astype(np.uint8),
        }

    @classmethod
    def of(cls, column: Callable[[str], Array]) -> Judged:
        """What had these ``columns``.  Raises ``ValueError`` where that cannot be."""
        judged = cls(
            column("texts").astype(np.uint64, copy=False),
            column("stories").astype(np.uint64, copy=False),
            column("first").astype(np.int64),
            column("second").astype(np.int64),
            column("likeness").astype(np.uint16, copy=False).reshape(-1, PARTS),
            column("agreed"),
        )
        lengths = {len(judged.first), len(judged.second), len(judged.likeness), len(judged.agreed)}
        most = max(judged.first.max(initial=-1), judged.second.max(initial=-1))
        if (
            len(lengths) > 1
            or len(judged.stories) != len(judged.texts)
            or most >= len(judged.texts)
        ):
            raise ValueError("what is known of copies is of other pairs than it should be")
        return judged


NOTHING_JUDGED = Judged(
    np.empty(0, np.uint64),
    np.empty(0, np.uint64),
    np.empty(0, np.int64),
    np.empty(0, np.int64),
    np.empty((0, PARTS), np.uint16),
    np.empty(0, np.uint8),
)


class Basis(NamedTuple):
    """What a search for copies can go on from: what is ``judged``, of how many ``texts``, and how
    signed shingles are ``spread`` over them."""

    judged: Judged
    texts: int
    spread: Spread


NO_BASIS = Basis(
    NOTHING_JUDGED, 0, Spread(np.zeros(MOST_TEXTS + 1, np.int64), np.empty(0, np.uint32))
)


def story_number(blob: bytes) -> int:
    """A number for the stored article ``blob``."""
    return int.from_bytes(hashlib.blake2b(blob, digest_size=8).digest(), "little")


def _keys(first: Array, second: Array) -> Array:
    keys: Array = first.astype(np.int64) << _HALF | second.astype(np.int64)
    return keys
