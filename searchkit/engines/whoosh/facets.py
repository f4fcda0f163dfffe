"""Counting matches by force, year, month and other forces named.

Floor 4.  Exact: every match is counted, not a sample.  An article without a date counts under
``undated``; one without a force under the empty value; one known only to its year stands in no
month.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from ...errors import Diagnostic, UnknownField
from .columns import Array, offsets
from .leaf import Leaf

Found = Sequence[tuple[Leaf, Array]]
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


def _by_code(codes: Array, documents: Array, values: Sequence[str]) -> dict[str, int]:
    """Counts by the code of each document; ``values`` says what each code stands for."""
    numbers = np.bincount(codes[documents], minlength=len(values)).tolist()
    return dict(zip(values, numbers, strict=True))


def _force(leaf: Leaf, documents: Array) -> dict[str, int]:
    return _by_code(leaf.column("force.codes"), documents, ["", *leaf.values("force")])


def _mentions(leaf: Leaf, documents: Array) -> dict[str, int]:
    """Several for one article: the matches among the postings of each value."""
    postings = leaf.postings("mentions")
    matching = np.zeros(len(leaf), np.bool_)
    matching[documents] = True
    sums = offsets(matching[postings.documents])[postings.at]
    return dict(zip(leaf.values("mentions"), np.diff(sums).tolist(), strict=True))


def _by_period(letters: int, leaf: Leaf, documents: Array) -> dict[str, int]:
    """Counts by the ISO date cut to ``letters``, where first and last day agree on it."""
    codes, values = leaf.periods(letters)
    counts = _by_code(codes, documents, values)
    counts.pop("", None)
    return counts


_COUNTERS: dict[str, Callable[[Leaf, Array], dict[str, int]]] = {
    "force": _force,
    "area": _force,
    "year": partial(_by_period, 4),
    "month": partial(_by_period, 7),
    "mentions": _mentions,
}
