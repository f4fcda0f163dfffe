"""The page of a search: what was found, what narrows it, and every way on from there.

Floor 8.  Made of an ``Address`` and of the envelope (``render.envelope``) that answered it.
Invariant: every link is an address of its own, on page 1 unless it names another page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import wording
from .address import LISTS, PAGE_SIZE, TABLE, TIMELINE, Address
from .chart import Chart, by_month, chart, days_of, named
from .days import in_words
from .faults import Fault
from .filters import Group, Selection, Switch, groups, selections, switches
from .hits import HitView, hit_view
from .paging import ONE_PAGE, Paging, paging
from .ways import Remark, Way

SITE = "Police news search"
FACETS = ("force", "type", "stage", "month")
SORTS = (
    ("relevance", "Relevance"),
    ("newest", "Newest first"),
    ("oldest", "Oldest first"),
)
COPIES = (
    ("", "Show one of them"),
    ("all", "Show every one"),
    ("only", "Only releases with copies"),
)

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Times:
    """The chart of a result: ``rows`` are its table, ``summary`` is it in a sentence."""

    chart: Chart
    by: str
    rows: tuple[Way, ...]
    summary: str


@dataclass(frozen=True, slots=True)
class SearchView:
    """All that ``search.html`` shows.  ``lead`` and ``folded`` say what was counted; ``words`` is
    what the words counted as too; ``steps`` are what to try where nothing was found; ``undated``
    articles were left out for want of a date."""

    address: Address
    title: str
    count: str
    lead: str = ""
    folded: str = ""
    sort: str = ""
    match: str = "all"
    hits: tuple[HitView, ...] = ()
    selections: tuple[Selection, ...] = ()
    groups: tuple[Group, ...] = ()
    paging: Paging = ONE_PAGE
    words: tuple[Remark, ...] = ()
    remarks: tuple[Remark, ...] = ()
    suggestions: tuple[Way, ...] = ()
    steps: tuple[Way, ...] = ()
    undated: Way | None = None
    times: Times | None = None
    faults: tuple[Fault, ...] = ()
    sorts: tuple[tuple[str, str], ...] = SORTS
    copies: tuple[tuple[str, str], ...] = COPIES

    @property
    def clear_url(self) -> str:
        """The same words without a filter."""
        return self.address.unfiltered().url()

    @property
    def every_copy(self) -> str:
        """The same search with copies one by one."""
        return self.address.but(copies="all").url()

    @property
    def timeline_url(self) -> str:
        return self.address.but(path=TIMELINE, sort="", copies="").url()

    @property
    def feed(self) -> str:
        """The Atom feed of this search."""
        return self.address.but(sort="", limit=PAGE_SIZE).url("/feed.atom")

    @property
    def exports(self) -> tuple[Way, ...]:
        """Other forms of the result."""
        match = self.address.match or (self.match if self.match != "all" else "")
        data = self.address.but(page=self.address.page).url("/api/search")
        sized = "" if self.address.limit != PAGE_SIZE else f"limit={PAGE_SIZE}"
        joint = "&" if "?" in data else "?"
        return (
            Way("Subscribe (Atom)", self.feed),
            Way("Download CSV", self.address.but(match=match, limit=PAGE_SIZE).url(TABLE)),
            Way("This page as JSON", f"{data}{joint}{sized}" if sized else data),
            Way("Link to this search", self.address.but(page=self.address.page).url()),
        )

    @property
    def switches(self) -> tuple[Switch, ...]:
        return switches(self.address)

    @property
    def changed(self) -> bool:
        """Whether one of the further options is not as usual."""
        return bool(self.address.copies) or any(one.on for one in self.switches)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Parameters that no field of the form has."""
        kept = [("match", self.address.match)]
        kept += [("limit", str(self.address.limit))] if self.address.limit != PAGE_SIZE else []
        return [(name, value) for name, value in kept if value]


def search_view(address: Address, envelope: Json, *, most_offset: int) -> SearchView:
    """The page that shows ``envelope``, the answer to ``address``."""
    total = envelope["total"]
    pages = paging(
        total,
        address.limit,
        address.page,
        lambda page: address.but(page=page).url(),
        most_offset=most_offset,
    )
    chosen = selections(address)
    return SearchView(
        address,
        title=_title(address, chosen, pages),
        count=wording.counted(total, "article") if total else "No articles",
        lead=_lead(envelope),
        folded=_folded(envelope),
        sort=envelope["query"]["sort"],
        match=envelope["match"],
        hits=tuple(hit_view(hit, address) for hit in envelope["hits"]),
        selections=chosen,
        groups=groups(address, envelope["facets"]),
        paging=pages,
        words=tuple(_words(address, envelope)) if total else (),
        remarks=tuple(_remarks(address, envelope)),
        suggestions=tuple(_suggestions(address, envelope)),
        steps=() if total else tuple(_steps(address, envelope)),
        undated=_undated(address, envelope),
        times=_times(address, envelope),
    )


def faulty_view(address: Address, faults: tuple[Fault, ...]) -> SearchView:
    """The page of a search that cannot be made, with all that was filled in."""
    chosen = selections(address)
    return SearchView(
        address,
        f"Error: {_title(address, chosen, ONE_PAGE)}",
        "Nothing was searched",
        "Correct what is named above, then search again.",
        selections=chosen,
        groups=groups(address, None),
        faults=faults,
    )


def _title(address: Address, chosen: tuple[Selection, ...], pages: Paging) -> str:
    """What the browser's tab says: ``diversity – Essex Police (page 2 of 42) – ...``."""
    parts = [address.text or ("" if chosen else "Latest articles")]
    parts += [", ".join(one.label for one in chosen)]
    what = " – ".join(filter(None, parts))
    page = f" (page {pages.page} of {pages.pages})" if pages.pages > 1 else ""
    return f"{what}{page} – {SITE}"


def _lead(envelope: Json) -> str:
    """A sentence below the count, where it needs one."""
    total, text = envelope["total"], envelope["query"]["text"].strip()
    said = []
    if envelope["relaxed"]:
        said.append(f"No article has all of these words; these have most of them: {text}.")
    elif envelope["match"] != "all" and total:
        said.append(f"These have {envelope['match']} of the words.")
    return " ".join(said)


def _folded(envelope: Json) -> str:
    """How many matches are copies of those that are listed."""
    more = envelope["total_with_copies"] - envelope["total"]
    if more <= 0:
        return ""
    verb = "is" if more == 1 else "are"
    return f"{wording.counted(more, 'copy', 'copies')} {verb} not listed."


def _words(address: Address, envelope: Json) -> Iterator[Remark]:
    """What the words counted as too, each with the way to have it otherwise."""
    others = wording.forms(envelope)
    if others:
        several = len(envelope["forms"]) > 1
        only = "Search for only these exact words" if several else "Search for only this exact word"
        yield Remark(f"Also counting: {others}", way=Way(only, address.but(exact=True).url()))
    meant = "; ".join(wording.stand_ins(envelope))
    if meant:
        alone = address.but(no_synonyms=True, fuzzy=False).url()
        way = Way("Search for the words alone", alone)
        yield Remark(f"Also counting, below the words typed: {meant}", way=way)


def _remarks(address: Address, envelope: Json) -> Iterator[Remark]:
    ways = {
        "only-boilerplate": Way("Search contact lines too", _with_boilerplate(address)),
        "empty-force": Way("See which forces there are", "/forces"),
    }
    for warning in envelope["warnings"]:
        way = ways.get(warning["kind"])
        hint = "" if way else wording.bare(warning["hint"])
        yield Remark(wording.bare(warning["message"]), hint, way)


def _with_boilerplate(address: Address) -> str:
    return address.but(include_boilerplate=True).url()


def _suggestions(address: Address, envelope: Json) -> Iterator[Way]:
    for text in envelope["suggestions"]:
        count = envelope["suggested_totals"].get(text, 0)
        yield Way(text, address.but(text=text).url(), count)


def _steps(address: Address, envelope: Json) -> Iterator[Way]:
    """What to leave out, each with what is found then, most first."""
    counts = {name: count for name, count in envelope["without"].items() if count}
    clauses = [name for name in envelope["without"] if name not in _FILTERS and name != "all"]
    for name, count in sorted(counts.items(), key=lambda pair: -pair[1]):
        if name == "all":
            yield Way("Remove all filters", "" if clauses else address.unfiltered().url(), count)
        elif name in _FILTERS:
            empty: Any = () if name in LISTS else ""
            shown = f"Remove the filter {_filter(address, name)}"
            yield Way(shown, address.but(**{name: empty}).url(), count)
        else:
            without = " ".join(address.text.replace(name, " ", 1).split())
            url = address.but(text=without).url() if name in address.text else ""
            yield Way(f"Leave out {name}", url, count)


_FILTERS = {**wording.LEGENDS, "since": "From", "until": "To", "on": "On"}


def _filter(address: Address, name: str) -> str:
    """A filter in force, in words: ``Force: Kent Police``."""
    value = getattr(address, name)
    if name in LISTS:
        shown = wording.listed([wording.label_of(name, one) for one in value], "or")
        return f"{_FILTERS[name]}: {shown}"
    return f"{_FILTERS[name]} {in_words(value)}"


def _undated(address: Address, envelope: Json) -> Way | None:
    count = envelope["undated_excluded"]
    if not count:
        return None
    said = (
        "article without a date matches but is"
        if count == 1
        else ("articles without a date match but are")
    )
    return Way(f"{count:,} {said} not included.", address.but(include_undated=True).url(), count)


def _times(address: Address, envelope: Json) -> Times | None:
    """The chart; ``None`` where all lies in one period."""
    buckets = [(b["value"], b["count"]) for b in envelope["facets"].get("month", ())]
    by, values = by_month(buckets)
    held = [(period, int(value)) for period, value in values if value]
    if len(held) < 2:
        return None
    rows = []
    for period, count in held:
        since, until = days_of(by, period)
        url = address.but(since=since, until=until, on="").url()
        rows.append(Way(named(by, period), url, count))
    return Times(chart(by, values), by, tuple(rows), _summary(by, held, envelope))


def _summary(by: str, held: list[tuple[str, int]], envelope: Json) -> str:
    peak = max(held, key=lambda pair: pair[1])
    undated = sum(b["count"] for b in envelope["facets"]["month"] if b["value"] == "undated")
    loose = envelope["total_with_copies"] - undated - sum(count for _, count in held)
    said = [
        f"From {named(by, held[0][0])} to {named(by, held[-1][0])}, "
        f"most in {named(by, peak[0])} ({peak[1]:,})."
    ]
    if undated:
        said.append(f"{undated:,} undated.")
    if loose > 0:
        said.append(f"{loose:,} dated to a year only.")
    return " ".join(said)
