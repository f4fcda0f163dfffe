"""Stamp lines: lines of an article that are nothing but a date, mostly with a cue word.

Floor 2.  A press office's page prints its dates above or below the text.  Invariant: a
sentence that contains a date is never a stamp; a "last modified" line is one, so that it
can be taken out of the text, but never says when the article appeared.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from ..ukdates import Cue, Parts, read_parts, split_cue

HEAD = 4
FOOT = 4
"""How many lines at either end may be stamps."""

_LONGEST_STAMP = 120
_LONGEST_LABEL = 160
# A figure of any script: the set is searched faster than the class of all digits.
_MAY_BE_DIGIT = re.compile("[0-9\x80-\U0010ffff]")
# How no cue and no date begins: with a word of ASCII that is none of these.
_PROSE = re.compile(
    r"(?=[a-z]{3})(?!mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
    r"|noo|mid|pag|art|sto|las|dat|mod|upd|edi|ame|rev|fir|ori|pub|pos|iss|rel|upl)"
    r"(?!the(?![a-z])(?!\s+[a-z]))",
    re.IGNORECASE | re.ASCII,
)
_MARKS = "*_# \t\"'”’)"
_UPDATES = re.compile(r"\s*[-–—|(]*\s*see all updates\)?$", re.IGNORECASE)
_EVENT = re.compile(
    r"[*_#\s]*(?:start\s+|end\s+)?(?:times?|venue|where|location|place|cost|tickets?)\b\W*:",
    re.IGNORECASE,
)


class Place(str, Enum):
    """Which end of the text a stamp stands at."""

    HEAD = "head"
    FOOT = "foot"


@dataclass(frozen=True, slots=True)
class Stamp:
    """One stamp line: its index among the lines, where it stands, its cue, the line itself,
    the parts of its date, and whether prose stands above it."""

    line: int
    place: Place
    cue: Cue
    text: str
    parts: Parts
    below_prose: bool


def find_stamps(lines: Sequence[str]) -> list[Stamp]:
    """The stamp lines among the first ``HEAD`` and the last ``FOOT`` of ``lines``, in order.

    A date without a year counts only after a cue word.  A date next to a time, a place or
    a price of its own is an event's and no stamp.
    """
    count = len(lines)
    foot = max(0, count - FOOT)
    found: list[Stamp] = []
    below_prose = False
    for index in (*range(min(HEAD, count)), *range(max(HEAD, foot), count)):
        if index >= HEAD:
            below_prose = True
        line = lines[index]
        read = _read_stamp(line) if len(line) <= _LONGEST_STAMP else None
        if read is not None and not _is_event(lines, index):
            at_foot = index >= foot and below_prose
            if read[0] is Cue.MODIFIED and below_prose and not at_foot:
                continue  # the heading of an update amid the text
            place = Place.FOOT if at_foot else Place.HEAD
            found.append(Stamp(index, place, read[0], line, read[1], below_prose))
        elif not below_prose:
            below_prose = _is_prose(line)
    return found


def _read_stamp(line: str) -> tuple[Cue, Parts] | None:
    if _PROSE.match(line) is not None or _MAY_BE_DIGIT.search(line) is None:
        return None
    cue, rest = split_cue(line)
    if cue is Cue.MODIFIED:
        rest = _UPDATES.sub("", rest)
    parts = read_parts(rest)
    if parts is None or parts.month is None:
        return None
    if cue is Cue.NONE and (parts.day is None or parts.year is None):
        return None
    return cue, parts


def _is_prose(line: str) -> bool:
    """Whether ``line`` is a sentence rather than a headline, a label or a rule."""
    if line.startswith("#"):
        return False
    return len(line) > _LONGEST_LABEL or line.rstrip(_MARKS).endswith((".", ":"))


def _is_event(lines: Sequence[str], index: int) -> bool:
    """Whether a line beside this one says when or where something takes place."""
    return any(_EVENT.match(line) for line in lines[max(0, index - 1) : index + 2])
