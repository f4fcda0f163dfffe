"""An article made ready, where it was parsed, for whoever indexes it: nothing is left to work out.

Floor 1.  Engine and catalogue take what they need from a ``Prepared``, so that the process which
gathers a run need not build the article it only passes on.  Invariant: ``prepared.article()`` is
the article that ``Preparer.prepare`` was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timezone
from typing import NamedTuple

from .article import Article
from .fields import KEYWORDS, TEXTS, keyword_values, text_values
from .packing import pack, unpack
from .shingles import Signer
from .tokens import Tokeniser
from .ukdates import parse_uk_date

TITLE, BODY = TEXTS.index("title"), TEXTS.index("body")
"""The texts that articles are compared by, to find copies."""

_CHANGED_KEYS = ("article.modified.time", "og.updated.time")


class Facts(NamedTuple):
    """What engine and catalogue sort, count and compare by.

    ``keywords``   the values of each field of ``KEYWORDS``, in that order
    ``when``       first and last day as proleptic Gregorian ordinals, first second since 1970;
                   zeros where undated
    ``version``    when the article says it was last changed or published: ISO 8601 in UTC, or ""
    ``published``  its publication date as far as known: ISO 8601 to the day, month or year, or ""
    ``precision`` and ``dated_by``  the values of ``Precision`` and ``DateSource``
    """

    id: str
    path: str
    sha256: str
    force: str
    keywords: Sequence[Sequence[str]]
    when: Sequence[int]
    version: str
    published: str
    precision: str
    dated_by: str


class Prepared(NamedTuple):
    """One article, ready to be indexed.

    ``stored``      what ``packing.pack`` makes of it
    ``vocabulary``  the surfaces that its tokens are numbers of: one list object for all articles
                    of a chunk, which only grows, at its end
    ``tokens``      the numbers of the tokens of all texts, end to end: uint32 as bytes
    ``lengths``     how many of them each field of ``TEXTS`` has, in that order
    ``signature``   what ``shingles.Signer`` makes of headline and body
    """

    facts: Facts
    stored: bytes
    vocabulary: list[str]
    tokens: bytes
    lengths: Sequence[int]
    signature: bytes

    @property
    def id(self) -> str:
        """The id of the article."""
        return self.facts.id

    def article(self) -> Article:
        """The article itself."""
        return unpack(self.stored)


class Preparer:
    """Prepares articles, those of a chunk with one vocabulary."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._tokeniser = Tokeniser()
        self._signer = Signer(self._tokeniser.vocabulary)

    def prepare(self, articles: Sequence[Article]) -> list[Prepared]:
        """``articles``, prepared.  Raises ``ValueError``, ``TypeError``, ``KeyError``,
        ``AttributeError`` or ``OverflowError`` where one of them cannot be stored."""
        if self._tokeniser.is_full:
            self._begin()
        facts = [facts_of(article) for article in articles]
        stored = [pack(article) for article in articles]
        texts = [text for article in articles for text in text_values(article).values()]
        numbers, lengths = self._tokeniser.tokens(texts)
        tokens, rows = numbers.tobytes(), lengths.reshape(len(articles), len(TEXTS))
        signatures = self._signer.signatures(numbers, rows, TITLE, BODY)
        vocabulary, prepared, start = self._tokeniser.vocabulary, [], 0
        for fact, blob, row, signature in zip(
            facts, stored, rows.tolist(), signatures, strict=True
        ):
            end = start + 4 * sum(row)
            prepared.append(Prepared(fact, blob, vocabulary, tokens[start:end], row, signature))
            start = end
        return prepared


def signature_of(article: Article) -> bytes:
    """The signature of ``article``, by which its copies are found."""
    return Preparer().prepare([article])[0].signature


def facts_of(article: Article) -> Facts:
    """What engine and catalogue need to know of ``article``."""
    when = article.date
    keywords = keyword_values(article)
    iso = when.iso
    return Facts(
        article.id,
        article.path,
        article.sha256,
        article.force.id if article.force else "",
        [keywords[name] for name in KEYWORDS],
        _period(article),
        version_of(article),
        iso[:10],
        when.precision.value,
        when.source.value,
    )


def _period(article: Article) -> tuple[int, int, int]:
    when = article.date
    first, last = when.first_day, when.last_day
    if when.start is None or first is None or last is None:
        return (0, 0, 0)
    return (first.toordinal(), last.toordinal(), int(when.start.timestamp()))


def version_of(article: Article) -> str:
    """When the article says it was last changed or published: ISO 8601 in UTC, or ""."""
    stamps = [article.meta.get(name, "") for name in _CHANGED_KEYS]
    dates = [parse_uk_date(stamp) for stamp in stamps if stamp]
    starts = [when.start for when in (*dates, article.date) if when and when.start]
    if not starts:
        return ""
    return max(starts).astimezone(timezone.utc).isoformat(timespec="seconds")
