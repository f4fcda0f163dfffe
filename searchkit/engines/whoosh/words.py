"""Plans for words of a text: one word, words taken for one, words in order.

Floor 4.  A word is looked for in several fields and as stem and surface; what it scores in a
document is one number (``scoring.word_scores``), worked out once for each leaf and kept in
``lists``.  Invariant: every match scores above 0, by a word's frequencies and nothing else.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from .columns import Array
from .leaf import Leaf
from .lists import Lists
from .nearness import Shape, matching
from .plan import Plan, Reasons
from .scoring import Occurrences, bm25, word_scores
from .sets import NO_MATCHES, Matches, among, meet

Numbers: TypeAlias = Mapping[Leaf, Sequence[int]]
"""Term numbers by leaf."""

_LOOKED_FOR, _LOOK = 30_000, 16
"""What working out scores for some documents costs, and for each of them, in postings scored."""


@dataclass(frozen=True, slots=True)
class Part:
    """Any of the terms ``numbers`` of a field, counted as if they were one term.  ``name`` is the
    text field, ``postings`` that of its stems or surfaces."""

    name: str
    postings: str
    numbers: Numbers = field(repr=False)
    factor: float
    average: float
    label: str

    def occurrences(self, leaf: Leaf, wanted: Array | None) -> Occurrences | None:
        """Where the terms stand: documents or, among those ``wanted`` (ascending), places in it."""
        numbers = self.numbers[leaf]
        if not len(numbers):
            return None
        postings = leaf.postings(self.postings)
        if len(numbers) == 1:
            documents, frequencies = postings.counted(numbers[0])
        else:
            spread, counted = postings.spread(np.asarray(numbers))
            counts = np.bincount(spread, counted, minlength=len(leaf))
            documents = (counts > 0).nonzero()[0].astype(np.int32)
            frequencies = counts.take(documents)
        norms = leaf.norms(self.name, self.average)
        if wanted is None:
            return Occurrences(documents, frequencies, norms.take(documents), self.factor)
        places, at = meet(wanted, documents, len(leaf))
        norms = norms.take(documents.take(at))
        return Occurrences(places, frequencies.take(at), norms, self.factor)

    def holding(self, leaf: Leaf) -> int:
        """Postings of the terms, of deleted documents included."""
        return leaf.postings(self.postings).holding_any(self.numbers[leaf])


@dataclass(frozen=True, slots=True)
class Word(Plan):
    """Documents with any of ``parts``.  ``key`` tells it from every other word of the
    generation; ``held`` is how many postings its parts have in each leaf."""

    key: Hashable
    parts: tuple[Part, ...] = field(repr=False)
    held: Mapping[Leaf, int] = field(repr=False)
    lists: Lists = field(repr=False)

    positive = True

    def evaluate(self, leaf: Leaf) -> Matches:
        known = self.lists.get((leaf, self.key))
        if known is None:
            known = self._scored(leaf, None)
            self.lists.keep((leaf, self.key), known)
        return known

    def among(self, leaf: Leaf, wanted: Array) -> Matches:
        if self.lists.get((leaf, self.key)) is None and self._better_in_part(leaf, len(wanted)):
            return self._scored(leaf, wanted)
        return among(self.evaluate(leaf), wanted, len(leaf))

    def _better_in_part(self, leaf: Leaf, count: int) -> bool:
        """Whether to work out only what is asked for, ``count`` documents, and not the whole list:
        until that has cost as much as the list, and always where it is too long to be kept."""
        held = self.held[leaf]
        if min(held, len(leaf)) > self.lists.longest:
            return True
        cost = _LOOKED_FOR + _LOOK * count
        return cost < held and self.lists.spend((leaf, self.key), cost) < held

    def _scored(self, leaf: Leaf, wanted: Array | None, parts: Sequence[Part] = ()) -> Matches:
        found = [part.occurrences(leaf, wanted) for part in parts or self.parts]
        size = len(leaf) if wanted is None else len(wanted)
        return word_scores([one for one in found if one is not None], size)

    def estimate(self, leaf: Leaf) -> int:
        return self.held[leaf]

    def explain(self, leaf: Leaf, document: int) -> Reasons | None:
        wanted = np.array([document], np.int32)
        found = [(part.label, self._scored(leaf, wanted, (part,)).scores) for part in self.parts]
        return [(label, float(scores[0])) for label, scores in found if len(scores)] or None


@dataclass(frozen=True, slots=True)
class InOrder(Plan):
    """Documents of one text field in which the words of ``shape`` stand as it says, scored by how
    often they do.  ``numbers`` are the terms of the words, one each; none where one is missing."""

    name: str
    postings: str
    numbers: Numbers = field(repr=False)
    shape: Shape
    factor: float
    average: float
    label: str

    positive = True

    def evaluate(self, leaf: Leaf) -> Matches:
        return self._scored(leaf, None)

    def among(self, leaf: Leaf, wanted: Array) -> Matches:
        documents, scores = self._scored(leaf, wanted)
        return Matches(wanted.searchsorted(documents), scores)

    def _scored(self, leaf: Leaf, wanted: Array | None) -> Matches:
        numbers = self.numbers[leaf]
        if not numbers:
            return NO_MATCHES
        postings = leaf.postings(self.postings)
        documents, counts = matching(postings, numbers, self.shape, wanted, len(leaf))
        norms = leaf.norms(self.name, self.average).take(documents)
        return Matches(documents, bm25(counts, norms, self.factor))

    def estimate(self, leaf: Leaf) -> int:
        postings = leaf.postings(self.postings)
        return min((postings.holding(n) for n in self.numbers[leaf]), default=0)

    def explain(self, leaf: Leaf, document: int) -> Reasons | None:
        scores = self.among(leaf, np.array([document], np.int32)).scores
        return [(self.label, float(scores[0]))] if len(scores) else None
