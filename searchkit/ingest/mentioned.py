"""The dates that prose mentions: when things happened, never when they were published.

Floor 2.  Read after the publication date is known, because prose leaves the year out.
Invariant: only whole calendar days are returned, and only those that exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from ..ukdates import FIRST_YEAR, LAST_YEAR, MONTH_NUMBER, MONTHS, Parts, full_year

MOST_DATES = 20
"""An article keeps at most so many mentioned dates."""

_WEEKDAYS = "mon tue wed thu fri sat sun".split()
_CASED_MONTH = "|".join(
    f"{name[:3]}(?:{name[3:]})?" if name[3:] else name
    for title in (*MONTHS, "Sept")
    for name in (title, title.upper())
)
_PROSE_YEAR = r"(?:,?\s+(?P<year>(?:19|20)\d\d)\b(?!\s*h(?:ou)?rs))?"
# The first digit is matched before what precedes it is looked at: an expression that opens
# with a set of characters is searched several times faster than one that opens by looking back.
_PROSE_NUMBER = re.compile(
    r"(?P<first>[0-9](?<![\w/.:£][0-9])[0-9]{0,3})"
    rf"(?:(?<![0-9]{{3}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<name>{_CASED_MONTH})\b\.?{_PROSE_YEAR}"
    r"|(?P<mark>[/.-])(?P<month>[0-9]{1,2})(?P=mark)(?P<last>[0-9]{4}|[0-9]{2})(?![\d/-]|\.\d))"
)
_PROSE_MONTH = re.compile(
    rf"(?P<name>{_CASED_MONTH})\.?\s+(?P<first>[0-9]{{1,2}})(?:st|nd|rd|th)?\b"
    rf"(?![:.,]\d|\s*%|\s*[ap]\.?m\b){_PROSE_YEAR}"
)
_WEEKDAY_BEFORE = re.compile(r"\b(mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+(?:the\s+)?$", re.I)
_LONGEST_WEEKDAY = 16


def mentioned_dates(text: str, year_hint: int | None) -> tuple[str, ...]:
    """The ISO days that ``text`` mentions: unique, in the order of the text, at most
    ``MOST_DATES``.  ``year_hint`` is the year of publication, if known."""
    days: dict[str, None] = {}
    for day in find_dates(text, year_hint):
        days[day.isoformat()] = None
        if len(days) == MOST_DATES:
            break
    return tuple(days)


def find_dates(text: str, year_hint: int | None = None) -> Iterator[date]:
    """Every real calendar day written in prose, in the order of the text.

    A date without a year takes, of ``year_hint`` and the years beside it, the one that fits
    the weekday written before it, else ``year_hint``; without a hint it is left out.
    """
    matches = [*_PROSE_NUMBER.finditer(text), *_PROSE_MONTH.finditer(text)]
    matches.sort(key=lambda match: match.start())
    end = 0
    for match in matches:
        start = match.start()
        if start < end or (start and text[start - 1].isalnum()):
            continue
        end = match.end()
        parts = _prose_parts(match)
        year = parts.year
        if year is None and year_hint is not None:
            before = _WEEKDAY_BEFORE.search(text, max(0, start - _LONGEST_WEEKDAY), start)
            year = year_hint if before is None else _fitting_year(parts, before[1], year_hint)
        day = parts.real_day(year)
        if day is not None and FIRST_YEAR <= day.year <= LAST_YEAR:
            yield day


def _fitting_year(parts: Parts, weekday: str, hint: int) -> int:
    wanted = _WEEKDAYS.index(weekday.lower())
    for year in (hint, hint - 1, hint + 1):
        day = parts.real_day(year)
        if day is not None and day.weekday() == wanted:
            return year
    return hint


def _prose_parts(match: re.Match[str]) -> Parts:
    groups = match.groupdict()
    first = groups["first"]
    if groups["name"] is not None:
        year = groups["year"]
        month = MONTH_NUMBER[groups["name"][:3].lower()]
        return Parts(int(year) if year else None, month, int(first))
    mark, month, last = groups["mark"], int(groups["month"]), groups["last"]
    if len(first) == 4 and len(last) == 2 and mark != ".":
        return Parts(int(first), month, int(last))
    if len(first) > 2 or (len(last) == 2 and mark != "/"):
        return Parts(None)
    return Parts(full_year(last), month, int(first))
