"""What users write for a date or a stretch of time: text -> ``Period``.

Floor 2.  Reads ``date:`` values and ``--since``, ``--until``, ``--on``.  Numbers are day
first; the end of a range is the end of what is written there (``..2020`` ends on
31 December 2020).  Invariant: a text that is no period raises; it never means "nothing".
"""

from __future__ import annotations

import calendar
import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from ..ukdates import MONTHS, Parts, read_parts


@dataclass(frozen=True, slots=True)
class Period:
    """The days from ``first`` to ``last``, both included; ``None`` is open."""

    first: date | None
    last: date | None


class BadDate(ValueError):
    """A text that is no period of time.

    ``fragment`` is the part at fault and ``offset`` where it starts in the text given;
    ``message`` is a sentence without a full stop, ``hint`` what to type instead.
    """

    def __init__(self, fragment: str, offset: int, message: str, hint: str) -> None:
        self.fragment = fragment
        self.offset = offset
        self.message = message
        self.hint = hint
        super().__init__(message)


_Days = tuple[date, date]

_RANGE = re.compile(r"\s*(?:\.{2,}|…)\s*")
_COUNTED = re.compile(r"(?:in )?(?:the )?(?:last|past|previous) (\d{1,5}) (day|week|month|year)s?")
_AGO = re.compile(r"(\d{1,5}|an?|one) (day|week|month|year)s? ago")
_BETWEEN_WORDS = re.compile(r"[\s_-]+")
_WORD = re.compile(r"[a-z]{3,}", re.IGNORECASE)
_DAY_AND_MONTH = re.compile(r"(\d{1,2})[/.-](\d{1,2})")
_FORMS = 'use date:2020, date:aug-2020, date:21/8/2020, date:2019..2020 or date:"last 30 days"'
_SPELT_RANGE = re.compile(r"\s+(?:to|until|till|-|–|—)\s+", re.IGNORECASE)
_LONGEST_SHOWN = 40
_LEAP_YEAR = 2000


def parse_period(text: str, today: date) -> Period:
    """The days that ``text`` names, seen from ``today``.

    A day, a month, a year, words (``yesterday``, ``last month``, ``last 30 days``) or a range
    ``A..B``, ``A..``, ``..B`` of these.  Raises :class:`BadDate`.
    """
    separators = list(_RANGE.finditer(text))
    if not separators:
        return Period(*_days(text, 0, today))
    left, right = text[: separators[0].start()].strip(), text[separators[0].end() :].strip()
    if len(separators) > 1 or not (left or right):
        raise BadDate(text, 0, f"{_shown(text)} is not a range", "write a range as date:2019..2020")
    first = _days(left, text.index(left), today)[0] if left else None
    last = _days(right, separators[0].end(), today)[1] if right else None
    if first is not None and last is not None and first > last:
        swapped = f"use date:{_quoted(f'{right}..{left}')}"
        raise BadDate(text, 0, f"{_shown(text)} ends before it starts", swapped)
    return Period(first, last)


def since(text: str, today: date) -> date:
    """The first day of the period that ``text`` names.  Raises :class:`BadDate`."""
    return _one_period(text, today)[0]


def until(text: str, today: date) -> date:
    """The last day of the period that ``text`` names.  Raises :class:`BadDate`."""
    return _one_period(text, today)[1]


def _one_period(text: str, today: date) -> _Days:
    if _RANGE.search(text):
        raise BadDate(
            text, 0, f"{_shown(text)} is a range, not one date", "use --since A --until B"
        )
    return _days(text, 0, today)


def _days(text: str, offset: int, today: date) -> _Days:
    """The first and last day of ``text``, which stands at ``offset`` of what the user wrote."""
    bare = text.strip()
    days = _known_days(bare, today)
    if days is None:
        message, options = _what_is_wrong(bare, today)
        start = offset + len(text) - len(text.lstrip())
        raise BadDate(bare, start, message, _hint(options))
    return days


def _known_days(text: str, today: date) -> _Days | None:
    parts = read_parts(text)
    return _relative_days(text, today) if parts is None else _absolute_days(parts, today)


def _absolute_days(parts: Parts, today: date) -> _Days | None:
    """The days of a written date; a day without a year is the nearest one not in the future."""
    if parts.year is None:
        day = _nearest_past(parts, today)
        return None if day is None else (day, day)
    if parts.day is not None:
        day = parts.real_day()
        return None if day is None else (day, day)
    month = parts.month
    if not 1 <= parts.year <= date.max.year or (month is not None and not 1 <= month <= 12):
        return None
    last_month = month or 12
    length = calendar.monthrange(parts.year, last_month)[1]
    return date(parts.year, month or 1, 1), date(parts.year, last_month, length)


def _nearest_past(parts: Parts, today: date) -> date | None:
    if parts.real_day(_LEAP_YEAR) is None:
        return None
    years = range(today.year, max(0, today.year - 9), -1)  # 29 February: up to eight years back
    days = (parts.real_day(year) for year in years)
    return next((day for day in days if day is not None and day <= today), None)


def _relative_days(text: str, today: date) -> _Days | None:
    """The days of words such as ``last month`` (the calendar month before this one) and
    ``last 30 days`` (30 days of which today is the last)."""
    words = _BETWEEN_WORDS.sub(" ", text.lower())
    named = _NAMED.get(words)
    try:
        if named is not None:
            return named(today)
        counted = _COUNTED.fullmatch(words)
        if counted is not None and int(counted[1]):
            before = _back(today, int(counted[1]), counted[2])
            return before + timedelta(days=1), today
        ago = _AGO.fullmatch(words)
        if ago is not None:
            day = _back(today, int(ago[1]) if ago[1].isdecimal() else 1, ago[2])
            return day, day
    except (OverflowError, ValueError):  # before the first year of the calendar
        return None
    return None


def _back(day: date, count: int, unit: str) -> date:
    """``day`` moved back; the 31st becomes the last day of a shorter month.  Raises
    ``OverflowError`` or ``ValueError`` before year 1."""
    if unit in ("day", "week"):
        return day - timedelta(days=count * (7 if unit == "week" else 1))
    months = day.year * 12 + day.month - 1 - count * (12 if unit == "year" else 1)
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _week(today: date, back: int) -> _Days:
    monday = today - timedelta(days=today.weekday() + 7 * back)
    return monday, monday + timedelta(days=6)


def _month(today: date, back: int) -> _Days:
    first = _back(today.replace(day=1), back, "month")
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _year(today: date, back: int) -> _Days:
    return date(today.year - back, 1, 1), date(today.year - back, 12, 31)


_NAMED: dict[str, Callable[[date], _Days]] = {
    "today": lambda today: (today, today),
    "yesterday": lambda today: (today - timedelta(days=1), today - timedelta(days=1)),
    "this week": lambda today: _week(today, 0),
    "last week": lambda today: _week(today, 1),
    "this month": lambda today: _month(today, 0),
    "last month": lambda today: _month(today, 1),
    "this year": lambda today: _year(today, 0),
    "last year": lambda today: _year(today, 1),
}
"""Words for a calendar period; weeks run from Monday to Sunday."""


def _what_is_wrong(text: str, today: date) -> tuple[str, list[str]]:
    """A message, and valid forms near to what was written, nearest first."""
    if not text:
        return "a date is missing", []
    parts = read_parts(text)
    if parts is not None:
        return _unreal(text, parts)
    return f"{_shown(text)} is not a date", _readable(text, today)


def _unreal(text: str, parts: Parts) -> tuple[str, list[str]]:
    """For numbers that fit no calendar: the last day of the month, or day and month swapped."""
    year, month, day = parts.year, parts.month or 0, parts.day
    message = f"{_shown(text)} is not a real date"
    if year is not None and not 1 <= year <= date.max.year:
        return message, []
    if 1 <= month <= 12:
        length = calendar.monthrange(_LEAP_YEAR if year is None else year, month)[1]
        name = MONTHS[month - 1][:3].lower()
        if year is None:
            return message, [f"{length}-{name}"]
        return message, [
            f"{length}/{month}/{year}" if day else f"1/{month}/{year}",
            f"{name}-{year}",
        ]
    if day is not None and 1 <= day <= 12 and Parts(year, day, month).real_day():
        name = MONTHS[day - 1][:3].lower()
        return f"{message}: the day comes first", [f"{month}/{day}/{year}", f"{name}-{year}"]
    return message, [str(year)]


def _readable(text: str, today: date) -> list[str]:
    """A near spelling of ``text`` that can be read, if there is one."""
    ends = _SPELT_RANGE.split(text)
    if len(ends) == 2 and all(_known_days(end, today) for end in ends):
        return ["..".join(ends)]
    spelt = _WORD.sub(_nearest_word, text)
    pair = _DAY_AND_MONTH.fullmatch(text)
    guesses = [spelt, text.replace("-", "/")]
    if pair is not None and (day := _nearest_past(Parts(None, int(pair[2]), int(pair[1])), today)):
        guesses.append(f"{day.day}/{day.month}/{day.year}")
    if text.title() in MONTHS:
        number = MONTHS.index(text.title()) + 1
        guesses.append(f"{text[:3].lower()}-{today.year - (number > today.month)}")
    return [guess for guess in guesses if _known_days(guess, today)][:1]


def _nearest_word(match: re.Match[str]) -> str:
    near = difflib.get_close_matches(match[0].lower(), _KNOWN_WORDS, n=1, cutoff=0.7)
    return near[0] if near else match[0]


_KNOWN_WORDS = [
    *(month.lower() for month in MONTHS),
    *(month[:3].lower() for month in MONTHS),
    *"today yesterday last this days weeks months years day week month year ago".split(),
]


def _hint(options: list[str]) -> str:
    if not options:
        return _FORMS
    return f"use {', '.join(f'date:{_quoted(option)}' for option in options)} or --since/--until"


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text


def _shown(text: str) -> str:
    """``text`` on one line, shortened, for a message."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_SHOWN else f"{line[:_LONGEST_SHOWN]}…"
