"""What the periods are called by which every engine counts time.

Floor 3.  The kinds are those of ``fields.PERIODS``.  Invariant: periods of one kind sort by their
names as they lie in time, and ``UNDATED`` after them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

UNDATED = "undated"

NAMED: Mapping[str, Callable[[date], str]] = {
    "year": lambda day: day.isoformat()[:4],
    "month": lambda day: day.isoformat()[:7],
    "week": lambda day: (day - timedelta(days=day.weekday())).isoformat(),
    "day": date.isoformat,
}
"""What the period of each kind is called that a day lies in."""
