"""Where an article answers a query whose words stand for others too: the words typed, and only
where they are missing what stands for them.

Floor 3, between ``highlights`` and ``snippets``.  An article with the words themselves is shown by
these, at the price of these alone.
Invariant: of each widened part of a query that matches in the text something is found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from .clauses import Clause, clauses_in
from .highlights import FIELDS, Found, Highlighter, clauses_of, highlighter
from .query.nodes import And, AtLeast, Filter, Node, Not, Or, Widened, children


class Lit(NamedTuple):
    """The ``finder`` whose clauses the spans of title, lead and body answer, and those spans."""

    finder: Highlighter
    found: Found


def light(query: Node, texts: Sequence[tuple[str, str, str]]) -> list[Lit]:
    """The places to highlight in each of many articles, given by title, lead and body."""
    parts = _parts(query)
    finder = highlighter(_narrowed(query, frozenset()) if parts else query)
    lit = [Lit(finder, found) for found in finder.find_all(texts)]
    lacking: dict[frozenset[Widened], list[int]] = {}
    for number, (_, found) in enumerate(lit if parts else ()):
        held = 0
        for spans in found:
            held |= clauses_of(spans)
        missing = frozenset(node for node, wanted in parts if held & wanted != wanted)
        if missing:
            lacking.setdefault(missing, []).append(number)
    for missing, numbers in lacking.items():
        finder = highlighter(_narrowed(query, missing))
        again = finder.find_all([texts[number] for number in numbers])
        for number, found in zip(numbers, again, strict=True):
            lit[number] = Lit(finder, found)
    return lit


@lru_cache(maxsize=64)
def _parts(query: Node) -> Sequence[tuple[Widened, int]]:
    """The parts of ``query`` that words of a text can stand for, each with the clauses, as bits,
    that its own words are in the query without them."""
    asked = _shown(_narrowed(query, frozenset()))
    return [
        (node, sum(1 << asked.index(clause) for clause in _shown(_narrowed(node, frozenset()))))
        for node in dict.fromkeys(_widened(query))
        if any(_shown(other) for other in node.others)
    ]


def _shown(query: Node) -> list[Clause]:
    """The clauses that are highlighted, by their numbers."""
    return list(dict.fromkeys(c for c in clauses_in(query) if c.field in (None, *FIELDS)))


def _widened(node: Node) -> Iterator[Widened]:
    if isinstance(node, Widened):
        yield node
    if not isinstance(node, Not):
        for child in children(node):
            yield from _widened(child)


@lru_cache(maxsize=256)
def _narrowed(node: Node, kept: frozenset[Widened]) -> Node:
    """``node`` with the others of the parts ``kept`` alone."""
    if isinstance(node, Widened):
        own = _narrowed(node.node, kept)
        return replace(node, node=own) if node in kept else own
    if isinstance(node, (And, Or, AtLeast)):
        return replace(node, nodes=tuple([_narrowed(each, kept) for each in node.nodes]))
    return replace(node, node=_narrowed(node.node, kept)) if isinstance(node, Filter) else node
