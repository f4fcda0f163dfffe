"""The page of the forces: whose articles there are, how many, and from when.

Floor 8.  Invariant: every force of the gazetteer is on the page, also one without an article.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ...forces import known_force
from . import wording
from .address import Address
from .search import SITE


@dataclass(frozen=True, slots=True)
class ForceRow:
    """A force, and the articles that there are of it."""

    id: str
    name: str
    welsh: str
    url: str
    articles: int
    first: str
    first_iso: str
    last: str
    last_iso: str


@dataclass(frozen=True, slots=True)
class ForcesView:
    """``held`` are the forces with articles, ``others`` the names of those without."""

    title: str
    held: tuple[ForceRow, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """What the index holds, in a line."""

    articles: str
    latest: str = ""
    latest_iso: str = ""
    undated: int = 0
    first: str = ""


def forces_view(told: Sequence[Mapping[str, Any]]) -> ForcesView:
    """The page of what the deed ``forces`` told."""
    held = tuple(_row(one) for one in told if one["articles"])
    others = tuple(one["name"] for one in told if not one["articles"])
    return ForcesView(f"Police forces – {SITE}", held, others)


def overview(stats: Mapping[str, Any]) -> Overview:
    """The line of what the deed ``stats`` told.  A day later than today is a misprint of some
    article, and not the latest."""
    latest, first = stats["last_day"] or "", stats["first_day"] or ""
    if latest > date.today().isoformat():
        latest = ""
    return Overview(
        wording.counted(stats["articles"], "article"),
        wording.day_in_words(latest) if latest else "",
        latest,
        stats["undated"],
        wording.day_in_words(first) if first else "",
    )


def _row(one: Mapping[str, Any]) -> ForceRow:
    first, last = one["first"] or "", one["last"] or ""
    known = known_force(one["id"])
    return ForceRow(
        one["id"],
        one["name"],
        next(iter(known.welsh), "") if known else "",
        Address(area=(one["id"],)).url(),
        one["articles"],
        wording.day_in_words(first) if first else "",
        first,
        wording.day_in_words(last) if last else "",
        last,
    )
