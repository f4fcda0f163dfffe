"""Which of many texts may be copies of which: a join of their signatures.

Floor 2.  Sorting all signed shingles brings equal ones together.  Those that very many texts have
are form, and tell nothing; so the work grows as the texts do, whatever they are.  Invariant: the
pairs depend on the set of texts alone, not on the order in which they came.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .tokens import Array

MOST_TEXTS = 64
"""Shingles of more texts are not looked at."""

PAIRS_A_TEXT = 60
"""Where shingles make more pairs than this for each text, still fewer texts may have them."""

_AT_ONCE = 2_000_000
"""Shingles that are sorted together: what is done with them takes 8 bytes each a few times over."""

_JOINED_AT_ONCE = 200_000
"""Pairs that are made at a time."""

_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)


class Pairs(NamedTuple):
    """Pairs of texts, the ``first`` of a lower number than the ``second``, and the shares of the
    signed shingles of the one with fewer and of the one with more that both have, as far as
    shingles were looked at."""

    first: Array
    second: Array
    shorter: Array
    longer: Array

    def where(self, chosen: Array) -> Pairs:
        """The ``chosen`` of them."""
        return Pairs(*(column[chosen] for column in self))


def pairs(shingles: Array, sizes: Array, least: float) -> Pairs:
    """Pairs of texts that share at least ``least`` of the shorter one, each once, ascending.

    ``shingles`` are the signed ones of all texts, end to end, ``sizes[t]`` of the text ``t``.
    """
    count = len(sizes)
    owners = np.repeat(np.arange(count, dtype=np.uint32), sizes)
    alone = np.zeros(count, np.int64)
    parts: list[Array] = []
    cuts = 1 + len(shingles) // _AT_ONCE
    for part in range(cuts):
        keys = _keys(shingles, owners, part, cuts)
        runs = _runs(keys)
        times = np.diff(runs, append=len(keys))
        alone += np.bincount((keys[runs[times == 1]] & _LOW).astype(np.int64), minlength=count)
        some = np.repeat((times > 1) & (times <= MOST_TEXTS), times)
        parts.append(keys[some])
    del owners
    keys = np.concatenate(parts)
    del parts
    runs = _runs(keys)
    times = np.diff(runs, append=len(keys))
    most = _most(times, count)
    held = keys.astype(np.uint32)
    del keys
    looked = alone + np.bincount(held[np.repeat(times <= most, times)], minlength=count)
    found, shared = _counted(_joined(held, runs, times, most))
    first, second = (found >> _HALF).astype(np.int64), (found & _LOW).astype(np.int64)
    sides = looked[first], looked[second]
    shares = Pairs(first, second, shared / np.minimum(*sides), shared / np.maximum(*sides))
    return shares.where(shares.shorter >= least)


def components(first: Array, second: Array, count: int) -> Array:
    """A label for each of ``count`` numbers: the lowest that it is joined with, over however many
    of the pairs ``first[i], second[i]``."""
    labels: Array = np.arange(count)
    while True:
        before = labels.copy()
        lower = np.minimum(labels[first], labels[second])
        np.minimum.at(labels, labels[first], lower)
        np.minimum.at(labels, labels[second], lower)
        labels = labels.take(labels)
        if np.array_equal(labels, before):
            return labels


def _keys(shingles: Array, owners: Array, part: int, cuts: int) -> Array:
    """``shingle, text`` as one number each, sorted, of one of ``cuts`` ranges of shingles."""
    if cuts > 1:
        width = (1 << 32) // cuts + 1
        chosen = shingles // np.uint32(width) == part
        shingles, owners = shingles[chosen], owners[chosen]
    keys: Array = shingles.astype(np.uint64)
    keys <<= _HALF
    keys |= owners
    keys.sort()
    return keys


def _runs(keys: Array) -> Array:
    """Where a shingle begins that differs from the one before."""
    new = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:] >> _HALF, keys[:-1] >> _HALF, out=new[1:])
    return np.flatnonzero(new)


def _most(times: Array, texts: int) -> int:
    """How many texts a shingle may be in that is looked at."""
    of_size = np.bincount(times, minlength=MOST_TEXTS + 1)
    sizes = np.arange(MOST_TEXTS + 1)
    made = np.cumsum(of_size * (sizes * (sizes - 1) // 2))
    return int(np.searchsorted(made, PAIRS_A_TEXT * max(texts, 1), "right")) - 1


def _joined(owners: Array, runs: Array, times: Array, most: int) -> Array:
    """For each shingle that two to ``most`` texts have, each pair of them, as one number."""
    few = times[times <= most]
    made = np.empty(int((few * (few - 1) // 2).sum()), np.uint64)
    at = 0
    for count in range(2, most + 1):
        starts = runs[times == count]
        low, high = np.triu_indices(count, 1)
        step = max(1, _JOINED_AT_ONCE // len(low))
        for part in range(0, len(starts), step):
            of = owners[starts[part : part + step, None] + np.arange(count)].astype(np.uint64)
            joined = (of[:, low] << _HALF | of[:, high]).ravel()
            made[at : at + len(joined)] = joined
            at += len(joined)
    return made


def _counted(numbers: Array) -> tuple[Array, Array]:
    """The ``numbers``, which are used up, each once, ascending, and how often each stood there."""
    numbers.sort()
    new = np.ones(len(numbers), np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=new[1:])
    first = np.flatnonzero(new)
    return numbers[first], np.diff(first, append=len(numbers))
