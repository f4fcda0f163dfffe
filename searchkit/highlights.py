"""Where a text answers a query: the places to highlight, and the word forms found there.

Floor 3, below ``snippets``.  Works on the query tree and the one analyser, so that what
is highlighted is what an engine matched: stems for plain words, surfaces for exact words,
phrases, prefixes and near words.  Clauses under ``Not`` are never highlighted.
Invariant: spans are ordered, do not overlap, and lie within the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from .analysis import STOP_WORDS, Token, faces, stem, tokens
from .query.nodes import Fuzzy, Node, Not, Phrase, Prefix, Term, children

FIELDS = ("title", "lead", "body")
"""The fields whose text is shown, so the only ones in which words are highlighted."""

_STOP_WORD_WEIGHT = 0.2
_CACHE_LIMIT = 50_000

Clause = Term | Phrase | Prefix | Fuzzy


@dataclass(frozen=True, slots=True)
class Span:
    """One place to highlight: ``[start, end)`` in characters, the number of the ``clause``
    that it answers, the ``surface`` found, and whether that is the very word asked for."""

    start: int
    end: int
    clause: int
    surface: str
    exact: bool


class _Words(dict[str, "tuple[int, bool] | None"]):
    """Surface to (clause, is it the very word), worked out once per distinct surface."""

    def __init__(self, clauses: tuple[Clause | None, ...]) -> None:
        super().__init__()
        self.clauses = clauses

    def __missing__(self, surface: str) -> tuple[int, bool] | None:
        if len(self) >= _CACHE_LIMIT:
            self.clear()
        best = None
        for number, clause in enumerate(self.clauses):
            exact = _answers(clause, surface)
            if exact is not None and (best is None or (exact and not best[1])):
                best = (number, exact)
        self[surface] = best
        return best


def _answers(clause: Clause | None, surface: str) -> bool | None:
    """``None`` if ``surface`` does not match, else whether it is the word as typed."""
    if isinstance(clause, Term):
        if surface == clause.word:
            return True
        same_stem = not clause.exact and stem(surface) == stem(clause.word)
        return False if same_stem else None
    if isinstance(clause, Prefix) and surface.startswith(clause.word):
        return surface == clause.word
    if isinstance(clause, Fuzzy) and is_near(clause.word, surface, clause.edits):
        return surface == clause.word
    return None


class Highlighter:
    """The words and phrases of one query, ready to be found in texts.

    ``weights`` says, clause by clause, how much finding it is worth: 1 for a word, more for
    a phrase, little for a stop word.  Safe to share between threads.
    """

    def __init__(self, query: Node) -> None:
        found = dict.fromkeys(c for c in _clauses(query) if c.field in (None, *FIELDS))
        self._clauses = tuple(found)
        self.weights = tuple(_weight(clause) for clause in self._clauses)
        self._words = {name: _Words(self._of(name)) for name in FIELDS}
        self._phrases = {
            name: [(n, c) for n, c in enumerate(self._of(name)) if isinstance(c, Phrase)]
            for name in FIELDS
        }

    def _of(self, name: str) -> tuple[Clause | None, ...]:
        """The clauses that look at field ``name``; ``None`` in place of the others."""
        return tuple(c if c.field in (None, name) else None for c in self._clauses)

    def find(self, text: str, name: str) -> list[Span]:
        """The spans of ``text``, which is the text of field ``name``."""
        if not self._clauses or not text:
            return []
        spans: list[Span] = []
        start = 0
        # Offsets are worked out only for lines that can have a match: most cannot.
        for line in text.split("\n"):
            surfaces = [surface for surface, _ in faces(line)]
            if self._may_answer(surfaces, name):
                spans.extend(self._spans(line, start, name))
            start += len(line) + 1
        if spans or not self._phrases[name]:
            return spans
        return self._spans(text, 0, name)  # a phrase may run over the end of a line

    def _may_answer(self, surfaces: list[str], name: str) -> bool:
        words = self._words[name]
        if any(words[surface] for surface in surfaces):
            return True
        phrases = self._phrases[name]
        return bool(phrases) and any(
            set(surfaces).issuperset(phrase.words) for _, phrase in phrases
        )

    def _spans(self, text: str, offset: int, name: str) -> list[Span]:
        found = tokens(text)
        spans = list(_word_spans(found, offset, self._words[name]))
        phrases = self._phrases[name]
        if not phrases:
            return spans
        for number, phrase in phrases:
            spans.extend(_phrase_spans(text, offset, found, number, phrase))
        return _without_overlaps(spans)


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


def _word_spans(found: list[Token], offset: int, words: _Words) -> Iterator[Span]:
    for token in found:
        answer = words[token.surface]
        if answer is not None:
            yield Span(
                offset + token.start, offset + token.end, answer[0], token.surface, answer[1]
            )


def _phrase_spans(
    text: str, offset: int, found: list[Token], number: int, phrase: Phrase
) -> Iterator[Span]:
    """The occurrences of a phrase: one span each, or a span a word where it may be loose."""
    surfaces = [token.surface for token in found]
    if phrase.slop:
        for at in sorted(_loose(surfaces, phrase)):
            yield _word_span(found[at], offset, number)
        return
    wanted = list(phrase.words)
    size = len(wanted)
    for at, surface in enumerate(surfaces):
        if not size or surface != wanted[0] or surfaces[at : at + size] != wanted:
            continue
        start, end = found[at].start, found[at + size - 1].end
        if "\n" in text[start:end]:
            yield from (_word_span(token, offset, number) for token in found[at : at + size])
        else:
            yield Span(offset + start, offset + end, number, " ".join(wanted), True)


def _word_span(token: Token, offset: int, number: int) -> Span:
    return Span(offset + token.start, offset + token.end, number, token.surface, True)


def _loose(surfaces: list[str], phrase: Phrase) -> set[int]:
    """Positions of the words of ``phrase`` wherever all of them fall into its window."""
    wanted = set(phrase.words)
    places = [at for at, surface in enumerate(surfaces) if surface in wanted]
    size = len(phrase.words) + phrase.slop
    near: set[int] = set()
    for first, at in enumerate(places):
        window = []
        for other in places[first:]:
            if other - at >= size:
                break
            window.append(other)
        if {surfaces[place] for place in window} == wanted:
            near.update(window)
    return near


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
