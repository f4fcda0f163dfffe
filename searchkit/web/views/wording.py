"""Words for people who read pages: labels of values, remarks without the command line in them.

Floor 8.  Invariant: a page never names a flag or a command, which nobody who reads it can type.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...forces import known_force
from ...tagging import known_tags
from ...ukdates import MONTHS

LEGENDS = {"area": "Force", "type": "Type", "stage": "Stage"}
FACET_OF = {"area": "force", "type": "type", "stage": "stage"}

_COMMANDS = re.compile(r"(?:^|\s{2,})searchkit \S.*$|\s+or --since/--until$|\s*\(--\w+\)$")
_COLUMN = re.compile(r" \(column \d+\)$")
_OTHER_FORMS = 6


def force_name(force: str) -> str:
    """The name of a force by its id; what is no id as it is."""
    if not force:
        return "no known force"
    known = known_force(force)
    return known.name if known else force


def label_of(option: str, value: str) -> str:
    """What a value of a filter is called."""
    if option == "area":
        return force_name(value)
    tag = known_tags().get(f"{option}:{value}")
    return sentence(tag.label) if tag else value


def sentence(text: str) -> str:
    """``text`` with a capital first letter."""
    return text[:1].upper() + text[1:]


def counted(number: int, one: str, several: str = "") -> str:
    """``1 article``, ``2,300 articles``."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def listed(names: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"


def bare(text: str) -> str:
    """A remark or hint without commands, flags and columns, as a sentence."""
    return sentence(_COLUMN.sub("", _COMMANDS.sub("", text)).strip())


def day_in_words(iso: str) -> str:
    """``2021-02-02`` as ``2 February 2021``."""
    year, month, day = iso.split("-")
    return f"{int(day)} {MONTHS[int(month) - 1]} {int(year)}"


def range_in_words(first: str, last: str) -> str:
    """``1 to 30 June 2020``: from one ISO day to another, what both share said once."""
    if not (first and last) or first == last:
        return day_in_words(first or last) if first or last else ""
    one, two = first.split("-"), last.split("-")
    month = MONTHS[int(one[1]) - 1]
    if one[:2] == two[:2]:
        start = str(int(one[2]))
    elif one[0] == two[0]:
        start = f"{int(one[2])} {month}"
    else:
        start = day_in_words(first)
    return f"{start} to {day_in_words(last)}"


def forms(envelope: Mapping[str, Any]) -> str:
    """The other forms of the words asked for that were counted, in a row; empty for none."""
    return _some([other for form in envelope["forms"] for other in form["others"]])


def stand_ins(envelope: Mapping[str, Any]) -> list[str]:
    """``collision for crash``: what words were counted as too, each with why."""
    said = []
    for one in envelope["counted"]:
        near = one["kind"] == "near"
        others = "near spellings of " if near else f"{_some(one['others'])} for "
        said.append(f"{others}{one['word']}")
    return said


def _some(words: Iterable[str]) -> str:
    each = list(words)
    left = len(each) - _OTHER_FORMS
    return ", ".join([*each[:_OTHER_FORMS], *([f"{left} more"] if left > 0 else [])])
