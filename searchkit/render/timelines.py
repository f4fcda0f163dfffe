"""Timelines and matrices of counts for people, and as tables for other programs.

Floor 7.  Invariant: what lies in no period (dates less precise, none at all) is always said, in
the table as in the lines.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from ..results import Bucket
from ..timeline import Count, Timeline
from .exports import safe
from .layout import Look, bar, columns_of, counted, matching, paint, wrap

_BAR = 30
_NARROWEST_BAR = 6
_SERIES = 5
"""So many parts of a split stand in columns of their own; the others in one."""

TAGS = ("type", "stage")
"""What an article may have several of, or none."""

SEVERAL = "An article may count in several parts, or in none."


def period_label(period: str) -> str:
    """``2 Feb 2021`` or ``Feb 2021`` of the ISO name of a period."""
    parts = period.split("-")
    if len(parts) == 1:
        return period
    day = date(int(parts[0]), int(parts[1]), int(parts[2]) if len(parts) == 3 else 1)
    return f"{day.day} {day:%b %Y}" if len(parts) == 3 else f"{day:%b %Y}"


def shown_series(timeline: Timeline, most: int = _SERIES) -> tuple[tuple[Bucket, ...], bool]:
    """The parts that are shown by themselves, and whether there are others."""
    return timeline.series[:most], len(timeline.series) > most


def others(row: Count, shown: Iterable[Bucket]) -> int:
    """The articles of the parts of a row that are not ``shown``, one that has two counted twice."""
    return sum(row.parts.values()) - sum(row.parts.get(one.value, 0) for one in shown)


def summary(timeline: Timeline) -> str:
    """A timeline in a sentence, for those who cannot see it."""
    if timeline.peak is None or not timeline.total:
        return "No articles."
    first, last = timeline.rows[0], timeline.rows[-1]
    span = f"{period_label(first.period)} to {period_label(last.period)}"
    peak = timeline.peak
    most = f"most in {period_label(peak.period)}: {peak.count:,}"
    return f"{counted(timeline.total, 'article')}, {span}; {most}."


def render_timeline(timeline: Timeline, text: str, look: Look, filters: str = "") -> Iterator[str]:
    """A line a period: how many articles, of how many, by what, and a bar; ``filters`` says in
    words what else was asked."""
    head = f"{matching(timeline.total, text)}, by {timeline.by}{filters}"
    yield from wrap([(head, "")], look)
    if not timeline.total:
        return
    yield ""
    yield from _rows(timeline, look)
    yield ""
    notes = []
    if timeline.imprecise.count:
        notes.append(f"{timeline.imprecise.count:,} dated less precisely than to the {timeline.by}")
    if timeline.undated.count:
        notes.append(f"{timeline.undated.count:,} undated")
    if timeline.split in TAGS:
        yield from wrap([(SEVERAL, "dim")], look)
    if notes:
        yield from wrap([(f"Beside these: {', '.join(notes)}.", "dim")], look)
    yield from wrap([(summary(timeline), "dim")], look)


def _rows(timeline: Timeline, look: Look) -> Iterator[str]:
    series, more = shown_series(timeline)
    head = [timeline.by.capitalize(), "articles"]
    if timeline.shares:
        head.append("per 1,000")
    head += [one.label or "none" for one in series] + (["others"] if more else [])
    rows = [tuple(head)]
    for row in timeline.rows:
        cells = [period_label(row.period), f"{row.count:,}"]
        if timeline.shares:
            cells.append("" if row.share is None else f"{row.share:,.1f}")
        cells += [f"{row.parts.get(one.value, 0):,}" for one in series]
        rows.append((*cells, *([f"{others(row, series):,}"] if more else [])))
    first, *lines = columns_of(rows, numeric=range(1, len(head)))
    yield paint(first, "dim", look)
    values = [(row.share or 0.0) if timeline.shares else row.count for row in timeline.rows]
    largest = max(values, default=0)
    room = min(_BAR, look.width - max(map(len, lines), default=0) - 2)
    width = max(map(len, lines), default=0)
    for line, value in zip(lines, values, strict=True):
        drawn = _bar(value, largest, room) if room >= _NARROWEST_BAR else ""
        yield paint(f"{line:<{width}}  {drawn}".rstrip(), "", look)


def _bar(value: float, largest: float, columns: int) -> str:
    # Bars are of whole numbers; of shares, thousandths are enough.
    return bar(round(1000 * value), round(1000 * largest), columns)


def timeline_csv(timeline: Timeline) -> Iterator[str]:
    """A row a period (the last two: ``imprecise`` and ``undated``), with a column for each part."""
    head = ["period", "count", *(["of", "per_1000"] if timeline.shares else [])]
    yield table_line([*head, *(one.value or "none" for one in timeline.series)])
    named = [(row.period, row) for row in timeline.rows]
    for name, row in (*named, ("imprecise", timeline.imprecise), ("undated", timeline.undated)):
        cells: list[object] = [name, row.count]
        if timeline.shares:
            cells += [row.of, "" if row.share is None else round(row.share, 4)]
        yield table_line([*cells, *(row.parts.get(one.value, 0) for one in timeline.series)])


def table_line(cells: Sequence[object]) -> str:
    """One line of a table: RFC 4180, no cell a formula."""
    held = io.StringIO(newline="")
    csv.writer(held, lineterminator="\r\n").writerow(
        safe(cell) if isinstance(cell, str) else cell for cell in cells
    )
    return held.getvalue()
