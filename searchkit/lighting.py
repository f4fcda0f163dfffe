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

from .highlights import FIELDS, Highlighter, Span, clauses_in, clauses_of, highlighter
from .query.nodes import And, AtLeast, Filter, Node, Not, Or, Widened, children


class Lit(NamedTuple):
    """The ``finder`` whose clauses the spans of title, lead and body answer, and those spans."""

    finder: Highlighter
    found: dict[str, list[Span]]


def light(query: Node, title: str, lead: str, body: str) -> Lit:
    """The places to highlight in an article."""
    parts = _parts(query)
    lit = _lit(highlighter(_narrowed(query, frozenset()) if parts else query), title, lead, body)
    if not parts:
        return lit
    held = 0
    for spans in lit.found.values():
        held |= clauses_of(spans)
    missing = frozenset(node for node, wanted in parts if held & wanted != wanted)
    return _lit(highlighter(_narrowed(query, missing)), title, lead, body) if missing else lit


def _lit(finder: Highlighter, title: str, lead: str, body: str) -> Lit:
    found = finder.find_all(title, lead, body)
    return Lit(finder, dict(zip(FIELDS, found, strict=True)))


@lru_cache(maxsize=64)
def _parts(query: Node) -> Sequence[tuple[Widened, int]]:
    """The parts of ``query`` that words of a text can stand for, each with the clauses, as bits,
    that its own words are in the query without them."""
    asked = clauses_in(_narrowed(query, frozenset()))
    return [
        (node, sum(1 << asked.index(clause) for clause in clauses_in(_narrowed(node, frozenset()))))
        for node in dict.fromkeys(_widened(query))
        if any(clauses_in(other) for other in node.others)
    ]


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
