"""Query nodes to plans: the only module of the engine that knows the query tree.

Floor 4.  A word is looked for in every searched field, as its stem, and the very surface adds a
little; expansions and idf come from the whole generation, so that every segment scores alike.
Invariant: each node becomes exactly one plan; nothing of a query is dropped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from ...analysis import stem as stem_of
from ...errors import Diagnostic, UnknownField
from ...fields import BY_NAME, SEARCHED, Field, Kind
from ...query import nodes
from . import vocabulary
from .leaf import Leaf
from .plan import (
    All,
    AtLeastOf,
    Everything,
    Having,
    InOrder,
    Plan,
    Published,
    Scored,
    Unscored,
    Without,
)
from .schema import decode_positions, surfaces
from .scoring import EXACT_BONUS, idf

_FIRST, _LAST = 1, 3_652_059  # date.min and date.max as ordinals
_NOTHING = AtLeastOf(1, ())


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles queries for the segments ``leaves`` of one generation."""

    leaves: Sequence[Leaf]

    def compile(self, node: nodes.Node) -> Plan:
        """The plan of ``node``.  Raises ``QueryError`` where an expansion is too wide, and
        ``UnknownField`` for a field that a node of its kind cannot ask for."""
        if isinstance(node, (nodes.And, nodes.Or, nodes.AtLeast)):
            return self._combined(node)
        if isinstance(node, nodes.Not):
            return Without(self.compile(node.node))
        if isinstance(node, nodes.Filter):
            return Unscored(self.compile(node.node))
        if isinstance(node, nodes.DateRange):
            return _published(node)
        if isinstance(node, nodes.Every):
            return Everything()
        if isinstance(node, nodes.Nothing):
            return _NOTHING
        if node.field is not None and _field(node.field).kind is not Kind.TEXT:
            return self._keyword(node)
        return self._words(node)

    def _combined(self, node: nodes.And | nodes.Or | nodes.AtLeast) -> Plan:
        parts = tuple(self.compile(child) for child in node.nodes)
        if isinstance(node, nodes.And):
            return All(parts)
        minimum = 1 if isinstance(node, nodes.Or) else node.minimum
        return AtLeastOf(minimum, parts) if minimum > 0 else AtLeastOf(1, (Everything(), *parts))

    def _words(self, node: nodes.Term | nodes.Phrase | nodes.Prefix | nodes.Fuzzy) -> Plan:
        """The text nodes: one plan for each field they look in."""
        fields = SEARCHED if node.field is None else (_field(node.field),)
        names = [field.name for field in fields]
        if isinstance(node, nodes.Term):
            make: Callable[[Field], tuple[Plan, ...]] = partial(self._term, node)
        elif isinstance(node, nodes.Phrase):
            make = partial(self._phrase, node)
        elif isinstance(node, nodes.Prefix):
            terms = vocabulary.starting_with(self.leaves, names, node.word)
            make = partial(self._expanded, terms, f"words from {node.word}")
        else:
            terms = vocabulary.near(self.leaves, names, node.word, node.edits)
            make = partial(self._expanded, terms, f"words near {node.word}")
        return AtLeastOf(1, tuple(part for field in fields for part in make(field)))

    def _term(self, node: nodes.Term, field: Field) -> tuple[Plan, ...]:
        word = node.word.encode()
        if node.exact:
            label = f"word {node.word} in {field.name}"
            return (self._scored(field, surfaces(field.name), (word,), 1.0, label),)
        stem = stem_of(node.word)
        exact = f"the exact word {node.word} in {field.name}"
        return (
            self._scored(field, field.name, (stem.encode(),), 1.0, f"stem {stem} in {field.name}"),
            self._scored(field, surfaces(field.name), (word,), EXACT_BONUS, exact),
        )

    def _expanded(self, terms: tuple[bytes, ...], label: str, field: Field) -> tuple[Plan, ...]:
        name = surfaces(field.name)
        return (self._scored(field, name, terms, 1.0, f"{label} in {field.name}"),)

    def _scored(
        self, field: Field, name: str, terms: tuple[bytes, ...], share: float, label: str
    ) -> Plan:
        holding = sum(leaf.frequency(name, term) for leaf in self.leaves for term in terms)
        factor = (field.weight or 1.0) * share * idf(self._documents(), holding)
        return Scored(name, terms, factor, self._average(name), label)

    def _phrase(self, node: nodes.Phrase, field: Field) -> tuple[Plan, ...]:
        if not node.words:
            return ()
        name = surfaces(field.name)
        words = tuple(dict.fromkeys(word.encode() for word in node.words))
        holding = [sum(leaf.frequency(name, word) for leaf in self.leaves) for word in words]
        weight = sum(idf(self._documents(), count) for count in holding)
        if node.slop > 0:
            needed = Counter(word.encode() for word in node.words)
            width = len(node.words) + node.slop
            count: Callable[[Sequence[bytes]], int] = partial(
                _windows, [needed[word] for word in words], width
            )
        else:
            count = partial(_runs, [words.index(word.encode()) for word in node.words])
        label = f"phrase {' '.join(node.words)} in {field.name}"
        factor = (field.weight or 1.0) * weight
        return (InOrder(name, words, count, factor, self._average(name), label),)

    def _keyword(self, node: nodes.Term | nodes.Phrase | nodes.Prefix | nodes.Fuzzy) -> Plan:
        if isinstance(node, nodes.Term) and node.field and BY_NAME[node.field].kind is Kind.KEYWORD:
            return Having(BY_NAME[node.field].name, node.word.encode())
        raise _unknown(f"the field {node.field!r} can only be asked for a whole value")

    def _documents(self) -> int:
        return sum(len(leaf) for leaf in self.leaves)

    def _average(self, name: str) -> float:
        """Tokens of a field in an average document, deleted ones included."""
        tokens = sum(leaf.stored.lengths.get(name, 0) for leaf in self.leaves)
        return tokens / (self._documents() or 1)


def _field(name: str) -> Field:
    if name not in BY_NAME:
        raise _unknown(f"there is no field {name!r}")
    return BY_NAME[name]


def _unknown(message: str) -> UnknownField:
    return UnknownField([Diagnostic("unknown-field", message, 0, 0, fatal=True)])


def _published(node: nodes.DateRange) -> Plan:
    first = _FIRST if node.first is None else node.first.toordinal()
    last = _LAST if node.last is None else node.last.toordinal()
    return Published(first, last)


def _runs(order: Sequence[int], packed: Sequence[bytes]) -> int:
    """How often the words stand side by side; ``order`` indexes into ``packed``."""
    positions = [set(decode_positions(p)) for p in packed]
    return sum(
        all(start + i in positions[which] for i, which in enumerate(order))
        for start in positions[order[0]]
    )


def _windows(needed: Sequence[int], width: int, packed: Sequence[bytes]) -> int:
    """How many windows of ``width`` tokens that begin at a word hold ``needed`` of each word."""
    events = sorted((at, which) for which, p in enumerate(packed) for at in decode_positions(p))
    held = [0] * len(needed)
    count = end = 0
    for start, which in events:
        while end < len(events) and events[end][0] < start + width:
            held[events[end][1]] += 1
            end += 1
        count += all(have >= need for have, need in zip(held, needed, strict=True))
        held[which] -= 1
    return count
