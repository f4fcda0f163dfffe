"""Counts of many questions side by side: for people, as a table, as a dictionary.

Floor 7.  Invariant: a question that could not be answered stands in its place, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..batches import Line, Matrix
from ..fields import PERIODS
from ..results import Bucket
from .envelope import hit_to_dict
from .layout import Look, clip, columns_of, counted, paint, wrap
from .timelines import period_label, table_line

BATCH_SCHEMA = "searchkit.batch/1"

_NAME = 40
"""Columns of the name of a question."""

_SHOWN = 6
"""So many values stand in columns where every line is a question."""


def render_matrix(matrix: Matrix, look: Look) -> Iterator[str]:
    """A line a question: its total, and its counts by the first values."""
    shown = matrix.values[:_SHOWN]
    rows = [("question", "articles", *(_label(matrix, one) for one in shown))]
    for line in matrix.lines:
        cells = ("error",) if line.error else (f"{line.total:,}",)
        parts = ("" if line.error else f"{line.counts.get(one.value, 0):,}" for one in shown)
        rows.append((clip(line.question.name, _NAME), *cells, *parts))
    yield from _painted(rows, look)
    left = len(matrix.values) - len(shown)
    if left:
        yield paint(f"… and {counted(left, 'more value')} (--csv)", "dim", look)
    yield from _errors(matrix, look)
    for line in matrix.lines:
        if line.hits:
            yield ""
            yield paint(line.question.name, "headline", look)
            for hit in line.hits:
                yield from wrap([(f"{hit.date.display or 'undated'} · {hit.title}", "")], look, 2)


def render_compared(matrix: Matrix, look: Look) -> Iterator[str]:
    """A line a value, and a column a question: for a few questions."""
    names = [clip(line.question.name, _NAME) for line in matrix.lines]
    rows = [(matrix.by, *names)]
    for one in matrix.values:
        cells = (f"{line.counts.get(one.value, 0):,}" for line in matrix.lines if not line.error)
        rows.append((_label(matrix, one), *cells))
    totals = (f"{line.total:,}" for line in matrix.lines)
    rows.append(("articles", *totals))
    yield from _painted(rows, look)
    yield from _errors(matrix, look)


def _painted(rows: Sequence[Sequence[str]], look: Look) -> Iterator[str]:
    first, *lines = columns_of(rows, numeric=range(1, len(rows[0])))
    yield paint(first, "dim", look)
    for line in lines:
        yield paint(line, "", look)


def _errors(matrix: Matrix, look: Look) -> Iterator[str]:
    for line in matrix.lines:
        if line.error:
            yield from wrap([(f"{line.question.name}: {line.error}", "warning")], look)


def _label(matrix: Matrix, value: Bucket) -> str:
    if matrix.by in PERIODS and value.value != "undated":
        return period_label(value.value)
    return value.label or "none"


def matrix_csv(matrix: Matrix) -> Iterator[str]:
    """A row a question: name, query, total, error, and a column for each value."""
    yield table_line(
        ["name", "query", "total", "error", *(one.value or "none" for one in matrix.values)]
    )
    for line in matrix.lines:
        head = [
            line.question.name,
            line.question.text,
            "" if line.error else line.total,
            line.error,
        ]
        counts = ["" if line.error else line.counts.get(one.value, 0) for one in matrix.values]
        yield table_line([*head, *counts])


def matrix_to_dict(matrix: Matrix) -> dict[str, Any]:
    """``searchkit.batch/1``: the values counted by, and each question with its counts."""
    return {
        "schema": BATCH_SCHEMA,
        "by": matrix.by or None,
        "values": [{"value": one.value, "label": _label(matrix, one)} for one in matrix.values],
        "questions": [_line(line) for line in matrix.lines],
    }


def _line(line: Line) -> dict[str, Any]:
    told: dict[str, Any] = {"name": line.question.name, "query": line.question.text}
    if line.error:
        return {**told, "error": line.error}
    told |= {"total": line.total, "counts": dict(line.counts)}
    return {**told, "hits": [hit_to_dict(hit) for hit in line.hits]}
