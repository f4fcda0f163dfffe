"""Query nodes to clauses: the only module of the engine that knows the query tree.

Floor 4.  A plain word is looked for where all searched fields stand together, weighted; words in
order, in each of those fields.  What is only a filter is said without scores.
Invariant: a clause matches what its node means, the very articles that the embedded engine finds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from ...analysis import stem as stem_of
from ...fields import BY_NAME, SEARCHED, Field, Kind
from ...query import nodes
from ..bm25 import EXACT, K1, LOOSE, idf
from ..refusals import Budget, close, field_named, only_whole, starting
from . import shape
from .norms import SCALE
from .plan import NOTHING, All, AtLeastOf, Best, Clause, Everything, Leaf, Query, Wanting, Without
from .statistics import Expansion, Known, expansion_of

TIE = 0.2
"""What the fields add in which words stand together, beside the one that scores most: frequencies
in several fields saturate together in BM25F, where a cluster adds scores."""

_TOGETHER = (K1 + 1.0) / (K1 * SCALE + 1.0)
"""Lucene multiplies a score by k1 + 1; in fields of whole weights, k1 is so many times as large."""

_EVERYWHERE = "all searched fields"

_PARTING = "whitespace"
"""The analyzer that parts words: the cluster's own, which leaves words of our lengths whole.  That
of an index is closed on a node that its last shard left, where points in time are searched yet."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What a clause counts: ``weight`` times its score, ``None`` where it is a filter; what its
    lines begin with."""

    weight: float | None = 1.0
    said: str = ""

    def times(self, factor: float) -> float | None:
        return None if self.weight is None else self.weight * factor


FILTER = Worth(None)


def saturated(field: Field) -> float:
    """What one word in a field of its weight scores, beside one in the text."""
    weight = field.weight or 1.0
    return weight * (K1 + 1.0) / (weight + K1)


class Compiler:
    """Compiles one query, given what is ``known`` of the index."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self._budget = Budget()
        self._numbers = count()

    def compile(self, node: nodes.Node, worth: Worth | None = None) -> Clause:
        """The clause of ``node``.  Raises ``QueryError`` where its expansions are too wide, and
        ``UnknownField`` for a field that a node of its kind cannot ask for."""
        worth = Worth() if worth is None else worth
        if isinstance(node, (nodes.And, nodes.Or, nodes.AtLeast)):
            return self._combined(node, worth)
        if isinstance(node, nodes.Not):
            return Without(self.compile(node.node, FILTER))
        if isinstance(node, nodes.Filter):
            return self.compile(node.node, FILTER)
        if isinstance(node, nodes.Weighed):
            return self.compile(node.node, replace(worth, weight=worth.times(node.weight)))
        if isinstance(node, nodes.Widened):
            return self._widened(node, worth)
        if isinstance(node, nodes.DateRange):
            return self._published(node)
        if isinstance(node, nodes.Every):
            return Everything()
        if isinstance(node, nodes.Nothing):
            return NOTHING
        if node.field is not None and field_named(node.field).kind is not Kind.TEXT:
            return self._keyword(node)
        return self._text(node, worth)

    def _combined(self, node: nodes.And | nodes.Or | nodes.AtLeast, worth: Worth) -> Clause:
        parts = tuple(self.compile(child, worth) for child in node.nodes)
        if isinstance(node, nodes.And):
            return All(parts)
        minimum = node.minimum if isinstance(node, nodes.AtLeast) else 1
        return AtLeastOf(minimum, parts) if minimum > 0 else AtLeastOf(1, (Everything(), *parts))

    def _widened(self, node: nodes.Widened, worth: Worth) -> Clause:
        if worth.weight is None:
            several = (node.node, *node.others)
            return AtLeastOf(1, tuple(self.compile(one, worth) for one in several))
        own = self.known.telling(node.node)
        others = tuple(self._other(other, own, node.share, worth) for other in node.others)
        typed = self.compile(node.node, worth)
        return AtLeastOf(1, (typed, Best(others))) if others else typed

    def _other(self, node: nodes.Node, own: float, share: float, worth: Worth) -> Clause:
        """What may stand for words that are telling as ``own`` says."""
        if isinstance(node, nodes.Filter):
            matched = {"filter": self.compile(node.node, FILTER).query()}
            label = "instead: the force or the date"
            return self._leaf("constant_score", None, matched, worth.times(share * own), label)
        telling = self.known.telling(node)
        factor = share * min(1.0, own / telling) if telling else share
        return self.compile(node, Worth(worth.times(factor), "instead: "))

    def _text(
        self, node: nodes.Term | nodes.Phrase | nodes.Prefix | nodes.Fuzzy, worth: Worth
    ) -> Clause:
        """The nodes that look in a text field, or in all that are searched."""
        if isinstance(node, nodes.Term):
            return self._term(node, worth)
        if isinstance(node, (nodes.Prefix, nodes.Fuzzy)):
            expansion = expansion_of(node)
            return NOTHING if expansion is None else self._expanded(expansion, worth)
        return self.phrase(node, worth) if node.words else NOTHING

    def _term(self, node: nodes.Term, worth: Worth) -> Clause:
        if node.field is None:
            words, stems, where = shape.WORDS, shape.STEMS, _EVERYWHERE
            factor = placed = _TOGETHER
        else:
            field = field_named(node.field)
            words, stems, where = field.name, shape.stems_of(field.name), field.name
            factor = saturated(field)
            placed = 1.0 if worth.weight is None else self._placed([node.word], field)
        share = 1.0 if node.exact else LOOSE if node.loosely else EXACT
        label = f"{worth.said}word {node.word} in {where}"
        boost = worth.times(share * placed)
        very = self._leaf("term", words, {"value": node.word}, boost, label)
        if node.exact:
            return very
        stem = stem_of(node.word)
        label = f"{worth.said}stem {stem} in {where}"
        form = self._leaf("term", stems, {"value": stem}, worth.times(factor), label)
        # Every surface has its stem: as a filter, the stem is enough.
        return form if worth.weight is None else Wanting(form, (very,))

    def _expanded(self, expansion: Expansion, worth: Worth) -> Clause:
        extent = self.known.extents[expansion]
        prefix = expansion.kind == "prefix"
        what = (starting if prefix else close)(expansion.word)
        self._budget.take(extent.words, lambda: extent.words, what)
        names, label = expansion.fields, f"{worth.said}words {'from' if prefix else 'near'}"
        if worth.weight is None and len(names) > 1:
            names = (shape.WORDS,)
        telling = idf(self.known.articles, extent.held)
        factors = {f.name: telling * saturated(f) for f in map(BY_NAME.get, names) if f}
        parts = [
            self._leaf(
                expansion.kind,
                name,
                expansion.matcher(),
                worth.times(factors.get(name, telling)),
                f"{label} {expansion.word} in {name}",
            )
            for name in names
        ]
        return Best(tuple(parts), TIE)

    def phrase(self, node: nodes.Phrase, worth: Worth) -> Clause:
        """Words side by side or near each other, in any of several fields."""
        fields = SEARCHED if node.field is None else (field_named(node.field),)
        parts = tuple(self._run(node, field, worth) for field in fields)
        return Best(parts, TIE) if worth.weight is not None else AtLeastOf(1, parts)

    def _run(self, node: nodes.Phrase, field: Field, worth: Worth) -> Clause:
        different = tuple(dict.fromkeys(node.words))
        share = self._placed(different, field) if worth.weight is not None else 0.0
        boost = worth.times(share * len(different) / len(node.words))
        label = f"{worth.said}phrase {' '.join(node.words)} in {field.name}"
        if len(node.words) == 1:
            return self._leaf("term", field.name, {"value": node.words[0]}, boost, label)
        if node.slop <= 0:
            return self.in_order(node.words, field, 0, (boost, label))
        if len(different) < len(node.words):
            repeated = _several_within(node.words, len(node.words) + node.slop)
            return self._leaf("intervals", field.name, repeated, boost, label)
        spans = [{"span_term": {field.name: {"value": word}}} for word in node.words]
        near = {"clauses": spans, "slop": node.slop, "in_order": False}
        return self._leaf("span_near", None, near, boost, label)

    def _placed(self, words: Sequence[str], field: Field) -> float:
        """What different ``words`` in order count in a field, each; Lucene adds them up, and knows
        how telling they are in fields that are not searched."""
        if field.weight <= 0:
            return saturated(field)
        return sum(map(self.known.telling_of, words)) / len(words)

    def in_order(
        self, words: Sequence[str], field: Field, slop: int, told: tuple[float | None, str]
    ) -> Leaf:
        """``words`` of one field in order.  With a ``slop``, so many tokens may stand among them,
        and a place of two words counts as 1 over the tokens from one to the other; ``told`` is
        boost and label."""
        body = {"query": " ".join(words), "slop": slop, "analyzer": _PARTING}
        return self._leaf("match_phrase", field.name, body, *told)

    def _keyword(self, node: nodes.Term | nodes.Phrase | nodes.Prefix | nodes.Fuzzy) -> Clause:
        field = field_named(node.field or "")
        if not isinstance(node, nodes.Term) or field.kind is not Kind.KEYWORD:
            raise only_whole(node.field)
        # "" is kept for articles of no force, to be counted; nobody can ask for it.
        return self._leaf("term", field.name, {"value": node.word}) if node.word else NOTHING

    def _published(self, node: nodes.DateRange) -> Clause:
        """Dated articles whose period overlaps the one asked for."""
        parts = [self._leaf("exists", None, {"field": shape.FIRST})]
        if node.first is not None:
            bound = {"gte": node.first.toordinal()}
            parts.append(self._leaf("range", shape.LAST, bound))
        if node.last is not None:
            bound = {"lte": node.last.toordinal()}
            parts.append(self._leaf("range", shape.FIRST, bound))
        return All(tuple(parts[1:] or parts))

    def _leaf(
        self,
        kind: str,
        field: str | None,
        body: Mapping[str, Any],
        boost: float | None = None,
        label: str = "",
    ) -> Leaf:
        return Leaf(kind, field, body, boost, label, str(next(self._numbers)))


def stemmed(stem: str, share: float) -> Query:
    """Any word of a stem, which counts a ``share`` of one that was typed."""
    return {"term": {shape.STEMS: {"value": stem, "boost": share * _TOGETHER}}}


def _several_within(words: Sequence[str], width: int) -> Query:
    """All of ``words``, each as often as it is named, within ``width`` tokens."""
    each = [{"match": {"query": word, "analyzer": _PARTING}} for word in words]
    within = {"script": {"source": f"interval.end - interval.start < {width}"}}
    return {"all_of": {"ordered": False, "intervals": each, "filter": within}}
