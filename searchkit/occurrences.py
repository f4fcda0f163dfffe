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

from .analysis import compounds, tokens

_MOST_KEPT = 20_000
_LONGEST_KEPT = 64  # characters

# What is no letter outside ASCII and yet common, each with a sign that parts words as it does.
_SIGNS = (("’", "'"), ("£", "$"), ("“", '"'), ("”", '"'), ("–", "-"), ("…", "."), ("‘", "'"))
_STRANGE = re.compile(r"[^\x00-\x7f]")
# Both begin with a sign, which is seldom met: that is what makes them fast.
_INNER_APOSTROPHE = re.compile(r"'(?<=[a-z0-9]')(?!s\b)[a-z0-9]")
_INNER_COMMA = re.compile(r"[,:](?<=[0-9][,:])[0-9]")
_HYPHEN = re.compile(r"-(?<=[a-z]-)[a-z0-9]")

Place = tuple[int, int, str]
"""Where a token begins and ends, in characters, and its surface."""


Choice = tuple[Place, ...]
"""The token at a position and, if there is one, the compound that it ends."""


class _Pieces(dict[str, tuple[Place, ...]]):
    """Stretch of text to its tokens, worked out once for those that are short."""

    def __missing__(self, stretch: str) -> tuple[Place, ...]:
        found = tuple([(token.start, token.end, token.surface) for token in tokens(stretch)])
        if len(stretch) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[stretch] = found
        return found


class _Compounds(dict[str, tuple[tuple[int, Place], ...]]):
    """Stretch of text to its compounds, each with the number of the last of its words."""

    def __missing__(self, stretch: str) -> tuple[tuple[int, Place], ...]:
        found = [(c.position, (c.start, c.end, c.surface)) for c in compounds(stretch)]
        kept = tuple(found)
        if len(stretch) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[stretch] = kept
        return kept


_pieces = _Pieces()
_compounds = _Compounds()


def places(stretch: str) -> tuple[Place, ...]:
    """The tokens of ``stretch``, their places counted from its start."""
    return _pieces[stretch]


def joined(stretch: str) -> tuple[tuple[int, Place], ...]:
    """The compounds of ``stretch``, their places counted from its start, each with the number of
    the token at whose position it stands."""
    return _compounds[stretch]


def choices(stretch: str, offset: int = 0) -> tuple[Choice, ...]:
    """What stands at each position of ``stretch``, which begins at ``offset`` of a text."""
    made: list[Choice] = [((offset + a, offset + b, s),) for a, b, s in places(stretch)]
    for number, (a, b, surface) in joined(stretch):
        made[number] += ((offset + a, offset + b, surface),)
    return tuple(made)


class Prepared:
    """A text in which to look for words, or several with a line end between them.

    ``plain``  the text in lower case and ASCII, with a space for each line end and at the end
    ``odd``    where letters stand that are lost in ``plain``, or apostrophes within words: the
               surfaces of these stretches are not what ``plain`` shows
    """

    __slots__ = ("_hyphens", "_long", "odd", "plain", "text")

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
        self._long: dict[int, tuple[Choice, ...]] = {}
        self._hyphens: list[tuple[int, str]] | None = None

    @property
    def hyphens(self) -> list[tuple[int, str]]:
        """Where compounds may be, and the two letters that a compound has there side by side."""
        if self._hyphens is None:
            plain = self.plain
            at = [match.start() for match in _HYPHEN.finditer(plain)] if "-" in plain else []
            self._hyphens = [(one, plain[one - 1] + plain[one + 1]) for one in at]
        return self._hyphens

    def stretches(self, beginnings: Iterable[str]) -> dict[int, str]:
        """The stretches, by where they start, that may hold a surface that begins so.

        All that do are among them; ``beginnings`` are parts of surfaces, none of them empty.
        """
        text, plain = self.text, self.plain
        found: dict[int, str] = {}
        beginnings = tuple(beginnings)
        odd = self.odd
        inside = [at for at, pair in self.hyphens if any(pair in b for b in beginnings)]
        if inside:
            odd = [*odd, *inside]
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

    def choices(self, start: int, end: int) -> tuple[Choice, ...]:
        """What stands at each position of the stretch from ``start`` to ``end``."""
        known = self._long.get(start)
        if known is None:
            known = self._long[start] = choices(self.text[start:end], start)
        return known

    def lacks(self, beginning: str) -> bool:
        """Whether surely no surface begins so."""
        if beginning in self.plain or self.odd or beginning[0].isdigit():
            return False
        return not any(pair in beginning for _, pair in self.hyphens)

    def before(self, start: int, number: int) -> Iterator[Choice]:
        """What stands before token ``number`` of the stretch that starts at ``start``, the last
        first: tokens, and with each of them the compound that it ends."""
        plain = self.plain
        held = self.choices(start, plain.find(" ", start))
        while True:
            yield from held[:number][::-1]
            if start == 0:
                return
            end = start - 1
            start = plain.rfind(" ", 0, end) + 1
            held = self.choices(start, end)
            number = len(held)

    def after(self, start: int, number: int) -> Iterator[Choice]:
        """What stands after token ``number`` of the stretch that starts at ``start``."""
        plain = self.plain
        while start < len(self.text):
            end = plain.find(" ", start)
            yield from self.choices(start, end)[number + 1 :]
            start = end + 1
            number = -1
