"""The index in numbers, counted from its catalogue.

Floor 5.  Invariant: every count is of live articles, so the parts of a break-down add up
to ``articles``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from .catalogue import Catalogue, Entry
from .forces import forces


@dataclass(frozen=True, slots=True)
class Summary:
    """The whole index in a few numbers; ``forces`` maps gazetteer id ("" for none) to articles."""

    articles: int = 0
    undated: int = 0
    forces: Mapping[str, int] = field(default_factory=dict)
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class ForceCount:
    """How many articles of a force the index holds, and the days of the first and the last."""

    id: str
    name: str
    articles: int
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Stats:
    """What is in an index, and of what it is made.

    ``precisions`` and ``date_sources`` map the values of ``Precision`` and ``DateSource`` to
    articles; ``copies`` counts source keys whose article another key stands for;
    ``size_bytes`` is that of the generation on disk.
    """

    summary: Summary
    precisions: Mapping[str, int]
    date_sources: Mapping[str, int]
    years: Mapping[str, int]
    copies: int
    sources: tuple[str, ...]
    size_bytes: int
    generation: str
    path: str


def summarise(catalogue: Catalogue) -> Summary:
    """The whole index in a few numbers."""
    live = [entry for entry in catalogue.entries.values() if entry.live]
    days = sorted(entry.published for entry in live if len(entry.published) == 10)
    return Summary(
        articles=len(live),
        undated=sum(not entry.published for entry in live),
        forces=dict(Counter(entry.force for entry in live).most_common()),
        first_day=_day(days[0]) if days else None,
        last_day=_day(days[-1]) if days else None,
    )


def force_counts(catalogue: Catalogue) -> tuple[ForceCount, ...]:
    """Every force of the gazetteer with what the index holds of it, in the gazetteer's order."""
    by_force: dict[str, list[Entry]] = {}
    for entry in catalogue.entries.values():
        if entry.live:
            by_force.setdefault(entry.force, []).append(entry)
    counts = []
    for force in forces():
        held = by_force.get(force.id, [])
        days = [entry.published for entry in held if len(entry.published) == 10]
        counts.append(
            ForceCount(
                force.id,
                force.name,
                len(held),
                _day(min(days)) if days else None,
                _day(max(days)) if days else None,
            )
        )
    return tuple(counts)


def gather(catalogue: Catalogue, *, size_bytes: int, generation: str, path: str) -> Stats:
    """The full statistics of an index."""
    live = [entry for entry in catalogue.entries.values() if entry.live]
    years = Counter(entry.published[:4] or "undated" for entry in live)
    return Stats(
        summary=summarise(catalogue),
        precisions=dict(Counter(entry.precision for entry in live).most_common()),
        date_sources=dict(Counter(entry.dated_by for entry in live).most_common()),
        years=dict(sorted(years.items())),
        copies=len(catalogue.entries) - len(live),
        sources=tuple(catalogue.sources),
        size_bytes=size_bytes,
        generation=generation,
        path=path,
    )


def _day(iso: str) -> date:
    return date.fromisoformat(iso)
