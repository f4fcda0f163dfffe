"""The reader: one generation, open for searching.

Floor 4.  Collects every match of every segment, so totals and facets are exact, and loads only
the articles of the page asked for.  Invariant: the generation stays as it was opened, also when
its files are replaced or unlinked meanwhile; all methods may be called from several threads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from types import MappingProxyType

import numpy as np

from ...analysis import stem as stem_of
from ...article import Article
from ...copies import CopiesMode
from ...errors import EngineError
from ...packing import unpack_all
from ...query.nodes import Node
from ...query.questions import Asked
from ..base import Found, Match, Request, Sort
from . import facets, generations, order, vocabulary
from .clusters import Clusters
from .compile import Compiler
from .faults import reading
from .generations import Generation
from .grouping import grouped
from .leaf import Leaf
from .rerank import Second
from .sets import Matches
from .shelf import Shelf
from .sight import Sight

_REMEMBERED = 10_000
"""The forms of so many stems are remembered."""

_HEADS = 500
"""The first hits of so many queries are remembered, for their next pages."""


class WhooshEngine:
    """A reader of ``generation`` of the index at ``path``; made by ``open_reader``."""

    def __init__(
        self, path: Path, generation: Generation, sight: Sight, recovered: str = ""
    ) -> None:
        self._path = path
        self._described = generation
        self._sight = sight
        self._recovered = recovered
        folder = generations.store_folder(path, generation)
        self._leaves = tuple(Leaf(folder, segment) for segment in generation.segments)
        self._clusters = Clusters.of(folder, generation, self._leaves)
        self._catalogue = generations.open_catalogue(path, generation)
        self._compiler = Compiler(self._leaves)
        self._forms: dict[str, dict[str, int]] = {}
        self._heads: dict[tuple[Node, Asked, CopiesMode], list[order.Placed]] = {}
        self._shelf = Shelf()
        self._open = True

    @property
    def generation(self) -> str:
        return self._described.name

    @property
    def recovered(self) -> str:
        """What is wrong with the newest generation where this is the one before it, else ""."""
        return self._recovered

    @property
    def articles_held(self) -> int:
        """How many live articles this generation has."""
        return self._described.articles

    def catalogue(self) -> bytes:
        """What was committed beside this generation; read from the disk at each call."""
        with self._reading():
            return generations.catalogue_of(self._path, self._described, self._catalogue)

    def size(self) -> int:
        """Bytes on disk of the files of this generation."""
        return sum(file.size for file in self._described.files())

    def is_current(self) -> bool:
        """Whether no later generation has been committed."""
        with reading(self._path):
            if self._sight.lasts():
                return True
            # Seen before the name is read: a commit in between is noticed the next time.
            sight = Sight(self._path)
            if generations.current_name(self._path) not in (self.generation, ""):
                return False
            self._sight = sight
            return True

    def search(self, request: Request) -> Found:
        """The page of matches asked for, with exact total and facets."""
        with self._reading():
            found = self._matches(request.query)
            found, shown, collapsed = grouped(found, self._clusters, request.copies, request.sort)
            page = self._page(shown, request)
            documents = [(leaf, matches.documents) for leaf, matches in found]
            return Found(
                sum(len(matches.documents) for _, matches in shown),
                tuple(self._shown(page, collapsed)),
                {name: facets.count(name, documents) for name in request.facets},
                sum(len(held) for _, held in documents),
            )

    def matches(self, request: Request) -> Iterator[Match]:
        """Every match from the offset of ``request`` on, in the order of ``search``, however many
        were asked for, one article in memory at a time."""
        with self._reading():
            found = self._matches(request.query)
            _, shown, collapsed = grouped(found, self._clusters, request.copies, request.sort)
            placed = islice(self._every(shown, request), request.offset, None)
            hit = next(placed, None)
        while hit is not None:
            with self._reading():
                # What streams past would push what people look at from the shelf.
                article, sentences = unpack_all(hit.leaf.blob(hit.document))
                copies = self._clusters.copies(hit.leaf, hit.document, collapsed)
            yield Match(article, hit.score, sentences, copies)
            with self._reading():
                hit = next(placed, None)

    def _every(self, found: order.Found, request: Request) -> Iterator[order.Placed]:
        if request.asked is None or request.sort is not Sort.RELEVANCE:
            return order.every(found, request.sort)
        return Second(self._compiler, found, request.asked).every()

    def crossed(self, request: Request) -> Mapping[tuple[str, ...], int]:
        """How many matches have each combination of values of the facets of ``request``; with
        ``CopiesMode.GROUP``, all copies count."""
        with self._reading():
            found = self._matches(request.query)
            found, _, _ = grouped(found, self._clusters, request.copies, request.sort)
            documents = [(leaf, matches.documents) for leaf, matches in found]
            return facets.crossed(request.facets, documents)

    def _page(self, found: order.Found, request: Request) -> list[order.Placed]:
        if request.asked is None or request.sort is not Sort.RELEVANCE:
            return order.page(found, request.sort, request.offset, request.limit)
        if not request.limit:
            return []
        second = Second(self._compiler, found, request.asked)
        key = (request.query, request.asked, request.copies)
        head = self._heads.get(key)
        if head is None:
            if len(self._heads) >= _HEADS:
                self._heads.clear()
            head = self._heads[key] = second.head()
        return second.page(head, request.offset, request.limit)

    def _shown(self, page: Sequence[order.Placed], collapsed: Mapping[int, int]) -> Iterator[Match]:
        """The articles of a page; ``collapsed`` are how many copies are not shown, by cluster."""
        for leaf, document, score in page:
            article, sentences = self._shelf.article(leaf, document)
            copies = self._clusters.copies(leaf, document, collapsed)
            yield Match(article, score, sentences, copies)

    def count(self, query: Node) -> int:
        """How many articles match."""
        with self._reading():
            return sum(len(matches.documents) for _, matches in self._matches(query))

    def _matches(self, query: Node) -> order.Found:
        """The live matches of each leaf."""
        plan = self._compiler.compile(query)
        return [(leaf, _live(leaf, plan.evaluate(leaf))) for leaf in self._leaves]

    def get(self, article_id: str) -> Article | None:
        """The article with this id."""
        with self._reading():
            for leaf in self._leaves:
                document = leaf.find(article_id)
                if document is not None:
                    return leaf.article(document)
        return None

    def copies(self, article_id: str) -> tuple[str, ...]:
        """The ids of an article and its copies, the earliest first; none where it has none."""
        with self._reading():
            for leaf in self._leaves:
                document = leaf.find(article_id)
                if document is not None:
                    return self._clusters.members(leaf, document)
        return ()

    def articles(self) -> Iterator[Article]:
        """Every article, oldest segment first, one in memory at a time."""
        for leaf in self._leaves:
            for document in np.flatnonzero(leaf.live).tolist():
                with self._reading():
                    article = leaf.article(document)
                yield article

    def forms(self, word: str) -> Mapping[str, int]:
        """The words with the stem of ``word``, and how many articles hold each; most first."""
        with self._reading():
            stem = stem_of(word)
            known = self._forms.get(stem)
            if known is None:
                if len(self._forms) >= _REMEMBERED:
                    self._forms.clear()
                known = self._forms[stem] = vocabulary.forms(self._leaves, stem)
            return MappingProxyType(known)

    def near(self, word: str, edits: int) -> tuple[tuple[str, int, int], ...]:
        """Words at most ``edits`` from ``word``, each with its edits and how many articles hold
        it; of fewest edits first, then those that most hold."""
        with self._reading():
            return vocabulary.close(self._leaves, word, edits)

    def starting(self, letters: str, most: int) -> tuple[tuple[str, int], ...]:
        """The words that start with ``letters`` and most articles hold, with how many do."""
        with self._reading():
            return vocabulary.frequent(self._leaves, letters, most)

    def explain(self, request: Request, article_id: str) -> tuple[tuple[str, float], ...]:
        """What each word and field adds to the score of an article, and what the second look at
        the first hits does; empty where it does not match."""
        with self._reading():
            plan, asked = self._compiler.compile(request.query), request.asked
            for leaf in self._leaves:
                document = leaf.find(article_id)
                if document is not None:
                    reasons = plan.explain(leaf, document) or []
                    if reasons and asked:
                        found = self._matches(request.query)
                        found = grouped(found, self._clusters, request.copies, request.sort).shown
                        reasons += Second(self._compiler, found, asked).explain(leaf, document)
                    return tuple(reasons)
        return ()

    def close(self) -> None:
        """Let go of the files; harmless when that has happened."""
        self._open = False
        self._leaves = ()
        self._heads = {}
        self._clusters = Clusters(None, ())
        self._catalogue = None
        self._sight.close()
        self._compiler = Compiler(())
        self._shelf = Shelf()

    def __enter__(self) -> WhooshEngine:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _reading(self) -> AbstractContextManager[None]:
        if not self._open:
            raise EngineError(f"this reader of {self._path} is closed")
        return reading(self._path)


def _live(leaf: Leaf, matches: Matches) -> Matches:
    """``matches`` but for those of deleted documents."""
    if leaf.whole or not len(matches.documents):
        return matches
    kept = leaf.live.take(matches.documents).nonzero()[0]
    return Matches(matches.documents.take(kept), matches.scores.take(kept))
