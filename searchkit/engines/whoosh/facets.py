"""Counting matches by force, region, year, month, other forces named, and tags.

Floor 4.  Exact: every match is counted, not a sample.  An article without a date counts under
``undated``; one without a force, or of none that has a region, under the empty value; one known
only to its year stands in no month.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

import numpy as np

from ...errors import Diagnostic, UnknownField
from ...forces import known_force
from .columns import Array, offsets
from .faults import Unsound
from .leaf import Leaf

Found = Sequence[tuple[Leaf, Array]]
"""The live matches of each leaf."""

Counts: TypeAlias = Iterable[tuple[str, int]]
"""How many of them have each value."""


def count(name: str, found: Found) -> Mapping[str, int]:
    """How many matches have each value of the facet ``name``.  Raises ``UnknownField``."""
    if name not in _COUNTERS:
        message = f"there is nothing to count by {name!r}"
        raise UnknownField([Diagnostic("unknown-facet", message, 0, 0, fatal=True)])
    counts: dict[str, int] = {}
    for leaf, documents in found:
        for value, number in _COUNTERS[name](leaf, documents):
            if number:
                counts[value] = counts.get(value, 0) + number
    return counts


def _by_code(codes: Array, documents: Array, values: Sequence[str]) -> Counts:
    """Counts by the code of each document; ``values`` says what each code stands for."""
    numbers = np.bincount(codes.take(documents), minlength=len(values)).tolist()
    return zip(values, numbers, strict=True)


def _force(leaf: Leaf, documents: Array) -> Counts:
    return _by_code(leaf.forces, documents, ("", *leaf.values("force")))


def _region(leaf: Leaf, documents: Array) -> Counts:
    """Where the forces are; those that no table here has are nowhere, like no force."""
    known = {force: known_force(force) for force in leaf.values("force")}
    return (
        (force.region if (force := known.get(f)) else "", n) for f, n in _force(leaf, documents)
    )


def _by_value(name: str, leaf: Leaf, documents: Array) -> Counts:
    """Several for one article: the matches among the postings of each value."""
    postings = leaf.postings(name)
    matching = np.zeros(len(leaf), np.bool_)
    matching[documents] = True
    # As numbers without a sign, those below 0 lie beyond the end, and raise as they should.
    sums = offsets(matching[postings.documents.view(np.uint32)])[postings.at]
    counts = np.diff(sums)
    if (counts < 0).any():
        raise Unsound(f"the postings of {name} do not stand in a row")
    return zip(leaf.values(name), counts.tolist(), strict=True)


def _by_period(letters: int, leaf: Leaf, documents: Array) -> Counts:
    """Counts by the ISO date cut to ``letters``, where first and last day agree on it."""
    codes, values = leaf.periods(letters)
    return ((value, count) for value, count in _by_code(codes, documents, values) if value)


_COUNTERS: dict[str, Callable[[Leaf, Array], Counts]] = {
    "force": _force,
    "area": _force,
    "region": _region,
    "year": partial(_by_period, 4),
    "month": partial(_by_period, 7),
    "mentions": partial(_by_value, "mentions"),
    "type": partial(_by_value, "type"),
    "stage": partial(_by_value, "stage"),
}
