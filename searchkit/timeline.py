"""How many articles answer a question in each year, month, week or day.

Floor 5.  Periods without an article stand there with 0, between the first and the last that have
any or that were asked for.  What is known only to a longer period than is counted by is counted
beside the periods, as are articles without a date: no article is forced onto a day.
Invariant: rows, ``imprecise`` and ``undated`` add up to ``total``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypeAlias

from .bounds import refusal
from .copies import CopiesMode
from .counting import facet_of
from .engines.base import Engine, Request
from .fields import PERIODS
from .query.nodes import Every
from .question import Question
from .results import Bucket

SPLITS = ("force", "type", "stage")
"""What each period may be divided by."""

MOST_PERIODS = 10_000
"""So many periods, the days of 27 years, are listed at most."""

UNDATED = "undated"

_Counts: TypeAlias = Mapping[tuple[str, ...], int]


@dataclass(frozen=True, slots=True)
class Count:
    """The articles of one period.

    ``period``  the ISO date of its first day, cut to what names it (``2020``, ``2020-03``; a week
                has the day of its Monday); ``undated``; or empty for dates that are less precise
    ``count``   articles that answer the question
    ``of``      articles of the period that pass the same filters, whatever their words; 0 where
                that was not asked for
    ``parts``   articles by value of what the timeline is split by; an article may have several
                values, or none
    """

    period: str
    count: int
    of: int = 0
    parts: Mapping[str, int] = field(default_factory=dict)

    @property
    def share(self) -> float | None:
        """Articles that answer among 1,000 of the period; ``None`` where there are none, or it was
        not asked for."""
        return 1000 * self.count / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Timeline:
    """The counts of all periods of one length, ``by``, first to last.

    ``split``      what ``parts`` are the values of, or empty; ``series`` are these values, those of
                   most articles first
    ``imprecise``  articles dated to a longer period only, ``undated`` those without a date
    ``total``      articles that answer, copies among them
    """

    by: str
    split: str
    rows: tuple[Count, ...]
    imprecise: Count
    undated: Count
    total: int
    series: tuple[Bucket, ...] = ()
    shares: bool = False
    generation: str = ""

    def __iter__(self) -> Iterator[Count]:
        return iter(self.rows)

    @property
    def peak(self) -> Count | None:
        """The first of the periods with most articles; ``None`` where there is no period."""
        return max(self.rows, key=lambda row: row.count, default=None)


def timeline(
    engine: Engine, question: Question, by: str, split: str = "", *, share: bool = False
) -> Timeline:
    """Counts the articles that answer ``question``.

    ``by`` is of ``fields.PERIODS``, ``split`` of ``SPLITS`` or empty; with ``share``, the articles
    of each period are counted, too.  Raises ``QueryError`` for what is none of these, and for more
    than ``MOST_PERIODS`` periods.
    """
    if by not in PERIODS:
        raise refusal("bad-by", f"no period {by!r}", f"there are: {', '.join(PERIODS)}")
    if split and split not in SPLITS:
        raise refusal("bad-split", f"no split by {split!r}", f"there are: {', '.join(SPLITS)}")
    request = Request(question.query, copies=CopiesMode.ALL, facets=(by,))
    counts = engine.crossed(request)
    all_held: _Counts = {}
    if share:
        everything = question.asking(Every(), question.filters)
        all_held = engine.crossed(replace(request, query=everything.query))
    parts = engine.crossed(replace(request, facets=(by, split))) if split else {}
    rows = {
        period: Count(period, counts.get((period,), 0), all_held.get((period,), 0))
        for period in [*_periods(by, counts, question), "", UNDATED]
    }
    for (period, value), number in parts.items():
        rows[period] = replace(rows[period], parts={**rows[period].parts, value: number})
    undated, imprecise = rows.pop(UNDATED), rows.pop("")
    return Timeline(
        by,
        split,
        tuple(rows.values()),
        imprecise,
        undated,
        sum(counts.values()),
        _series(split, parts),
        share,
        engine.generation,
    )


def _series(split: str, parts: _Counts) -> tuple[Bucket, ...]:
    totals: dict[str, int] = {}
    for (_, value), number in parts.items():
        totals[value] = totals.get(value, 0) + number
    return facet_of(split, totals).buckets


def _periods(by: str, counts: _Counts, question: Question) -> Iterator[str]:
    """The names of the periods, first to last, without a gap."""
    held = sorted(period for (period,) in counts if period not in ("", UNDATED))
    days = [_first_day(held[0]), _first_day(held[-1])] if held else []
    asked = question.span
    if asked and asked.first:
        days.append(asked.first)
    if asked and asked.last:
        days.append(min(asked.last, max(question.today, *days)))
    if not days:
        return
    day, last, listed = _begin(by, min(days)), max(days), 0
    while day <= last:
        listed += 1
        if listed > MOST_PERIODS:
            message = f"more than {MOST_PERIODS:,} periods of a {by} lie in that time"
            raise refusal("limit-periods", message, "count by longer ones, or give a shorter time")
        yield _name(by, day)
        day = _next(by, day)


def _first_day(period: str) -> date:
    return date.fromisoformat(f"{period}-01-01"[:10])


def _begin(by: str, day: date) -> date:
    """The first day of the period that ``day`` lies in."""
    if by == "week":
        return day - timedelta(days=day.weekday())
    return _first_day(_name(by, day))


def _name(by: str, day: date) -> str:
    return day.isoformat()[: {"year": 4, "month": 7}.get(by, 10)]


def _next(by: str, day: date) -> date:
    """The first day of the period after that which begins on ``day``."""
    if by in ("week", "day"):
        return day + timedelta(days=7 if by == "week" else 1)
    if by == "month" and day.month < 12:
        return day.replace(month=day.month + 1)
    return date(day.year + 1, 1, 1)
