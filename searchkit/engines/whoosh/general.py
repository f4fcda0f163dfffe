"""The general path: Whoosh's own searcher over the same segments.

Floor 4.  Answers every query type Whoosh has, one posting at a time, and by ``Translation`` every
node of searchkit's: mostly with Whoosh's own queries, with those of ``queries`` where Whoosh has
none that means the same.  The engine's own plans answer the nodes with whole arrays, and tests
hold the two against each other.
Invariant: a node matches here what its plan matches, with the same score but for rounding.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from whoosh.query.compound import And
from whoosh.query.qcolumns import ColumnQuery
from whoosh.query.qcore import Every, Query
from whoosh.query.terms import Term
from whoosh.query.wrappers import Not
from whoosh.reading import EmptyReader, IndexReader, MultiReader, SegmentReader
from whoosh.searching import Searcher

from ...analysis import stem
from ...fields import BY_NAME, SEARCHED, Kind
from ...query import nodes
from ..bm25 import EXACT, LOOSE
from .codec import CODEC, Segment
from .layout import surfaces
from .leaf import Leaf
from .queries import (
    AnyOf,
    AtLeast,
    InFields,
    NearTo,
    OneTerm,
    StartingWith,
    Times,
    Together,
    Unscored,
    Widened,
)
from .schema import FIRST, LAST, SCHEMA
from .weighting import Weighting

TextNode: TypeAlias = nodes.Term | nodes.Phrase | nodes.Prefix | nodes.Fuzzy


def reader(leaves: Sequence[Leaf]) -> IndexReader:
    """A Whoosh reader of ``leaves``."""
    no_storage: Any = None
    readers: list[IndexReader] = [
        SegmentReader(no_storage, SCHEMA, Segment.of(leaf), codec=CODEC) for leaf in leaves
    ]
    if not readers:
        return EmptyReader(SCHEMA)
    return readers[0] if len(readers) == 1 else MultiReader(readers)


def searcher(leaves: Sequence[Leaf]) -> Searcher:
    """A Whoosh searcher of ``leaves``, to be closed; see ``codec`` for its stored fields."""
    return Searcher(reader(leaves), weighting=Weighting())


def query(node: nodes.Node) -> Query:
    """``node`` as Whoosh would say it, for trees that ``compile`` takes."""
    return Translation().query(node)


class Translation:
    """Query nodes to Whoosh queries; those of text fields can be said in other words."""

    def query(self, node: nodes.Node) -> Query:
        """The query of ``node``.  Raises ``KeyError`` for a field that there is not."""
        if isinstance(node, (nodes.And, nodes.Or, nodes.AtLeast)):
            return self._combined(node)
        if isinstance(node, nodes.Not):
            return Unscored(Not(self.query(node.node)))
        if isinstance(node, nodes.Filter):
            return Unscored(self.query(node.node))
        if isinstance(node, nodes.Weighed):
            return Times(self.query(node.node), node.weight)
        if isinstance(node, nodes.Widened):
            others = [self._other(other) for other in node.others]
            return Widened(self.query(node.node), _stems(node.node), others, node.share)
        if isinstance(node, nodes.DateRange):
            first = 1 if node.first is None else node.first.toordinal()
            return self.published(first, None if node.last is None else node.last.toordinal())
        if isinstance(node, nodes.Every):
            return Unscored(Every())
        if isinstance(node, nodes.Nothing):
            return AnyOf([])
        if isinstance(node, nodes.Term) and node.field and _kind(node.field) is Kind.KEYWORD:
            return Unscored(Term(BY_NAME[node.field].name, node.word))
        names = [f.name for f in SEARCHED] if node.field is None else [BY_NAME[node.field].name]
        return self.in_fields(node, names)

    def _other(self, node: nodes.Node) -> tuple[Query, Sequence[str] | None]:
        """What may stand for other words, and its stems; none for a filter."""
        return self.query(node), None if isinstance(node, nodes.Filter) else _stems(node)

    def _combined(self, node: nodes.And | nodes.Or | nodes.AtLeast) -> Query:
        parts = [self.query(child) for child in node.nodes]
        if isinstance(node, nodes.And):
            return And(parts) if parts else Unscored(Every())
        if isinstance(node, nodes.Or):
            return AnyOf(parts)
        if node.minimum > 0:
            return AtLeast(parts, node.minimum)
        return AnyOf([Unscored(Every()), *parts])

    def in_fields(self, node: TextNode, names: Sequence[str]) -> Query:
        """The query for ``node`` in the text fields ``names``."""
        if isinstance(node, nodes.Phrase):
            return InFields([Together(surfaces(n), node.words, node.slop) for n in names])
        if isinstance(node, nodes.Prefix):
            return InFields([StartingWith(surfaces(n), node.word) for n in names])
        if isinstance(node, nodes.Fuzzy):
            return InFields([NearTo(surfaces(n), node.word, node.edits) for n in names])
        exact = InFields([OneTerm(surfaces(name), node.word) for name in names])
        if node.exact:
            return exact
        stems = InFields([OneTerm(name, stem(node.word)) for name in names])
        return AnyOf([stems, Times(exact, LOOSE if node.loosely else EXACT)])

    def published(self, first: int, last: int | None) -> Query:
        """Dated documents whose period overlaps the ordinals ``first`` (from 1) to ``last``."""
        begins = ColumnQuery(FIRST, lambda day: day > 0 and (last is None or day <= last))
        ends = ColumnQuery(LAST, lambda day: day >= first)
        return And([Unscored(begins), Unscored(ends)])


def _stems(node: nodes.Node) -> tuple[str, ...]:
    return tuple(map(stem, nodes.words_of(node)))


def _kind(field: str) -> Kind:
    return BY_NAME[field].kind
