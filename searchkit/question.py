"""A question: query text and filters, joined into the one tree that an engine is asked.

Floor 3.  Invariant: ``ask`` either returns a question without fatal remarks or raises
the ``QueryError`` that says which part of what the user typed is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from functools import lru_cache
from operator import is_
from typing import TYPE_CHECKING, NamedTuple

from .errors import Diagnostic, QueryError, UnknownField, UnknownForce
from .filters import Filters, choices, span_of
from .query.describe import render
from .query.everywhere import with_boilerplate
from .query.limits import too_long
from .query.nodes import And, AtLeast, DateRange, Every, Filter, Node, Not, Or, loosened
from .query.parsed import asks_for_words
from .query.parser import Parsed, parse, relax
from .query.plain import parse_plain
from .query.questions import Asked, any_of, asked, is_long
from .query.widening import NO_MEANINGS, Meanings, meanings
from .settings import QUERY_LIMITS, QueryLimits
from .synonyms import Vocabulary

if TYPE_CHECKING:
    from .query.dates import Period

_RAISES: Mapping[str, type[QueryError]] = {
    "unknown-field": UnknownField,
    "unknown-force": UnknownForce,
}


class Match(str, Enum):
    """How many of the plain words of a query an article needs.  ``AUTO``: all; most, where none has
    all; any, where there are as many as in a sentence (``query.questions.LONG``)."""

    AUTO = "auto"
    ALL = "all"
    MOST = "most"
    ANY = "any"


ALL = "all"
"""Stands for every filter and narrowing clause of a question, where they are left out together."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the engine is asked: ``query`` joins ``wanted`` with the filters, ``wanted`` being
    ``parsed.query`` widened by the ``meanings`` of its words."""

    parsed: Parsed
    filters: Filters
    query: Node
    today: date
    meanings: Meanings = NO_MEANINGS
    table: Vocabulary | None = None
    match: Match = Match.AUTO

    @property
    def wanted(self) -> Node:
        """The words and clauses of the text, with what they stand for, and as far as they look,
        which may be into boilerplate."""
        query = self.meanings.widen(self.parsed.query)
        return with_boilerplate(query) if self.filters.include_boilerplate else query

    @property
    def in_boilerplate(self) -> Question | None:
        """The same question of boilerplate, too; ``None`` where that is no other one."""
        query = self.parsed.query
        if self.filters.include_boilerplate or with_boilerplate(query) is query:
            return None
        return self.asking(query, replace(self.filters, include_boilerplate=True))

    @property
    def span(self) -> Period | None:
        """The days that the filters leave; ``None`` where they name none."""
        return span_of(self.filters, self.today)

    @property
    def undated(self) -> Node | None:
        """The undated articles that would match but for their missing date; ``None`` where no
        date range leaves any out."""
        if self.filters.include_undated:
            return None
        return _undated_matches(self.query)

    @property
    def ranked(self) -> bool:
        """Whether there is anything to rank by."""
        return self.parsed.ranked

    def matching(self, match: Match) -> Question:
        """This question as ``match`` has it; where it is no list of plain words, as it was."""
        if match is Match.AUTO and is_long(self.parsed, self.meanings.naming()):
            match = Match.ANY
        wanted: Node | None = None
        if match is Match.ANY:
            wanted = any_of(self.parsed)
        elif match is Match.MOST:
            wanted = relax(self.parsed)
        if wanted is None:
            return replace(self, match=Match.ALL if match is Match.ALL else Match.AUTO)
        asking = self.asking(wanted, self.filters)
        # A question is in its asker's words, a few words are those that were read.
        query = loosened(asking.query) if match is Match.ANY else asking.query
        return replace(asking, query=query, match=match)

    def relaxed(self) -> Question | None:
        """The same question for most of its words; ``None`` where that makes no sense, or all were
        asked for."""
        if not self.parsed.plain or self.match is not Match.AUTO:
            return None
        looser = relax(self.parsed)
        return (
            None if looser is None else replace(self.asking(looser, self.filters), match=Match.MOST)
        )

    @property
    def asked(self) -> Asked | None:
        """The words that hits are put in order by, beside what they match."""
        return asked(self.parsed, learn=self.match is Match.ANY)

    def widened(self) -> Iterator[tuple[str, Question]]:
        """The same question without each thing that narrows its words: a filter, by its name, or
        a clause such as ``force:kent``, as query text; then without them all, as ``ALL``."""
        query, filters = self.parsed.query, self.filters
        names = tuple(filters.shown())
        clauses = query.nodes if isinstance(query, And) else (query,)
        words = tuple(clause for clause in clauses if asks_for_words(clause))
        for name in names:
            yield name, self.asking(query, filters.without(name))
        if words:
            for left_out in clauses:
                if left_out not in words:
                    others = tuple(clause for clause in clauses if clause != left_out)
                    yield render(left_out), self.asking(_all_of(others), filters)
        narrowing = len(names) + (len(clauses) - len(words) if words else 0)
        if narrowing > 1:
            yield ALL, self.asking(_all_of(words or clauses), filters.without(*names))

    def asking(self, query: Node, filters: Filters) -> Question:
        """This question with another tree and other filters."""
        parsed = replace(self.parsed, query=query)
        whole = _compose(self.meanings.widen(query), filters, self.today)
        return replace(self, parsed=parsed, filters=filters, query=whole)

    def retyped(self, text: str) -> Question | None:
        """The question that another text asks with the same filters; ``None`` for one that cannot
        be answered."""
        try:
            return ask(text, self.filters, today=self.today, table=self.table)
        except QueryError:
            return None


def ask(
    text: str,
    filters: Filters,
    *,
    today: date,
    limits: QueryLimits = QUERY_LIMITS,
    table: Vocabulary | None = None,
) -> Question:
    """Parse ``text`` and ``filters``; ``table`` says what words stand for.

    Raises ``QueryError`` (or ``UnknownField``, ``UnknownForce``) with every remark, when one of
    them is fatal."""
    if filters.any_word:
        parsed, found = parse_plain(text, exact=filters.exact, limits=limits), NO_MEANINGS
    else:
        # A text that is too long is not remembered.
        read = _read if too_long(text, limits) else _read_before
        known = table if filters.synonyms else None
        parsed, found = read(text, known, _Way(today, filters.exact, filters.fuzzy), limits)
    raise_fatal(parsed.diagnostics)
    whole = _compose(found.widen(parsed.query), filters, today)
    return Question(parsed, filters, whole, today, found, table)


class _Way(NamedTuple):
    """How a text is read: words literally if ``exact``, with ``near`` spellings counted."""

    today: date
    exact: bool
    near: bool


def _read(
    text: str, table: Vocabulary | None, way: _Way, limits: QueryLimits
) -> tuple[Parsed, Meanings]:
    """``text`` as it is understood, and what its words stand for."""
    parsed = parse(text, today=way.today, exact=way.exact, limits=limits)
    if not parsed.words:
        return parsed, NO_MEANINGS
    return parsed, meanings(parsed, table, way.today, near=way.near, most=limits.synonyms)


_read_before = lru_cache(maxsize=256)(_read)
"""``_read``, for the further pages, the other filters and the next asker of the same text."""


def raise_fatal(diagnostics: Iterable[Diagnostic]) -> None:
    """Raise the ``QueryError`` for the first fatal remark, if there is one."""
    remarks = tuple(diagnostics)
    for remark in remarks:
        if remark.fatal:
            raise _RAISES.get(remark.kind, QueryError)(remarks)


def _all_of(clauses: tuple[Node, ...]) -> Node:
    return clauses[0] if len(clauses) == 1 else And(clauses)


def _compose(query: Node, filters: Filters, today: date) -> Node:
    """``query`` narrowed by ``filters``, or, where they include boilerplate, widened first."""
    if filters.include_boilerplate:
        query = with_boilerplate(query)
    clauses = list(choices(filters))
    span = span_of(filters, today)
    if span is not None:
        clauses.append(DateRange(span.first, span.last))
    if clauses:
        narrowing = Filter(clauses[0] if len(clauses) == 1 else And(tuple(clauses)))
        query = narrowing if isinstance(query, Every) else And((query, narrowing))
    return _replace_ranges(query, None) if filters.include_undated else query


def _undated_matches(query: Node) -> Node | None:
    """What ``query`` would find among undated articles if dates did not matter."""
    without = _replace_ranges(query, Every())
    if without is query:
        return None
    return And((without, Not(DateRange())))


def _replace_ranges(node: Node, stand_in: Node | None) -> Node:
    """Every bounded date range outside a ``Not`` replaced by ``stand_in`` (``None``: itself or
    undated); ``node`` itself where there is none."""
    if isinstance(node, DateRange):
        if node == DateRange():
            return node
        return Or((node, Not(DateRange()))) if stand_in is None else stand_in
    if isinstance(node, (And, Or, AtLeast)):
        nodes = tuple([_replace_ranges(n, stand_in) for n in node.nodes])
        same = all(map(is_, nodes, node.nodes))
        return node if same else replace(node, nodes=nodes)
    if isinstance(node, Filter):
        narrowing = _replace_ranges(node.node, stand_in)
        return node if narrowing is node.node else Filter(narrowing)
    return node
