"""What a query text was understood as, and what can be done with that.

Floor 2.  Invariant: a ``Parsed`` with a fatal diagnostic finds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import Diagnostic
from .nodes import And, AtLeast, Fuzzy, Node, Not, Or, Phrase, Prefix, Term, children
from .values import holds_words
from .words import ParsedWord, Typed


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query text as it was understood.

    ``query``        the tree; ``Nothing`` when a diagnostic is fatal
    ``diagnostics``  in order of place; fatal ones make a search raise, others are warnings
    ``words``        the plain words in order, stop words and excluded ones among them
    ``phrases``      the phrases in order, but for excluded ones
    ``plain``        nothing but plain words was typed, so most of them may do (``relax``)
    """

    text: str
    query: Node
    diagnostics: tuple[Diagnostic, ...] = ()
    words: tuple[ParsedWord, ...] = ()
    plain: bool = False
    phrases: tuple[Typed, ...] = ()

    @property
    def fatal(self) -> bool:
        """Whether the query cannot be answered."""
        return any(diagnostic.fatal for diagnostic in self.diagnostics)

    @property
    def ranked(self) -> bool:
        """Whether the query asks for words or phrases, so that hits can be ranked by them."""
        return asks_for_words(self.query)


def relax(parsed: Parsed, minimum: int | None = None) -> Node | None:
    """Most of the plain words of ``parsed``: at least ``minimum`` of them (default: all but a
    third, and all but one at least).  ``None`` where there is nothing to relax: other than
    plain words were typed, or fewer than two of them are required."""
    if not parsed.plain:
        return None
    asked = [word.node for word in parsed.words if not (word.negated or word.dropped)]
    nodes = tuple(dict.fromkeys(asked))
    if len(nodes) < 2:
        return None
    enough = len(nodes) - max(1, len(nodes) // 3) if minimum is None else minimum
    most = AtLeast(max(1, min(enough, len(nodes))), nodes)
    excluded = [Not(word.node) for word in parsed.words if word.negated]
    return join(And, [most, *excluded])


def asks_for_words(node: Node) -> bool:
    """Whether ``node`` looks for words of a text, and not only for values or for their absence."""
    if isinstance(node, (Phrase, Prefix, Fuzzy)):
        return True
    if isinstance(node, Term):
        return node.field is None or holds_words(node.field)
    return not isinstance(node, Not) and any(asks_for_words(n) for n in children(node))


def join(kind: type[And] | type[Or], nodes: list[Node]) -> Node:
    """``nodes`` under one node of ``kind``, without repeats or nodes of the same kind within."""
    flat: dict[Node, None] = {}
    for node in nodes:
        flat.update(dict.fromkeys(node.nodes if isinstance(node, kind) else (node,)))
    return next(iter(flat)) if len(flat) == 1 else kind(tuple(flat))
