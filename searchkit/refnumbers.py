"""Incident, crime and log numbers in one spelling, so that a typed one meets a printed one.

Floor 1.  Forces print ``40/6193/18``, ``CC-16122018-0149``, ``IML 626984``,
``217 of 9th August``, ``0384 140221`` and ``CAD 5257/20Dec``; readers type them with other
spaces, cases, dashes and labels.  Invariant: ``normalise_reference`` is idempotent.
"""

from __future__ import annotations

import re
from functools import cache

from .ukdates import MONTH_NUMBER, MONTHS

_DASHES = str.maketrans("‐‑‒–—−", "------")
_EDGES = " \t\r\n.,;:#'\"()[]*_‘’“”"
_SEPARATOR = re.compile(r"\s*([/-])\s*")
_SPACE = re.compile(r"\s+")

LABELS = (
    r"crimes?|incidents?|occurrence|event|serial|log|case|investigation|enquiry|job|cad|isr|iml"
    r"|urn|storm|niche|quot(?:e|ing|ed)|ref(?:erence)?s?"
)
"""Words that announce a number and are no part of it, as a pattern for any case."""

FILLERS = (
    rf"{LABELS}|numbers?|nos?|police|report|file|card|call|collision|pid|the|this|our|their|unique"
    r"|is|was|code|id"
)
"""Words that stand between such a word and the number."""

_DAY = r"(?:the )?(\d{1,2})(?:st|nd|rd|th)?(?: of)?,? "
_MONTH = r"((?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6})(?![a-z])\.?"
_GAP = "(?:,| [-–])? "
_FILLING = (
    r"(?:the )?(?:(?:today|yesterday)(?:['’]s date)?,? ?\(?)?"
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?"
)
OF_DAY = (
    # of 11(th) January(, 2021) | of July 24(th)(, 2021) | of 13/10(/20)
    rf"(?:,? (?:of|from|on|dated|for) {_FILLING}"
    rf"(?:{_DAY}{_MONTH}(?:,? (\d{{4}})(?!\d))?"
    rf"|{_MONTH} (\d{{1,2}})(?!\d)(?:st|nd|rd|th)?(?:,? (\d{{4}})(?!\d))?"
    r"|(\d{1,2})[/.](\d{1,2})(?![\d/]|\.\d)|(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?!\d))"
    # the same day without a word before it: 81 11 June 2020 | 1293 30/12/17 | 0384 140221
    rf"|{_GAP}{_DAY}{_MONTH},? (\d{{4}})(?!\d)"
    rf"|{_GAP}(\d{{1,2}})/(\d{{1,2}})/(\d{{4}}|\d{{2}})(?!\d)"
    r"|(?:,? of(?: the)?|,)? (\d{2})(\d{2})(\d{2})(?!\d))"
)
"""What ties a number to its day, as a pattern for any case with twenty groups."""

# Longer numbers, and numbers with parts, mean one incident without their day.
_SHORT = re.compile(r"\d{1,6}[A-Z]?")
_OF_DAY = rf"(\S*\d[A-Z]?){OF_DAY}"
# The Metropolitan Police's 5257/20Dec and 1234/5 MAR 21.
_SLASH_DAY = rf"(\d{{1,5}})/(\d{{1,2}}) ?{_MONTH} ?(\d{{4}}|\d{{2}})?"
_LABEL = rf"(?:(?:{FILLERS})(?![a-z])[ .,:#/-]*)+(?=.*\d)"
_PREFIX = re.compile(r"([A-Z]{2,4}) (\d{8}-\d{4})")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # Compiled at first use: few searches ask for a number.
    return re.compile(pattern, re.IGNORECASE)


def normalise_reference(text: str) -> str:
    """``text`` as references are compared: upper case, without a label, no spaces around ``/``
    and ``-``, a day as ISO 8601 (``Log 495 of 11 January 2021`` gives ``495 OF 2021-01-11``,
    without a year ``217 OF 08-09``).  An empty string stays empty."""
    if text.isascii() and text.isdigit():
        return text
    value = _SPACE.sub(" ", text.translate(_DASHES)).upper()
    while (plainer := _plainer(value)) != value:
        value = plainer
    return value


def _plainer(value: str) -> str:
    """``value`` one step nearer to the common spelling: each step takes away a label, an edge,
    spaces or the form of a day, and none brings one back."""
    value = value.strip(_EDGES)
    if " " in value:
        value = _SEPARATOR.sub(r"\1", value).strip(_EDGES)
    label = _compiled(_LABEL).match(value)
    if label is not None:
        value = value[label.end() :]
    return _with_iso_day(_PREFIX.sub(r"\1-\2", value) if " " in value else value)


def _with_iso_day(value: str) -> str:
    """``value`` with the day it is tied to, if any, as ISO 8601."""
    tied = _compiled(_OF_DAY).fullmatch(value) if " " in value else None
    if tied:
        number, *groups = tied.groups()
        if not _SHORT.fullmatch(number):
            return number
        day, month, year = _day_month_year(groups)
        return _joined(number, day, month, year) or value
    slashed = _compiled(_SLASH_DAY).fullmatch(value) if "/" in value else None
    if slashed:
        number, day, month, year = slashed.groups()
        return _joined(number, day, month, year) or value
    return value


def _day_month_year(groups: list[str | None]) -> tuple[str | None, str | None, str | None]:
    """The groups of ``OF_DAY`` that matched, in this order."""
    alternatives = (
        groups[0:3],
        (groups[4], groups[3], groups[5]),
        (*groups[6:8], None),
        groups[8:11],
        groups[11:14],
        groups[14:17],
        groups[17:20],
    )
    for day, month, year in alternatives:
        if day:
            return day, month, year
    return None, None, None


def _month_number(name: str) -> int:
    """The number of the month ``name`` begins, abbreviates or writes in digits, or 0."""
    if name.isdigit():
        return int(name)
    number = MONTH_NUMBER.get(name[:3].lower(), 0)
    if number and (MONTHS[number - 1].upper().startswith(name) or name == "SEPT"):
        return number
    return 0


def _joined(number: str, day: str | None, month: str | None, year: str | None) -> str:
    """``NUMBER OF YYYY-MM-DD``, or an empty string where that is no day of a calendar."""
    if not day or not month:
        return ""
    month_number, day_number = _month_number(month), int(day)
    if not (1 <= month_number <= 12 and 1 <= day_number <= 31):
        return ""
    days = f"{month_number:02d}-{day_number:02d}"
    number = number.lstrip("0") or "0"
    if not year:
        return f"{number} OF {days}"
    return f"{number} OF {year if len(year) == 4 else '20' + year}-{days}"
