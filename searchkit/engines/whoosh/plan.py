"""What a query is compiled to: small plans, each evaluated on one segment at a time.

Floor 4.  A plan answers for all documents or only for those ``within`` a set, which is how an
``All`` asks its parts, the rarest first.  Whoosh's own matchers answer the same nodes slowly
(``general``).  Invariant: the documents of ``Matches`` ascend, deleted ones included; each stands
there once, and all of them are ``within``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from .leaf import Leaf
from .nearness import Shape, matching
from .scoring import bm25
from .sets import NO_MATCHES, Matches, Within, chosen, score_at, total, union, unscored

Reasons: TypeAlias = list[tuple[str, float]]
Numbers: TypeAlias = Mapping[Leaf, Sequence[int]]
"""Term numbers by leaf."""


class Plan(ABC):
    """Something that matches documents of a leaf."""

    @abstractmethod
    def evaluate(self, leaf: Leaf, within: Within | None = None) -> Matches:
        """The matching documents, of all or of the ascending ones ``within``."""

    @abstractmethod
    def estimate(self, leaf: Leaf) -> int:
        """About how many documents match; cheap."""

    def explain(self, leaf: Leaf, document: int) -> Reasons | None:
        """What each part adds to the score of ``document``; ``None`` where it does not match."""
        return [] if _score(self, leaf, document) is not None else None


@dataclass(frozen=True, slots=True)
class Scored(Plan):
    """Any of the terms ``numbers`` of a field, scored as if they were one term.  ``name`` is the
    text field, ``postings`` that of its stems or surfaces."""

    name: str
    postings: str
    numbers: Numbers = field(repr=False)
    factor: float
    average: float
    label: str

    def evaluate(self, leaf: Leaf, within: Within | None = None) -> Matches:
        numbers = self.numbers[leaf]
        if not len(numbers):
            return NO_MATCHES
        postings = leaf.postings(self.postings)
        if len(numbers) == 1:
            here = postings.slice(numbers[0])
            documents, frequencies = postings.documents[here], postings.frequencies[here]
        else:
            spots = postings.spread(np.asarray(numbers))
            counts = np.bincount(
                postings.documents[spots], postings.frequencies[spots], minlength=len(leaf)
            )
            documents = np.flatnonzero(counts).astype(np.int32)
            frequencies = counts[documents]
        if within is not None:
            at = within.places(documents)
            documents, frequencies = documents.take(at), frequencies.take(at)
        norm = leaf.norms(self.name, self.average).take(documents)
        return Matches(documents, bm25(frequencies, norm, self.factor))

    def estimate(self, leaf: Leaf) -> int:
        postings = leaf.postings(self.postings)
        return sum(postings.holding(number) for number in self.numbers[leaf])

    def explain(self, leaf: Leaf, document: int) -> Reasons | None:
        score = _score(self, leaf, document)
        return None if score is None else [(self.label, score)]


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

    def evaluate(self, leaf: Leaf, within: Within | None = None) -> Matches:
        numbers = self.numbers[leaf]
        if not numbers:
            return NO_MATCHES
        postings = leaf.postings(self.postings)
        documents, counts = matching(postings, numbers, self.shape, within, len(leaf))
        norm = leaf.norms(self.name, self.average)[documents]
        return Matches(documents, bm25(counts.astype(np.float32), norm, self.factor))

    def estimate(self, leaf: Leaf) -> int:
        postings = leaf.postings(self.postings)
        return min((postings.holding(n) for n in self.numbers[leaf]), default=0)

    def explain(self, leaf: Leaf, document: int) -> Reasons | None:
        score = _score(self, leaf, document)
        return None if score is None else [(self.label, score)]


@dataclass(frozen=True, slots=True)
class Having(Plan):
    """Documents with a keyword value; no score."""

    name: str
    numbers: Numbers = field(repr=False)

    def evaluate(self, leaf: Leaf, within: Within | None = None) -> Matches:
        numbers = self.numbers[leaf]
        if not len(numbers):
            return NO_MATCHES
        postings = leaf.postings(self.name)
        documents = postings.documents[postings.slice(numbers[0])]
        if within is not None:
            documents = documents.take(within.places(documents))
        return unscored(documents)

    def estimate(self, leaf: Leaf) -> int:
        postings = leaf.postings(self.name)
        return sum(postings.holding(number) for number in self.numbers[leaf])


@dataclass(frozen=True, slots=True)
class Published(Plan):
    """Dated documents whose period overlaps the ordinals ``first`` to ``last``; no score."""

    first: int
    last: int

    def evaluate(self, leaf: Leaf, within: Within | None = None) -> Matches:
        first, last, dated = leaf.when("first"), leaf.when("last"), leaf.dated
        if within is not None:
            held = within.documents
            first, last, dated = first.take(held), last.take(held), dated.take(held)
        wanted = dated & (last >= self.first) & (first <= self.last)
        return chosen(wanted) if within is None else unscored(within.documents[wanted])

    def estimate(self, leaf: Leaf) -> int:
        return len(leaf) // 2


@dataclass(frozen=True, slots=True)
class All(Plan):
    """Documents of every part; the scores are added.  No parts: every document."""

    parts: tuple[Plan, ...]

    def evaluate(self, leaf: Leaf, within: Within | None = None) -> Matches:
        if not self.parts:
            return Everything().evaluate(leaf, within)
        rarest, *others = sorted(self.parts, key=lambda part: part.estimate(leaf))
        found = [rarest.evaluate(leaf, within)]
        for part in others:
            if not len(found[-1].documents):
                return NO_MATCHES
            found.append(part.evaluate(leaf, Within(found[-1].documents, len(leaf))))
        documents = found[-1].documents
        return Matches(documents, total(found, documents, len(leaf)))

    def estimate(self, leaf: Leaf) -> int:
        return min((part.estimate(leaf) for part in self.parts), default=len(leaf))

    def explain(self, leaf: Leaf, document: int) -> Reasons | None:
        lines = [part.explain(leaf, document) for part in self.parts]
        if any(line is None for line in lines):
            return None
        return [entry for line in lines for entry in line or ()]


@dataclass(frozen=True, slots=True)
class AtLeastOf(Plan):
    """Documents of at least ``minimum`` parts (1 or more); the scores are added."""

    minimum: int
    parts: tuple[Plan, ...]

    def evaluate(self, leaf: Leaf, within: Within | None = None) -> Matches:
        found = [part.evaluate(leaf, within) for part in self.parts]
        return union(found, len(leaf), self.minimum)

    def estimate(self, leaf: Leaf) -> int:
        total = sum(part.estimate(leaf) for part in self.parts)
        return min(total // self.minimum, len(leaf))

    def explain(self, leaf: Leaf, document: int) -> Reasons | None:
        lines = [part.explain(leaf, document) for part in self.parts]
        matching_lines = [line for line in lines if line is not None]
        if len(matching_lines) < self.minimum:
            return None
        return [entry for line in matching_lines for entry in line]


@dataclass(frozen=True, slots=True)
class Without(Plan):
    """Every document but those of ``part``; no score."""

    part: Plan

    def evaluate(self, leaf: Leaf, within: Within | None = None) -> Matches:
        unwanted = self.part.evaluate(leaf, within).documents
        wanted = np.ones(len(leaf), np.bool_)
        wanted[unwanted] = False
        if within is None:
            return chosen(wanted)
        return unscored(within.documents[wanted.take(within.documents)])

    def estimate(self, leaf: Leaf) -> int:
        return len(leaf) - self.part.estimate(leaf)


@dataclass(frozen=True, slots=True)
class Unscored(Plan):
    """The documents of ``part``, without their scores."""

    part: Plan

    def evaluate(self, leaf: Leaf, within: Within | None = None) -> Matches:
        return unscored(self.part.evaluate(leaf, within).documents)

    def estimate(self, leaf: Leaf) -> int:
        return self.part.estimate(leaf)


@dataclass(frozen=True, slots=True)
class Everything(Plan):
    """Every document; no score."""

    def evaluate(self, leaf: Leaf, within: Within | None = None) -> Matches:
        if within is None:
            return unscored(np.arange(len(leaf), dtype=np.int32))
        return unscored(within.documents)

    def estimate(self, leaf: Leaf) -> int:
        return len(leaf)


def _score(plan: Plan, leaf: Leaf, document: int) -> float | None:
    return score_at(
        plan.evaluate(leaf, Within(np.array([document], np.int32), len(leaf))), document
    )
