"""The port: all that searchkit asks of an engine.

Floor 3.  An engine finds, counts, fetches and writes articles; parsing and snippets others do.
Invariant: a reader sees one generation, whole, for as long as it is open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from ..article import Article
from ..copies import Copies, CopiesMode
from ..packing import Sentences
from ..query.nodes import Node
from ..query.questions import Asked

if TYPE_CHECKING:
    from ..prepared import Prepared


class Sort(str, Enum):
    """Order of hits; undated articles come last in both date orders.  Ties: newest, then id."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Request:
    """What to look for, and what to return; ``asked`` also puts the first hits in order."""

    query: Node
    sort: Sort = Sort.RELEVANCE
    offset: int = 0
    limit: int = 10
    facets: tuple[str, ...] = ()
    copies: CopiesMode = CopiesMode.ALL
    asked: Asked | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """One article found: its score (0.0 where nothing was ranked), its sentences and copies."""

    article: Article
    score: float
    sentences: Sentences
    copies: Copies | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """``total`` counts what can be shown, ``with_copies`` every match; ``facets`` maps facet name
    to value to articles, copies among them.  All counts are exact."""

    total: int
    matches: tuple[Match, ...]
    facets: Mapping[str, Mapping[str, int]]
    with_copies: int


class Engine(Protocol):
    """A reader of one generation, for several threads.  ``recovered``: what is wrong with a newer
    one.  ``matches``: all from the offset on; ``crossed``: its facets combined."""

    @property
    def generation(self) -> str: ...
    @property
    def recovered(self) -> str: ...
    def search(self, request: Request) -> Found: ...
    def count(self, query: Node) -> int: ...
    def get(self, article_id: str) -> Article | None: ...
    def copies(self, article_id: str) -> tuple[str, ...]: ...
    def articles(self) -> Iterator[Article]: ...
    def matches(self, request: Request) -> Iterator[Match]: ...
    def crossed(self, request: Request) -> Mapping[tuple[str, ...], int]: ...
    def forms(self, word: str) -> Mapping[str, int]: ...
    def near(self, word: str, edits: int) -> Sequence[tuple[str, int, int]]: ...
    def starting(self, letters: str, most: int) -> Sequence[tuple[str, int]]: ...
    def catalogue(self) -> bytes: ...
    def size(self) -> int: ...
    def is_current(self) -> bool: ...
    def explain(self, request: Request, article_id: str) -> tuple[tuple[str, float], ...]: ...
    def close(self) -> None: ...


class Writer(Protocol):
    """The one writer.  What it does is seen after ``commit``, never without; ``purge`` and
    ``commit(keep_previous=False)`` leave nothing of deleted articles in any file."""

    def catalogue(self) -> bytes: ...
    def put(self, article: Article | Prepared) -> None: ...
    def delete(self, article_id: str) -> None: ...
    def purge(self) -> None: ...
    def commit(self, catalogue: bytes, *, keep_previous: bool = True) -> str: ...
    def cancel(self) -> None: ...
