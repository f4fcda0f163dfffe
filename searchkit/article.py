"""An article as searchkit knows it: clean, dated, attributed; a value that never changes.

Floor 1.  ``Article`` is what ingest makes, what an engine stores and what a hit
carries.  Invariant: ``Article.from_json(a.to_json()) == a``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


class Precision(str, Enum):
    """How much of a publication date is known."""

    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    NONE = "none"


class DateSource(str, Enum):
    """Where a publication date was found, in the order in which sources are trusted."""

    PUBLISHED_TIME = "article.published.time"
    PUBLISH_DATE = "publish.date"
    BODY_HEAD = "body-head"
    BODY_FOOT = "body-foot"
    DAY_MONTH_KEYS = "day-month-keys"
    URL_DAY = "url-day"
    URL_MONTH = "url-month"
    URL_YEAR = "url-year"
    MODIFIED = "modified"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PublicationDate:
    """When an article was published, how precisely that is known, and how.

    ``start`` is the first instant of the period, aware, in Europe/London; ``None``
    when ``precision`` is ``NONE``.  ``raw`` is the text the date was read from.
    """

    start: datetime | None = None
    precision: Precision = Precision.NONE
    source: DateSource = DateSource.NONE
    raw: str = ""

    @property
    def first_day(self) -> date | None:
        """The first calendar day the article can have been published on."""
        return None if self.start is None else self.start.date()

    @property
    def last_day(self) -> date | None:
        """The last calendar day the article can have been published on."""
        first = self.first_day
        if first is None:
            return None
        if self.precision is Precision.YEAR:
            return date(first.year, 12, 31)
        if self.precision is Precision.MONTH:
            following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
            return following - timedelta(days=1)
        return first

    @property
    def iso(self) -> str:
        """ISO 8601 as far as the date is known (``2020``, ``2020-08``, ``2020-08-21``,
        ``2020-07-14T12:25:00+01:00``), or an empty string."""
        if self.start is None:
            return ""
        if self.precision is Precision.MINUTE:
            return self.start.isoformat(timespec="seconds")
        return self.start.strftime("%Y-%m-%d")[: _ISO_LENGTH[self.precision]]

    @property
    def display(self) -> str:
        """The date as a British reader writes it: ``2 February 2021, 7:05pm``; ``undated``."""
        if self.start is None:
            return "undated"
        month = _MONTHS[self.start.month - 1]
        if self.precision is Precision.YEAR:
            return str(self.start.year)
        if self.precision is Precision.MONTH:
            return f"{month} {self.start.year}"
        day = f"{self.start.day} {month} {self.start.year}"
        if self.precision is Precision.DAY:
            return day
        hour = self.start.hour % 12 or 12
        half = "am" if self.start.hour < 12 else "pm"
        return f"{day}, {hour}:{self.start.minute:02d}{half}"

    def to_dict(self) -> dict[str, str]:
        """``{"iso", "display", "precision", "source", "raw"}``, all strings."""
        return {
            "iso": self.iso,
            "display": self.display,
            "precision": self.precision.value,
            "source": self.source.value,
            "raw": self.raw,
        }


_ISO_LENGTH = {Precision.DAY: 10, Precision.MONTH: 7, Precision.YEAR: 4}
_MONTHS = (
    "January February March April May June July August September October November December"
).split()


@dataclass(frozen=True, slots=True)
class ForceMatch:
    """The force that published an article: gazetteer ``id``, official ``name``, and which
    evidence decided (``"area"``, ``"host"``, ``"title"``, ``"site-name"``)."""

    id: str
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """Input that is not an article: the source key, a 1-based line or ``None``, and why."""

    path: str
    line: int | None
    reason: str

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{where}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Article:
    """One release, cleaned.  Display text and index text are the same text, so an offset
    found in one is right in the other.

    ``id``          16 hexadecimal digits, made from the URL (else from the content)
    ``path``        the source key: where the article was read from
    ``sha256``      of the bytes it was read from, 64 hexadecimal digits
    ``title_source``  ``title``, ``og.title``, ``heading``, ``first-line`` or ``file-name``
    ``category``    a label the force put above the text (``Appeal``, ``* Belfast``), or empty
    ``references``  incident, crime or log numbers, normalised
    ``operations``  names of police operations, lower case, without the word itself
    ``mentions``    gazetteer ids of other forces named in the text
    ``mentioned_dates``  ISO days found in the prose: incident dates, never the publication date
    ``meta``        every front matter key, nested keys joined by dots, values as text
    ``notes``       conflicts seen while reading (``area says Kent, host says Essex``)
    """

    id: str
    title: str
    body: str
    lead: str = ""
    area: str = ""
    force: ForceMatch | None = None
    date: PublicationDate = PublicationDate()
    url: str = ""
    path: str = ""
    sha256: str = ""
    title_source: str = "title"
    category: str = ""
    references: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    mentioned_dates: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    meta: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def to_json(self) -> bytes:
        """The article as compact UTF-8 JSON."""
        values: dict[str, Any] = {}
        for name in (*TEXTS, *LISTS, "meta"):
            value = getattr(self, name)
            if value:
                values[name] = dict(value) if name == "meta" else value
        if self.force is not None:
            values["force"] = [self.force.id, self.force.name, self.force.source]
        when = self.date
        if when.start is not None:
            values["date"] = [
                when.start.isoformat(),
                when.precision.value,
                when.source.value,
                when.raw,
            ]
        return _encode(values).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Article:
        """The article ``to_json`` wrote.  Raises ``ValueError``, ``KeyError`` or ``TypeError`` on
        other bytes: what is returned has the types it should."""
        values, made = _loaded(data), 0
        texts: list[Any] = []
        for name in ("force", "date", *LISTS):
            if name in values:
                held = values[name]
                if type(held) is not list:
                    raise TypeError(_NO_TEXT)
                made += 1
                texts += held
                values[name] = tuple(held)
        if "meta" in values:
            if type(values["meta"]) is not dict:
                raise TypeError(_NO_TEXT)
            made += 1
            texts += values["meta"].values()
            texts += values["meta"]
        # All else is text too, and looked at together.
        plain = [value for value in values.values() if type(value) is str]
        if len(plain) + made != len(values) or not _TEXT.issuperset(map(type, texts)):
            raise TypeError(_NO_TEXT)
        # Half a character can be written as \u, and nowhere be shown; it cannot be encoded.
        "".join(plain + texts).encode()
        if "force" in values:
            values["force"] = ForceMatch(*values["force"])
        if "date" in values:
            values["date"] = published(*values["date"])
        for name in _REQUIRED:
            values.setdefault(name, "")
        return cls(**values)


_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def published(start: str, precision: str, source: str, raw: str) -> PublicationDate:
    """A date as it is stored: ``start`` in ISO 8601, the others as they are.  Raises ``ValueError``
    or ``KeyError`` for other texts."""
    moment = datetime.fromisoformat(start).astimezone(LONDON)
    return PublicationDate(moment, _PRECISIONS[precision], _DATE_SOURCES[source], raw)


def _loaded(data: bytes) -> dict[str, Any]:
    """The JSON object in ``data``.  Raises ``ValueError`` where there is none."""
    try:
        # Decoded here, so that json need not find out the encoding first.
        values = json.loads(data.decode())
    except RecursionError as error:
        raise ValueError("the stored article is nested too deep") from error
    if type(values) is not dict:
        raise ValueError("the stored article is no object")
    return values


_PRECISIONS = {precision.value: precision for precision in Precision}
_DATE_SOURCES = {source.value: source for source in DateSource}
_REQUIRED = ("id", "title", "body")

LISTS = ("references", "operations", "mentions", "mentioned_dates", "links", "media", "notes")
"""The parts of an article that are several texts."""

TEXTS = tuple("id title body lead area url path sha256 title_source category".split())
"""The parts of an article that are one text."""

_TEXT = frozenset({str})
_NO_TEXT = "the stored article has other values than text"
