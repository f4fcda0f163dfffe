"""Incident, crime and log numbers in one spelling, so that a typed one meets a printed one.

Floor 1.  Forces print ``40/6193/18``, ``CC-16122018-0149``, ``217 of 9th August`` and
``495 of 11 January 2021``; readers type them with other spaces, cases and dashes.
Invariant: ``normalise_reference`` is idempotent.
"""

from __future__ import annotations

import re

from .ukdates import MONTH_NUMBER, MONTHS

_DASHES = str.maketrans("‐‑‒–—−", "------")
_EDGES = " \t\r\n.,;:#'\"()[]‘’“”"
_SEPARATOR = re.compile(r"\s*([/-])\s*")
_SPACE = re.compile(r"\s+")
# 495 OF 11(TH) JANUARY (2021) and 495 OF 11/1/2021: day first, as British forces write.
_OF_NAMED_DAY = re.compile(
    r"(.*\d) OF (?:[A-Z]+DAY,? )?(\d{1,2})(?:ST|ND|RD|TH)? ?(?:OF )?([A-Z]{3,9})\.?,?(?: (\d{4}))?"
)
_OF_NUMBERED_DAY = re.compile(r"(.*\d) OF (\d{1,2})[/.-](\d{1,2})[/.-](\d{2}|\d{4})")


def normalise_reference(text: str) -> str:
    """``text`` as references are compared: upper case, no spaces around ``/`` and ``-``, a day
    as ISO 8601 (``495 of 11 January 2021`` gives ``495 OF 2021-01-11``, without a year
    ``217 OF 08-09``).  An empty string stays empty."""
    value = _SPACE.sub(" ", text.translate(_DASHES)).strip(_EDGES).upper()
    value = _SEPARATOR.sub(r"\1", value).strip(_EDGES)
    return _with_iso_day(value)


def _with_iso_day(value: str) -> str:
    named = _OF_NAMED_DAY.fullmatch(value)
    if named:
        number, day, name, year = named.groups()
        month = _month_number(name)
        if month:
            return _joined(number, year or "", month, int(day)) or value
    numbered = _OF_NUMBERED_DAY.fullmatch(value)
    if numbered:
        number, day, month_digits, year = numbered.groups()
        full_year = year if len(year) == 4 else f"20{year}"
        return _joined(number, full_year, int(month_digits), int(day)) or value
    return value


def _month_number(name: str) -> int:
    """The number of the month ``name`` begins or abbreviates, or 0."""
    number = MONTH_NUMBER.get(name[:3].lower(), 0)
    if number and (MONTHS[number - 1].upper().startswith(name) or name == "SEPT"):
        return number
    return 0


def _joined(number: str, year: str, month: int, day: int) -> str:
    """``NUMBER OF YYYY-MM-DD``, or an empty string where that is no day of a calendar."""
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return ""
    days = f"{month:02d}-{day:02d}"
    return f"{number} OF {year}-{days}" if year else f"{number} OF {days}"
