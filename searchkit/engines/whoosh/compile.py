"""Query nodes to plans: the only module of the engine that knows the query tree.

Floor 4.  A word is looked for in every searched field, as its stem, and the very surface adds a
little; expansions and idf come from the whole generation, so that every segment scores alike.
Invariant: each node becomes exactly one plan; nothing of a query is dropped.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from ...analysis import stem as stem_of
from ...fields import BY_NAME, FIELDS, SEARCHED, Field, Kind
from ...query import nodes
from ..bm25 import EXACT, LOOSE, idf
from ..refusals import Budget, field_named, only_whole
from . import vocabulary
from .layout import surfaces
from .leaf import Leaf
from .lists import Lists
from .nearness import Shape
from .plan import All, AtLeastOf, Everything, Having, Plan, Published, Times, Unscored, Without
from .vocabulary import Expansion
from .widened import Other, Widened
from .words import Face, Numbers, Part, Run, Together, Word

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_FIRST, _LAST = 1, 3_652_059  # date.min and date.max as ordinals
_NOTHING = AtLeastOf(1, ())
_REMEMBERED = 10_000
"""So many terms are remembered with their numbers, and so many words; there may be millions."""


class _Stem(NamedTuple):
    """The key of a stem that was not typed."""

    stem: str


class Compiler:
    """Compiles queries for the segments ``leaves`` of one generation; ``lists`` keeps what their
    words match."""

    def __init__(self, leaves: Sequence[Leaf], lists: Lists | None = None) -> None:
        self.leaves = leaves
        self.documents = sum(len(leaf) for leaf in leaves)
        self._averages = {field.name: self._average(field.name) for field in FIELDS}
        self._known: dict[tuple[str, str], Numbers] = {}
        self._words: dict[nodes.Term | nodes.Widened, Plan] = {}
        self._idfs: dict[tuple[bool, str], float] = {}
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
        if isinstance(node, nodes.Weighed):
            return Times(self.compile(node.node, budget), node.weight)
        if isinstance(node, nodes.Widened):
            return self._widened(node, budget)
        if isinstance(node, nodes.DateRange):
            return _published(node)
        if isinstance(node, nodes.Every):
            return Everything()
        if isinstance(node, nodes.Nothing):
            return _NOTHING
        if node.field is not None and field_named(node.field).kind is not Kind.TEXT:
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
            own = self._telling_of(node.node)
            others = tuple(self._other(other, own, node.share, budget) for other in node.others)
            known = Widened(node, self.compile(node.node, budget), others, self.lists)
            _remembered(self._words, node, known)
        return known

    def _other(self, node: nodes.Node, own: float, share: float, budget: Budget) -> Other:
        """What may stand for words that are telling as ``own`` says."""
        plan = self.compile(node, budget)
        if isinstance(node, nodes.Filter):
            return Other(plan, 0.0, share * own)
        telling = self._telling_of(node)
        return Other(plan, share * min(1.0, own / telling) if telling else share, 0.0)

    def _telling_of(self, node: nodes.Node) -> float:
        """The idf of the words of ``node``, each where most documents hold it, added."""
        total = 0.0
        for stem in map(stem_of, nodes.words_of(node)):
            held = [self._holding(f.name, self._found(f.name, stem)) for f in SEARCHED]
            total += idf(self.documents, max(held))
        return total

    def _text(
        self, node: nodes.Term | nodes.Phrase | nodes.Prefix | nodes.Fuzzy, budget: Budget
    ) -> Plan:
        """The nodes that look in a text field, or in all that are searched."""
        fields = SEARCHED if node.field is None else (field_named(node.field),)
        if isinstance(node, nodes.Phrase):
            return self._phrase(node, fields) if node.words else _NOTHING
        if isinstance(node, nodes.Term):
            known = self._words.get(node)
            return known or _remembered(self._words, node, self._term(node, fields))
        names = [field.name for field in fields]
        if isinstance(node, nodes.Prefix):
            label = f"words from {node.word}"
            found = vocabulary.starting_with(self.leaves, names, node.word, budget)
        else:
            label = f"words near {node.word}"
            found = vocabulary.near(self.leaves, names, node, budget)
        return self._word(node, self._face(self._expanded(found, label, f) for f in fields))

    def _word(self, key: Hashable, *faces: Face) -> Word:
        parts = [part for face in faces for part in face.parts]
        held = {leaf: sum(part.holding(leaf) for part in parts) for leaf in self.leaves}
        return Word(key, faces, held, self.lists)

    def _face(self, parts: Iterable[Part], share: float = 1.0) -> Face:
        """What is found by ``parts``, one for each field, and counts ``share``."""
        found = tuple(parts)
        telling = self._telling((part.postings, part.numbers) for part in found)
        return Face(found, share * telling)

    def _telling(self, held: Iterable[tuple[str, Numbers]]) -> float:
        """The idf of something, by the field that most documents hold it in."""
        most = max([self._holding(postings, numbers) for postings, numbers in held], default=0)
        return idf(self.documents, most)

    def _term(self, node: nodes.Term, fields: Sequence[Field]) -> Word:
        very = [self._exactly(node.word, field) for field in fields]
        if node.exact:
            return self._word(node, self._face(very))
        stem = stem_of(node.word)
        stems = self._face(self._stem_in(stem, field) for field in fields)
        return self._word(node, stems, self._face(very, LOOSE if node.loosely else EXACT))

    def _stem_in(self, stem: str, field: Field) -> Part:
        label = f"stem {stem} in {field.name}"
        return self._part(field, field.name, self._found(field.name, stem), label)

    def _exactly(self, word: str, field: Field) -> Part:
        """The very surface ``word`` in a field."""
        postings = surfaces(field.name)
        label = f"word {word} in {field.name}"
        return self._part(field, postings, self._found(postings, word), label)

    def _found(self, postings: str, term: str) -> Numbers:
        """The number of one term in each leaf, where it has it."""
        known = self._known.get((postings, term))
        if known is None:
            known = _remembered(self._known, (postings, term), self._numbers(postings, term))
        return known

    def _numbers(self, postings: str, term: str) -> Numbers:
        data = term.encode()
        found = ((leaf, leaf.postings(postings).terms.find(data)) for leaf in self.leaves)
        return {leaf: (number,) if number >= 0 else () for leaf, number in found}

    def _expanded(self, found: Expansion, label: str, field: Field) -> Part:
        label = f"{label} in {field.name}"
        return self._part(field, surfaces(field.name), found[field.name], label)

    def _part(self, field: Field, postings: str, numbers: Numbers, label: str) -> Part:
        weight, average = field.weight or 1.0, self.average(field.name)
        return Part(field.name, postings, numbers, weight, average, label)

    def _holding(self, postings: str, numbers: Numbers) -> int:
        """Postings of the terms ``numbers``, of deleted documents included."""
        return sum(
            [leaf.postings(postings).holding_any(held) for leaf, held in numbers.items() if held]
        )

    def _phrase(self, node: nodes.Phrase, fields: Sequence[Field]) -> Together:
        words = tuple(dict.fromkeys(node.words))
        width = len(node.words) + node.slop if node.slop > 0 else 0
        shape = Shape(tuple(words.index(word) for word in node.words), width)
        telling = sum(
            self._telling((surfaces(f.name), self._found(surfaces(f.name), word)) for f in fields)
            for word in words
        )
        return Together(tuple(self._run(node.words, words, shape, f) for f in fields), telling)

    def _run(self, phrase: Sequence[str], words: Sequence[str], shape: Shape, field: Field) -> Run:
        """The different ``words`` of ``phrase`` as they stand together in one field."""
        postings = surfaces(field.name)
        found = [self._found(postings, word) for word in words]
        whole = {
            leaf: tuple(number for one in found for number in one[leaf])
            if all(one[leaf] for one in found)
            else ()
            for leaf in self.leaves
        }
        label = f"phrase {' '.join(phrase)} in {field.name}"
        average = self.average(field.name)
        return Run(field.name, postings, whole, shape, field.weight or 1.0, average, label)

    def _keyword(self, node: nodes.Term | nodes.Phrase | nodes.Prefix | nodes.Fuzzy) -> Plan:
        if isinstance(node, nodes.Term) and node.field and BY_NAME[node.field].kind is Kind.KEYWORD:
            name = BY_NAME[node.field].name
            return Having(name, self._found(name, node.word))
        raise only_whole(node.field)

    def idf_of(self, word: str) -> float:
        """The idf of a surface in the searched fields; kept."""
        known = self._idfs.get((True, word))
        if known is None:
            found = [(surfaces(f.name), self._found(surfaces(f.name), word)) for f in SEARCHED]
            telling = self._telling(found)
            known = _remembered(self._idfs, (True, word), telling, 10 * _REMEMBERED)
        return known

    def idf_of_stem(self, stem: str) -> float:
        """The idf of a stem in the searched fields; kept."""
        known = self._idfs.get((False, stem))
        if known is None:
            found = [(f.name, self._numbers(f.name, stem)) for f in SEARCHED]
            known = _remembered(self._idfs, (False, stem), self._telling(found), 10 * _REMEMBERED)
        return known

    def idfs_of(self, stems: Sequence[str]) -> list[float]:
        """``idf_of_stem`` of each."""
        return [self.idf_of_stem(stem) for stem in stems]

    def number(self, leaf: Leaf, postings: str, word: str) -> int:
        """The number of a term in one leaf, or -1."""
        found = self._found(postings, word)[leaf]
        return found[0] if found else -1

    def stemmed(self, stem: str) -> Word:
        """The plan of a stem in every searched field, whatever the surface."""
        face = self._face(self._stem_in(stem, field) for field in SEARCHED)
        return self._word(_Stem(stem), face)

    def average(self, name: str) -> float:
        """Tokens of a field in an average document, deleted ones included."""
        return self._averages[name]

    def _average(self, name: str) -> float:
        tokens = sum(leaf.stored.lengths.get(name, 0) for leaf in self.leaves)
        return tokens / (self.documents or 1)


def _remembered(
    known: dict[_Key, _Value], key: _Key, value: _Value, most: int = _REMEMBERED
) -> _Value:
    """``value``, kept in ``known`` under ``key``."""
    if len(known) >= most:
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


def _published(node: nodes.DateRange) -> Plan:
    first = _FIRST if node.first is None else node.first.toordinal()
    last = _LAST if node.last is None else node.last.toordinal()
    return Published(first, last)
