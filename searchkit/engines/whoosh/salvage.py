"""Articles out of an index that is damaged: those that are nowhere else any more.

Floor 4.  What came by a stream can only be had from the index itself, so a rebuild takes it from
wherever it can still be read.  Invariant: nothing here writes, and an article is only given out
where its stored bytes unpack to it.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from ...article import Article
from ...errors import IndexIncompatible, IndexProblem
from . import generations, storage
from .columns import ColumnFile
from .faults import Unsound
from .generations import CURRENT, PREVIOUS, Generation, StoredFile, StoredSegment
from .layout import ARTICLES_AT
from .leaf import Leaf

_BAD = (OSError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError, zlib.error)
"""What damaged bytes raise."""


def salvaged(
    path: Path, wanted: set[str], nowhere_else: Callable[[str], bool]
) -> Iterator[Article]:
    """The articles with the ids ``wanted`` that can still be read in the index at ``path``.

    Where the newest pointer is damaged, nobody knows what it named: articles of segments that
    nothing names come too where ``nowhere_else`` is true of their path, wanted or not.
    """
    left = set(wanted)
    unknown = False
    named: set[Path] = set()
    leaves: list[Leaf] = []
    for name in (CURRENT, PREVIOUS):
        try:
            generation = Generation.from_bytes(storage.disk.read(path / name), path)
        except IndexIncompatible:
            continue
        except (OSError, Unsound, IndexProblem):
            unknown = unknown or name == CURRENT
            continue
        folder = generations.store_folder(path, generation)
        named.update(folder / segment.file.name for segment in generation.segments)
        leaves += list(_opened(folder, generation))
    for look in (_looked_up, _gone_through):
        for leaf in leaves if left else ():
            for article in look(leaf, left):
                left.discard(article.id)
                yield article
    if unknown:
        yield from _unnamed(path, named, wanted - left, nowhere_else)


def _opened(folder: Path, generation: Generation) -> Iterator[Leaf]:
    for stored in generation.segments:
        leaf = _open(folder, stored)
        if leaf is not None:
            yield leaf


def _open(folder: Path, stored: StoredSegment) -> Leaf | None:
    """A segment; ``None`` where it has no table, without which nothing in it can be found."""
    try:
        return Leaf(folder, stored)
    except _BAD:
        return None


def _looked_up(leaf: Leaf, wanted: set[str]) -> Iterator[Article]:
    """Those ``wanted`` that the segment finds by their ids."""
    for article_id in sorted(wanted):
        article = None
        try:
            document = leaf.find(article_id)
            article = None if document is None else leaf.article(document)
        except _BAD:
            continue
        if article is not None and article.id == article_id:
            yield article


def _gone_through(leaf: Leaf, wanted: set[str]) -> Iterator[Article]:
    """Those ``wanted`` among all stored articles: the way by their ids may be what is damaged."""
    for document, article in _every(leaf):
        if leaf.live[document] and article.id in wanted:
            yield article


def _every(leaf: Leaf) -> Iterator[tuple[int, Article]]:
    for document in range(len(leaf)):
        article = _article(leaf, document)
        if article is not None:
            yield document, article


def _article(leaf: Leaf, document: int) -> Article | None:
    """A stored article, where its bytes still unpack to one."""
    try:
        return leaf.article(document)
    except _BAD:
        return None


def _unnamed(
    path: Path, named: set[Path], known: set[str], nowhere_else: Callable[[str], bool]
) -> Iterator[Article]:
    """Articles of segments that no readable pointer names, each once."""
    seen = set(known)
    for file in sorted((path / generations.STORES).glob("*/*.seg")):
        if file in named:
            continue
        try:
            count = len(ColumnFile(file).column(ARTICLES_AT)) - 1
            stored = StoredSegment("", StoredFile(file.name, 0, ""), count, {})
            leaf = Leaf(file.parent, stored)
        except _BAD:
            continue
        for _, article in _every(leaf):
            if article.id not in seen and nowhere_else(article.path):
                seen.add(article.id)
                yield article
