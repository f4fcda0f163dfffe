"""Taking articles down, and letting them in again.

Floor 5.  Removing is two commits: the first makes the articles unfindable, at the price of a
small run; the second, on request, writes every segment anew that still holds deleted text.
Invariant: after either, no pointer file leads to a generation that has a removed article.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone

from .catalogue import Catalogue
from .engines.base import Writer
from .errors import ArticleNotFound, SearchkitError
from .finding import id_of, starting
from .homes import Home
from .ingest.repeats import standing
from .removals import Removal


@dataclass(frozen=True, slots=True)
class RemovalReport:
    """What was taken down: ids ``removed`` by this call, and those that ``already`` were;
    ``purged`` where no text is left of them; ``generation`` is the newest."""

    removed: tuple[str, ...]
    already: tuple[str, ...]
    purged: bool
    generation: str


@dataclass(frozen=True, slots=True)
class Desk:
    """Which index to write, and how to wait for another writer (``lock_timeout`` in seconds)."""

    home: Home
    lock_timeout: float = 30.0
    on_wait: Callable[[str], None] | None = None

    @contextmanager
    def writer(self) -> Iterator[Writer]:
        """The one writer; what it did not commit is dropped at the end."""
        writer = self.home.open_writer(lock_timeout=self.lock_timeout, on_wait=self.on_wait)
        try:
            yield writer
        finally:
            writer.cancel()


def remove(desk: Desk, ids: Iterable[str], *, purge: bool, reason: str) -> RemovalReport:
    """Take down the articles ``ids``, all or none.

    Raises ``ArticleNotFound`` for an id that the index neither holds nor has removed, and what
    ``open_writer`` and ``commit`` raise.
    """
    wanted = list(dict.fromkeys(ids))
    with desk.writer() as writer:
        catalogue = Catalogue.load(writer.catalogue(), desk.home.name)
        before = set(catalogue.removals)
        catalogue.take_down(wanted, _now(), reason)
        for article_id in wanted:
            if article_id not in catalogue.removals:
                raise ArticleNotFound(article_id, "it went while it was to be removed")
            writer.delete(article_id)
        generation = writer.commit(catalogue.dump(), keep_previous=False)
    if purge:
        generation = _purge(desk)
    return RemovalReport(
        tuple(one for one in wanted if one not in before),
        tuple(one for one in wanted if one in before),
        purge,
        generation,
    )


def undo(desk: Desk, ids: Iterable[str]) -> str:
    """Let the removed articles ``ids`` in again, with the next run that reads their sources; the
    name of the new generation.  Raises ``ArticleNotFound`` for one that is not removed."""
    with desk.writer() as writer:
        catalogue = Catalogue.load(writer.catalogue(), desk.home.name)
        for article_id in dict.fromkeys(ids):
            if catalogue.removals.pop(article_id, None) is None:
                raise ArticleNotFound(article_id, "see what is removed:  searchkit remove --list")
        # Nobody remembers which files they were in, so that the next run opens each again.
        catalogue.signatures.clear()
        return writer.commit(catalogue.dump())


def named(wanted: str, removals: Iterable[Removal]) -> str:
    """The id of the removed article that ``wanted`` names: its id, the start of it, or its URL.

    Raises ``ArticleNotFound``.
    """
    known = starting(id_of(wanted) or wanted, [removal.article_id for removal in removals])
    if not known:
        raise ArticleNotFound(
            wanted,
            "searchkit query WORDS lists the ids of articles, searchkit remove --list of removed",
        )
    return known


def _purge(desk: Desk) -> str:
    """Write anew what still holds deleted text, and forget the learned lines that only stood
    there; the name of the new generation."""
    try:
        with desk.writer() as writer:
            catalogue = Catalogue.load(writer.catalogue(), desk.home.name)
            with closing(desk.home.open_reader()) as engine:
                catalogue.repeats = standing(catalogue.repeats, engine.articles())
            writer.purge()
            return writer.commit(catalogue.dump(), keep_previous=False)
    except SearchkitError as error:
        error.hint = f"removed, but not purged yet: run the same again.  {error.hint}".rstrip()
        raise


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
