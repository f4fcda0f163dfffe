"""Counting matches by force, year, month and other forces named.

Floor 4.  Exact: every match is counted, not a sample.  An article without a date counts under
``undated``; one without a force under the empty value; one known only to its year stands in no
month.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date

import numpy as np

from ...errors import Diagnostic, UnknownField
from .blocks import Ints
from .leaf import Leaf

UNDATED = "undated"

Found = Sequence[tuple[Leaf, Ints]]
"""The live matches of each leaf."""


def count(name: str, found: Found) -> Mapping[str, int]:
    """How many matches have each value of the facet ``name``.  Raises ``UnknownField``."""
    if name not in _COUNTERS:
        message = f"there is nothing to count by {name!r}"
        raise UnknownField([Diagnostic("unknown-facet", message, 0, 0, fatal=True)])
    counts: Counter[str] = Counter()
    for leaf, documents in found:
        counts.update(_COUNTERS[name](leaf, documents))
    return {value: count for value, count in counts.items() if count}


def _by_keyword(field: str, leaf: Leaf, documents: Ints) -> dict[str, int]:
    matching = np.zeros(len(leaf), np.bool_)
    matching[documents] = True
    return {
        term.decode(): int(np.count_nonzero(matching[leaf.postings(field, term).documents]))
        for term, _ in leaf.vocabulary(field)
    }


def _force(leaf: Leaf, documents: Ints) -> dict[str, int]:
    counts = _by_keyword("force", leaf, documents)
    return {**counts, "": len(documents) - sum(counts.values())}


def _mentions(leaf: Leaf, documents: Ints) -> dict[str, int]:
    return _by_keyword("mentions", leaf, documents)


def _by_period(letters: int, leaf: Leaf, documents: Ints) -> dict[str, int]:
    """Counts by the ISO date cut to ``letters``, where first and last day agree on it."""
    counts: Counter[str] = Counter()
    when = leaf.when[documents]
    periods = when["first"].astype(np.int64) << 32 | when["last"]
    different, numbers = np.unique(periods, return_counts=True)
    for period, number in zip(different.tolist(), numbers.tolist(), strict=True):
        first, last = period >> 32, period & 0xFFFFFFFF
        if not first:
            counts[UNDATED] += number
            continue
        value = date.fromordinal(first).isoformat()[:letters]
        if value == date.fromordinal(last).isoformat()[:letters]:
            counts[value] += number
    return dict(counts)


def _year(leaf: Leaf, documents: Ints) -> dict[str, int]:
    return _by_period(4, leaf, documents)


def _month(leaf: Leaf, documents: Ints) -> dict[str, int]:
    return _by_period(7, leaf, documents)


_COUNTERS: dict[str, Callable[[Leaf, Ints], dict[str, int]]] = {
    "force": _force,
    "area": _force,
    "year": _year,
    "month": _month,
    "mentions": _mentions,
}
