"""Clauses side by side: which of their words are needed, and which two may be one word.

Floor 2.  The parser reads clauses one by one; what depends on their neighbours is decided here.
Invariant: a word is left out only where others remain, and is then marked as ``dropped``.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from ..analysis import STOP_WORDS
from .nodes import And, Node, Or, words_node
from .parsed import join
from .spellings import as_one, others
from .words import ParsedWord


@dataclass(frozen=True, slots=True)
class Part:
    """One clause of a sequence: its node, whether it asks for words, and, where it is one
    plain word, the place of that word in the list of words; ``beside`` the clause before it
    without an operator."""

    node: Node
    wordy: bool
    word: int | None = None
    beside: bool = False


def sequence(
    parts: Sequence[Part], words: list[ParsedWord], literal: Container[int], text: str
) -> list[Node]:
    """The nodes of ``parts``, without the words too common to be required if others remain; in
    ``words`` these are marked.  Words whose place is in ``literal`` are kept."""
    common = {
        part.word
        for part in parts
        if part.word is not None and part.word not in literal and _is_common(words[part.word])
    }
    kept = [part for part in parts if part.word not in common]
    if not any(part.wordy for part in kept):
        return [part.node for part in parts]
    for place in common:
        words[place] = replace(words[place], dropped=True)
    return _written_together(parts, words, text)


def _is_common(word: ParsedWord) -> bool:
    return not word.negated and STOP_WORDS.issuperset(word.surfaces)


def _written_together(parts: Sequence[Part], words: list[ParsedWord], text: str) -> list[Node]:
    """The nodes of ``parts`` that are not dropped; two words that people also write as one may be
    that one."""
    nodes: list[Node] = []
    last: ParsedWord | None = None
    for part in parts:
        word = words[part.word] if part.word is not None else None
        if word is not None and word.dropped:
            last = None
            continue
        nodes.append(part.node)
        one = _as_one(last, word, text) if word and last and part.beside else None
        if one is not None:
            nodes[-2:] = [join(Or, [And((nodes[-2], nodes[-1])), one])]
            word = None
        last = word
    return nodes


def _as_one(left: ParsedWord, right: ParsedWord, text: str) -> Node | None:
    """The word that two side by side are, if people write them so."""
    for word in (left, right):
        if word.negated or word.exact or word.others or len(word.surfaces) > 1:
            return None
    between = text[left.end : right.start]
    if left.field != right.field or not (between.isspace() and left.text[-1].isalnum()):
        return None
    surface = as_one(left.surfaces[0], right.surfaces[0])
    if not surface:
        return None
    return words_node((surface,), left.field, False, others(surface, (surface,)))
