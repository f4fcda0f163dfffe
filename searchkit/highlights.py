"""Where a text answers a query: the places to highlight, and the word forms found there.

Floor 3, below ``snippets``.  Works on the query tree and the one analyser, so that what
is highlighted is what an engine matched: stems for plain words, surfaces for exact words,
phrases, prefixes and near words.  Clauses under ``Not`` are never highlighted.
Invariant: spans are ordered, do not overlap, and lie within the text.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from .analysis import STOP_WORDS, Token, faces, stem, tokens, words
from .query.nodes import Fuzzy, Node, Not, Phrase, Prefix, Term, children

FIELDS = ("title", "lead", "body")
"""The fields whose text is shown, so the only ones in which words are highlighted."""

_STOP_WORD_WEIGHT = 0.2
_CACHE_LIMIT = 100_000

Clause = Term | Phrase | Prefix | Fuzzy


class Span(NamedTuple):
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


class _Lit(dict[str, "tuple[tuple[int, int, int, str, bool], ...]"]):
    """Stretch of text to the words asked for in it, as the parts of spans, worked out once."""

    def __init__(self, answers: _Words) -> None:
        super().__init__()
        self.answers = answers

    def __missing__(self, chunk: str) -> tuple[tuple[int, int, int, str, bool], ...]:
        if len(self) >= _CACHE_LIMIT:
            self.clear()
        found = ((token, self.answers[token.surface]) for token in tokens(chunk))
        lit = self[chunk] = tuple(
            (token.start, token.end, answer[0], token.surface, answer[1])
            for token, answer in found
            if answer is not None
        )
        return lit


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


class _Chunks(threading.local):
    """The stretches between white space met so far, and which of them hold a given stem.

    No token holds white space, so a stretch has the same tokens wherever it stands: a text is
    split, which is far cheaper than finding its tokens, and only what is new is analysed.  Each
    thread has its own, for neither table may be seen half filled.
    """

    def __init__(self) -> None:
        self.surfaces: dict[str, tuple[str, ...]] = {}
        self.by_stem: defaultdict[str, list[str]] = defaultdict(list)

    def of(self, text: str) -> set[str]:
        """The distinct stretches of ``text``, all of them known from now on."""
        found = set(text.split())
        fresh = found.difference(self.surfaces)
        if len(self.surfaces) + len(fresh) > _CACHE_LIMIT:
            self.surfaces.clear()
            self.by_stem.clear()
            fresh = found
        for chunk in fresh:
            pairs = faces(chunk)
            for each in {pair[1] for pair in pairs}:
                self.by_stem[each].append(chunk)
            self.surfaces[chunk] = tuple([surface for surface, _ in pairs])
        return found

    def holding(self, word: str, among: set[str]) -> list[str]:
        """The stretches of ``among`` that hold the surface ``word``."""
        alike = among.intersection(self.by_stem.get(stem(word), ()))
        return [chunk for chunk in alike if word in self.surfaces[chunk]]


_chunks = _Chunks()


class _Clauses:
    """The clauses of a query that look at one field, in forms that are quick to look up."""

    def __init__(self, clauses: tuple[Clause | None, ...]) -> None:
        self.words = _Words(clauses)
        self.lit = _Lit(self.words)
        self.phrases = [(n, c) for n, c in enumerate(clauses) if isinstance(c, Phrase) and c.words]
        self.stems = tuple({stem(c.word) for c in clauses if isinstance(c, Term)})
        self.open = any(isinstance(c, (Prefix, Fuzzy)) for c in clauses)

    def find(self, text: str) -> list[Span]:
        """The spans of ``text``, in order."""
        chunks = _chunks.of(text)
        spans = self._words_in(text, chunks)
        possible = [(n, p) for n, p in self.phrases if _may_hold(chunks, p)]
        if not possible:
            return spans
        for start, line in _lines_with(text, chunks, [phrase for _, phrase in possible]):
            found = tokens(line)
            for number, phrase in possible:
                spans.extend(_phrase_spans(line, start, found, number, phrase))
        if not spans:  # a phrase may run over the end of a line
            found = tokens(text)
            for number, phrase in possible:
                spans.extend(_phrase_spans(text, 0, found, number, phrase))
        return _without_overlaps(spans)

    def _fitting(self, chunks: set[str]) -> Iterable[str]:
        """Those of ``chunks`` that may hold words asked for."""
        if self.open:
            answers, surfaces = self.words, _chunks.surfaces
            return [c for c in chunks if any(map(answers.__getitem__, surfaces[c]))]
        by_stem = _chunks.by_stem
        return set().union(*[chunks.intersection(by_stem.get(s, ())) for s in self.stems])

    def _words_in(self, text: str, chunks: set[str]) -> list[Span]:
        """The words asked for, in order; ``chunks`` are the stretches of ``text``."""
        spans = []
        for chunk in self._fitting(chunks):
            lit = self.lit[chunk]
            for at in _places(text, chunk) if lit else ():
                for start, end, clause, surface, exact in lit:
                    spans.append(Span(at + start, at + end, clause, surface, exact))
        spans.sort()
        return spans


class Highlighter:
    """The words and phrases of one query, ready to be found in texts.

    ``weights`` says, clause by clause, how much finding it is worth: 1 for a word, more for
    a phrase, little for a stop word.  Safe to share between threads.
    """

    def __init__(self, query: Node) -> None:
        found = dict.fromkeys(c for c in _clauses(query) if c.field in (None, *FIELDS))
        self.weights = tuple(_weight(clause) for clause in found)
        self._fields = {
            name: _Clauses(tuple(c if c.field in (None, name) else None for c in found))
            for name in FIELDS
        }

    def find(self, text: str, name: str) -> list[Span]:
        """The spans of ``text``, which is the text of field ``name``."""
        return self._fields[name].find(text) if self.weights and text else []


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


def _places(text: str, chunk: str) -> list[int]:
    """Where ``chunk`` stands in ``text`` between white space."""
    places = []
    size, length = len(chunk), len(text)
    at = text.find(chunk)
    while at >= 0:
        end = at + size
        if (not at or text[at - 1].isspace()) and (end == length or text[end].isspace()):
            places.append(at)
        at = text.find(chunk, end)
    return places


def _may_hold(chunks: set[str], phrase: Phrase) -> bool:
    """Whether every word of ``phrase`` stands in ``chunks``."""
    return all(_chunks.holding(word, chunks) for word in phrase.words)


def _lines_with(
    text: str, chunks: set[str], phrases: Sequence[Phrase]
) -> Iterator[tuple[int, str]]:
    """The lines of ``text`` that hold all words of one of ``phrases``, each with its start."""
    starts: set[int] = set()
    for phrase in phrases:
        rarest = max(phrase.words, key=len)  # the longest word is seldom a common one
        for chunk in _chunks.holding(rarest, chunks):
            starts.update(text.rfind("\n", 0, at) + 1 for at in _places(text, chunk))
    wanted = [set(phrase.words) for phrase in phrases]
    for start in sorted(starts):
        end = text.find("\n", start)
        line = text[start : end if end >= 0 else len(text)]
        held = set(words(line))
        if any(each <= held for each in wanted):
            yield start, line


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
