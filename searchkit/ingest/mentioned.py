"""The dates that prose mentions: when things happened, never when they were published.

Floor 2.  Read after the publication date is known, because prose leaves the year out.
Invariant: only whole calendar days are returned, and only those that exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from ..ukdates import FIRST_YEAR, LAST_YEAR, MONTH_NUMBER, MONTHS, full_year
from .figures import shape

MOST_DATES = 20
"""An article keeps at most so many mentioned dates."""

_WEEKDAYS = "mon tue wed thu fri sat sun".split()
_NAMES = [name for title in (*MONTHS, "Sept") for name in (title, title.upper())]
_CASED_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" if name[3:] else name for name in _NAMES)
_PROSE_YEAR = r"(?:,?\s+(?P<year>(?:19|20)\d\d)\b(?!\s*h(?:ou)?rs))?"
_PROSE_NUMBER = re.compile(
    r"(?P<first>[0-9](?<![\w/.:£][0-9])[0-9]{0,3})"
    rf"(?:(?<![0-9]{{3}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<name>{_CASED_MONTH})\b\.?{_PROSE_YEAR}"
    r"|(?P<mark>[/.-])(?P<month>[0-9]{1,2})(?P=mark)(?P<last>[0-9]{4}|[0-9]{2})(?![\d/-]|\.\d))"
)
_PROSE_MONTH = re.compile(
    rf"(?P<name>{_CASED_MONTH})\.?\s+(?P<first>[0-9]{{1,2}})(?:st|nd|rd|th)?\b"
    rf"(?![:.,]\d|\s*%|\s*[ap]\.?m\b){_PROSE_YEAR}"
)
# Where a date may begin with its day, and whether any begins with its month, in the shape of a
# text; there a sign that is not ASCII may be a space.
_DAY_FIRST = re.compile(
    rb"0(?<![\w/.:]0)0{0,3}"
    rb"(?=(?:st|nd|rd|th)?[ ?]+(?:of[ ?]+)?[ADFJMNOS]|[/.-]0{1,2}[/.-]0)"
)
_FORMS = {form[-5:] for name in _NAMES for form in (name, name[:3])}
_SIZED = ["|".join(sorted(form for form in _FORMS if len(form) == size)) for size in (3, 4, 5)]
_ENDING = "|".join(sorted({form[-3:] for form in _FORMS}))
_BEFORE_DAY = (*_SIZED, rf"(?:{_ENDING})[. ?]", rf"(?:{_ENDING})\.[ ?]", "[ ?]{2}")
_LOOKS_BACK = "|".join(f"(?<=(?:{before})[ ?]0)" for before in _BEFORE_DAY)
_MONTH_FIRST = re.compile(f"0(?!00)(?<=[ ?]0)(?:{_LOOKS_BACK})".encode())
_WEEKDAY_BEFORE = re.compile(r"\b(mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+(?:the\s+)?$", re.I)
_LONGEST_WEEKDAY = 16


def mentioned_dates(text: str, year_hint: int | None, flat: bytes | None = None) -> tuple[str, ...]:
    """The ISO days that ``text`` mentions: unique, in the order of the text, at most
    ``MOST_DATES``.  ``year_hint`` is the year of publication, if known; ``flat`` the shape of
    ``text``, for whoever has it already."""
    days: dict[str, None] = {}
    for day in find_dates(text, year_hint, flat):
        days[day.isoformat()] = None
        if len(days) == MOST_DATES:
            break
    return tuple(days)


def find_dates(
    text: str, year_hint: int | None = None, flat: bytes | None = None
) -> Iterator[date]:
    """Every real calendar day written in prose, in the order of the text.

    A date without a year takes, of ``year_hint`` and the years beside it, the one that fits
    the weekday written before it, else ``year_hint``; without a hint it is left out.
    """
    end = 0
    for match in _matches(text, shape(text) if flat is None else flat):
        start = match.start()
        if start < end or (start and text[start - 1].isalnum()):
            continue
        end = match.end()
        year, month, number = _numbers(match)
        if year is None:
            if year_hint is None:
                continue
            before = _WEEKDAY_BEFORE.search(text, max(0, start - _LONGEST_WEEKDAY), start)
            year = year_hint
            if before is not None:
                year = _fitting_year(month, number, before[1], year_hint)
        day = _real_day(year, month, number)
        if day is not None and FIRST_YEAR <= year <= LAST_YEAR:
            yield day


def _matches(text: str, flat: bytes) -> list[re.Match[str]]:
    """What is written like a date in ``text``, whose shape is ``flat``, in its order."""
    found: list[re.Match[str]] = []
    end = 0
    for day in _DAY_FIRST.finditer(flat):
        start = day.start()
        match = _PROSE_NUMBER.match(text, start) if start >= end else None
        if match is not None:
            found.append(match)
            end = match.end()
    if _MONTH_FIRST.search(flat) is not None:
        found.extend(_PROSE_MONTH.finditer(text))
        found.sort(key=re.Match.start)
    return found


def _fitting_year(month: int, number: int, weekday: str, hint: int) -> int:
    wanted = _WEEKDAYS.index(weekday.lower())
    for year in (hint, hint - 1, hint + 1):
        day = _real_day(year, month, number)
        if day is not None and day.weekday() == wanted:
            return year
    return hint


def _real_day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _numbers(match: re.Match[str]) -> tuple[int | None, int, int]:
    """Year (if it is written), month and day; month 0 for what could be read in two ways."""
    first, name = match["first"], match["name"]
    if name is not None:
        year = match["year"]
        return int(year) if year else None, MONTH_NUMBER[name[:3].lower()], int(first)
    mark, month, last = match["mark"], int(match["month"]), match["last"]
    if len(first) == 4 and len(last) == 2 and mark != ".":
        return int(first), month, int(last)
    if len(first) > 2 or (len(last) == 2 and mark != "/"):
        return None, 0, 0
    return full_year(last), month, int(first)
