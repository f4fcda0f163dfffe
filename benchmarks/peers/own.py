"""searchkit itself, through ``Index`` and, from clean articles, through its engine's writer.

A search parses the text, ranks, counts exactly, loads ten whole articles and reports word forms;
``top`` is therefore the same as ``rank``.  Invariant: nothing is prepared ahead of a query.
"""

from __future__ import annotations

from pathlib import Path

import searchkit
from searchkit.article import Article
from searchkit.catalogue import Catalogue, Entry
from searchkit.engines import whoosh as embedded
from searchkit.index import Index
from searchkit.prepared import facts_of
from searchkit.results import Results

from .base import WANTED, Answer, Question

SETTINGS = {
    "fields": "title, lead, body (weights 3, 1.5, 1), and all others of searchkit.fields",
    "analysis": "searchkit.analysis: surfaces with positions, and Snowball English stems",
    "index from files": "Index.add with 2 parsing jobs; durable commit",
    "index from clean articles": "the embedded engine's writer, catalogue included",
    "query": "Index.search with text, exact total, whole articles; complete adds 2 facets",
    "snippets": "up to 2 fragments, 240 characters",
}


def version() -> str:
    """searchkit's version."""
    return f"searchkit {searchkit.__version__}"


class Builder:
    """Writes articles and the catalogue that every index of searchkit keeps."""

    def __init__(self, folder: Path) -> None:
        embedded.create(folder)
        self._writer = embedded.open_writer(folder, lock_timeout=0.0)
        self._catalogue = Catalogue()
        self._ids: set[str] = set()

    def put(self, article: Article) -> None:
        self._writer.put(article)
        self._ids.add(article.id)
        entry = Entry.of(facts_of(article), article.path, article.path, 1)
        self._catalogue.entries[article.path] = entry

    def commit(self) -> None:
        self._catalogue.elect(self._ids)
        self._writer.commit(self._catalogue.dump())


class Reader:
    """``Index.search`` as a user calls it."""

    def __init__(self, folder: Path) -> None:
        self._index = Index.open(folder)

    def prepare(self, question: Question) -> object:
        return question.text

    def top(self, prepared: object) -> Answer:
        return self.rank(prepared)

    def rank(self, prepared: object) -> Answer:
        return _answer(self._index.search(str(prepared), limit=WANTED, snippets="none"))

    def snippets(self, prepared: object) -> Answer:
        return _answer(self._index.search(str(prepared), limit=WANTED))

    def complete(self, prepared: object) -> Answer:
        facets = ("force", "year")
        return _answer(self._index.search(str(prepared), limit=WANTED, facets=facets))


def _answer(results: Results) -> Answer:
    return Answer(
        tuple(hit.id for hit in results.hits),
        tuple(hit.title for hit in results.hits),
        0 if results.relaxed else results.total,
        tuple(snippet.text for hit in results.hits for snippet in hit.snippets),
        {
            name: {bucket.value: bucket.count for bucket in facet}
            for name, facet in results.facets.items()
        },
    )
