"""What has to be known of an index before a query can be said: how telling words are, and how many.

Floor 4.  What stands in the place of other words counts by how many articles hold either; words
with * or ~ are counted before they are looked for.  A generation never changes, so that all of it
is kept.  Invariant: all that one query needs is asked at once, and nothing of it twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from ...analysis import stem as stem_of
from ...errors import Diagnostic, UnsupportedQuery
from ...fields import SEARCHED, Kind
from ...query import nodes
from ...query.questions import Asked
from ..bm25 import idf
from ..refusals import field_named
from . import shape
from .plan import Query
from .requests import Ahead, Asker, Search

_REMEMBERED = 20_000
"""So many stems, words and expansions are remembered; there may be millions."""

_SPREAD = 10 * _REMEMBERED
_AT_ONCE = 10_000
"""So many stems of texts are remembered, and asked about at once."""

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


_Key = TypeVar("_Key", str, Expansion)
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Needs:
    """What a query needs to know: how many articles hold ``stems`` and, about, ``words``, and how
    wide ``expansions`` are."""

    stems: frozenset[str]
    words: frozenset[str]
    expansions: frozenset[Expansion]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an index of so many ``articles``."""

    articles: int
    holding: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[str, int] = field(default_factory=dict)
    extents: Mapping[Expansion, Extent] = field(default_factory=dict)

    def telling(self, node: nodes.Node) -> float:
        """The idf of the words of ``node``, added."""
        stems = map(stem_of, nodes.words_of(node))
        return sum(idf(self.articles, self.holding[stem]) for stem in stems)

    def telling_of(self, word: str) -> float:
        """The idf of a surface."""
        return idf(self.articles, self.held[word])


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


def needs_of(node: nodes.Node, *, scored: bool, asked: Asked | None = None) -> Needs:
    """What ``node`` needs to know, to be ``scored`` or to be a filter, and what was ``asked``."""
    stems: set[str] = set()
    words: set[str] = {*asked.run, *asked.words} if scored and asked else set()
    expansions: set[Expansion] = set()
    for below in _all(node):
        if isinstance(below, nodes.Phrase):
            words.update(below.words)
        elif isinstance(below, nodes.Term) and below.field is not None:
            words.add(below.word)
        elif isinstance(below, nodes.Widened):
            telling = [one for one in below.others if not isinstance(one, nodes.Filter)]
            for one in (below.node, *telling):
                stems.update(map(stem_of, nodes.words_of(one)))
        elif isinstance(below, (nodes.Prefix, nodes.Fuzzy)):
            expansion = expansion_of(below)
            if expansion is not None and "" not in expansion.fields:
                expansions.add(expansion)
    if not scored:
        return Needs(frozenset(), frozenset(), frozenset(expansions))
    return Needs(frozenset(stems), frozenset(words), frozenset(expansions))


def words_in(node: nodes.Node) -> set[str]:
    """The single words that ``node`` asks for wherever they stand."""
    terms = (one for one in _all(node) if isinstance(one, nodes.Term))
    return {term.word for term in terms if term.field is None}


def _all(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in nodes.children(node):
        yield from _all(child)


class Statistics:
    """Asks ``asker`` about one generation, and remembers; for several threads."""

    def __init__(self, asker: Asker, articles: int) -> None:
        self._asker = asker
        self.articles = articles
        self._spread: dict[str, int] = {}
        self._holding: dict[str, int] = {}
        self._held: dict[str, int] = {}
        self._extents: dict[Expansion, Extent] = {}

    def known(self, needs: Needs, ahead: Ahead | None = None) -> Known:
        """What ``needs`` asks for; where any of that is asked, ``ahead`` is, too."""
        holding = {stem: self._holding.get(stem) for stem in needs.stems}
        held = {word: self._held.get(word) for word in needs.words}
        extents = {one: self._extents.get(one) for one in needs.expansions}
        found = self._asked(_unknown(holding), _unknown(held), _unknown(extents), ahead)
        _keep(self._holding, found.holding)
        _keep(self._held, found.held)
        _keep(self._extents, found.extents)
        return Known(
            self.articles,
            _told(holding) | found.holding,
            _told(held) | found.held,
            _told(extents) | found.extents,
        )

    def idfs_of(self, stems: Sequence[str]) -> list[float]:
        """The idf of each of many stems, about: by how many articles hold each of its words."""
        spread = {stem: self._spread.get(stem) for stem in stems}
        missing = _unknown(spread)
        parts = [missing[at : at + _AT_ONCE] for at in range(0, len(missing), _AT_ONCE)]
        found = dict.fromkeys(missing, 0)
        for answer in self._asker.several([_by_stem(part) for part in parts]):
            for bucket in answer["aggregations"]["each"]["buckets"]:
                found[bucket["key"]] = int(bucket["held"]["value"])
        _keep(self._spread, found, _SPREAD)
        known = _told(spread) | found
        return [idf(self.articles, known[stem]) for stem in stems]

    def _asked(
        self,
        stems: Sequence[str],
        words: Sequence[str],
        wide: Sequence[Expansion],
        ahead: Ahead | None,
    ) -> _Found:
        searches = []
        if stems:
            queries = {stem: {"term": {shape.STEMS: stem}} for stem in stems}
            searches.append(Search(counting(queries)))
        if words:
            wanted = {"query": {"terms": {"word": words}}, "_source": ["word", "held"]}
            searches.append(Search({**wanted, "size": len(words)}, words=True))
        if wide:
            queries = {str(number): one.query() for number, one in enumerate(wide)}
            more = {"held": {"sum": {"field": "held"}}}
            searches.append(Search(counting(queries, more), words=True))
        answers = iter(self._asker.together(searches, ahead) if searches else ())
        holding = counts_in(next(answers)) if stems else {}
        hits = next(answers)["hits"]["hits"] if words else ()
        held = dict.fromkeys(words, 0) | {h["_source"]["word"]: h["_source"]["held"] for h in hits}
        buckets = next(answers)["aggregations"]["each"]["buckets"] if wide else {}
        extents = {
            one: Extent(buckets[str(n)]["doc_count"], int(buckets[str(n)]["held"]["value"]))
            for n, one in enumerate(wide)
        }
        return _Found(holding, held, extents)


class _Found(NamedTuple):
    """What was asked about, as ``Known`` has it."""

    holding: dict[str, int]
    held: dict[str, int]
    extents: dict[Expansion, Extent]


def _by_stem(stems: Sequence[str]) -> Search:
    """A search that adds up how many articles hold the words of each of ``stems``."""
    wanted = [{"terms": {"stem": list(stems)}}, {"terms": {"fields": [f.name for f in SEARCHED]}}]
    each = {
        "terms": {"field": "stem", "size": len(stems)},
        "aggs": {"held": {"sum": {"field": "held"}}},
    }
    body = {"query": {"bool": {"filter": wanted}}, "size": 0, "aggs": {"each": each}}
    return Search({**body, "track_total_hits": False}, words=True)


def _unknown(values: Mapping[_Key, _Value | None]) -> list[_Key]:
    return sorted(key for key, value in values.items() if value is None)


def _told(values: Mapping[_Key, _Value | None]) -> dict[_Key, _Value]:
    return {key: value for key, value in values.items() if value is not None}


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


def _keep(known: dict[Any, Any], more: Mapping[Any, Any], most: int = _REMEMBERED) -> None:
    if len(known) + len(more) > most:
        known.clear()
    known.update(more)
