"""tantivy, the Rust engine, through its Python binding.

Text fields are analysed with ``en_stem`` and stored, as snippets need; force and year are fast
fields, as aggregations need.  Invariant: after ``commit`` the merging threads have finished.
"""

from __future__ import annotations

from importlib.metadata import version as installed
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tantivy

from .base import SNIPPET_CHARACTERS, WANTED, WEIGHTS, Answer, Question, force_of, quoted, year_of

if TYPE_CHECKING:
    from searchkit.article import Article

_HEAP = 512_000_000
_THREADS = 2
SETTINGS = {
    "fields": "title, lead, body (boosts 3, 1.5, 1), stored, with positions",
    "tokenizer": "en_stem",
    "build": f"{_THREADS} threads, {_HEAP // 10**6} MB heap, one commit, wait for merging threads",
    "query": "parse_query over the three fields, by conjunction for AND; top: count=False",
    "complete": "search(count=False) for the hits, aggregate() for the total and both counts",
    "snippets": f"SnippetGenerator on body, {SNIPPET_CHARACTERS} characters",
}
_COUNTS = {
    "total": {"value_count": {"field": "year"}},
    "force": {"terms": {"field": "force", "size": 100}},
    "year": {"terms": {"field": "year", "size": 100}},
}


def version() -> str:
    """The binding's version."""
    return f"tantivy-py {installed('tantivy')}"


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in WEIGHTS:
        builder.add_text_field(name, stored=True, tokenizer_name="en_stem")
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("url", "date"):
        builder.add_text_field(name, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("force", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("year", fast=True, indexed=True)
    return builder.build()


class Builder:
    """One writer for the whole run."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        index = tantivy.Index(_schema(), path=str(folder))
        self._writer = index.writer(heap_size=_HEAP, num_threads=_THREADS)

    def put(self, article: Article) -> None:
        document = tantivy.Document()
        for name in ("id", "url", "title", "lead", "body"):
            document.add_text(name, getattr(article, name))
        document.add_text("date", article.date.iso)
        document.add_text("force", force_of(article))
        document.add_unsigned("year", year_of(article))
        self._writer.add_document(document)

    def commit(self) -> None:
        self._writer.commit()
        self._writer.wait_merging_threads()


class Reader:
    """One searcher."""

    def __init__(self, folder: Path) -> None:
        self._index = tantivy.Index.open(str(folder))
        self._searcher = self._index.searcher()
        self._fields = list(WEIGHTS)

    def prepare(self, question: Question) -> object:
        return " ".join(map(quoted, question.clauses)), not question.any

    def _query(self, prepared: object) -> tantivy.Query:
        assert isinstance(prepared, tuple)
        text, conjunction = prepared
        return self._index.parse_query(
            text, self._fields, field_boosts=WEIGHTS, conjunction_by_default=conjunction
        )

    def _hits(self, query: tantivy.Query, *, count: bool) -> tuple[list[Any], int]:
        found: Any = self._searcher.search(query, WANTED, count=count)
        documents = [self._searcher.doc(address) for _, address in found.hits]
        return documents, found.count if count else -1

    def top(self, prepared: object) -> Answer:
        documents, _ = self._hits(self._query(prepared), count=False)
        return _answer(documents)

    def rank(self, prepared: object) -> Answer:
        documents, total = self._hits(self._query(prepared), count=True)
        return _answer(documents, total)

    def snippets(self, prepared: object) -> Answer:
        query = self._query(prepared)
        documents, _ = self._hits(query, count=False)
        return _answer(documents, snippets=self._snippets(query, documents))

    def complete(self, prepared: object) -> Answer:
        query = self._query(prepared)
        documents, _ = self._hits(query, count=False)
        counted = self._searcher.aggregate(query, _COUNTS)
        counts = {
            name: {
                _label(bucket["key"]): bucket["doc_count"] for bucket in counted[name]["buckets"]
            }
            for name in ("force", "year")
        }
        snippets = self._snippets(query, documents)
        return _answer(documents, int(counted["total"]["value"]), snippets, counts)

    def _snippets(self, query: tantivy.Query, documents: list[Any]) -> tuple[str, ...]:
        schema = self._index.schema
        generator = tantivy.SnippetGenerator.create(self._searcher, query, schema, "body")
        generator.set_max_num_chars(SNIPPET_CHARACTERS)
        return tuple(generator.snippet_from_doc(document).to_html() for document in documents)


def _label(key: object) -> str:
    """A bucket's value: text as it is, a year without its decimals."""
    return str(int(key)) if isinstance(key, float) else str(key)


def _answer(
    documents: list[Any],
    total: int = -1,
    snippets: tuple[str, ...] = (),
    counts: dict[str, dict[str, int]] | None = None,
) -> Answer:
    ids = tuple(str(document.get_first("id")) for document in documents)
    titles = tuple(str(document.get_first("title")) for document in documents)
    return Answer(ids, titles, total, snippets, counts or {})
