"""The vocabulary of British policing: which words mean about the same.

Floor 1.  The shipped table is read from ``data/vocabulary.json``, which ``script/gazetteer`` writes
from ``data/vocabulary.yaml``; a user's own table has the form of the latter.
Invariant: a text never stands for itself, and no text for more than ``MOST`` others.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

from . import tables
from .analysis import stem, words
from .errors import SettingsError

MOST = 12
"""Others of one text."""

Key: TypeAlias = tuple[str, ...]
"""The stems of a text."""

Words: TypeAlias = tuple[str, ...]
"""The surfaces of a text."""

_SHIPPED = Path(__file__).parent / "data" / "vocabulary.json"
_PARTS = ("same", "also", "spellings")
_ENDINGS = frozenset(
    ("", *"s es ed ing al ally er ers or ors ful less ly y able hood hoods ist ists".split())
)
_ISE = ("ise", "ised", "ises", "ising", "iser", "isers", "isation", "isations")
_SHORTEST = 6  # letters of a word in -ise that may be spelt -ize: not "wise", "noise", "prize"
_NEVER_IZE = ("wise", "vise", "cise", "mise", "rise", "dise", "guise", "chise", "prise", "size")


@dataclass(frozen=True, eq=False, slots=True)
class Vocabulary:
    """``others`` of texts by their stems, in the order of the table; ``spelt`` are the beginnings
    of words that are spelt in two ways, by their first letter; ``longest`` is how many words the
    longest text has that begins with a stem."""

    others: Mapping[Key, tuple[Words, ...]]
    spelt: Mapping[str, tuple[tuple[str, str], ...]]
    longest: Mapping[str, int]

    def of(self, surfaces: Iterable[str]) -> tuple[Words, ...]:
        """What the words ``surfaces`` stand for beside themselves."""
        key = tuple(map(stem, surfaces))
        others = self.others.get(key)
        if others is not None or len(key) != 1:
            return others or ()
        # The stemmer leaves the s of PCSOs, which has no vowel before it but the last letter.
        single = key[0].removesuffix("s")
        others = self.others.get((single,), ()) if single != key[0] else ()
        return ((single,), *others) if others else ()

    def spellings(self, word: str) -> tuple[str, ...]:
        """The other spellings of ``word``, British or American."""
        found = dict.fromkeys(self._respelt(word))
        return tuple(other for other in found if other != word)

    def _respelt(self, word: str) -> Iterator[str]:
        for one, other in self.spelt.get(word[:1], ()):
            if word.startswith(one) and word[len(one) :] in _ENDINGS:
                yield other + word[len(one) :]
        if len(word) < _SHORTEST:
            return
        for ending in _ISE:
            if word.endswith(ending) and not f"{word[: -len(ending)]}ise".endswith(_NEVER_IZE):
                yield f"{word[: -len(ending)]}iz{ending[2:]}"
            american = f"iz{ending[2:]}"
            if word.endswith(american):
                british = f"{word[: -len(american)]}ise"
                if not british.endswith(_NEVER_IZE):
                    yield word[: -len(american)] + ending


@lru_cache(maxsize=1)
def shipped() -> Vocabulary:
    """The shipped table."""
    return vocabulary(json.loads(_SHIPPED.read_bytes()), _SHIPPED.name)


def load_vocabulary(own: Path) -> Vocabulary:
    """The table in the YAML or TOML file ``own``, added to the shipped one, or in its place where
    it says ``replace: true``.  Raises ``SettingsError`` for a file that is unreadable or no such
    table."""
    origin = str(own)
    table = tables.parsed(tables.bytes_of(own), origin)
    if not isinstance(table, dict):
        raise SettingsError(origin, f"must be a mapping with {', '.join(_PARTS)}")
    alone = table.pop("replace", False)
    if not isinstance(alone, bool):
        raise SettingsError(origin, "'replace' must be true or false")
    mine = vocabulary(table, origin)
    return mine if alone else _joined(mine, shipped())


def vocabulary(table: Mapping[str, Any], origin: str) -> Vocabulary:
    """The vocabulary that ``table`` says.  Raises ``SettingsError`` naming ``origin``."""
    unknown = set(table) - set(_PARTS)
    if unknown:
        raise SettingsError(origin, f"has an unknown part {min(map(str, unknown))!r}", str(_PARTS))
    same, also = table.get("same") or [], table.get("also") or {}
    spellings = table.get("spellings") or []
    if not _lists(same) or not isinstance(also, dict) or not _lists(list(also.values())):
        raise SettingsError(origin, "'same' is a list of lists, 'also' a mapping to lists")
    if not _lists(spellings) or any(len(pair) != 2 for pair in spellings):
        raise SettingsError(origin, "'spellings' is a list of pairs")
    found: dict[Key, dict[Words, None]] = {}
    for text, others in (*_both_ways(same), *also.items()):
        _add(found, str(text), others, origin)
    spelt: dict[str, list[tuple[str, str]]] = {}
    for one, other in spellings:
        for pair in ((one.lower(), other.lower()), (other.lower(), one.lower())):
            spelt.setdefault(pair[0][:1], []).append(pair)
    return Vocabulary(
        {key: tuple(others) for key, others in found.items()},
        {letter: tuple(pairs) for letter, pairs in spelt.items()},
        _longest(found),
    )


def _longest(texts: Iterable[Key]) -> dict[str, int]:
    """The words of the longest of ``texts``, by the first of each."""
    found: dict[str, int] = {}
    for text in texts:
        found[text[0]] = max(len(text), found.get(text[0], 0))
    return found


def _lists(value: object) -> bool:
    """Whether ``value`` is a list of lists of texts."""
    return isinstance(value, list) and all(
        isinstance(row, list) and row and all(isinstance(text, str) and text for text in row)
        for row in value
    )


def _both_ways(sets: Iterable[list[str]]) -> Iterator[tuple[str, list[str]]]:
    for members in sets:
        for member in members:
            yield member, [other for other in members if other != member]


def _add(found: dict[Key, dict[Words, None]], text: str, others: list[str], origin: str) -> None:
    key = tuple(map(stem, words(text)))
    if not key:
        raise SettingsError(origin, f"{text!r} has no letters or digits")
    held = found.setdefault(key, {})
    for other in others:
        surfaces = tuple(words(other))
        if not surfaces:
            raise SettingsError(origin, f"{other!r} has no letters or digits")
        if tuple(map(stem, surfaces)) != key:
            held[surfaces] = None
    if len(held) > MOST:
        raise SettingsError(origin, f"{text!r} stands for more than {MOST} others")


def _joined(mine: Vocabulary, other: Vocabulary) -> Vocabulary:
    """Both vocabularies; a text of ``mine`` keeps its others first, ``MOST`` of all."""
    others = {
        key: tuple(dict.fromkeys((*mine.others.get(key, ()), *other.others.get(key, ()))))[:MOST]
        for key in (*other.others, *mine.others)
    }
    letters = {*mine.spelt, *other.spelt}
    spelt = {one: (*mine.spelt.get(one, ()), *other.spelt.get(one, ())) for one in letters}
    return Vocabulary(others, spelt, _longest(others))
