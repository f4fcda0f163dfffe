"""Sorted sets of documents with scores, and how they meet and join.

Floor 4.  ``Matches(documents, scores)`` of one leaf: ascending integers and ``float64`` in step.
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

_SEARCH = 8
"""What a binary search for one document costs, in steps along a set of documents."""

_CLEARED = 16
"""So many places of an array as long as the leaf are cleared in the time of one such step."""


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
    return unscored(wanted.nonzero()[0].astype(np.int32))


def _few(wanted: Array, held: Array, size: int) -> bool:
    """Whether to look for ``wanted`` among ``held`` (of a leaf of ``size``) by binary search."""
    return len(wanted) * _SEARCH < len(held) + size // _CLEARED


def _found(wanted: Array, held: Array) -> tuple[Bools, Array]:
    """Which of ``wanted`` stand in ``held`` (not empty), and where they would stand."""
    at = held.searchsorted(wanted)
    there: Bools = held.take(at, mode="clip") == wanted
    return there, at


def among(matches: Matches, wanted: Array, size: int) -> Matches:
    """Which of the documents ``wanted`` (ascending) are ``matches``, as places in ``wanted``, and
    their scores, which are all above 0."""
    documents, scores = matches
    if not len(documents):
        return NO_MATCHES
    if _few(wanted, documents, size):
        there, spots = _found(wanted, documents)
        places = there.nonzero()[0]
        return Matches(places, scores.take(spots.take(places)))
    by_document = np.zeros(size)
    by_document[documents] = scores
    found = by_document.take(wanted)
    places = (found > 0.0).nonzero()[0]
    return Matches(places, found.take(places))


def members(wanted: Array, held: Array, size: int) -> Array:
    """The places in ``wanted`` of the documents that ``held`` has too; both ascend."""
    if not len(held):
        return NO_MATCHES.documents
    if _few(wanted, held, size):
        there = _found(wanted, held)[0]
    else:
        mark = np.zeros(size, np.bool_)
        mark[held] = True
        there = mark.take(wanted)
    return there.nonzero()[0]


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
        if not len(held):
            return NO_MATCHES.documents
        if _few(self.documents, held, self.size):
            there, spots = _found(self.documents, held)
            return spots[there]
        return self.mark.take(held).nonzero()[0]


def union(
    found: Sequence[Matches], size: int, minimum: int = 1, *, positive: bool = False
) -> Matches:
    """The documents (below ``size``) of at least ``minimum`` of ``found``, their scores added in
    that order; ``positive`` where every score is above 0."""
    found = [matches for matches in found if len(matches.documents)]
    if len(found) < minimum or not found:
        return NO_MATCHES
    if len(found) == 1:
        return found[0]
    if sum(len(f.documents) for f in found) * _DENSE < size:
        return _sparse_union(found, minimum)
    totals = np.zeros(size)
    for documents, scores in found:
        np.add.at(totals, documents, scores)
    if minimum > 1:
        held = np.bincount(np.concatenate([f.documents for f in found]), None, size) >= minimum
    elif positive:
        held = totals > 0.0
    else:
        held = np.zeros(size, np.bool_)
        for documents, _ in found:
            held[documents] = True
    kept = held.nonzero()[0]
    return Matches(kept.astype(np.int32), totals if len(kept) == size else totals.take(kept))


def _sparse_union(found: Sequence[Matches], minimum: int) -> Matches:
    """``union`` of a few documents of a large leaf."""
    everything = np.concatenate([f.documents for f in found])
    scores = np.concatenate([f.scores for f in found])
    documents, which, counts = np.unique(everything, return_inverse=True, return_counts=True)
    added = np.bincount(which, scores)
    if minimum > 1:
        enough = (counts >= minimum).nonzero()[0]
        return Matches(documents.take(enough), added.take(enough))
    return Matches(documents, added)
