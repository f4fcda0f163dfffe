"""Stock Whoosh: whoosh3 with its own codec, schema, writer and searcher.

Only public API with the settings its documentation recommends for batches.  Invariant: counts
are exact, so counting switches off the skipping of blocks that cannot reach the top.
"""

# mypy: disable-error-code="attr-defined,no-untyped-call"
from __future__ import annotations

from importlib.metadata import version as installed
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whoosh import fields, highlight, index, qparser, scoring, sorting
from whoosh.analysis import StemmingAnalyzer

from .base import SNIPPET_CHARACTERS, WANTED, WEIGHTS, Answer, Question, force_of, quoted, year_of

if TYPE_CHECKING:
    from searchkit.article import Article

_LIMIT_MB = 256
SETTINGS = {
    "fields": "title, lead, body (field boosts 3, 1.5, 1), stored; force, year sortable",
    "analysis": "StemmingAnalyzer(cachesize=-1): an unbounded cache of stems",
    "build": f"one writer, limitmb {_LIMIT_MB}, one commit into one segment",
    "query": "QueryParser over the three fields, BM25F; rank counts with len(results)",
    "complete": "groupedby force and year as counts, optimize=False so that they are exact",
    "snippets": f"ContextFragmenter on body, 1 fragment, {SNIPPET_CHARACTERS} characters",
}


def version() -> str:
    """The release of whoosh3."""
    return f"whoosh3 {installed('whoosh3')}"


def schema() -> fields.Schema:
    """The three searched fields, and what an answer shows and counts."""
    analyzer = StemmingAnalyzer(cachesize=-1)
    text = {
        name: fields.TEXT(analyzer=analyzer, stored=True, field_boost=weight)
        for name, weight in WEIGHTS.items()
    }
    return fields.Schema(
        id=fields.ID(stored=True),
        url=fields.STORED(),
        date=fields.STORED(),
        force=fields.ID(sortable=True),
        year=fields.NUMERIC(int, sortable=True),
        **text,
    )


def open_writer(folder: Path, **options: Any) -> Any:
    """A writer of a new index in ``folder``."""
    folder.mkdir(parents=True)
    return index.create_in(str(folder), schema()).writer(limitmb=_LIMIT_MB, **options)


class Builder:
    """One writer in this process."""

    def __init__(self, folder: Path) -> None:
        self._writer = self._opened(folder)

    def _opened(self, folder: Path) -> Any:
        return open_writer(folder)

    def put(self, article: Article) -> None:
        self._writer.add_document(
            id=article.id,
            url=article.url,
            date=article.date.iso,
            title=article.title,
            lead=article.lead,
            body=article.body,
            force=force_of(article),
            year=year_of(article),
        )

    def commit(self) -> None:
        self._writer.commit()


class Reader:
    """One searcher."""

    def __init__(self, folder: Path) -> None:
        opened = index.open_dir(str(folder), readonly=True)
        self._searcher = opened.searcher(weighting=scoring.BM25F())
        names = list(WEIGHTS)
        self._all = qparser.MultifieldParser(names, opened.schema, group=qparser.AndGroup)
        self._any = qparser.MultifieldParser(names, opened.schema, group=qparser.OrGroup)
        self._fragmenter = highlight.ContextFragmenter(maxchars=SNIPPET_CHARACTERS)

    def prepare(self, question: Question) -> object:
        parts = [quoted(c) if len(c) > 1 else c[0] for c in question.clauses]
        return " ".join(parts), self._any if question.any else self._all

    def _query(self, prepared: object) -> Any:
        assert isinstance(prepared, tuple)
        text, parser = prepared
        return parser.parse(text)

    def top(self, prepared: object) -> Answer:
        return _answer(self._searcher.search(self._query(prepared), limit=WANTED))

    def rank(self, prepared: object) -> Answer:
        found = self._searcher.search(self._query(prepared), limit=WANTED)
        return _answer(found, len(found))

    def snippets(self, prepared: object) -> Answer:
        found = self._searcher.search(self._query(prepared), limit=WANTED)
        return _answer(found, snippets=self._snippets(found))

    def complete(self, prepared: object) -> Answer:
        found = self._searcher.search(
            self._query(prepared),
            limit=WANTED,
            groupedby=["force", "year"],
            maptype=sorting.Count,
            optimize=False,
        )
        counts = {
            name: {str(value): count for value, count in found.groups(name).items()}
            for name in ("force", "year")
        }
        return _answer(found, len(found), self._snippets(found), counts)

    def _snippets(self, found: Any) -> tuple[str, ...]:
        found.fragmenter = self._fragmenter
        return tuple(hit.highlights("body", top=1) for hit in found[:WANTED])


def _answer(
    found: Any,
    total: int = -1,
    snippets: tuple[str, ...] = (),
    counts: dict[str, dict[str, int]] | None = None,
) -> Answer:
    # Without optimisation the limit is not kept.
    stored = [hit.fields() for hit in found[:WANTED]]
    ids = tuple(values["id"] for values in stored)
    return Answer(ids, tuple(values["title"] for values in stored), total, snippets, counts or {})
