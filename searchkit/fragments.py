"""The stretches of a text that best answer a query: which sentences, and where to cut them.

Floor 3, below ``snippets``.  Chooses among the sentences that hold highlights; a sentence
that is too long is cut at the borders of clauses, else of words.
Invariant: a fragment lies within the text, and all its spans lie within the fragment.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from .highlights import Span, Worth, clauses_of
from .ingest.boilerplate import is_contact_line, is_furniture
from .sentences import may_end, sentences
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
    """A stretch of a field's text that could be shown, with the spans in it."""

    start: int
    end: int
    spans: tuple[Span, ...]
    cut_before: bool = False
    cut_after: bool = False


# Plain tuples, since most are made only to be passed over.  All name spans by number: those from
# ``at`` up to ``after``.
_Line = tuple[int, float, int, int, int, int]
"""A line that holds spans: ``clauses, bonus, start, end, at, after``, where ``bonus`` is more than
what any part of it is worth beyond its clauses."""
_Candidate = tuple[int, int, int, int, int, float, float, float]
"""A sentence, perhaps with the next: ``start, end, at, after, clauses, very, beside, place``, the
last three as they add to its worth."""
_Fitted = tuple[int, int, int, int, int, bool, bool]
"""What is shown of a candidate: ``start, end, at, after, clauses, cut_before, cut_after``."""


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


def _coverage(spans: Sequence[Span]) -> tuple[int, float, float]:
    """The clauses that ``spans`` answer, and what is added for those that are answered by their
    very words and for answers to two clauses side by side."""
    if len(spans) == 1:
        _, _, clause, _, exact = spans[0]
        return 1 << clause, _EXACT if exact else 0.0, 0.0
    clauses = very = pairs = 0
    reached, before = -3, -1
    for start, end, clause, _, exact in spans:
        bit = 1 << clause
        clauses |= bit
        if exact:
            very |= bit
        if start - reached <= 2 and clause != before:
            pairs += 1
        reached, before = end, clause
    return clauses, _EXACT * very.bit_count(), _BESIDE * pairs


def _is_word(span: Span) -> bool:
    """Whether a span is a single token, which no end of a sentence can part."""
    return " " not in span.surface


def _lines_with_spans(body: str, spans: Sequence[Span]) -> list[_Line]:
    """The first lines that hold spans, from the top."""
    lines: list[_Line] = []
    at = above = 0
    while at < len(spans) and len(lines) < _LINES:
        start = body.rfind("\n", 0, spans[at].start) + 1
        end = body.find("\n", spans[at].end)
        end = len(body) if end < 0 else end
        after = at + 1
        while after < len(spans) and spans[after][0] < end:
            after += 1
        clauses, very, beside = _coverage(spans[at:after])
        lines.append((clauses, very + beside + _PLACES[above] + _ROUNDING, start, end, at, after))
        # Each line with a word in it has a sentence with spans, and so pushes those below down.
        if above < _LAST_PLACE and _is_word(spans[at]):
            above += 1
        at = after
    return lines


class _Choice:
    """The choice among the sentences of one body that hold ``spans``.

    A line is taken apart only when one of its sentences could be worth more than the best so far,
    or where it must be known how many it has.
    """

    def __init__(self, body: str, spans: Sequence[Span], worth: Worth) -> None:
        self._body = body
        self._spans = spans
        self._worth = worth
        self._services: dict[tuple[int, int], bool] = {}
        self._lines = _lines_with_spans(body, spans)
        self._taken: dict[int, list[_Candidate]] = {}  # candidates of lines taken apart
        self._above = [0]  # sentences with spans above each line, as far as they were counted

    def made(self, most: int, width: int) -> list[Fragment]:
        """See ``choose``."""
        ranked = self._ranked(self._worth)
        first = self._pick(ranked, self._worth, width)
        if first is None:
            return []
        if most > 1 and self._misses(first[4]):
            first = self._pick(ranked, self._worth, int(width * _FIRST_SHARE)) or first
        chosen = [first]
        seen = first[4]
        room = width - (first[1] - first[0])
        while len(chosen) < most and room >= _SHORT:
            worth = self._worth.after(seen)
            following = self._pick(self._ranked(worth), worth, room, chosen)
            if following is None or self._is_service(following[0], following[1]):
                break
            chosen.append(following)
            seen |= following[4]
            room -= following[1] - following[0]
        return [self._fragment(fitted) for fitted in (first, *sorted(chosen[1:]))]

    def _fragment(self, fitted: _Fitted) -> Fragment:
        start, end, at, after, _, cut_before, cut_after = fitted
        return Fragment(start, end, tuple(self._spans[at:after]), cut_before, cut_after)

    def _ranked(self, worth: Worth) -> list[tuple[float, int]]:
        """More than any sentence of a line can be worth, and the line's number counted back from
        nought: what promises most first, then what stands higher."""
        ranked = [(worth[line[0]] + line[1], -n) for n, line in enumerate(self._lines)]
        ranked.sort(reverse=True)
        return ranked

    def _misses(self, clauses: int) -> bool:
        """Whether a sentence holds a clause beyond ``clauses``."""
        spans = self._spans
        for number, (held, _, _, _, at, after) in enumerate(self._lines):
            if held & ~clauses:
                beyond = [s for s in spans[at:after] if not clauses >> s.clause & 1]
                if any(map(_is_word, beyond)):
                    return True
                if any(candidate[4] & ~clauses for candidate in self._candidates(number)):
                    return True
        return False

    def _order(self, number: int) -> int:
        """How many sentences with spans stand above line ``number``; of many, at least
        ``_LAST_PLACE``."""
        above = self._above
        while len(above) <= number and above[-1] < _LAST_PLACE:
            above.append(above[-1] + self._count(len(above) - 1))
        return above[min(number, len(above) - 1)]

    def _count(self, number: int) -> int:
        """How many sentences with spans line ``number`` has."""
        _, _, _, _, at, after = self._lines[number]
        if number not in self._taken:
            first, last = self._spans[at], self._spans[after - 1]
            if first is last and _is_word(first):
                return 1
            if not may_end(self._body, first.start, last.end):
                return 1
        return len(self._candidates(number))

    def _candidates(self, number: int) -> list[_Candidate]:
        """The sentences with spans of line ``number``, without list bullets; a short one takes the
        next along."""
        taken = self._taken.get(number)
        if taken is not None:
            return taken
        _, _, offset, line_end, at, last = self._lines[number]
        body, spans = self._body, self._spans
        candidates = self._taken[number] = []
        order = self._order(number)
        bounds = sentences(body[offset:line_end], spans[last - 1].start - offset)
        for n, (left, right) in enumerate(bounds):
            start, end = offset + left, offset + right
            while at < last and spans[at].start < start:
                at += 1
            after = at
            while after < last and spans[after].end <= end:
                after += 1
            if after == at:
                continue
            if not body[start].isalnum():
                bullet = _BULLET.match(body, start, end)
                start = bullet.end() if bullet else start
            reached = after
            if end - start < _SHORT and n + 1 < len(bounds):
                left, right = bounds[n + 1]
                if not self._is_service(offset + left, offset + right):
                    end = offset + right
                    while reached < last and spans[reached].end <= end:
                        reached += 1
            coverage = _coverage(spans[at:reached])
            place = _PLACES[order] if order < _LAST_PLACE else _PLACES[-1]
            candidates.append((start, end, at, reached, *coverage, place))
            order += 1
            at = after
        return candidates

    def _pick(
        self,
        ranked: Sequence[tuple[float, int]],
        worth: Worth,
        width: int,
        chosen: Sequence[_Fitted] = (),
    ) -> _Fitted | None:
        """The candidate worth most, fitted into ``width``, that may stand beside those ``chosen``:
        one that tells what happened, unless all tell whom to ring.  Of equals the first."""
        best = spare = None
        most = most_spare = (-math.inf, 0)
        for promised, number in ranked:
            if promised < most[0]:
                break
            for candidate in self._candidates(-number):
                _, _, _, _, clauses, very, beside, place = candidate
                if worth[clauses] + very + beside + place + _ROUNDING < most[0]:
                    continue
                if chosen and not _adds(candidate, chosen, worth.seen, width):
                    continue
                start, end = candidate[:2]
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
            known = self._services[start, end] = _is_service(self._body[start:end])
        return known

    def _cut(self, candidate: _Candidate, width: int) -> tuple[_Fitted, float, float]:
        """The window of a candidate too long for ``width`` that covers most, and what its coverage
        adds."""
        spans = self._spans
        start, end, at, after = candidate[:4]
        first, last = _most_within(spans[at:after], self._worth, width)
        core = (spans[at + first].start, spans[at + last].end)
        left, right = window(self._body, (start, end), core, width)
        while spans[at].start < left:
            at += 1
        while spans[after - 1].end > right:
            after -= 1
        clauses, very, beside = _coverage(spans[at:after])
        return (left, right, at, after, clauses, left > start, right < end), very, beside

    def _form(self, fitted: _Fitted) -> float:
        """What a stretch loses for being no whole sentence."""
        start, end, _, _, _, cut_before, cut_after = fitted
        if cut_before or cut_after:
            return -0.1 if cut_after or is_prose(self._body[start:end]) else -0.6
        return 0.0 if is_prose(self._body[start:end]) else -0.5


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
