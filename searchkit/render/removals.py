"""What was taken down, in lines and as dictionaries.

Floor 7.  Invariant: nothing of a removed article is shown but its id, the day and the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..removals import Removal
from ..takedown import RemovalReport
from .layout import Look, columns_of, counted, paint, place


def render_removal(report: RemovalReport, index: str) -> Iterator[str]:
    """What a take-down did, and what it cannot reach."""
    if report.removed:
        yield f"Removed {counted(len(report.removed), 'article')}: {', '.join(report.removed)}"
    if report.already:
        yield f"Removed before: {', '.join(report.already)}"
    if report.purged:
        yield f"Purged: no text of what was removed is left in {place(index)}."
        yield "Not reached: the sources, backups, and free space of the disk."
    else:
        yield f"Not found any more. To leave no text in {place(index)}, run it again with --purge."
    yield "Indexing leaves it out from now on.  To undo:  searchkit remove --undo ID"


def render_removals(removals: Sequence[Removal], look: Look) -> Iterator[str]:
    """One line a removal: id, day and reason."""
    if removals:
        rows = [("id", "removed", "reason")]
        rows.extend((each.article_id, each.when[:10], each.reason) for each in removals)
        head, *lines = columns_of(rows)
        yield paint(head, "dim", look)
        yield from (paint(line, "", look) for line in lines)
    yield f"{counted(len(removals), 'article')} removed"


def removal_to_dict(report: RemovalReport) -> dict[str, Any]:
    """What a take-down did, for programs."""
    return {
        "schema": "searchkit.removal/1",
        "removed": list(report.removed),
        "already": list(report.already),
        "purged": report.purged,
        "generation": report.generation,
    }


def removals_to_list(removals: Sequence[Removal]) -> list[dict[str, str]]:
    """All removals, for programs."""
    return [{"id": each.article_id, "when": each.when, "reason": each.reason} for each in removals]
