"""Sorted sets of documents with scores, and how they meet and join.

Floor 4.  ``Matches(documents, scores)`` of one leaf: ascending ``int32`` and ``float64`` in step.
Few among many are looked up by binary search, many among many through arrays as long as the leaf.
Invariant: no function here changes an array it was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from .columns import Array, Bools

_DENSE = 128
"""Joins of more than one in so many documents go through an array as long as the leaf."""

_SCATTER = 8
"""Sets with more than one in so many documents are added by ``bincount``, smaller ones by index."""

_SEARCH = 12
"""Sets that are so many times smaller than another are looked up in it by binary search."""


class Matches(NamedTuple):
    """Documents and their scores."""

    documents: Array
    scores: Array


NO_MATCHES = Matches(np.empty(0, np.int32), np.empty(0))


def unscored(documents: Array) -> Matches:
    """``documents``, each with a score of 0."""
    return Matches(documents, np.zeros(len(documents)))


def chosen(wanted: Bools) -> Matches:
    """The documents where ``wanted`` is true, without scores."""
    return unscored(np.flatnonzero(wanted).astype(np.int32))


class Within:
    """The documents (of a leaf of ``size``) to which an evaluation is confined."""

    def __init__(self, documents: Array, size: int) -> None:
        self.documents = documents
        self.size = size

    @cached_property
    def mark(self) -> Bools:
        """Whether each document of the leaf is one of them."""
        mark = np.zeros(self.size, np.bool_)
        mark[self.documents] = True
        return mark

    def places(self, held: Array) -> Array:
        """Where in ``held``, a sorted set of documents too, those stand that are within."""
        if len(self.documents) * _SEARCH < len(held):
            at = held.searchsorted(self.documents)
            at[at == len(held)] = 0
            there: Array = at[held.take(at) == self.documents]
            return there
        return np.flatnonzero(self.mark.take(held))


def total(found: Sequence[Matches], documents: Array, size: int) -> Array:
    """The scores of ``documents``, which stand in all of ``found``, added in that order."""
    if len(found) == 1 and len(found[0].documents) == len(documents):
        return found[0].scores
    if len(documents) * _SEARCH < sum(len(f.documents) for f in found):
        scores = np.zeros(len(documents))
        for part in found:
            scores += part.scores.take(part.documents.searchsorted(documents))
        return scores
    return _added(found, size).take(documents)


def _added(found: Sequence[Matches], size: int) -> Array:
    """The scores of ``found`` added up, by document."""
    totals = np.zeros(size)
    for documents, scores in found:
        if len(documents) * _SCATTER > size:
            totals += np.bincount(documents, scores, size)
        else:
            totals[documents] += scores
    return totals


def union(found: Sequence[Matches], size: int, minimum: int = 1) -> Matches:
    """The documents of at least ``minimum`` of ``found``, their scores added in that order."""
    found = [matches for matches in found if len(matches.documents)]
    if len(found) < minimum or not found:
        return NO_MATCHES
    if len(found) == 1:
        return found[0]
    if sum(len(f.documents) for f in found) * _DENSE < size:
        everything = np.concatenate([f.documents for f in found])
        scores = np.concatenate([f.scores for f in found])
        documents, which, counts = np.unique(everything, return_inverse=True, return_counts=True)
        added = np.bincount(which, scores)
        if minimum > 1:
            enough = counts >= minimum
            return Matches(documents[enough], added[enough])
        return Matches(documents, added)
    if minimum > 1:
        held = np.bincount(np.concatenate([f.documents for f in found]), None, size) >= minimum
    else:
        held = np.zeros(size, np.bool_)
        for documents, _ in found:
            held[documents] = True
    kept = np.flatnonzero(held)
    added = _added(found, size)
    return Matches(kept.astype(np.int32), added if len(kept) == size else added.take(kept))


def score_at(matches: Matches, document: int) -> float | None:
    """The score of one document, or ``None`` where it is not there."""
    at = int(np.searchsorted(matches.documents, document))
    if at < len(matches.documents) and matches.documents[at] == document:
        return float(matches.scores[at])
    return None
