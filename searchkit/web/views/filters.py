"""What narrows a search: the values that can be chosen, with their counts, and those that are.

Floor 8.  Invariant: every chosen value can be seen and removed, also one that finds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import wording
from .address import LISTS, SWITCHES, Address
from .days import in_words

_FLAGS = (
    ("exact", "Words exactly as typed"),
    ("fuzzy", "Near spellings count"),
    ("no_synonyms", "Without synonyms"),
    ("include_undated", "Undated included"),
    ("include_boilerplate", "Contact lines searched"),
)
_WAYS = {
    ("copies", "all"): "Copies listed one by one",
    ("copies", "only"): "Only releases with copies",
    ("match", "all"): "All of the words",
    ("match", "most"): "Most of the words",
    ("match", "any"): "Any of the words",
}


@dataclass(frozen=True, slots=True)
class Option:
    """A value that can be chosen, and how many articles it finds; -1 where nobody counted."""

    value: str
    label: str
    count: int
    chosen: bool

    @property
    def counted(self) -> bool:
        return self.count >= 0


@dataclass(frozen=True, slots=True)
class Switch:
    """Something that is on or off; ``name`` is its parameter."""

    name: str
    label: str
    on: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The values of one filter; ``name`` is its parameter."""

    name: str
    legend: str
    options: tuple[Option, ...]

    @property
    def chosen(self) -> int:
        return sum(option.chosen for option in self.options)


@dataclass(frozen=True, slots=True)
class Selection:
    """Something that narrows the search, and the address without it."""

    label: str
    url: str


def groups(address: Address, facets: Mapping[str, Any] | None) -> tuple[Group, ...]:
    """The filters with values to choose from, those chosen first; where nobody counted, those
    chosen alone."""
    return tuple(
        Group(name, wording.LEGENDS[name], tuple(_options(address, name, facets))) for name in LISTS
    )


def _options(address: Address, name: str, facets: Mapping[str, Any] | None) -> Iterator[Option]:
    found = () if facets is None else facets.get(wording.FACET_OF[name], ())
    counts = {bucket["value"]: bucket["count"] for bucket in found if bucket["value"]}
    chosen, unknown = getattr(address, name), -1 if facets is None else 0
    for value in chosen:
        label = wording.label_of(name, value)
        yield Option(value, label, counts.get(value, unknown), True)
    for value, count in counts.items():
        if value not in chosen:
            yield Option(value, wording.label_of(name, value), count, False)


def switches(address: Address) -> tuple[Switch, ...]:
    """The further options of a search."""
    return tuple(Switch(SWITCHES[name], label, getattr(address, name)) for name, label in _FLAGS)


def selections(address: Address) -> tuple[Selection, ...]:
    """All that narrows the search, in the order of the form."""
    return tuple(_selections(address))


def _selections(address: Address) -> Iterator[Selection]:
    for name in LISTS:
        values = getattr(address, name)
        for value in values:
            rest = tuple(other for other in values if other != value)
            yield Selection(wording.label_of(name, value), address.but(**{name: rest}).url())
    for name, said in (("since", "From"), ("until", "To"), ("on", "On")):
        value = getattr(address, name)
        if value:
            label = f"{said} {in_words(value)}"
            yield Selection(label, address.but(**{name: ""}).url())
    for name, label in _FLAGS:
        if getattr(address, name):
            yield Selection(label, address.but(**{name: False}).url())
    for (name, value), label in _WAYS.items():
        if getattr(address, name) == value:
            yield Selection(label, address.but(**{name: ""}).url())
