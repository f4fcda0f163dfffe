"""Inverting a text field: from tokens in the order of their documents to postings by term.

Floor 4.  One number holds a token whole, ``term, document, position`` from the highest bits to
the lowest, so that sorting numbers is all there is to do.  It is done for a range of terms at a
time, in two threads: numpy sorts without the interpreter's lock.
Invariant: what comes out is sorted by term, then document, then position.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from .columns import Array, narrow, offsets

_THREADS = 2
_AT_ONCE = 1_000_000
"""Tokens of a range of terms: what is done with them takes 8 bytes each a few times over."""

_STRETCH = 1 << 16
"""Tokens whose numbers are made at a time: few enough to stay in a core's cache."""


class Postings(NamedTuple):
    """``sizes[t]`` postings of the term ``t``: their documents and frequencies, in order, and
    the positions, ``frequency`` of them for each posting, or ``None``."""

    sizes: Array
    documents: Array
    frequencies: Array
    positions: Array | None


def invert_text(terms: Array, lengths: Array, count: int, beside: Array | None = None) -> Postings:
    """The postings of tokens: ``terms`` (numbers below ``count``) in the order of documents and
    positions, ``lengths[d]`` of them in document ``d``.  Each stands one position after the one
    before it, but where ``beside`` is true at the same.

    A number takes the bits of the largest term, document and position together, which must be
    no more than 64.
    """
    places, documents = _bits(int(lengths.max(initial=0))), _bits(len(lengths))
    if _bits(count) + documents + places > _WORD:
        raise OverflowError("too many terms, documents and positions for one segment")
    numbers = _numbers(terms, lengths, (documents, places), beside)
    ranges = _ranged(numbers, np.bincount(terms, minlength=count))

    def inverted(low: int, high: int, keys: Array) -> Postings:
        keys.sort()
        positions = narrow(keys & _mask(places))
        keys >>= np.uint64(places)
        first = _changes(keys)
        frequencies = narrow(np.diff(first, append=len(keys)))
        return Postings(*_split(keys[first], documents, low, high), frequencies, positions)

    parts = _map(inverted, ranges)
    ranges.clear()  # the largest array there is is no longer needed
    return _joined(parts)


def regroup(postings: Postings, groups: Array, count: int) -> Postings:
    """The postings, without positions, of groups of terms: term ``t`` is of ``groups[t]``, a
    number below ``count``, and frequencies of one group in one document are added up."""
    documents = _bits(int(postings.documents.max(initial=0)) + 1)
    times = _bits(int(postings.frequencies.max(initial=0)) + 1)
    if _bits(count) + documents + times > _WORD:
        raise OverflowError("too many terms, documents and positions for one segment")
    held = np.repeat(groups.astype(np.uint32), postings.sizes)

    def numbers() -> Iterator[tuple[Array, Array]]:
        for begin in range(0, len(held), _STRETCH):
            here = slice(begin, begin + _STRETCH)
            part = held[here].astype(np.uint64)
            for column, bits in ((postings.documents, documents), (postings.frequencies, times)):
                part <<= np.uint64(bits)
                part |= column[here].astype(np.uint64)
            yield part, held[here]

    def regrouped(low: int, high: int, keys: Array) -> Postings:
        keys.sort()
        single = keys & _mask(times)
        keys >>= np.uint64(times)
        first = _changes(keys)
        summed = np.add.reduceat(single, first) if len(first) else single
        frequencies = narrow(summed)
        return Postings(*_split(keys[first], documents, low, high), frequencies, None)

    sizes = np.bincount(groups, postings.sizes, count).astype(np.int64)
    return _joined(_map(regrouped, _ranged(numbers(), sizes)))


_WORD = 64
_Range = tuple[int, int, Array]
"""The first of some terms, the first beyond them, and the numbers of their tokens."""


def _bits(count: int) -> int:
    """Bits that hold every number below ``count``."""
    return max(count - 1, 0).bit_length()


def _mask(bits: int) -> np.uint64:
    mask: np.uint64 = np.uint64((1 << bits) - 1)
    return mask


def _numbers(
    terms: Array, lengths: Array, bits: tuple[int, int], beside: Array | None
) -> Iterator[tuple[Array, Array]]:
    """Every token as one number, and its term, a stretch at a time; ``bits`` are those of documents
    and places."""
    documents, places = bits
    starts = offsets(lengths)
    cuts = np.searchsorted(starts, np.arange(0, len(terms), _STRETCH), "right") - 1
    bounds = [*dict.fromkeys(cuts.tolist()), len(lengths)]
    for first, last in pairwise(bounds):
        begin, end = int(starts[first]), int(starts[last])
        part = terms[begin:end].astype(np.uint64)
        part <<= np.uint64(documents + places)
        # Document d begins at starts[d]: its first token is (d << places) + 0.
        base = (np.arange(first, last) << places) - starts[first:last]
        at = np.arange(begin, end)
        if beside is not None:
            before = np.zeros(end - begin + 1, np.int64)
            np.cumsum(beside[begin:end], out=before[1:])
            at -= before[1:]
            base += before[starts[first:last] - begin]
        part += (np.repeat(base, lengths[first:last]) + at).astype(np.uint64)
        yield part, terms[begin:end]


def _ranged(numbers: Iterator[tuple[Array, Array]], sizes: Array) -> list[_Range]:
    """Ranges of terms with about ``_AT_ONCE`` of the tokens each, together all of them: the
    ``numbers`` of each, in no order.  ``sizes[t]`` of them are of the term ``t``."""
    ends = offsets(sizes)
    cuts = np.searchsorted(ends[1:], np.arange(_AT_ONCE, ends[-1], _AT_ONCE)) + 1
    bounds = [0, *sorted({*cuts.tolist(), len(sizes)})]
    ranged = np.empty(ends[-1], np.uint64)
    held = [ranged[ends[low] : ends[high]] for low, high in pairwise(bounds)]
    of = narrow(np.repeat(np.arange(len(held)), np.diff(bounds)))
    filled = [0] * len(held)
    for part, terms in numbers:
        mine = of[terms]
        # Of numbers as small as these it is done in one pass.
        part = part[np.argsort(mine, kind="stable")]
        start = 0
        for number, count in enumerate(np.bincount(mine, minlength=len(held)).tolist()):
            at = filled[number]
            held[number][at : at + count] = part[start : start + count]
            filled[number], start = at + count, start + count
    return [(low, high, keys) for (low, high), keys in zip(pairwise(bounds), held, strict=True)]


def _map(work: Callable[[int, int, Array], Postings], ranges: list[_Range]) -> list[Postings]:
    """``work`` for each range, in their order; in threads where there are several."""
    if len(ranges) < _THREADS:
        return [work(*one) for one in ranges]
    with ThreadPoolExecutor(_THREADS) as threads:
        return list(threads.map(work, *zip(*ranges, strict=True)))


def _split(pairs: Array, documents: int, low: int, high: int) -> tuple[Array, Array]:
    """How many of ``pairs`` (``term, document``) each term from ``low`` to ``high`` has, and
    their documents."""
    sizes = np.bincount(
        (pairs >> np.uint64(documents)).astype(np.int64) - low, minlength=high - low
    )
    return sizes, (pairs & _mask(documents)).astype(np.int32)


def _changes(keys: Array) -> Array:
    """Where a value begins that differs from the one before."""
    new = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=new[1:])
    return np.flatnonzero(new)


def _joined(parts: list[Postings]) -> Postings:
    """The postings of consecutive ranges of terms."""
    positions = [part.positions for part in parts if part.positions is not None]
    return Postings(
        np.concatenate([part.sizes for part in parts]),
        np.concatenate([part.documents for part in parts]),
        np.concatenate([part.frequencies for part in parts]),
        np.concatenate(positions) if positions else None,
    )
