"""Trees that look at boilerplate, too, which words do not do by themselves.

Floor 2.  Invariant: what the original tree matches without negation, the widened one matches,
with the same score.
"""

from __future__ import annotations

from dataclasses import replace

from .nodes import (
    And,
    AtLeast,
    Filter,
    Fuzzy,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Term,
    Weighed,
    Widened,
    children,
)

BOILERPLATE = "boilerplate"
_IN_TEXT = (None, "body")
_Word = Term | Phrase | Prefix | Fuzzy


def with_boilerplate(node: Node) -> Node:
    """``node`` with every word of the text looked for in boilerplate as well, where it adds
    nothing to a score; ``node`` itself where there is no such word."""
    if isinstance(node, (Term, Phrase, Prefix, Fuzzy)):
        if node.field not in _IN_TEXT:
            return node
        return Or((node, Filter(replace(node, field=BOILERPLATE))))
    if isinstance(node, (And, Or, AtLeast)):
        nodes = tuple([with_boilerplate(child) for child in node.nodes])
        return node if nodes == node.nodes else replace(node, nodes=nodes)
    if isinstance(node, (Not, Filter, Weighed, Widened)):
        inner = with_boilerplate(node.node)
        return node if inner == node.node else replace(node, node=inner)
    return node


def boilerplate_words(node: Node) -> Node | None:
    """Any of the words that ``node`` looks for in boilerplate, as words of the body; ``None``
    where it looks for none there."""
    words = tuple(dict.fromkeys(_words(node)))
    return Or(words) if words else None


def _words(node: Node) -> list[_Word]:
    if isinstance(node, (Term, Phrase, Prefix, Fuzzy)):
        return [replace(node, field="body")] if node.field == BOILERPLATE else []
    if isinstance(node, Not):
        return []
    return [word for child in children(node) for word in _words(child)]
