"""What a query is compiled to: small plans, each evaluated on one segment at a time.

Floor 4.  Whoosh's own matchers are not used: there a score of 0 counts as 1 or as no match
(``ListMatcher.weight``, ``PreloadedUnionMatcher``), and ``Or(minmatch=)`` does nothing.
Invariant: the documents of ``Matches`` ascend, deleted ones included; each stands there once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

import numpy as np

from .blocks import Floats, Ints
from .leaf import Bools, Leaf
from .scoring import bm25

_DENSE = 8
"""Unions holding more than one in so many documents are added up in a full-length array."""


class Matches(NamedTuple):
    """Documents and their scores."""

    documents: Ints
    scores: Floats


NO_MATCHES = Matches(np.empty(0, np.int32), np.empty(0))


class Plan(ABC):
    """Something that matches documents of a leaf."""

    @abstractmethod
    def evaluate(self, leaf: Leaf) -> Matches:
        """The matching documents."""

    def explain(self, leaf: Leaf, document: int) -> list[tuple[str, float]] | None:
        """What each part adds to the score of ``document``; ``None`` where it does not match."""
        return [] if _score_at(self.evaluate(leaf), document) is not None else None


@dataclass(frozen=True, slots=True)
class Scored(Plan):
    """Any of ``terms`` in one Whoosh field, scored as if they were one term."""

    field: str
    terms: tuple[bytes, ...]
    factor: float
    average: float
    label: str

    def evaluate(self, leaf: Leaf) -> Matches:
        parts = [leaf.postings(self.field, term)[:2] for term in self.terms]
        documents, frequencies = _union([Matches(*p) for p in parts if len(p[0])], len(leaf))
        lengths = leaf.lengths(self.field)[documents]
        return Matches(documents, bm25(frequencies, lengths, self.average, self.factor))

    def explain(self, leaf: Leaf, document: int) -> list[tuple[str, float]] | None:
        score = _score_at(self.evaluate(leaf), document)
        return None if score is None else [(self.label, score)]


@dataclass(frozen=True, slots=True)
class InOrder(Plan):
    """Documents of one Whoosh field whose positions satisfy ``count`` (a frequency; 0: no match).

    ``count`` takes the packed positions of each word of ``words``, in that order.
    """

    field: str
    words: tuple[bytes, ...]
    count: Callable[[Sequence[bytes]], int]
    factor: float
    average: float
    label: str

    def evaluate(self, leaf: Leaf) -> Matches:
        found = [leaf.postings(self.field, word) for word in self.words]
        documents = _common([f.documents for f in found])
        at = [np.searchsorted(f.documents, documents).tolist() for f in found]
        counted = np.array(
            [
                self.count([f.value(i) for f, i in zip(found, row, strict=True)])
                for row in zip(*at, strict=True)
            ],
            np.float64,
        )
        documents, counted = documents[counted > 0], counted[counted > 0]
        lengths = leaf.lengths(self.field)[documents]
        return Matches(documents, bm25(counted, lengths, self.average, self.factor))

    def explain(self, leaf: Leaf, document: int) -> list[tuple[str, float]] | None:
        score = _score_at(self.evaluate(leaf), document)
        return None if score is None else [(self.label, score)]


@dataclass(frozen=True, slots=True)
class Having(Plan):
    """Documents with a keyword value; no score."""

    field: str
    term: bytes

    def evaluate(self, leaf: Leaf) -> Matches:
        return _unscored(leaf.postings(self.field, self.term).documents)


@dataclass(frozen=True, slots=True)
class Published(Plan):
    """Dated documents whose period overlaps the ordinals ``first`` to ``last``; no score."""

    first: int
    last: int

    def evaluate(self, leaf: Leaf) -> Matches:
        when = leaf.when
        wanted = (when["first"] > 0) & (when["last"] >= self.first) & (when["first"] <= self.last)
        return _chosen(wanted)


@dataclass(frozen=True, slots=True)
class All(Plan):
    """Documents of every part; the scores are added.  No parts: every document."""

    parts: tuple[Plan, ...]

    def evaluate(self, leaf: Leaf) -> Matches:
        if not self.parts:
            return Everything().evaluate(leaf)
        found: list[Matches] = []
        for part in self.parts:
            found.append(part.evaluate(leaf))
            if not len(found[-1].documents):
                return NO_MATCHES
        documents = _common([f.documents for f in found])
        scores = np.zeros(len(documents))
        for part_documents, part_scores in found:
            scores += part_scores[np.searchsorted(part_documents, documents)]
        return Matches(documents, scores)

    def explain(self, leaf: Leaf, document: int) -> list[tuple[str, float]] | None:
        lines = [part.explain(leaf, document) for part in self.parts]
        if any(line is None for line in lines):
            return None
        return [entry for line in lines for entry in line or ()]


@dataclass(frozen=True, slots=True)
class AtLeastOf(Plan):
    """Documents of at least ``minimum`` parts (1 or more); the scores are added."""

    minimum: int
    parts: tuple[Plan, ...]

    def evaluate(self, leaf: Leaf) -> Matches:
        found = [m for m in (p.evaluate(leaf) for p in self.parts) if len(m.documents)]
        if len(found) < self.minimum:
            return NO_MATCHES
        together = _union(found, len(leaf))
        if self.minimum == 1:
            return together
        counts = np.zeros(len(leaf), np.int32)
        for documents, _ in found:
            counts[documents] += 1
        enough = counts[together.documents] >= self.minimum
        return Matches(together.documents[enough], together.scores[enough])

    def explain(self, leaf: Leaf, document: int) -> list[tuple[str, float]] | None:
        lines = [part.explain(leaf, document) for part in self.parts]
        matching = [line for line in lines if line is not None]
        if len(matching) < self.minimum:
            return None
        return [entry for line in matching for entry in line]


@dataclass(frozen=True, slots=True)
class Without(Plan):
    """Every document but those of ``part``; no score."""

    part: Plan

    def evaluate(self, leaf: Leaf) -> Matches:
        wanted: Bools = np.ones(len(leaf), np.bool_)
        wanted[self.part.evaluate(leaf).documents] = False
        return _chosen(wanted)


@dataclass(frozen=True, slots=True)
class Unscored(Plan):
    """The documents of ``part``, without their scores."""

    part: Plan

    def evaluate(self, leaf: Leaf) -> Matches:
        return _unscored(self.part.evaluate(leaf).documents)


@dataclass(frozen=True, slots=True)
class Everything(Plan):
    """Every document; no score."""

    def evaluate(self, leaf: Leaf) -> Matches:
        return _unscored(np.arange(len(leaf), dtype=np.int32))


def _unscored(documents: Ints) -> Matches:
    return Matches(documents, np.zeros(len(documents)))


def _chosen(wanted: Bools) -> Matches:
    return _unscored(np.flatnonzero(wanted).astype(np.int32))


def _common(lists: Sequence[Ints]) -> Ints:
    """The documents that stand in every list, the shortest first."""
    return reduce(_both, sorted(lists, key=len))


def _both(few: Ints, many: Ints) -> Ints:
    if not len(few) or not len(many):
        return few[:0]
    at = np.searchsorted(many, few)
    at[at == len(many)] = 0
    common: Ints = few[many[at] == few]
    return common


def _union(found: Sequence[Matches], size: int) -> Matches:
    """The documents of any of ``found``, their scores added in the given order."""
    if len(found) < 2:
        return found[0] if found else NO_MATCHES
    if sum(len(f.documents) for f in found) * _DENSE > size:
        held: Bools = np.zeros(size, np.bool_)
        scores = np.zeros(size)
        for documents, part in found:
            held[documents] = True
            scores[documents] += part
        chosen = np.flatnonzero(held).astype(np.int32)
        return Matches(chosen, scores[chosen])
    everything = np.concatenate([f.documents for f in found])
    chosen, which = np.unique(everything, return_inverse=True)
    added = np.bincount(which, np.concatenate([f.scores for f in found]))
    return Matches(chosen, added.astype(np.float64))


def _score_at(matches: Matches, document: int) -> float | None:
    at = int(np.searchsorted(matches.documents, document))
    if at < len(matches.documents) and matches.documents[at] == document:
        return float(matches.scores[at])
    return None
