"""Dates as British police press offices write them: text -> parts -> a publication date.

Floor 1.  One table, ``PATTERNS``, says which spellings are dates; ``CUES`` says which
words may stand before one.  Invariant: numbers are day first unless the year leads,
nothing is guessed, and an impossible date (31/02/2021) is never a date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import Enum
from functools import cache, lru_cache

from .article import LONDON, DateSource, Precision, PublicationDate

FIRST_YEAR = 1990
LAST_YEAR = 2100
"""Publication years outside these bounds are misprints or other numbers."""

MONTHS = (
    "January February March April May June July August September October November December"
).split()
MONTH_NUMBER = {name[:3].lower(): number for number, name in enumerate(MONTHS, 1)}
"""The number of a month by the first three letters of its name, lower case."""


class Cue(str, Enum):
    """What the words before a date say about it."""

    NONE = "none"
    PUBLISHED = "published"
    DATED = "dated"
    MODIFIED = "modified"


@dataclass(frozen=True, slots=True)
class Parts:
    """The numbers of one written date, not yet checked against the calendar.

    ``year``, ``month`` and ``day`` are ``None`` where the text does not give them;
    ``clock`` is (hour, minute) of a 24-hour day; ``offset`` is minutes east of UTC, ``None``
    for a local time.  A clock of 00:00 is a form filled in, not a time: it is left out.
    """

    year: int | None
    month: int | None = None
    day: int | None = None
    clock: tuple[int, int] | None = None
    offset: int | None = None

    def real_day(self, year: int | None = None) -> date | None:
        """The calendar day (``year`` stands in for a missing year); ``None`` if there is none."""
        chosen = year if self.year is None else self.year
        if chosen is None or self.month is None or self.day is None:
            return None
        try:
            return date(chosen, self.month, self.day)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class DatePattern:
    """One way to write a date: a name, an example and the expression."""

    name: str
    example: str
    core: str

    @property
    def regex(self) -> re.Pattern[str]:
        """The compiled expression, for any case."""
        return _compiled(self.core)


@cache
def _compiled(core: str) -> re.Pattern[str]:
    # Compiled at first use: together they take longer than most searches, which read no date.
    return re.compile(core, re.IGNORECASE)


_MONTH = (
    "(?P<name>jan(?:uary)?|feb(?:r?uary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[.,]?\s*)?"
_DAY = r"(?:the\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4}|['’]?\d{2})"
_GAP = r"(?:\s*[-/.,]\s*|\s+of\s+|\s*)"


def _clock(name: str) -> str:
    """An expression for a time of day whose groups start with ``name``."""
    return (
        rf"(?:(?P<{name}word>noon|midday|midnight)"
        rf"|(?P<{name}hour>\d{{1,2}})[:.](?P<{name}minute>\d{{2}})(?:[:.]\d{{2}}(?:[.,]\d+)?)?"
        rf"\s*(?:(?P<{name}half>[ap])\.?m\b\.?|h(?:ou)?rs\b)?"
        rf"|(?P<{name}whole>\d{{1,2}})\s*(?P<{name}of>[ap])\.?m\b\.?"
        rf"|(?P<{name}four>\d{{4}})\s*h(?:ou)?rs\b)"
        rf"(?:\s*(?P<{name}zone>(?:z|bst|gmt|utc)\b|[+-]\d{{2}}(?::?\d{{2}})?))?"
    )


_BEFORE = rf"(?:{_clock('a')}(?:\s*(?:,|-|–|—|on\b)\s*|\s+))?"
_THEN = r"\s*(?:,|-|–|—|@|\||at\b)\s*|\s+"
_AFTER = rf"(?:(?:{_THEN}){_clock('b')})?"

PATTERNS: tuple[DatePattern, ...] = tuple(
    DatePattern(name, example, core)
    for name, example, core in (
        (
            "year-month-day",
            "2020-07-14T11:25+00:00",
            _BEFORE + r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})"
            rf"(?:(?:t|{_THEN}){_clock('b')})?",
        ),
        (
            "numeric",
            "19:05 02/02/2021",
            # Two digits of a year after hyphens could be a year first: not read.
            _BEFORE + _WEEKDAY + r"(?P<day>\d{1,2})(?P<mark>[/.-])(?P<month>\d{1,2})(?P=mark)"
            r"(?P<year>\d{4}|(?<!-)\d{2})" + _AFTER,
        ),
        (
            "day-month-year",
            "Wednesday, 20th January 2021 at 2.30pm",
            _BEFORE + _WEEKDAY + _DAY + _GAP + _MONTH + _GAP + _YEAR + _AFTER,
        ),
        (
            "month-day-year",
            "Mar 31, 2021 20:10 BST",
            _BEFORE + _WEEKDAY + _MONTH + r"\s+" + _DAY + r"(?:\s*,\s*|\s+)" + _YEAR + _AFTER,
        ),
        ("month-year", "aug-2020", _MONTH + r"[\s,/-]*(?P<year>\d{4})"),
        ("year-month", "2020-08", r"(?P<year>\d{4})[-/](?P<month>\d{1,2})"),
        ("numeric-month", "08/2020", r"(?P<month>\d{1,2})[/.-](?P<year>\d{4})"),
        ("year", "2020", r"(?P<year>\d{4})"),
        ("day-month", "Tuesday 28th April", _WEEKDAY + _DAY + _GAP + _MONTH),
        ("month-day", "April 28th", _WEEKDAY + _MONTH + r"\s+" + _DAY),
    )
)
"""Every spelling, in the order tried; each must cover the whole text."""

CUES: tuple[tuple[Cue, str], ...] = (
    (
        Cue.MODIFIED,
        r"(?:page\s+|article\s+|story\s+)?(?:last\s+|date\s+)?"
        r"(?:modified|updated|edited|amended|reviewed)",
    ),
    (
        Cue.PUBLISHED,
        r"(?:first\s+|originally\s+|date\s+|story\s+|article\s+)?"
        r"(?:published|posted|issued|released|uploaded)",
    ),
    (Cue.PUBLISHED, r"(?:publish(?:ed|ing)?|publication|post(?:ed|ing)?|issued?|release)\s+date"),
    (Cue.PUBLISHED, r"date\s+of\s+(?:publication|issue|release|posting)"),
    (Cue.DATED, r"dated?"),
)
"""Words that may stand before a date, and what they make of it."""

_CUE = (
    "(?:"
    + "|".join(f"(?P<{cue.value}{number}>{words})" for number, (cue, words) in enumerate(CUES))
    + r")\b(?:\s*:?\s*by\s+[^.!?\d]{1,60}?(?:,|\bat|\bon)\s+(?=\d|mon|tue|wed|thu|fri|sat|sun))?"
    r"\s*(?:(?:on|at|in)\b)?\s*[:–—-]?\s*(?:(?:on|at)\b)?\s*"
)
_CUE_OF_GROUP = {f"{cue.value}{number}": cue for number, (cue, _) in enumerate(CUES)}
_AFTERWORDS = re.compile(
    r"\s+(?:in|under|by)\s+(?:the\s+)?[A-Z][^.!?:]{1,60}$"
    r"|\s*[(,;–—|-]*\s*(?:[Ll]ast\s+)?(?:[Uu]pdated|[Ee]dited|[Aa]mended|[Mm]odified)\b.{1,60}$"
)
_MARKUP = re.compile(r"[*_#\\\u200b\u200c\u200d\ufeff]+")
_EDGES = " \t\r\n\xa0.,;:|–—-•·>[]()"
_WIDE = re.compile(r"\s{3,}")
"""Room that means no more than two spaces; the expressions take ever longer over it."""
_LONGEST_LINE = 400
_LONGEST = 60
_OPENING = re.compile(
    r"\d|(?:the|noon|mid|mon|tue|wed|thu|fri|sat|sun"
    r"|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
    re.IGNORECASE,
)
"""How every pattern opens: prose is told from dates by it before the patterns are tried."""


def split_cue(text: str) -> tuple[Cue, str]:
    """What ``text`` says about its date, and the text without markup and those words."""
    bare = _MARKUP.sub("", text).strip(_EDGES)
    if len(bare) > _LONGEST:
        bare = _WIDE.sub("  ", bare)
    # Nothing longer is a date with words around it.
    plain = bare[:1].isdigit() or len(bare) > _LONGEST_LINE
    match = None if plain else _compiled(_CUE).match(bare)
    if match is None:
        return Cue.NONE, bare
    cue = _CUE_OF_GROUP[match.lastgroup or ""]
    return cue, _AFTERWORDS.sub("", bare[match.end() :])


@lru_cache(maxsize=4096)
def read_parts(text: str) -> Parts | None:
    """The parts of the date that ``text`` as a whole is, with no cue before it; else ``None``.

    The clock is checked, the day is not: see :meth:`Parts.real_day`.
    """
    if len(text) > _LONGEST or _OPENING.match(text) is None:
        return None
    for pattern in PATTERNS:
        match = pattern.regex.fullmatch(text)
        if match is not None:
            return _parts(match.groupdict())
    return None


def parse_uk_date(text: str) -> PublicationDate | None:
    """The date that ``text`` is, or ``None``.

    The whole text must be a date; a publishing cue ("Posted at", "Release date:") and
    markdown marks may stand around it.  Times with a zone are converted to Europe/London,
    times without one are local.  ``source`` is ``NONE`` and ``raw`` is ``text``.
    """
    cue, rest = split_cue(text)
    parts = None if cue is Cue.MODIFIED else read_parts(rest)
    return None if parts is None else to_publication_date(parts, raw=text)


def to_publication_date(
    parts: Parts, source: DateSource = DateSource.NONE, raw: str = ""
) -> PublicationDate | None:
    """``parts`` as a publication date in Europe/London; ``None`` if it is not a real date
    of the years ``FIRST_YEAR`` to ``LAST_YEAR``."""
    year = parts.year
    if year is None or not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    month, day = parts.month, parts.day
    hour, minute = parts.clock or (0, 0)
    try:
        start = datetime(
            year,
            1 if month is None else month,
            1 if day is None else day,
            hour,
            minute,
            tzinfo=LONDON if parts.offset is None else _zone(parts.offset),
        )
    except ValueError:
        return None
    precision = _precision(parts)
    if parts.offset is not None:
        start = start.astimezone(LONDON)
        if start.hour == start.minute == 0:  # a date kept as local midnight, written in UTC
            precision = Precision.DAY
    return PublicationDate(start, precision, source, raw)


@lru_cache(maxsize=64)
def _zone(offset: int) -> timezone:
    return timezone(timedelta(minutes=offset))


def _parts(groups: dict[str, str | None]) -> Parts | None:
    """The parts a pattern's groups hold; ``None`` if the clock is impossible."""
    name, month = groups.get("name"), groups.get("month")
    day, year = groups.get("day"), groups.get("year")
    number = MONTH_NUMBER[name[:3].lower()] if name else int(month) if month else None
    whole_year = full_year(year) if year else None
    if year and whole_year is None:
        return None
    clock, offset = None, None
    for side in "ab":
        found = _read_clock(groups, side) if f"{side}zone" in groups else None
        if found is None:
            continue
        if found[0] > 23 or found[1] > 59:
            return None
        clock = found
        zone = groups[f"{side}zone"]
        offset = None if zone is None else _offset(zone.lower())
        if clock == (0, 0) and groups[f"{side}hour"] and not groups[f"{side}half"]:
            clock = offset = None
    return Parts(whole_year, number, int(day) if day else None, clock, offset)


def _read_clock(groups: dict[str, str | None], side: str) -> tuple[int, int] | None:
    """Hour and minute of the clock on one side of the date; hour 24 if it contradicts itself."""
    hour = groups[f"{side}hour"] or groups[f"{side}whole"]
    if not hour:
        word, four = groups[f"{side}word"], groups[f"{side}four"]
        if word:
            return (0, 0) if word.lower() == "midnight" else (12, 0)
        return (int(four[:2]), int(four[2:])) if four else None
    half = (groups[f"{side}half"] or groups[f"{side}of"] or "").lower()
    return _hour(int(hour), half), int(groups[f"{side}minute"] or 0)


def _hour(hour: int, half: str) -> int:
    """``hour`` of a 24-hour day; 14 "p" stays 14, 14 "a" is nonsense."""
    if half == "p" and hour < 12:
        return hour + 12
    if half == "a" and hour >= 12:
        return 0 if hour == 12 else 24
    return hour


def _offset(zone: str) -> int:
    """Minutes east of UTC of a zone name or a numeric offset."""
    if zone[0] not in "+-":
        return 60 if zone == "bst" else 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return -minutes if zone[0] == "-" else minutes


def full_year(digits: str) -> int | None:
    """The year of four digits, or of two: 00-49 in this century, 90-99 in the last."""
    bare = digits.lstrip("'’")
    year = int(bare)
    if len(bare) == 4:
        return year
    return year + 2000 if year < 50 else year + 1900 if year >= 90 else None


def _precision(parts: Parts) -> Precision:
    if parts.month is None:
        return Precision.YEAR
    if parts.day is None:
        return Precision.MONTH
    return Precision.DAY if parts.clock is None else Precision.MINUTE
