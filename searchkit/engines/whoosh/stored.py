"""What is kept of an article beside its words, as columns: when it was published.

Floor 4.  Invariant: an article that has been prepared can be stored; nothing in it can fail any
more.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from ..periods import NAMED, UNDATED
from .columns import Array
from .faults import Unsound

WHEN = np.dtype([("first", "<i4"), ("last", "<i4"), ("second", "<i8")])
"""First and last day as proleptic Gregorian ordinals (0: undated), first second since 1970."""


_LAST_DAY = date.max.toordinal()


def periods(first: Array, last: Array, kind: str) -> tuple[Array, list[str]]:
    """A code for each document, by its first and last day, and what each code stands for: the
    period of ``kind`` in which both days lie, nothing where there is none; ``undated`` for day 0.

    A day is looked up in a table of all days up to the last; only those that occur are worked out.
    """
    largest = max(first.max(initial=0), last.max(initial=0))
    if min(first.min(initial=0), last.min(initial=0)) < 0 or largest > _LAST_DAY:
        raise Unsound("a document was published on a day that is none")
    occurs = np.zeros(largest + 1, np.bool_)
    occurs[first] = occurs[last] = True
    days = occurs.nonzero()[0]
    named = NAMED[kind]
    values = [named(date.fromordinal(day)) if day else UNDATED for day in days.tolist()]
    listed = sorted({"", *values})
    codes = {value: code for code, value in enumerate(listed)}
    table = np.zeros(largest + 1, np.min_scalar_type(len(listed)))
    table[days] = [codes[value] for value in values]
    begins, ends = table.take(first), table.take(last)
    # An empty text sorts first, so that its code is 0.
    return np.where(begins == ends, begins, begins.dtype.type(0)), listed
