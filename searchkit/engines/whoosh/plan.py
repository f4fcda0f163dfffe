"""What a query is compiled to: small plans, each evaluated on one segment at a time.

Floor 4.  A plan answers for all documents or only for those ``wanted``, which is how an ``All``
asks its parts, the rarest first.  Whoosh's own matchers answer the same nodes slowly (``general``);
the plans for words stand in ``words``.  Invariant: the documents of ``Matches`` ascend, deleted
ones included, and each stands there once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from .columns import Array, Bools
from .leaf import Leaf
from .sets import NO_MATCHES, Matches, chosen, meet, union, unscored

Reasons: TypeAlias = list[tuple[str, float]]


class Plan(ABC):
    """Something that matches documents of a leaf."""

    __slots__ = ()

    @property
    def positive(self) -> bool:
        """Whether every match scores above 0."""
        return False

    @abstractmethod
    def evaluate(self, leaf: Leaf) -> Matches:
        """The matching documents."""

    @abstractmethod
    def among(self, leaf: Leaf, wanted: Array) -> Matches:
        """Which of the documents ``wanted`` (ascending) match, as places in ``wanted``."""

    @abstractmethod
    def estimate(self, leaf: Leaf) -> int:
        """About how many documents match; cheap."""

    def explain(self, leaf: Leaf, document: int) -> Reasons | None:
        """What each part adds to the score of ``document``; ``None`` where it does not match."""
        return [] if len(self.among(leaf, np.array([document], np.int32)).documents) else None


@dataclass(frozen=True, slots=True)
class Having(Plan):
    """Documents with a keyword value, one at most in each leaf by number; no score."""

    name: str
    numbers: Mapping[Leaf, Sequence[int]] = field(repr=False)

    def evaluate(self, leaf: Leaf) -> Matches:
        return unscored(self._documents(leaf))

    def among(self, leaf: Leaf, wanted: Array) -> Matches:
        return unscored(meet(wanted, self._documents(leaf), len(leaf))[0])

    def _documents(self, leaf: Leaf) -> Array:
        numbers = self.numbers[leaf]
        if not len(numbers):
            return NO_MATCHES.documents
        postings = leaf.postings(self.name)
        return postings.held(numbers[0])

    def estimate(self, leaf: Leaf) -> int:
        return leaf.postings(self.name).holding_any(self.numbers[leaf])


@dataclass(frozen=True, slots=True)
class Published(Plan):
    """Dated documents whose period overlaps the ordinals ``first`` (1 or more) to ``last``; no
    score.  An undated one ends on day 0."""

    first: int
    last: int

    def evaluate(self, leaf: Leaf) -> Matches:
        return chosen(self._overlap(leaf.when("first"), leaf.when("last")))

    def among(self, leaf: Leaf, wanted: Array) -> Matches:
        return chosen(
            self._overlap(leaf.when("first").take(wanted), leaf.when("last").take(wanted))
        )

    def _overlap(self, first: Array, last: Array) -> Bools:
        wanted: Bools = (last >= self.first) & (first <= self.last)
        return wanted

    def estimate(self, leaf: Leaf) -> int:
        return len(leaf) // 2


@dataclass(frozen=True, slots=True)
class All(Plan):
    """Documents of every part; the scores are added.  No parts: every document."""

    parts: tuple[Plan, ...]

    @property
    def positive(self) -> bool:
        return any(part.positive for part in self.parts)

    def evaluate(self, leaf: Leaf) -> Matches:
        if not self.parts:
            return Everything().evaluate(leaf)
        rarest, *others = self._rarest_first(leaf)
        return _narrowed(others, leaf, rarest.evaluate(leaf))

    def among(self, leaf: Leaf, wanted: Array) -> Matches:
        documents, scores = _narrowed(self._rarest_first(leaf), leaf, unscored(wanted))
        return Matches(wanted.searchsorted(documents), scores)

    def _rarest_first(self, leaf: Leaf) -> list[Plan]:
        return sorted(self.parts, key=lambda part: part.estimate(leaf))

    def estimate(self, leaf: Leaf) -> int:
        return min((part.estimate(leaf) for part in self.parts), default=len(leaf))

    def explain(self, leaf: Leaf, document: int) -> Reasons | None:
        lines = [part.explain(leaf, document) for part in self.parts]
        if any(line is None for line in lines):
            return None
        return [entry for line in lines for entry in line or ()]


def _narrowed(parts: Sequence[Plan], leaf: Leaf, matches: Matches) -> Matches:
    """Those of ``matches`` that every one of ``parts`` matches too; their scores added."""
    documents, scores = matches
    for part in parts:
        if not len(documents):
            return NO_MATCHES
        places, more = part.among(leaf, documents)
        if len(places) == len(documents):
            scores = scores + more
        else:
            documents, scores = documents.take(places), scores.take(places) + more
    return Matches(documents, scores)


@dataclass(frozen=True, slots=True)
class AtLeastOf(Plan):
    """Documents of at least ``minimum`` parts (1 or more); the scores are added."""

    minimum: int
    parts: tuple[Plan, ...]

    @property
    def positive(self) -> bool:
        return all(part.positive for part in self.parts)

    def evaluate(self, leaf: Leaf) -> Matches:
        found = [part.evaluate(leaf) for part in self.parts]
        return union(found, len(leaf), self.minimum, positive=self.positive)

    def among(self, leaf: Leaf, wanted: Array) -> Matches:
        found = [part.among(leaf, wanted) for part in self.parts]
        return union(found, len(wanted), self.minimum, positive=self.positive)

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

    def evaluate(self, leaf: Leaf) -> Matches:
        return _without(self.part.evaluate(leaf).documents, len(leaf))

    def among(self, leaf: Leaf, wanted: Array) -> Matches:
        return _without(self.part.among(leaf, wanted).documents, len(wanted))

    def estimate(self, leaf: Leaf) -> int:
        return len(leaf) - self.part.estimate(leaf)


def _without(unwanted: Array, size: int) -> Matches:
    """The numbers below ``size`` but for those ``unwanted``."""
    wanted = np.ones(size, np.bool_)
    wanted[unwanted] = False
    return chosen(wanted)


@dataclass(frozen=True, slots=True)
class Unscored(Plan):
    """The documents of ``part``, without their scores."""

    part: Plan

    def evaluate(self, leaf: Leaf) -> Matches:
        return unscored(self.part.evaluate(leaf).documents)

    def among(self, leaf: Leaf, wanted: Array) -> Matches:
        return unscored(self.part.among(leaf, wanted).documents)

    def estimate(self, leaf: Leaf) -> int:
        return self.part.estimate(leaf)


@dataclass(frozen=True, slots=True)
class Times(Plan):
    """The documents of ``part``, their scores ``weight`` times (above 0)."""

    part: Plan
    weight: float

    @property
    def positive(self) -> bool:
        return self.part.positive

    def evaluate(self, leaf: Leaf) -> Matches:
        documents, scores = self.part.evaluate(leaf)
        return Matches(documents, scores * self.weight)

    def among(self, leaf: Leaf, wanted: Array) -> Matches:
        places, scores = self.part.among(leaf, wanted)
        return Matches(places, scores * self.weight)

    def estimate(self, leaf: Leaf) -> int:
        return self.part.estimate(leaf)

    def explain(self, leaf: Leaf, document: int) -> Reasons | None:
        lines = self.part.explain(leaf, document)
        return lines and [(what, amount * self.weight) for what, amount in lines]


@dataclass(frozen=True, slots=True)
class Everything(Plan):
    """Every document; no score."""

    def evaluate(self, leaf: Leaf) -> Matches:
        return unscored(np.arange(len(leaf), dtype=np.int32))

    def among(self, leaf: Leaf, wanted: Array) -> Matches:
        return unscored(np.arange(len(wanted)))

    def estimate(self, leaf: Leaf) -> int:
        return len(leaf)
