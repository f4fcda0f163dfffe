"""What cleaning must achieve on the real articles, all of them: counted, not sampled."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import pytest

from searchkit import Article, ArticleError, parse_article
from searchkit.article import DateSource, Precision
from searchkit.forces import get_force
from searchkit.ukdates import parse_uk_date

# Cleaning all of them takes half a minute, and many on a busy machine.
pytestmark = pytest.mark.timeout(1_200)

ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
MARKDOWN = re.compile(
    r"\*\*|__|^\s{0,3}#{1,6}\s|^\s{0,3}[*+-]\s|!?\[[^\]\n]*\]\([^)\n]*\)|^\s*```|<https?:",
    re.MULTILINE,
)
MASKED = re.compile(r"\b\w{1,2}\*{2,}\w*")
"""A swear word as a press office prints it: ``f***``.  Its stars are prose."""

MEDIA = re.compile(r"https?://\S+\.(?:jpe?g|png|gif|mp4|mov|webm)\b", re.IGNORECASE)


@dataclass
class Counts:
    """What was found, with up to a few examples each."""

    articles: int = 0
    rejected: list[str] = field(default_factory=list)
    precisions: Counter[Precision] = field(default_factory=Counter)
    flaws: dict[str, list[str]] = field(default_factory=dict)

    def flaw(self, kind: str, article: Article, what: str) -> None:
        self.flaws.setdefault(kind, []).append(f"{article.path}: {what!r}")


@pytest.fixture(scope="module")
def counts(real_articles: Path) -> Counts:
    found = Counts()
    for path in sorted(real_articles.rglob("*.md")):
        try:
            article = parse_article(path.read_bytes(), path=f"{path.parent.name}/{path.name}")
        except ArticleError as error:
            found.rejected.append(str(error))
            continue
        found.articles += 1
        found.precisions[article.date.precision] += 1
        inspect(article, found)
    return found


def inspect(article: Article, found: Counts) -> None:
    title = article.title
    if not title:
        found.flaw("no title", article, title)
    if article.force is None:
        found.flaw("no force", article, article.area)
    else:
        force = get_force(article.force.id)
        ends = "|".join(re.escape(name) for name in force.full_names)
        if title.endswith("|") or re.search(rf"[|–—-]\s*(?:{ends})\s*$", title, re.IGNORECASE):
            found.flaw("title suffix", article, title)
    for name, text in (("title", title), ("body", article.body), ("lead", article.lead)):
        for kind, pattern in (("entity", ENTITY), ("markdown", MARKDOWN), ("media", MEDIA)):
            for match in pattern.finditer(MASKED.sub("", text)):
                if kind != "entity" or unescape(match.group()) != match.group():
                    found.flaw(f"{kind} in {name}", article, match.group())
    if article.date.source in (DateSource.BODY_HEAD, DateSource.BODY_FOOT):
        raw = article.date.raw
        # A few stamps leave the year to the URL.
        if parse_uk_date(raw) is None and parse_uk_date(f"{raw} 2020") is None:
            found.flaw("date from prose", article, article.date.raw)
        if len(article.date.raw) > 80:
            found.flaw("date from a long line", article, article.date.raw)


def test_no_article_is_rejected(counts: Counts) -> None:
    assert counts.rejected == []
    assert counts.articles == 30_930


def test_nearly_every_article_has_its_day(counts: Counts) -> None:
    day = counts.precisions[Precision.DAY] + counts.precisions[Precision.MINUTE]
    assert day / counts.articles >= 0.97
    assert 1 - counts.precisions[Precision.NONE] / counts.articles >= 0.99


def test_no_date_is_taken_from_prose(counts: Counts) -> None:
    assert counts.flaws.get("date from prose", []) == []
    assert counts.flaws.get("date from a long line", []) == []


@pytest.mark.parametrize("kind", ["no title", "no force", "title suffix"])
def test_every_title_stands_alone(counts: Counts, kind: str) -> None:
    assert counts.flaws.get(kind, []) == []


@pytest.mark.parametrize("kind", ["entity", "markdown", "media"])
@pytest.mark.parametrize("name", ["title", "body", "lead"])
def test_nothing_of_the_page_is_left_in_the_text(counts: Counts, kind: str, name: str) -> None:
    assert counts.flaws.get(f"{kind} in {name}", []) == []
