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
from .sets import NO_MATCHES, Matches, Within, among

Numbers: TypeAlias = Mapping[Leaf, Sequence[int]]
"""Term numbers by leaf."""

_PART = 16
"""Scores of less than one in so many postings are worked out faster by themselves."""


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
        """Where the terms stand, of all documents or of the ascending ones ``wanted``."""
        numbers = self.numbers[leaf]
        if not len(numbers):
            return None
        postings = leaf.postings(self.postings)
        if len(numbers) == 1:
            here = postings.slice(numbers[0])
            documents, frequencies = postings.documents[here], postings.frequencies[here]
        else:
            spots = postings.spread(np.asarray(numbers))
            counts = np.bincount(
                postings.documents[spots], postings.frequencies[spots], minlength=len(leaf)
            )
            documents = (counts > 0).nonzero()[0].astype(np.int32)
            frequencies = counts.take(documents)
        if wanted is not None:
            at = Within(wanted, len(leaf)).places(documents)
            documents, frequencies = documents.take(at), frequencies.take(at)
        norms = leaf.norms(self.name, self.average).take(documents)
        return Occurrences(documents, frequencies, norms, self.factor)

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
            documents, scores = self._scored(leaf, wanted)
            return Matches(wanted.searchsorted(documents), scores)
        return among(self.evaluate(leaf), wanted, len(leaf))

    def _better_in_part(self, leaf: Leaf, count: int) -> bool:
        """Whether to work out only what is asked for, ``count`` documents, and not the whole list:
        it is too long to be kept, or much longer than that and may not be asked for again."""
        held = self.held[leaf]
        if held > self.lists.longest:
            return True
        return count * _PART < held and not self.lists.asked_again((leaf, self.key))

    def _scored(self, leaf: Leaf, wanted: Array | None, parts: Sequence[Part] = ()) -> Matches:
        found = [part.occurrences(leaf, wanted) for part in parts or self.parts]
        return word_scores([one for one in found if one is not None], len(leaf))

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
        documents, scores = self._scored(leaf, Within(wanted, len(leaf)))
        return Matches(wanted.searchsorted(documents), scores)

    def _scored(self, leaf: Leaf, within: Within | None) -> Matches:
        numbers = self.numbers[leaf]
        if not numbers:
            return NO_MATCHES
        postings = leaf.postings(self.postings)
        documents, counts = matching(postings, numbers, self.shape, within, len(leaf))
        norms = leaf.norms(self.name, self.average).take(documents)
        return Matches(documents, bm25(counts, norms, self.factor))

    def estimate(self, leaf: Leaf) -> int:
        postings = leaf.postings(self.postings)
        return min((postings.holding(n) for n in self.numbers[leaf]), default=0)

    def explain(self, leaf: Leaf, document: int) -> Reasons | None:
        scores = self.among(leaf, np.array([document], np.int32)).scores
        return [(self.label, float(scores[0]))] if len(scores) else None
