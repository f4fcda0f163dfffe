"""Other spellings of a query that finds little: ``polcie`` for which ``police`` was meant.

Floor 5, below ``search``.  Only words that next to no article holds are doubted, and only a
word that far more articles hold takes their place.
Invariant: nothing is rewritten; a suggestion is a query text that finds more than was found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from .engines.base import Engine
from .query.nodes import And, AtLeast, Filter, Node, Not, Or, Weighed
from .query.parser import ParsedWord
from .question import Question

FEW = 5  # articles: a query or a word with more is not doubted
_TIMES = 20  # so many times more articles must hold the word suggested
_SHORTEST = 5  # letters; shorter words have too many neighbours
_TWO_SLIPS = 9  # letters from which two slips are allowed


def suggestions(engine: Engine, question: Question, found: int) -> tuple[str, ...]:
    """Query texts to try instead of ``question``, which found ``found`` articles."""
    if found > FEW:
        return ()
    text, query = question.parsed.text, question.parsed.query
    meant = list(_meant(engine, question.parsed.words))
    for word, other in sorted(meant, key=lambda pair: -pair[0].start):
        text = f"{text[: word.start]}{other}{text[word.end :]}"
        query = _replaced(query, word.node, replace(word, surfaces=(other,)).node)
    if not meant or engine.count(question.asking(query, question.filters).query) <= found:
        return ()
    return (text,)


def _meant(engine: Engine, words: tuple[ParsedWord, ...]) -> Iterator[tuple[ParsedWord, str]]:
    """The words that are probably slips, each with the word that was probably meant."""
    for word in words:
        if word.negated or len(word.surfaces) != 1:
            continue
        surface = word.surfaces[0]
        if len(surface) < _SHORTEST or not surface.isalpha():
            continue
        held = sum(engine.forms(surface).values())
        if held <= FEW:
            edits = 2 if len(surface) >= _TWO_SLIPS else 1
            other, _ = engine.nearest(surface, edits, _TIMES * (held + 1) + 1)
            if other:
                yield word, other


def _replaced(node: Node, old: Node, new: Node) -> Node:
    """``node`` with ``new`` wherever ``old`` stands in it."""
    if node == old:
        return new
    if isinstance(node, (And, Or, AtLeast)):
        return replace(node, nodes=tuple(_replaced(each, old, new) for each in node.nodes))
    if isinstance(node, (Not, Filter, Weighed)):
        return replace(node, node=_replaced(node.node, old, new))
    return node
