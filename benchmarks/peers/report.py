"""The figures as tables, in plain text and in Markdown.

Invariant: a cell shows what was measured, or a dash where nothing was.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .lab import Figures
from .trial import COMMAND, METHODS, NOTHING, STARTS

_NONE = "-"
_SETS = {
    "and": "the queries as typed (all words)",
    "phrase": "the queries as phrases",
    "or": "any of the words",
    "or12": "any of 12 words of an article",
}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under a title; ``notes`` stand below it."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: str = ""


def tables(report: Figures) -> list[Table]:
    """All of ``report``: the machine, each size, the settings."""
    parts = [_machine(report)]
    for size, trial in report["sizes"].items():
        title = f"{int(size):,} articles"
        if trial["build"]:
            parts.append(_builds(title, trial))
        parts += [_queries(title, trial, name) for name in METHODS]
        parts += [_starts(title, trial), _readers(title, trial), _agreement(title, trial)]
    return [*parts, _settings(report)]


def plain(shown: Iterable[Table]) -> str:
    """The tables for a terminal."""
    return "\n\n".join(_plain(table) for table in shown)


def markdown(shown: Iterable[Table]) -> str:
    """The tables as Markdown."""
    parts = []
    for table in shown:
        lines = [f"## {table.title}", "", _row(table.header)]
        lines.append(_row(["---", *["---:" if _numeric(table) else "---"] * _width(table)]))
        lines += [_row(row) for row in table.rows]
        parts.append("\n".join([*lines, *(["", table.notes] if table.notes else [])]))
    return "\n\n".join(parts)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _width(table: Table) -> int:
    return len(table.header) - 1


def _numeric(table: Table) -> bool:
    return any(character.isdigit() for character in table.rows[0][-1][:1])


def _plain(table: Table) -> str:
    lines = [table.header, *table.rows]
    widths = [max(len(line[n]) for line in lines) for n in range(len(table.header))]
    if not _numeric(table):
        widths[-1] = 0
    align = "{:>{}}" if _numeric(table) else "{:<{}}"
    text = [table.title, "-" * len(table.title)]
    for first, *cells in lines:
        rest = (align.format(cell, width) for cell, width in zip(cells, widths[1:], strict=True))
        text.append("  ".join([f"{first:<{widths[0]}}", *rest]).rstrip())
    return "\n".join([*text, *([table.notes] if table.notes else [])])


def _machine(report: Figures) -> Table:
    facts = {**report["machine"], "when": report["when"], **report["options"]}
    return Table("Machine and run", ("", "value"), tuple((k, str(v)) for k, v in facts.items()))


def _builds(title: str, trial: Figures) -> Table:
    rows = []
    for engine in dict.fromkeys(key.split()[0] for key in trial["build"]):
        files, clean = (trial["build"].get(f"{engine} {start}") for start in STARTS)
        rows.append(
            (
                engine,
                *(f"{d['articles'] / d['seconds']:,.0f}" if d else _NONE for d in (files, clean)),
                f"{files['seconds']:.1f}",
                f"{files['peak_mb']:.0f}",
                f"{files['child_peak_mb']:.0f}",
                f"{clean['peak_mb']:.0f}" if clean else _NONE,
                f"{files['size_bytes'] / 1e6:.1f}",
            )
        )
    cleaning, reading = trial["corpus"]["cleaning"], trial["corpus"]["reading"]
    notes = (
        f"Cleaning alone, without an index: {cleaning['articles'] / cleaning['seconds']:,.0f} "
        f"articles/s; reading {cleaning['bytes'] / 1e6:.0f} MB of clean articles alone: "
        f"{reading['articles'] / reading['seconds']:,.0f} articles/s. Both are contained above."
    )
    header = (
        "engine",
        "files to index, articles/s",
        "clean to index, articles/s",
        "from files, s",
        "peak MB",
        "worker peak MB",
        "peak MB from clean",
        "on disk MB",
    )
    return Table(f"{title}: indexing", header, tuple(rows), notes)


def _queries(title: str, trial: Figures, name: str) -> Table:
    methods = METHODS[name]
    rows, partial = [], []
    for engine, figures in trial["query"].items():
        cells = []
        for method in methods:
            done = figures[f"{name} {method}"]
            cells.append(" / ".join(_ms(done[key]) for key in ("p50", "p95", "p99", "max")))
            asked = trial["corpus"]["questions"][name]
            if done["answered"] < asked:
                partial.append(f"{engine} {method} {done['answered']}")
        rows.append((engine, *cells))
    asked = trial["corpus"]["questions"][name]
    notes = f"Milliseconds: p50 / p95 / p99 / slowest of {asked} questions."
    if partial:
        notes += f" Within its time only a part was answered: {', '.join(partial)}."
    return Table(f"{title}: {_SETS[name]}", ("engine", *methods), tuple(rows), notes)


def _ms(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def _starts(title: str, trial: Figures) -> Table:
    rows = []
    for name, figures in trial["start"].items():
        label = name if name in (COMMAND, NOTHING) else f"{name}, minimal program"
        parts = (figures.get(key) for key in ("open_ms", "answer_ms"))
        cells = (_NONE if part is None else f"{part:.1f}" for part in parts)
        rows.append((label, f"{figures['wall_ms']:.0f}", *cells))
    header = ("process", "whole process, ms", "import and open, ms", "answer, ms")
    return Table(f"{title}: from nothing to an answer", header, tuple(rows))


def _readers(title: str, trial: Figures) -> Table:
    rows = [
        (
            engine,
            _ms(figures["open_ms"]),
            *(
                f"{figures[key].get('all', 0):.0f} ({figures[key].get('own', 0):.0f})"
                for key in ("before_mb", "open_mb", "resident_mb")
            ),
        )
        for engine, figures in trial["query"].items()
    ]
    header = ("engine", "open, ms", "resident before, MB", "when open, MB", "after queries, MB")
    notes = "In parentheses: without pages of files, which the system can take back."
    return Table(f"{title}: a reader", header, tuple(rows), notes)


def _agreement(title: str, trial: Figures) -> Table:
    """The sum of exact totals, over the questions that every engine answered in time."""
    totals = {
        (engine, name): figures[f"{name} rank"]["totals"]
        for engine, figures in trial["query"].items()
        for name in METHODS
    }
    common = {
        name: set.intersection(*(set(totals[engine, name]) for engine in trial["query"]))
        for name in METHODS
    }
    rows = [
        (engine, *(f"{sum(totals[engine, name][n] for n in common[name]):,}" for name in METHODS))
        for engine in trial["query"]
    ]
    counts = ", ".join(f"{len(common[name])} of {name}" for name in METHODS)
    notes = f"Over the questions that every engine answered: {counts}."
    return Table(f"{title}: matches in all", ("engine", *METHODS), tuple(rows), notes)


def _settings(report: Figures) -> Table:
    rows = []
    for engine, figures in report["engines"].items():
        rows.append((engine, "version", figures["version"]))
        rows += [(engine, name, value) for name, value in figures["settings"].items()]
    return Table("Settings", ("engine", "setting", "value"), tuple(rows))
