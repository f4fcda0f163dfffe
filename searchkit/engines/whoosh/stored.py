"""What is kept of an article beside its words: the article itself, and values to sort and count.

Floor 4.  A document's values are worked out once, when it is put.  Invariant: an article whose
``Values`` could be made can be stored; nothing in it can fail any more.
"""

from __future__ import annotations

import zlib
from datetime import date
from typing import NamedTuple

import numpy as np

from ...article import Article
from ...errors import EngineError
from ...fields import keyword_values

_LEVEL = 1
"""The highest level is twice as slow and saves 4 % (docs/what-did-not-pay.md)."""

WHEN = np.dtype([("first", "<i4"), ("last", "<i4"), ("second", "<i8")])
"""First and last day as proleptic Gregorian ordinals (0: undated), first second since 1970."""


class Values(NamedTuple):
    """The compressed article, its keyword values by field, and its period as in ``WHEN``."""

    blob: bytes
    keywords: dict[str, tuple[str, ...]]
    when: tuple[int, int, int]


def values(article: Article, ready: bytes = b"") -> Values:
    """The values of ``article``; ``ready`` is its blob where that was made beforehand.

    Raises ``EngineError`` for one that cannot be stored.
    """
    if not article.id:
        raise EngineError(f"an article without an id cannot be stored: {article.path!r}")
    try:
        blob = ready or zlib.compress(article.to_json(), _LEVEL)
        keywords = keyword_values(article)
        for several in keywords.values():
            for value in several:
                value.encode()
        return Values(blob, keywords, _when(article))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise EngineError(f"article {article.id} cannot be stored: {error}") from error


def restored(blob: bytes) -> Article:
    """The article of a ``Values.blob``.  Raises ``zlib.error``, ``ValueError`` or ``KeyError``."""
    return Article.from_json(zlib.decompress(blob))


def _when(article: Article) -> tuple[int, int, int]:
    when = article.date
    first, last = when.first_day, when.last_day
    if when.start is None or first is None or last is None:
        return (0, 0, 0)
    return (first.toordinal(), last.toordinal(), int(when.start.timestamp()))


def period(first: int, last: int, letters: int) -> str:
    """The ISO date cut to ``letters`` that both ordinals agree on, or an empty string."""
    value = date.fromordinal(first).isoformat()[:letters]
    return value if first == last or value == date.fromordinal(last).isoformat()[:letters] else ""
