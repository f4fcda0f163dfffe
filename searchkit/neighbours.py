"""Which of many texts may be copies of which: a join of their signatures.

Floor 2.  Sorting all signed shingles brings equal ones together.  Those that very many texts have
are form, and tell nothing; so the work grows as the texts do, whatever they are.  What is held at a
time is bounded: shingles come in pieces, a range of their values is sorted at once, and pairs are
made for a range of texts.
Invariant: the pairs depend on the set of texts alone, not on the order in which they came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from .tokens import Array

MOST_TEXTS = 64
"""Shingles of more texts are not looked at."""

PAIRS_A_TEXT = 60
"""Where shingles make more pairs than this for each text, still fewer texts may have them."""

_AT_ONCE = 1_000_000
"""Shingles that are sorted together: what is done with them takes 8 bytes each a few times over."""

_JOINED_AT_ONCE = 200_000
"""Pairs that are made at a time."""

_COUNTED_AT_ONCE = 1_000_000
"""Pairs that are held at a time, as numbers of 8 bytes."""

_SHINGLES = 1 << 32
_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)


class Texts(NamedTuple):
    """The texts to compare, by numbers below ``size``, which have ``shingles`` together.

    ``pieces`` gives all signed shingles in pieces, each time anew: shingles, the text that each is
    of, -1 for none.  ``held`` gives those of some texts, and of which of them each is.
    """

    size: int
    shingles: int
    pieces: Callable[[], Iterator[tuple[Array, Array]]]
    held: Callable[[Array], tuple[Array, Array]]


class Spread(NamedTuple):
    """In how many texts shingles are: there are ``times[n]`` that ``n`` texts have, up to
    ``MOST_TEXTS``; those that are not looked at, since too many have them, are ``frequent``."""

    times: Array
    frequent: Array


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


class Shared(NamedTuple):
    """The ``shingles`` that several texts have: of ``times`` texts each, the ``texts`` end to
    end."""

    shingles: Array
    texts: Array
    times: Array


def pairs(texts: Texts, least: float) -> tuple[Pairs, Spread]:
    """Pairs of texts that share at least ``least`` of the shorter one, each once, ascending; and
    in how many texts shingles are."""
    looked = np.zeros(texts.size, np.int64)
    spread = np.zeros(MOST_TEXTS + 1, np.int64)
    shared: list[Shared] = []
    frequent = [np.empty(0, np.uint32)]
    cuts = 1 + texts.shingles // _AT_ONCE
    for part in range(cuts):
        keys = keys_where(texts, _Range(part, cuts).places)
        runs, times = runs_of(keys)
        spread += np.bincount(times, minlength=MOST_TEXTS + 1)[: MOST_TEXTS + 1]
        looked += texts_of(keys[runs[times == 1]], texts.size)
        shared.append(shared_of(keys, times, MOST_TEXTS))
        frequent.append((keys[runs[times > MOST_TEXTS]] >> _HALF).astype(np.uint32))
        del keys
    most = most_texts(spread, texts.size)
    for one in shared:
        few = np.repeat(one.times <= most, one.times)
        looked += np.bincount(one.texts[few], minlength=texts.size)
        frequent.append(one.shingles[one.times > most])
    found = near(shared, most, looked, least)
    return found, Spread(spread, np.sort(np.concatenate(frequent)))


class _Range:
    """One of ``cuts`` ranges of shingles."""

    def __init__(self, part: int, cuts: int) -> None:
        self._first = np.uint32(part * _SHINGLES // cuts)
        self._last = np.uint32((part + 1) * _SHINGLES // cuts - 1)

    def places(self, shingles: Array) -> Array:
        """Where in ``shingles`` one of the range stands."""
        return np.flatnonzero((shingles >= self._first) & (shingles <= self._last))


def most_texts(spread: Array, count: int) -> int:
    """How many of ``count`` texts a shingle may be in that is looked at, where ``spread[n]``
    shingles are in ``n`` texts."""
    sizes = np.arange(MOST_TEXTS + 1)
    made = np.cumsum(spread * (sizes * (sizes - 1) // 2))
    return int(np.searchsorted(made, PAIRS_A_TEXT * max(count, 1), "right")) - 1


def keys_where(texts: Texts, chosen: Callable[[Array], Array]) -> Array:
    """``shingle, text`` as one number each, sorted, of the shingles at the places that ``chosen``
    says of each piece."""
    parts = [np.empty(0, np.uint64)]
    for shingles, of in texts.pieces():
        places = chosen(shingles)
        owners = of[places]
        if len(owners) and owners.min() < 0:
            places, owners = places[owners >= 0], owners[owners >= 0]
        keys: Array = shingles[places].astype(np.uint64)
        keys <<= _HALF
        keys |= owners.astype(np.uint64)
        parts.append(keys)
    keys = np.concatenate(parts)
    keys.sort()
    return keys


def runs_of(keys: Array) -> tuple[Array, Array]:
    """Where a shingle begins that differs from the one before, and how many texts have it."""
    new = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:] >> _HALF, keys[:-1] >> _HALF, out=new[1:])
    runs = np.flatnonzero(new)
    return runs, np.diff(runs, append=len(keys))


def texts_of(keys: Array, count: int) -> Array:
    """How many of ``keys`` are of each of ``count`` texts."""
    return np.bincount((keys & _LOW).astype(np.int64), minlength=count)


def shared_of(keys: Array, times: Array, most: int) -> Shared:
    """The shingles among ``keys``, as ``runs_of`` tells their ``times``, of two to ``most``
    texts."""
    some = (times > 1) & (times <= most)
    held = keys[np.repeat(some, times)]
    times = times[some]
    shingles = held[np.cumsum(times) - times] >> _HALF
    return Shared(shingles.astype(np.uint32), held.astype(np.uint32), times.astype(np.uint8))


def near(
    shared: Sequence[Shared], most: int, looked: Array, least: float, among: Array | None = None
) -> Pairs:
    """The pairs that ``shared`` shingles make which ``most`` texts have at most, where they are
    at least ``least`` of those ``looked`` at of the shorter text; only such with a text ``among``
    those marked, where that is given."""
    sizes = np.concatenate([one.times for one in shared]).astype(np.int64)
    made = int((sizes * (sizes - 1) // 2)[sizes <= most].sum())
    blocks = 1 + made // _COUNTED_AT_ONCE
    width = len(looked) // blocks + 1
    found: list[Pairs] = []
    for low in range(0, max(len(looked), 1), width):
        joined = [part for one in shared for part in _joined(one, most, (low, low + width), among)]
        numbers = np.concatenate([_NONE, *joined])
        del joined
        found += _alike(numbers, looked, least)
    return Pairs(*map(np.concatenate, zip(*found, strict=True)))


_NONE = np.empty(0, np.uint64)


def _alike(numbers: Array, looked: Array, least: float) -> Iterator[Pairs]:
    """The pairs among ``numbers``, which are used up, that share enough."""
    every, times = _counted(numbers)
    for start in range(0, max(len(every), 1), _JOINED_AT_ONCE):
        found, shared = (part[start : start + _JOINED_AT_ONCE] for part in (every, times))
        first, second = (found >> _HALF).astype(np.int64), (found & _LOW).astype(np.int64)
        sides = looked[first], looked[second]
        shares = Pairs(first, second, shared / np.minimum(*sides), shared / np.maximum(*sides))
        yield shares.where(shares.shorter >= least)


def _joined(
    shared: Shared, most: int, block: tuple[int, int], among: Array | None
) -> Iterator[Array]:
    """For each shingle that two to ``most`` texts have, each pair of them, as one number, whose
    lower text lies in ``block``."""
    ends = np.cumsum(shared.times, dtype=np.int64)
    for count in range(2, most + 1):
        starts = ends[shared.times == count] - count
        if not len(starts):
            continue
        low, high = np.triu_indices(count, 1)
        step = max(1, _JOINED_AT_ONCE // len(low))
        for part in range(0, len(starts), step):
            of = shared.texts[starts[part : part + step, None] + np.arange(count)]
            first, second = of[:, low].ravel(), of[:, high].ravel()
            chosen = (first >= block[0]) & (first < block[1])
            if among is not None:
                chosen &= among[first] | among[second]
            yield first[chosen].astype(np.uint64) << _HALF | second[chosen]


def _counted(numbers: Array) -> tuple[Array, Array]:
    """The ``numbers``, which are used up, each once, ascending, and how often each stood there."""
    numbers.sort()
    new = np.ones(len(numbers), np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=new[1:])
    first = np.flatnonzero(new)
    return numbers[first], np.diff(first, append=len(numbers))


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
