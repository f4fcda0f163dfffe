"""The three fields of a date in a form: day, month and year, each of which may be empty.

Floor 8.  A month may be a number or a name; a year alone is a year, a month and a year a month.
Invariant: what the fields say is one period that the engine understands, or one sentence that
tells what is wrong, and in which field.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ...article import LONDON
from ...query.dates import BadDate, since, until
from ...settings import QUERY_LIMITS
from ...ukdates import MONTH_NUMBER, MONTHS

LABELS = {"since": "From", "until": "To"}
PARTS = ("day", "month", "year")

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_NAME = re.compile(r"[a-z]{3,9}")


@dataclass(frozen=True, slots=True)
class DayFields:
    """One date of a form.

    ``name``     ``since`` or ``until``
    ``day``, ``month``, ``year``  as they were filled in
    ``text``     the period they name: ``2019``, ``2019-03``, ``2019-03-27``; or empty
    ``error``    what is wrong, as a sentence; ``wrong`` is the part at fault
    """

    name: str
    day: str = ""
    month: str = ""
    year: str = ""
    text: str = ""
    error: str = ""
    wrong: str = ""

    @property
    def label(self) -> str:
        return LABELS[self.name]

    @property
    def shown(self) -> str:
        """The period in words: ``27 March 2019``, ``March 2019``, ``2019``."""
        return in_words(self.text)


def fields_of(name: str, given: Mapping[str, Sequence[str]]) -> DayFields:
    """The date ``name`` of a URL: from its three parts where one is there, else as one text."""
    parts = {part: next(iter(given.get(f"{name}-{part}", ())), "") for part in PARTS}
    if any(parts.values()):
        return _joined(name, **parts)
    text = next(iter(given.get(name, ())), "")[: QUERY_LIMITS.value]
    return _parted(name, text) if text else DayFields(name)


def in_words(text: str) -> str:
    """An ISO year, month or day as people write it; any other text as it is."""
    match = _ISO.fullmatch(text)
    if match is None:
        return text
    year, month, day = match.groups()
    written = [str(int(day))] if day else []
    written += [MONTHS[int(month) - 1]] if month and 1 <= int(month) <= 12 else []
    return " ".join([*written, year])


def _joined(name: str, day: str, month: str, year: str) -> DayFields:
    label = f"{LABELS[name]} date"

    def wrong(part: str, sentence: str) -> DayFields:
        return DayFields(name, day, month, year, "", f"{label} {sentence}", part)

    if not year:
        return wrong("year", "must include a year")
    if not (year.isdecimal() and len(year) == 4 and int(year)):
        return wrong("year", "must have a year of 4 numbers, for example 2019")
    if day and not month:
        return wrong("month", "must include a month")
    number = _month(month)
    if month and not number:
        return wrong("month", "must have a month from 1 to 12 or its name, for example March")
    iso = f"{int(year):04}" + (f"-{number:02}" if number else "")
    if day:
        last = calendar.monthrange(int(year), number)[1]
        if not (day.isdecimal() and len(day) <= 2 and 1 <= int(day) <= last):
            real = f"{MONTHS[number - 1]} {int(year)} has {last} days"
            return wrong("day", f"must be a real date: {real}")
        iso += f"-{int(day):02}"
    return DayFields(name, day, month, year, iso)


def _month(text: str) -> int:
    """The number of a month; 0 where there is none."""
    if text.isdecimal() and len(text) <= 2:
        return int(text) if 1 <= int(text) <= 12 else 0
    name = text.lower().rstrip(".")
    number = MONTH_NUMBER.get(name[:3], 0) if _NAME.fullmatch(name) else 0
    return number if number and MONTHS[number - 1].lower().startswith(name) else 0


def _parted(name: str, text: str) -> DayFields:
    """The fields that say what ``text``, in any form a date may have, says."""
    match = _ISO.fullmatch(text)
    if match:
        year, month, day = match.groups(default="")
        return _joined(name, day.lstrip("0"), month.lstrip("0"), year)
    today = datetime.now(LONDON).date()
    try:
        found = (since if name == "since" else until)(text, today)
    except BadDate as problem:
        return DayFields(
            name, text="", error=f"{LABELS[name]} date: {problem.message}", wrong="day"
        )
    return _of(name, found)


def _of(name: str, day: date) -> DayFields:
    return DayFields(name, str(day.day), str(day.month), str(day.year), day.isoformat())
