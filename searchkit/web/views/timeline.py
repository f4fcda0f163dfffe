"""The page of a timeline: a chart of counts by period, the same as a table, and each part of it.

Floor 8.  Made of an ``Address`` and of ``searchkit.timeline/1`` (``render.analysis``).
Invariant: whatever the chart shows, the table says in numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from . import wording
from .address import Address
from .chart import Chart, chart, days_of, named
from .faults import Fault
from .filters import Selection, selections
from .search import SITE
from .ways import Way

Json = Mapping[str, Any]

MOST_ROWS = 800
"""So many periods a page shows at most."""

_MOST_PARTS = 8
_BYS = (("month", "Month"), ("year", "Year"), ("week", "Week"), ("day", "Day"))
_SPLITS = (("", "Nothing"), ("force", "Force"), ("type", "Type"), ("stage", "Stage"))


@dataclass(frozen=True, slots=True)
class Row:
    """A period of the table: what it counts, of how many, and by part."""

    way: Way
    count: int
    of: int
    share: str
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One of the values that a timeline is split by, with a chart of its own."""

    label: str
    count: int
    chart: Chart


@dataclass(frozen=True, slots=True)
class TimelineView:
    """All that ``timeline.html`` shows; ``too_many`` periods are not shown at all."""

    address: Address
    title: str
    count: str
    by: str
    measure: str = "articles"
    chart: Chart | None = None
    summary: str = ""
    rows: tuple[Row, ...] = ()
    rest: tuple[Way, ...] = ()
    parts: tuple[Part, ...] = ()
    left_out: int = 0
    too_many: int = 0
    selections: tuple[Selection, ...] = ()
    faults: tuple[Fault, ...] = ()
    bys: tuple[tuple[str, str], ...] = _BYS
    splits: tuple[tuple[str, str], ...] = _SPLITS

    @property
    def clear_url(self) -> str:
        return self.address.unfiltered().url()

    @property
    def divided(self) -> str:
        """What it is divided by, in a sentence."""
        return dict(_SPLITS)[self.address.split].lower()

    @property
    def search_url(self) -> str:
        """The articles themselves."""
        return self.address.but(by="", split="", share=False).url("/search")

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Parameters that no field of the form has."""
        fields = ("q", "since", "until", "by", "split", "share", "page", "limit")
        return [pair for pair in self.address.parameters() if pair[0] not in fields]


def timeline_view(address: Address, told: Json) -> TimelineView:
    """The page that shows ``told``, the timeline of ``address``."""
    by, periods = told["by"], told["periods"]
    view = faulty_timeline(address, (), wording.counted(told["total"], "article"))
    if len(periods) > MOST_ROWS:
        return replace(view, too_many=len(periods))
    measured = "share" if address.share else "count"
    values = [(row["period"], float(row[measured] or 0)) for row in periods]
    series = told["series"]
    return replace(
        view,
        measure="articles in every 1,000" if address.share else "articles",
        chart=chart(by, values) if values else None,
        summary=_summary(by, told, address.share),
        rows=tuple(_row(address, by, row, series[:_MOST_PARTS]) for row in periods),
        rest=tuple(_rest(told)),
        parts=tuple(_parts(told)),
        left_out=max(0, len(series) - _MOST_PARTS),
    )


def faulty_timeline(
    address: Address, faults: tuple[Fault, ...], count: str = "Nothing was counted"
) -> TimelineView:
    """The page without a chart."""
    what = f"{address.text} – " if address.text else ""
    title = f"{'Error: ' if faults else ''}{what}Timeline – {SITE}"
    by = address.by or "month"
    return TimelineView(address, title, count, by, selections=selections(address), faults=faults)


def _row(address: Address, by: str, row: Json, series: list[Json]) -> Row:
    since, until = days_of(by, row["period"])
    url = address.but(since=since, until=until, on="", by="", split="", share=False).url("/search")
    share = row.get("share")
    return Row(
        Way(named(by, row["period"]), url if row["count"] else ""),
        row["count"],
        row.get("of", 0),
        "–" if share is None else f"{share:,.1f}",
        tuple(row["parts"].get(one["value"], 0) for one in series) if series else (),
    )


def _rest(told: Json) -> Iterator[Way]:
    """What stands beside the periods."""
    if told["imprecise"]["count"]:
        yield Way(f"Dated less precisely than to a {told['by']}", "", told["imprecise"]["count"])
    if told["undated"]["count"]:
        yield Way("Undated", "", told["undated"]["count"])


def _parts(told: Json) -> Iterator[Part]:
    """A chart for each value of most articles, all of one scale."""
    series = told["series"][:_MOST_PARTS]
    rows = told["periods"]
    top = max((row["parts"].get(s["value"], 0) for s in series for row in rows), default=0)
    option = "area" if told["split"] == "force" else str(told["split"])
    for one in series:
        values = [(row["period"], float(row["parts"].get(one["value"], 0))) for row in rows]
        label = wording.label_of(option, one["value"])
        yield Part(wording.sentence(label), one["count"], chart(told["by"], values, top=top))


def _summary(by: str, told: Json, share: bool) -> str:
    held = [row for row in told["periods"] if row["count"]]
    if not held:
        return "No dated article answers."
    first, last = named(by, held[0]["period"]), named(by, held[-1]["period"])
    peak = max(held, key=lambda row: row["count"])
    when = named(by, peak["period"])
    said = f"From {first} to {last}" if first != last else f"All in {first}"
    said += f". Most articles in {when}: {peak['count']:,}."
    if share:
        high = max(held, key=lambda row: row["share"] or 0)
        said += (
            f" Highest share in {named(by, high['period'])}: {high['share']:,.1f} in every 1,000."
        )
    return said
