"""What is wrong with the data, as one table with what its columns mean, and as a dictionary.

Floor 7.  Invariant: a column that is left out of the table has nothing in it, and is named as
such below.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..defects import DEFECTS
from ..quality import ForceQuality, Quality
from .layout import Look, clip, columns_of, counted, paint, wrap
from .report import short_day

_NAME = 18
_INDENT = 4
_LINES_SHOWN = 5


def render_quality(quality: Quality, look: Look, *, examples: int = 0) -> Iterator[str]:
    """A line a force, then what was counted, with up to ``examples`` ids and repeated lines."""
    if not quality.forces:
        yield "no articles"
    else:
        yield from _table(quality, look)
        yield ""
        yield from _legend(quality, look, examples)
        yield from _silent(quality, look)
    if quality.absent:
        text = f"without any article: {', '.join(quality.absent)}"
        yield from wrap([(text, "dim")], look)


def quality_to_dict(quality: Quality) -> dict[str, Any]:
    """The same for programs: every force, every defect that it has."""
    return {
        "schema": "searchkit.quality/1",
        "generation": quality.generation,
        "today": quality.today.isoformat(),
        "newest": quality.newest.isoformat() if quality.newest else None,
        "articles": quality.articles,
        "defects": {defect.name: quality.defects.get(defect.name, 0) for defect in DEFECTS},
        "about": {defect.name: defect.about for defect in DEFECTS},
        "forces": [_force_to_dict(force) for force in quality.forces],
        "without_articles": list(quality.absent),
        "repeated_lines": [
            {"text": line.text, "force": line.force, "articles": line.articles}
            for line in quality.repeated
        ],
    }


def _force_to_dict(force: ForceQuality) -> dict[str, Any]:
    return {
        "id": force.id,
        "name": force.name,
        "articles": force.articles,
        "defects": dict(force.defects),
        "newest": force.newest.isoformat() if force.newest else None,
        "days_behind": force.behind,
        "usual_gap": force.usual_gap,
        "silent": force.silent,
        "examples": {name: list(ids) for name, ids in force.examples.items()},
    }


def _columns(quality: Quality) -> list[str]:
    """The columns with anything in them, in the order of the table of defects."""
    return [c for c in dict.fromkeys(d.column for d in DEFECTS) if quality.columns.get(c)]


def _table(quality: Quality, look: Look) -> Iterator[str]:
    columns = _columns(quality)
    rows = [("force", "all", *columns, "behind")]
    for force in quality.forces:
        counts = (_number(force.columns.get(column, 0)) for column in columns)
        rows.append((clip(force.name, _NAME), f"{force.articles:,}", *counts, _behind(force)))
    if len(quality.forces) > 1:
        totals = (_number(quality.columns[column]) for column in columns)
        rows.append(("all forces", f"{quality.articles:,}", *totals, ""))
    head, *lines = columns_of(rows, numeric=range(1, len(rows[0])))
    yield paint(head, "dim", look)
    yield from lines


def _number(count: int) -> str:
    return f"{count:,}" if count else "·"


def _behind(force: ForceQuality) -> str:
    """The days since the last article, marked where that is unusual."""
    if force.behind is None:
        return "?"
    return f"{force.behind:,}{'!' if force.silent else ' '}"


def _legend(quality: Quality, look: Look, examples: int) -> Iterator[str]:
    """What was counted, by column."""
    found = [defect for defect in DEFECTS if quality.defects.get(defect.name)]
    rows = [(d.column, f"{quality.defects[d.name]:,}", d.about) for d in found]
    for defect, line in zip(found, columns_of(rows, numeric=(1,)), strict=True):
        yield line
        if examples:
            ids = [i for force in quality.forces for i in force.examples.get(defect.name, ())]
            yield from wrap([(" ".join(ids[:examples]), "dim")], look, _INDENT)
            if defect.name == "repeated-lines":
                for often in quality.repeated[: max(examples, _LINES_SHOWN)]:
                    text = f"{often.articles:,} of {often.force}: {often.text}"
                    yield from wrap([(text, "dim")], look, _INDENT)
    nothing = [defect.name for defect in DEFECTS if not quality.defects.get(defect.name)]
    if nothing:
        yield from wrap([(f"none: {', '.join(nothing)}", "dim")], look)


def _silent(quality: Quality, look: Look) -> Iterator[str]:
    """Since when nothing came, of all forces and of those that are behind the others."""
    if quality.newest is None:
        return
    since = counted((quality.today - quality.newest).days, "day")
    text = f"behind: days since the last article, up to the newest of all, {since} ago"
    yield from wrap([(f"{text} ({short_day(quality.newest)})", "")], look)
    for force in quality.forces:
        if force.silent and force.newest and force.behind is not None:
            text = f"{force.name}: no articles for {counted(force.behind, 'day')}"
            usual = f"a pause of more than {counted(force.usual_gap or 0, 'day')} is unusual"
            yield from wrap([(f"{text}; {usual}", "warning")], look, _INDENT)
