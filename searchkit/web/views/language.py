"""Whether a text is Welsh, so that a screen reader can be told.

Floor 8.  Small words decide: those that Welsh texts are full of and English ones have not, against
those of English.  Invariant: a text is called Welsh only where its Welsh words are the more.
"""

from __future__ import annotations

import re

ENGLISH, WELSH = "", "cy"

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_LOOKED_AT = 1_500
_LEAST = 2
_SHARE = 0.12

_WELSH = frozenset(
    "y yr yn ac mae gan wedi gyda heddlu oedd eich ein ddim neu hefyd sydd bod cael ei eu chi "
    "wrth rhwng dros ond hwn hon fod bydd byddwn i'r o'r a'r gan gyfer sy'n mae'n ydym ydyn nid "
    "ardal swyddogion gwybodaeth gallwch nhw cymru troseddau unrhyw pobl ddynes dyn dyddiad "
    "blwydd oed iddo iddi roedd ddiogel nghymru gogledd de ar".split()
)
_ENGLISH = frozenset(
    "the of and to in was is for with that from by on at as were has have been are an be this "
    "who his her their said police after which not or will".split()
)


def language_of(text: str) -> str:
    """``cy`` for a text that is recognisably Welsh, else an empty string."""
    words = [w.replace("’", "'") for w in _WORD.findall(text[:_LOOKED_AT].lower())]
    welsh = sum(word in _WELSH for word in words)
    english = sum(word in _ENGLISH for word in words)
    if welsh >= _LEAST and welsh > english and welsh >= _SHARE * len(words):
        return WELSH
    return ENGLISH
