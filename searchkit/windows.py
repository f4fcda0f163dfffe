"""Where to cut a sentence that is too long to be shown: after clauses, else between words.

Floor 1: imports nothing of searchkit.  Invariant: a window lies within the bounds given and
holds its core.
"""

from __future__ import annotations

import re

_CLAUSE_END = re.compile(r"[,;:)]\s|\s[–—-]\s|[.!?…]['\"’”)]*\s")
_JOINTS = " ,;:–—-"  # what no window ends with where it is cut


def window(
    text: str, bounds: tuple[int, int], core: tuple[int, int], width: int
) -> tuple[int, int]:
    """About ``width`` characters around ``core`` within ``bounds``, on clause or word borders."""
    start, end = bounds
    first, last = core
    spare = max(0, width - (last - first))
    if first - start <= spare * 2 // 3:
        left = start
    else:
        left = _left_border(text, max(start, first - spare // 2), first)
    right = left + width
    if right >= end:
        return left, end
    return left, _right_border(text, max(last, left), max(right, last), end)


def _left_border(text: str, at: int, limit: int) -> int:
    """Where to begin, at or after ``at`` and not after ``limit``: a clause, else a word."""
    clause = _CLAUSE_END.search(text, at, limit)
    if clause and clause.end() - at <= (limit - at) * 0.7:
        return clause.end()
    while at < limit and not (text[at - 1 : at].isspace() and not text[at].isspace()):
        at += 1
    return at


def _right_border(text: str, low: int, at: int, end: int) -> int:
    """Where to stop, at or before ``at`` and not before ``low``: after a clause, else a word."""
    clauses = [m.start() + 1 for m in _CLAUSE_END.finditer(text, max(low, at - 50), at)]
    if clauses:
        return low + len(text[low : clauses[-1]].rstrip(_JOINTS))
    if at < end and not text[at].isspace():
        space = max(text.rfind(" ", low, at), low if text[low : low + 1].isspace() else -1)
        at = space if space >= low else at
    return low + len(text[low:at].rstrip(_JOINTS))
