"""A whole HTML page to metadata and text.

Floor 2.  Metadata comes from ``<title>``, ``meta`` tags and JSON-LD, named as in front matter
(``og.title``, ``article.published.time``); text from the page's ``article`` or ``main``, without
navigation, forms and scripts.  Invariant: lxml does the parsing; Python only walks a tree
whose depth lxml has bounded, with a stack of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..errors import ArticleError
from .links import Addresses
from .markup import plain_page

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from bs4.element import PageElement, Tag

_LOOKS_LIKE_HTML = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--(?:(?!-->).){0,2000}-->\s*)*"
    r"<(?:!doctype\s+html|html|head|body|title|meta|article|main|div|section|p|h1)\b",
    re.IGNORECASE | re.DOTALL,
)
_WHOLE_PAGE = re.compile(r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?<(?:!doctype\s+html|html)\b", re.I)
_PARSER = "lxml"

_DROPPED = frozenset(
    "script style noscript template svg math iframe object embed canvas nav aside form button "
    "select input textarea dialog footer head menu".split()
)
_DROPPED_ROLES = frozenset("navigation search banner contentinfo complementary dialog".split())
_DROPPED_CLASSES = re.compile(
    r"(?:^|[\s_-])(?:breadcrumbs?|cookies?|share|sharing|social|related|sidebar|pagination"
    r"|skip|newsletter|comments?)(?:$|[\s_-])",
    re.IGNORECASE,
)
_BLOCKS = frozenset(
    "address article blockquote div dl fieldset figcaption figure h1 h2 h3 h4 h5 h6 header hr "
    "main ol p pre section table ul details summary hgroup caption".split()
)
_LINES = frozenset("br li dt dd tr option".split())
_META_NAMES = {
    "description": "description",
    "author": "article.author",
    "date": "publish.date",
    "dc.date": "publish.date",
    "dcterms.created": "publish.date",
    "dc.date.issued": "publish.date",
    "dcterms.issued": "publish.date",
    "publish-date": "publish.date",
    "pubdate": "publish.date",
}
_JSON_LD_TYPES = frozenset("article newsarticle reportagenewsarticle blogposting webpage".split())
_JSON_LD_KEYS = {
    "headline": "og.title",
    "description": "og.description",
    "datePublished": "article.published.time",
    "dateModified": "article.modified.time",
    "url": "url",
}


@dataclass(slots=True)
class Page:
    """What a page says about itself (``values``) and what it tells (``text``)."""

    values: dict[str, str] = field(default_factory=dict)
    text: str = ""
    heading: str = ""
    links: tuple[str, ...] = ()
    media: tuple[str, ...] = ()


def looks_like_html(text: str) -> bool:
    """Whether ``text`` begins as a page does."""
    return _LOOKS_LIKE_HTML.match(text) is not None


def is_whole_page(text: str) -> bool:
    """Whether ``text`` declares itself a page, whatever its file is called."""
    return _WHOLE_PAGE.match(text) is not None


def read_page(text: str, path: str = "") -> Page:
    """The metadata and the text of one HTML page.

    Raises ``ArticleError`` where no element with text is found.
    """
    from bs4 import BeautifulSoup  # here, because most runs meet no page at all

    soup = BeautifulSoup(text, _PARSER)
    page = Page(values=dict(_metadata(soup)))
    root = _root(soup)
    if root is None:
        raise ArticleError(path, None, "an HTML page without a body")
    heading = soup.find("h1")
    if heading is not None:
        page.heading = " ".join(heading.get_text(" ").split())
    found = Addresses()
    page.text = plain_page(_text_of(root, found), found)
    page.links, page.media = tuple(found.links), tuple(found.media)
    return page


# --- metadata ---------------------------------------------------------------------------


def _metadata(soup: BeautifulSoup) -> Iterator[tuple[str, str]]:
    """(key, value) pairs of everything the page says about itself; the last of a key wins."""
    for tag in soup.find_all("time", limit=50):
        when = _attribute(tag, "datetime")
        marked = _attribute(tag, "itemprop") + _attribute(tag, "class") + _attribute(tag, "pubdate")
        if when and ("publish" in marked.lower() or "pubdate" in tag.attrs):
            yield "article.published.time", when
            break
    else:
        first = soup.select_one("article time[datetime], main time[datetime]")
        if first is not None:
            yield "publish.date", _attribute(first, "datetime")
    yield from _json_ld(soup)
    if soup.title is not None and soup.title.get_text().strip():
        yield "title", " ".join(soup.title.get_text().split())
    canonical = soup.find("link", rel="canonical")
    if canonical is not None and _attribute(canonical, "href"):
        yield "canonical", _attribute(canonical, "href")
    for tag in soup.find_all("meta", limit=500):
        name = (_attribute(tag, "property") or _attribute(tag, "name")).lower()
        value = _attribute(tag, "content")
        if not name or not value:
            continue
        key = _META_NAMES.get(name) or name.replace(":", ".").replace("_", ".")
        if name in _META_NAMES or name.partition(":")[0] in ("og", "article", "twitter"):
            yield key, value


def _attribute(tag: Tag, name: str) -> str:
    """An attribute of ``tag`` as text; empty where it has none."""
    value = tag.get(name)
    if isinstance(value, list):
        return " ".join(value)
    return (value or "").strip()


def _json_ld(soup: BeautifulSoup) -> Iterator[tuple[str, str]]:
    """What a JSON-LD article on the page says, under the names of front matter."""
    for script in soup.find_all("script", type="application/ld+json", limit=10):
        try:
            data: Any = json.loads(script.get_text() or "null")
        except (ValueError, RecursionError):
            # Broken structured data on a page says nothing; the page's own tags still do.
            continue
        for node in _nodes(data):
            kinds = node.get("@type", "")
            kinds = kinds if isinstance(kinds, list) else [kinds]
            if not any(str(kind).lower() in _JSON_LD_TYPES for kind in kinds):
                continue
            for name, key in _JSON_LD_KEYS.items():
                value = node.get(name)
                if isinstance(value, str) and value.strip():
                    yield key, value.strip()


def _nodes(data: Any) -> list[dict[str, Any]]:
    """The objects of a JSON-LD text: one, a list, or a ``@graph`` of them."""
    if isinstance(data, dict):
        graph = data.get("@graph")
        return [data, *(_nodes(graph) if isinstance(graph, list) else [])]
    if isinstance(data, list):
        return [node for node in data if isinstance(node, dict)]
    return []


# --- text -------------------------------------------------------------------------------


def _root(soup: BeautifulSoup) -> Tag | None:
    """The element that holds the story: the longest ``article``, else ``main``, else ``body``."""
    articles = soup.find_all("article", limit=50)
    if articles:
        best = max(articles, key=lambda tag: len(tag.get_text()))
        if len(best.get_text().split()) >= 20:
            return best
    for found in (soup.find("main"), soup.select_one("[role=main]"), soup.body):
        if found is not None and found.get_text().strip():
            return found
    return soup if soup.get_text().strip() else None


def _is_dropped(tag: Tag) -> bool:
    """Whether ``tag`` holds page furniture rather than story."""
    if tag.name in _DROPPED or _attribute(tag, "role").lower() in _DROPPED_ROLES:
        return True
    if "hidden" in tag.attrs or _attribute(tag, "aria-hidden").lower() == "true":
        return True
    if tag.name == "header" and tag.find("h1") is None:
        return True
    return bool(_DROPPED_CLASSES.search(_attribute(tag, "class")))


_SPACE = re.compile(r"\s+")


def _text_of(root: Tag, found: Addresses) -> str:
    """The text under ``root``: blocks apart by an empty line, points and breaks by a line end."""
    from bs4.element import NavigableString, Tag

    parts: list[str] = []
    pending: list[PageElement | str] = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, Tag):
            if node is root or not _is_dropped(node):
                _collect(node, found)
                before, after = _gaps(node)
                parts.append(before)
                pending.append(after)
                pending.extend(reversed(node.contents))
        elif type(node) is NavigableString:  # its subclasses are comments and the like
            parts.append(_SPACE.sub(" ", node))
        elif type(node) is str:
            parts.append(node)
    return "".join(parts)


def _gaps(tag: Tag) -> tuple[str, str]:
    """What stands before and after the text of ``tag``."""
    if tag.name in ("td", "th"):
        return (", " if tag.find_previous_sibling(("td", "th")) else ""), ""
    if tag.name in _LINES:
        return "\n", ""
    gap = "\n\n" if tag.name in _BLOCKS else ""
    return gap, gap


def _collect(tag: Tag, found: Addresses) -> None:
    """Keep the address a link or a picture leads to."""
    if tag.name == "a":
        found.add(_attribute(tag, "href"))
    elif tag.name in ("img", "video", "audio", "source"):
        address = _attribute(tag, "src")
        if address and not address.startswith("data:"):
            found.media[address] = None
