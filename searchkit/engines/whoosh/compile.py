"""Query nodes to plans: the only module of the engine that knows the query tree.

Floor 4.  A word is looked for in every searched field, as its stem, and the very surface adds a
little; expansions and idf come from the whole generation, so that every segment scores alike.
Invariant: each node becomes exactly one plan; nothing of a query is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from ...analysis import stem as stem_of
from ...errors import Diagnostic, UnknownField
from ...fields import BY_NAME, SEARCHED, Field, Kind
from ...query import nodes
from . import vocabulary
from .layout import surfaces
from .leaf import Leaf
from .lists import Lists
from .nearness import Shape
from .plan import All, AtLeastOf, Everything, Having, Plan, Published, Unscored, Without
from .scoring import EXACT_BONUS, idf
from .vocabulary import Budget, Expansion
from .widened import Other, Widened
from .words import InOrder, Numbers, Part, Word

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_FIRST, _LAST = 1, 3_652_059  # date.min and date.max as ordinals
_NOTHING = AtLeastOf(1, ())
_REMEMBERED = 10_000
"""So many terms are remembered with their numbers, and so many words; there may be millions."""


class Compiler:
    """Compiles queries for the segments ``leaves`` of one generation; ``lists`` keeps what their
    words match."""

    def __init__(self, leaves: Sequence[Leaf], lists: Lists | None = None) -> None:
        self.leaves = leaves
        self._documents = sum(len(leaf) for leaf in leaves)
        self._known: dict[tuple[str, str], Numbers] = {}
        self._words: dict[nodes.Term | nodes.Widened, Plan] = {}
        self.lists = Lists() if lists is None else lists

    def compile(self, node: nodes.Node, budget: Budget | None = None) -> Plan:
        """The plan of ``node``, which has the rest of ``budget`` for its expansions.  Raises
        ``QueryError`` where they are too wide, and ``UnknownField`` for a field that a node of
        its kind cannot ask for."""
        budget = Budget() if budget is None else budget
        if isinstance(node, (nodes.And, nodes.Or, nodes.AtLeast)):
            return self._combined(node, budget)
        if isinstance(node, nodes.Not):
            return Without(self.compile(node.node, budget))
        if isinstance(node, nodes.Filter):
            return Unscored(self.compile(node.node, budget))
        if isinstance(node, nodes.Widened):
            return self._widened(node, budget)
        if isinstance(node, nodes.DateRange):
            return _published(node)
        if isinstance(node, nodes.Every):
            return Everything()
        if isinstance(node, nodes.Nothing):
            return _NOTHING
        if node.field is not None and _field(node.field).kind is not Kind.TEXT:
            return self._keyword(node)
        return self._text(node, budget)

    def _combined(self, node: nodes.And | nodes.Or | nodes.AtLeast, budget: Budget) -> Plan:
        parts = tuple(self.compile(child, budget) for child in node.nodes)
        if isinstance(node, nodes.And):
            return All(parts)
        if isinstance(node, nodes.Or):
            return AtLeastOf(1, tuple(_any_of(parts)))
        minimum = node.minimum
        return AtLeastOf(minimum, parts) if minimum > 0 else AtLeastOf(1, (Everything(), *parts))

    def _widened(self, node: nodes.Widened, budget: Budget) -> Plan:
        known = self._words.get(node)
        if known is None:
            own = self._telling(node.node)
            others = tuple(self._other(other, own, node.share, budget) for other in node.others)
            known = Widened(node, self.compile(node.node, budget), others, self.lists)
            _remembered(self._words, node, known)
        return known

    def _other(self, node: nodes.Node, own: float, share: float, budget: Budget) -> Other:
        """What may stand for words that are telling as ``own`` says."""
        plan = self.compile(node, budget)
        if isinstance(node, nodes.Filter):
            return Other(plan, 0.0, share * own)
        telling = self._telling(node)
        return Other(plan, share * min(1.0, own / telling) if telling else share, 0.0)

    def _telling(self, node: nodes.Node) -> float:
        """The idf of the words of ``node``, each where most documents hold it, added."""
        total = 0.0
        for stem in map(stem_of, nodes.words_of(node)):
            held = [self._holding(f.name, self._found(f.name, stem)) for f in SEARCHED]
            total += idf(self._documents, max(held))
        return total

    def _text(
        self, node: nodes.Term | nodes.Phrase | nodes.Prefix | nodes.Fuzzy, budget: Budget
    ) -> Plan:
        """The nodes that look in a text field, or in all that are searched."""
        fields = SEARCHED if node.field is None else (_field(node.field),)
        if isinstance(node, nodes.Phrase):
            return AtLeastOf(1, tuple(self._phrase(node, field) for field in fields if node.words))
        if isinstance(node, nodes.Term):
            known = self._words.get(node)
            if known is None:
                parts = tuple(part for field in fields for part in self._term(node, field))
                known = _remembered(self._words, node, self._word(node, parts))
            return known
        names = [field.name for field in fields]
        if isinstance(node, nodes.Prefix):
            label = f"words from {node.word}"
            found = vocabulary.starting_with(self.leaves, names, node.word, budget)
        else:
            label = f"words near {node.word}"
            found = vocabulary.near(self.leaves, names, node, budget)
        return self._word(node, tuple(self._expanded(found, label, field) for field in fields))

    def _word(self, node: nodes.Node, parts: tuple[Part, ...]) -> Word:
        held = {leaf: sum(part.holding(leaf) for part in parts) for leaf in self.leaves}
        return Word(node, parts, held, self.lists)

    def _term(self, node: nodes.Term, field: Field) -> tuple[Part, ...]:
        exact = self._found(surfaces(field.name), node.word)
        if node.exact:
            label = f"word {node.word} in {field.name}"
            return (self._part(field, surfaces(field.name), exact, 1.0, label),)
        stem = stem_of(node.word)
        label = f"stem {stem} in {field.name}"
        very = f"the exact word {node.word} in {field.name}"
        return (
            self._part(field, field.name, self._found(field.name, stem), 1.0, label),
            self._part(field, surfaces(field.name), exact, EXACT_BONUS, very),
        )

    def _found(self, postings: str, term: str) -> Numbers:
        """The number of one term in each leaf, where it has it."""
        known = self._known.get((postings, term))
        if known is None:
            data = term.encode()
            found = ((leaf, leaf.postings(postings).terms.find(data)) for leaf in self.leaves)
            known = {leaf: (number,) if number >= 0 else () for leaf, number in found}
            _remembered(self._known, (postings, term), known)
        return known

    def _expanded(self, found: Expansion, label: str, field: Field) -> Part:
        label = f"{label} in {field.name}"
        return self._part(field, surfaces(field.name), found[field.name], 1.0, label)

    def _part(
        self, field: Field, postings: str, numbers: Numbers, share: float, label: str
    ) -> Part:
        holding = self._holding(postings, numbers)
        factor = (field.weight or 1.0) * share * idf(self._documents, holding)
        return Part(field.name, postings, numbers, factor, self._average(field.name), label)

    def _holding(self, postings: str, numbers: Numbers) -> int:
        """Postings of the terms ``numbers``, of deleted documents included."""
        return sum(
            leaf.postings(postings).holding_any(several) for leaf, several in numbers.items()
        )

    def _phrase(self, node: nodes.Phrase, field: Field) -> Plan:
        postings = surfaces(field.name)
        words = tuple(dict.fromkeys(node.words))
        found = [self._found(postings, word) for word in words]
        weight = sum(idf(self._documents, self._holding(postings, one)) for one in found)
        whole = {
            leaf: tuple(number for one in found for number in one[leaf])
            if all(one[leaf] for one in found)
            else ()
            for leaf in self.leaves
        }
        width = len(node.words) + node.slop if node.slop > 0 else 0
        shape = Shape(tuple(words.index(word) for word in node.words), width)
        factor = (field.weight or 1.0) * weight
        label = f"phrase {' '.join(node.words)} in {field.name}"
        average = self._average(field.name)
        return InOrder(field.name, postings, whole, shape, factor, average, label)

    def _keyword(self, node: nodes.Term | nodes.Phrase | nodes.Prefix | nodes.Fuzzy) -> Plan:
        if isinstance(node, nodes.Term) and node.field and BY_NAME[node.field].kind is Kind.KEYWORD:
            name = BY_NAME[node.field].name
            return Having(name, self._found(name, node.word))
        raise _unknown(f"the field {node.field!r} can only be asked for a whole value")

    def _average(self, name: str) -> float:
        """Tokens of a field in an average document, deleted ones included."""
        tokens = sum(leaf.stored.lengths.get(name, 0) for leaf in self.leaves)
        return tokens / (self._documents or 1)


def _remembered(known: dict[_Key, _Value], key: _Key, value: _Value) -> _Value:
    """``value``, kept in ``known`` under ``key``."""
    if len(known) >= _REMEMBERED:
        known.clear()
    known[key] = value
    return value


def _any_of(parts: Sequence[Plan]) -> Iterator[Plan]:
    """The parts of an ``Or``, those of an ``Or`` among them put in its place."""
    for part in parts:
        if isinstance(part, AtLeastOf) and part.minimum == 1:
            yield from part.parts
        else:
            yield part


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
