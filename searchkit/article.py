"""An article as searchkit knows it: clean, dated, attributed; a value that never changes.

Floor 1.  ``Article`` is what ingest makes, what an engine stores and what a hit
carries.  Invariant: ``Article.from_json(a.to_json()) == a``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from operator import ge
from typing import Any
from zoneinfo import ZoneInfo

from . import masks

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
class Tag:
    """A kind of crime or a stage of a case that an article tells of: ``id`` is ``type:burglary``
    or ``stage:appeal``, ``evidence`` the words that say so, ``where`` they stand (``"title"``,
    ``"category"``, ``"lead"``)."""

    id: str
    evidence: str
    where: str


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
    ``boilerplate``  (start, end) of the stretches of the body that tell how to make contact, or
                    that the force repeats; ascending and apart
    ``tags``        kinds of crime and stages, each with its evidence
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
    boilerplate: tuple[tuple[int, int], ...] = ()
    tags: tuple[Tag, ...] = ()

    @property
    def prose(self) -> str:
        """The body with its boilerplate blanked, every other character at its place."""
        return masks.without(self.body, self.boilerplate)

    @property
    def contact(self) -> str:
        """The boilerplate of the body, a stretch a line."""
        return masks.joined(self.body, self.boilerplate)

    def tagged(self, kind: str) -> tuple[str, ...]:
        """The values of its tags of one kind, ``type`` or ``stage``: their ids without it."""
        start = f"{kind}:"
        return tuple([t.id[len(start) :] for t in self.tags if t.id.startswith(start)])

    def to_json(self) -> bytes:
        """The article as compact UTF-8 JSON."""
        values: dict[str, Any] = {}
        for name in (*TEXTS, *LISTS, "meta"):
            value = getattr(self, name)
            if value:
                values[name] = dict(value) if name == "meta" else value
        if self.boilerplate:
            values["boilerplate"] = [place for span in self.boilerplate for place in span]
        if self.tags:
            values["tags"] = tag_parts(self.tags)
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
        spans = values.pop("boilerplate", ())
        texts: list[Any] = []
        for name in ("force", "date", "tags", *LISTS):
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
        if "tags" in values:
            values["tags"] = tags_in(values["tags"])
        for name in _REQUIRED:
            values.setdefault(name, "")
        if spans:
            values["boilerplate"] = ascending(spans, len(values["body"]))
        return cls(**values)


def tag_parts(tags: Sequence[Tag]) -> list[str]:
    """``tags`` as they are stored: the texts of each, end to end."""
    return [part for tag in tags for part in (tag.id, tag.evidence, tag.where)]


def tags_in(parts: Sequence[str]) -> tuple[Tag, ...]:
    """The tags that ``tag_parts`` stored.  Raises ``ValueError`` for texts that are no tags."""
    if len(parts) % 3 or not TAG_PLACES.issuperset(parts[2::3]):
        raise ValueError("the stored article has tags without their evidence")
    return tuple(map(Tag, parts[::3], parts[1::3], parts[2::3]))


def ascending(places: Any, size: int) -> tuple[tuple[int, int], ...]:
    """The stretches whose starts and ends are ``places`` in a text of ``size`` characters.  Raises
    ``ValueError`` or ``TypeError`` unless they ascend."""
    if type(places) is not list or len(places) % 2 or not _WHOLE.issuperset(map(type, places)):
        raise TypeError("the stored article has boilerplate at no places")
    if places[0] < 0 or places[-1] > size or any(map(ge, places, places[1:])):
        raise ValueError("the stored article has boilerplate that does not ascend")
    return tuple(zip(places[::2], places[1::2], strict=True))


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

TAG_PLACES = frozenset({"title", "category", "lead"})
"""Where the evidence of a tag can stand."""

_TEXT = frozenset({str})
_WHOLE = frozenset({int})
_NO_TEXT = "the stored article has other values than text"
