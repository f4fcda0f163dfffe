"""Results as a feed that programs follow: Atom (RFC 4287) and JSON Feed 1.1.

Floor 7.  An entry is the same, under the same ``tag:`` URI, in every feed that holds its article,
however often the index is built.  An article without a date has that of the index.
Invariant: whatever stands in an article, the feed is well-formed, and text in it stays text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from hashlib import sha256
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from ..article import LONDON
from ..results import Hit, QueryEcho, Results
from .characters import printable

ATOM = "application/atom+xml"
JSON_FEED = "application/feed+json"

_AUTHORITY = "tag:searchkit.invalid,2026"
"""Who names things here: nobody in particular, so nobody else can."""

# All that XML 1.0 cannot hold, even escaped.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`\x00-\x20]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class About:
    """What a feed says of itself: ``indexed`` is when the index was last changed, aware;
    ``link`` the address of the feed and ``home`` that of the same search for people, where they
    have any; ``title`` is made of the query where it is empty."""

    indexed: datetime
    link: str = ""
    home: str = ""
    title: str = ""


def atom(results: Results, about: About) -> str:
    """The hits of ``results`` as an Atom feed."""
    return "\n".join(_atom_lines(results, about)) + "\n"


def json_feed(results: Results, about: About) -> dict[str, Any]:
    """The hits of ``results`` as a JSON Feed, for ``json.dumps``."""
    feed: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(results.query, about),
        "language": "en-GB",
    }
    if about.home:
        feed["home_page_url"] = about.home
    if about.link:
        feed["feed_url"] = about.link
    return {**feed, "items": [_item(hit, about) for hit in results.hits]}


def entry_id(article_id: str) -> str:
    """The ``tag:`` URI of an article."""
    return f"{_AUTHORITY}:article/{article_id}"


def feed_id(query: QueryEcho) -> str:
    """The ``tag:`` URI of what is asked: the same text and filters, the same feed."""
    told = repr((query.text, sorted((k, str(v)) for k, v in query.filters.items()), query.copies))
    return f"{_AUTHORITY}:search/{sha256(told.encode('utf-8', 'replace')).hexdigest()[:16]}"


def _atom_lines(results: Results, about: About) -> Iterator[str]:
    dates = [_when(hit, about) for hit in results.hits]
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB">'
    yield _element("id", feed_id(results.query))
    yield _element("title", _title(results.query, about))
    yield _element("updated", _stamp(max(dates, default=about.indexed)))
    yield _element("generator", "searchkit")
    if about.link:
        yield f'<link rel="self" type={quoteattr(ATOM)} href={_quoted(about.link)}/>'
    if about.home:
        yield f'<link rel="alternate" type="text/html" href={_quoted(about.home)}/>'
    for hit, when in zip(results.hits, dates, strict=True):
        yield from _entry(hit, when)
    yield "</feed>"


def _entry(hit: Hit, when: datetime) -> Iterator[str]:
    yield "<entry>"
    yield _element("id", entry_id(hit.id))
    yield _element("title", printable(hit.title) or "(no headline)")
    yield _element("updated", _stamp(when))
    if hit.date.start is not None:
        yield _element("published", _stamp(when))
    yield f"<author>{_element('name', _author(hit))}</author>"
    address = _address(hit)
    if address:
        yield f'<link rel="alternate" href={_quoted(address)}/>'
    for tag in dict.fromkeys(tag.id for tag in hit.article.tags):
        yield f"<category term={_quoted(tag)}/>"
    yield f'<summary type="text">{_escaped(_summary(hit))}</summary>'
    yield "</entry>"


def _item(hit: Hit, about: About) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry_id(hit.id),
        "title": printable(hit.title) or "(no headline)",
        "content_text": _summary(hit),
        "date_modified": _stamp(_when(hit, about)),
        "authors": [{"name": _author(hit)}],
        "tags": list(dict.fromkeys(tag.id for tag in hit.article.tags)),
    }
    if hit.date.start is not None:
        item["date_published"] = _stamp(hit.date.start)
    address = _address(hit)
    return {**item, "url": address} if address else item


def _title(query: QueryEcho, about: About) -> str:
    if about.title:
        return printable(about.title)
    filters = [", ".join([v] if isinstance(v, str) else v) for v in query.filters.values()]
    asked = " · ".join(part for part in (query.text, *filters) if part)
    return printable(f"Police news: {asked}" if asked else "Police news")


def _when(hit: Hit, about: About) -> datetime:
    """When the article was published, as far as that is known: the start of its day or month."""
    return about.indexed if hit.date.start is None else hit.date.start


def _stamp(when: datetime) -> str:
    """RFC 3339."""
    aware = when if when.tzinfo else when.replace(tzinfo=LONDON)
    return aware.astimezone(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")


def _author(hit: Hit) -> str:
    return printable(hit.force.name if hit.force else hit.article.area) or "unknown force"


def _address(hit: Hit) -> str:
    """The article's own address, where it is one that can be followed safely."""
    return hit.url if _ADDRESS.fullmatch(hit.url) else ""


def _summary(hit: Hit) -> str:
    return printable(str(hit.snippet) or hit.article.lead)


def _element(name: str, text: str) -> str:
    return f"<{name}>{_escaped(text)}</{name}>"


def _escaped(text: str) -> str:
    return escape(_NO_XML.sub("\ufffd", text))


def _quoted(text: str) -> str:
    return quoteattr(_NO_XML.sub("\ufffd", text))
