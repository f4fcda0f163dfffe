"""When an article was published: the first of several sources that says so.

Floor 2.  Sources in the order of ``DateSource``: front matter, a stamp line above or
below the text, day and month keys, the URL, and last the time of modification.
Invariant: a date that only prose mentions is never the publication date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from ..article import DateSource, PublicationDate
from ..ukdates import MONTH_NUMBER, Cue, Parts, read_parts, split_cue, to_publication_date
from .datestamps import Place, Stamp, find_stamps
from .mentioned import mentioned_dates
from .urldates import url_parts

__all__ = ["Dated", "mentioned_dates", "publication_date"]


@dataclass(frozen=True, slots=True)
class Dated:
    """The publication date of an article, the indexes of the lines that are mere stamps and
    no part of its text, and the conflicts seen between sources."""

    date: PublicationDate
    stamp_lines: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    """One source's answer; ``line`` is the stamp line it was read from, if any."""

    date: PublicationDate
    parts: Parts
    line: int | None = None


class _Key(NamedTuple):
    """A front matter key that is in ``KEYS``: its place there, its source, its name."""

    place: int
    source: DateSource
    name: str


KEYS: tuple[tuple[DateSource, str], ...] = (
    (DateSource.PUBLISHED_TIME, "article.published.time"),
    (DateSource.PUBLISHED_TIME, "og.published.time"),
    (DateSource.PUBLISHED_TIME, "published.time"),
    (DateSource.PUBLISHED_TIME, "published.at"),
    (DateSource.PUBLISHED_TIME, "date.published"),
    (DateSource.PUBLISHED_TIME, "pub.date"),
    (DateSource.PUBLISH_DATE, "publish.date"),
    (DateSource.PUBLISH_DATE, "published.date"),
    (DateSource.PUBLISH_DATE, "published.on"),
    (DateSource.PUBLISH_DATE, "published"),
    (DateSource.PUBLISH_DATE, "publication.date"),
    (DateSource.PUBLISH_DATE, "release.date"),
    (DateSource.PUBLISH_DATE, "posted"),
    (DateSource.PUBLISH_DATE, "posted.on"),
    (DateSource.PUBLISH_DATE, "date"),
    (DateSource.PUBLISH_DATE, "dc.date"),
    (DateSource.PUBLISH_DATE, "dc.date.issued"),
    (DateSource.PUBLISH_DATE, "dcterms.date"),
    (DateSource.PUBLISH_DATE, "dcterms.issued"),
    (DateSource.PUBLISH_DATE, "created"),
    (DateSource.PUBLISH_DATE, "created.at"),
    (DateSource.PUBLISH_DATE, "date.created"),
    (DateSource.MODIFIED, "article.modified.time"),
    (DateSource.MODIFIED, "og.updated.time"),
    (DateSource.MODIFIED, "modified"),
    (DateSource.MODIFIED, "date.modified"),
    (DateSource.MODIFIED, "updated"),
    (DateSource.MODIFIED, "updated.at"),
    (DateSource.MODIFIED, "last.modified"),
)
"""Front matter keys that hold a whole date, the most trusted first.  Case and the marks
between words do not matter: ``datePublished`` is ``date.published``."""

PART_KEYS: tuple[tuple[str, str, str, str], ...] = tuple(
    (f"{prefix}day", f"{prefix}month", f"{prefix}year", f"{prefix}time")
    for prefix in ("", "publish.", "published.", "date.")
)
"""Front matter keys that hold a date in parts."""

_BETWEEN_WORDS = re.compile(r"[^a-z0-9]+")
_PLACE_OF_KEY = {_BETWEEN_WORDS.sub("", key): place for place, (_, key) in enumerate(KEYS)}
_CUE_TRUST = {Cue.PUBLISHED: 0, Cue.NONE: 1, Cue.DATED: 1}
_FROM_URL = frozenset({DateSource.URL_DAY, DateSource.URL_MONTH, DateSource.URL_YEAR})
_HALF_A_YEAR = 6
_TOLERANCE = timedelta(days=1)
_URL_TOLERANCE = timedelta(days=31)
"""How far a source may be from the one that was believed before that is noted.  An address
often is older than its article, or filed under the month of another."""


def publication_date(meta: Mapping[str, str], lines: Sequence[str], url: str) -> Dated:
    """When the article was published, and which of its lines are date stamps.

    ``meta`` is the front matter with nested keys joined by dots; ``lines`` are the non-empty
    lines of the body.  An article without a date has ``PublicationDate()``.
    """
    stamps = find_stamps(lines)
    address = url_parts(url)
    keys = sorted(filter(None, map(_known_key, meta)))
    candidates = [
        *_from_keys(meta, [key for key in keys if key.source is not DateSource.MODIFIED]),
        *_from_stamps(stamps, address),
        *_from_part_keys(meta, address),
        *_from_url(address, url),
    ] or _from_keys(meta, keys)
    if not candidates:
        return Dated(PublicationDate(), _mere_stamps(stamps, None, None))
    chosen = candidates[0]
    return Dated(
        _on_the_page_clock(chosen, candidates),
        _mere_stamps(stamps, chosen.date, chosen.line),
        _conflicts(candidates),
    )


def _candidate(
    parts: Parts | None, source: DateSource, raw: str, line: int | None = None
) -> tuple[_Candidate, ...]:
    """The candidate that ``parts`` make, if they are a real date."""
    when = None if parts is None else to_publication_date(parts, source, raw)
    return () if parts is None or when is None else (_Candidate(when, parts, line),)


@lru_cache(maxsize=4096)
def _known_key(key: str) -> _Key | None:
    place = _PLACE_OF_KEY.get(_BETWEEN_WORDS.sub("", key.lower()))
    return None if place is None else _Key(place, KEYS[place][0], key)


def _from_keys(meta: Mapping[str, str], keys: Iterable[_Key]) -> list[_Candidate]:
    """The whole dates in the front matter under ``keys``."""
    found: list[_Candidate] = []
    for key in keys:
        text = meta[key.name]
        found += _candidate(read_parts(split_cue(text)[1]), key.source, text)
    return found


def _from_stamps(stamps: Sequence[Stamp], address: Parts | None) -> list[_Candidate]:
    """Stamp lines that can say when the article appeared, publishing cues first."""
    usable = [stamp for stamp in stamps if _may_publish(stamp)]
    usable.sort(key=lambda stamp: (stamp.place is Place.FOOT, _CUE_TRUST[stamp.cue]))
    found: list[_Candidate] = []
    for stamp in usable:
        parts = stamp.parts
        if parts.year is None:
            parts = _in_url_year(parts, address)
        source = DateSource.BODY_HEAD if stamp.place is Place.HEAD else DateSource.BODY_FOOT
        found += _candidate(parts, source, stamp.text, stamp.line)
    return found


def _may_publish(stamp: Stamp) -> bool:
    """A bare date is only believed above all prose: below some it heads a section or an event."""
    if stamp.cue is Cue.MODIFIED:
        return False
    return stamp.cue is not Cue.NONE or not stamp.below_prose


def _in_url_year(parts: Parts, address: Parts | None) -> Parts:
    """``parts`` with the year of the URL, or the one beside it if the months are far apart:
    31 December may stand under ``/2021/january/``."""
    if address is None or address.year is None or parts.month is None:
        return parts
    year = address.year
    apart = 0 if address.month is None else parts.month - address.month
    if apart > _HALF_A_YEAR:
        year -= 1
    elif apart < -_HALF_A_YEAR:
        year += 1
    return replace(parts, year=year)


def _from_part_keys(meta: Mapping[str, str], address: Parts | None) -> Sequence[_Candidate]:
    """Day, month and time in keys of their own; the URL gives a year they leave out."""
    found: list[_Candidate] = []
    for names in PART_KEYS:
        if names[1] not in meta:
            continue
        day, month, year, time = (meta.get(name, "").strip() for name in names)
        number = MONTH_NUMBER.get(month[:3].lower()) or _number(month)
        clock = read_parts(f"1 January 2000 {time}") if time and day else None
        parts = Parts(_number(year), number, _number(day), clock.clock if clock else None)
        if parts.year is None:
            parts = _in_url_year(parts, address)
        raw = " ".join(text for text in (day, month, year, time) if text)
        found += _candidate(parts, DateSource.DAY_MONTH_KEYS, raw)
    return found


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= 4 else None


def _from_url(address: Parts | None, url: str) -> Sequence[_Candidate]:
    if address is None:
        return ()
    if address.day is not None:
        source = DateSource.URL_DAY
    else:
        source = DateSource.URL_YEAR if address.month is None else DateSource.URL_MONTH
    return _candidate(address, source, url)


def _on_the_page_clock(chosen: _Candidate, candidates: Sequence[_Candidate]) -> PublicationDate:
    """The chosen date, read as local time where the page itself shows that it is.

    Some sites write local time and call it UTC; in summer that is an hour off.  When the page
    prints the same day and the same clock without a zone, the zone is the mistake.
    """
    parts = chosen.parts
    if parts.offset != 0 or chosen.date.start is None or not chosen.date.start.utcoffset():
        return chosen.date
    local = replace(parts, offset=None)
    if any(local == other.parts for other in candidates):
        return to_publication_date(local, chosen.date.source, chosen.date.raw) or chosen.date
    return chosen.date


def _mere_stamps(
    stamps: Sequence[Stamp], chosen: PublicationDate | None, line: int | None
) -> frozenset[int]:
    """The lines that only repeat dates.  A bare date that is not the publication date stays:
    it heads a section of the text."""
    if not stamps:
        return frozenset()
    day = None if chosen is None else chosen.first_day
    return frozenset(
        stamp.line
        for stamp in stamps
        if stamp.cue is not Cue.NONE or stamp.line == line or stamp.parts.real_day() == day
    )


def _conflicts(candidates: Sequence[_Candidate]) -> tuple[str, ...]:
    """What to note of the sources that contradict the one believed, the first."""
    if len(candidates) == 1:
        return ()
    chosen, *others = (candidate.date for candidate in candidates)
    return tuple(
        f"date: {chosen.source.value} says {chosen.iso}, {other.source.value} says {other.iso}"
        for other in others
        if _apart(chosen, other) > _allowed(other)
    )


def _allowed(other: PublicationDate) -> timedelta:
    return _URL_TOLERANCE if other.source in _FROM_URL else _TOLERANCE


def _apart(one: PublicationDate, other: PublicationDate) -> timedelta:
    """The time between the periods of two dates; zero if they touch."""
    first, other_first = one.first_day or date.min, other.first_day or date.min
    if first == other_first:
        return timedelta(0)
    last, other_last = one.last_day or date.max, other.last_day or date.max
    return max(other_first - last, first - other_last, timedelta(0))
