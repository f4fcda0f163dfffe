"""The stretches of a text that best answer a query: which sentences, and where to cut them.

Floor 3, below ``snippets``.  Chooses among the sentences that hold highlights; a sentence
that is too long is cut at the borders of clauses, else of words.
Invariant: a fragment lies within the text, and all its spans lie within the fragment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

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
_PROSE_END = re.compile(r"[.!?…]['\"’”)\]]*$")
_ADDRESS = re.compile(r"https?://|\bwww\.", re.IGNORECASE)
_JOINTS = " ,;:–—-"  # what no fragment ends with where it is cut


@dataclass(frozen=True, slots=True)
class Fragment:
    """A stretch of a field's text that could be shown; ``order`` counts them from the top."""

    start: int
    end: int
    spans: tuple[Span, ...]
    order: int
    cut_before: bool = False
    cut_after: bool = False

    @property
    def clauses(self) -> frozenset[int]:
        return frozenset(span.clause for span in self.spans)


def choose(
    body: str, spans: Sequence[Span], weights: Sequence[float], most: int, width: int
) -> list[Fragment]:
    """At most ``most`` fragments, together about ``width`` characters: the best first, then, in
    reading order, those that add to it."""
    candidates = _candidates(body, spans)
    everything = frozenset(s.clause for c in candidates for s in c.spans)
    first = _pick(body, candidates, frozenset(), weights, width)
    if first is None:
        return []
    if most > 1 and not everything <= first.clauses:
        share = int(width * _FIRST_SHARE)
        first = _pick(body, candidates, frozenset(), weights, share) or first
    chosen = [first]
    seen = first.clauses
    room = width - (first.end - first.start)
    while len(chosen) < most and room >= _SHORT:
        others = [
            c for c in candidates if all(c.end <= d.start or c.start >= d.end for d in chosen)
        ]
        # A sentence that adds no word is worth showing whole, not in pieces.
        others = [c for c in others if c.end - c.start <= room or not c.clauses <= seen]
        following = _pick(body, others, seen, weights, room)
        if following is None or _is_service(body[following.start : following.end]):
            break
        chosen.append(following)
        seen |= following.clauses
        room -= following.end - following.start
    return [first, *sorted(chosen[1:], key=lambda c: c.start)]


def worth(clauses: frozenset[int], weights: Sequence[float]) -> float:
    """What finding ``clauses`` is worth, each once."""
    return sum(weights[clause] for clause in clauses)


def is_prose(text: str) -> bool:
    """Whether ``text`` ends like a sentence, unlike a heading or the line above a list."""
    return _PROSE_END.search(text) is not None


def _candidates(body: str, spans: Sequence[Span]) -> list[Fragment]:
    """The sentences that hold spans, from the top."""
    found: list[Fragment] = []
    at = 0
    for _ in range(_LINES):
        if at >= len(spans):
            break
        start = body.rfind("\n", 0, spans[at].start) + 1
        end = body.find("\n", spans[at].end)
        end = len(body) if end < 0 else end
        after = at
        while after < len(spans) and spans[after].start < end:
            after += 1
        for candidate in _sentences_with(body[start:end], start, spans[at:after]):
            found.append(replace(candidate, order=len(found)))
        at = after
    return found


def _is_service(text: str) -> bool:
    """Whether ``text`` tells whom to ring or where to click, and not what happened."""
    return bool(_ADDRESS.search(text)) or is_contact_line(text) or is_furniture(text)


def _sentences_with(line: str, offset: int, spans: Sequence[Span]) -> Iterator[Fragment]:
    """The sentences of ``line`` that hold ``spans``, without list bullets."""
    bounds = sentences(line)
    for number, (first, last) in enumerate(bounds):
        start, end = offset + first, offset + last
        held = tuple(s for s in spans if start <= s.start and s.end <= end)
        if not held:
            continue
        bullet = _BULLET.match(line, first, last)
        if bullet and offset + bullet.end() <= held[0].start:
            start = offset + bullet.end()
        following = bounds[number + 1] if number + 1 < len(bounds) else None
        if following and end - start < _SHORT and not _is_service(line[slice(*following)]):
            end = offset + following[1]
            held = tuple(s for s in spans if start <= s.start and s.end <= end)
        yield Fragment(start, end, held, 0)


def _pick(
    body: str,
    candidates: Sequence[Fragment],
    seen: frozenset[int],
    weights: Sequence[float],
    width: int,
) -> Fragment | None:
    """The candidate worth most after what was ``seen``, fitted into ``width``: one that tells
    what happened, unless all tell whom to ring."""
    ranked = sorted(
        ((_fit(body, candidate, weights, width), candidate) for candidate in candidates),
        key=lambda pair: (-_score(body, pair[0], seen, weights), pair[0].order),
    )
    prose = (fitted for fitted, c in ranked if not _is_service(body[c.start : c.end]))
    return next(prose, ranked[0][0] if ranked else None)


def _score(body: str, candidate: Fragment, seen: frozenset[int], weights: Sequence[float]) -> float:
    """Clauses covered, with a little for the very words, for words side by side, for whole
    prose sentences, and for standing near the top, where news says what matters."""
    fresh = candidate.clauses - seen
    score = worth(fresh, weights) + _REPEATED * worth(candidate.clauses & seen, weights)
    score += 0.15 * len({s.clause for s in candidate.spans if s.exact})
    pairs = zip(candidate.spans, candidate.spans[1:], strict=False)
    score += 0.25 * sum(b.start - a.end <= 2 and a.clause != b.clause for a, b in pairs)
    if not candidate.cut_after and not is_prose(body[candidate.start : candidate.end]):
        score -= 0.5
    if candidate.cut_before or candidate.cut_after:
        score -= 0.1
    return score - min(0.2, 0.02 * candidate.order)


def _fit(text: str, candidate: Fragment, weights: Sequence[float], width: int) -> Fragment:
    """``candidate`` if it is not too long, else the window of it that covers most."""
    start, end = candidate.start, candidate.end
    if end - start <= width * TOLERANCE:
        return candidate
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
    return frozenset(span.clause for span in spans)


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
        if not _is_service(line) and is_prose(line):
            return bounds
    return fallback
