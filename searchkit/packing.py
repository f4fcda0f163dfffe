"""An article as it is stored: its texts end to end, and where the sentences of its body stand.

Floor 1.  A page of hits unpacks ten of them, so nothing is looked at twice: what is split from
text is text.  The first part says how many parts the others have that come in varying numbers.
Invariant: ``unpack(pack(a)) == a``, and other bytes, however they came about, are a
``ValueError``, ``KeyError`` or ``TypeError``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, chain
from typing import Any

from .article import LISTS, TEXTS, Article, ForceMatch, published
from .sentences import sentences

try:
    # zlib's format at three times its speed.
    from isal import isal_zlib as deflate
except ImportError:  # nobody builds it for this kind of machine
    import zlib as deflate  # type: ignore[no-redef]

ANALYSED_CHARACTERS = 65_536
"""Of a longer body only this many characters are looked at by snippets."""

STORED_BYTES = 64 << 20
"""An article of five million bytes stays below this, however its text is written."""

_PART = "\0"
_MOST_PARTS = 1 << 20
_LEVEL = 1
"""Higher levels are slower and save 3 % at best (docs/what-did-not-pay.md)."""

_RATIO = 1032
"""Deflate packs nothing better than this."""

Borders = Sequence[int]
"""Start and end of each sentence of a text, one after the other: numbers that ascend."""


def borders_of(body: str) -> Borders:
    """The borders of the sentences of ``body``, as far as snippets look at it."""
    return list(chain.from_iterable(sentences(body[:ANALYSED_CHARACTERS])))


def pack(article: Article) -> bytes:
    """``article`` as it is stored.  Raises ``ValueError`` where it is larger than ``unpack`` would
    take, and ``TypeError`` where it holds other values than text."""
    several = [_force(article), _date(article), *[getattr(article, name) for name in LISTS]]
    counts = " ".join([str(len(parts)) for parts in several])
    texts = [getattr(article, name) for name in TEXTS]
    meta = article.meta
    parts = [counts, _steps(article.body), *texts, *chain.from_iterable(several), *meta]
    parts += meta.values()
    text = _PART.join(parts)
    if text.count(_PART) >= len(parts) or len(parts) > _MOST_PARTS:
        data = article.to_json()
    else:
        data = text.encode()
    if len(data) > STORED_BYTES:
        raise ValueError(f"it has more than {STORED_BYTES:,} bytes")
    return deflate.compress(data, _LEVEL)


def unpack(data: bytes) -> Article:
    """The article that ``pack`` wrote.  Raises ``ValueError``, ``KeyError`` or ``TypeError`` on
    other bytes, however much they unpack to."""
    return unpack_all(data)[0]


def unpack_all(data: bytes) -> tuple[Article, Borders]:
    """The article that ``pack`` wrote, and the borders of the sentences of its body.  Raises as
    ``unpack`` does."""
    try:
        text = _inflated(data).decode()
    except deflate.error as error:  # type: ignore[misc]
        raise ValueError(f"not a stored article: {error}") from error
    if text.startswith("{"):
        # Where a text holds the sign between parts, all of them are stored as JSON.
        article = Article.from_json(text.encode())
        return article, borders_of(article.body)
    counts, steps, *parts = text.split(_PART, _MOST_PARTS)
    at = len(TEXTS)
    values: dict[str, Any] = dict(zip(TEXTS, parts, strict=False))
    sizes = list(map(int, counts.split(" ")))
    if len(sizes) != len(LISTS) + 2 or min(sizes) < 0:
        raise ValueError("the stored article does not say what it holds")
    several = []
    for size in sizes:
        several.append(parts[at : at + size])
        at += size
    meta, odd = divmod(len(parts) - at, 2)
    if meta < 0 or odd:
        raise ValueError("the stored article is cut short")
    force, when, *lists = several
    values["force"] = ForceMatch(*force) if force else None
    if when:
        values["date"] = published(*when)
    values.update(zip(LISTS, map(tuple, lists), strict=True))
    values["meta"] = dict(zip(parts[at : at + meta], parts[at + meta :], strict=True))
    return Article(**values), _borders(steps, len(values["body"]))


def _force(article: Article) -> tuple[str, ...]:
    force = article.force
    return () if force is None else (force.id, force.name, force.source)


def _date(article: Article) -> tuple[str, ...]:
    when = article.date
    if when.start is None:
        return ()
    return (when.start.isoformat(), when.precision.value, when.source.value, when.raw)


def _steps(body: str) -> str:
    """The borders of the sentences of ``body``, each as its distance from the one before."""
    borders = borders_of(body)
    return " ".join([str(at - before) for before, at in zip([0, *borders], borders, strict=False)])


def _borders(steps: str, size: int) -> Borders:
    """The borders that ``steps`` lead to, in a text of ``size`` characters."""
    if not steps:
        return []
    numbers = list(map(int, steps.split(" ")))
    borders = list(accumulate(numbers))
    if min(numbers) < 0 or len(borders) % 2 or borders[-1] > size:
        raise ValueError("the stored article has sentences that are not there")
    return borders


def _inflated(data: bytes) -> bytes:
    """What ``data`` unpacks to, at most ``STORED_BYTES``."""
    if len(data) * _RATIO <= STORED_BYTES:
        # Too short to unpack to more, and faster so.
        return deflate.decompress(data)
    unpacker = deflate.decompressobj()
    plain = unpacker.decompress(data, STORED_BYTES)
    if unpacker.unconsumed_tail or unpacker.unused_data or not unpacker.eof:
        raise ValueError("the stored article is cut short, or has too many bytes")
    return plain
