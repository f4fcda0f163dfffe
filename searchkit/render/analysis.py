"""The one dictionary shape of counts: facets, timelines, forces, suggestions, for every program.

Floor 7.  The contracts are ``searchkit.facets/1`` and so on, described by ``data/*.schema.json``;
keys may be added to them, none is removed or changes its meaning without a new number.
Invariant: the dictionaries hold only strings, numbers, ``None``, lists and dictionaries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..results import Facet
from ..suggesting import Suggestions
from ..timeline import Count, Timeline
from .envelope import buckets_to_list
from .tables import forces_to_list

if TYPE_CHECKING:
    from ..stats import ForceCount

FACETS_SCHEMA = "searchkit.facets/1"
TIMELINE_SCHEMA = "searchkit.timeline/1"
FORCES_SCHEMA = "searchkit.forces/1"
SUGGESTIONS_SCHEMA = "searchkit.suggestions/1"

Json = dict[str, Any]

_LISTS = ("area", "type", "stage")
_FILTERS = (*_LISTS, "since", "until", "on")


def facets_to_dict(
    facets: Mapping[str, Facet], total: int, asked: Mapping[str, Any], generation: str = ""
) -> Json:
    """``facets`` of the ``total`` articles that answer; ``asked`` are the options of the question
    as ``Index.facets`` takes them."""
    return {
        "schema": FACETS_SCHEMA,
        "query": asked_to_dict(asked),
        "total": total,
        "generation": generation,
        "facets": {name: buckets_to_list(facet) for name, facet in facets.items()},
    }


def timeline_to_dict(timeline: Timeline, asked: Mapping[str, Any]) -> Json:
    """``timeline`` period by period; ``asked`` are the options of the question."""
    return {
        "schema": TIMELINE_SCHEMA,
        "query": asked_to_dict(asked),
        "by": timeline.by,
        "split": timeline.split or None,
        "total": timeline.total,
        "generation": timeline.generation,
        "periods": [_count(row, timeline) for row in timeline.rows],
        "imprecise": _count(timeline.imprecise, timeline),
        "undated": _count(timeline.undated, timeline),
        "series": [
            {"value": one.value, "label": one.label, "count": one.count} for one in timeline.series
        ],
    }


def forces_to_dict(counts: Sequence[ForceCount], generation: str = "") -> Json:
    """Every force of the gazetteer, with what the index holds of it."""
    return {
        "schema": FORCES_SCHEMA,
        "generation": generation,
        "forces": forces_to_list(counts),
    }


def suggestions_to_dict(suggestions: Suggestions) -> Json:
    """What somebody who is typing may want."""
    return {
        "schema": SUGGESTIONS_SCHEMA,
        "text": suggestions.text,
        "generation": suggestions.generation,
        "titles": [
            {"id": one.id, "title": one.text, "force": one.force, "date": one.date}
            for one in suggestions.titles
        ],
        "forces": [
            {"id": one.id, "name": one.text, "count": one.count} for one in suggestions.forces
        ],
        "words": [{"text": one.text, "count": one.count} for one in suggestions.words],
    }


def asked_to_dict(asked: Mapping[str, Any]) -> Json:
    """The text and the filters of a question, as they were given."""
    filters: Json = {}
    for name in _FILTERS:
        value = asked.get(name)
        if value and name in _LISTS:
            filters[name] = [value] if isinstance(value, str) else list(value)
        elif value:
            filters[name] = str(value)
    return {"text": asked.get("text", ""), "filters": filters}


def _count(row: Count, timeline: Timeline) -> Json:
    told: Json = {"period": row.period or None, "count": row.count}
    if timeline.shares:
        told["of"] = row.of
        told["share"] = None if row.share is None else round(row.share, 4)
    if timeline.split:
        told["parts"] = dict(row.parts)
    return told
