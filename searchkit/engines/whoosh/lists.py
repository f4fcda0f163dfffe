"""Lists of what words match, kept for the next query that has the same word.

Floor 4.  A list costs reading the postings of every field; a query with it then costs a look-up.
A list that queries can do without is made when doing without has cost as much.  The ones used
longest ago go first.  Invariant: the lists kept are never more than ``MOST``, nor take more than
``limit`` bytes, whichever thread asks, and none of them is ever written to.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

from .sets import Matches

LIMIT = 64 << 20
"""Bytes kept for one open generation."""

MOST = 10_000
"""So many lists are kept: those of words that nothing has take no bytes, and there is no end of
such words."""

_BYTES = 12
"""Of one match: document and score."""

_SHARE = 8
"""One list takes at most such a part of the limit, so that none drives out all the others."""

_REMEMBERED = 10_000
"""For so many keys it is remembered what was spent on them."""


class Lists:
    """Matches by key, up to ``limit`` bytes of them."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.limit = limit
        self.longest = limit // (_SHARE * _BYTES)
        self.size = 0
        self._lists: OrderedDict[Hashable, Matches] = OrderedDict()
        self._spent: dict[Hashable, int] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._lists)

    def get(self, key: Hashable) -> Matches | None:
        """What was kept under ``key``, if it still is."""
        with self._lock:
            known = self._lists.get(key)
            if known is not None:
                self._lists.move_to_end(key)
            return known

    def spend(self, key: Hashable, cost: int) -> int:
        """Add ``cost`` to what was done without the list ``key`` since it was last kept, as far as
        that is remembered; the sum."""
        with self._lock:
            if len(self._spent) >= _REMEMBERED:
                self._spent.clear()
            spent = self._spent[key] = self._spent.get(key, 0) + cost
            return spent

    def keep(self, key: Hashable, matches: Matches) -> None:
        """Keep ``matches``, unless there are more than ``longest`` of them."""
        if len(matches.documents) > self.longest:
            return
        for column in matches:
            column.setflags(write=False)
        with self._lock:
            replaced = self._lists.pop(key, None)
            self.size += _bytes(matches) - (0 if replaced is None else _bytes(replaced))
            self._lists[key] = matches
            self._spent.pop(key, None)
            while self.size > self.limit or len(self._lists) > MOST:
                self.size -= _bytes(self._lists.popitem(last=False)[1])


def _bytes(matches: Matches) -> int:
    return matches.documents.nbytes + matches.scores.nbytes
