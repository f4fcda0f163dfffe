"""Plans for words of a text: one word, words taken for one, words in order.

Floor 4.  A word is looked for in several fields and as stem and surface; what it scores in a
document is one number (``scoring.word_scores``), worked out once for each leaf and kept in
``lists``.  Invariant: every match scores above 0, by a word's frequencies and nothing else.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np

from .columns import Array
from .leaf import Leaf
from .lists import Lists
from .nearness import Shape, matching
from .plan import Plan, Reasons
from .scoring import Occurrences, word_scores
from .sets import Matches, among, meet, union

Numbers: TypeAlias = Mapping[Leaf, Sequence[int]]
"""Term numbers by leaf."""

_LOOKED_FOR, _LOOK = 30_000, 16
"""What working out scores for some documents costs, and for each of them, in postings scored."""


class Standing(Protocol):
    """Where something stands in one text field."""

    @property
    def label(self) -> str: ...
    def occurrences(self, leaf: Leaf, wanted: Array | None) -> Occurrences | None: ...


@dataclass(frozen=True, slots=True)
class Part:
    """Any of the terms ``numbers`` of a field, counted as if they were one term.  ``name`` is the
    text field, ``postings`` that of its stems or surfaces."""

    name: str
    postings: str
    numbers: Numbers = field(repr=False)
    share: float
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
        scales = leaf.scales(self.name, self.average)
        if wanted is None:
            return Occurrences(documents, frequencies, scales.take(documents), self.share)
        places, at = meet(wanted, documents, len(leaf))
        scales = scales.take(documents.take(at))
        return Occurrences(places, frequencies.take(at), scales, self.share)

    def holding(self, leaf: Leaf) -> int:
        """Postings of the terms, of deleted documents included."""
        return leaf.postings(self.postings).holding_any(self.numbers[leaf])


@dataclass(frozen=True, slots=True)
class Run:
    """The words of ``shape`` in one text field, standing as it says.  ``numbers`` are the terms of
    the words, one each; none where one is missing."""

    name: str
    postings: str
    numbers: Numbers = field(repr=False)
    shape: Shape
    share: float
    average: float
    label: str

    def occurrences(self, leaf: Leaf, wanted: Array | None) -> Occurrences | None:
        """Where the words stand so; as of ``Part``."""
        numbers = self.numbers[leaf]
        if not numbers:
            return None
        postings = leaf.postings(self.postings)
        documents, counts = matching(postings, numbers, self.shape, wanted, len(leaf))
        scales = leaf.scales(self.name, self.average).take(documents)
        if wanted is not None:
            documents = wanted.searchsorted(documents)
        return Occurrences(documents, counts, scales, self.share)

    def estimate(self, leaf: Leaf) -> int:
        postings = leaf.postings(self.postings)
        return min((postings.holding(n) for n in self.numbers[leaf]), default=0)


def _scored(parts: Sequence[Standing], telling: float, leaf: Leaf, wanted: Array | None) -> Matches:
    """What ``parts`` score together, as one word: documents or places among those ``wanted``."""
    found = [part.occurrences(leaf, wanted) for part in parts]
    size = len(leaf) if wanted is None else len(wanted)
    return word_scores([one for one in found if one is not None], size, telling)


def _explained(
    parts: Sequence[Standing], telling: float, leaf: Leaf, document: int
) -> Reasons | None:
    """The score of a document, to each part by what it weighs."""
    wanted = np.array([document], np.int32)
    score = float(_scored(parts, telling, leaf, wanted).scores.sum())
    found = [(part.label, part.occurrences(leaf, wanted)) for part in parts]
    held = [(label, one) for label, one in found if one is not None and len(one.documents)]
    whole = sum(one.weights().item() for _, one in held)
    return [
        (f"{label}: {_times(one.frequencies.item())}", score * one.weights().item() / whole)
        for label, one in held
    ] or None


def _times(count: float) -> str:
    return "once" if count == 1 else f"{count:,.0f} times"


class Face(NamedTuple):
    """What is scored together, as one word: ``parts``, one for each field, with the idf
    ``telling``."""

    parts: tuple[Part, ...]
    telling: float


@dataclass(frozen=True, slots=True)
class Word(Plan):
    """Documents with any of ``faces``, such as a stem and the very surface; their scores are
    added.  ``key`` tells it from every other word of the generation; ``held`` is how many postings
    its parts have in each leaf."""

    key: Hashable
    faces: tuple[Face, ...] = field(repr=False)
    held: Mapping[Leaf, int] = field(repr=False)
    lists: Lists = field(repr=False)

    @property
    def positive(self) -> bool:
        return True

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

    def _scored(self, leaf: Leaf, wanted: Array | None) -> Matches:
        found = [_scored(face.parts, face.telling, leaf, wanted) for face in self.faces]
        return union(found, len(leaf) if wanted is None else len(wanted), positive=True)

    def _better_in_part(self, leaf: Leaf, count: int) -> bool:
        """Whether to work out only what is asked for, ``count`` documents, and not the whole list:
        until that has cost as much as the list, and always where it is too long to be kept."""
        held = self.held[leaf]
        if min(held, len(leaf)) > self.lists.longest:
            return True
        cost = _LOOKED_FOR + _LOOK * count
        return cost < held and self.lists.spend((leaf, self.key), cost) < held

    def estimate(self, leaf: Leaf) -> int:
        return self.held[leaf]

    def explain(self, leaf: Leaf, document: int) -> Reasons | None:
        found = [_explained(face.parts, face.telling, leaf, document) for face in self.faces]
        return [entry for lines in found for entry in lines or ()] or None


@dataclass(frozen=True, slots=True)
class Together(Plan):
    """Documents in which words stand together in any of several fields, scored as one word that
    stands there as often; ``telling`` is the idf of all of them."""

    parts: tuple[Run, ...]
    telling: float

    @property
    def positive(self) -> bool:
        return True

    def evaluate(self, leaf: Leaf) -> Matches:
        return _scored(self.parts, self.telling, leaf, None)

    def among(self, leaf: Leaf, wanted: Array) -> Matches:
        return _scored(self.parts, self.telling, leaf, wanted)

    def estimate(self, leaf: Leaf) -> int:
        return sum(part.estimate(leaf) for part in self.parts)

    def explain(self, leaf: Leaf, document: int) -> Reasons | None:
        return _explained(self.parts, self.telling, leaf, document)
