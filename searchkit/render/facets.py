"""Facets for people: a line each below a search, or tables of counts and bars.

Floor 7.  Invariant: values that do not fit are said to be left out, with how many they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.cells import cell_len

from ..fields import PERIODS
from ..results import Facet
from .layout import Look, bar, pad, paint

FACET_NAMES = {
    "force": "Forces",
    "year": "Years",
    "month": "Months",
    "week": "Weeks",
    "day": "Days",
    "mentions": "Mentions",
    "type": "Types",
    "stage": "Stages",
}

LABEL = 8
"""Columns of what stands before a line below a search."""

_GUTTER = " " * 5
_SHORT_LIST = 5  # values of a facet in its one line
_BAR = 10


def facet_lines(facets: Iterable[Facet], look: Look) -> Iterator[str]:
    """One line a facet: the first values, as many as fit."""
    for facet in facets:
        if not facet.buckets:
            continue
        largest = max(bucket.count for bucket in facet)
        timeline = facet.name in PERIODS
        values = [
            f"{b.label} {bar(b.count, largest, 3)} {b.count:,}"
            if timeline
            else f"{b.label} {b.count:,}"
            for b in facet.buckets[:_SHORT_LIST]
        ]
        label = pad(FACET_NAMES.get(facet.name, facet.name), LABEL)
        room = look.width - LABEL
        while len(values) > 1 and cell_len(_listed(values, len(facet.buckets))) > room:
            values.pop()
        text = _listed(values, len(facet.buckets))
        yield paint(label, "dim", look) + paint(text, "", look)


def _listed(values: Sequence[str], count: int) -> str:
    """``values``, and how many of ``count`` are not among them."""
    left = [f"{count - len(values):,} more"] if count > len(values) else []
    return " · ".join([*values, *left])


def facet_tables(
    facets: Mapping[str, Facet], shown: Iterable[tuple[str, int]], look: Look
) -> Iterator[str]:
    """The facets ``shown``, each with so many values, as columns of counts and bars, side by side
    where they fit."""
    blocks = [_table(facets[name], most) for name, most in shown if name in facets]
    row: list[list[str]] = []
    for block in blocks:
        if row and sum(_width(b) + len(_GUTTER) for b in (*row, block)) > look.width:
            yield from _side_by_side(row, look)
            row = []
        row.append(block)
    yield from _side_by_side(row, look)


def _table(facet: Facet, most: int) -> list[str]:
    shown = facet.buckets[:most]
    lines = [FACET_NAMES.get(facet.name, facet.name)]
    if shown:
        largest = max(bucket.count for bucket in shown)
        labels = max(cell_len(bucket.label) for bucket in shown)
        counts = max(len(f"{bucket.count:,}") for bucket in shown)
        lines.extend(
            f"  {pad(b.label, labels)}  {b.count:>{counts},} {bar(b.count, largest, _BAR)}".rstrip()
            for b in shown
        )
    if len(facet.buckets) > most:
        lines.append(f"  … and {len(facet.buckets) - most} more")
    return lines


def _width(lines: Sequence[str]) -> int:
    return max(cell_len(line) for line in lines)


def _side_by_side(blocks: Sequence[Sequence[str]], look: Look) -> Iterator[str]:
    for at in range(max((len(block) for block in blocks), default=0)):
        cells = [pad(b[at] if at < len(b) else "", _width(b)) for b in blocks]
        yield paint(_GUTTER.join(cells).rstrip(), "headline" if at == 0 else "", look)
