"""How likely a slip of the fingers or of the ear makes one word out of another.

Floor 1.  A weighted restricted Damerau-Levenshtein distance: what people often do costs little, as
in K. Kukich, "Techniques for automatically correcting words in text", ACM Computing Surveys 24(4),
1992, sections 1 and 4, tells of typing and spelling errors.
Invariant: equal words are 0 apart, different ones more.
"""

from __future__ import annotations

from itertools import pairwise

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_VOWELS = frozenset("aeiouy")
_ALIKE = frozenset("ck sc sz gj fv td mn kq".split())
"""Consonants that sound alike, as pairs."""

SWAP = 0.8
DOUBLE = 0.7  # a letter doubled, or one of two left out
VOWEL = 0.9  # one vowel for another, or one left out or put in
NEIGHBOUR = 0.9  # the key beside it
SOUND = 1.0
OTHER = 1.3


def _neighbours() -> frozenset[str]:
    """Pairs of letters whose keys touch on a British or American keyboard."""
    pairs: set[str] = set()
    for row in _ROWS:
        pairs.update(row[i : i + 2] for i in range(len(row) - 1))
    for upper, lower in pairwise(_ROWS):
        for at, letter in enumerate(lower):
            pairs.update(above + letter for above in upper[at : at + 2])
    return frozenset(pairs | {pair[::-1] for pair in pairs})


_NEAR = _neighbours()


def unlikeliness(typed: str, meant: str) -> float:
    """What it costs to make ``typed`` of ``meant``: about 1 for each slip."""
    before: list[float] = []
    row = [0.0]
    for j in range(1, len(meant) + 1):
        row.append(row[-1] + _one_more(meant, j - 1))
    for i, letter in enumerate(typed, 1):
        earlier, before = before, row
        row = [before[0] + _one_more(typed, i - 1)]
        for j, other in enumerate(meant, 1):
            cost = min(
                before[j - 1] + _instead(letter, other),
                before[j] + _one_more(typed, i - 1),
                row[j - 1] + _one_more(meant, j - 1),
            )
            if i > 1 and j > 1 and letter == meant[j - 2] and typed[i - 2] == other != letter:
                cost = min(cost, earlier[j - 2] + SWAP)
            row.append(cost)
    return row[-1]


def _one_more(word: str, at: int) -> float:
    """The cost of letter ``at`` of ``word`` being there and not in the other word."""
    letter = word[at]
    if letter in (word[at - 1 : at], word[at + 1 : at + 2]):
        return DOUBLE
    return VOWEL if letter in _VOWELS else OTHER if at else OTHER + 1.0


def _instead(typed: str, meant: str) -> float:
    if typed == meant:
        return 0.0
    if typed in _VOWELS and meant in _VOWELS:
        return VOWEL
    if typed + meant in _NEAR:
        return NEIGHBOUR
    return SOUND if typed + meant in _ALIKE or meant + typed in _ALIKE else OTHER


def is_near(word: str, other: str, edits: int) -> bool:
    """Whether ``other`` starts like ``word`` and is within ``edits`` of it, by restricted
    Damerau-Levenshtein distance (https://en.wikipedia.org/wiki/Damerau-Levenshtein_distance)."""
    if word[:1] != other[:1] or abs(len(word) - len(other)) > edits:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        earlier, before, row = before, row, [i]
        for j, found in enumerate(other, 1):
            cost = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (letter != found))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == found:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1] <= edits
