"""Counts by period as a chart of bars: places and sizes, for an SVG without any style in it.

Floor 8.  Bars lie in a box that is stretched over the chart, one unit a period wide and ``HEIGHT``
high; ticks are places along it in per cent, so that letters keep their size on any screen.
Invariant: a bar is as high as its share of ``ceiling``, and one that is not 0 can be seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ...timeline import UNDATED
from ...ukdates import MONTHS

HEIGHT = 100
_LEAST = 1.0
_TICKS = 8
_EDGE = 0.9
_WIDTHS = {"year": 0.86, "month": 0.86, "week": 0.9, "day": 0.9}


@dataclass(frozen=True, slots=True)
class Bar:
    """One period: its place in units, its size, and what it says."""

    x: float
    y: float
    width: float
    height: float
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A label ``at`` so many per cent of the way; a ``minor`` one is left out on small screens,
    and the ``last`` one ends at its place, if it would not fit otherwise."""

    at: str
    label: str
    minor: bool = False
    last: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """``bars`` in a box ``units`` wide; ``columns`` are the labels below, ``lines`` those of the
    grid; ``ceiling`` is the value at the top."""

    bars: tuple[Bar, ...]
    units: int
    columns: tuple[Tick, ...]
    lines: tuple[Tick, ...]
    ceiling: float


def chart(by: str, values: Sequence[tuple[str, float]], *, top: float = 0.0) -> Chart:
    """The chart of ``values``, each a period (as ``timeline.Count`` names it) and what it counts;
    ``top`` is the highest value of all charts that it is to be compared with."""
    ceiling = _ceiling(max([top, *(value for _, value in values)]))
    width = _WIDTHS[by]
    bars = []
    for place, (period, value) in enumerate(values):
        height = round(max(value / ceiling * HEIGHT, _LEAST), 2) if value else 0.0
        x = round(place + (1 - width) / 2, 3)
        bars.append(
            Bar(
                x,
                round(HEIGHT - height, 2),
                width,
                height,
                named(by, period),
                _said(value),
            )
        )
    lines = [Tick(_percent(1 - part), _said(ceiling * part)) for part in (1.0, 0.5)]
    units = max(1, len(values))
    return Chart(tuple(bars), units, _columns(by, [p for p, _ in values]), tuple(lines), ceiling)


def named(by: str, period: str) -> str:
    """A period in words: ``2019``, ``March 2019``, ``week of 4 March 2019``, ``4 March 2019``."""
    parts = period.split("-")
    if len(parts) == 1:
        return period
    month = MONTHS[int(parts[1]) - 1]
    if len(parts) == 2:
        return f"{month} {parts[0]}"
    day = f"{int(parts[2])} {month} {parts[0]}"
    return f"week of {day}" if by == "week" else day


def days_of(by: str, period: str) -> tuple[str, str]:
    """The values of ``since`` and ``until`` that leave this period alone."""
    if by != "week":
        return period, period
    return period, (date.fromisoformat(period) + timedelta(days=6)).isoformat()


def by_month(buckets: Sequence[tuple[str, int]]) -> tuple[str, list[tuple[str, float]]]:
    """The months from the first January to the last December of ``buckets``, each with its count;
    years, where they would be more months than can be told apart."""
    held = {month: count for month, count in buckets if month != UNDATED}
    months = sorted(held)
    if not months:
        return "month", []
    first, last = int(months[0][:4]), int(months[-1][:4])
    if last - first >= _MOST_YEARS:
        years = {str(year): 0.0 for year in range(first, last + 1)}
        for month in months:
            years[month[:4]] += held[month]
        return "year", list(years.items())
    names = [f"{year}-{month:02}" for year in range(first, last + 1) for month in range(1, 13)]
    return "month", [(name, float(held.get(name, 0))) for name in names]


_MOST_YEARS = 14


def _ceiling(highest: float) -> float:
    """A round number not below ``highest``: 1, 2, 4, 5, 6, 8 or 10 times a power of ten."""
    if highest <= 0:
        return 2.0
    unit = 1.0
    while unit * 10 < highest:
        unit *= 10
    while unit > highest:
        unit /= 10
    steps = (2, 4, 6, 8, 10) if unit == 1 else (1, 2, 4, 5, 6, 8, 10)
    return next(step * unit for step in steps if step * unit >= highest)


def _columns(by: str, periods: Sequence[str]) -> tuple[Tick, ...]:
    """Labels below the bars: years where there are several, else the periods themselves."""
    years = [place for place, period in enumerate(periods) if _opens(by, periods, place)]
    if by != "year" and len(years) > 1:
        places, names = years, [periods[place][:4] for place in years]
    else:
        places, names = list(range(len(periods))), [_short(by, period) for period in periods]
    step = -(-len(places) // (2 * _TICKS))
    places, names = places[::step] if step > 1 else places, names[::step] if step > 1 else names
    size = max(1, len(periods))
    crowded = len(places) > _TICKS // 2
    return tuple(
        Tick(_percent(place / size), name, crowded and number % 2 == 1, place / size > _EDGE)
        for number, (place, name) in enumerate(zip(places, names, strict=True))
    )


def _opens(by: str, periods: Sequence[str], place: int) -> bool:
    """Whether a year begins with the period at ``place``."""
    return place == 0 or periods[place][:4] != periods[place - 1][:4]


def _short(by: str, period: str) -> str:
    parts = period.split("-")
    month = MONTHS[int(parts[1]) - 1][:3] if len(parts) > 1 else ""
    return f"{int(parts[2])} {month}" if len(parts) > 2 else month or period


def _percent(part: float) -> str:
    return f"{100 * part:.2f}%"


def _said(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
