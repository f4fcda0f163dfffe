"""The pages that answer no search: the way in, tips, about, and what went wrong.

Floor 8.  Invariant: an example on the page of tips is a query that the parser understands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import wording
from .address import Address
from .chart import Chart, by_month, chart, named
from .hits import HitView, hit_view
from .search import SITE
from .ways import Way

_FORCES = 12


@dataclass(frozen=True, slots=True)
class HomeView:
    """The way in."""

    title: str
    hits: tuple[HitView, ...]
    forces: tuple[Way, ...]
    examples: tuple[Way, ...]
    chart: Chart | None
    by: str
    summary: str


@dataclass(frozen=True, slots=True)
class Tip:
    """What to type, and what that finds."""

    query: str
    finds: str

    @property
    def url(self) -> str:
        return Address(text=self.query).url()


@dataclass(frozen=True, slots=True)
class TipsView:
    """Tips by what they are about."""

    title: str
    groups: tuple[tuple[str, tuple[Tip, ...]], ...]


@dataclass(frozen=True, slots=True)
class AboutView:
    title: str


@dataclass(frozen=True, slots=True)
class ProblemView:
    """What went wrong, and what to do; ``busy`` is passing."""

    title: str
    heading: str
    said: str
    status: int


TIPS: tuple[tuple[str, tuple[Tip, ...]], ...] = (
    (
        "Words",
        (
            Tip("knife crime", "articles with both words, and with forms of them such as knives"),
            Tip('"stop and search"', "these words, in this order"),
            Tip("burglary OR robbery", "articles with either word"),
            Tip("burglary -london", "articles without the word after the minus"),
            Tip("burgl*", "words that begin with these letters"),
            Tip("hertforshire~", "words spelt nearly like this"),
            Tip('"knife amnesty"~5', "both words, no more than 5 words apart"),
        ),
    ),
    (
        "Where and who",
        (
            Tip("title:appeal", "the word in the headline"),
            Tip("burglary force:kent", "articles that one force published"),
            Tip("fraud -force:met", "articles of all other forces"),
            Tip('region:"north west"', "articles of all forces of a region"),
            Tip("mentions:essex", "articles that name another force"),
        ),
    ),
    (
        "When",
        (
            Tip("robbery date:2020", "articles published in that year"),
            Tip("robbery date:aug-2020", "articles published in that month"),
            Tip("robbery date:1/6/2020..30/6/2020", "articles published from one day to another"),
            Tip("is:undated", "articles for which no date of publication is known"),
        ),
    ),
    (
        "Kind and number",
        (
            Tip("type:burglary", "articles about one kind of crime"),
            Tip("stage:sentenced", "articles at one stage of a case"),
            Tip("ref:35/60797/20", "articles with this incident, crime or log number"),
            Tip("op:lionheart", "articles about an operation of this name"),
        ),
    ),
)

_HEADINGS: Mapping[str, tuple[str, str]] = {
    "nowhere": (
        "Page not found",
        "If you typed the address, check that it is correct. If you pasted it, check that you "
        "copied all of it.",
    ),
    "article": (
        "Article not found",
        "The article may have been taken down, or the address may be incomplete.",
    ),
    "busy": ("Too many searches at the moment", "Wait a moment and try again."),
    "late": (
        "The archive answers slowly at the moment",
        "There is nothing wrong with your search. Wait a moment and try again.",
    ),
    "stopped": (
        "This search took too long",
        "Ask for less: use fewer words with a star, or longer beginnings of words.",
    ),
    "index": ("The archive cannot be searched at the moment", "Try again later."),
}


def home_view(envelope: Mapping[str, Any]) -> HomeView:
    """The way in, of a search for everything."""
    buckets = [(b["value"], b["count"]) for b in envelope["facets"]["month"]]
    by, values = by_month(buckets)
    held = [period for period, value in values if value]
    summary = f"From {named(by, held[0])} to {named(by, held[-1])}." if held else ""
    forces = [
        Way(wording.force_name(b["value"]), Address(area=(b["value"],)).url(), b["count"])
        for b in envelope["facets"]["force"]
        if b["value"]
    ]
    return HomeView(
        SITE,
        tuple(hit_view(hit, Address()) for hit in envelope["hits"]),
        tuple(forces[:_FORCES]),
        tuple(Way(tip.query, tip.url) for tip in (TIPS[0][1][1], TIPS[1][1][1], TIPS[2][1][1])),
        chart(by, values) if len(held) > 1 else None,
        by,
        summary,
    )


def tips_view() -> TipsView:
    return TipsView(f"Search tips – {SITE}", TIPS)


def about_view() -> AboutView:
    return AboutView(f"About this archive – {SITE}")


def problem_view(problem: Any) -> ProblemView:
    """The page of a ``problems.Problem``."""
    usual = (problem.title, wording.bare(problem.detail) or "Try again later.")
    heading, said = _HEADINGS.get(problem.kind, usual)
    return ProblemView(f"{heading} – {SITE}", heading, said, problem.status)
