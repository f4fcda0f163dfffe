"""The tree a query is: frozen nodes that the parser builds and engines compile.

Floor 2.  No node knows an engine, and none holds text in any query language, so
nothing ever needs escaping.  Invariant: words in nodes are already analysed (the
surface of ``analysis``), except keyword values, which are matched as they stand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Term:
    """One word or keyword value.  ``field`` ``None`` means every searched field;
    ``exact`` compares surfaces, otherwise stems; ``loosely`` lets the very surface count less
    beside its stem."""

    word: str
    field: str | None = None
    exact: bool = False
    loosely: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words side by side, by surface.  With ``slop`` > 0: all of them, in any order, within
    a window of ``len(words) + slop`` tokens."""

    words: tuple[str, ...]
    field: str | None = None
    slop: int = 0


@dataclass(frozen=True, slots=True)
class Prefix:
    """Any surface that starts with ``word``."""

    word: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Any surface within ``edits`` insertions, deletions, substitutions or swaps of neighbours
    (restricted Damerau-Levenshtein distance) of ``word`` that shares its first letter."""

    word: str
    field: str | None = None
    edits: int = 1


@dataclass(frozen=True, slots=True)
class DateRange:
    """Articles that can have been published from ``first`` to ``last``, both inclusive; ``None``
    is open.  Both ``None``: every dated article.  An undated article is never in a range."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class And:
    """All of ``nodes``."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of ``nodes``."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least ``minimum`` of ``nodes``."""

    minimum: int
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Every article but those of ``node``."""

    node: Node


@dataclass(frozen=True, slots=True)
class Filter:
    """Like ``node``, but adds nothing to the score."""

    node: Node


@dataclass(frozen=True, slots=True)
class Weighed:
    """Like ``node``, its score ``weight`` times (above 0)."""

    node: Node
    weight: float


@dataclass(frozen=True, slots=True)
class Widened:
    """``node``, or at less weight any of ``others``, which mean about the same.

    Scores what ``node`` does, and ``share`` of the best of what the others do.  None of them
    counts as more telling than ``node``; one that is a ``Filter`` scores as much as the words of
    ``node`` are telling (``engines.whoosh.widened``)."""

    node: Node
    others: tuple[Node, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Every:
    """Every article."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No article."""


Node: TypeAlias = (
    Term
    | Phrase
    | Prefix
    | Fuzzy
    | DateRange
    | And
    | Or
    | AtLeast
    | Not
    | Filter
    | Weighed
    | Widened
    | Every
    | Nothing
)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below ``node``."""
    if isinstance(node, (And, Or, AtLeast)):
        return node.nodes
    if isinstance(node, (Not, Filter, Weighed)):
        return (node.node,)
    if isinstance(node, Widened):
        return (node.node, *node.others)
    return ()


def as_typed(node: Node) -> Node:
    """``node`` without what was added to the words that were typed."""
    if isinstance(node, Widened):
        return as_typed(node.node)
    if isinstance(node, (And, Or, AtLeast)):
        return replace(node, nodes=tuple(map(as_typed, node.nodes)))
    if isinstance(node, (Not, Filter, Weighed)):
        return replace(node, node=as_typed(node.node))
    return node


def loosened(node: Node) -> Node:
    """``node`` with every word that adds to a score taken ``loosely``."""
    if isinstance(node, Term):
        return node if node.exact else replace(node, loosely=True)
    if isinstance(node, (And, Or, AtLeast)):
        return replace(node, nodes=tuple(map(loosened, node.nodes)))
    if isinstance(node, Weighed):
        return replace(node, node=loosened(node.node))
    if isinstance(node, Widened):
        others = tuple(map(loosened, node.others))
        return replace(node, node=loosened(node.node), others=others)
    return node


def words_of(node: Node) -> tuple[str, ...]:
    """The different words below ``node``, but for those added to it and those excluded."""
    if isinstance(node, (Term, Prefix, Fuzzy)):
        return (node.word,)
    if isinstance(node, Phrase):
        return tuple(dict.fromkeys(node.words))
    if isinstance(node, Widened):
        return words_of(node.node)
    below = () if isinstance(node, Not) else children(node)
    return tuple(dict.fromkeys(word for child in below for word in words_of(child)))


def words_node(
    surfaces: tuple[str, ...],
    field: str | None,
    exact: bool,
    spellings: tuple[tuple[str, ...], ...] = (),
) -> Node:
    """One surface as a term; several, of a compound, as a phrase; or else other ``spellings``."""
    if spellings:
        return Or(tuple(words_node(one, field, exact) for one in (surfaces, *spellings)))
    if len(surfaces) == 1:
        return Term(surfaces[0], field, exact)
    return Phrase(surfaces, field)
