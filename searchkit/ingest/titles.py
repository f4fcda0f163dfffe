"""The headline: which text it comes from, and what to cut from it.

Floor 2.  Sites append or prepend their own name, leave a dangling bar, or print a headline
twice.  Only the name of the force that published is cut: a town stays, another force's
name stays.  Invariant: ``clean_title`` is idempotent and never returns less than a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import PurePosixPath

from ..analysis import fold
from .markup import plain, stripped

# White space on one line is single spaces, so these need not look for more.
_SEPARATOR = re.compile(" ?[|–—»] ?| - ?|- ")
_DANGLING = re.compile(r"(?:\s*[|»*]|\s+[-–—])+\s*$|^(?:\s*[|»*]|[-–—]\s)+\s*")
_MARKS = "|»*-–—"
# Without one of these a title has neither a separator nor a dangling mark.
_SEPARATING = re.compile(r"[|–—»*]|-(?:(?= )|(?<= -))")
_TWICE = re.compile(r"(?P<one>.{8,}?)(?:\s*[-–—|:]\s*|\s+)(?P=one)", re.DOTALL)
_MARKED = re.compile(r"[*_`\\<\[#]")
_GENERIC = frozenset(
    "news|news article|newsarticle|article|update|latest news|news and appeals|news & appeals|"
    "press release|press releases|home|untitled|untitled document|news story|news release|"
    "media release|news details|news detail|newsroom|page not found|title".split("|")
)


def clean_title(raw: str, names: Sequence[str] = ()) -> str:
    """``raw`` without references, tags and marks, without the publishing force's name at
    either end (``names``: every name it goes by), and not said twice."""
    title = _line(raw)
    keys = _keys(tuple(names))
    while True:
        shorter = title
        if _SEPARATING.search(title) is not None:
            shorter = _unless_empty(_without_name(title, keys), title)
            if shorter.strip()[:1] in _MARKS or shorter.rstrip()[-1:] in _MARKS:
                shorter = _unless_empty(_DANGLING.sub("", shorter), shorter)
        shorter = _once(shorter).strip()
        if shorter == title:
            return title
        title = _line(shorter)


def _line(raw: str) -> str:
    """``raw`` as one line of plain text."""
    text = stripped(raw)
    if _MARKED.search(text):
        text = " ".join(plain(text).text.split())
    return text


def _unless_empty(shorter: str, title: str) -> str:
    """``shorter``, or ``title`` where nothing that could be read would be left."""
    return shorter if any(c.isalnum() for c in shorter) else title


@lru_cache(maxsize=256)
def _keys(names: tuple[str, ...]) -> frozenset[str]:
    """``names`` as they are compared."""
    return frozenset(_key(name) for name in names)


def _key(name: str) -> str:
    return comparable(name.replace("&", " and ")).removeprefix("the")


def _without_name(title: str, keys: frozenset[str]) -> str:
    """``title`` without one of the names ``keys`` behind its last separator, or before its
    first."""
    separators = list(_SEPARATOR.finditer(title)) if keys else []
    if not separators:
        return title
    last, first = separators[-1], separators[0]
    if _key(title[last.end() :]) in keys:
        title = title[: last.start()]
    if _key(title[: first.start()]) in keys:
        title = title[first.end() :]
    return title


def _once(title: str) -> str:
    """``title`` said once, where it is the same text twice (``X – Y X – Y``, ``X YX Y``)."""
    if len(title) < 16 or title.find(title[:8], 8) < 0:
        return title
    half = len(title) // 2
    if title[:half] == title[half:]:
        return title[:half]
    twice = _TWICE.fullmatch(title)
    return twice["one"] if twice else title


def is_generic(title: str) -> bool:
    """Whether ``title`` names a kind of page rather than a story."""
    return fold(title).strip(" .:|-") in _GENERIC


_NOT_ALNUM = re.compile(r"[\W_]+")
_ASCII_NOT_ALNUM = bytes(n for n in range(128) if not chr(n).isalnum())
# The signs that most texts are not ASCII for; nothing else folds to what is left of them.
_SIGNS = re.compile("[‘’“”–—…•£]+")


@lru_cache(maxsize=1024)
def comparable(text: str) -> str:
    """``text`` without case, accents, quotes, punctuation and spaces."""
    if not text.isascii():
        text = _SIGNS.sub("", text)
    if text.isascii():
        return text.lower().encode().translate(None, _ASCII_NOT_ALNUM).decode()
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
