"""One source to one article: the place where every piece of ingest meets.

Floor 2.  Pure: bytes in, an ``Article`` out, or an ``ArticleError`` that says why not.
Invariant: the same bytes, path and limits give the same article.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from ..article import Article, ForceMatch, Rejected
from ..errors import ArticleError
from ..forces import get_force, match_force, mentions
from ..masks import without
from ..sentences import sentences
from ..settings import INGEST_LIMITS, IngestLimits
from ..tagging import tags_of
from . import frontmatter, html
from .boilerplate import is_furniture, is_label
from .characters import decode
from .contact import contact_spans
from .dates import mentioned_dates
from .figures import shape
from .formats import Format
from .layout import lay_out
from .leads import lead_of
from .links import decoded
from .markup import PlainText, plain, stripped_all
from .references import operations, references
from .titles import choose_title

_Result = TypeVar("_Result")
Steps = Generator[None, None, _Result]
"""Work in steps of about equal length; what it gives is returned at its end."""


@dataclass(frozen=True, slots=True)
class _Raw:
    """What a format's own reader found: metadata as written, and plain text."""

    meta: Mapping[str, str]
    plain: PlainText


def parse_article(
    source: bytes | str,
    *,
    path: str = "",
    format: Format | None = None,
    limits: IngestLimits = INGEST_LIMITS,
) -> Article:
    """The article in ``source``, the bytes (or text) of one file, page or JSON line.

    ``path`` is the source key; ``format`` is found out from the text when not given.
    Raises ``ArticleError`` (path, line, reason) for anything that is not an article.
    """
    steps = _steps(source, path, format, limits)
    try:
        while True:
            next(steps)
    except StopIteration as end:
        article: Article = end.value
        return article


def read_article(
    data: bytes,
    *,
    path: str,
    format: Format | None = None,
    limits: IngestLimits = INGEST_LIMITS,
) -> Article | Rejected:
    """``parse_article`` for a run over many sources: what is no article comes back as a value."""
    try:
        return parse_article(data, path=path, format=format, limits=limits)
    except ArticleError as error:
        return Rejected(path, error.line, error.reason)


def reading(
    data: bytes,
    *,
    path: str,
    format: Format | None = None,
    limits: IngestLimits = INGEST_LIMITS,
    brief: bool = False,
) -> Steps[Article | Rejected]:
    """``read_article`` step by step, for whoever reads several articles side by side: one step
    for all of them finds the code and the tables it needs in the processor's caches."""
    try:
        return (yield from _steps(data, path, format, limits, brief))
    except ArticleError as error:
        return Rejected(path, error.line, error.reason)


skimming = partial(reading, brief=True)
"""``reading`` of no more than title, force, body and boilerplate, for who learns from them."""


def _steps(
    source: bytes | str, path: str, format: Format | None, limits: IngestLimits, brief: bool = False
) -> Steps[Article]:
    """``parse_article`` step by step; ``brief`` is ``skimming``."""
    size = len(source)
    if size > limits.article_bytes:
        raise ArticleError(
            path, None, f"{size:,} bytes long, the limit is {limits.article_bytes:,}"
        )
    text, data = decode(source, path)
    sha256 = hashlib.sha256(data).hexdigest()
    yield
    raw = yield from _READERS[format or _format_in(text)](text, path, limits)
    yield
    return (yield from _assembled(raw, path, sha256, brief))


# --- formats ----------------------------------------------------------------------------

_LOOKS_LIKE_JSON = re.compile(r"\s*\{\s*[\"}]")
_BODY_KEYS = ("body", "text", "content", "articleBody", "article_body", "html", "markdown")


def _format_in(text: str) -> Format:
    """The format of ``text``, by how it begins."""
    if _LOOKS_LIKE_JSON.match(text):
        return Format.JSON
    return Format.HTML if html.looks_like_html(text) else Format.MARKDOWN


def _read_markdown(text: str, path: str, limits: IngestLimits) -> Steps[_Raw]:
    if html.is_whole_page(text):
        return (yield from _read_html(text, path, limits))
    front = frontmatter.split(text, path, limits)
    yield
    return _Raw(front.values, plain(front.body))


def _read_html(text: str, path: str, limits: IngestLimits) -> Steps[_Raw]:
    yield
    page = html.read_page(text, path)
    return _Raw(page.values, PlainText(page.text, page.heading, page.links, page.media))


def _read_json(text: str, path: str, limits: IngestLimits) -> Steps[_Raw]:
    yield
    try:
        data: Any = json.loads(text)
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        raise ArticleError(path, line, f"not valid JSON: {getattr(error, 'msg', error)}") from error
    except RecursionError as error:
        raise ArticleError(path, None, "JSON nested too deeply") from error
    if not isinstance(data, dict):
        raise ArticleError(path, None, "a JSON text that is not one object")
    body = ""
    for key in _BODY_KEYS:
        if isinstance(data.get(key), str):
            body = data.pop(key)
            break
    values = frontmatter.flattened(data, path, limits.front_matter_depth)
    try:
        "".join((body, *values, *values.values())).encode()
    except UnicodeEncodeError as error:
        reason = "half of a character pair (lone surrogate) in a JSON string"
        raise ArticleError(path, None, reason) from error
    if html.looks_like_html(body):
        page = html.read_page(body, path)
        return _Raw(values, PlainText(page.text, page.heading, page.links, page.media))
    return _Raw(values, plain(body.replace("\0", "")))


_READERS: dict[Format, Callable[[str, str, IngestLimits], Steps[_Raw]]] = {
    Format.MARKDOWN: _read_markdown,
    Format.HTML: _read_html,
    Format.JSON: _read_json,
}


# --- assembly ---------------------------------------------------------------------------

_URL_KEYS = ("url", "og.url", "canonical", "link", "permalink", "twitter.url")
_TITLE_KEYS = ("title", "og.title", "headline", "twitter.title")
_SITE_KEYS = ("og.site.name", "site.name", "site", "application.name")
_AREA_KEYS = ("area", "force")
_WORD_START = re.compile(r"(?<=[a-z])(?=[A-Z])")
_KEY_SEPARATORS = str.maketrans("_:- ", "....")
_TITLE_LENGTH = 160


def _assembled(raw: _Raw, path: str, sha256: str, brief: bool) -> Steps[Article]:
    """The article made of what a format's reader found, or, where ``brief``, some of it."""
    meta = _cleaned(raw.meta)
    yield
    text = raw.plain.text
    url = _first(meta, _URL_KEYS)
    headline = _first(meta, _TITLE_KEYS)
    force, notes = match_force(_first(meta, _AREA_KEYS), url, headline, _first(meta, _SITE_KEYS))
    names = _names_of(force)
    title, title_source = choose_title(_title_candidates(meta, raw.plain), path, names)
    yield
    layout = lay_out(text, meta, url, (title, headline, raw.plain.heading))
    if title_source == "file-name" and not layout.body:
        raise ArticleError(path, None, "neither a title nor any text in it")
    yield
    contact = contact_spans(layout.body)
    if brief:
        return Article("", title, layout.body, force=force, boilerplate=contact)
    yield
    lead = lead_of(meta, title, layout.body, without(layout.body, contact), names)
    yield
    tags = tags_of(title, lead, layout.category)
    yield
    prose = f"{title}\n{layout.body}"
    flat = shape(prose)
    found = references(prose, meta.get("incident.reference", ""), flat)
    yield
    when = layout.dated.date.first_day
    days = mentioned_dates(layout.body, when.year if when else None, flat[len(title) + 1 :])
    yield
    return Article(
        id=article_id(url, prose),
        title=title,
        body=layout.body,
        lead=lead,
        area=_first(meta, _AREA_KEYS) or (get_force(force.id).area if force else ""),
        force=force,
        date=layout.dated.date,
        url=url,
        path=path,
        sha256=sha256,
        title_source=title_source,
        category=layout.category,
        references=found,
        operations=operations(prose),
        mentions=mentions(prose, force.id if force else ""),
        mentioned_dates=days,
        links=raw.plain.links,
        media=raw.plain.media,
        meta=meta,
        notes=(*notes, *layout.dated.notes),
        boilerplate=contact,
        tags=tags,
    )


def _cleaned(values: Mapping[str, str]) -> dict[str, str]:
    """Metadata with keys in one spelling (``og:site_name`` is ``og.site.name``) and values as
    plain text on one line."""
    meta: dict[str, str] = {}
    keys = _spelt(tuple(values))
    for key, text in zip(keys, stripped_all(values.values()), strict=True):
        meta.setdefault(key, decoded(text) if "%" in text else text)
    return meta


@lru_cache(maxsize=64)
def _spelt(keys: tuple[str, ...]) -> tuple[str, ...]:
    """``keys`` in the one spelling; the articles of a site have the same few dozen keys."""
    return tuple([_WORD_START.sub(".", k).translate(_KEY_SEPARATORS).lower() for k in keys])


def _first(meta: Mapping[str, str], keys: Sequence[str]) -> str:
    """The first value that is there under one of ``keys``."""
    for key in keys:
        if value := meta.get(key):
            return value
    return ""


def _title_candidates(meta: Mapping[str, str], plain: PlainText) -> Iterator[tuple[str, str]]:
    """(source, text) of what can be the headline, the most trusted first."""
    for key in _TITLE_KEYS:
        yield key, meta.get(key, "")
    yield "heading", plain.heading
    yield "first-line", _first_line(plain.text)


def _first_line(text: str) -> str:
    """The first line of prose that can serve as a headline: cut at its first sentence, and
    at a word when it is long."""
    for line in text.split("\n")[:8]:
        if line and not is_furniture(line) and not is_label(line):
            line = line[: 4 * _TITLE_LENGTH]
            start, end = sentences(line)[0]
            first = line[start:end]
            if len(first) > _TITLE_LENGTH:
                first = first[: _TITLE_LENGTH + 1].rpartition(" ")[0] or first[:_TITLE_LENGTH]
            return first
    return ""


@lru_cache(maxsize=256)
def _suffixes(force_id: str) -> tuple[str, ...]:
    """Every name of a force that sites put around a headline; never the mere place."""
    force = get_force(force_id)
    initials = [alias for alias in force.aliases if alias.isupper() and len(alias) >= 3]
    return tuple(dict.fromkeys((*force.title_suffixes, *force.full_names, *initials)))


def _names_of(force: ForceMatch | None) -> tuple[str, ...]:
    return _suffixes(force.id) if force else ()


# --- identity ---------------------------------------------------------------------------

_ID_LENGTH = 16
_TRACKING = re.compile(
    r"utm_|(?:fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|_ga|s?session_?id|jsessionid|phpsessid"
    r"|aspsessionid|sid|cfid|cftoken)$",
    re.IGNORECASE,
)
# What most addresses are: nothing in them goes but the scheme and a slash at the end.
_PLAIN_URL = re.compile(r"https?://([a-z0-9.-]+)((?:/[!$-:=@-~]*)?)")
_PATH_SESSION = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)


def article_id(url: str, content: str) -> str:
    """16 hexadecimal digits: of the SHA-256 of the normalised ``url``, else of ``content``."""
    identity = normal_url(url) or "content:" + " ".join(content.split())
    return hashlib.sha256(identity.encode()).hexdigest()[:_ID_LENGTH]


def normal_url(url: str) -> str:
    """``url`` without what does not change the page: scheme, fragment, trailing slash, default
    port, tracking and session parameters; its host in lower case.  Empty for what is no URL."""
    usual = _PLAIN_URL.fullmatch(url)
    if usual is not None:
        return usual[1] + usual[2].rstrip("/")
    try:
        parts = urlsplit(url if "://" in url else "//" + url)
        host, port = (parts.hostname or ""), parts.port
    except ValueError:
        return ""
    if not host:
        return ""
    query = parse_qsl(parts.query, keep_blank_values=True) if parts.query else []
    kept = [pair for pair in query if not _TRACKING.match(pair[0])]
    where = host if port in (None, 80, 443) else f"{host}:{port}"
    path = _PATH_SESSION.sub("", parts.path).rstrip("/")
    return where + path + ("?" + urlencode(kept) if kept else "")
