"""SQLite FTS5: full-text tables of SQLite, through Python's own ``sqlite3``.

An external-content table over ``article``, filled in one transaction and merged into one
b-tree; forces and years lie in a narrow table, so that counting reads no text.
Invariant: the file is synced before ``commit`` returns.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from .base import WANTED, Answer, Question, force_of, quoted, year_of

if TYPE_CHECKING:
    from searchkit.article import Article

SETTINGS = {
    "fields": "title, lead, body (bm25 weights 3, 1.5, 1); external content",
    "tokenize": "porter unicode61 remove_diacritics 2",
    "build": "one transaction, hashsize 64 MB, journal off, synchronous off, 256 MB cache; "
    "'optimize', then fsync",
    "query": "ORDER BY rank LIMIT 10; count(*) or one GROUP BY force, year for all counts",
    "reading": "mmap_size 4 GB, 64 MB cache",
    "snippets": "snippet() of the best column, 40 tokens",
}
_FILE = "fts5.sqlite"
_BATCH = 500
_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -262144;
PRAGMA temp_store = MEMORY;
CREATE TABLE article (number INTEGER PRIMARY KEY, id TEXT, url TEXT, date TEXT,
                      title TEXT, lead TEXT, body TEXT);
CREATE TABLE label (number INTEGER PRIMARY KEY, force TEXT, year INTEGER);
CREATE VIRTUAL TABLE fts USING fts5 (title, lead, body, content = 'article',
    content_rowid = 'number', tokenize = 'porter unicode61 remove_diacritics 2');
INSERT INTO fts (fts, rank) VALUES ('hashsize', 67108864);
INSERT INTO fts (fts, rank) VALUES ('rank', 'bm25(3.0, 1.5, 1.0)');
"""
_TOP = """
SELECT article.id, article.title FROM fts JOIN article ON article.number = fts.rowid
WHERE fts MATCH ? ORDER BY fts.rank LIMIT ?
"""
_SNIPPETS = """
SELECT article.id, article.title, snippet(fts, -1, '[', ']', '...', 40)
FROM fts JOIN article ON article.number = fts.rowid
WHERE fts MATCH ? ORDER BY fts.rank LIMIT ?
"""
_TOTAL = "SELECT count(*) FROM fts WHERE fts MATCH ?"
_COUNTS = """
SELECT force, year, count(*) FROM fts JOIN label ON label.number = fts.rowid
WHERE fts MATCH ? GROUP BY force, year
"""


def version() -> str:
    """SQLite's version."""
    return f"SQLite {sqlite3.sqlite_version}"


class Builder:
    """Inserts in batches, within one transaction."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._path = folder / _FILE
        self._database = sqlite3.connect(self._path, isolation_level=None)
        self._database.executescript(_SCHEMA)
        self._database.execute("BEGIN")
        self._number = 0
        self._waiting: list[tuple[int, Article]] = []

    def put(self, article: Article) -> None:
        self._number += 1
        self._waiting.append((self._number, article))
        if len(self._waiting) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        several = self._database.executemany
        several(
            "INSERT INTO article VALUES (?, ?, ?, ?, ?, ?, ?)",
            ((n, a.id, a.url, a.date.iso, a.title, a.lead, a.body) for n, a in self._waiting),
        )
        several(
            "INSERT INTO label VALUES (?, ?, ?)",
            ((n, force_of(a), year_of(a)) for n, a in self._waiting),
        )
        several(
            "INSERT INTO fts (rowid, title, lead, body) VALUES (?, ?, ?, ?)",
            ((n, a.title, a.lead, a.body) for n, a in self._waiting),
        )
        self._waiting.clear()

    def commit(self) -> None:
        self._flush()
        self._database.execute("INSERT INTO fts (fts) VALUES ('optimize')")
        self._database.execute("COMMIT")
        self._database.close()
        with open(self._path, "rb") as file:
            os.fsync(file.fileno())


class Reader:
    """One read-only connection."""

    def __init__(self, folder: Path) -> None:
        self._database = sqlite3.connect(f"file:{folder / _FILE}?mode=ro", uri=True)
        self._database.execute("PRAGMA mmap_size = 4294967296")
        self._database.execute("PRAGMA cache_size = -65536")

    def prepare(self, question: Question) -> object:
        return (" OR " if question.any else " AND ").join(map(quoted, question.clauses))

    def top(self, prepared: object) -> Answer:
        rows = self._database.execute(_TOP, (prepared, WANTED)).fetchall()
        return Answer(tuple(row[0] for row in rows), tuple(row[1] for row in rows))

    def rank(self, prepared: object) -> Answer:
        best = self.top(prepared)
        (total,) = self._database.execute(_TOTAL, (prepared,)).fetchone()
        return Answer(best.ids, best.titles, total)

    def snippets(self, prepared: object) -> Answer:
        rows = self._database.execute(_SNIPPETS, (prepared, WANTED)).fetchall()
        ids, titles = tuple(row[0] for row in rows), tuple(row[1] for row in rows)
        return Answer(ids, titles, snippets=tuple(row[2] for row in rows))

    def complete(self, prepared: object) -> Answer:
        best = self.snippets(prepared)
        forces: Counter[str] = Counter()
        years: Counter[str] = Counter()
        for force, year, count in self._database.execute(_COUNTS, (prepared,)):
            forces[force] += count
            years[str(year)] += count
        counts = {"force": forces, "year": years}
        return Answer(best.ids, best.titles, forces.total(), best.snippets, counts)
