"""The clauses of a query that words of a text can answer, and which words do.

Floor 3, below ``highlights``.  Stems answer plain words; surfaces answer exact words, prefixes and
near words; phrases are looked for elsewhere.  Invariant: a surface that answers a clause begins
with one of ``beginnings_of`` it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from .analysis import MAX_WORD, STOP_WORDS, beginnings, stem
from .occurrences import joined, places
from .query.nodes import Fuzzy, Node, Not, Phrase, Prefix, Term, children
from .slips import is_near

_STOP_WORD_WEIGHT = 0.2
_CACHE_LIMIT = 4_000
_LONGEST_KEPT = 64  # characters
_STOPS = '.,;:!?)"'  # parts of no token at its end

Clause = Term | Phrase | Prefix | Fuzzy


def clauses_in(node: Node) -> Iterator[Clause]:
    """The words and phrases that a match may hold, left to right."""
    if isinstance(node, (Term, Phrase, Prefix, Fuzzy)):
        yield node
    elif not isinstance(node, Not):
        for child in children(node):
            yield from clauses_in(child)


def weight(clause: Clause) -> float:
    if isinstance(clause, Phrase):
        return 1.0 + 0.5 * (len(clause.words) - 1)
    return _STOP_WORD_WEIGHT if clause.word in STOP_WORDS else 1.0


def beginnings_of(clause: Clause | None) -> tuple[str, ...]:
    """How the surfaces that answer ``clause`` begin, apart from phrases: any may where one of the
    beginnings is empty."""
    if isinstance(clause, Term):
        return (clause.word,) if clause.exact else beginnings(clause.word)
    if isinstance(clause, Prefix):
        return (clause.word,)
    return ("",) if isinstance(clause, Fuzzy) else ()


def shortest(begun: frozenset[str]) -> tuple[str, ...]:
    """``begun`` without those that begin with another of them."""
    return tuple([b for b in begun if not any(b != a and b.startswith(a) for a in begun)])


class Words(dict[str, "tuple[int, bool] | None"]):
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


_Parts: TypeAlias = tuple[tuple[int, int, int, str, bool], ...]


class Lit(dict[str, _Parts]):
    """Stretch of text to the words asked for in it, as the parts of spans, worked out once."""

    def __init__(self, answers: Words) -> None:
        super().__init__()
        self.answers = answers

    def __missing__(self, stretch: str) -> _Parts:
        word = stretch.rstrip(_STOPS)
        if word.isalpha() and word.isascii() and len(word) <= MAX_WORD:
            # Most stretches are one word of plain letters, which is seen without analysis.
            surface = word.lower()
            answer = self.answers[surface]
            lit: _Parts = ()
            if answer is not None:
                lit = ((0, len(word), answer[0], surface, answer[1]),)
        else:
            lit = self._analysed(stretch)
        if len(stretch) <= _LONGEST_KEPT:
            if len(self) >= _CACHE_LIMIT:
                self.clear()
            self[stretch] = lit
        return lit

    def _analysed(self, stretch: str) -> _Parts:
        found: list[tuple[int, int, int, str, bool]] = []
        compounds = [place for _, place in joined(stretch)]
        for start, end, surface in (*places(stretch), *compounds):
            answer = self.answers[surface]
            if answer is not None and not any(start <= one[0] < end for one in found):
                found.append((start, end, answer[0], surface, answer[1]))
        return tuple(sorted(found))
