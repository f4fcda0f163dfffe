"""What a run of the indexer did, in a few lines, as a dictionary, and as a report file.

Floor 7.  Invariant: everything that was seen and is not an article is counted here, and
the report file names each with its reason.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from ..report import IndexReport, removes_much
from .layout import Look, counted, place, wrap

_NAMED_FORCES = 6
REJECTED_SHOWN = 20


def render_report(
    report: IndexReport, sources: tuple[str, ...], index: str, area_of: Callable[[str], str]
) -> Iterator[str]:
    """The closing report; ``area_of`` gives the short name of a force id."""
    look = Look(width=10_000)
    read = ", ".join(sources) or "nothing"
    yield from wrap([(f"Read {read}  ·  {counted(report.read, 'article')}", "")], look)
    yield f"  {_counts(report)}   {_seconds(report.seconds)}"
    if report.articles:
        yield from wrap([(_coverage(report, area_of), "")], look)
    if report.dry_run:
        yield "Nothing was written: this was a dry run."
        if removes_much(report.removed, report.held_before):
            part = f"{report.removed:,} of {report.held_before:,} articles"
            yield f"The run itself would remove {part}, and stop unless it is given --yes."
        return
    option = "" if index == "index" else f"--index {shlex.quote(index)} "
    if report.articles:
        state = "rebuilt" if report.rebuilt else "ready"
        yield f'Index {state} in {place(index)}.  Try:  searchkit query {option}"diversity"'
    else:
        yield f"The index in {place(index)} is empty.  Try:  searchkit index {option}FOLDER"


def rejected_lines(report: IndexReport, *, every: bool = False) -> Iterator[str]:
    """Input that is not an article, each with its reason; the first few unless ``every``."""
    shown = report.rejected if every else report.rejected[:REJECTED_SHOWN]
    for rejected in shown:
        yield str(rejected)
    left = len(report.rejected) - len(shown)
    if left:
        yield f"… and {left:,} more (--report FILE)"


def report_file(report: IndexReport) -> Iterator[str]:
    """Every source key that did not become an article: what, key and reason, between tabs."""
    for rejected in report.rejected:
        where = rejected.path if rejected.line is None else f"{rejected.path}:{rejected.line}"
        yield _row("rejected", where, rejected.reason)
    for skipped in report.skipped:
        yield _row("skipped", skipped.key, skipped.reason)
    for copy in report.superseded:
        yield _row("superseded", copy.path, f"{copy.reason} ({copy.by})")


def report_to_dict(report: IndexReport, index: str) -> dict[str, Any]:
    """The report for programs."""
    return {
        "schema": "searchkit.report/1",
        "index": index,
        "seen": report.seen,
        "read": report.read,
        "articles": report.articles,
        "new": report.new,
        "changed": report.changed,
        "moved": report.moved,
        "removed": report.removed,
        "unchanged": report.unchanged,
        "undated": report.undated,
        "superseded": [
            {"path": copy.path, "by": copy.by, "reason": copy.reason} for copy in report.superseded
        ],
        "skipped": [{"path": each.key, "reason": each.reason} for each in report.skipped],
        "rejected": [
            {"path": each.path, "line": each.line, "reason": each.reason}
            for each in report.rejected
        ],
        "forces": dict(report.forces),
        "first_day": _iso(report.first_day),
        "last_day": _iso(report.last_day),
        "seconds": round(report.seconds, 3),
        "generation": report.generation,
        "dry_run": report.dry_run,
        "rebuilt": report.rebuilt,
    }


def short_day(day: date) -> str:
    """``14 Jul 2020``."""
    return f"{day.day} {day:%b %Y}"


def _counts(report: IndexReport) -> str:
    """The numbers that always matter, then those that are not zero."""
    always = [
        (report.new, "new"),
        (report.changed, "changed"),
        (report.removed, "removed"),
        (report.undated, "undated"),
    ]
    sometimes = [
        (report.unchanged, "unchanged"),
        (report.moved, "moved"),
        (len(report.superseded), "superseded"),
        (len(report.skipped), "skipped"),
    ]
    shown = always[:3] + [pair for pair in sometimes if pair[0]] + always[3:]
    parts = [f"{count:,} {name}" for count, name in shown]
    parts.append(counted(len(report.rejected), "error"))
    return " · ".join(parts)


def _coverage(report: IndexReport, area_of: Callable[[str], str]) -> str:
    """Which forces and which days the index holds."""
    largest = sorted(report.forces.items(), key=lambda pair: (-pair[1], pair[0]))
    named = [f"{area_of(force)} {count:,}" for force, count in largest[:_NAMED_FORCES]]
    if len(largest) > _NAMED_FORCES:
        named.append(f"{len(largest) - _NAMED_FORCES} more")
    text = f"Forces: {', '.join(named)}"
    if report.first_day and report.last_day:
        text += f"      Dates: {short_day(report.first_day)} – {short_day(report.last_day)}"
    return text


def _seconds(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _row(*cells: str) -> str:
    return "\t".join(" ".join(cell.split()) for cell in cells)
