"""The peers as rankers: texts in, rankings out, with the settings that are tried for each.

An index holds title and text apart and both as one field, so that each ``Way`` of asking is a
matter of the query.  Stemming is English everywhere, ranking each engine's own BM25.
Invariant: a ranker sees the texts and queries that all others see, and nothing else.
"""

# mypy: disable-error-code="attr-defined,no-untyped-call"
from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import tantivy
from whoosh import fields, qparser, scoring
from whoosh.analysis import StemmingAnalyzer
from whoosh.filedb.filestore import RamStorage

from searchkit.analysis import STOP_WORDS

_WORD = re.compile(r"\w+")
_PAGE = 10


class Way(NamedTuple):
    """How a question is put: ``title`` is its weight against the text (0: both as one field),
    ``drop`` leaves stop words out, and ``first_all`` asks for all words first, and for any of them
    only where that fills no page."""

    title: float = 0.0
    drop: bool = False
    first_all: bool = False

    @property
    def name(self) -> str:
        """The way in words."""
        fields = f"title x{self.title:g}, text" if self.title else "one field"
        words = "without stop words" if self.drop else "every word"
        return f"{fields}; {words}; {'all words, then any' if self.first_all else 'any word'}"


class Text(NamedTuple):
    """A document."""

    id: str
    title: str
    text: str


class Ranker(Protocol):
    """An engine that holds the texts it was made with."""

    def __init__(self, texts: Iterable[Text]) -> None: ...
    def ranked(self, clauses: Sequence[str], way: Way, *, every: bool, limit: int) -> list[str]: ...


def ask(ranker: Ranker, text: str, way: Way, limit: int) -> list[str]:
    """The ids that ``ranker`` answers to ``text`` with, best first."""
    clauses = clauses_of(text, way)
    if not way.first_all:
        return ranker.ranked(clauses, way, every=False, limit=limit)
    best = ranker.ranked(clauses, way, every=True, limit=limit)
    if len(best) >= min(_PAGE, limit) or len(clauses) < 2:
        return best
    more = ranker.ranked(clauses, way, every=False, limit=limit)
    return list(dict.fromkeys([*best, *more]))[:limit]


def clauses_of(text: str, way: Way) -> list[str]:
    """The words of ``text``; those in quotation marks as one clause."""
    words = [word.lower() for word in _WORD.findall(text)]
    if text.startswith('"') and len(words) > 1:
        return [" ".join(words)]
    kept = [word for word in words if word not in STOP_WORDS] if way.drop else words
    return kept or words


class Tantivy:
    """tantivy with ``en_stem``, in memory, in one thread."""

    def __init__(self, texts: Iterable[Text]) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        for name in ("title", "text", "both"):
            builder.add_text_field(name, tokenizer_name="en_stem")
        self._index = tantivy.Index(builder.build())
        writer = self._index.writer(heap_size=256_000_000, num_threads=1)
        for one in texts:
            document = tantivy.Document()
            document.add_text("id", one.id)
            for name, value in _fields(one).items():
                document.add_text(name, value)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def ranked(self, clauses: Sequence[str], way: Way, *, every: bool, limit: int) -> list[str]:
        names, boosts = _asked(way)
        text = " ".join(map(_quoted, clauses))
        query = self._index.parse_query(
            text, names, field_boosts=boosts, conjunction_by_default=every
        )
        hits: list[Any] = self._searcher.search(query, limit).hits
        return [str(self._searcher.doc(address).get_first("id")) for _, address in hits]


class Fts5:
    """SQLite FTS5 with ``porter``, in memory.  Its bm25 takes columns together, so that one field
    is the same as columns of equal weight."""

    def __init__(self, texts: Iterable[Text]) -> None:
        self._database = sqlite3.connect(":memory:")
        self._database.execute(
            "CREATE VIRTUAL TABLE fts USING fts5 (id UNINDEXED, title, text, "
            "tokenize = 'porter unicode61 remove_diacritics 2')"
        )
        self._database.executemany("INSERT INTO fts VALUES (?, ?, ?)", texts)
        self._database.execute("INSERT INTO fts (fts) VALUES ('optimize')")

    def ranked(self, clauses: Sequence[str], way: Way, *, every: bool, limit: int) -> list[str]:
        match = (" AND " if every else " OR ").join(map(_quoted, clauses))
        order = f"bm25(fts, 0.0, {way.title or 1.0}, 1.0)"
        select = f"SELECT id FROM fts WHERE fts MATCH ? ORDER BY {order}, rowid LIMIT ?"
        return [row[0] for row in self._database.execute(select, (match, limit))]


class Whoosh:
    """Stock Whoosh: ``StemmingAnalyzer``, BM25F, in memory.  It drops stop words of its own."""

    def __init__(self, texts: Iterable[Text]) -> None:
        analyzer = StemmingAnalyzer(cachesize=-1)
        held = {name: fields.TEXT(analyzer=analyzer) for name in ("title", "text", "both")}
        self._index = RamStorage().create_index(fields.Schema(id=fields.ID(stored=True), **held))
        writer = self._index.writer(limitmb=256)
        for one in texts:
            writer.add_document(id=one.id, **_fields(one))
        writer.commit()
        self._searcher = self._index.searcher(weighting=scoring.BM25F())

    def ranked(self, clauses: Sequence[str], way: Way, *, every: bool, limit: int) -> list[str]:
        names, boosts = _asked(way)
        group = qparser.AndGroup if every else qparser.OrGroup
        parser = qparser.MultifieldParser(names, self._index.schema, boosts, group=group)
        text = " ".join(_quoted(clause) if " " in clause else clause for clause in clauses)
        return [hit["id"] for hit in self._searcher.search(parser.parse(text), limit=limit)]


RANKERS: Mapping[str, type[Ranker]] = {"tantivy": Tantivy, "fts5": Fts5, "whoosh": Whoosh}


def _fields(one: Text) -> dict[str, str]:
    return {"title": one.title, "text": one.text, "both": f"{one.title}\n{one.text}"}


def _asked(way: Way) -> tuple[list[str], dict[str, float]]:
    """The fields to look in, and their weights."""
    return (["title", "text"], {"title": way.title}) if way.title else (["both"], {})


def _quoted(clause: str) -> str:
    return f'"{clause}"'
