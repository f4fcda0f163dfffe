"""Whoosh's own indexes for tests: with its own codec, and what to ask of them.

``StockIndex`` is written by Whoosh's writer through Whoosh's default codec, its text fields are
Whoosh's ``TEXT`` with an analyser that yields the tokens of searchkit; ``InStock`` says with
Whoosh's own phrase, prefix and number range what ``general`` says with queries of searchkit's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from whoosh import fields, index
from whoosh.analysis import Analyzer, Token
from whoosh.query import And, NumericRange, Phrase, Prefix, Query, Term

from searchkit.analysis import stem as stem_of
from searchkit.article import Article
from searchkit.engines.whoosh import general, queries, schema
from searchkit.engines.whoosh.layout import surfaces
from searchkit.fields import KEYWORDS, TEXTS
from searchkit.query import nodes


class Tokens(Analyzer):
    """The surfaces or the stems of a text, one Whoosh token each."""

    def __init__(self, stemmed: bool) -> None:
        self._of = schema.stems if stemmed else schema.indexed

    def __call__(self, value: str, **_: Any) -> Iterator[Token]:
        token = Token(positions=True, boosts=True)
        token.stopped, token.boost = False, 1.0
        token.pos = -1
        for text in self._of(value):
            token.pos += not text.startswith(schema.BESIDE)
            token.text = text.removeprefix(schema.BESIDE)
            yield token


def stock_schema() -> fields.Schema:
    """Fields as ``schema.build`` names them, of Whoosh's own types."""
    made: dict[str, Any] = {}
    for name in TEXTS:
        made[name] = fields.TEXT(analyzer=Tokens(stemmed=True), phrase=False)
        made[surfaces(name)] = fields.TEXT(analyzer=Tokens(stemmed=False), phrase=True)
    for name in KEYWORDS:
        made[name] = fields.KEYWORD()
    made["id"] = fields.ID(stored=True, unique=True)
    made[schema.FIRST] = made[schema.LAST] = fields.NUMERIC(int, bits=32)
    return fields.Schema(**made)


class StockIndex:
    """An index of Whoosh's in ``folder``, in its own files and formats."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._index = index.create_in(folder, stock_schema())

    def commit(self, put: Sequence[Article], deleted: Sequence[str]) -> None:
        """One segment more: ``put`` replaces what has the same ids."""
        writer = self._index.writer()
        for article_id in [*deleted, *(article.id for article in put)]:
            writer.delete_by_term("id", article_id)
        for article in put:
            values = schema.document(article)
            del values[schema.ARTICLE], values[schema.SECOND]
            writer.add_document(**values)
        writer.commit(merge=False)

    def searcher(self) -> Any:
        return self._index.searcher()


class InStock(general.Translation):
    """Phrases, prefixes and periods as Whoosh itself asks for them."""

    def in_fields(self, node: general.TextNode, names: Sequence[str]) -> Query:
        return queries.AnyOf([part for name in names for part in self._in_field(node, name)])

    def _in_field(self, node: general.TextNode, name: str) -> list[Query]:
        words = surfaces(name)
        if isinstance(node, nodes.Phrase) and node.slop <= 0:
            return [Phrase(words, list(node.words))] if node.words else []
        if isinstance(node, nodes.Prefix):
            return [Prefix(words, node.word)]
        if isinstance(node, nodes.Term):
            stem = [] if node.exact else [Term(name, stem_of(node.word))]
            return [*stem, Term(words, node.word)]
        return [super().in_fields(node, [name])]

    def published(self, first: int, last: int | None) -> Query:
        begins = NumericRange(schema.FIRST, 1, last)
        ends = NumericRange(schema.LAST, first, None)
        return queries.Unscored(And([begins, ends]))
