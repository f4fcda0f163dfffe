"""Sorted sets of documents with scores, and how they meet and join.

Floor 4.  ``Matches(documents, scores)`` of one leaf: ascending integers and ``float64`` in step.
Few among many are looked up by binary search, many among many through arrays as long as the leaf.
Invariant: no function here changes an array it was given.
"""

from __future__ import annotations

from collections.abc import Sequence
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
_NOWHERE = np.empty(0, np.intp)


def unscored(documents: Array) -> Matches:
    """``documents``, each with a score of 0."""
    return Matches(documents, np.zeros(len(documents)))


def chosen(wanted: Bools) -> Matches:
    """The documents where ``wanted`` is true, without scores."""
    return unscored(wanted.nonzero()[0].astype(np.int32))


def meet(wanted: Array, held: Array, size: int) -> tuple[Array, Array]:
    """The documents (of a leaf of ``size``) that stand in both of two ascending arrays, as their
    places in ``wanted`` and in ``held``."""
    if not len(wanted) or not len(held):
        return _NOWHERE, _NOWHERE
    if len(wanted) * _SEARCH < len(held) + size // _CLEARED:
        at = held.searchsorted(wanted)
        places = (held.take(at, mode="clip") == wanted).nonzero()[0]
        return places, at.take(places)
    place = np.zeros(size, np.int32)
    place[held] = np.arange(1, len(held) + 1, dtype=np.int32)
    found = place.take(wanted)
    places = (found > 0).nonzero()[0]
    return places, found.take(places) - 1


def among(matches: Matches, wanted: Array, size: int) -> Matches:
    """Which of the documents ``wanted`` are ``matches``, as places in ``wanted``; their scores."""
    places, spots = meet(wanted, matches.documents, size)
    return Matches(places, matches.scores.take(spots))


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
