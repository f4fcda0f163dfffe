"""The page of one article: who, when and how that is known, then the text with what matched.

Floor 8.  Invariant: all of the body is on the page, in order; contact lines are folded, not left
out, and only addresses of the web are links.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

from ...article import DateSource
from ...render.article import DATE_SOURCES
from . import wording
from .address import Address
from .filters import selections
from .hits import article_url
from .language import language_of
from .search import SITE
from .ways import Way

Json = Mapping[str, Any]

Numbered = tuple[str, int]
"""A stretch of text, and the number of the match that it is; 0 for none."""

_PLACES = {"title": "headline", "category": "label", "lead": "first lines"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the body."""

    pieces: tuple[Numbered, ...]
    language: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that are shown, or folded: how to make contact, and what the force repeats."""

    folded: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class TagView:
    """A tag, the words that give it, where they stand, and the search for more of it."""

    kind: str
    label: str
    evidence: str
    where: str
    url: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Sentences that the same articles have: ``who`` says which."""

    who: str
    common: bool
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CopyView:
    """Another article with the same text."""

    title: str
    url: str
    force: str
    date: str
    iso: str


@dataclass(frozen=True, slots=True)
class ArticleView:
    """All that ``article.html`` shows; ``original`` is empty where the article has no address of
    the web, ``back`` where nothing led here."""

    address: Address
    title: str
    id: str
    headline: tuple[Numbered, ...]
    language: str
    force: Way
    date: str
    iso: str
    dated_by: str
    original: str
    host: str
    back: Way
    blocks: tuple[Block, ...]
    matches: int
    tags: tuple[TagView, ...]
    facts: tuple[tuple[str, tuple[Way, ...]], ...]
    copies: tuple[CopyView, ...]
    compared: tuple[Compared, ...]
    cited: str
    bibtex: str


def article_view(address: Address, told: Json) -> ArticleView:
    """The page of what the deed ``read`` told; ``address`` is the search that led there."""
    article, lit = told["article"], told["highlights"]
    date, force = article["date"], article["force"]
    body = tuple(_blocks(article["body"], article["boilerplate"], lit.get("body", ())))
    name = force["name"] if force else article["area"] or "Unknown force"
    others = told["copies"]["articles"][1:]
    headline = article["title"] or "(no headline)"
    return ArticleView(
        address,
        f"{headline} – {name} – {SITE}",
        article["id"],
        tuple(_numbered(headline, lit.get("title", ()) if article["title"] else (), 0)),
        language_of(f"{article['title']} {article['body']}"),
        Way(name, Address(area=(force["id"],)).url() if force else ""),
        wording.sentence(date["display"]),
        date["iso"],
        dated_by(date, article["url"]),
        web_address(article["url"]),
        urlsplit(web_address(article["url"])).hostname or "",
        _back(address),
        body,
        len(lit.get("body", ())),
        tuple(_tags(article["tags"])),
        tuple(_facts(article)),
        tuple(_copy(one, address) for one in others),
        tuple(_compared(told["copies"])) if others else (),
        _cited(article, name),
        told["bibtex"].strip(),
    )


def web_address(url: str) -> str:
    """``url``, if it is an address of the web; empty for anything else, which is no link."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.hostname else ""


def dated_by(date: Json, url: str) -> str:
    """How the date is known, in words: ``from the stamp above the text: 19:05 02/02/2021``."""
    source = DateSource(date["source"])
    if source is DateSource.NONE:
        return "no publication date was found"
    raw = date["raw"] if date["raw"] != url else ""
    known = f"from {DATE_SOURCES[source]}"
    return f"{known}: {raw}" if raw else known


def _back(address: Address) -> Way:
    if not address.text and not selections(address) and address.page == 1:
        return Way("All articles", "/search")
    return Way("Back to results", address.but(page=address.page).url("/search"))


def _blocks(body: str, folded: Sequence[Any], lit: Sequence[Any]) -> Iterator[Block]:
    """The lines of the body that hold anything, those next to each other that are shown alike
    together."""
    lines, at, number = [], 0, 0
    for text in body.split("\n"):
        start, end = at, at + len(text)
        at = end + 1
        if not text.strip():
            continue
        spans = [(s - start, e - start) for s, e in lit if start <= s and e <= end]
        pieces = tuple(_numbered(text, spans, number + 1))
        number += len(spans)
        line = Line(pieces, language_of(text))
        lines.append((_is_folded(text, start, folded) and not spans, line))
    for is_folded, group in groupby(lines, key=lambda pair: pair[0]):
        yield Block(is_folded, tuple(line for _, line in group))


def _is_folded(text: str, start: int, folded: Sequence[Any]) -> bool:
    """Whether all of a line is boilerplate, which may come in several stretches."""
    left = len(text.strip())
    for first, last in folded:
        inside = text[max(0, first - start) : max(0, last - start)]
        left -= len(inside.strip())
    return left <= 0


def _numbered(text: str, spans: Sequence[Any], first: int) -> Iterator[Numbered]:
    """``text`` cut at the ends of ``spans``, which are numbered from ``first`` on, or, from 0, all
    have the number -1."""
    at, number = 0, first or -1
    for start, end in spans:
        if start > at:
            yield text[at:start], 0
        yield text[start:end], number
        at, number = end, number + 1 if first else number
    if at < len(text):
        yield text[at:], 0


def _tags(tags: Sequence[Json]) -> Iterator[TagView]:
    for tag in tags:
        kind, value = tag["id"].split(":", 1)
        chosen: Any = {kind: (value,)} if kind in ("type", "stage") else {}
        yield TagView(
            wording.LEGENDS.get(kind) or str(kind),
            wording.label_of(kind, value),
            tag["evidence"],
            _PLACES.get(tag["where"]) or str(tag["where"]),
            Address(**chosen).url(),
        )


def _facts(article: Json) -> Iterator[tuple[str, tuple[Way, ...]]]:
    """What else is known, by name; nothing that is empty."""
    if article["category"]:
        yield "Label", (Way(article["category"].strip(" *")),)
    refs = [Way(ref, Address(text=f'ref:"{ref}"').url()) for ref in article["references"]]
    yield from [("Reference", tuple(refs))] if refs else []
    named = [Way(f"Operation {op.title()}", Address(text=f'op:"{op}"').url())
             for op in article["operations"]]  # fmt: skip
    yield from [("Operation", tuple(named))] if named else []
    forces = [Way(wording.force_name(force)) for force in article["mentions"]]
    yield from [("Also names", tuple(forces))] if forces else []
    yield from [("Notes", tuple(map(Way, article["notes"])))] if article["notes"] else []
    yield "Identifier", (Way(article["id"]),)


def _cited(article: Json, publisher: str) -> str:
    """How to cite an article, as a line of text."""
    title = " ".join(article["title"].split()) or "(no headline)"
    display = article["date"]["display"]
    when = "no date" if display == "undated" else display
    return f"{publisher}, ‘{title}’, {when}. {article['url'] or 'Article ' + article['id']}"


def _copy(one: Json, address: Address) -> CopyView:
    return CopyView(
        one["title"] or "(no headline)",
        article_url(one["id"], address),
        _publisher(one),
        wording.sentence(one["date"]["display"]),
        one["date"]["iso"],
    )


def _publisher(one: Json) -> str:
    return one["force"]["name"] if one["force"] else "Unknown force"


def _compared(copies: Json) -> Iterator[Compared]:
    """The sentences of all copies in order, those that stand in the same ones together."""
    here = copies["articles"][0]["id"]
    names = {one["id"]: _publisher(one) for one in copies["articles"]}
    for holders, lines in groupby(copies["lines"], key=lambda line: tuple(line["articles"])):
        sentences = tuple(line["text"] for line in lines)
        if len(holders) == len(names):
            yield Compared("In all copies", True, sentences)
        elif holders == (here,):
            yield Compared("Only in this article", False, sentences)
        else:
            known = list(dict.fromkeys(names[one] for one in holders if one != here))
            also = "Here and in " if here in holders else "Not here, but in "
            yield Compared(f"{also}{wording.listed(known)}", False, sentences)
