"""Runs of words as numbers, and the few of them by which texts that share many are found.

Floor 1.  A word's number is the same in every process, so articles signed anywhere can be
compared.  Invariant: a shingle in the signature of one text is in that of every other text which
has it, and is signed at all.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from .tokens import Array

WIDTH = 5
"""Words of a shingle."""

LEAST_WORDS = 25
"""Texts of fewer words are not compared with others: too much of them is form."""

SHORT_WORDS = 80
"""Texts of fewer words are compared together with their headlines."""

SAMPLING = 8
"""One shingle of so many is signed: those whose number this divides."""

HEAD_BYTES = 16
"""A signature begins with two numbers of 8 bytes, which equal texts and equal headlines share."""

_MIX, _SPREAD = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_TURN, _HALF = np.uint64(29), np.uint64(32)
_FIRST_ROOM = 1 << 12


class Signer:
    """Signs the articles whose tokens are numbers of one growing ``vocabulary``."""

    def __init__(self, vocabulary: list[str]) -> None:
        self._vocabulary = vocabulary
        self._known = 0
        self._room = np.zeros(_FIRST_ROOM, np.uint64)

    def hashes(self) -> Array:
        """A number of 32 bits for each word of the vocabulary."""
        new = self._vocabulary[self._known :]
        if new:
            before, self._known = self._known, len(self._vocabulary)
            if self._known > len(self._room):
                larger = np.zeros(2 * self._known, np.uint64)
                larger[:before] = self._room[:before]
                self._room = larger
            self._room[before : self._known] = [zlib.crc32(word.encode()) for word in new]
        return self._room[: self._known]

    def signatures(self, tokens: Array, lengths: Array, title: int, body: int) -> list[bytes]:
        """The signature of each article: ``tokens`` are those of all their texts, end to end,
        ``lengths[a]`` of each text of article ``a``; ``title`` and ``body`` say which they are.

        A signature is the number of the whole body (with its headline where it is short), that of
        the headline, and some shingles of the body, ascending, each as 4 bytes.  Texts too short
        to be compared have zeros, and nothing.
        """
        starts = np.cumsum(lengths).reshape(lengths.shape) - lengths
        values, sizes = self.hashes()[tokens], lengths[:, body]
        sums = _sums(values, lengths.ravel()).reshape(lengths.shape)
        whole, headlines = sums[:, body], sums[:, title]
        whole += np.where(sizes < SHORT_WORDS, headlines * _SPREAD, np.uint64(0))
        signed = sizes >= LEAST_WORDS
        # 0 is left for texts that are not compared.
        pairs = np.stack([whole | np.uint64(1), headlines], axis=1) * signed[:, None]
        bounds, held = shingled(values, starts[:, body], np.where(signed, sizes, 0), SAMPLING)
        numbers, data = pairs.astype("<u8").tobytes(), held.astype("<u4").tobytes()
        return [
            numbers[HEAD_BYTES * n : HEAD_BYTES * (n + 1)] + data[4 * start : 4 * end]
            for n, (start, end) in enumerate(pairwise(bounds.tolist()))
        ]


def shingled(values: Array, starts: Array, sizes: Array, sampling: int = 1) -> tuple[Array, Array]:
    """The shingles of some texts, ``values[s : s + n]`` for each of ``starts``, which ascend, and
    ``sizes``: where those of each text begin (and the last end), and all, as 32 bits, each once a
    text, ascending in it.  With ``sampling``, a power of two, only those that it divides."""
    mixed = _mixed(values)
    places: Array = np.arange(len(mixed))
    if sampling > 1:
        places = np.flatnonzero((mixed & np.uint64(sampling - 1)) == 0)
    # Runs were mixed wherever they begin: those that lie in no text, or in two, are none.
    owners = starts.searchsorted(places, "right") - 1
    within = places <= (starts + sizes.astype(np.int64) - WIDTH)[owners]
    within &= owners >= 0
    keys = owners[within].astype(np.uint64) << _HALF | mixed[places[within]]
    keys.sort()
    if len(keys):
        keys = keys[np.append(True, keys[1:] != keys[:-1])]
    bounds = np.searchsorted(keys, np.arange(len(starts) + 1, dtype=np.uint64) << _HALF)
    return bounds, keys.astype(np.uint32)


def _mixed(values: Array) -> Array:
    """A number of 32 bits for each run of ``WIDTH`` words, wherever it begins."""
    count = max(len(values) - WIDTH + 1, 0)
    mixed = np.zeros(count, np.uint64)
    turned = np.empty(count, np.uint64)
    for step in range(WIDTH):
        mixed *= _MIX
        mixed += values[step : step + count]
        np.right_shift(mixed, _TURN, out=turned)
        mixed ^= turned
    mixed *= _SPREAD
    mixed >>= _HALF
    return mixed


def _sums(values: Array, sizes: Array) -> Array:
    """A number for each of some texts, which lie end to end, that depends on its words and their
    order."""
    ends = np.cumsum(sizes, dtype=np.int64)
    mixed = np.arange(len(values)) - np.repeat(ends - sizes, sizes)
    mixed = mixed.view(np.uint64)
    mixed *= _SPREAD
    mixed += values
    mixed *= _MIX
    mixed ^= mixed >> _TURN
    mixed *= _SPREAD
    mixed ^= mixed >> _HALF
    sums = np.zeros(len(values) + 1, np.uint64)
    np.cumsum(mixed, out=sums[1:])
    whole: Array = sums[ends] - sums[ends - sizes]
    return whole


class Signatures(NamedTuple):
    """Many signatures as arrays: the numbers of ``texts`` and ``headlines``, the ``shingles`` of
    all end to end, and how many each has."""

    texts: Array
    headlines: Array
    shingles: Array
    sizes: Array


def signatures_of(signed: Sequence[bytes]) -> Signatures:
    """``signed``, as ``Signer`` makes them, as arrays."""
    sizes = np.fromiter(map(len, signed), np.int64, len(signed))
    heads = np.frombuffer(b"".join([one[:HEAD_BYTES] for one in signed]), "<u8").reshape(-1, 2)
    shingles = np.frombuffer(b"".join([one[HEAD_BYTES:] for one in signed]), "<u4")
    return Signatures(heads[:, 0], heads[:, 1], shingles, (sizes - HEAD_BYTES) // 4)
