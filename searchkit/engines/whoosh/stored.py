"""What is kept of an article beside its words, as columns: when it was published.

Floor 4.  Invariant: an article that has been prepared can be stored; nothing in it can fail any
more.
"""

from __future__ import annotations

from datetime import date

import numpy as np

WHEN = np.dtype([("first", "<i4"), ("last", "<i4"), ("second", "<i8")])
"""First and last day as proleptic Gregorian ordinals (0: undated), first second since 1970."""


def period(first: int, last: int, letters: int) -> str:
    """The ISO date cut to ``letters`` that both ordinals agree on, or an empty string."""
    value = date.fromordinal(first).isoformat()[:letters]
    return value if first == last or value == date.fromordinal(last).isoformat()[:letters] else ""
