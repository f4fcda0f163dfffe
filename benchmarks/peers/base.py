"""What every engine must do to be compared: be fed clean articles, and answer questions.

An engine module has ``SETTINGS``, ``version()``, ``Builder`` and ``Reader``.  Invariant: a
``Reader`` leaves no work of an answer undone: ids, titles and snippets are Python strings when
a method returns.  Nothing of searchkit is imported here: the start of the others is measured too.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from searchkit.article import Article

WEIGHTS = {"title": 3.0, "lead": 1.5, "body": 1.0}
"""The searched fields and their weights in ranking: those of searchkit."""

WANTED = 10
"""Hits in an answer."""

SNIPPET_CHARACTERS = 240


@dataclass(frozen=True, slots=True)
class Question:
    """``clauses`` are all required, or ``any`` of them is; a clause is one word, or several for a
    phrase."""

    clauses: tuple[tuple[str, ...], ...]
    any: bool = False

    @property
    def text(self) -> str:
        """The question as a user of searchkit types it."""
        return (" OR " if self.any else " ").join(
            quoted(clause) if len(clause) > 1 else clause[0] for clause in self.clauses
        )


def quoted(clause: tuple[str, ...]) -> str:
    """``clause`` in double quotes; words hold no quotes."""
    return '"' + " ".join(clause) + '"'


@dataclass(frozen=True, slots=True)
class Answer:
    """``total`` is -1 where it was not asked for; ``counts`` maps ``force`` and ``year`` to
    value to number of articles."""

    ids: tuple[str, ...]
    titles: tuple[str, ...]
    total: int = -1
    snippets: tuple[str, ...] = ()
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class Builder(Protocol):
    """Fills one new index in the folder it is made with; after ``commit`` all is on disk."""

    def __init__(self, folder: Path) -> None: ...
    def put(self, article: Article) -> None: ...
    def commit(self) -> None: ...


class Reader(Protocol):
    """Answers from the index in the folder it is made with.

    ``prepare`` turns a question into whatever the engine takes, unless that is part of a
    user's every query: then it returns the text it would be given.
    ``top``       ids and titles of the ten best
    ``rank``      the same, and how many articles match, exactly
    ``snippets``  what ``top`` gives, and a snippet of each
    ``complete``  all of it, and the matches counted by force and by year
    """

    def __init__(self, folder: Path) -> None: ...
    def prepare(self, question: Question) -> object: ...
    def top(self, prepared: object) -> Answer: ...
    def rank(self, prepared: object) -> Answer: ...
    def snippets(self, prepared: object) -> Answer: ...
    def complete(self, prepared: object) -> Answer: ...


class Peer(Protocol):
    """An engine module."""

    SETTINGS: Mapping[str, str]
    Builder: type[Builder]
    Reader: type[Reader]

    def version(self) -> str: ...


ENGINES: Mapping[str, str] = {
    "searchkit": "peers.own",
    "tantivy": "peers.tantivy_py",
    "fts5": "peers.fts5",
    "whoosh": "peers.stock_whoosh",
    "whoosh-2": "peers.stock_whoosh_two",
}
"""Engine to module, in the order of the tables.  ``whoosh-2`` is stock Whoosh with its writer
in two processes."""


def peer(engine: str) -> Peer:
    """The module of ``engine``."""
    return cast(Peer, importlib.import_module(ENGINES[engine]))


def force_of(article: Article) -> str:
    """The value that matches are counted by: the force's id, or an empty string."""
    return article.force.id if article.force else ""


def year_of(article: Article) -> int:
    """The year of publication, 0 where it is not known."""
    return article.date.start.year if article.date.start else 0
