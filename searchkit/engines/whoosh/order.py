"""Which matches stand on a page, and in which order.

Floor 4.  The order is by keys one after the other and, where all are equal, by id.  Only matches
that can stand on the page are put in order: a partition by the first key finds them, one by the
next key parts those that tie at its end, and so on.
Invariant: pages fit together, whatever their size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from ..base import Sort
from .columns import Array
from .facets import Found
from .leaf import Leaf


class Placed(NamedTuple):
    """One match of a page."""

    leaf: Leaf
    document: int
    score: float


def page(found: Found, scores: Array, sort: Sort, offset: int, limit: int) -> list[Placed]:
    """The matches from ``offset`` on, ``limit`` of them; ``scores`` are of all of ``found``."""
    end = min(offset + limit, len(scores))
    if offset >= end:
        return []
    oldest = sort is Sort.OLDEST

    def dates() -> Array:
        return _concatenated([_dates(leaf, oldest)[documents] for leaf, documents in found])

    keys: list[Callable[[], Array]] = [dates]
    if sort is Sort.RELEVANCE:
        keys.insert(0, partial(np.negative, scores))
    starts = np.cumsum([0, *(len(documents) for _, documents in found)])
    rows = []
    for i in _first(keys, len(scores), end).tolist():
        which = int(starts.searchsorted(i, "right")) - 1
        leaf, documents = found[which]
        document = int(documents[i - starts[which]])
        score = float(scores[i])
        rank = -score if sort is Sort.RELEVANCE else 0.0
        date = int(_dates(leaf, oldest)[document])
        rows.append((rank, date, leaf.id(document), Placed(leaf, document, score)))
    rows.sort(key=lambda row: row[:3])
    return [placed for *_, placed in rows[offset:end]]


def _dates(leaf: Leaf, oldest: bool) -> Array:
    return leaf.oldest if oldest else leaf.newest


def _first(keys: Sequence[Callable[[], Array]], size: int, count: int) -> Array:
    """The numbers (below ``size``) of the first ``count`` by ``keys``, in no order, and of all
    that tie with the last of them by every key.  A key nothing depends on is never made."""
    better: list[Array] = []
    tied = np.arange(size)
    for key in keys:
        needed = count - sum(map(len, better))
        if len(tied) <= needed:
            break
        values = key()[tied]
        last = np.partition(values, needed - 1)[needed - 1]
        better.append(tied[values < last])
        tied = tied[values == last]
    return np.concatenate([*better, tied])


def _concatenated(parts: Sequence[Array]) -> Array:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
