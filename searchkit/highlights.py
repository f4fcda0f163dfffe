"""Where a text answers a query: the places to highlight, and the word forms found there.

Floor 3, below ``snippets``.  Works on the query tree and the one analyser, so that what
is highlighted is what an engine matched: stems for plain words, surfaces for exact words,
phrases, prefixes and near words.  Clauses under ``Not`` are never highlighted.
Invariant: spans are ordered, do not overlap, and lie within the text.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import accumulate, chain
from typing import NamedTuple

from .clauses import Clause, Lit, Words, beginnings_of, clauses_in, shortest, weight
from .occurrences import Place, Prepared
from .phrases import loose, loose_over_lines, may_hold, strict
from .query.nodes import Node, Phrase

FIELDS = ("title", "lead", "body")
"""The fields whose text is shown, so the only ones in which words are highlighted."""

_REPEATED = 0.25  # worth of a clause that is shown already
_MOST_SETS = 200

_TOGETHER = 16
"""Articles that are looked through at once: more would only take more memory."""

Texts = tuple[str, str, str]
"""The title, the lead and the body of an article."""


class Span(NamedTuple):
    """One place to highlight: ``[start, end)`` in characters, the number of the ``clause`` that it
    answers, the ``surface`` found, and whether that is the very word asked for."""

    start: int
    end: int
    clause: int
    surface: str
    exact: bool


Found = tuple[list[Span], list[Span], list[Span]]
"""The spans of the title, the lead and the body of an article."""

_span = partial(tuple.__new__, Span)  # half the price of a call of the class


class Worth(dict[int, float]):
    """What covering a set of clauses is worth after those ``seen``, worked out once for each set.

    Sets are whole numbers: clause ``n`` is the bit ``1 << n``.
    """

    def __init__(self, weights: Sequence[float], seen: int = 0) -> None:
        super().__init__()
        self.weights = weights
        self.seen = seen
        self._after: dict[int, Worth] = {}

    def __missing__(self, clauses: int) -> float:
        if len(self) >= _MOST_SETS:
            self.clear()
        new, repeated = clauses & ~self.seen, clauses & self.seen
        self[clauses] = total = self._sum(new) + _REPEATED * self._sum(repeated)
        return total

    def _sum(self, clauses: int) -> float:
        return sum([weight for n, weight in enumerate(self.weights) if clauses >> n & 1])

    def after(self, seen: int) -> Worth:
        """The worth of sets where ``seen`` is shown already, so that its clauses count less."""
        known = self._after.get(seen)
        if known is None:
            if len(self._after) >= _MOST_SETS:
                self._after.clear()
            known = self._after[seen] = Worth(self.weights, seen)
        return known


def clauses_of(spans: Iterable[Span]) -> int:
    """The clauses that ``spans`` answer, as a set of bits."""
    found = 0
    for span in spans:
        found |= 1 << span.clause
    return found


class _Clauses:
    """The clauses of a query that look at one field, in forms that are quick to look up.

    ``beginnings`` are those of the surfaces wanted; ``None`` where any may be wanted.
    """

    def __init__(self, clauses: tuple[Clause | None, ...]) -> None:
        self.lit = Lit(Words(clauses))
        self.phrases = [(n, c) for n, c in enumerate(clauses) if isinstance(c, Phrase) and c.words]
        begun = frozenset(chain.from_iterable(map(beginnings_of, clauses)))
        self.beginnings = shortest(begun) if all(len(b) > 1 for b in begun) else None

    def find(self, texts: Sequence[str]) -> list[list[Span]]:
        """The spans of each of ``texts``, in order."""
        prepared = Prepared(*texts)
        starts = list(accumulate([len(text) + 1 for text in texts], initial=0))
        found = self._words_in(prepared, starts)
        possible = [(n, p) for n, p in self.phrases if may_hold(prepared, p)]
        if not possible:
            return found
        for number, phrase in possible:
            for span in _phrase_spans(prepared, number, phrase):
                at = bisect_right(starts, span.start) - 1
                start = starts[at]
                found[at].append(span._replace(start=span.start - start, end=span.end - start))
        return [
            _without_overlaps(held or _over_lines(text, possible)) if text else held
            for text, held in zip(texts, found, strict=True)
        ]

    def _words_in(self, prepared: Prepared, starts: Sequence[int]) -> list[list[Span]]:
        """The words asked for in each of the texts that begin at ``starts``, in order."""
        if self.beginnings is None:
            stretches = prepared.everything()
        else:
            stretches = prepared.stretches(self.beginnings) if self.beginnings else {}
        lit = self.lit
        found: list[list[Span]] = [[] for _ in starts[1:]]
        number, following = -1, 0
        for at in sorted(stretches):
            words = lit[stretches[at]]
            if not words:
                continue
            while at >= following:
                number += 1
                following = starts[number + 1]
            offset, held = at - starts[number], found[number]
            for start, end, clause, surface, exact in words:
                held.append(_span((offset + start, offset + end, clause, surface, exact)))
        return found


def _over_lines(text: str, phrases: Sequence[tuple[int, Phrase]]) -> list[Span]:
    """The words of phrases that run over line ends of a text where none stands on a line."""
    prepared = Prepared(text)
    spans: list[Span] = []
    for number, phrase in phrases:
        if may_hold(prepared, phrase):
            spans.extend(_phrase_over_lines(prepared, number, phrase))
    return spans


class Highlighter:
    """The words and phrases of one query, ready to be found in texts.

    ``worth`` says how much finding clauses is worth: 1 for a word, more for a phrase, little for
    a stop word.  Safe to share between threads.
    """

    def __init__(self, query: Node) -> None:
        found = dict.fromkeys(c for c in clauses_in(query) if c.field in (None, *FIELDS))
        self.worth = Worth([weight(clause) for clause in found])
        wanted = {
            name: tuple(c if c.field in (None, name) else None for c in found) for name in FIELDS
        }
        made = {clauses: _Clauses(clauses) for clauses in set(wanted.values())}
        self._fields = {name: made[clauses] for name, clauses in wanted.items()}
        self._alike = len(made) == 1

    def find(self, text: str, name: str) -> list[Span]:
        """The spans of ``text``, which is the text of field ``name``."""
        return self._fields[name].find((text,))[0] if self.worth.weights and text else []

    def find_all(self, articles: Sequence[Texts]) -> list[Found]:
        """The spans of the title, the lead and the body of each of many articles."""
        if not self.worth.weights:
            return [([], [], []) for _ in articles]
        found: list[Found] = []
        for first in range(0, len(articles), _TOGETHER):
            part = articles[first : first + _TOGETHER]
            if self._alike:
                found += self._find_alike(part)
            else:
                fields = zip(FIELDS, zip(*part, strict=True), strict=True)
                each = [self._fields[name].find(texts) for name, texts in fields]
                found += zip(*each, strict=True)
        return found

    def _find_alike(self, articles: Sequence[Texts]) -> list[Found]:
        """``find_all`` where every clause looks at all three fields."""
        wanted = self._fields["body"]
        titles, leads, bodies = zip(*articles, strict=True)
        # The lead is mostly the beginning of the body: then what stands in it is known.
        known = [
            bool(lead) and not wanted.phrases and body.startswith(f"{lead}\n")
            for lead, body in zip(leads, bodies, strict=True)
        ]
        others = [lead for lead, begins in zip(leads, known, strict=True) if not begins]
        spans = wanted.find((*bodies, *titles, *others))
        count = len(articles)
        in_others = iter(spans[2 * count :])
        return [
            (
                spans[count + n],
                in_body[: bisect_left(in_body, (len(lead),))] if begins else next(in_others),
                in_body,
            )
            for n, (in_body, lead, begins) in enumerate(
                zip(spans[:count], leads, known, strict=True)
            )
        ]


@lru_cache(maxsize=256)
def highlighter(query: Node) -> Highlighter:
    """The ``Highlighter`` of ``query``, made once for all the hits of a search."""
    return Highlighter(query)


def _phrase_spans(prepared: Prepared, number: int, phrase: Phrase) -> Iterator[Span]:
    """The occurrences of a phrase within lines: one span each, or a span a word where it may be
    loose."""
    if phrase.slop:
        for place in loose(prepared, phrase):
            yield _word_span(place, number)
        return
    for found in strict(prepared, phrase):
        start, end = found[0][0], found[-1][1]
        if "\n" not in prepared.text[start:end]:
            yield Span(start, end, number, " ".join(phrase.words), True)


def _phrase_over_lines(prepared: Prepared, number: int, phrase: Phrase) -> Iterator[Span]:
    """The words of the occurrences of a phrase that run over a line end."""
    if phrase.slop:
        found = loose_over_lines(prepared, phrase)
    else:
        found = chain.from_iterable(strict(prepared, phrase))
    for place in found:
        yield _word_span(place, number)


def _word_span(place: Place, number: int) -> Span:
    start, end, surface = place
    return Span(start, end, number, surface, True)


def _without_overlaps(spans: list[Span]) -> list[Span]:
    """The spans in order, the longer kept where two overlap."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept
