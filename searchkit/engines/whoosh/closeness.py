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
from ..bm25 import CLOSE, WINDOW
from .columns import Array
from .compile import Compiler
from .layout import surfaces
from .leaf import Leaf
from .scoring import saturated
from .sets import meet

_PAIRS = 24
"""No more pairs than this are looked at."""

_FIELDS = ("title", "body")
_FIELD, _DOCUMENT = 56, (1 << 24) - 1
"""The bit from which on a place holds its field, and the bits of its document, moved down."""

_NOWHERE = np.empty(0, np.int64)


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
        Pair(a, b, CLOSE * min(compiler.idf_of(a), compiler.idf_of(b)))
        for a, b in list(found)[:_PAIRS]
    ]


def added(compiler: Compiler, leaf: Leaf, documents: Array, several: Sequence[Pair]) -> list[Array]:
    """What each of ``several`` pairs adds to the scores of ``documents`` (ascending) of
    ``leaf``."""
    scales = np.array(
        [
            BY_NAME[name].weight * leaf.scales(name, compiler.average(name)).take(documents)
            for name in _FIELDS
        ]
    )
    words = dict.fromkeys(word for pair in several for word in (pair.first, pair.second))
    places = {word: _places(compiler, leaf, documents, word) for word in words}
    return [
        saturated(_near(places[pair.first], places[pair.second], scales), pair.telling)
        for pair in several
    ]


def _places(compiler: Compiler, leaf: Leaf, documents: Array, word: str) -> Array:
    """The places of a word: the number of the field in ``_FIELDS``, which of ``documents``, and
    the position, as the bits of one number; ascending."""
    found = [_NOWHERE]
    for number, name in enumerate(_FIELDS):
        term = compiler.number(leaf, surfaces(name), word)
        if term < 0:
            continue
        postings = leaf.postings(surfaces(name))
        which, at = meet(documents, postings.held(term), len(leaf))
        if len(which):
            positions, counts = postings.places(term, at)
            homes = which.astype(np.int64) << 32 | number << _FIELD
            found.append(
                positions + (homes if len(homes) == len(positions) else homes.repeat(counts))
            )
    return np.concatenate(found) if len(found) > 2 else found[-1]


def _near(first: Array, second: Array, scales: Array) -> Array:
    """What the places of ``first`` that have a place of ``second`` near them weigh, by document."""
    size = scales.shape[1]
    if not len(first) or not len(second):
        return np.zeros(size)
    after = second.searchsorted(first)
    behind = second.take(after, mode="clip") - first
    before = np.abs(first - second.take(after - 1, mode="clip"))
    behind[behind <= 0] = WINDOW + 1
    distance = np.minimum(behind, before)
    close = (distance <= WINDOW).nonzero()[0]
    if not len(close):
        return np.zeros(size)
    homes = first.take(close) >> 32
    which = homes & _DOCUMENT
    weights = scales[homes >> (_FIELD - 32), which] / distance.take(close)
    return np.bincount(which, weights, minlength=size)


def reasons(
    compiler: Compiler, leaf: Leaf, document: int, words: Sequence[str]
) -> Iterator[tuple[str, float]]:
    """What each pair of ``words`` adds to one document."""
    several = pairs(compiler, words)
    amounts = added(compiler, leaf, np.array([document], np.int32), several)
    for pair, amount in zip(several, amounts, strict=True):
        if amount[0]:
            yield pair.label, float(amount[0])
