"""How close the words of a query stand to each other in the first hits.

Floor 4.  Two words typed one after the other are taken for one more word, which stands in a field
once for each place of the first, as 1 over the tokens to the nearest place of the second (S.
Buettcher, C. Clarke, B. Lushman, "Term Proximity Scoring for Ad-Hoc Retrieval on Very Large Text
Collections", SIGIR 2006), and which BM25F weighs as it does any: close in the headline counts most.
Invariant: what is added is never below 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ...fields import BY_NAME
from .columns import Array
from .compile import Compiler
from .layout import surfaces
from .leaf import Leaf
from .postings import Postings
from .scoring import saturated
from .sets import meet

WINDOW = 8
"""Words farther apart than so many tokens are not close."""

SHARE = 0.3
"""What two words side by side add, as a share of what the more common one would score."""

_PAIRS = 24
"""No more pairs than this are looked at."""

_FIELDS = ("title", "body")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two words asked one after the other, and what their closeness is worth."""

    first: str
    second: str
    telling: float

    @property
    def label(self) -> str:
        return f"{self.first} close to {self.second}"


def pairs(compiler: Compiler, words: Sequence[str]) -> list[Pair]:
    """The different neighbours among ``words`` that the index holds."""
    found = dict.fromkeys((a, b) for a, b in pairwise(words) if a != b)
    return [
        Pair(a, b, SHARE * min(compiler.idf_of(a), compiler.idf_of(b)))
        for a, b in list(found)[:_PAIRS]
    ]


def added(compiler: Compiler, leaf: Leaf, documents: Array, pair: Pair) -> Array:
    """What ``pair`` adds to the scores of ``documents`` (ascending) of ``leaf``."""
    weights = np.zeros(len(documents))
    for name in _FIELDS:
        postings = leaf.postings(surfaces(name))
        numbers = [
            compiler.number(leaf, surfaces(name), word) for word in (pair.first, pair.second)
        ]
        if min(numbers) < 0:
            continue
        near = _near(*(_places(postings, number, documents, len(leaf)) for number in numbers))
        if near is not None:
            held = np.bincount(near[0], near[1], minlength=len(documents))
            scales = leaf.scales(name, compiler.average(name)).take(documents)
            weights += BY_NAME[name].weight * held * scales
    return saturated(weights, pair.telling)


def _places(postings: Postings, number: int, documents: Array, size: int) -> Array:
    """The places of a term in ``documents``: which of them, times 2**32, and the position."""
    which, at = meet(documents, postings.held(number), size)
    if not len(which):
        return np.empty(0, np.int64)
    positions, counts = postings.places(number, at)
    positions += np.repeat(which.astype(np.int64) << 32, counts)
    return positions


def _near(first: Array, second: Array) -> tuple[Array, Array] | None:
    """For each place of ``first`` that has a place of ``second`` near it: which document, and 1
    over the tokens between the two."""
    if not len(first) or not len(second):
        return None
    after = second.searchsorted(first)
    behind = second.take(after, mode="clip") - first
    before = first - second.take(after - 1, mode="clip")
    distance = np.minimum(np.where(behind > 0, behind, WINDOW + 1), np.abs(before))
    close = (distance <= WINDOW).nonzero()[0]
    return first.take(close) >> 32, 1.0 / distance.take(close)


def reasons(
    compiler: Compiler, leaf: Leaf, document: int, words: Sequence[str]
) -> Iterator[tuple[str, float]]:
    """What each pair of ``words`` adds to one document."""
    for pair in pairs(compiler, words):
        amount = float(added(compiler, leaf, np.array([document], np.int32), pair)[0])
        if amount:
            yield pair.label, amount
