"""What is wrong with what was typed: a sentence, the part at fault, and the field to mend it in.

Floor 8.  Invariant: a fault names a field that is on the page, or none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...forces import suggest_forces
from . import wording
from .address import LISTS, Address
from .ways import Way

_FORCES = 3
_IN_QUERY = "q"


@dataclass(frozen=True, slots=True)
class Fault:
    """``message`` is a sentence; ``target`` the field it is about, or empty; ``before``, ``wrong``
    and ``after`` are what was typed, where the place of the fault in it is known; ``ways`` lead to
    what may have been meant."""

    message: str
    target: str = ""
    before: str = ""
    wrong: str = ""
    after: str = ""
    hint: str = ""
    ways: tuple[Way, ...] = ()


def faults_of_days(address: Address) -> tuple[Fault, ...]:
    """The dates that cannot be read, each linked to the part that is wrong."""
    return tuple(Fault(day.error, f"{day.name}-{day.wrong}") for day in address.faults)


def faults_of_errors(address: Address, errors: Sequence[Mapping[str, Any]]) -> tuple[Fault, ...]:
    """The faults that the ``errors`` of a problem tell (``problems.Problem``)."""
    return tuple(_fault(address, error) for error in errors)


def _fault(address: Address, error: Mapping[str, Any]) -> Fault:
    message, hint = wording.bare(error["message"]), wording.bare(error["hint"])
    kind, start, end = error["kind"], error["start"], error["end"]
    if kind == "empty-period":
        return Fault("To date must be the same as or after From date", "until-year")
    option = _option_with(address, kind, error["message"])
    if option:
        value = next(v for v in getattr(address, option) if repr(v)[:40] in error["message"])
        ways = tuple(_instead(address, option, value))
        return Fault(message, "", hint="" if ways else hint, ways=ways)
    text = address.text
    if 0 <= start < end <= len(text):
        return Fault(message, _IN_QUERY, text[:start], text[start:end], text[end:], hint)
    return Fault(message, _IN_QUERY if not error.get("parameter") else "", hint=hint)


def _option_with(address: Address, kind: str, message: str) -> str:
    """The filter whose value is unknown, where one is, and not a word of the query."""
    if kind not in ("unknown-force", "unknown-tag"):
        return ""
    for name in LISTS:
        if any(repr(value)[:40] in message for value in getattr(address, name)):
            return name
    return ""


def _instead(address: Address, option: str, value: str) -> Iterator[Way]:
    """The search with forces that ``value`` may have meant, and without it."""
    rest = tuple(other for other in getattr(address, option) if other != value)
    if option == "area":
        for force in suggest_forces(value, _FORCES):
            yield Way(force.name, address.but(area=(*rest, force.id)).url())
    yield Way("Leave it out", address.but(**{option: rest}).url())
