"""The tokens of articles as numbers, made once, where they were parsed, for whoever indexes them.

Floor 1.  Many articles are taken at once, as one array of bytes; what is done in Python is done
once for each distinct piece of text.  A chunk of articles shares one vocabulary.
Invariant: ``vocabulary[n]`` for the numbers ``n`` of a text are the surfaces of
``analysis.indexed`` of that text, in order.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .analysis import indexed

Array = npt.NDArray[Any]

CHUNK_WORDS = 200_000
"""Distinct words after which a vocabulary should be left for a fresh one."""

_MOST_PIECES = 200_000
_SLOT_BITS = 17
"""2**17 pieces have a slot in the table at 20 bytes each: it should fit into a core's cache."""

_LONGEST = 16
"""Bytes of a piece that is looked up as two numbers; longer ones hardly come twice."""

_WIDE = 1 << 31
"""From here on, a number in the table stands for no token or several: those of a piece."""

_LETTER, _DIGIT, _HIGH, _APOSTROPHE, _POINT, _AND = 1, 2, 4, 8, 16, 32
_HYPHEN = ord("-")


def _classes() -> Array:
    """What each byte of UTF-8 can be in a token, as ``analysis`` has it."""
    kinds = np.zeros(256, np.uint8)
    kinds[np.frombuffer(b"abcdefghijklmnopqrstuvwxyz", np.uint8)] = _LETTER
    kinds[np.frombuffer(b"0123456789", np.uint8)] = _DIGIT
    kinds[np.frombuffer(b"'`", np.uint8)] = _APOSTROPHE
    kinds[np.frombuffer(b".,:", np.uint8)] = _POINT
    kinds[ord("&")] = _AND
    kinds[128:] = _HIGH
    return kinds


_KINDS = _classes().tobytes()
_FIRST = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)
_BEYOND = np.append(np.zeros(8, np.uint64), _FIRST)
"""``_FIRST[n]`` keeps the first ``n`` of eight bytes, ``_BEYOND[n]`` as many as ``n`` is above 8;
the last ones stand for all that follow."""


class Tokeniser:
    """Numbers the tokens of a chunk of articles with one growing ``vocabulary``: a list that
    only grows, at its end, as further texts bring new words."""

    def __init__(self) -> None:
        self.vocabulary: list[str] = []
        self._pieces = _Pieces(self.vocabulary)
        slots = 1 << _SLOT_BITS
        self._low = np.zeros(slots, np.uint64)
        self._high = np.zeros(slots, np.uint64)
        self._numbers = np.zeros(slots, np.uint32)

    @property
    def is_full(self) -> bool:
        """Whether the next texts should begin a chunk of their own, with a new tokeniser."""
        return max(len(self.vocabulary), len(self._pieces.wide_ends)) >= CHUNK_WORDS

    def tokens(self, texts: Sequence[str]) -> tuple[Array, Array]:
        """The tokens of ``texts``, end to end, as uint32, and how many each text has."""
        encoded = [text.encode() for text in texts]
        ends = np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)) + 1)
        # A space on each side, and as many bytes after the last piece as are looked at.
        text = b" ".join((b"", *encoded, bytes(_LONGEST))).lower()
        starts, sizes = _pieces(text)
        codes = self._codes(text, starts, sizes)
        bounds = np.searchsorted(starts, ends)
        tokens, bounds = self._widened(codes, bounds)
        return tokens, np.diff(bounds, prepend=0)

    def _codes(self, text: bytes, starts: Array, sizes: Array) -> Array:
        """The number of each piece: its token, or, from ``_WIDE`` on, its place among the wide.

        A slot of the table remembers the last piece that came to it, whole: two numbers of
        eight bytes.  What is not in its slot is looked up in ``_pieces``.
        """
        eight = np.ndarray((len(text) - 7,), "<u8", text, 0, (1,))
        low = eight[starts] & _FIRST.take(sizes, mode="clip")
        high = eight[starts + 8] & _BEYOND.take(sizes, mode="clip")
        slots = (low ^ (high * _MIX_HIGH)) * _MIX
        slots >>= np.uint64(64 - _SLOT_BITS)
        slots = slots.view(np.int64)
        codes: Array = self._numbers.take(slots)
        known = self._low.take(slots) == low
        known &= self._high.take(slots) == high
        known &= sizes <= _LONGEST
        missed = np.flatnonzero(~known)
        if len(missed):
            first, last = starts[missed], starts[missed] + sizes[missed]
            named = [text[a:b] for a, b in zip(first.tolist(), last.tolist(), strict=True)]
            found = np.fromiter(map(self._pieces.__getitem__, named), np.uint32, len(named))
            codes[missed] = found
            kept = sizes[missed] <= _LONGEST
            missed, found = missed[kept], found[kept]
            # Of several that share a slot all three arrays keep the last one.
            at = slots[missed]
            self._low[at], self._high[at], self._numbers[at] = low[missed], high[missed], found
        return codes

    def _widened(self, codes: Array, bounds: Array) -> tuple[Array, Array]:
        """``codes`` with the tokens of wide pieces in place of their numbers, and where the
        places ``bounds`` have come to."""
        wide = np.flatnonzero(codes >= _WIDE)
        if not len(wide):
            return codes, bounds
        # Let go of at the end: what numpy looks into cannot grow.
        ends = np.frombuffer(self._pieces.wide_ends, np.int64)
        held = np.frombuffer(self._pieces.wide, np.uint32)
        which = codes[wide].astype(np.int64) - _WIDE
        first = ends.take(which)
        counts = ends.take(which + 1) - first
        sizes = np.ones(len(codes) + 1, np.int64)
        sizes[wide] = counts
        at = np.cumsum(sizes) - sizes
        tokens = np.repeat(codes, sizes[:-1])
        before = np.cumsum(counts) - counts
        step = np.arange(int(counts.sum()))
        places = np.repeat(at[wide] - before, counts) + step
        tokens[places] = held.take(np.repeat(first - before, counts) + step)
        return tokens, at[bounds]


_MIX, _MIX_HIGH = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
"""Odd numbers whose products spread pieces that differ in a few letters."""


def _pieces(text: bytes) -> tuple[Array, Array]:
    """Where the pieces of a text begin, and their sizes: runs of bytes that no token reaches
    beyond, nor any compound.  The text begins with a space and ends in bytes of no piece.

    A point, comma or colon is in a token between digits only, ``&`` between letters, an
    apostrophe between letters or digits.
    """
    kinds = np.frombuffer(text.translate(_KINDS), np.uint8)
    inside = (kinds & (_LETTER | _DIGIT | _HIGH)) > 0
    signs = np.flatnonzero((kinds & (_APOSTROPHE | _POINT | _AND)) > 0)
    beside = _BESIDE[kinds[signs]]
    inside[signs] = ((kinds[signs - 1] & beside) > 0) & ((kinds[signs + 1] & beside) > 0)
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    starts, ends = edges[0::2], edges[1::2]
    linked = _linked(text, kinds, starts, ends)
    if len(linked):
        starts, ends = _left(starts, linked + 1), _left(ends, linked)
    return starts, ends - starts


def _left(numbers: Array, out: Array) -> Array:
    """``numbers`` without those at the places ``out``."""
    kept = np.ones(len(numbers), np.bool_)
    kept[out] = False
    left: Array = numbers[kept]
    return left


_BESIDE = np.zeros(64, np.uint8)
_BESIDE[_APOSTROPHE] = _LETTER | _DIGIT | _HIGH
_BESIDE[_POINT] = _DIGIT | _HIGH
_BESIDE[_AND] = _LETTER | _HIGH


def _linked(text: bytes, kinds: Array, starts: Array, ends: Array) -> Array:
    """Which pieces to take for one with the next, for a hyphen between them.

    In a chain of three or more, such as the words of a URL, are no compounds; but a piece with
    other signs than apostrophes may be several words, whose chains are not seen here.
    """
    hyphens: Array = np.flatnonzero(np.frombuffer(text, np.uint8) == _HYPHEN)
    here: Array = starts.searchsorted(hyphens) - 1
    inner = (here >= 0) & (here < len(starts) - 1)
    here, hyphens = here[inner], hyphens[inner]
    here = here[(ends[here] == hyphens) & (starts[here + 1] == hyphens + 1)]
    if not len(here):
        return here
    begins = np.ones(len(here), np.bool_)
    begins[1:] = here[1:] - here[:-1] > 1
    sizes = np.diff(np.flatnonzero(begins), append=len(here))
    chained = np.repeat(sizes > 1, sizes)
    kept = ~chained
    links = here[chained]
    if len(links):
        odd = _odd(kinds, starts, ends, links) | _odd(kinds, starts, ends, links + 1)
        of = np.repeat(np.arange(len(sizes)), sizes)[chained]
        unclear = np.bincount(of[odd], minlength=len(sizes)) > 0
        kept[chained] = unclear[of]
    linked: Array = here[kept]
    return linked


def _odd(kinds: Array, starts: Array, ends: Array, which: Array) -> Array:
    """Whether each piece of ``which`` has other signs than apostrophes, or may have."""
    sizes = ends[which] - starts[which]
    after = np.cumsum(sizes)
    at = np.repeat(starts[which] - after + sizes, sizes) + np.arange(after[-1])
    strange = (kinds[at] & (_HIGH | _POINT | _AND)) > 0
    odd: Array = np.logical_or.reduceat(strange, after - sizes)
    return odd


class _Pieces(dict[bytes, int]):
    """The UTF-8 of a piece, in lower case where ASCII, to the number of its one token, or to
    ``_WIDE`` and its place among the wide: ``wide`` are the tokens of these, end to end, and
    ``wide_ends`` where those of each end, after a 0.

    Finding tokens, folding and numbering happen here, once for each distinct piece.
    """

    def __init__(self, vocabulary: list[str]) -> None:
        super().__init__()
        self.wide = array("I")
        self.wide_ends = array("q", [0])
        self._vocabulary = vocabulary
        self._words: dict[str, int] = {}

    def __missing__(self, piece: bytes) -> int:
        # Letters and digits of ASCII are one token, as they are: what most pieces consist of.
        is_plain = len(piece) <= _LONGEST and piece.isalnum()
        text = piece.decode()
        numbers = list(map(self._number, (text,) if is_plain else indexed(text)))
        if len(numbers) == 1:
            code = numbers[0]
        else:
            code = _WIDE + len(self.wide_ends) - 1
            self.wide.extend(numbers)
            self.wide_ends.append(len(self.wide))
        # Long pieces are addresses, which hardly come twice.
        if len(piece) <= 2 * _LONGEST:
            if len(self) >= _MOST_PIECES:
                self.clear()
            self[piece] = code
        return code

    def _number(self, surface: str) -> int:
        number = self._words.get(surface)
        if number is None:
            number = self._words[surface] = len(self._vocabulary)
            self._vocabulary.append(surface)
        return number
