"""An article as it is stored: its texts end to end, and where the sentences of its prose stand.

Floor 1.  A page of hits unpacks ten of them, so nothing is looked at twice: what is split from
text is text.  The first part says how many parts the others have that come in varying numbers.
Invariant: ``unpack(pack(a)) == a``, and other bytes, however they came about, are a
``ValueError``, ``KeyError`` or ``TypeError``.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, chain
from operator import attrgetter, sub
from types import ModuleType
from typing import Any, NamedTuple

from .article import (
    LISTS,
    TEXTS,
    Article,
    ForceMatch,
    ascending,
    published,
    tag_parts,
    tags_in,
)
from .sentences import sentences

ANALYSED_CHARACTERS = 65_536
"""Of a longer body only this many characters are looked at by snippets."""

STORED_BYTES = 64 << 20
"""An article of five million bytes stays below this, however its text is written."""

_PART = "\0"
_MOST_PARTS = 1 << 20
_HEAD = 3  # parts before those of ``TEXTS``: how many the others have, borders, boilerplate
_LEVEL = 1
"""Higher levels are slower and save 3 % at best (docs/what-did-not-pay.md)."""

_lists, _texts = attrgetter(*LISTS), attrgetter(*TEXTS)
_RATIO = 1032
"""Deflate packs nothing better than this."""


def _deflate() -> ModuleType:
    """zlib's format at three times its speed, where somebody builds that for this machine."""
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib
    return isal_zlib


deflate = _deflate()


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences of a text.

    ``borders``   start and end of each, one after the other: numbers that ascend
    ``services``  stretches of the text that were looked at, by start and end: whether they tell
                  whom to ring rather than what happened
    """

    borders: Sequence[int]
    services: dict[tuple[int, int], bool] = field(default_factory=dict)


def sentences_of(prose: str) -> Sentences:
    """The sentences of ``prose``, as far as snippets look at it."""
    return Sentences(list(chain.from_iterable(sentences(prose[:ANALYSED_CHARACTERS]))))


def pack(article: Article) -> bytes:
    """``article`` as it is stored.  Raises ``ValueError`` where it is larger than ``unpack`` would
    take, and ``TypeError`` where it holds other values than text."""
    meta, lists = article.meta, _lists(article)
    several = [_force(article), _date(article), tag_parts(article.tags), *lists, tuple(meta)]
    counts = " ".join(map(str, map(len, several)))
    borders = sentences_of(article.prose).borders
    spans = list(chain.from_iterable(article.boilerplate))
    heads = [counts, _steps(borders), _steps(spans)]
    parts = [*heads, *_texts(article), *chain.from_iterable(several), *meta.values()]
    text = _PART.join(parts)
    if text.count(_PART) >= len(parts) or len(parts) > _MOST_PARTS:
        data = article.to_json()
    else:
        data = text.encode()
    if len(data) > STORED_BYTES:
        raise ValueError(f"it has more than {STORED_BYTES:,} bytes")
    packed: bytes = deflate.compress(data, _LEVEL)
    return packed


def unpack(data: bytes) -> Article:
    """The article that ``pack`` wrote.  Raises ``ValueError``, ``KeyError`` or ``TypeError`` on
    other bytes, however much they unpack to."""
    return unpack_all(data)[0]


def unpack_all(data: bytes) -> tuple[Article, Sentences]:
    """The article that ``pack`` wrote, and the sentences of its prose.  Raises as
    ``unpack`` does."""
    try:
        text = _inflated(data).decode()
    except deflate.error as error:
        raise ValueError(f"not a stored article: {error}") from error
    if text.startswith("{"):
        # Where a text holds the sign between parts, all of them are stored as JSON.
        article = Article.from_json(text.encode())
        return article, sentences_of(article.prose)
    parts = text.split(_PART, _MOST_PARTS)
    force, when, tags, lists, keys, total = _places(parts[0])
    if len(parts) != total:
        raise ValueError("the stored article is cut short")
    values: dict[str, Any] = dict(zip(TEXTS, parts[_HEAD:], strict=False))
    for name, held in lists:
        values[name] = tuple(parts[held])
    if force is not None:
        values["force"] = _force_match(*parts[force])
    if when is not None:
        values["date"] = published(*parts[when])
    if tags is not None:
        values["tags"] = tags_in(parts[tags])
    values["meta"] = dict(zip(parts[keys], parts[keys.stop :], strict=True))
    size = len(values["body"])
    if parts[2]:
        values["boilerplate"] = ascending(_places_at(parts[2]), size)
    return Article(**values), _sentences(parts[1], size)


class _Places(NamedTuple):
    """Where among its parts an article has its force, its date, its tags, those of ``LISTS`` that
    it has, and the keys of its front matter, with their values from there to the end; and how many
    parts there are."""

    force: slice | None
    when: slice | None
    tags: slice | None
    lists: tuple[tuple[str, slice], ...]
    keys: slice
    total: int


@lru_cache(maxsize=4096)
def _places(counts: str) -> _Places:
    """What the first part of an article says of the others.  Raises ``ValueError``."""
    at = _HEAD + len(TEXTS)
    places = []
    for size in map(int, counts.split(" ")):
        if not 0 <= size <= _MOST_PARTS:
            raise ValueError("the stored article does not say what it holds")
        places.append(slice(at, at + size))
        at += size
    force, when, tags, *lists, keys = places
    named = [
        (name, held) for name, held in zip(LISTS, lists, strict=True) if held.stop > held.start
    ]
    at += keys.stop - keys.start
    single = (_unless_empty(force), _unless_empty(when), _unless_empty(tags))
    return _Places(*single, tuple(named), keys, at)


def _unless_empty(place: slice) -> slice | None:
    return place if place.stop > place.start else None


_force_match = lru_cache(maxsize=512)(ForceMatch)


def _force(article: Article) -> tuple[str, ...]:
    force = article.force
    return () if force is None else (force.id, force.name, force.source)


def _date(article: Article) -> tuple[str, ...]:
    when = article.date
    if when.start is None:
        return ()
    return (when.start.isoformat(), when.precision.value, when.source.value, when.raw)


def _steps(places: Sequence[int]) -> str:
    """``places``, which ascend, each as its distance from the one before."""
    return " ".join(map(str, map(sub, places, [0, *places])))


def _places_at(steps: str) -> list[int]:
    """The places that ``steps`` lead to.  Raises ``ValueError``."""
    return list(accumulate(map(int, steps.split(" "))))


def _sentences(steps: str, size: int) -> Sentences:
    """The sentences whose borders ``steps`` lead to, in a text of ``size`` characters."""
    if not steps:
        return Sentences([])
    distances = list(map(int, steps.split(" ")))
    borders = list(accumulate(distances))
    if min(distances) < 0 or borders[-1] > size or len(borders) % 2:
        raise ValueError("the stored article has sentences that are not there")
    return Sentences(borders)


def _inflated(data: bytes) -> bytes:
    """What ``data`` unpacks to, at most ``STORED_BYTES``."""
    plain: bytes
    if len(data) * _RATIO <= STORED_BYTES:
        # Too short to unpack to more, and faster so.
        plain = deflate.decompress(data)
        return plain
    unpacker = deflate.decompressobj()
    plain = unpacker.decompress(data, STORED_BYTES)
    if unpacker.unconsumed_tail or unpacker.unused_data or not unpacker.eof:
        raise ValueError("the stored article is cut short, or has too many bytes")
    return plain
