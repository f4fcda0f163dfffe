"""The stretches of a text that best answer a query: which sentences, and where to cut them.

Floor 3, below ``snippets``.  Chooses among the sentences that hold highlights; a sentence
that is too long is cut at the borders of clauses, else of words.
Invariant: a fragment lies within the text, and all its spans lie within the fragment.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from .highlights import Span
from .ingest.boilerplate import is_contact_line, is_furniture
from .sentences import sentences

TOLERANCE = 1.15  # a whole sentence may be this much longer than asked for
_SHORT = 60  # characters; a shorter sentence takes its neighbour with it
_LINES = 60  # lines with matches that are looked at, so that work is bounded
_FIRST_SHARE = 0.6  # of the width, for the first fragment where others must complete it
_REPEATED = 0.25  # worth of a clause that an earlier fragment has already shown
_BULLET = re.compile(r"(?:[\s\-–—•*·>]|#+\s)+(?=[\w#])|(?:[\s•*·>]|#+\s)+")
_CLAUSE_END = re.compile(r"[,;:)]\s|\s[–—-]\s|[.!?…]['\"’”)]*\s")
_STOPS = (".", "!", "?", "…")
_CLOSERS = "'\"’”)]"
_ADDRESS = re.compile(r"https?://|\bwww\.", re.IGNORECASE)
_JOINTS = " ,;:–—-"  # what no fragment ends with where it is cut


class Fragment(NamedTuple):
    """A stretch of a field's text that could be shown; ``order`` counts them from the top."""

    start: int
    end: int
    spans: tuple[Span, ...]
    order: int
    cut_before: bool = False
    cut_after: bool = False


def choose(
    body: str, spans: Sequence[Span], weights: Sequence[float], most: int, width: int
) -> list[Fragment]:
    """At most ``most`` fragments, together about ``width`` characters: the best first, then, in
    reading order, those that add to it."""
    return _Choice(body, spans, weights).made(most, width)


def worth(clauses: frozenset[int], weights: Sequence[float]) -> float:
    """What finding ``clauses`` is worth, each once."""
    return sum([weights[clause] for clause in clauses])


def is_prose(text: str) -> bool:
    """Whether ``text`` ends like a sentence, unlike a heading or the line above a list."""
    return text.removesuffix("\n").rstrip(_CLOSERS).endswith(_STOPS)


def _is_service(text: str) -> bool:
    """Whether ``text`` tells whom to ring or where to click, and not what happened."""
    return _holds_address(text) or is_contact_line(text) or is_furniture(text)


def _holds_address(text: str) -> bool:
    # Most sentences have neither sign, which is seen sooner than the pattern finds out.
    signs = "://" in text or "www." in text.lower()
    return signs and _ADDRESS.search(text) is not None


class _Candidate:
    """A fragment with what it is judged by, all of it worked out once.

    ``merits`` are what counts beside the clauses covered: the very words, words side by side,
    whole prose sentences, and standing near the top, where news says what matters.
    """

    __slots__ = ("clauses", "fragment", "merits")

    def __init__(self, body: str, fragment: Fragment) -> None:
        spans = fragment.spans
        self.fragment = fragment
        self.clauses = _clauses(spans)
        beside = 0
        for a, b in pairwise(spans):
            beside += b.start - a.end <= 2 and a.clause != b.clause
        whole = fragment.cut_after or is_prose(body[fragment.start : fragment.end])
        self.merits = (
            0.15 * len({s.clause for s in spans if s.exact}),
            0.25 * beside,
            0.0 if whole else -0.5,
            -0.1 if fragment.cut_before or fragment.cut_after else 0.0,
            -min(0.2, 0.02 * fragment.order),
        )


class _Choice:
    """The choice among the sentences of one body that hold ``spans``."""

    def __init__(self, body: str, spans: Sequence[Span], weights: Sequence[float]) -> None:
        self._body = body
        self._spans = spans
        self._starts = [span.start for span in spans]
        self._ends = [span.end for span in spans]
        self._weights = weights
        self._services: dict[tuple[int, int], bool] = {}
        self._candidates = [_Candidate(body, fragment) for fragment in self._sentences()]

    def made(self, most: int, width: int) -> list[Fragment]:
        """See ``choose``."""
        candidates = self._candidates
        everything = frozenset().union(*[c.clauses for c in candidates])
        first = self._pick(candidates, frozenset(), width)
        if first is None:
            return []
        if most > 1 and not everything <= first.clauses:
            share = int(width * _FIRST_SHARE)
            first = self._pick(candidates, frozenset(), share) or first
        chosen = [first.fragment]
        seen = first.clauses
        room = width - (first.fragment.end - first.fragment.start)
        while len(chosen) < most and room >= _SHORT:
            others = [c for c in candidates if self._adds(c, chosen, seen, room)]
            following = self._pick(others, seen, room)
            if following is None:
                break
            fragment = following.fragment
            if self._is_service(fragment.start, fragment.end):
                break
            chosen.append(fragment)
            seen |= following.clauses
            room -= fragment.end - fragment.start
        return [chosen[0], *sorted(chosen[1:], key=lambda c: c.start)]

    def _adds(
        self, candidate: _Candidate, chosen: list[Fragment], seen: frozenset[int], room: int
    ) -> bool:
        """Whether a candidate may stand beside what was chosen.  One that adds no word is worth
        showing whole, not in pieces."""
        start, end = candidate.fragment.start, candidate.fragment.end
        if end - start > room and candidate.clauses <= seen:
            return False
        return all(end <= d.start or start >= d.end for d in chosen)

    def _is_service(self, start: int, end: int) -> bool:
        known = self._services.get((start, end))
        if known is None:
            known = self._services[start, end] = _is_service(self._body[start:end])
        return known

    def _sentences(self) -> Iterator[Fragment]:
        """The sentences that hold spans, from the top."""
        body, starts = self._body, self._starts
        at = order = 0
        for _ in range(_LINES):
            if at >= len(starts):
                break
            start = body.rfind("\n", 0, starts[at]) + 1
            end = body.find("\n", self._ends[at])
            end = len(body) if end < 0 else end
            for first, last, held in self._sentences_with(start, end, at):
                yield Fragment(first, last, held, order)
                order += 1
            at = bisect_left(starts, end, at)

    def _sentences_with(
        self, offset: int, stop: int, at: int
    ) -> Iterator[tuple[int, int, tuple[Span, ...]]]:
        """The sentences with spans of the line from ``offset`` to ``stop``, without list bullets;
        ``at`` is the number of the first span there."""
        line = self._body[offset:stop]
        bounds = sentences(line)
        for number, (first, last) in enumerate(bounds):
            start, end = offset + first, offset + last
            at = bisect_left(self._starts, start, at)
            after = bisect_right(self._ends, end, at)
            if after == at:
                continue
            bullet = _BULLET.match(line, first, last)
            if bullet and offset + bullet.end() <= self._starts[at]:
                start = offset + bullet.end()
            following = bounds[number + 1] if number + 1 < len(bounds) else None
            if following and end - start < _SHORT:
                upcoming = offset + following[0], offset + following[1]
                if not self._is_service(*upcoming):
                    end = upcoming[1]
                    after = bisect_right(self._ends, end, after)
            yield start, end, tuple(self._spans[at:after])

    def _pick(
        self, candidates: Sequence[_Candidate], seen: frozenset[int], width: int
    ) -> _Candidate | None:
        """The candidate worth most after what was ``seen``, fitted into ``width``: one that tells
        what happened, unless all tell whom to ring."""
        ranked = []
        for number, candidate in enumerate(candidates):
            fitted = self._fitted(candidate, width)
            ranked.append((-self._score(fitted, seen), number, fitted, candidate.fragment))
        ranked.sort()
        for _, _, fitted, whole in ranked:
            if not self._is_service(whole.start, whole.end):
                return fitted
        return ranked[0][2] if ranked else None

    def _fitted(self, candidate: _Candidate, width: int) -> _Candidate:
        whole = candidate.fragment
        if whole.end - whole.start <= width * TOLERANCE:
            return candidate
        return _Candidate(self._body, _fit(self._body, whole, self._weights, width))

    def _score(self, candidate: _Candidate, seen: frozenset[int]) -> float:
        """The worth of the clauses covered, with a little for other merits."""
        clauses = candidate.clauses
        score = worth(clauses - seen, self._weights)
        if seen:
            score += _REPEATED * worth(clauses & seen, self._weights)
        return sum(candidate.merits, score)


def _fit(text: str, candidate: Fragment, weights: Sequence[float], width: int) -> Fragment:
    """The window of ``candidate``, which is too long, that covers most."""
    start, end = candidate.start, candidate.end
    spans = candidate.spans
    best = spans[:1]
    for first in range(len(spans)):
        last = first
        while last + 1 < len(spans) and spans[last + 1].end - spans[first].start <= width:
            last += 1
        together = spans[first : last + 1]
        if worth(_clauses(together), weights) > worth(_clauses(best), weights):
            best = together
    left, right = window(text, (start, end), (best[0].start, best[-1].end), width)
    held = tuple(s for s in spans if left <= s.start and s.end <= right)
    return Fragment(left, right, held, candidate.order, left > start, right < end)


def _clauses(spans: Sequence[Span]) -> frozenset[int]:
    return frozenset([span.clause for span in spans])


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


def first_prose(body: str) -> tuple[int, int]:
    """The bounds of the first line that is prose, or failing that of the first line."""
    start = 0
    fallback = (0, 0)
    for line in body.split("\n")[:_LINES]:
        bounds = (start, start + len(line))
        start += len(line) + 1
        if not line.strip():
            continue
        fallback = fallback if fallback[1] else bounds
        if is_prose(line) and not _is_service(line):
            return bounds
    return fallback
