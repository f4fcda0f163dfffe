"""The stretches of a text that best answer a query: which sentences, and where to cut them.

Floor 3, below ``snippets``.  Chooses among the sentences that hold highlights; a sentence
that is too long is cut at the borders of clauses, else of words.
Invariant: a fragment lies within the text, and all its spans lie within the fragment.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .highlights import Span, Worth, clauses_of
from .ingest.boilerplate import is_contact_line, is_furniture
from .sentences import each_sentence
from .windows import window

TOLERANCE = 1.15  # a whole sentence may be this much longer than asked for
_SHORT = 60  # characters; a shorter sentence takes its neighbour with it
_LINES = 60  # lines with matches that are looked at, so that work is bounded
_FIRST_SHARE = 0.6  # of the width, for the first fragment where others must complete it
_EXACT = 0.15  # for each clause that is answered by its very words
_BESIDE = 0.25  # for each pair of answers side by side
_LAST_PLACE = 10
_PLACES = tuple(-min(0.2, 0.02 * n) for n in range(_LAST_PLACE + 1))
"""What a fragment loses for standing below so many others."""
_ROUNDING = 1e-9  # by which sums may differ that are taken in another order
_BULLET = re.compile(r"(?:[\s\-–—•*·>]|#+\s)+(?=[\w#])|(?:[\s•*·>]|#+\s)+")
_STOPS = (".", "!", "?", "…")
_CLOSERS = "'\"’”)]"
_ADDRESS = re.compile(r"https?://|\bwww\.", re.IGNORECASE)


class Fragment(NamedTuple):
    """A stretch of a field's text that could be shown; ``order`` counts them from the top."""

    start: int
    end: int
    spans: tuple[Span, ...]
    order: int
    cut_before: bool = False
    cut_after: bool = False


def choose(body: str, spans: Sequence[Span], worth: Worth, most: int, width: int) -> list[Fragment]:
    """At most ``most`` fragments, together about ``width`` characters: the best first, then, in
    reading order, those that add to it."""
    return _Choice(body, spans, worth).made(most, width)


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
    """A fragment with the clauses it covers, and what else speaks for or against it.

    ``bonus`` is more than its merits can come to, or those of a part of it.
    """

    __slots__ = ("_merits", "bonus", "clauses", "fragment", "place")

    def __init__(self, fragment: Fragment) -> None:
        self.fragment = fragment
        self.clauses = clauses_of(fragment.spans)
        self.place = _PLACES[min(fragment.order, _LAST_PLACE)]
        self.bonus = _bonus(self.clauses, len(fragment.spans) - 1) + self.place
        self._merits: tuple[float, ...] = ()

    def merits(self, body: str) -> tuple[float, ...]:
        """What counts beside the clauses covered: the very words, words side by side, whole prose
        sentences, and standing near the top, where news says what matters."""
        if not self._merits:
            fragment = self.fragment
            spans = fragment.spans
            whole = fragment.cut_after or is_prose(body[fragment.start : fragment.end])
            self._merits = (
                _EXACT * clauses_of([s for s in spans if s.exact]).bit_count(),
                _BESIDE * _beside(spans),
                0.0 if whole else -0.5,
                -0.1 if fragment.cut_before or fragment.cut_after else 0.0,
                self.place,
            )
        return self._merits


def _bonus(clauses: int, pairs: int) -> float:
    """More than very words and words side by side can add to covering ``clauses``, where at most
    so many pairs stand side by side."""
    several = clauses & (clauses - 1)
    return _EXACT * clauses.bit_count() + (_BESIDE * pairs if several else 0.0) + _ROUNDING


def _beside(spans: Sequence[Span]) -> int:
    """How often the answers to two clauses stand side by side."""
    beside = 0
    reached, before = -math.inf, -1
    for start, end, clause, _, _ in spans:
        if start - reached <= 2 and clause != before:
            beside += 1
        reached, before = end, clause
    return beside


class _Line:
    """A line that holds spans, from ``start`` to ``end``: those from number ``at`` up to ``after``.

    ``bonus`` is more than the merits of any part of it.  ``candidates`` are its sentences with
    spans, once they are known.
    """

    __slots__ = ("after", "at", "bonus", "candidates", "clauses", "end", "start")

    def __init__(self, start: int, end: int, at: int, spans: Sequence[Span]) -> None:
        self.start, self.end = start, end
        self.at, self.after = at, at + len(spans)
        self.clauses = clauses_of(spans)
        self.bonus = _bonus(self.clauses, _beside(spans) if len(spans) > 1 else 0)
        self.candidates: list[_Candidate] | None = None


class _Choice:
    """The choice among the sentences of one body that hold ``spans``.

    A line is taken apart only when one of its sentences could be worth more than the best so far.
    """

    def __init__(self, body: str, spans: Sequence[Span], worth: Worth) -> None:
        self._body = body
        self._spans = spans
        self._starts = [span.start for span in spans]
        self._ends = [span.end for span in spans]
        self._worth = worth
        self._services: dict[tuple[int, int], bool] = {}
        self._lines = list(self._lines_with_spans())
        self._known = 0  # lines whose sentences are known, from the top
        self._order = 0  # sentences that these have

    def made(self, most: int, width: int) -> list[Fragment]:
        """See ``choose``."""
        first = self._pick(self._worth, width)
        if first is None:
            return []
        if most > 1 and self._misses(first.clauses):
            first = self._pick(self._worth, int(width * _FIRST_SHARE)) or first
        chosen = [first.fragment]
        seen = first.clauses
        room = width - (first.fragment.end - first.fragment.start)
        while len(chosen) < most and room >= _SHORT:
            following = self._pick(self._worth.after(seen), room, chosen)
            if following is None:
                break
            fragment = following.fragment
            if self._is_service(fragment.start, fragment.end):
                break
            chosen.append(fragment)
            seen |= following.clauses
            room -= fragment.end - fragment.start
        return [chosen[0], *sorted(chosen[1:], key=lambda c: c.start)]

    def _lines_with_spans(self) -> Iterator[_Line]:
        """The first lines that hold spans, from the top."""
        body, starts = self._body, self._starts
        at = 0
        for _ in range(_LINES):
            if at >= len(starts):
                break
            start = body.rfind("\n", 0, starts[at]) + 1
            end = body.find("\n", self._ends[at])
            end = len(body) if end < 0 else end
            after = bisect_left(starts, end, at)
            yield _Line(start, end, at, self._spans[at:after])
            at = after

    def _misses(self, clauses: int) -> bool:
        """Whether a sentence holds a clause beyond ``clauses``."""
        return any(
            candidate.clauses & ~clauses
            for number, line in enumerate(self._lines)
            if line.clauses & ~clauses
            for candidate in self._candidates(number)
        )

    def _candidates(self, number: int) -> list[_Candidate]:
        """The candidates of line ``number``.  Those of the lines above must be known, to count
        them."""
        while self._known <= number:
            line = self._lines[self._known]
            line.candidates = []
            for start, end, held in self._sentences_with(line):
                line.candidates.append(_Candidate(Fragment(start, end, held, self._order)))
                self._order += 1
            self._known += 1
        return self._lines[number].candidates or []

    def _sentences_with(self, held: _Line) -> Iterator[tuple[int, int, tuple[Span, ...]]]:
        """The sentences with spans of a line, without list bullets."""
        offset, at = held.start, held.at
        line = self._body[offset : held.end]
        bounds = each_sentence(line)
        following = None
        while at < held.after:
            current = following or next(bounds, None)
            if current is None:
                break
            following = None
            start, end = offset + current[0], offset + current[1]
            at = bisect_left(self._starts, start, at)
            after = bisect_right(self._ends, end, at)
            if after == at:
                continue
            bullet = _BULLET.match(line, *current)
            if bullet and offset + bullet.end() <= self._starts[at]:
                start = offset + bullet.end()
            reached = after
            if end - start < _SHORT:
                following = next(bounds, None)
                if following and not self._is_service(offset + following[0], offset + following[1]):
                    end = offset + following[1]
                    reached = bisect_right(self._ends, end, after)
            yield start, end, tuple(self._spans[at:reached])
            at = after

    def _pick(self, worth: Worth, width: int, chosen: Sequence[Fragment] = ()) -> _Candidate | None:
        """The candidate worth most, fitted into ``width``, that may stand beside those ``chosen``:
        one that tells what happened, unless all tell whom to ring."""
        best = spare = None
        most = most_spare = -math.inf
        for number, line in enumerate(self._lines):
            # No line above has fewer sentences than are known of.
            place = _PLACES[min(self._order, _LAST_PLACE)] if line.candidates is None else 0.0
            if worth[line.clauses] + line.bonus + place < most:
                continue
            for candidate in self._candidates(number):
                if worth[candidate.clauses] + candidate.bonus < most:
                    continue
                if chosen and not self._adds(candidate, chosen, worth.seen, width):
                    continue
                fitted = self._fitted(candidate, width)
                score = sum(fitted.merits(self._body), worth[fitted.clauses])
                if score > most_spare:
                    spare, most_spare = fitted, score
                if score > most and not self._is_service(*candidate.fragment[:2]):
                    best, most = fitted, score
        return best or spare

    def _adds(
        self, candidate: _Candidate, chosen: Sequence[Fragment], seen: int, room: int
    ) -> bool:
        """Whether a candidate may stand beside what was chosen.  One that adds no word is worth
        showing whole, not in pieces."""
        start, end = candidate.fragment.start, candidate.fragment.end
        if end - start > room and not candidate.clauses & ~seen:
            return False
        return all(end <= d.start or start >= d.end for d in chosen)

    def _is_service(self, start: int, end: int) -> bool:
        known = self._services.get((start, end))
        if known is None:
            known = self._services[start, end] = _is_service(self._body[start:end])
        return known

    def _fitted(self, candidate: _Candidate, width: int) -> _Candidate:
        whole = candidate.fragment
        if whole.end - whole.start <= width * TOLERANCE:
            return candidate
        return _Candidate(_fit(self._body, whole, self._worth, width))


def _fit(text: str, candidate: Fragment, worth: Worth, width: int) -> Fragment:
    """The window of ``candidate``, which is too long, that covers most."""
    start, end = candidate.start, candidate.end
    spans = candidate.spans
    everything = clauses_of(spans)
    best = spans[:1]
    covered = clauses_of(best)
    last = 0
    for first in range(len(spans)):
        last = max(first, last)
        while last + 1 < len(spans) and spans[last + 1].end - spans[first].start <= width:
            last += 1
        together = clauses_of(spans[first : last + 1])
        if worth[together] > worth[covered]:
            best, covered = spans[first : last + 1], together
        if covered == everything or last + 1 == len(spans):
            break
    left, right = window(text, (start, end), (best[0].start, best[-1].end), width)
    held = tuple(s for s in spans if left <= s.start and s.end <= right)
    return Fragment(left, right, held, candidate.order, left > start, right < end)


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
