"""The tree a query is: frozen nodes that the parser builds and engines compile.

Floor 2.  No node knows an engine, and none holds text in any query language, so
nothing ever needs escaping.  Invariant: words in nodes are already analysed (the
surface of ``analysis``), except keyword values, which are matched as they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Term:
    """One word or keyword value.  ``field`` ``None`` means every searched field;
    ``exact`` compares surfaces, otherwise stems."""

    word: str
    field: str | None = None
    exact: bool = False


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
    | Every
    | Nothing
)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below ``node``."""
    if isinstance(node, (And, Or, AtLeast)):
        return node.nodes
    if isinstance(node, (Not, Filter, Weighed)):
        return (node.node,)
    return ()
