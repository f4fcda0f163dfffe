"""What can be wrong with an article: the one table of defects, and which of them one article has.

Floor 5.  The patterns are not those that cleaned the article: what that missed is looked for.
Defects that only show beside other articles (copies, twins, repeated lines, stray dates) are
in the table too and found by ``quality``.  Invariant: every defect found has its row in
``DEFECTS``.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from .article import Article, Precision
from .ingest.titles import is_generic

SHORT_WORDS = 15
"""A body with fewer words than this is very short."""

EARLIEST = date(1995, 1, 1)
"""British police forces published nothing on the web before."""


@dataclass(frozen=True, slots=True)
class Defect:
    """One row: its ``name``, the ``column`` it is counted in, and what it means."""

    name: str
    column: str
    about: str


DEFECTS: tuple[Defect, ...] = (
    Defect("undated", "undated", "no publication date"),
    Defect("imprecise-date", "vague", "dated to the month or the year only"),
    Defect("fallback-title", "title", "no title of its own: from og.title, a heading or the text"),
    Defect("generic-title", "title", "the headline names a kind of page, not a story"),
    Defect("title-leftovers", "mark", "markup, entities or stray characters in the headline"),
    Defect("lead-leftovers", "mark", "markup, entities or stray characters in the lead"),
    Defect("body-leftovers", "mark", "markup, entities or stray characters in the body"),
    Defect("cut-lead", "mark", "the lead ends in an ellipsis"),
    Defect("repeated-lines", "line", "a short line that many articles of the force repeat"),
    Defect("empty-body", "short", "no text at all"),
    Defect("short-body", "short", f"a body of fewer than {SHORT_WORDS} words"),
    Defect("copy", "copy", "the same text as another article"),
    Defect("twin", "twin", "the same headline and day as another article of the force"),
    Defect("force-conflict", "note", "area, host or title name different forces"),
    Defect("date-conflict", "note", "two sources of the date are far apart"),
    Defect("future-date", "odd", "dated after today"),
    Defect("stray-date", "odd", "dated long after every other article of the force"),
    Defect("early-date", "odd", f"dated before {EARLIEST.year}"),
)

COLUMN_OF = {defect.name: defect.column for defect in DEFECTS}

_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,30}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_TAG = re.compile(
    r"</?(?:p|br|div|span|a|b|i|u|ul|ol|li|em|strong|font|img|h[1-6]|table|t[dhr]|script|style"
    r"|iframe)\b[^<>]{0,500}>|<!--",
    re.IGNORECASE,
)
# Stars alone are no markup: they also stand for letters that are not printed.
_MARKUP = re.compile(
    r"(?<![\w*])\*\*(?=[^\s*])[^*\n]{1,500}(?<=[^\s*])\*\*(?![\w*])"
    r"|(?<!\w)__(?=[^\s_])[^_\n]{1,500}__(?!\w)|\]\((?:https?:|/)|!\[|^#{1,6} |^`{3}",
    re.MULTILINE,
)
# Controls, characters without width or meaning, and UTF-8 that was read as Latin-1.
_STRAY = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2060\ufeff\ufffd\ue000-\uf8ff]"
    "|\u00e2\u20ac|\u00c3[\u0080-\u00bf]|\u00c2[\u00a0-\u00bf]"
)


def defects_of(article: Article, today: date) -> Iterator[str]:
    """The names of the defects that ``article`` has by itself, each once."""
    yield from _of_date(article, today)
    yield from _of_title(article)
    yield from _of_texts(article)
    yield from sorted(
        {"date-conflict" if n.startswith("date:") else "force-conflict" for n in article.notes}
    )


def _of_date(article: Article, today: date) -> Iterator[str]:
    first = article.date.first_day
    if first is None:
        yield "undated"
        return
    if article.date.precision not in (Precision.MINUTE, Precision.DAY):
        yield "imprecise-date"
    if first > today:
        yield "future-date"
    elif first < EARLIEST:
        yield "early-date"


def _of_title(article: Article) -> Iterator[str]:
    if article.title_source != "title":
        yield "fallback-title"
    if is_generic(article.title):
        yield "generic-title"


def _of_texts(article: Article) -> Iterator[str]:
    if leftover(article.title):
        yield "title-leftovers"
    if leftover(article.lead):
        yield "lead-leftovers"
    if article.lead.rstrip().endswith(("...", "…")):
        yield "cut-lead"
    if leftover(article.body):
        yield "body-leftovers"
    words = len(article.body.split(None, SHORT_WORDS))
    if not words:
        yield "empty-body"
    elif words < SHORT_WORDS:
        yield "short-body"


def leftover(text: str) -> str:
    """The first thing in ``text`` that cleaning should have taken away, or an empty string."""
    found = _STRAY.search(text)
    if found is None and "<" in text:
        found = _TAG.search(text)
    if found is None and any(mark in text for mark in ("**", "__", "](", "![", "# ", "```")):
        found = _MARKUP.search(text)
    if found is None and "&" in text:
        entities = _ENTITY.finditer(text)
        # ``&M;`` is no entity, and was written by a person.
        found = next((e for e in entities if html.unescape(e[0]) != e[0]), None)
    return found[0] if found else ""
