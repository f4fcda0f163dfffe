"""The stretches of a text that best answer a query: which sentences, and where to cut them.

Floor 3, below ``snippets``.  Chooses among the sentences that hold highlights; a sentence
that is too long is cut at the borders of clauses, else of words.
Invariant: a fragment lies within the text, and all its spans lie within the fragment.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from .highlights import Span, Worth, clauses_of
from .ingest.boilerplate import is_contact_line, is_furniture
from .packing import Sentences
from .windows import window

TOLERANCE = 1.15  # a whole sentence may be this much longer than asked for
_SHORT = 60  # characters; a shorter sentence takes its neighbour with it
_SENTENCES = 120  # sentences with matches that are looked at, so that work is bounded
_LINES = 60  # lines in which prose is looked for
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
    """A stretch of a field's text that could be shown, with the spans in it."""

    start: int
    end: int
    spans: tuple[Span, ...]
    cut_before: bool = False
    cut_after: bool = False


# Plain tuples, since most are made only to be passed over.  Both name spans by number: those from
# ``at`` up to ``after``.
_Candidate = tuple[int, int, int, int, int, float, float, float]
"""A sentence, perhaps with the next: ``start, end, at, after, clauses, very, beside, place``, the
last three as they add to its worth."""
_Fitted = tuple[int, int, int, int, int, bool, bool]
"""What is shown of a candidate: ``start, end, at, after, clauses, cut_before, cut_after``."""


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


def _coverage(spans: Sequence[Span], at: int, after: int) -> tuple[int, float, float]:
    """The clauses that the spans from ``at`` up to ``after`` answer, and what is added for those
    that are answered by their very words and for answers to two clauses side by side."""
    if after - at == 1:
        _, _, clause, _, exact = spans[at]
        return 1 << clause, _EXACT if exact else 0.0, 0.0
    clauses = very = pairs = 0
    reached, before = -3, -1
    for start, end, clause, _, exact in spans[at:after]:
        bit = 1 << clause
        clauses |= bit
        if exact:
            very |= bit
        if start - reached <= 2 and clause != before:
            pairs += 1
        reached, before = end, clause
    return clauses, _EXACT * very.bit_count(), _BESIDE * pairs


class Choice:
    """The choice among the ``sentences`` of ``body`` that hold ``spans``."""

    def __init__(
        self, body: str, sentences: Sentences, spans: Sequence[Span], worth: Worth
    ) -> None:
        self.body = body
        self._spans = spans
        self.worth = worth
        self._services = sentences.services
        self._answered = 0  # the clauses that some candidate answers
        self._candidates = self._holding(sentences.borders)

    def made(self, most: int, width: int) -> list[Fragment]:
        """At most ``most`` fragments, together about ``width`` characters: the best first, then, in
        reading order, those that add to it."""
        first = self._pick(self.worth, width)
        if first is None:
            return []
        if most > 1 and self._answered & ~first[4]:
            first = self._pick(self.worth, int(width * _FIRST_SHARE)) or first
        chosen = [first]
        seen = first[4]
        room = width - (first[1] - first[0])
        while len(chosen) < most and room >= _SHORT:
            following = self._pick(self.worth.after(seen), room, chosen)
            if following is None or self._is_service(following[0], following[1]):
                break
            chosen.append(following)
            seen |= following[4]
            room -= following[1] - following[0]
        return [self._fragment(fitted) for fitted in (first, *sorted(chosen[1:]))]

    def _fragment(self, fitted: _Fitted) -> Fragment:
        start, end, at, after, _, cut_before, cut_after = fitted
        return Fragment(start, end, tuple(self._spans[at:after]), cut_before, cut_after)

    def _holding(self, borders: Sequence[int]) -> list[_Candidate]:
        """The first sentences with spans, from the top, without list bullets; a short one takes
        the next of its line along."""
        body, spans, last = self.body, self._spans, len(self._spans)
        found: list[_Candidate] = []
        at = 0
        while at < last and len(found) < _SENTENCES:
            # Between the first and the second border, the third and the fourth, and so on.
            number = bisect_right(borders, spans[at][0])
            after = at
            if number % 2:
                start, end = borders[number - 1], borders[number]
                while after < last and spans[after][1] <= end:
                    after += 1
            if after == at:  # a phrase that reaches over the end of a sentence
                at += 1
                continue
            if not body[start].isalnum():
                bullet = _BULLET.match(body, start, end)
                start = bullet.end() if bullet else start
            reached = after
            if end - start < _SHORT:
                end = self._with_next(borders, number)
                while reached < last and spans[reached][1] <= end:
                    reached += 1
            coverage = _coverage(spans, at, reached)
            self._answered |= coverage[0]
            place = _PLACES[min(len(found), _LAST_PLACE)]
            found.append((start, end, at, reached, *coverage, place))
            at = after
        return found

    def _with_next(self, borders: Sequence[int], number: int) -> int:
        """Where the sentence after the one that ends at border ``number`` ends, if it stands on
        the same line and tells what happened; else where that one ends."""
        end = borders[number]
        if number + 1 == len(borders):
            return end
        start, following = borders[number + 1], borders[number + 2]
        if self.body.find("\n", end, start) >= 0 or self._is_service(start, following):
            return end
        return following

    def _pick(self, worth: Worth, width: int, chosen: Sequence[_Fitted] = ()) -> _Fitted | None:
        """The candidate worth most, fitted into ``width``, that may stand beside those ``chosen``:
        one that tells what happened, unless all tell whom to ring.  Of equals the first."""
        best = spare = None
        most = most_spare = (-math.inf, 0)
        for candidate in self._candidates:
            start, end, _, _, clauses, very, beside, place = candidate
            if worth[clauses] + very + beside + place + _ROUNDING < most[0]:
                continue
            if chosen and not _adds(candidate, chosen, worth.seen, width):
                continue
            if end - start <= width * TOLERANCE:
                fitted = *candidate[:5], False, False
            else:
                fitted, very, beside = self._cut(candidate, width)
            merits = worth[fitted[4]] + very + beside + self._form(fitted) + place
            score = merits, -start
            if score > most_spare:
                spare, most_spare = fitted, score
            if score > most and not self._is_service(start, end):
                best, most = fitted, score
        return best or spare

    def _is_service(self, start: int, end: int) -> bool:
        known = self._services.get((start, end))
        if known is None:
            known = self._services[start, end] = _is_service(self.body[start:end])
        return known

    def _cut(self, candidate: _Candidate, width: int) -> tuple[_Fitted, float, float]:
        """The window of a candidate too long for ``width`` that covers most, and what its coverage
        adds."""
        spans = self._spans
        start, end, at, after = candidate[:4]
        first, last = _most_within(spans[at:after], self.worth, width)
        core = (spans[at + first].start, spans[at + last].end)
        left, right = window(self.body, (start, end), core, width)
        while spans[at].start < left:
            at += 1
        while spans[after - 1].end > right:
            after -= 1
        clauses, very, beside = _coverage(spans, at, after)
        return (left, right, at, after, clauses, left > start, right < end), very, beside

    def _form(self, fitted: _Fitted) -> float:
        """What a stretch loses for being no whole sentence."""
        start, end, _, _, _, cut_before, cut_after = fitted
        prose = self.body[end - 1] in _STOPS or is_prose(self.body[start:end])
        if cut_before or cut_after:
            return -0.1 if cut_after or prose else -0.6
        return 0.0 if prose else -0.5


def _adds(candidate: _Candidate, chosen: Sequence[_Fitted], seen: int, room: int) -> bool:
    """Whether a candidate may stand beside what was chosen.  One that adds no word is worth
    showing whole, not in pieces."""
    start, end, _, _, clauses = candidate[:5]
    if end - start > room and not clauses & ~seen:
        return False
    return all(end <= other[0] or start >= other[1] for other in chosen)


def _most_within(spans: Sequence[Span], worth: Worth, width: int) -> tuple[int, int]:
    """The first and the last of the spans that together are worth most within ``width``."""
    everything = clauses_of(spans)
    best = (0, 0)
    covered = clauses_of(spans[:1])
    last = 0
    for first in range(len(spans)):
        last = max(first, last)
        while last + 1 < len(spans) and spans[last + 1].end - spans[first].start <= width:
            last += 1
        together = clauses_of(spans[first : last + 1])
        if worth[together] > worth[covered]:
            best, covered = (first, last), together
        if covered == everything or last + 1 == len(spans):
            break
    return best


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
