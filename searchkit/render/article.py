"""One article in full: who, when and how that is known, then the text.

Floor 7.  Invariant: the whole body is shown; what no search looks at by default is dimmed.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..article import Article, DateSource, Precision, Tag
from .layout import Look, Piece, link, pad, wrap

DATE_SOURCES = {
    DateSource.PUBLISHED_TIME: "the page's article:published_time",
    DateSource.PUBLISH_DATE: "the page's publication date",
    DateSource.BODY_HEAD: "the stamp above the text",
    DateSource.BODY_FOOT: "the stamp below the text",
    DateSource.DAY_MONTH_KEYS: "the page's day and month, with the year of its URL",
    DateSource.URL_DAY: "the URL",
    DateSource.URL_MONTH: "the URL, which names a month",
    DateSource.URL_YEAR: "the URL, which names a year",
    DateSource.MODIFIED: "the page's last change",
    DateSource.NONE: "nothing: no publication date was found",
}

_PLACES = {"title": "headline"}
_LABEL = 12


def render_article(article: Article, look: Look) -> Iterator[str]:
    """The lines of an article, without line ends."""
    yield from wrap([(article.title or "(no headline)", "headline")], look)
    force = article.force.name if article.force else article.area or "unknown force"
    yield from wrap([(f"{force} · {article.date.display}", "dim")], look)
    yield ""
    for name, value in _facts(article):
        lines = wrap([(value, "")], look, _LABEL)
        if lines:
            yield pad(name, _LABEL) + lines[0][_LABEL:]
            yield from lines[1:]
    if article.url:
        yield pad("url", _LABEL) + link(article.url, article.url, look)
    yield ""
    start = 0
    for line in article.body.split("\n"):
        end = start + len(line)
        yield from wrap(_pieces(article, start, end), look) or [""]
        start = end + 1


def _pieces(article: Article, start: int, end: int) -> Iterator[Piece]:
    """A line of the body, what no search looks at dimmed."""
    at = start
    for first, last in article.boilerplate:
        if at <= first < end:
            yield article.body[at:first], ""
            yield article.body[first:last], "dim"
            at = last
    yield article.body[at:end], ""


def _facts(article: Article) -> Iterator[tuple[str, str]]:
    """What is known about the article, by name; nothing that is empty."""
    when = article.date
    known = DATE_SOURCES[when.source]
    raw = f": {when.raw}" if when.raw and when.raw != article.url else ""
    precision = "" if when.precision is Precision.NONE else f" (to the {when.precision.value})"
    facts = (
        ("date from", f"{known}{raw}{precision}"),
        ("category", article.category),
        ("references", ", ".join(article.references)),
        ("operations", ", ".join(article.operations)),
        ("mentions", ", ".join(article.mentions)),
        ("tags", ", ".join(_shown(tag) for tag in article.tags)),
        ("notes", "; ".join(article.notes)),
        ("id", article.id),
        ("path", article.path),
    )
    return ((name, value) for name, value in facts if value)


def _shown(tag: Tag) -> str:
    return f"{tag.id} ({tag.evidence!r} in the {_PLACES.get(tag.where, tag.where)})"
