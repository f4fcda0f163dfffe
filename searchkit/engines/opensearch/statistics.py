"""What has to be known of an index before a query can be said: how telling words are, and how many.

Floor 4.  What stands in the place of other words counts by how many articles hold either; words
with * or ~ are counted before they are looked for.  A generation never changes, so that all of it
is kept.  Invariant: all that one query needs is asked at once, and nothing of it twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ...analysis import stem as stem_of
from ...errors import Diagnostic, UnsupportedQuery
from ...fields import SEARCHED, Kind
from ...query import nodes
from ..bm25 import idf
from ..refusals import field_named
from . import shape
from .plan import Query
from .requests import Asker, Search

_REMEMBERED = 20_000
"""So many stems and expansions are remembered; there may be millions."""

_MOST_EDITS = 2
"""Lucene has no automata for more."""


class Expansion(NamedTuple):
    """The words that start with ``word`` (``edits`` is -1), or are at most so many edits from it
    and have its first letter, in the text ``fields``."""

    word: str
    edits: int
    fields: tuple[str, ...]

    def query(self) -> Query:
        """Finds them in the index of words."""
        wanted = {"terms": {"fields": list(self.fields)}}
        return {"bool": {"filter": [wanted, {self.kind: {"word": self.matcher()}}]}}

    @property
    def kind(self) -> str:
        return "prefix" if self.edits < 0 else "fuzzy"

    def matcher(self) -> Query:
        """The body of the query of its ``kind``, in which no word is left out."""
        if self.edits < 0:
            return {"value": self.word, "rewrite": "constant_score"}
        return {
            "value": self.word,
            "fuzziness": self.edits,
            "prefix_length": 1,
            "transpositions": True,
            "rewrite": "constant_score",
        }


class Extent(NamedTuple):
    """How many words an expansion has, and how often articles hold one of them, about."""

    words: int
    held: int


@dataclass(frozen=True, slots=True)
class Needs:
    """What a query needs to know: how many articles hold ``stems``, and how wide ``expansions``
    are."""

    stems: frozenset[str]
    expansions: frozenset[Expansion]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an index of so many ``articles``."""

    articles: int
    holding: Mapping[str, int] = field(default_factory=dict)
    extents: Mapping[Expansion, Extent] = field(default_factory=dict)

    def telling(self, node: nodes.Node) -> float:
        """The idf of the words of ``node``, added."""
        stems = map(stem_of, nodes.words_of(node))
        return sum(idf(self.articles, self.holding[stem]) for stem in stems)


def expansion_of(node: nodes.Prefix | nodes.Fuzzy) -> Expansion | None:
    """What ``node`` stands for; ``None`` where that is nothing.  Raises ``UnknownField``, and
    ``UnsupportedQuery`` for more edits than a cluster takes."""
    names = tuple(f.name for f in SEARCHED) if node.field is None else (text_field(node.field),)
    if not node.word:
        return None
    if isinstance(node, nodes.Prefix):
        return Expansion(node.word, -1, names)
    if node.edits > _MOST_EDITS:
        message = (
            f"{node.word}~{node.edits}: a cluster finds words at most {_MOST_EDITS} edits away"
        )
        raise UnsupportedQuery([Diagnostic("limit-edits", message, 0, 0, fatal=True)])
    return Expansion(node.word, node.edits, names)


def text_field(name: str) -> str:
    """The name of a text field by its name or alias; "" for a field of another kind.  Raises
    ``UnknownField``."""
    found = field_named(name)
    return found.name if found.kind is Kind.TEXT else ""


def needs_of(node: nodes.Node) -> Needs:
    """What ``node`` needs to know."""
    stems: set[str] = set()
    expansions: set[Expansion] = set()
    for below in _all(node):
        if isinstance(below, nodes.Widened):
            telling = [one for one in below.others if not isinstance(one, nodes.Filter)]
            for one in (below.node, *telling):
                stems.update(map(stem_of, nodes.words_of(one)))
        elif isinstance(below, (nodes.Prefix, nodes.Fuzzy)):
            expansion = expansion_of(below)
            if expansion is not None and "" not in expansion.fields:
                expansions.add(expansion)
    return Needs(frozenset(stems), frozenset(expansions))


def _all(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in nodes.children(node):
        yield from _all(child)


class Statistics:
    """Asks ``asker`` about one generation, and remembers; for several threads."""

    def __init__(self, asker: Asker, articles: int) -> None:
        self._asker = asker
        self._articles = articles
        self._holding: dict[str, int] = {}
        self._extents: dict[Expansion, Extent] = {}

    def known(self, needs: Needs) -> Known:
        """What ``needs`` asks for."""
        holding = {stem: self._holding.get(stem) for stem in needs.stems}
        extents = {one: self._extents.get(one) for one in needs.expansions}
        stems = sorted(stem for stem, count in holding.items() if count is None)
        wide = sorted(one for one, extent in extents.items() if extent is None)
        counts, measured = self._asked(stems, wide)
        _keep(self._holding, counts)
        _keep(self._extents, measured)
        told = {stem: count for stem, count in holding.items() if count is not None}
        wides = {one: extent for one, extent in extents.items() if extent is not None}
        return Known(self._articles, told | counts, wides | measured)

    def _asked(
        self, stems: Sequence[str], wide: Sequence[Expansion]
    ) -> tuple[dict[str, int], dict[Expansion, Extent]]:
        searches = []
        if stems:
            queries = {stem: {"term": {shape.STEMS: stem}} for stem in stems}
            searches.append(Search(counting(queries)))
        if wide:
            queries = {str(number): one.query() for number, one in enumerate(wide)}
            more = {"held": {"sum": {"field": "held"}}}
            searches.append(Search(counting(queries, more), words=True))
        answers = iter(self._asker.several(searches))
        counts = counts_in(next(answers)) if stems else {}
        buckets = next(answers)["aggregations"]["each"]["buckets"] if wide else {}
        measured = {
            one: Extent(buckets[str(n)]["doc_count"], int(buckets[str(n)]["held"]["value"]))
            for n, one in enumerate(wide)
        }
        return counts, measured


def counting(queries: Mapping[str, Query], more: Mapping[str, Any] | None = None) -> Query:
    """A search that counts what each of ``queries`` matches; ``more`` is worked out for each."""
    each: Query = {"filters": {"filters": dict(queries)}}
    if more:
        each["aggs"] = dict(more)
    # Only what any of them matches need be looked at.
    any_of = {"bool": {"filter": [{"bool": {"should": list(queries.values())}}]}}
    return {"size": 0, "query": any_of, "aggs": {"each": each}}


def counts_in(answer: Mapping[str, Any]) -> dict[str, int]:
    """The counts that a search of ``counting`` was answered with."""
    buckets = answer["aggregations"]["each"]["buckets"]
    return {name: bucket["doc_count"] for name, bucket in buckets.items()}


def _keep(known: dict[Any, Any], more: Mapping[Any, Any]) -> None:
    if len(known) + len(more) > _REMEMBERED:
        known.clear()
    known.update(more)
