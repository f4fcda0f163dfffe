"""What narrows a search beside its text: forces, tags and days, as options name them.

Floor 3.  Invariant: a filter becomes a clause that says exactly what was given, or a
``QueryError`` that says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from .errors import Diagnostic, QueryError
from .forces import require_force
from .query.nodes import Node, Or, Term
from .query.values import require_tag

if TYPE_CHECKING:
    from .query.dates import Period

LISTS = ("area", "type", "stage")
"""The filters that may have several values."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a search beside its text, and how its words are taken.

    ``area``, ``type``, ``stage``  forces by any name of theirs, kinds of crime, stages of a case;
                several of one mean any of them
    ``since``, ``until``, ``on``  days and periods as people write them
    ``include_undated``      articles without a date pass filters by date
    ``include_boilerplate``  words are looked for in contact lines, too
    ``exact``     every word is taken literally
    ``any_word``  the text is plain words, any of which will do, and nothing else
    ``synonyms``  plain words count what they stand for, too; ``fuzzy``: and words spelt nearly
                  like them
    """

    area: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    on: str = ""
    include_undated: bool = False
    exact: bool = False
    any_word: bool = False
    include_boilerplate: bool = False
    synonyms: bool = True
    fuzzy: bool = False

    def shown(self) -> dict[str, str | list[str]]:
        """The filters in force, by option name, as they were given."""
        values: dict[str, str | list[str]] = {}
        for name in LISTS:
            if getattr(self, name):
                values[name] = list(getattr(self, name))
        for name in ("since", "until", "on"):
            if getattr(self, name):
                values[name] = str(getattr(self, name))
        return values

    def without(self, *names: str) -> Filters:
        """These filters but for those of ``names``."""
        none: dict[str, Any] = {name: () if name in LISTS else "" for name in names}
        return replace(self, **none)


def choices(filters: Filters) -> Iterator[Node]:
    """The forces, kinds of crime and stages that an article may have."""
    forces: list[Node] = [Term(require_force(name).id, "force", True) for name in filters.area]
    types = [_tagged("type", text) for text in filters.type]
    stages = [_tagged("stage", text) for text in filters.stage]
    for several in (forces, types, stages):
        terms = tuple(dict.fromkeys(several))
        if terms:
            yield terms[0] if len(terms) == 1 else Or(terms)


def _tagged(field: str, text: str) -> Node:
    term = require_tag(field, text)
    if isinstance(term, Diagnostic):
        raise QueryError((term,))
    return term


def span_of(filters: Filters, today: date) -> Period | None:
    """The days that ``on``, ``since`` and ``until`` leave; ``None`` where none was given."""
    if not (filters.on or filters.since or filters.until):
        return None
    # Most searches name no day, and the spellings of dates take time to import.
    from .query.dates import Period

    periods: list[Period] = []
    if filters.on:
        periods.append(_period("--on", filters.on, today))
    if filters.since:
        periods.append(Period(_period("--since", filters.since, today).first, None))
    if filters.until:
        periods.append(Period(None, _period("--until", filters.until, today).last))
    first = max((p.first for p in periods if p.first), default=None)
    last = min((p.last for p in periods if p.last), default=None)
    if first and last and first > last:
        message = f"no day lies both from {_day(first)} and up to {_day(last)}"
        hint = "give --since an earlier day than --until"
        raise QueryError((Diagnostic("empty-period", message, 0, 0, hint, fatal=True),))
    return Period(first, last)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _period(option: str, text: str, today: date) -> Period:
    """The period an option names, with a remark that names the option where it names none."""
    from .query.dates import BadDate, parse_period

    try:
        return parse_period(text, today)
    except BadDate as problem:
        remark = Diagnostic(
            "bad-date",
            f"{problem.message} ({option})",
            0,
            len(text),
            problem.hint.replace("date:", "").removesuffix(" or --since/--until"),
            fatal=True,
        )
        raise QueryError((remark,)) from problem
