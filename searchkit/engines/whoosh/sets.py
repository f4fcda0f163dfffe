"""Sorted sets of documents with scores, and how they meet and join.

Floor 4.  ``Matches(documents, scores)`` of one leaf: ascending ``int32`` and ``float64`` in step.
Few among many are looked up by binary search, many among many through arrays as long as the leaf.
Invariant: no function here changes an array it was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .columns import Array, Bools

_DENSE = 16
"""Joins of more than one in so many documents go through an array as long as the leaf."""

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


def places(few: Array, many: Array, size: int) -> tuple[Array, Array]:
    """Where the elements of both sets stand: numbers into ``few`` and into ``many``, ascending;
    all documents are below ``size``."""
    if not len(few) or not len(many):
        return np.empty(0, np.intp), np.empty(0, np.intp)
    if len(few) * _SEARCH < len(many):
        at = many.searchsorted(few)
        at[at == len(many)] = 0
        held = np.flatnonzero(many[at] == few)
        return held, at[held]
    if len(many) * _SEARCH < len(few):
        there, here = places(many, few, size)
        return here, there
    if len(few) == size:
        return many.astype(np.intp), np.arange(len(many))
    if len(many) == size:
        return np.arange(len(few)), few.astype(np.intp)
    mark = np.zeros(size, np.bool_)
    mark[few] = True
    there = np.flatnonzero(mark[many])
    mark[few] = False
    mark[many[there]] = True
    return np.flatnonzero(mark[few]), there


def union(found: Sequence[Matches], size: int, minimum: int = 1) -> Matches:
    """The documents of at least ``minimum`` of ``found``, their scores added in that order."""
    found = [matches for matches in found if len(matches.documents)]
    if len(found) < minimum or not found:
        return NO_MATCHES
    if len(found) == 1:
        return found[0]
    if sum(len(f.documents) for f in found) * _DENSE < size:
        everything = np.concatenate([f.documents for f in found])
        documents, which, counts = np.unique(everything, return_inverse=True, return_counts=True)
        scores = np.bincount(which, np.concatenate([f.scores for f in found]))
        if minimum > 1:
            enough = counts >= minimum
            return Matches(documents[enough], scores[enough])
        return Matches(documents, scores)
    held = np.zeros(size, np.uint8 if len(found) < 256 else np.int32)
    totals = np.zeros(size)
    for documents, scores in found:
        held[documents] += 1
        totals[documents] += scores
    kept = np.flatnonzero(held >= minimum)
    return Matches(kept.astype(np.int32), totals[kept])


def score_at(matches: Matches, document: int) -> float | None:
    """The score of one document, or ``None`` where it is not there."""
    at = int(np.searchsorted(matches.documents, document))
    if at < len(matches.documents) and matches.documents[at] == document:
        return float(matches.scores[at])
    return None
