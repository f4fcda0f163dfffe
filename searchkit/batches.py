"""Many questions counted side by side.

Floor 7.  Invariant: a question that cannot be answered costs its own line, which says why; the
others are counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .asking import Asking
from .counting import facet_of
from .errors import QueryError, QueryStopped
from .fields import PERIODS
from .index import Index
from .results import Bucket, Hit
from .timeline import UNDATED

if TYPE_CHECKING:
    from typing_extensions import Unpack


@dataclass(frozen=True, slots=True)
class Named:
    """One question with the name it goes by; its own text, where it has no other."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """The counts of one question: ``total`` articles answer it, ``counts`` of them by value, and
    ``hits`` are the first.  ``error`` says in one sentence why there are none of these."""

    question: Named
    total: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    hits: tuple[Hit, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Lines of counts; ``by`` is the facet they count by, or empty, and ``values`` all its values
    that any line has, in order: periods the earliest first, others the most frequent first."""

    by: str
    values: tuple[Bucket, ...]
    lines: tuple[Line, ...]

    @property
    def failed(self) -> int:
        """How many questions could not be answered."""
        return sum(1 for line in self.lines if line.error)


def count_all(
    index: Index,
    questions: Iterable[Named],
    by: str = "",
    *,
    hits: int = 0,
    **asking: Unpack[Asking],
) -> Matrix:
    """Counts each of ``questions`` with the same options.

    ``by`` is of ``fields.FACETS`` or empty, ``hits`` how many articles of each are told.  Raises
    ``QueryError`` where ``by`` or one of the options makes no sense, whatever the question.
    """
    index.facets(by or (), "", **asking)
    lines = tuple(_line(index, one, by, hits, asking) for one in questions)
    totals: dict[str, int] = {}
    for line in lines:
        for value, count in line.counts.items():
            totals[value] = totals.get(value, 0) + count
    values = facet_of(by, totals).buckets
    if by in PERIODS:
        values = tuple(sorted(values, key=lambda one: (one.value == UNDATED, one.value)))
    return Matrix(by, values, lines)


def _line(index: Index, question: Named, by: str, hits: int, asking: Asking) -> Line:
    try:
        total = index.count(question.text, **asking)
        facets = index.facets(by, question.text, **asking) if by else {}
        first: tuple[Hit, ...] = ()
        if hits:
            asking = {**asking, "match": asking.get("match") or "all"}
            first = index.search(question.text, limit=hits, copies="all", **asking).hits
    except (QueryError, QueryStopped) as error:
        return Line(question, error=" ".join(str(error).split()))
    counts = {bucket.value: bucket.count for facet in facets.values() for bucket in facet}
    return Line(question, total, counts, first)
