"""The figures as one SVG picture of four panels, written by hand, for light and dark pages.

Bars begin at zero; times of queries span three orders of magnitude and lie on logarithmic axes.
Invariant: colours come from the style sheet alone, and text is legible at 880 pixels.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from .lab import Figures
from .trial import COMMAND

_WIDTH, _HEIGHT = 880, 640
_PANEL = (400, 220)
"""Width and height of a panel's plot, labels to its left included."""

_LABELS = 104
_COLOURS = {
    "searchkit": ("#b3261e", "#ff8a80"),
    "tantivy": ("#1f5fa8", "#7fb4f0"),
    "fts5": ("#1d7a46", "#74c997"),
    "whoosh": ("#7a5a12", "#d9b45b"),
}
"""Engine to its colour on light and on dark."""

_NAMES = {"fts5": "SQLite FTS5", "whoosh": "stock Whoosh", "whoosh-2": "stock Whoosh"}


@dataclass(frozen=True, slots=True)
class Axis:
    """A logarithmic axis: 10**``low`` to 10**``high`` on the pixels ``start`` to ``end``."""

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def over(cls, values: Sequence[float], start: float, end: float) -> Axis:
        """The decades that hold all ``values``, which are positive."""
        low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        return cls(low, max(high, low + 1), start, end)

    def at(self, value: float) -> float:
        """The pixel of ``value``: start + (end - start)(log10 value - low) / (high - low)."""
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + (self.end - self.start) * share

    def ticks(self) -> list[float]:
        """The powers of ten."""
        return [10.0**power for power in range(math.ceil(self.low), math.floor(self.high) + 1)]


def chart(report: Figures) -> str:
    """The picture; bars are of the second size, or of the only one."""
    sizes = list(report["sizes"])
    size = sizes[min(1, len(sizes) - 1)]
    trial = report["sizes"][size]
    count = f"{int(size):,} articles"
    panels = [
        _bars(f"Articles a second, from files to an index of {count}", _rates(trial), "{:,.0f}"),
        _spans(f"Complete query, {count}: p50 to p95, ms", _spread(trial)),
        _bars("A whole process that answers one query: ms", _cold(trial), "{:,.0f}"),
        _lines("Complete query: p95 in ms over articles (log)", report),
    ]
    places = ((20, 66), (460, 66), (20, 356), (460, 356))
    body = "\n".join(
        f'<g transform="translate({x} {y})">\n{panel}\n</g>'
        for (x, y), panel in zip(places, panels, strict=True)
        if panel
    )
    cpu = f"{report['machine']['cores']} cores, {report['machine']['cpu']}"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
            f'width="{_WIDTH}" height="{_HEIGHT}" role="img" '
            'aria-label="searchkit, tantivy, SQLite FTS5 and stock Whoosh compared">',
            f"<style>{_style()}</style>",
            f'<rect class="page" width="{_WIDTH}" height="{_HEIGHT}" rx="8"/>',
            _text(20, 30, "searchkit beside other embedded engines", "head"),
            _text(20, 48, f"one run, {report['when']}, {cpu}", "note"),
            body,
            "</svg>",
        ]
    )


def _style() -> str:
    light = "".join(f".{e}{{fill:{c};stroke:{c}}}" for e, (c, _) in _COLOURS.items())
    dark = "".join(f".{e}{{fill:{c};stroke:{c}}}" for e, (_, c) in _COLOURS.items())
    return (
        "text{font:12px system-ui,sans-serif;fill:#222;stroke:none}"
        ".head{font-size:18px;font-weight:600}.title{font-size:13px;font-weight:600}"
        ".note{fill:#555}.page{fill:#fff}.grid{stroke:#ddd}.curve{fill:none;stroke-width:2}"
        f"{light}@media(prefers-color-scheme:dark){{text{{fill:#eee}}.note{{fill:#aaa}}"
        f".page{{fill:#14171a}}.grid{{stroke:#3a3f44}}{dark}}}.curve{{fill:none}}"
    )


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    name = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{name}>{escape(text)}</text>'


def _engine(name: str) -> str:
    return "searchkit" if name == COMMAND else name.partition("-")[0]


def _label(name: str) -> str:
    return _NAMES.get(name, name)


def _rates(trial: Figures) -> dict[str, float]:
    """Articles a second from files; of Whoosh's two writers the faster one."""
    rates: dict[str, float] = {}
    for key, done in trial["build"].items():
        engine, _, start = key.partition(" ")
        name, rate = _engine(engine), done["articles"] / done["seconds"]
        if start == "files":
            rates[name] = max(rate, rates.get(name, 0.0))
    return rates


def _spread(trial: Figures) -> dict[str, tuple[float, float]]:
    done = {engine: figures["and complete"] for engine, figures in trial["query"].items()}
    return {engine: (figures["p50"], figures["p95"]) for engine, figures in done.items()}


def _cold(trial: Figures) -> dict[str, float]:
    """The command for searchkit, a minimal program for the others."""
    return {
        name: figures["wall_ms"]
        for name, figures in trial["start"].items()
        if name == COMMAND or (_engine(name) in _COLOURS and name != "searchkit")
    }


def _upright(x: float) -> str:
    return f'<line class="grid" x1="{x:.1f}" y1="26" x2="{x:.1f}" y2="{_PANEL[1] - 8}"/>'


def _rows(title: str, names: Sequence[str]) -> tuple[list[str], dict[str, float]]:
    """The title and labels of a panel with one row a name, and the middle of each row."""
    step = (_PANEL[1] - 40) / max(1, len(names))
    middles = {name: 30 + step * (row + 0.5) for row, name in enumerate(names)}
    parts = [_text(0, 14, title, "title")]
    return [*parts, *(_text(0, y + 4, _label(name)) for name, y in middles.items())], middles


def _bars(title: str, values: Mapping[str, float], shown: str) -> str:
    if not values:
        return ""
    parts, middles = _rows(title, list(values))
    scale = (_PANEL[0] - 50 - _LABELS) / max(values.values())
    parts.append(_upright(_LABELS))
    for name, value in values.items():
        y, length = middles[name], max(1.0, value * scale)
        kind = _engine(name)
        parts.append(
            f'<rect class="{kind}" x="{_LABELS}" y="{y - 9:.1f}" width="{length:.1f}" height="18"/>'
        )
        parts.append(_text(_LABELS + length + 5, y + 4, shown.format(value)))
    return "\n".join(parts)


def _spans(title: str, values: Mapping[str, tuple[float, float]]) -> str:
    axis = Axis.over([v for pair in values.values() for v in pair], _LABELS, _PANEL[0] - 30)
    parts, middles = _rows(title, list(values))
    for value in axis.ticks():
        parts.append(_upright(axis.at(value)))
        parts.append(_text(axis.at(value), _PANEL[1] + 8, f"{value:,g}", "note", "middle"))
    for name, (median, high) in values.items():
        y, kind = middles[name], _engine(name)
        left, right = axis.at(median), axis.at(high)
        parts.append(
            f'<line class="{kind}" stroke-width="5" x1="{left:.1f}" y1="{y:.1f}" '
            f'x2="{right:.1f}" y2="{y:.1f}"/>'
            f'<circle class="{kind}" cx="{left:.1f}" cy="{y:.1f}" r="6"/>'
        )
        parts.append(_text((left + right) / 2, y - 11, f"{median:.3g} to {high:.3g}", "", "middle"))
    return "\n".join(parts)


def _lines(title: str, report: Figures) -> str:
    """One curve an engine over the number of articles; both axes logarithmic."""
    curves: dict[str, list[tuple[int, float]]] = {}
    for size, trial in report["sizes"].items():
        for engine, figures in trial["query"].items():
            point = (int(size), figures["and complete"]["p95"])
            curves.setdefault(_engine(engine), []).append(point)
    points = [point for curve in curves.values() for point in curve]
    sizes = sorted({size for size, _ in points})
    bottom, right = _PANEL[1] - 8.0, _PANEL[0] - 90.0
    first, last = math.log10(sizes[0]), math.log10(max(sizes[-1], sizes[0] * 2))
    across = Axis(first, last, 60, right)
    upward = Axis.over([value for _, value in points], bottom, 30)
    parts = [_text(0, 14, title, "title")]
    for value in upward.ticks():
        y = upward.at(value)
        parts.append(f'<line class="grid" x1="40" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>')
        parts.append(_text(34, y + 4, f"{value:,g}", "note", "end"))
    parts += [_text(across.at(s), bottom + 16, f"{s:,}", "note", "middle") for s in sizes]
    for engine, curve in curves.items():
        places = [(across.at(size), upward.at(value)) for size, value in curve]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline class="{engine} curve" points="{path}"/>')
        parts += [f'<circle class="{engine}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x, y in places]
    parts += _beside({engine: curve[-1] for engine, curve in curves.items()}, across, upward)
    return "\n".join(parts)


def _beside(ends: Mapping[str, tuple[int, float]], across: Axis, upward: Axis) -> list[str]:
    """Each engine's name beside the last point of its curve, moved apart where they meet."""
    parts, last = [], math.inf
    for engine, (size, value) in sorted(ends.items(), key=lambda end: end[1][1]):
        last = min(upward.at(value) + 4, last - 14)
        parts.append(_text(across.at(size) + 9, last, _label(engine)))
    return parts
