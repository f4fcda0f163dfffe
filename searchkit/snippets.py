"""The sentences of an article that answer a query: data, not markup.

Floor 3, above ``highlights``.  A snippet is an exact slice of a field's text, cut at the
borders of sentences where they fit and of clauses or words where they do not.
Invariant: ``text == field_text[start : start + len(text)]``, and every highlight lies in it.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .article import Article
from .highlights import FIELDS, Highlighter, Span, highlighter
from .ingest.boilerplate import is_contact_line, is_furniture
from .query.nodes import Node
from .sentences import sentences

ANALYSED_CHARACTERS = 65_536
"""Of a longer body only this many characters are looked at."""

ELLIPSIS = "…"

_TOLERANCE = 1.15  # a whole sentence may be this much longer than asked for
_SHORT = 60  # characters; a shorter sentence takes its neighbour with it
_LINES = 60  # lines with matches that are looked at, so that work is bounded
_FIRST_SHARE = 0.6  # of the width, for the first fragment where others must complete it
_REPEATED = 0.25  # worth of a clause that an earlier fragment has already shown
_BULLET = re.compile(r"[\s\-–—•*·>#]+(?=\w)|[\s•*·>#]+")
_CLAUSE_END = re.compile(r"[,;:)]\s|\s[–—-]\s|[.!?…]['\"’”)]*\s")
_PROSE_END = re.compile(r"[.!?…:]['\"’”)\]]*$")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of an article's text and where the query matched in it.

    ``field`` is the field it comes from, ``start`` its offset in that field's text,
    ``highlights`` are (start, end) pairs within ``text``, in characters.  ``cut_before`` and
    ``cut_after`` tell that the sentence goes on there.
    """

    field: str
    text: str
    start: int
    highlights: tuple[tuple[int, int], ...] = ()
    cut_before: bool = False
    cut_after: bool = False

    def parts(self) -> Iterator[tuple[str, bool]]:
        """The text in pieces, each with whether it is highlighted."""
        at = 0
        for start, end in self.highlights:
            if start > at:
                yield self.text[at:start], False
            yield self.text[start:end], True
            at = end
        if at < len(self.text):
            yield self.text[at:], False

    def html(self) -> str:
        """The snippet as HTML: escaped, with ``<mark>`` around what matched."""
        marked = "".join(
            f"<mark>{html.escape(text)}</mark>" if lit else html.escape(text)
            for text, lit in self.parts()
        )
        return self._with_ellipses(marked)

    def __str__(self) -> str:
        return self._with_ellipses(self.text)

    def _with_ellipses(self, text: str) -> str:
        before = f"{ELLIPSIS} " if self.cut_before else ""
        after = f" {ELLIPSIS}" if self.cut_after else ""
        return f"{before}{text}{after}"


@dataclass(frozen=True, slots=True)
class SnippetOptions:
    """At most ``fragments`` pieces, together about ``width`` characters.  ``mode``: ``"auto"``
    shows where the query matched, ``"lead"`` the standfirst, ``"none"`` nothing."""

    fragments: int = 2
    width: int = 240
    mode: str = "auto"


@dataclass(frozen=True, slots=True)
class Highlighted:
    """What a query matched in one article: the snippets, best first; the word forms that
    matched, most frequent first; and which of title, lead and body they were found in."""

    snippets: tuple[Snippet, ...]
    matched_terms: tuple[str, ...]
    matched_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
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


def highlight(
    article: Article, query: Node, options: SnippetOptions = SnippetOptions()
) -> Highlighted:
    """The pieces of ``article`` that best answer ``query``, and which words of it do."""
    finder = highlighter(query)
    body = article.body[:ANALYSED_CHARACTERS]
    texts = {"title": article.title, "lead": article.lead, "body": body}
    found = {name: finder.find(texts[name], name) for name in FIELDS}
    fields = tuple(name for name in FIELDS if found[name])
    if options.mode == "none":
        chosen: tuple[Snippet, ...] = ()
    elif options.mode == "lead" or not (found["body"] or found["lead"]):
        chosen = (_lead(article, found, options.width),)
    else:
        chosen = _best(article, found, finder, options)
    shown = tuple(snippet for snippet in chosen if snippet.text)
    return Highlighted(shown, _frequent_terms(found), fields)


def title_highlights(article: Article, query: Node) -> tuple[tuple[int, int], ...]:
    """The (start, end) pairs of ``article.title`` that ``query`` matched."""
    return tuple((s.start, s.end) for s in highlighter(query).find(article.title, "title"))


def _frequent_terms(found: dict[str, list[Span]]) -> tuple[str, ...]:
    """The surfaces found, most frequent first.  The lead mostly repeats the body, so it only
    adds words that are found nowhere else."""
    counts = Counter(span.surface for name in ("title", "body") for span in found[name])
    for span in found["lead"]:
        counts.setdefault(span.surface, 0)
    return tuple(surface for surface, _ in counts.most_common())


def _best(
    article: Article, found: dict[str, list[Span]], finder: Highlighter, options: SnippetOptions
) -> tuple[Snippet, ...]:
    """Fragments of the body, or the lead where that answers more of the query."""
    weights = finder.weights
    body = article.body[:ANALYSED_CHARACTERS]
    chosen = _choose(body, _candidates(body, found["body"]), weights, options)
    in_body = _worth(frozenset(s.clause for c in chosen for s in c.spans), weights)
    if _worth(frozenset(s.clause for s in found["lead"]), weights) > in_body:
        return (_lead(article, found, options.width),)
    return tuple(_snippet("body", body, candidate) for candidate in chosen)


def _worth(clauses: frozenset[int], weights: Sequence[float]) -> float:
    return sum(weights[clause] for clause in clauses)


def _snippet(name: str, text: str, candidate: _Candidate) -> Snippet:
    start, end = candidate.start, candidate.end
    highlights = tuple((s.start - start, s.end - start) for s in candidate.spans)
    return Snippet(
        name, text[start:end], start, highlights, candidate.cut_before, candidate.cut_after
    )


def _candidates(body: str, spans: Sequence[Span]) -> list[_Candidate]:
    """The sentences that hold spans, from the top."""
    found: list[_Candidate] = []
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
    """Whether ``text`` tells whom to ring or what to click, and not what happened."""
    return is_contact_line(text) or is_furniture(text)


def _sentences_with(line: str, offset: int, spans: Sequence[Span]) -> Iterator[_Candidate]:
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
        if end - start < _SHORT and number + 1 < len(bounds):
            end = offset + bounds[number + 1][1]
            held = tuple(s for s in spans if start <= s.start and s.end <= end)
        yield _Candidate(start, end, held, 0)


def _choose(
    body: str,
    candidates: Sequence[_Candidate],
    weights: Sequence[float],
    options: SnippetOptions,
) -> list[_Candidate]:
    """The best candidate first, then, in reading order, those that add to it."""
    everything = frozenset(s.clause for c in candidates for s in c.spans)
    first = _pick(body, candidates, frozenset(), weights, options.width)
    if first is None:
        return []
    if options.fragments > 1 and not everything <= first.clauses:
        share = int(options.width * _FIRST_SHARE)
        first = _pick(body, candidates, frozenset(), weights, share) or first
    chosen = [first]
    seen = first.clauses
    room = options.width - (first.end - first.start)
    while len(chosen) < options.fragments and room >= _SHORT:
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


def _pick(
    body: str,
    candidates: Sequence[_Candidate],
    seen: frozenset[int],
    weights: Sequence[float],
    width: int,
) -> _Candidate | None:
    """The candidate worth most after what was ``seen``, fitted into ``width``: one that tells
    what happened, unless all tell whom to ring."""
    fitted = [_fit(body, candidate, weights, width) for candidate in candidates]
    fitted.sort(key=lambda c: (-_score(body, c, seen, weights), c.order))
    prose = (c for c in fitted if not _is_service(body[c.start : c.end]))
    return next(prose, fitted[0] if fitted else None)


def _score(
    body: str, candidate: _Candidate, seen: frozenset[int], weights: Sequence[float]
) -> float:
    """Clauses covered, with a little for the very words, for words side by side, for whole
    prose sentences, and for standing near the top, where news says what matters."""
    fresh = candidate.clauses - seen
    score = _worth(fresh, weights) + _REPEATED * _worth(candidate.clauses & seen, weights)
    score += 0.15 * len({s.clause for s in candidate.spans if s.exact})
    pairs = zip(candidate.spans, candidate.spans[1:], strict=False)
    score += 0.25 * sum(b.start - a.end <= 2 and a.clause != b.clause for a, b in pairs)
    if not _PROSE_END.search(body, candidate.start, candidate.end) and not candidate.cut_after:
        score -= 0.3
    if candidate.cut_before or candidate.cut_after:
        score -= 0.1
    return score - min(0.2, 0.02 * candidate.order)


def _fit(text: str, candidate: _Candidate, weights: Sequence[float], width: int) -> _Candidate:
    """``candidate`` if it is not too long, else the window of it that covers most."""
    start, end = candidate.start, candidate.end
    if end - start <= width * _TOLERANCE:
        return candidate
    spans = candidate.spans
    best = spans[:1]
    for first in range(len(spans)):
        last = first
        while last + 1 < len(spans) and spans[last + 1].end - spans[first].start <= width:
            last += 1
        window = spans[first : last + 1]
        if _worth(_clauses(window), weights) > _worth(_clauses(best), weights):
            best = window
    left, right = _window(text, (start, end), (best[0].start, best[-1].end), width)
    held = tuple(s for s in spans if left <= s.start and s.end <= right)
    return _Candidate(left, right, held, candidate.order, left > start, right < end)


def _clauses(spans: Sequence[Span]) -> frozenset[int]:
    return frozenset(span.clause for span in spans)


def _window(
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
        return low + len(text[low : clauses[-1]].rstrip())
    if at < end and not text[at].isspace():
        space = max(text.rfind(" ", low, at), low if text[low : low + 1].isspace() else -1)
        at = space if space >= low else at
    return low + len(text[low:at].rstrip())


def _lead(article: Article, found: dict[str, list[Span]], width: int) -> Snippet:
    """The standfirst; of an article without one, the first sentence of its prose."""
    if article.lead:
        name, text, bounds = "lead", article.lead, (0, len(article.lead))
    else:
        name, text = "body", article.body[:ANALYSED_CHARACTERS]
        bounds = _first_prose(text)
    spans = tuple(s for s in found[name] if bounds[0] <= s.start and s.end <= bounds[1])
    start, end = bounds
    if end - start > width * _TOLERANCE:
        core = (spans[0].start, spans[0].end) if spans else (start, start)
        left, right = _window(text, bounds, core, width)
        spans = tuple(s for s in spans if left <= s.start and s.end <= right)
        return _snippet(name, text, _Candidate(left, right, spans, 0, left > start, right < end))
    return _snippet(name, text, _Candidate(start, end, spans, 0))


def _first_prose(body: str) -> tuple[int, int]:
    """The bounds of the first line that is prose, or failing that of the first line."""
    start = 0
    fallback = (0, 0)
    for line in body.split("\n")[:_LINES]:
        bounds = (start, start + len(line))
        start += len(line) + 1
        if not line.strip():
            continue
        fallback = fallback if fallback[1] else bounds
        if not _is_service(line) and _PROSE_END.search(line):
            return bounds
    return fallback
