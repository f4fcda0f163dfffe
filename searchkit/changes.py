"""Which pairs of texts may be copies, where a few texts have changed since all were joined.

Floor 2.  A text that comes or goes changes how many texts have each of its shingles.  Where one of
them begins or ceases to be looked at, what its other texts share changes too; no others do.
Invariant: the pairs outside of what is returned are those of a join of all texts before, and those
returned the rest of a join of all texts now.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .neighbours import (
    MOST_TEXTS,
    Pairs,
    Spread,
    Texts,
    keys_where,
    most_texts,
    near,
    runs_of,
    shared_of,
)
from .tokens import Array

_TEXTS_AT_ONCE = 20_000
_MOST_CHANGED = 0.2
"""Where a larger share of the texts is concerned, joining all takes no longer."""

_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)


class Change(NamedTuple):
    """What is other than before: the numbers of texts that ``came`` and of those ``touched``
    otherwise, the shingles of those that are ``gone``, end to end; and how many texts there were
    ``before``, over which shingles were ``spread``."""

    came: Array
    touched: Array
    gone: Array
    before: int
    spread: Spread


class Concerned(NamedTuple):
    """The texts that a change concerns, as a mark for each text, all ``pairs`` that have one of
    them, and how shingles are spread now."""

    texts: Array
    pairs: Pairs
    spread: Spread


def concerned(texts: Texts, change: Change, least: float) -> Concerned | None:
    """What ``change`` concerns among ``texts``, which are those there are now; ``None`` where that
    is so much, or so few shingles are looked at now, or so many more, that all have to be joined
    once more."""
    most = most_texts(change.spread.times, change.before)
    came, _ = texts.held(change.came)
    values = _distinct(np.append(came, change.gone))
    keys = keys_where(texts, _Among(values).places)
    shingles = (keys >> _HALF).astype(np.uint32)
    now = shingles.searchsorted(values, "right") - shingles.searchsorted(values)
    before = now - _times(values, came) + _times(values, change.gone)
    times = change.spread.times - _spread(before) + _spread(now)
    if (before < 0).any() or (times < 0).any() or most_texts(times, texts.size) != most:
        return None
    marked = np.zeros(texts.size, np.bool_)
    marked[change.came] = marked[change.touched] = True
    turned = (before <= most) != (now <= most)
    frequent = np.setxor1d(change.spread.frequent, values[turned], assume_unique=True)
    others = keys[turned[values.searchsorted(shingles)]] & _LOW
    marked[others.astype(np.int64)] = True
    if np.count_nonzero(marked) > _MOST_CHANGED * texts.size:
        return None
    pairs = _pairs(texts, marked, (most, frequent), least)
    return Concerned(marked, pairs, Spread(times, frequent))


def _pairs(texts: Texts, marked: Array, looked_at: tuple[int, Array], least: float) -> Pairs:
    """The pairs that have one of the texts ``marked``; shingles are ``looked_at`` that so many
    texts have at most, which is all but these."""
    most, frequent = looked_at
    own, _ = texts.held(np.flatnonzero(marked))
    keys = keys_where(texts, _Among(_distinct(own)).places)
    _, times = runs_of(keys)
    shared = shared_of(keys, times, most)
    del keys
    # Those marked that share nothing make no pairs.
    members = np.flatnonzero(np.bincount(shared.texts, minlength=texts.size))
    looked = np.zeros(texts.size, np.int64)
    among = _Among(frequent)
    for start in range(0, len(members), _TEXTS_AT_ONCE):
        held, of = texts.held(members[start : start + _TEXTS_AT_ONCE])
        looked += np.bincount(of, minlength=texts.size)
        looked -= np.bincount(of[among.places(held)], minlength=texts.size)
    return near([shared], most, looked, least, marked)


def _distinct(values: Array) -> Array:
    """The ``values``, each once, ascending."""
    values = np.sort(values)
    new = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=new[1:])
    distinct: Array = values[new]
    return distinct


def _times(values: Array, held: Array) -> Array:
    """How often each of ``values``, which ascend, is ``held``; there are no others."""
    return np.bincount(values.searchsorted(held), minlength=len(values))


def _spread(times: Array) -> Array:
    """How many shingles 1 ... ``MOST_TEXTS`` texts have, as ``Spread`` tells it."""
    few = times[(times > 0) & (times <= MOST_TEXTS)]
    return np.bincount(few, minlength=MOST_TEXTS + 1)


class _Among:
    """Finds some shingles, ``values``, which ascend, among many: first by their leading bits, in
    a table, where most of the others fail."""

    def __init__(self, values: Array) -> None:
        self._values = values
        bits = min(max(16, len(values).bit_length() + 4), 24)
        self._shift = np.uint32(32 - bits)
        self._table = np.zeros(1 << bits, np.bool_)
        self._table[values >> self._shift] = True

    def places(self, shingles: Array) -> Array:
        """Where in ``shingles`` one of the values stands."""
        places = np.flatnonzero(self._table.take(shingles >> self._shift))
        if not len(places) or not len(self._values):
            return places[:0]
        held = shingles[places]
        same = self._values.take(self._values.searchsorted(held), mode="clip") == held
        found: Array = places[same]
        return found
