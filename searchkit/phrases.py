"""Where the words of a phrase stand together in a text.

Floor 3, below ``highlights``.  Starts from the phrase's longest word, which is seldom a common
one, and looks at its neighbours; the rest of the text is not read.
Invariant: each place is a token of the text, and its surface a word of the phrase.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import attrgetter

from .analysis import compounds, tokens
from .occurrences import Choice, Place, Prepared, choices
from .query.nodes import Phrase


def may_hold(prepared: Prepared, phrase: Phrase) -> bool:
    """``False`` if a word of ``phrase`` is nowhere in the text."""
    return not any(map(prepared.lacks, phrase.words))


def strict(prepared: Prepared, phrase: Phrase) -> Iterator[list[Place]]:
    """Where the words stand side by side and in order, over line ends too: from the top, a
    place for each word."""
    rarest = max(phrase.words, key=len)
    number = phrase.words.index(rarest)
    left, right = phrase.words[:number][::-1], phrase.words[number + 1 :]
    stretches = prepared.stretches((rarest,))
    for start in sorted(stretches):
        for at, choice in enumerate(choices(stretches[start], start)):
            place = _chosen(choice, rarest)
            if place is None:
                continue
            before = _taken(prepared.before(start, at), left)
            after = None if before is None else _taken(prepared.after(start, at), right)
            if before is not None and after is not None:
                yield [*reversed(before), place, *after]


def _chosen(choice: Choice, word: str) -> Place | None:
    """Which of the tokens at a position is ``word``."""
    return next((place for place in choice if place[2] == word), None)


def _taken(following: Iterator[Choice], wanted: Sequence[str]) -> list[Place] | None:
    """The next places, if their surfaces are ``wanted``."""
    taken = []
    for word in wanted:
        place = _chosen(next(following, ()), word)
        if place is None:
            return None
        taken.append(place)
    return taken


def loose(prepared: Prepared, phrase: Phrase) -> Iterator[Place]:
    """The words of ``phrase``, from the top, wherever all of them fall into its window on one
    line."""
    text = prepared.text
    stretches = prepared.stretches((max(phrase.words, key=len),))
    for start in sorted({text.rfind("\n", 0, at) + 1 for at in stretches}):
        end = text.find("\n", start)
        for first, last, surface in _near(text[start : end if end >= 0 else len(text)], phrase):
            yield start + first, start + last, surface


def loose_over_lines(prepared: Prepared, phrase: Phrase) -> Iterator[Place]:
    """Like ``loose``, but line ends do not matter."""
    return _near(prepared.text, phrase)


def _near(text: str, phrase: Phrase) -> Iterator[Place]:
    """The words of ``phrase`` in ``text`` wherever all of them fall into its window."""
    wanted = set(phrase.words)
    every = sorted([*tokens(text), *compounds(text)], key=attrgetter("position"))
    found = [token for token in every if token.surface in wanted]
    if {token.surface for token in found} != wanted:
        return
    size = len(phrase.words) + phrase.slop
    near: set[int] = set()
    for first, token in enumerate(found):
        last = first
        while last < len(found) and found[last].position - token.position < size:
            last += 1
        if {other.surface for other in found[first:last]} == wanted:
            near.update(range(first, last))
    for number in sorted(near):
        yield found[number].start, found[number].end, found[number].surface
