"""The forces and the numbers of an index, as aligned lines and as dictionaries.

Floor 7.  Invariant: the dictionaries hold every row; only the lines for people leave out
forces without articles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..stats import ForceCount, Stats
from .layout import Look, clip, columns_of, counted, pad, paint
from .report import short_day

_LABEL = 16
_NARROWEST_NAME = 20
_OTHER_COLUMNS = 56  # columns of everything in a line of forces but the name


def render_forces(counts: Sequence[ForceCount], look: Look, *, every: bool) -> Iterator[str]:
    """One line a force: id, name, articles, first and last day; all forces if ``every``."""
    shown = [count for count in counts if every or count.articles]
    if shown:
        room = max(_NARROWEST_NAME, look.width - _OTHER_COLUMNS)
        rows = [("id", "name", "articles", "first", "last")]
        rows.extend(
            (
                count.id,
                clip(count.name, room),
                f"{count.articles:,}",
                short_day(count.first) if count.first else "",
                short_day(count.last) if count.last else "",
            )
            for count in shown
        )
        head, *lines = columns_of(rows, numeric=(2, 3, 4))
        yield paint(head, "dim", look)
        yield from lines
    absent = len(counts) - len(shown)
    if absent:
        verb = "has" if absent == 1 else "have"
        yield paint(f"{counted(absent, 'more force')} {verb} no articles here (--all)", "dim", look)


def forces_to_list(counts: Sequence[ForceCount]) -> list[dict[str, Any]]:
    """Every force, for programs."""
    return [
        {
            "id": count.id,
            "name": count.name,
            "articles": count.articles,
            "first": count.first.isoformat() if count.first else None,
            "last": count.last.isoformat() if count.last else None,
        }
        for count in counts
    ]


def render_stats(stats: Stats, look: Look) -> Iterator[str]:
    """What the index holds, one fact a line."""
    summary = stats.summary
    facts = [
        ("index", stats.path),
        ("articles", f"{summary.articles:,}"),
        ("forces", f"{sum(1 for force in summary.forces if force):,}"),
        ("undated", f"{summary.undated:,}"),
        ("copies", f"{stats.copies:,}"),
        ("precision", _shares(stats.precisions)),
        ("dates from", _shares(stats.date_sources)),
        ("years", _shares(stats.years)),
        ("size", f"{stats.size_bytes / 1_000_000:,.1f} MB"),
        ("sources", ", ".join(stats.sources)),
        ("generation", stats.generation),
    ]
    if summary.first_day and summary.last_day:
        days = f"{short_day(summary.first_day)} – {short_day(summary.last_day)}"
        facts.insert(4, ("days", days))
    for name, value in facts:
        if value:
            yield paint(pad(name, _LABEL), "dim", look) + paint(value, "", look)


def stats_to_dict(stats: Stats) -> dict[str, Any]:
    """The same for programs."""
    summary = stats.summary
    return {
        "schema": "searchkit.stats/1",
        "index": stats.path,
        "articles": summary.articles,
        "undated": summary.undated,
        "forces": dict(summary.forces),
        "first_day": summary.first_day.isoformat() if summary.first_day else None,
        "last_day": summary.last_day.isoformat() if summary.last_day else None,
        "precisions": dict(stats.precisions),
        "date_sources": dict(stats.date_sources),
        "years": dict(stats.years),
        "copies": stats.copies,
        "sources": list(stats.sources),
        "size_bytes": stats.size_bytes,
        "generation": stats.generation,
    }


def _shares(counts: Mapping[str, int]) -> str:
    return " · ".join(f"{name} {count:,}" for name, count in counts.items())
