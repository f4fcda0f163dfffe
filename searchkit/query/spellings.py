"""Other ways to write what was typed: ``e-mail`` is ``email``, ``M25`` is ``M 25``.

Floor 2.  ``analysis`` brings different signs to one spelling; here are the differences that a
space makes, which only a query can bridge.  Every rule is about the shape of words, not about
words, but for prefixes and units.
Invariant: another spelling is only ever looked for beside what was typed, never instead of it.
"""

from __future__ import annotations

import re
from decimal import Decimal

from ..analysis import STOP_WORDS, compounds, tokens

Words = tuple[str, ...]

_INITIALS = re.compile(r"(?<![^\W_])([^\W\d_]) & ([^\W\d_])(?![^\W_])")
_LETTERED = re.compile(r"([^\W\d_]+)(\d+)")
_MONEY = re.compile(r"[£€$](\d+(?:\.\d+)?)(k|m|bn)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_MOST_LETTERS = 2

_PREFIXES = frozenset(
    "anti bi co counter cyber de e ex hyper inter mid mini mis multi non post pre re semi sub "
    "super tri ultra un".split()
)
"""Words that are none of their own: people write them with a hyphen, a space or neither."""

_UNITS = {unit: unit for unit in "am pm mph kph kmph cc km kg mg ml ft yr yrs st nd rd th".split()}
_UNITS |= {"k": "k", "m": "m", "bn": "bn", "million": "m", "billion": "bn"}
_LARGE = {"m": "million", "bn": "billion"}


def one_spelling(text: str) -> str:
    """``text`` with initials as ``analysis`` takes them for one word: ``A & E`` is ``A&E``."""
    return _INITIALS.sub(r"\1&\2", text) if " & " in text else text


def others(text: str, surfaces: Words) -> tuple[Words, ...]:
    """Other spellings of the word or phrase ``text``, which has these ``surfaces``."""
    found = [_joined(text), _parted(surfaces)]
    if len(surfaces) == 1:
        found += [_with_space(surfaces[0]), _spelt_out(text, surfaces[0])]
    return tuple(dict.fromkeys(one for one in found if one and one != surfaces))


def as_one(left: str, right: str) -> str:
    """The word that two surfaces side by side are where people leave out the space, or an empty
    string: ``anti social``, ``PC 1234``, ``9.30 pm``, ``1.2 million``."""
    if left in _PREFIXES:
        return left + right if right.isalpha() and len(right) > 2 else ""
    if right.isdigit():
        short = left.isalpha() and len(left) <= _MOST_LETTERS and left not in STOP_WORDS
        return left + right if short else ""
    if right in _UNITS and _NUMBER.fullmatch(left):
        return left + _UNITS[right]
    return ""


def _joined(text: str) -> Words:
    """The words of ``text`` with a compound in the place of its two words."""
    made = {compound.position: compound.surface for compound in compounds(text)}
    found: list[str] = []
    for token in tokens(text) if made else ():
        if token.position in made:
            found[-1] = made[token.position]
        else:
            found.append(token.surface)
    return tuple(found)


def _parted(surfaces: Words) -> Words:
    """Initials as words of their own."""
    return tuple(part for surface in surfaces for part in surface.split("&"))


def _with_space(surface: str) -> Words:
    """``m25`` as two words; not ``a38``, which would be ``a 38-year-old``."""
    parts = _LETTERED.fullmatch(surface)
    return () if parts is None or parts[1] in STOP_WORDS else (parts[1], parts[2])


def _spelt_out(text: str, surface: str) -> Words:
    """A sum of money with the word in place of its letter."""
    money = _MONEY.fullmatch(text[0] + surface) if text else None
    if money is None:
        return ()
    if money[2] == "k":
        whole = Decimal(money[1]) * 1000
        return (str(int(whole)),) if whole == int(whole) else ()
    return (money[1], _LARGE[money[2]])
