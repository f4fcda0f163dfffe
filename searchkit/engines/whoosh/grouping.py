"""One match for each cluster of copies, before matches are put in order.

Floor 4.  Which one stands for a cluster depends on all matches, never on the page asked for, so
that pages fit together.  Invariant: what is left out has a match in its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ...copies import CopiesMode
from ..base import Sort
from ..bm25 import DECIMALS
from .clusters import Clusters
from .columns import Array, Bools
from .leaf import Leaf
from .order import Found, joined
from .sets import Matches


class Grouped(NamedTuple):
    """All matches that were asked for, those of them that are ``shown``, one of each cluster, and
    by cluster how many more it had."""

    found: Found
    shown: Found
    collapsed: Mapping[int, int]


def grouped(found: Found, clusters: Clusters, mode: CopiesMode, sort: Sort) -> Grouped:
    """The matches of ``found``, one of each cluster: that with the best score, or, where they are
    ordered by date, the first; of equal ones the earliest, then that with the lowest id."""
    if mode is CopiesMode.ALL or not (len(clusters) or mode is CopiesMode.ONLY):
        return Grouped(found, found, {})
    if not len(clusters):
        none: Found = [(leaf, _part(matches, _NONE)) for leaf, matches in found]
        return Grouped(none, none, {})
    places = [
        held.take(matches.documents)
        for held, (_, matches) in zip(clusters.places, found, strict=True)
    ]
    copies = [held.nonzero()[0] for held in places]
    members = joined([held.take(at) for held, at in zip(places, copies, strict=True)])
    if mode is CopiesMode.ONLY:
        found = [
            (leaf, _part(matches, at)) for (leaf, matches), at in zip(found, copies, strict=True)
        ]
        copies = [np.arange(len(at)) for at in copies]
    of = clusters.cluster_of.take(members)
    times = np.bincount(of, minlength=len(clusters) + 1)
    several = (times > 1).nonzero()[0]
    if not len(several):
        return Grouped(found, found, {})
    keys = [
        _keys(leaf, matches, at, sort) for (leaf, matches), at in zip(found, copies, strict=True)
    ]
    left_out = ~_first_of_each(of, joined(keys), members)
    shown, start = [], 0
    for (leaf, matches), at in zip(found, copies, strict=True):
        shown.append((leaf, _without(matches, at[left_out[start : start + len(at)]])))
        start += len(at)
    left = (times[several] - 1).tolist()
    return Grouped(found, shown, dict(zip(several.tolist(), left, strict=True)))


def _first_of_each(of: Array, keys: Array, members: Array) -> Bools:
    """Which matches are the first of their cluster ``of[i]``: by ``keys``, then by the numbers of
    ``members``, which stand from the earliest on."""
    order = np.lexsort((members, keys, of))
    first = np.ones(len(of), np.bool_)
    first[order[1:]] = of[order[1:]] != of[order[:-1]]
    return first


def _without(matches: Matches, at: Array) -> Matches:
    """``matches`` but for those at the places ``at``."""
    if not len(at):
        return matches
    left = np.ones(len(matches.documents), np.bool_)
    left[at] = False
    return _part(matches, left.nonzero()[0])


_NONE = np.empty(0, np.intp)


def _keys(leaf: Leaf, matches: Matches, at: Array, sort: Sort) -> Array:
    """Ascending from the match on that comes first."""
    if sort is Sort.RELEVANCE:
        scores: Array = -matches.scores.take(at).round(DECIMALS)
        return scores
    dates = leaf.newest if sort is Sort.NEWEST else leaf.oldest
    return dates.take(matches.documents.take(at))


def _part(matches: Matches, at: Array) -> Matches:
    return Matches(matches.documents.take(at), matches.scores.take(at))
