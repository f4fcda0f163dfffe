"""Counting matches by force, region, other forces named, tags and periods, one by one or crossed.

Floor 4.  Values are told apart by the cluster, regions made of forces here.  A match whose date is
not known so precisely stands in no period; crossed, it counts under the empty value.
Invariant: every match is counted; where there are more values than one answer takes, the next are
asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...fields import FACETS, PERIODS
from ...forces import known_force
from ..refusals import unknown_facet
from .plan import Query
from .requests import Answer, Asker, Search

MOST_VALUES = 10_000
"""Values of one facet that come with the hits; there are fewer but for days, over decades."""

_PAGE = 10_000
_FIELDS = {**{name: name for name in FACETS}, "area": "force", "region": "force"}


def aggregations(names: Sequence[str]) -> Query:
    """What counts matches by each facet of ``names``.  Raises ``UnknownField``."""
    return {
        f"by {field}": {"terms": {"field": field, "size": MOST_VALUES, "shard_size": MOST_VALUES}}
        for field in map(field_of, names)
    }


def field_of(name: str) -> str:
    """The field that a facet is counted by.  Raises ``UnknownField``."""
    if name not in _FIELDS:
        raise unknown_facet(name)
    return _FIELDS[name]


def facets(
    names: Sequence[str], answer: Answer, asker: Asker, query: Query
) -> dict[str, Mapping[str, int]]:
    """The counts in the ``answer`` to a search with ``aggregations``, by facet."""
    found: dict[str, Mapping[str, int]] = {}
    for name in names:
        told = answer["aggregations"][f"by {_FIELDS[name]}"]
        if told["sum_other_doc_count"]:
            # No article has no value of a facet that has so many.
            crossing = crossed(asker, query, (name,))
            found[name] = {values[0]: count for values, count in crossing.items() if values[0]}
        else:
            pairs = ((bucket["key"], bucket["doc_count"]) for bucket in told["buckets"])
            found[name] = _by_region(pairs) if name == "region" else dict(pairs)
    return found


def _by_region(pairs: Iterator[tuple[str, int]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for force, count in pairs:
        region = region_of(force)
        counts[region] = counts.get(region, 0) + count
    return counts


def region_of(force: str) -> str:
    """The region of a force; forces that no table here has are nowhere."""
    known = known_force(force)
    return known.region if known else ""


def crossed(asker: Asker, query: Query, names: Sequence[str]) -> dict[tuple[str, ...], int]:
    """How many matches of ``query`` have each combination of values of the facets ``names``, in
    that order; a match counts once for each of its combinations.  Raises ``UnknownField``."""
    fields = [field_of(name) for name in names]
    if not names:
        found = asker.search(Search({"query": query, "size": 0, "track_total_hits": True}))
        total = found["hits"]["total"]["value"]
        return {(): total} if total else {}
    counts: dict[tuple[str, ...], int] = {}
    for key, count in combinations(asker, query, fields):
        values = tuple(
            region_of(value) if name == "region" else value
            for name, value in zip(names, key, strict=True)
        )
        counts[values] = counts.get(values, 0) + count
    return counts


def combinations(
    asker: Asker, query: Query, fields: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], int]]:
    """Each combination of values of ``fields`` that matches of ``query`` have, and how many; an
    empty text stands for a period that is not known so precisely."""
    sources = [
        {str(n): {"terms": {"field": field, "missing_bucket": field in PERIODS}}}
        for n, field in enumerate(fields)
    ]
    after: Mapping[str, Any] | None = None
    while True:
        composite: Query = {"size": _PAGE, "sources": sources}
        if after is not None:
            composite["after"] = after
        body = {
            "query": query,
            "size": 0,
            "track_total_hits": False,
            "aggs": {"crossed": {"composite": composite}},
        }
        told = asker.search(Search(body))["aggregations"]["crossed"]
        for bucket in told["buckets"]:
            key = tuple(bucket["key"][str(n)] or "" for n in range(len(fields)))
            yield key, bucket["doc_count"]
        after = told.get("after_key")
        if after is None or len(told["buckets"]) < _PAGE:
            return
