"""A text made ready to be looked through for words: where they stand, without reading the rest.

Floor 2, below ``highlights``.  A text is taken as stretches between spaces and line ends.  No
token reaches over one, so a stretch has the same tokens wherever it stands, and only those are
analysed in which a word can begin that is looked for.
Invariant: ``plain`` is as long as ``text``, but for a space at its end, so that what stands in
one stands at the same place in the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .analysis import tokens

_MOST_KEPT = 20_000
_LONGEST_KEPT = 64  # characters

# What is no letter outside ASCII and yet common, each with a sign that parts words as it does.
_SIGNS = (("’", "'"), ("£", "$"), ("“", '"'), ("”", '"'), ("–", "-"), ("…", "."), ("‘", "'"))
_STRANGE = re.compile(r"[^\x00-\x7f]")
# Both begin with a sign, which is seldom met: that is what makes them fast.
_INNER_APOSTROPHE = re.compile(r"'(?<=[a-z0-9]')(?!s\b)[a-z0-9]")
_INNER_COMMA = re.compile(r",(?<=[0-9],)[0-9]")

Place = tuple[int, int, str]
"""Where a token begins and ends, in characters, and its surface."""


class _Pieces(dict[str, tuple[Place, ...]]):
    """Stretch of text to its tokens, worked out once for those that are short."""

    def __missing__(self, stretch: str) -> tuple[Place, ...]:
        found = tuple([(token.start, token.end, token.surface) for token in tokens(stretch)])
        if len(stretch) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[stretch] = found
        return found


_pieces = _Pieces()


def places(stretch: str) -> tuple[Place, ...]:
    """The tokens of ``stretch``, their places counted from its start."""
    return _pieces[stretch]


class Prepared:
    """A text in which to look for words, or several with a line end between them.

    ``plain``  the text in lower case and ASCII, with a space for each line end and at the end
    ``odd``    where letters stand that are lost in ``plain``, or apostrophes within words: the
               surfaces of these stretches are not what ``plain`` shows
    """

    __slots__ = ("_long", "odd", "plain", "text")

    def __init__(self, *texts: str) -> None:
        self.odd: list[int] = []
        parts, start = [], 0
        for plain in texts:
            for sign, alike in _SIGNS:
                if plain.isascii():
                    break
                plain = plain.replace(sign, alike)
            if not plain.isascii():
                self.odd += [start + match.start() for match in _STRANGE.finditer(plain)]
                plain = plain.encode("ascii", "replace").decode("ascii")
            parts.append(plain)
            start += len(plain) + 1
        plain = "\n".join(parts).lower().replace("\n", " ").replace("`", "'") + " "
        if "'" in plain:
            self.odd += [match.start() for match in _INNER_APOSTROPHE.finditer(plain)]
        self.text = "\n".join(texts)
        self.plain = plain
        self._long: dict[int, tuple[Place, ...]] = {}

    def stretches(self, beginnings: Iterable[str]) -> dict[int, str]:
        """The stretches, by where they start, that may hold a surface that begins so.

        All that do are among them; ``beginnings`` are parts of surfaces, none of them empty.
        """
        text, plain = self.text, self.plain
        found: dict[int, str] = {}
        odd = self.odd
        for beginning in beginnings:
            at = plain.find(beginning)
            while at >= 0:
                start = at
                if at and plain[at - 1] != " ":
                    start = plain.rfind(" ", 0, at) + 1
                end = plain.find(" ", at)
                found[start] = text[start:end]
                at = plain.find(beginning, end)
            if beginning[0].isdigit():
                odd = [*odd, *[match.start() for match in _INNER_COMMA.finditer(plain)]]
        end = 0
        for at in sorted(odd):
            if at >= end:
                start = plain.rfind(" ", 0, at) + 1
                end = plain.find(" ", at)
                found[start] = text[start:end]
        return found

    def everything(self) -> dict[int, str]:
        """All stretches by where they start."""
        found = {}
        start = 0
        for stretch in self.text.replace("\n", " ").split(" "):
            found[start] = stretch
            start += len(stretch) + 1
        return found

    def places(self, start: int, end: int) -> tuple[Place, ...]:
        """The tokens of the stretch from ``start`` to ``end``, counted from its start."""
        if end - start <= _LONGEST_KEPT:
            return _pieces[self.text[start:end]]
        found = self._long.get(start)
        if found is None:
            found = self._long[start] = _pieces[self.text[start:end]]
        return found

    def lacks(self, beginning: str) -> bool:
        """Whether surely no surface begins so."""
        return not (beginning in self.plain or self.odd or beginning[0].isdigit())

    def before(self, start: int, number: int) -> Iterator[Place]:
        """The tokens before token ``number`` of the stretch that starts at ``start``, the last of
        them first."""
        plain = self.plain
        held = self.places(start, plain.find(" ", start))
        while True:
            for at in range(number - 1, -1, -1):
                first, last, surface = held[at]
                yield start + first, start + last, surface
            if start == 0:
                return
            end = start - 1
            start = plain.rfind(" ", 0, end) + 1
            held = self.places(start, end)
            number = len(held)

    def after(self, start: int, number: int) -> Iterator[Place]:
        """The tokens after token ``number`` of the stretch that starts at ``start``."""
        plain = self.plain
        while start < len(self.text):
            end = plain.find(" ", start)
            held = self.places(start, end)
            for at in range(number + 1, len(held)):
                first, last, surface = held[at]
                yield start + first, start + last, surface
            start = end + 1
            number = -1
