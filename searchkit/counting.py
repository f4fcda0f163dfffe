"""Facets: the articles that answer a question, counted by one field.

Floor 5.  Several values of a facet may be chosen, so one that an option filters by counts what
each of its values would find if it were chosen too; all others count what was found.
Invariant: counts are of articles, copies among them, and exact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from operator import itemgetter

from .engines.base import Engine, Found, Request
from .fields import PERIODS
from .forces import area_of
from .question import Question
from .results import Bucket, Facet

_LATEST_FIRST = set(PERIODS)
_CHOSEN_BY = {"force": "area", "type": "type", "stage": "stage"}
"""The option that filters by the values of a facet, of those that may have several."""


def counted(engine: Engine, question: Question, request: Request) -> dict[str, Facet]:
    """The facets of ``request``, whose page is not looked at."""
    return facets(engine, question, request, engine.search(replace(request, limit=0)))


def facets(engine: Engine, question: Question, request: Request, found: Found) -> dict[str, Facet]:
    """The facets of ``request``, of which ``found`` is the answer to ``question``."""
    return {
        name: facet_of(name, _siblings(engine, question, request, name) or counts)
        for name, counts in found.facets.items()
    }


def _siblings(engine: Engine, question: Question, request: Request, name: str) -> Mapping[str, int]:
    """What each value of a facet would find in place of those that a filter of ``question``
    chooses; nothing where none chooses any."""
    option = _CHOSEN_BY.get(name)
    if option is None or not getattr(question.filters, option):
        return {}
    wider = question.asking(question.parsed.query, question.filters.without(option))
    counts = engine.crossed(replace(request, query=wider.query, facets=(name,)))
    return {value: count for (value,), count in counts.items()}


def facet_of(name: str, counts: Mapping[str, int]) -> Facet:
    """The facet ``name`` with its values in order, each with its label."""
    if name in _LATEST_FIRST:
        order = sorted(counts.items(), key=lambda pair: (pair[0] != "undated", pair[0]))[::-1]
    else:
        order = sorted(sorted(counts.items()), key=itemgetter(1), reverse=True)
    label = _LABELS.get(name, str)
    return Facet(name, tuple([Bucket(value, label(value), count) for value, count in order]))


@lru_cache(maxsize=256)
def _area(force: str) -> str:
    return area_of(force)


def _region(region: str) -> str:
    return region or "no region"


_LABELS: Mapping[str, Callable[[str], str]] = {
    "force": _area,
    "mentions": _area,
    "region": _region,
}
"""What the values of facets are called, where that is not what they are."""
