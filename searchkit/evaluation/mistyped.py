"""Words as hurried people type them: two letters exchanged, one left out, doubled or missed.

Floor 7.  The four slips of Damerau ("A technique for computer detection and correction of
spelling errors", CACM 7(3), 1964), where a wrong or further letter is a neighbour on the keyboard
or the same again.  Invariant: the first letter stays, as it does in nearly all real slips, and
the word changes.
"""

from __future__ import annotations

import random

SHORTEST = 5
"""Letters; shorter words are seldom mistyped unnoticed."""

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SHIFT = (0.0, 0.25, 0.75)
_NEAR = 1.3
_KINDS = ("exchange", "drop", "double", "neighbour")


def _neighbours() -> dict[str, str]:
    places = {
        key: (row, column + _SHIFT[row])
        for row, keys in enumerate(_ROWS)
        for column, key in enumerate(keys)
    }
    return {
        key: "".join(
            other
            for other, (far_row, far_column) in places.items()
            if other != key and abs(row - far_row) <= 1 and abs(column - far_column) < _NEAR
        )
        for key, (row, column) in places.items()
    }


NEIGHBOURS = _neighbours()
"""Letter to the letters around it on a British keyboard."""


def can_slip(word: str) -> bool:
    """Whether ``word`` is long enough, and has only letters of the keyboard."""
    return len(word) >= SHORTEST and all(letter in NEIGHBOURS for letter in word)


def slip(word: str, dice: random.Random) -> str:
    """``word`` (one that ``can_slip``) with one slip."""
    while True:
        at = dice.randrange(1, len(word))
        kind = dice.choice(_KINDS)
        if kind == "exchange":
            at = min(at, len(word) - 2)
            typed = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        elif kind == "drop":
            typed = word[:at] + word[at + 1 :]
        elif kind == "double":
            typed = word[:at] + word[at] + word[at:]
        else:
            typed = word[:at] + dice.choice(NEIGHBOURS[word[at]]) + word[at + 1 :]
        if typed != word:
            return typed
