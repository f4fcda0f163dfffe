"""The headline: which text it comes from, and what to cut from it.

Floor 2.  Sites append or prepend their own name, leave a dangling bar, or print a headline
twice.  Only the name of the force that published is cut: a town stays, another force's
name stays.  Invariant: ``clean_title`` is idempotent and never returns less than a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from ..analysis import fold
from .markup import plain, stripped

_SEPARATOR = r"\s*(?:[|–—]|(?<=\s)-|-(?=\s)|»|::)\s*"
_DANGLING = re.compile(r"(?:\s*[|»]|\s+[-–—])+\s*$|^(?:\s*[|»]|[-–—]\s)+\s*")
_PREFIX_SEPARATOR = r"\s*(?:[|–—]|-(?=\s))\s*"
_TWICE = re.compile(r"(?P<one>.{8,}?)(?:\s*[-–—|:]\s*|\s+)(?P=one)", re.DOTALL)
_MARKED = re.compile(r"[*_`\\<\[#]")
_AND = re.compile(r"(?:\s*&\s*|\s+and\s+)", re.IGNORECASE)
_GENERIC = frozenset(
    "news|news article|newsarticle|article|update|latest news|news and appeals|news & appeals|"
    "press release|press releases|home|untitled|untitled document|news story|news release|"
    "media release|news details|news detail|newsroom|page not found|title".split("|")
)


def clean_title(raw: str, names: Sequence[str] = ()) -> str:
    """``raw`` without references, tags and marks, without the publishing force's name at
    either end (``names``: every name it goes by), and not said twice."""
    title = _line(raw)
    around = _around(tuple(names))
    while True:
        before = title
        for pattern in around:
            title = _unless_empty(pattern.sub("", title), title)
        title = _unless_empty(_DANGLING.sub("", title), title)
        title = _once(title).strip()
        if title == before:
            return title


def _line(raw: str) -> str:
    """``raw`` as one line of plain text."""
    text = stripped(raw)
    if _MARKED.search(text):
        text = " ".join(plain(text).text.split())
    return text


def _unless_empty(shorter: str, title: str) -> str:
    """``shorter``, or ``title`` where nothing that could be read would be left."""
    return shorter if any(c.isalnum() for c in shorter) else title


_PATTERNS: dict[tuple[str, ...], tuple[re.Pattern[str], ...]] = {}
_PATTERNS_LIMIT = 512


def _around(names: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """Patterns for any of ``names`` behind a separator at the end, or before one in front."""
    if not names:
        return ()
    known = _PATTERNS.get(names)
    if known is None:
        if len(_PATTERNS) >= _PATTERNS_LIMIT:
            _PATTERNS.clear()
        either = "|".join(_pattern_of(name) for name in sorted(names, key=len, reverse=True))
        known = _PATTERNS[names] = (
            re.compile(rf"{_SEPARATOR}(?:the\s+)?(?:{either})\s*$", re.IGNORECASE),
            re.compile(rf"^(?:the\s+)?(?:{either}){_PREFIX_SEPARATOR}(?=\S)", re.IGNORECASE),
        )
    return known


def _pattern_of(name: str) -> str:
    """A pattern for ``name`` with either way to write "and" and any run of spaces."""
    words = _AND.sub(" and ", name).split()
    return r"\s+".join("(?:and|&)" if word == "and" else re.escape(word) for word in words)


def _once(title: str) -> str:
    """``title`` said once, where it is the same text twice (``X – Y X – Y``)."""
    if len(title) < 17:
        return title
    twice = _TWICE.fullmatch(title)
    return twice["one"] if twice else title


def is_generic(title: str) -> bool:
    """Whether ``title`` names a kind of page rather than a story."""
    return fold(title).strip(" .:|-") in _GENERIC


_NOT_ALNUM = re.compile(r"[\W_]+")


def comparable(text: str) -> str:
    """``text`` without case, accents, quotes, punctuation and spaces."""
    return _NOT_ALNUM.sub("", fold(text))


def same_text(one: str, other: str) -> bool:
    """Whether two lines say the same but for case, accents, quotes and punctuation."""
    return comparable(one) == comparable(other) != ""


def choose_title(
    candidates: Iterable[tuple[str, str]], path: str, names: Sequence[str] = ()
) -> tuple[str, str]:
    """The first title that says something, and its source.

    ``candidates`` are (source, raw title) pairs in order of trust; a generic one ("News
    article") is taken only when there is no other.  The last resort is the file's name.
    """
    spare: tuple[str, str] | None = None
    for source, raw in candidates:
        if not raw:
            continue
        title = clean_title(raw, names)
        if not any(c.isalnum() for c in title):
            continue
        if not is_generic(title):
            return title, source
        spare = spare or (title, source)
    return spare or (_from_path(path), "file-name")


def _from_path(path: str) -> str:
    """The stem of a file's name, with its separators as spaces."""
    stem = PurePosixPath(path.replace("\\", "/")).stem
    return " ".join(re.split(r"[\s_-]+", stem)).strip() or "Untitled"
