"""What a query text may ask for: the count of what it has asked for so far.

Floor 2.  Numbers come from ``settings.QueryLimits``; every limit that is passed is one
fatal diagnostic of kind ``limit-...``.  Invariant: each limit is reported once, where it
is first passed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..errors import Diagnostic
from ..settings import QueryLimits
from .remarks import diagnose, quoted

DEEPEST = 64
"""Brackets are never read deeper than this, however far the library raises its limit: those who
walk the tree do so by recursion."""


def too_long(text: str, limits: QueryLimits) -> Diagnostic | None:
    """The remark on a text with too many characters; looked at before anything else is."""
    if len(text) <= limits.characters:
        return None
    return diagnose(
        "limit-characters", limits.characters, len(text), count=len(text), limit=limits.characters
    )


class Tally:
    """Counts what one query uses up, and adds to ``remarks`` where that is too much; ``too_deep``
    where brackets were, so that nothing after them was read."""

    def __init__(self, limits: QueryLimits, remarks: list[Diagnostic]) -> None:
        self.limits = limits
        self.remarks = remarks
        self.too_deep = False
        self._used: Counter[str] = Counter()
        self._most = {
            "limit-terms": limits.terms,
            "limit-prefixes": limits.prefixes,
            "limit-fuzzies": limits.fuzzies,
            "limit-ranges": limits.ranges,
        }

    @property
    def terms(self) -> int:
        """Words counted so far."""
        return self._used["limit-terms"]

    def use(self, kind: str, start: int, end: int, amount: int = 1) -> None:
        """Count ``amount`` more of what ``kind`` limits."""
        within = self._used[kind] <= self._most[kind]
        self._used[kind] += amount
        if within and self._used[kind] > self._most[kind]:
            self.remarks.append(diagnose(kind, start, end, limit=self._most[kind]))

    def fits(self, kind: str, amount: int, fragment: str, start: int) -> bool:
        """Whether one word, wildcard or window keeps its own limit; a remark where it does not."""
        least = kind == "limit-prefix-letters"
        limit = getattr(self.limits, _LIMIT_OF[kind])
        if amount >= limit if least else amount <= limit:
            return True
        end = start + len(fragment)
        self.remarks.append(diagnose(kind, start, end, fragment=quoted(fragment), limit=limit))
        return False

    def fits_all(self, names: Sequence[str], start: int) -> bool:
        """Whether each of ``names`` is short enough to be looked up."""
        return all(self.fits("limit-word", len(name), name, start) for name in names)

    def deep(self, depth: int, start: int) -> bool:
        """Whether brackets ``depth`` deep are too deep; a remark where they are."""
        limit = min(self.limits.depth, DEEPEST)
        if depth <= limit:
            return False
        self.too_deep = True
        self.remarks.append(diagnose("limit-depth", start, start + 1, limit=limit))
        return True


_LIMIT_OF = {
    "limit-word": "word",
    "limit-prefix-letters": "prefix_letters",
    "limit-edits": "edits",
    "limit-slop": "slop",
}
