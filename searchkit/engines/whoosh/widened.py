"""Plans for words and what may stand in their place, at less weight: synonyms, near spellings.

Floor 4.  What matches is one list, worked out once for each leaf and kept in ``lists`` like that of
a word.  Invariant: a document that ``typed`` matches never scores less for having others too.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

import numpy as np

from .columns import Array
from .leaf import Leaf
from .lists import Lists
from .plan import Plan, Reasons
from .sets import Matches, among, union


@dataclass(frozen=True, slots=True)
class Other:
    """What may stand for other words: ``factor`` of its score, and ``least`` for each match."""

    plan: Plan
    factor: float
    least: float

    def evaluate(self, leaf: Leaf) -> Matches:
        return self._weighed(self.plan.evaluate(leaf))

    def among(self, leaf: Leaf, wanted: Array) -> Matches:
        return self._weighed(self.plan.among(leaf, wanted))

    def _weighed(self, matches: Matches) -> Matches:
        return Matches(matches.documents, matches.scores * self.factor + self.least)


@dataclass(frozen=True, slots=True)
class Widened(Plan):
    """Documents of ``typed`` or of any of ``others``: the score of ``typed`` and the best of the
    others' added.  ``key`` tells it from everything else of the generation."""

    key: Hashable
    typed: Plan = field(repr=False)
    others: tuple[Other, ...] = field(repr=False)
    lists: Lists = field(repr=False)

    def evaluate(self, leaf: Leaf) -> Matches:
        known = self.lists.get((leaf, self.key))
        if known is None:
            typed = self.typed.evaluate(leaf)
            found = [other.evaluate(leaf) for other in self.others]
            known = union([typed, _best(found, len(leaf))], len(leaf))
            self.lists.keep((leaf, self.key), known)
        return known

    def among(self, leaf: Leaf, wanted: Array) -> Matches:
        if min(self.estimate(leaf), len(leaf)) <= self.lists.longest:
            return among(self.evaluate(leaf), wanted, len(leaf))
        typed = self.typed.among(leaf, wanted)
        found = [other.among(leaf, wanted) for other in self.others]
        return union([typed, _best(found, len(wanted))], len(wanted))

    def estimate(self, leaf: Leaf) -> int:
        several = (self.typed, *(other.plan for other in self.others))
        return sum(plan.estimate(leaf) for plan in several)

    def explain(self, leaf: Leaf, document: int) -> Reasons | None:
        lines = self.typed.explain(leaf, document)
        best: Reasons = []
        for other in self.others:
            reasons = other.plan.explain(leaf, document)
            if reasons is not None:
                scaled = [(f"instead: {what}", amount * other.factor) for what, amount in reasons]
                scaled += [("instead: the force or the date", other.least)] if other.least else []
                best = max(best, scaled, key=lambda some: sum(amount for _, amount in some))
                lines = lines or []
        return None if lines is None else [*lines, *best]


def _best(found: list[Matches], size: int) -> Matches:
    """The documents (below ``size``) of any of ``found``, each with its highest score."""
    found = [matches for matches in found if len(matches.documents)]
    if len(found) < 2:
        return union(found, size)
    tops, held = np.zeros(size), np.zeros(size, np.bool_)
    for documents, scores in found:
        tops[documents] = np.maximum(tops.take(documents), scores)
        held[documents] = True
    kept = held.nonzero()[0]
    return Matches(kept.astype(np.int32), tops.take(kept))
