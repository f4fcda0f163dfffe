"""The reader: one generation on the cluster, open for searching.

Floor 4.  A query is one request, after one more where words of it were not asked about before; a
page whose hits have copies asks for those too, and a long question for what its first hits teach.
Invariant: the generation stays as it was opened, also when the index moves on; all methods may be
called from several threads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from ...article import Article
from ...copies import CopiesMode
from ...errors import EngineError
from ...query.nodes import Node
from ..base import Found, Match, Request, Sort
from . import catalogues, counts, grouped, shape
from .closeness import looked_again
from .compile import FILTER, Compiler
from .connection import Cluster, Missing
from .generations import PARTS, Generation
from .grouped import Families
from .pages import Order, Page, article_in, every, match_in
from .plan import Clause, Query
from .requests import Ahead, Asker, Hit, Search, Sight, Walk, preference
from .rerank import Heads, teaches
from .statistics import Statistics, needs_of, words_in
from .vocabulary import Vocabulary

_SOON = {"local": "true"}
"""Whichever node is asked tells what it knows, also while no manager is there to tell more."""

_STREAMED = 500
"""So many articles are fetched at once where all are wanted."""


class ClusterEngine:
    """A reader of ``generation``, reached by ``cluster``; ``open_reader`` makes it."""

    def __init__(self, cluster: Cluster, generation: Generation, recovered: str = "") -> None:
        self._cluster = cluster
        self._described = generation
        self._recovered = recovered
        self._asker = Asker(cluster, generation)
        self._statistics = Statistics(self._asker, generation.articles)
        self._vocabulary = Vocabulary(self._asker)
        self._families = Families(self._asker)
        self._heads = Heads(self._asker, self._statistics, generation.averages)
        self._open = True

    @property
    def generation(self) -> str:
        return self._described.name

    @property
    def recovered(self) -> str:
        """Always "": a cluster keeps copies of its own."""
        return self._recovered

    @property
    def articles_held(self) -> int:
        """How many articles this generation has."""
        return self._described.articles

    def catalogue(self) -> bytes:
        """What was committed beside this generation; read from the cluster at each call."""
        self._check_open()
        described = self._described
        return catalogues.read(
            self._cluster, described.physical, catalogues.CATALOGUE, described.catalogue
        )

    def size(self) -> int:
        """Bytes on disk of one copy of each shard of this generation."""
        self._check_open()
        return self._asker.size([self._described.physical + part for part in PARTS])

    def is_current(self) -> bool:
        """Whether no later generation has been committed."""
        self._check_open()
        name = self._cluster.address.name
        try:
            with self._cluster.asking() as client:
                pointed = client.indices.get_alias(name=name, params=_SOON)
        except Missing:
            return True
        return self._described.physical in pointed

    def watching(self) -> AbstractContextManager[Sight]:
        """What this thread asks meanwhile tells whether this is the newest generation yet, at no
        cost."""
        return self._asker.watching()

    def foresee(self, words: Iterable[str]) -> None:
        """Ask for the forms of several words at once, where they are not known."""
        self._check_open()
        ahead = self._vocabulary.ahead(words)
        while ahead.search() is not None:
            self._asker.together([], ahead)

    def search(self, request: Request) -> Found:
        """The page of matches asked for, with exact total and facets."""
        self._check_open()
        aggregations = counts.aggregations(request.facets)
        # Who shows a page tells which forms of its words there are.
        ahead = self._vocabulary.ahead(words_in(request.query) if request.limit else ())
        asked = self._asked(request, ahead)
        page = self._paged(asked)
        if request.limit and teaches(request, asked.order):
            answer, hits = self._heads.page(page, request, aggregations, ahead)
        else:
            answer = page.first(request, aggregations, ahead)
            hits = page.hits(request, answer)
        with_copies = answer["hits"]["total"]["value"]
        return Found(
            with_copies - page.surplus(request.copies, answer),
            tuple(self._shown(hits, asked, request.copies, ahead)),
            counts.facets(request.facets, answer, self._asker, asked.query),
            with_copies,
        )

    def matches(self, request: Request) -> Iterator[Match]:
        """Every match from the offset of ``request`` on, in the order of ``search``, however many
        were asked for, some hundreds in memory at a time."""
        self._check_open()
        asked = self._asked(request)
        for hits in self._every(asked, request):
            for match in self._shown(hits, asked, request.copies):
                self._check_open()
                yield match

    def _every(self, asked: _Asked, request: Request) -> Iterator[Sequence[Hit]]:
        """All hits from the offset of ``request`` on."""
        ahead: set[str] = set()
        if teaches(request, asked.order):
            head = self._heads.head(self._paged(asked), request)
            yield self._heads.hits(head.places[request.offset :])
            if head.is_all:
                return
            ahead = {place.group for place in head.places}
            request = replace(request, offset=max(0, request.offset - len(ahead)))
        yield from every(self._asker, asked.query, asked.order, request, _STREAMED, ahead)

    def crossed(self, request: Request) -> Mapping[tuple[str, ...], int]:
        """How many matches have each combination of values of the facets of ``request``; with
        ``CopiesMode.GROUP``, all copies count."""
        self._check_open()
        for name in request.facets:
            counts.field_of(name)
        query = grouped.narrowed(self._compiled(request.query).query(), request.copies)
        return counts.crossed(self._asker, query, request.facets)

    def count(self, query: Node) -> int:
        """How many articles match."""
        self._check_open()
        body = {"query": self._compiled(query).query(), "size": 0, "track_total_hits": True}
        return int(self._asker.search(Search(body))["hits"]["total"]["value"])

    def get(self, article_id: str) -> Article | None:
        """The article with this id."""
        self._check_open()
        found = self._asker.document(article_id, [shape.STORED])
        return None if found is None else article_in(self._cluster, article_id, found)[0]

    def copies(self, article_id: str) -> tuple[str, ...]:
        """The ids of an article and its copies, the earliest first; none where it has none."""
        self._check_open()
        found = self._asker.document(article_id, [shape.CLUSTER])
        cluster = (found or {}).get(shape.CLUSTER)
        if not cluster:
            return ()
        return tuple(member.id for member in self._families.of([cluster])[cluster].members)

    def articles(self) -> Iterator[Article]:
        """Every article, by their ids, some hundreds in memory at a time."""
        self._check_open()
        body = {"query": {"match_all": {}}, "sort": [{"id": "asc"}], "_source": [shape.STORED]}
        for hits in Walk(self._asker, Search(body), _STREAMED):
            for hit in hits:
                self._check_open()
                yield article_in(self._cluster, hit["_id"], hit["_source"])[0]

    def forms(self, word: str) -> Mapping[str, int]:
        """The words with the stem of ``word``, and how many articles hold each; most first."""
        self._check_open()
        return MappingProxyType(self._vocabulary.forms(word))

    def near(self, word: str, edits: int) -> tuple[tuple[str, int, int], ...]:
        """Words at most ``edits`` from ``word``, each with its edits and how many articles hold
        it; of fewest edits first, then those that most hold."""
        self._check_open()
        return self._vocabulary.near(word, edits)

    def starting(self, letters: str, most: int) -> tuple[tuple[str, int], ...]:
        """The words that start with ``letters`` and most articles hold, with how many do."""
        self._check_open()
        return self._vocabulary.starting(letters, most)

    def explain(self, request: Request, article_id: str) -> tuple[tuple[str, float], ...]:
        """What each word and field adds to the score of an article, and what the second look
        does; empty where it does not match."""
        self._check_open()
        asked = self._asked(request)
        clause = asked.clause
        only = {"term": {"id": article_id}}
        body = {
            "query": {"bool": {"must": [clause.query(named=True)], "filter": [only]}},
            "size": 1,
            "_source": False,
        }
        search = Search(body, scored=clause.scored, prefers=asked.order.prefers, named=True)
        hits = self._asker.search(search)["hits"]["hits"]
        if not hits:
            return ()
        reasons = clause.reasons(hits[0].get("matched_queries") or {}) or []
        if teaches(request, asked.order):
            reasons += self._heads.head(self._paged(asked), request).reasons(article_id)
        return tuple(reasons)

    def close(self) -> None:
        """Let go of the connections; harmless when that has happened."""
        if self._open:
            self._open = False
            self._cluster.close()

    def __enter__(self) -> ClusterEngine:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _check_open(self) -> None:
        if not self._open:
            raise EngineError(f"this reader of {self._cluster.address} is closed")

    def _compiled(self, node: Node) -> Clause:
        """``node`` as a filter."""
        known = self._statistics.known(needs_of(node, scored=False))
        return Compiler(known).compile(node, FILTER)

    def _asked(self, request: Request, ahead: Ahead | None = None) -> _Asked:
        scored = request.sort is Sort.RELEVANCE
        needs = needs_of(request.query, scored=scored, asked=request.asked)
        known = self._statistics.known(needs, ahead)
        if not scored:
            clause = Compiler(known).compile(request.query, FILTER)
        else:
            compiler = Compiler(known)
            clause = looked_again(compiler, compiler.compile(request.query), request.asked)
        query = grouped.narrowed(clause.query(), request.copies)
        return _Asked(clause, query, Order(request.sort, clause.scored, preference(query)))

    def _paged(self, asked: _Asked) -> Page:
        return Page(self._asker, asked.query, asked.order, self._described.clusters)

    def _shown(
        self,
        hits: Sequence[Mapping[str, object]],
        asked: _Asked,
        mode: CopiesMode,
        ahead: Ahead | None = None,
    ) -> Iterator[Match]:
        """The articles of ``hits``."""
        matching = None if mode is CopiesMode.ALL else asked.query
        families, counts_ = self._families.told(hits, matching, ahead)
        for hit in hits:
            yield match_in(self._cluster, hit, families, counts_)


class _Asked(NamedTuple):
    """A request as a clause, as the query that says it, and in what order it is answered."""

    clause: Clause
    query: Query
    order: Order
