"""A timeline as a chart for a report: SVG or PNG, drawn by matplotlib.

Floor 7.  Imported only where a chart is asked for (extra ``plot``).  Invariant: the same timeline
gives the same file, byte for byte.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.dates
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ..timeline import Count, Timeline
from .timelines import SEVERAL, TAGS, others, shown_series, summary

_INCHES = (9.0, 4.6)
_DOTS = 160
"""Dots an inch of a PNG."""

_INK, _DIM, _GRID = "#16212b", "#5a6772", "#dfe4e8"
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#8c8c8c")
"""Told apart by the colour-blind, too (Okabe and Ito, *Color Universal Design*, 2008); the last for
what has no column of its own."""

_DAYS = {"year": 330, "month": 25, "week": 6, "day": 0.9}
"""How wide a bar is."""


def draw(timeline: Timeline, text: str, target: Path) -> None:
    """Draws ``timeline``, which ``text`` asked for, to ``target``, whose ending is ``.svg`` or
    ``.png``.  Raises ``OSError``."""
    style: Any = {
        "svg.hashsalt": "searchkit",
        "svg.fonttype": "none",
        "font.size": 10,
        "text.color": _INK,
        "axes.edgecolor": _GRID,
        "xtick.color": _DIM,
        "ytick.color": _DIM,
    }
    with matplotlib.rc_context(style):
        figure = Figure(figsize=_INCHES, layout="constrained")
        axes = figure.subplots()
        _bars(axes, timeline)
        _dress(axes, timeline, text)
        if target.suffix.lower() == ".svg":
            FigureCanvasSVG(figure)
            figure.savefig(target, metadata={"Date": None})
        else:
            FigureCanvasAgg(figure)
            figure.savefig(target, dpi=_DOTS, metadata={"Software": None})


def _bars(axes: Any, timeline: Timeline) -> None:
    """A bar a period, its parts one above the other."""
    days = [_middle(row, timeline.by) for row in timeline.rows]
    width = timedelta(days=_DAYS[timeline.by])
    series, more = shown_series(timeline)
    if not series:
        heights = [_height(row, row.count, timeline) for row in timeline.rows]
        axes.bar(days, heights, width, color=_COLOURS[0])
        return
    stacks = [
        (one.label or "none", [row.parts.get(one.value, 0) for row in timeline.rows])
        for one in series
    ]
    if more:
        stacks.append(("others", [others(row, series) for row in timeline.rows]))
    floor = [0.0] * len(days)
    colours = (*_COLOURS[: len(series)], _COLOURS[-1])
    for (label, counts), colour in zip(stacks, colours, strict=False):
        heights = [
            _height(row, count, timeline) for row, count in zip(timeline.rows, counts, strict=True)
        ]
        axes.bar(days, heights, width, bottom=floor, label=label, color=colour)
        floor = [low + height for low, height in zip(floor, heights, strict=True)]
    axes.legend(frameon=False, ncols=3, loc="upper left", fontsize=9)


def _height(row: Count, count: int, timeline: Timeline) -> float:
    if not timeline.shares:
        return float(count)
    return 1000 * count / row.of if row.of else 0.0


def _middle(row: Count, by: str) -> date:
    """The day that the bar of a period stands on."""
    first = date.fromisoformat(f"{row.period}-01-01"[:10])
    return first + timedelta(days={"year": 182, "month": 15, "week": 3, "day": 0}[by])


def _dress(axes: Any, timeline: Timeline, text: str) -> None:
    """Title, axes and what they count."""
    title = text.strip() or "All articles"
    axes.set_title(title, loc="left", fontsize=14, fontweight="bold", pad=24)
    axes.text(0, 1.03, _subtitle(timeline), transform=axes.transAxes, color=_DIM, fontsize=9.5)
    unit = (
        f"articles of 1,000, by {timeline.by}" if timeline.shares else f"articles, by {timeline.by}"
    )
    axes.set_ylabel(unit, color=_DIM)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.grid(axis="y", color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=not timeline.shares))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    if timeline.rows:
        dates: Any = matplotlib.dates
        locator = dates.AutoDateLocator(minticks=3, maxticks=10)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
    axes.margins(x=0.01)
    axes.set_ylim(bottom=0)


def _subtitle(timeline: Timeline) -> str:
    beside = []
    if timeline.imprecise.count:
        beside.append(f"{timeline.imprecise.count:,} dated less precisely")
    if timeline.undated.count:
        beside.append(f"{timeline.undated.count:,} undated")
    left = f"  Not shown: {', '.join(beside)}." if beside else ""
    several = f"  {SEVERAL}" if timeline.split in TAGS else ""
    return summary(timeline) + left + several
