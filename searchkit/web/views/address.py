"""A search as a URL has it: read from its parameters, and written again with changes.

Floor 8.  Parameters have the names of ``web.parameters``; what they cannot mean is left out, as
pages are also reached by links that others wrote.  Invariant: two addresses that ask the same are
written as the same URL, and a default is never written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from ...forces import resolve_force
from ...settings import QUERY_LIMITS
from ...tagging import tag_value
from .days import DayFields, fields_of

LISTS = ("area", "type", "stage")
DAYS = ("since", "until")
CHOICES = {
    "sort": ("relevance", "newest", "oldest"),
    "match": ("all", "most", "any"),
    "copies": ("all", "only"),
    "by": ("year", "week", "day"),
    "split": ("force", "type", "stage"),
}
"""Values other than the default; ``by`` is ``month`` where nothing is said."""

SWITCHES = {
    "exact": "exact",
    "fuzzy": "fuzzy",
    "no_synonyms": "no-synonyms",
    "include_undated": "include-undated",
    "include_boilerplate": "include-boilerplate",
    "share": "share",
}
"""The parameter of each switch."""

PAGE_SIZE = 20
SEARCH, TIMELINE, TABLE = "/search", "/timeline", "/search.csv"

_ON = frozenset({"1", "true", "yes", "on"})
_ASKING = ("exact", "fuzzy", "include_undated", "include_boilerplate")


@dataclass(frozen=True, slots=True)
class Address:
    """What a page was asked.

    ``path``    the page
    ``text``    in the query language
    ``area``, ``type``, ``stage``  values of filters, by their ids where they are known
    ``since``, ``until``, ``on``  days and periods, as text
    ``sort``, ``match``, ``copies``, ``by``, ``split``  empty for the default
    ``exact`` and the other switches  off where nothing was said
    ``limit``, ``page``  hits on a page, and which, from 1
    ``days``    the fields of ``since`` and ``until`` as they were filled in
    """

    path: str = SEARCH
    text: str = ""
    area: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    on: str = ""
    sort: str = ""
    match: str = ""
    copies: str = ""
    by: str = ""
    split: str = ""
    exact: bool = False
    fuzzy: bool = False
    no_synonyms: bool = False
    include_undated: bool = False
    include_boilerplate: bool = False
    share: bool = False
    limit: int = PAGE_SIZE
    page: int = 1
    days: tuple[DayFields, ...] = ()

    def but(self, **changes: Any) -> Address:
        """This address with ``changes``; on page 1, unless they say otherwise."""
        return replace(self, **{"page": 1, **changes})

    def unfiltered(self) -> Address:
        """The words alone, on the same kind of page."""
        return Address(
            self.path, self.text, by=self.by, split=self.split, share=self.share, limit=self.limit
        )

    def parameters(self) -> list[tuple[str, str]]:
        """The parameters of a URL, in one order."""
        pairs = [("q", self.text)]
        for name in LISTS:
            pairs += [(name, value) for value in getattr(self, name)]
        pairs += [(name, getattr(self, name)) for name in (*DAYS, "on", *CHOICES)]
        pairs += [(shown, "1") for name, shown in SWITCHES.items() if getattr(self, name)]
        pairs += [("limit", str(self.limit))] if self.limit != PAGE_SIZE else []
        pairs += [("page", str(self.page))] if self.page != 1 else []
        return [(name, value) for name, value in pairs if value]

    def url(self, path: str = "") -> str:
        """The URL of this address, or of the same at another ``path``."""
        query = urlencode(self.parameters())
        return f"{path or self.path}?{query}" if query else path or self.path

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.limit

    @property
    def faults(self) -> tuple[DayFields, ...]:
        """The dates that make no sense."""
        return tuple(day for day in self.days if day.error)

    def day(self, name: str) -> DayFields:
        """The fields of ``since`` or ``until``."""
        return next((day for day in self.days if day.name == name), DayFields(name))

    def asking(self) -> dict[str, Any]:
        """The options of ``asking.Asking`` that this address gives, and ``text``."""
        options: dict[str, Any] = {"text": self.text}
        options |= {n: list(getattr(self, n)) for n in LISTS if getattr(self, n)}
        options |= {n: getattr(self, n) for n in (*DAYS, "on", "match") if getattr(self, n)}
        options |= {name: True for name in _ASKING if getattr(self, name)}
        return {**options, "synonyms": False} if self.no_synonyms else options


def read(path: str, pairs: Iterable[tuple[str, str]]) -> Address:
    """The address that the parameters of a URL give."""
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value.strip())
    days = tuple(fields_of(name, given) for name in DAYS)
    last = {name: values[-1] for name, values in given.items()}
    known: dict[str, Any] = {n: tuple(_several(n, given.get(n, ()))) for n in LISTS}
    known |= {day.name: day.text for day in days}
    for name, choices in CHOICES.items():
        known[name] = last[name] if last.get(name) in choices else ""
    if known["sort"] == ("relevance" if last.get("q") else "newest"):
        known["sort"] = ""
    for name, shown in SWITCHES.items():
        known[name] = last.get(shown, "").lower() in _ON
    return Address(
        path,
        text=last.get("q", ""),
        on=last.get("on", ""),
        **known,
        limit=_number(last.get("limit", ""), QUERY_LIMITS.page_size) or PAGE_SIZE,
        page=_number(last.get("page", ""), QUERY_LIMITS.offset) or 1,
        days=days,
    )


def is_written(pairs: Sequence[tuple[str, str]], address: Address) -> bool:
    """Whether ``pairs`` are as ``address`` writes them, in any order, beside parameters that it
    does not know."""
    parts = {f"{day}-{part}" for day in DAYS for part in ("day", "month", "year")}
    known = {"q", "on", "limit", "page", *LISTS, *DAYS, *CHOICES, *SWITCHES.values(), *parts}
    mine = [(name, value) for name, value in pairs if name in known]
    return sorted(mine) == sorted(address.parameters())


def _several(name: str, values: Iterable[str]) -> Iterator[str]:
    """Each value once, by its id where it is known."""
    seen = set()
    for value in filter(None, values):
        force = resolve_force(value) if name == "area" else None
        one = force.id if force else (tag_value(name, value) or value)
        if one not in seen:
            seen.add(one)
            yield one


def _number(text: str, most: int) -> int:
    """The number that ``text`` is, from 1 to ``most``; 0 for anything else."""
    plain = text.isascii() and text.isdigit() and len(text) < 8
    return int(text) if plain and 1 <= int(text) <= most else 0
