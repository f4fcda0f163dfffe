"""The reader: one generation, open for searching.

Floor 4.  Collects every match of every segment, so totals and facets are exact, and loads only
the articles of the page asked for.  Invariant: the generation stays as it was opened, also when
its files are replaced or unlinked meanwhile; all methods may be called from several threads.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ...article import Article
from ...errors import EngineError
from ...query.nodes import Node
from ..base import Found, Match, Request, Sort
from . import facets, generations, vocabulary
from .blocks import Floats, Ints
from .compile import Compiler
from .faults import reading
from .generations import Generation
from .leaf import Leaf

_DECIMALS = 6
"""Scores closer than this are equal, so that sums taken in another order do not part ties."""


class WhooshEngine:
    """A reader of ``generation`` of the index at ``path``; made by ``open_reader``."""

    def __init__(self, path: Path, generation: Generation, recovered: str = "") -> None:
        self._path = path
        self._described = generation
        self._seen = _fingerprint(path)
        self._recovered = recovered
        folder = generations.store_folder(path, generation)
        self._leaves = tuple(Leaf(folder, segment) for segment in generation.segments)
        self._catalogue = generations.read_catalogue(path, generation)
        self._compiler = Compiler(self._leaves)
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
        """What was committed beside this generation."""
        return self._catalogue

    def size(self) -> int:
        """Bytes on disk of the files of this generation."""
        return sum(file.size for file in self._described.files())

    def is_current(self) -> bool:
        """Whether no later generation has been committed."""
        seen = _fingerprint(self._path)
        if seen == self._seen:
            return True
        if generations.current_name(self._path) not in (self.generation, ""):
            return False
        self._seen = seen
        return True

    def search(self, request: Request) -> Found:
        """The page of matches asked for, with exact total and facets."""
        with self._reading():
            found, scores = self._matches(request.query)
            order = _Order(found, scores)
            page = order.page(request.sort, request.offset, request.limit)
            return Found(
                len(scores),
                tuple(
                    Match(leaf.article(document), float(score)) for leaf, document, score in page
                ),
                {name: facets.count(name, found) for name in request.facets},
            )

    def count(self, query: Node) -> int:
        """How many articles match."""
        with self._reading():
            return len(self._matches(query)[1])

    def _matches(self, query: Node) -> tuple[list[tuple[Leaf, Ints]], Floats]:
        """The live matches of each leaf, and the scores of all of them in that order."""
        plan = self._compiler.compile(query)
        found: list[tuple[Leaf, Ints]] = []
        scores: list[Floats] = [np.empty(0)]
        for leaf in self._leaves:
            matches = plan.evaluate(leaf)
            live = leaf.live[matches.documents]
            found.append((leaf, matches.documents[live]))
            scores.append(matches.scores[live])
        rounded: Floats = np.concatenate(scores).round(_DECIMALS)
        return found, rounded

    def get(self, article_id: str) -> Article | None:
        """The article with this id."""
        with self._reading():
            for leaf in self._leaves:
                document = leaf.find(article_id)
                if document is not None:
                    return leaf.article(document)
        return None

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
            return vocabulary.forms(self._leaves, word)

    def explain(self, query: Node, article_id: str) -> tuple[tuple[str, float], ...]:
        """What each word and field adds to the score of an article; empty where it does not
        match."""
        with self._reading():
            plan = self._compiler.compile(query)
            for leaf in self._leaves:
                document = leaf.find(article_id)
                if document is not None:
                    return tuple(plan.explain(leaf, document) or ())
        return ()

    def close(self) -> None:
        """Let go of the files; harmless when that has happened."""
        self._open = False
        self._leaves = ()
        self._compiler = Compiler(())

    def __enter__(self) -> WhooshEngine:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _reading(self) -> AbstractContextManager[None]:
        if not self._open:
            raise EngineError(f"this reader of {self._path} is closed")
        return reading(self._path)


class _Order:
    """The matches of a search, ready to be put in order."""

    def __init__(self, found: list[tuple[Leaf, Ints]], scores: Floats) -> None:
        self._found = found
        self._scores = scores
        self._starts = np.cumsum([0, *(len(documents) for _, documents in found)])

    def page(self, sort: Sort, offset: int, limit: int) -> list[tuple[Leaf, int, float]]:
        """Leaf, document and score of the matches from ``offset`` on, ``limit`` of them."""
        end = min(offset + limit, len(self._scores))
        if offset >= end:
            return []
        keys = self._keys(sort)
        order = np.lexsort(keys[::-1])
        low, high = _tied(keys, order, offset, end)
        chosen = sorted(
            ((*(key[i] for key in keys), self._place(int(i))) for i in order[low:high]),
            key=lambda row: (*row[:-1], row[-1][2]),
        )
        return [
            (leaf, document, float(self._scores[i]))
            for *_, (leaf, document, _, i) in chosen[offset - low : end - low]
        ]

    def _place(self, i: int) -> tuple[Leaf, int, str, int]:
        """Leaf, document and id of the match number ``i``, and ``i``."""
        which = int(np.searchsorted(self._starts, i, "right")) - 1
        leaf, documents = self._found[which]
        document = int(documents[i - self._starts[which]])
        return leaf, document, leaf.id(document), i

    def _keys(self, sort: Sort) -> list[npt.NDArray[np.float64]]:
        """Sort keys, the first one first, each ascending."""
        when = [leaf.when[documents] for leaf, documents in self._found]
        undated = np.concatenate([(w["first"] == 0).astype(np.float64) for w in when])
        second = np.concatenate([w["second"].astype(np.float64) for w in when])
        if sort is Sort.OLDEST:
            return [undated, second]
        if sort is Sort.NEWEST:
            return [undated, -second]
        return [-self._scores, undated, -second]


def _tied(
    keys: list[npt.NDArray[np.float64]], order: npt.NDArray[np.intp], low: int, high: int
) -> tuple[int, int]:
    """The page ``low`` to ``high``, widened to whole groups of equal keys, which ids will part."""
    changes = np.zeros(len(order), np.bool_)
    for key in keys:
        ordered = key[order]
        changes[1:] |= ordered[1:] != ordered[:-1]
    starts = np.concatenate([[0], np.flatnonzero(changes), [len(order)]])
    return (
        int(starts[np.searchsorted(starts, low, "right") - 1]),
        int(starts[np.searchsorted(starts, high, "left")]),
    )


def _fingerprint(path: Path) -> tuple[int, int, int]:
    """What changes about ``CURRENT`` with every commit, without reading it."""
    try:
        seen = os.stat(path / generations.CURRENT)
    except FileNotFoundError:
        return (0, 0, 0)
    return (seen.st_ino, seen.st_mtime_ns, seen.st_size)
