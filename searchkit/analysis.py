"""Text to tokens: the only analyser, for every engine, for indexing, queries and snippets.

Floor 1.  A token has two faces: its ``surface`` (folded: lower case, no accents, no
apostrophes) for exact words, phrases and prefixes, and its ``stem`` (Snowball English,
https://snowballstem.org/algorithms/english/stemmer.html) for everything else.  Two words with a
hyphen between them are, beside that, one token more: ``compounds``.
Invariant: ``text[token.start:token.end]`` is what the token was made from.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import Stemmer

ANALYSIS_VERSION = 2
"""Raised whenever the same text would give other tokens than before."""

MAX_WORD = 64
"""Longer tokens are cut to this many characters (URLs and junk, not words)."""

_APOSTROPHE = "'’ʼ‘‛`´′＇"
# Soft hyphens, joiners and accents of their own may stand in a word: nothing is seen of them.
_INNER = _APOSTROPHE + "\u00ad\u200b-\u200d\u2060\u0300-\u036f"
# A number with its separators (2,300 or 1.2m or 7:05pm), initials (A&E), or letters and digits.
_TOKEN = re.compile(
    r"\d+(?:[.,:]\d+)+[^\W_]*"
    rf"|[^\W\d_]{{1,2}}(?:&[^\W\d_]{{1,2}}(?![^\W_]))+(?:[{_APOSTROPHE}]s(?![^\W_]))?"
    rf"|[^\W_]+(?:[{_INNER}][^\W_]+)*"
)
_INITIALS = 2
"""Letters at most on each side of the sign of initials."""

_LETTER_APOSTROPHE = "ʼ"  # a letter to Unicode
_POSSESSIVE = re.compile(rf"[{_APOSTROPHE}]s$", re.IGNORECASE)
_UNSEEN = re.compile(f"[{_INNER}]")
_SIGNS = re.compile(r"[\W_](?!(?<=[.])\d)")
_HYPHENS = frozenset("-‐‑‒–−")
_HYPHEN = re.compile(f"[{''.join(sorted(_HYPHENS))}]")
BESIDE = "-"
"""Marks, in ``indexed``, a compound: it stands at the position of the word before it."""

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
    if not raw.isalnum() or _LETTER_APOSTROPHE in raw:
        raw = _UNSEEN.sub("", _POSSESSIVE.sub("", raw)) or raw
        if "&" in raw:
            parts = [fold(part) for part in raw.split("&")]
            # A letter may unfold into several: those are initials no more.
            return ("&" if max(map(len, parts)) <= _INITIALS else "").join(parts)
        if raw[:1].isdigit():
            raw = raw.replace(",", "").replace(":", ".")
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


def compounds(text: str) -> list[Token]:
    """The words that are two with a hyphen between them, taken for one: ``anti-social`` is
    ``antisocial`` too, and ``Covid-19`` is ``covid19``, at the position of the second of them.

    The first is of letters, the second of letters or of digits; chains of three words or more
    are no compounds, nor are ranges of numbers.
    """
    if not _HYPHEN.search(text):
        return []
    found = tokens(text)
    linked = [
        right.start == left.end + 1 and text[left.end] in _HYPHENS
        for left, right in pairwise(found)
    ]
    made = []
    for (left, right), before, here, after in zip(
        pairwise(found), [False, *linked], linked, [*linked[1:], False], strict=False
    ):
        if here and not before and not after and _are_one(text, left, right):
            surface = (left.surface + right.surface)[:MAX_WORD]
            known = _local.faces[surface]
            made.append(Token(*known, right.position, left.start, right.end))
    return made


def _are_one(text: str, left: Token, right: Token) -> bool:
    second = text[right.start : right.end]
    return (
        text[left.start : left.end].isalpha()
        and left.surface.isalpha()
        and (right.surface.isalpha() or (second.isascii() and second.isdigit()))
    )


def indexed(text: str) -> list[str]:
    """The surfaces of ``text`` as they are indexed: in order, each compound after its words and
    marked by ``BESIDE``."""
    found = words(text)
    for made in reversed(compounds(text)):
        found.insert(made.position + 1, BESIDE + made.surface)
    return found


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
