"""Which matches stand on a page, and in which order.

Floor 4.  The order is by keys one after the other and, where all are equal, by id.  Only matches
that can stand on the page are put in order: a score that enough others reach leaves out nearly
all, a partition by the first key most others, one by the next key parts those that tie at its end.
Invariant: pages fit together, whatever their size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple, TypeAlias

import numpy as np

from ..base import Sort
from ..bm25 import DECIMALS
from .columns import Array
from .leaf import Leaf
from .sets import Matches

_GROUPS = 16
"""A bound on the scores of a page is looked for in so many groups for each place on it."""

Found: TypeAlias = Sequence[tuple[Leaf, Matches]]
"""The live matches of each leaf."""


class Placed(NamedTuple):
    """One match of a page."""

    leaf: Leaf
    document: int
    score: float


class _Row(NamedTuple):
    """A match that may stand on the page: its keys, where its leaf stands in ``Found``."""

    rank: float
    date: int
    leaf: int
    document: int
    score: float


def page(found: Found, sort: Sort, offset: int, limit: int) -> list[Placed]:
    """The matches from ``offset`` on, ``limit`` of them."""
    end = min(offset + limit, sum(len(matches.documents) for _, matches in found))
    if offset >= end:
        return []
    ranked = sort is Sort.RELEVANCE
    if ranked:
        found = _promising(found, end)
    scores = joined([matches.scores for _, matches in found]).round(DECIMALS)
    dates = joined([_dates(leaf, sort).take(matches.documents) for leaf, matches in found])
    documents = joined([matches.documents for _, matches in found])
    first = _first((-scores, dates) if ranked else (dates,), end)
    ends = np.cumsum([len(matches.documents) for _, matches in found])
    rows = [
        _Row(-score if ranked else 0.0, date, which, document, score)
        for date, which, document, score in zip(
            dates[first].tolist(),
            ends.searchsorted(first, "right").tolist(),
            documents[first].tolist(),
            scores[first].tolist(),
            strict=True,
        )
    ]
    placed = [Placed(found[row.leaf][0], row.document, row.score) for row in _in_order(rows, found)]
    return placed[offset:end]


def every(found: Found, sort: Sort) -> Iterator[Placed]:
    """All matches, in the order of ``page``.  Needs some 40 bytes of memory for each."""
    documents = joined([matches.documents for _, matches in found])
    dates = joined([_dates(leaf, sort).take(matches.documents) for leaf, matches in found])
    scores = joined([matches.scores for _, matches in found])
    scores = scores.round(DECIMALS) if sort is Sort.RELEVANCE else np.zeros(len(scores))
    ranks = -scores
    ends = np.cumsum([len(matches.documents) for _, matches in found])
    order = np.lexsort((dates, ranks))
    parted = np.diff(ranks[order]).astype(np.bool_) | np.diff(dates[order]).astype(np.bool_)
    bounds = [0, *(np.flatnonzero(parted) + 1).tolist(), len(order)]
    for start, end in pairwise(bounds):
        tied = [
            Placed(found[which][0], int(documents[at]), float(scores[at]))
            for at, which in zip(
                order[start:end].tolist(),
                ends.searchsorted(order[start:end], "right").tolist(),
                strict=True,
            )
        ]
        if len(tied) > 1:
            tied.sort(key=lambda hit: hit.leaf.id(hit.document))
        yield from tied


def _in_order(rows: list[_Row], found: Found) -> Iterator[_Row]:
    """``rows`` by rank, date and id; an id is read only where the others are equal."""
    rows.sort()
    for _, group in groupby(rows, lambda row: row[:2]):
        tied = list(group)
        if len(tied) > 1:
            tied.sort(key=lambda row: found[row.leaf][0].id(row.document))
        yield from tied


def _promising(found: Found, count: int) -> Found:
    """The matches that may be among the best ``count`` when their scores are rounded."""
    tops = joined([_tops(matches.scores, count) for _, matches in found])
    if len(tops) <= count:
        return found
    reached = np.partition(tops, len(tops) - count)[len(tops) - count]
    least = reached - 2.0 * 10.0**-DECIMALS
    chosen = [(matches.scores >= least).nonzero()[0] for _, matches in found]
    return [
        (leaf, Matches(matches.documents.take(at), matches.scores.take(at)))
        for (leaf, matches), at in zip(found, chosen, strict=True)
    ]


def _tops(scores: Array, count: int) -> Array:
    """Some of ``scores``, ``count`` at least where there are so many: the best of each of many
    groups.  So many of all scores reach the ``count``-th of them."""
    width = len(scores) // (count * _GROUPS)
    if width < 2:
        return scores
    groups = len(scores) // width
    tops: Array = scores[: width * groups].reshape(width, groups).max(axis=0)
    return tops


def _dates(leaf: Leaf, sort: Sort) -> Array:
    return leaf.oldest if sort is Sort.OLDEST else leaf.newest


def _first(keys: Sequence[Array], count: int) -> Array:
    """The numbers of the first ``count`` by ``keys``, in no order, and of all that tie with the
    last of them by every key."""
    better: list[Array] = []
    tied = np.arange(len(keys[0]))
    for key in keys:
        needed = count - sum(map(len, better))
        if len(tied) <= needed:
            break
        values = key.take(tied)
        last = np.partition(values, needed - 1)[needed - 1]
        better.append(tied[values < last])
        tied = tied[values == last]
    return np.concatenate([*better, tied])


def joined(parts: Sequence[Array]) -> Array:
    """``parts`` end to end."""
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
