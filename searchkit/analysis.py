"""Text to tokens: the only analyser, for every engine, for indexing, queries and snippets.

Floor 1.  A token has two faces: its ``surface`` (folded: lower case, no accents, no
apostrophes) for exact words, phrases and prefixes, and its ``stem`` (Snowball English,
https://snowballstem.org/algorithms/english/stemmer.html) for everything else.
Invariant: ``text[token.start:token.end]`` is what the token was made from.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

import Stemmer

ANALYSIS_VERSION = 1
"""Raised whenever the same text would give other tokens than before."""

MAX_WORD = 64
"""Longer tokens are cut to this many characters (URLs and junk, not words)."""

# A number with its separators (2,300 or 1.2m), else letters and digits with inner apostrophes.
_TOKEN = re.compile(r"\d+(?:[.,]\d+)+[^\W_]*|[^\W_]+(?:['’ʼ‘`´][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’ʼ‘`´]s$", re.IGNORECASE)
_APOSTROPHES = re.compile(r"['’ʼ‘`´]")
_SIGNS = re.compile(r"[\W_](?!(?<=[.])\d)")
_CACHE_LIMIT = 500_000

STOP_WORDS = frozenset(
    "a an and are as at be been but by for from had has have he her his in into is it its "
    "of on or our she that the their them they this to was we were which who will with you".split()
)
"""Words too common to be required: dropped from a query that has others."""

_APART = """
    animal animals
    authority authorities
    business businesses
    cooperate cooperated cooperating cooperation cooperative
    customer customers
    department departments departmental
    detective detectives
    diversion diversions diversionary
    engineer engineers engineered engineering
    exceptional exceptionally
    executive executives
    experiment experiments experimental
    hearing hearings
    hospitality
    important importance importantly
    initiative initiatives
    medication medications
    missing
    office offices
    operator operators
    personal personally
    position positions positioned positioning
    proceeds
    relative relatives
    respectively
    severe severely severity
    wanted
    witness witnesses witnessed witnessing
"""
"""Words that the stemmer takes for forms of others with another meaning (a diversion is not
diverse, a missing girl no Miss).  Each line is one family with its first word for a stem."""

_IRREGULAR = {
    "children": "child",
    "firemen": "fireman",
    "knives": "knife",
    "men": "man",
    "policemen": "policeman",
    "policewomen": "policewoman",
    "stole": "steal",
    "stolen": "steal",
    "thieves": "thief",
    "wives": "wife",
    "women": "woman",
}
"""Forms that the stemmer, which only takes endings off, does not bring to their word."""

_OWN_STEM = _IRREGULAR | {
    word: line.split()[0] for line in _APART.split("\n") for word in line.split()
}

_FAMILIES: dict[str, list[str]] = {"sky": ["skies"]}
for _word, _stem in _OWN_STEM.items():
    _FAMILIES.setdefault(_stem, []).append(_word)


class Token(NamedTuple):
    """One word of a text; ``position`` counts tokens from 0, offsets count characters."""

    surface: str
    stem: str
    position: int
    start: int
    end: int


class _Faces(dict[str, tuple[str, str]]):
    """Raw token to (surface, stem), worked out once per distinct raw token."""

    def __init__(self) -> None:
        super().__init__()
        self.stemmer = Stemmer.Stemmer("english", 0)
        self._stem = self.stemmer.stemWord

    def __missing__(self, raw: str) -> tuple[str, str]:
        if len(self) >= _CACHE_LIMIT:
            self.clear()
        surface = _fold_word(raw)
        faces = (surface, _OWN_STEM.get(surface) or self._stem(surface))
        self[raw] = faces
        return faces


class _Surfaces(dict[str, str]):
    """Raw token to surface, for those who need no stems: stemming costs more than folding."""

    def __missing__(self, raw: str) -> str:
        if len(self) >= _CACHE_LIMIT:
            self.clear()
        surface = self[raw] = _fold_word(raw)
        return surface


class _Local(threading.local):
    """A stemmer is not safe to share between threads, so each has its own."""

    def __init__(self) -> None:
        self.faces = _Faces()
        self.surfaces = _Surfaces()


_local = _Local()


def fold(text: str) -> str:
    """``text`` in lower case without accents, as words are compared.  Folding twice changes
    nothing."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def _fold_word(raw: str) -> str:
    """The surface of one raw token: never empty, and itself a single token."""
    if not raw.isalnum():
        raw = _APOSTROPHES.sub("", _POSSESSIVE.sub("", raw))
        if raw[:1].isdigit():
            raw = raw.replace(",", "")
    if raw.isascii():
        return raw.lower()[:MAX_WORD]
    folded = fold(raw)
    # Compatibility forms may unfold into signs (a fraction has its stroke), which no word keeps.
    return _SIGNS.sub("", folded)[:MAX_WORD] or raw[:MAX_WORD]


def tokens(text: str) -> list[Token]:
    """The tokens of ``text`` in order, with character offsets."""
    faces = _local.faces
    return [
        Token(*faces[match.group()], position, match.start(), match.end())
        for position, match in enumerate(_TOKEN.finditer(text))
    ]


def faces(text: str) -> list[tuple[str, str]]:
    """(surface, stem) of each token of ``text``, in order: the fast way without offsets."""
    known = _local.faces
    return [known[raw] for raw in _TOKEN.findall(text)]


def words(text: str) -> list[str]:
    """The surfaces of ``text``, in order."""
    return list(map(_local.surfaces.__getitem__, _TOKEN.findall(text)))


def stem(word: str) -> str:
    """The stem of one surface."""
    return _local.faces[word][1]


def stems(words: Sequence[str]) -> list[str]:
    """The stem of each of many surfaces, none of which is remembered."""
    surfaces = list(map(_fold_word, words))
    found = _local.faces.stemmer.stemWords(surfaces)
    return [_OWN_STEM.get(one) or root for one, root in zip(surfaces, found, strict=True)]


def beginnings(word: str) -> tuple[str, ...]:
    """Every surface with the stem of ``word`` begins with one of these.

    The stemmer takes endings off.  What it puts on is an e or i in place of the last letters,
    or an e after a b and an l; beside that it has a few words of its own, such as dying.
    """
    root = stem(word)
    found = set(_FAMILIES.get(root, ()))
    found.add(root[:-1] or root if root.endswith(("e", "i", "bl")) else root)
    if root.endswith("ie"):
        found.add(root[:-2] + "ying")
    return tuple(found)
