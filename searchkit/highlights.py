"""Where a text answers a query: the places to highlight, and the word forms found there.

Floor 3, below ``snippets``.  Works on the query tree and the one analyser, so that what
is highlighted is what an engine matched: stems for plain words, surfaces for exact words,
phrases, prefixes and near words.  Clauses under ``Not`` are never highlighted.
Invariant: spans are ordered, do not overlap, and lie within the text.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import chain
from typing import NamedTuple

from .analysis import STOP_WORDS, beginnings, stem
from .occurrences import Place, Prepared, joined, places
from .phrases import loose, loose_over_lines, may_hold, strict
from .query.nodes import Fuzzy, Node, Not, Phrase, Prefix, Term, children

FIELDS = ("title", "lead", "body")
"""The fields whose text is shown, so the only ones in which words are highlighted."""

_STOP_WORD_WEIGHT = 0.2
_REPEATED = 0.25  # worth of a clause that is shown already
_MOST_SETS = 200
_CACHE_LIMIT = 20_000
_LONGEST_KEPT = 64  # characters

Clause = Term | Phrase | Prefix | Fuzzy


class Span(NamedTuple):
    """One place to highlight: ``[start, end)`` in characters, the number of the ``clause``
    that it answers, the ``surface`` found, and whether that is the very word asked for."""

    start: int
    end: int
    clause: int
    surface: str
    exact: bool


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


class _Words(dict[str, "tuple[int, bool] | None"]):
    """Surface to (clause, is it the very word), worked out once per distinct surface.

    The first clause counts that asks for the very word, else the first that is answered.
    """

    def __init__(self, clauses: tuple[Clause | None, ...]) -> None:
        super().__init__()
        self._exact: dict[str, int] = {}
        self._stems: dict[str, int] = {}
        self._open: list[tuple[int, Prefix | Fuzzy]] = []
        for number, clause in enumerate(clauses):
            if isinstance(clause, (Term, Prefix, Fuzzy)):
                self._exact.setdefault(clause.word, number)
            if isinstance(clause, Term) and not clause.exact:
                self._stems.setdefault(stem(clause.word), number)
            elif isinstance(clause, (Prefix, Fuzzy)):
                self._open.append((number, clause))

    def __missing__(self, surface: str) -> tuple[int, bool] | None:
        if len(self) >= _CACHE_LIMIT:
            self.clear()
        answer = self[surface] = self._answer(surface)
        return answer

    def _answer(self, surface: str) -> tuple[int, bool] | None:
        exact = self._exact.get(surface)
        if exact is not None:
            return exact, True
        alike = self._stems.get(stem(surface)) if self._stems else None
        for number, clause in self._open:
            if alike is not None and alike < number:
                break
            if _is_like(clause, surface):
                return number, False
        return None if alike is None else (alike, False)


def _is_like(clause: Prefix | Fuzzy, surface: str) -> bool:
    if isinstance(clause, Prefix):
        return surface.startswith(clause.word)
    return is_near(clause.word, surface, clause.edits)


class _Lit(dict[str, "tuple[tuple[int, int, int, str, bool], ...]"]):
    """Stretch of text to the words asked for in it, as the parts of spans, worked out once."""

    def __init__(self, answers: _Words) -> None:
        super().__init__()
        self.answers = answers

    def __missing__(self, stretch: str) -> tuple[tuple[int, int, int, str, bool], ...]:
        found: list[tuple[int, int, int, str, bool]] = []
        compounds = [place for _, place in joined(stretch)]
        for start, end, surface in (*places(stretch), *compounds):
            answer = self.answers[surface]
            if answer is not None and not any(start <= one[0] < end for one in found):
                found.append((start, end, answer[0], surface, answer[1]))
        lit = tuple(sorted(found))
        if len(stretch) <= _LONGEST_KEPT:
            if len(self) >= _CACHE_LIMIT:
                self.clear()
            self[stretch] = lit
        return lit


class _Clauses:
    """The clauses of a query that look at one field, in forms that are quick to look up.

    ``beginnings`` are those of the surfaces wanted; ``None`` where any may be wanted.
    """

    def __init__(self, clauses: tuple[Clause | None, ...]) -> None:
        self.lit = _Lit(_Words(clauses))
        self.phrases = [(n, c) for n, c in enumerate(clauses) if isinstance(c, Phrase) and c.words]
        begun = frozenset(chain.from_iterable(map(_beginnings, clauses)))
        self.beginnings = _shortest(begun) if all(len(b) > 1 for b in begun) else None

    def find(self, texts: Sequence[str]) -> list[list[Span]]:
        """The spans of each of ``texts``, in order."""
        joined = texts[0] if len(texts) == 1 else "\n".join(texts)
        prepared = Prepared(joined)
        spans = self._words_in(prepared)
        possible = [(n, p) for n, p in self.phrases if may_hold(prepared, p)]
        if possible:
            for number, phrase in possible:
                spans.extend(_phrase_spans(prepared, number, phrase))
            spans = _without_overlaps(spans)
        found = _apart(spans, texts)
        if possible and not all(found):
            for text, held in zip(texts, found, strict=True):
                if not held and text:
                    held += _over_lines(text, possible)
        return found

    def _words_in(self, prepared: Prepared) -> list[Span]:
        """The words asked for, in order."""
        if self.beginnings is None:
            stretches = prepared.everything()
        else:
            stretches = prepared.stretches(self.beginnings) if self.beginnings else {}
        lit = self.lit
        return [
            _span((at + start, at + end, clause, surface, exact))
            for at in sorted(stretches)
            for start, end, clause, surface, exact in lit[stretches[at]]
        ]


def _apart(spans: list[Span], texts: Sequence[str]) -> list[list[Span]]:
    """The spans of ``texts`` with a line end between them as those of each."""
    if len(texts) == 1:
        return [spans]
    found = []
    at = offset = 0
    for text in texts:
        following = offset + len(text) + 1
        after = bisect_left(spans, (following,), at)
        held = spans[at:after]
        if offset:
            held = [
                _span((start - offset, end - offset, clause, surface, exact))
                for start, end, clause, surface, exact in held
            ]
        found.append(held)
        at, offset = after, following
    return found


def _over_lines(text: str, phrases: Sequence[tuple[int, Phrase]]) -> list[Span]:
    """The words of phrases that run over line ends of a text where none stands on a line."""
    prepared = Prepared(text)
    spans: list[Span] = []
    for number, phrase in phrases:
        if may_hold(prepared, phrase):
            spans.extend(_phrase_over_lines(prepared, number, phrase))
    return _without_overlaps(spans)


class Highlighter:
    """The words and phrases of one query, ready to be found in texts.

    ``worth`` says how much finding clauses is worth: 1 for a word, more for a phrase, little for
    a stop word.  Safe to share between threads.
    """

    def __init__(self, query: Node) -> None:
        found = dict.fromkeys(c for c in _clauses(query) if c.field in (None, *FIELDS))
        self.worth = Worth([_weight(clause) for clause in found])
        wanted = {
            name: tuple(c if c.field in (None, name) else None for c in found) for name in FIELDS
        }
        made = {clauses: _Clauses(clauses) for clauses in set(wanted.values())}
        self._fields = {name: made[clauses] for name, clauses in wanted.items()}
        self._alike = len(made) == 1

    def find(self, text: str, name: str) -> list[Span]:
        """The spans of ``text``, which is the text of field ``name``."""
        return self._fields[name].find((text,))[0] if self.worth.weights and text else []

    def find_all(self, title: str, lead: str, body: str) -> Sequence[list[Span]]:
        """The spans of the title, the lead and the body of an article."""
        if not (self._alike and self.worth.weights):
            return self.find(title, "title"), self.find(lead, "lead"), self.find(body, "body")
        wanted = self._fields["body"]
        # The lead is mostly the beginning of the body: then what stands in it is known.
        if not (lead and body.startswith(f"{lead}\n")):
            in_body, in_title, in_lead = wanted.find((body, title, lead))
            return in_title, in_lead, in_body
        in_body, in_title = wanted.find((body, title))
        if wanted.phrases:
            return in_title, wanted.find((lead,))[0], in_body
        return in_title, in_body[: bisect_left(in_body, (len(lead),))], in_body


@lru_cache(maxsize=64)
def highlighter(query: Node) -> Highlighter:
    """The ``Highlighter`` of ``query``, made once for all the hits of a search."""
    return Highlighter(query)


def _clauses(node: Node) -> Iterator[Clause]:
    """The words and phrases that a match may hold, left to right."""
    if isinstance(node, (Term, Phrase, Prefix, Fuzzy)):
        yield node
    elif not isinstance(node, Not):
        for child in children(node):
            yield from _clauses(child)


def _weight(clause: Clause) -> float:
    if isinstance(clause, Phrase):
        return 1.0 + 0.5 * (len(clause.words) - 1)
    return _STOP_WORD_WEIGHT if clause.word in STOP_WORDS else 1.0


def _beginnings(clause: Clause | None) -> tuple[str, ...]:
    """How the surfaces that answer ``clause`` begin, apart from phrases: any may where one of the
    beginnings is empty."""
    if isinstance(clause, Term):
        return (clause.word,) if clause.exact else beginnings(clause.word)
    if isinstance(clause, Prefix):
        return (clause.word,)
    return ("",) if isinstance(clause, Fuzzy) else ()


def _shortest(begun: frozenset[str]) -> tuple[str, ...]:
    """``begun`` without those that begin with another of them."""
    return tuple([b for b in begun if not any(b != a and b.startswith(a) for a in begun)])


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


def is_near(word: str, other: str, edits: int) -> bool:
    """Whether ``other`` starts like ``word`` and is within ``edits`` of it, by restricted
    Damerau-Levenshtein distance (https://en.wikipedia.org/wiki/Damerau-Levenshtein_distance)."""
    if word[:1] != other[:1] or abs(len(word) - len(other)) > edits:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        earlier, before, row = before, row, [i]
        for j, found in enumerate(other, 1):
            cost = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (letter != found))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == found:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1] <= edits
