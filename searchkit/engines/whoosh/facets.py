"""Counting matches by force, region, other forces named, tags and periods, one by one or crossed.

Floor 4.  Exact: every match is counted, not a sample.  An article without a date counts under
``undated``; one without a force, or of none that has a region, under the empty value.  What is
known only to its year stands in no month; crossed, it counts under the empty value, so that no
match is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple, TypeAlias

import numpy as np

from ...fields import PERIODS
from ...forces import known_force
from ..refusals import unknown_facet
from .columns import Array, offsets
from .faults import Unsound
from .leaf import Leaf

Found = Sequence[tuple[Leaf, Array]]
"""The live matches of each leaf."""

Counts: TypeAlias = Iterable[tuple[str, int]]
"""How many of them have each value."""


class Held(NamedTuple):
    """The values that matches have: that of number ``rows[i]``, which ascend, has
    ``values[codes[i]]``."""

    rows: Array
    codes: Array
    values: Sequence[str]


class _Facet(NamedTuple):
    """How to count by it alone, and what to cross it by."""

    alone: Callable[[Leaf, Array], Counts]
    held: Callable[[Leaf, Array], Held]


def count(name: str, found: Found) -> Mapping[str, int]:
    """How many matches have each value of the facet ``name``.  Raises ``UnknownField``."""
    counts: dict[str, int] = {}
    for leaf, documents in found:
        for value, number in _known(name).alone(leaf, documents):
            if number:
                counts[value] = counts.get(value, 0) + number
    return counts


def crossed(names: Sequence[str], found: Found) -> Mapping[tuple[str, ...], int]:
    """How many matches have each combination of values of the facets ``names``, in that order; a
    match counts once for each of its combinations.  Raises ``UnknownField``."""
    chosen = [_known(name) for name in names]
    counts: dict[tuple[str, ...], int] = {}
    for leaf, documents in found:
        rows = np.arange(len(documents))
        codes = np.zeros(len(documents), np.int64)
        lists: list[Sequence[str]] = []
        for facet in chosen:
            held = facet.held(leaf, documents)
            rows, codes = _joined(rows, codes, held, len(documents))
            lists.append(held.values)
        several, numbers = np.unique(codes, return_counts=True)
        for code, number in zip(several.tolist(), numbers.tolist(), strict=True):
            key = _named(code, lists)
            counts[key] = counts.get(key, 0) + number
    return counts


def _joined(rows: Array, codes: Array, held: Held, matches: int) -> tuple[Array, Array]:
    """Each pair of a row and a code with each value ``held`` for the row, as rows and codes: the
    code so far times the number of values, and the code of the value."""
    begins = offsets(np.bincount(held.rows, minlength=matches))
    times = np.diff(begins)[rows]
    ends = np.cumsum(times)
    total = int(ends[-1]) if len(ends) else 0
    within = np.arange(total) - np.repeat(ends - times, times)
    added = held.codes[np.repeat(begins[rows], times) + within]
    return np.repeat(rows, times), np.repeat(codes, times) * len(held.values) + added


def _named(code: int, lists: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The values that a code of ``_joined`` stands for."""
    values = []
    for several in reversed(lists):
        code, last = divmod(code, len(several))
        values.append(several[last])
    return tuple(reversed(values))


def _known(name: str) -> _Facet:
    facet = _FACETS.get(name)
    if facet is None:
        raise unknown_facet(name)
    return facet


def _by_code(codes: Array, documents: Array, values: Sequence[str]) -> Counts:
    """Counts by the code of each document; ``values`` says what each code stands for."""
    numbers = np.bincount(codes.take(documents), minlength=len(values)).tolist()
    return zip(values, numbers, strict=True)


def _one_each(codes: Array, documents: Array, values: Sequence[str]) -> Held:
    return Held(np.arange(len(documents)), codes.take(documents).astype(np.int64), values)


def _forces(leaf: Leaf) -> tuple[Array, Sequence[str]]:
    return leaf.forces, ("", *leaf.values("force"))


def _force(leaf: Leaf, documents: Array) -> Counts:
    codes, values = _forces(leaf)
    return _by_code(codes, documents, values)


def _force_held(leaf: Leaf, documents: Array) -> Held:
    codes, values = _forces(leaf)
    return _one_each(codes, documents, values)


def _regions(leaf: Leaf) -> tuple[Array, Sequence[str]]:
    """The region of each force, by its code; forces that no table here has are nowhere."""
    known = (known_force(force) for force in leaf.values("force"))
    return leaf.forces, ("", *(force.region if force else "" for force in known))


def _region(leaf: Leaf, documents: Array) -> Counts:
    codes, values = _regions(leaf)
    return _by_code(codes, documents, values)


def _region_held(leaf: Leaf, documents: Array) -> Held:
    codes, values = _regions(leaf)
    return _one_each(codes, documents, values)


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


def _values_held(name: str, leaf: Leaf, documents: Array) -> Held:
    postings = leaf.postings(name)
    numbers = np.full(len(leaf), -1, np.int64)
    numbers[documents] = np.arange(len(documents))
    several: Array = np.diff(postings.at.astype(np.int64))
    if (several < 0).any() or several.sum() != len(postings.documents):
        raise Unsound(f"the postings of {name} do not stand in a row")
    rows = numbers[postings.documents.view(np.uint32)]
    codes = np.repeat(np.arange(len(several)), several)
    order = np.argsort(rows, kind="stable")[np.count_nonzero(rows < 0) :]
    return Held(rows[order], codes[order], leaf.values(name))


def _by_period(kind: str, leaf: Leaf, documents: Array) -> Counts:
    """Counts by the period in which first and last day lie."""
    codes, values = leaf.periods(kind)
    return ((value, count) for value, count in _by_code(codes, documents, values) if value)


def _period_held(kind: str, leaf: Leaf, documents: Array) -> Held:
    codes, values = leaf.periods(kind)
    return _one_each(codes, documents, values)


_FACETS: Mapping[str, _Facet] = {
    "force": _Facet(_force, _force_held),
    "area": _Facet(_force, _force_held),
    "region": _Facet(_region, _region_held),
    **{
        name: _Facet(partial(_by_value, name), partial(_values_held, name))
        for name in ("mentions", "type", "stage")
    },
    **{kind: _Facet(partial(_by_period, kind), partial(_period_held, kind)) for kind in PERIODS},
}
