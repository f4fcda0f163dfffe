"""``Index``: create, open, add, remove, look after; it answers, too (``answering``).

Floor 6.  The only class users construct.  Invariant: what changes an index does so in one commit,
all of it or nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .answering import Answers
from .article import Article
from .errors import EngineError, IndexExists
from .settings import QUERY_LIMITS, QueryLimits

if TYPE_CHECKING:
    from .ingest.repeats import Repeats
    from .quality import Quality
    from .removals import Removal
    from .report import IndexReport, Progress
    from .run import Source
    from .stats import ForceCount, Stats
    from .takedown import RemovalReport

DEFAULT_PATH = "index"


class Index(Answers):
    """An index of police news, in a folder or on an OpenSearch cluster.

        ix = Index.open("index")
        for hit in ix.search("diversity", area="Essex"):
            print(hit.title, hit.date.display, hit.snippet)

    On a cluster it is named by its address, ``opensearch://HOST:PORT/NAME``, as text.

    Safe to share between threads.  A search sees the newest generation; ``close`` (or the end
    of a ``with`` block) lets go of the files.
    """

    @classmethod
    def open(
        cls, path: str | os.PathLike[str] = DEFAULT_PATH, *, limits: QueryLimits = QUERY_LIMITS
    ) -> Index:
        """Open an existing index.

        Raises ``IndexNotFound``, ``IndexCorrupt`` or ``IndexIncompatible``; of a cluster
        ``ClusterProblem``, and ``SettingsError`` for an address that is none.
        """
        index = cls(path, limits)
        with index._readers.lease():
            return index

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str] = DEFAULT_PATH,
        *,
        exist_ok: bool = False,
        limits: QueryLimits = QUERY_LIMITS,
    ) -> Index:
        """Make an empty index.  Raises ``IndexExists`` where there is one already, unless
        ``exist_ok``; then even a damaged one is taken, for ``add(..., full=True)`` to rebuild."""
        index = cls(path, limits)
        try:
            index._home.create()
        except IndexExists:
            if not exist_ok:
                raise
        return index

    @classmethod
    def build(cls, source: Source, path: str | os.PathLike[str] = DEFAULT_PATH) -> Index:
        """Create an index (or take the one there is), add ``source``, and return it open."""
        index = cls.create(path, exist_ok=True)
        index.add(source)
        return index

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files.  A later search opens them again."""
        self._readers.close()

    @property
    def path(self) -> Path:
        """The folder the index lies in.  Raises ``EngineError`` for one on a cluster."""
        if self._home.folder is None:
            reason = f"the index {self.address} lies in no folder: it has an address"
            raise EngineError(reason)
        return self._home.folder

    @property
    def address(self) -> str:
        """The folder or the address of the index, as ``open`` takes it."""
        return self._home.name

    @property
    def generation(self) -> str:
        """The name of the newest generation: another after each run that changed something."""
        with self._readers.lease() as engine:
            return engine.generation

    @property
    def updated(self) -> datetime:
        """When the newest generation was committed, aware.  Raises ``IndexNotFound``."""
        return self._home.committed()

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources added so far, as they can be given to ``add`` again."""
        with self._readers.lease() as engine:
            catalogue = self._catalogue(engine)
        return tuple(str(self._home.base / source) for source in catalogue.sources)

    def add(
        self,
        *sources: Source,
        full: bool = False,
        dry_run: bool = False,
        on_error: str = "skip",
        yes: bool = False,
        jobs: int | None = None,
        containment: float | None = None,
        pinned: Iterable[str] = (),
        released: Iterable[str] = (),
        lock_timeout: float = 30.0,
        progress: Callable[[Progress], None] | None = None,
        on_wait: Callable[[str], None] | None = None,
    ) -> IndexReport:
        """Bring the index up to date with ``sources`` (none: those added before).

        A source is a folder, a file, an archive or a binary stream.  What vanished from a source
        is removed.  The options are those of ``report.IndexOptions``; ``lock_timeout`` is in
        seconds, ``on_wait`` is told once who holds the lock.

        Raises ``SourceError``, ``IndexLocked``, ``MassRemoval``, ``IndexIncompatible``, and
        ``ArticleError`` where ``on_error`` is ``"fail"``.  The index is then as it was.
        """
        # The indexer brings the parsers along, which no search needs.
        from .indexer import update
        from .report import IndexOptions

        options = IndexOptions(full, dry_run, on_error, yes, jobs, progress=progress)
        options = replace(options, pinned=tuple(pinned), released=tuple(released))
        options = replace(options, containment=containment)
        return update(self._home, sources, options, lock_timeout=lock_timeout, on_wait=on_wait)

    def remove(
        self,
        ids: str | Iterable[str],
        *,
        purge: bool = False,
        reason: str = "",
        lock_timeout: float = 30.0,
        on_wait: Callable[[str], None] | None = None,
    ) -> RemovalReport:
        """Take articles down, all or none: they are found no more, and not indexed again.

        ``ids`` name them as for ``find``; those removed before may be among them.  With ``purge``
        no text of them is left in the folder of the index.  ``reason`` is kept.

        Raises ``ArticleNotFound``, ``IndexLocked``, ``IndexCorrupt``, ``EngineError``.
        """
        from .takedown import Desk, remove

        wanted = [self._removable(one) for one in ([ids] if isinstance(ids, str) else ids)]
        desk = Desk(self._home, lock_timeout, on_wait)
        return remove(desk, wanted, purge=purge, reason=reason)

    def undo_removal(self, ids: str | Iterable[str], *, lock_timeout: float = 30.0) -> str:
        """Let removed articles (ids, the starts of ids, or URLs) in again with the next ``add`` of
        their sources; the name of the new generation.  Raises as ``remove`` does."""
        from .takedown import Desk, named, undo

        removed = self.removals()
        wanted = [named(one, removed) for one in ([ids] if isinstance(ids, str) else ids)]
        return undo(Desk(self._home, lock_timeout), wanted)

    def removals(self) -> tuple[Removal, ...]:
        """What was taken down and is kept out, first to last."""
        with self._readers.lease() as engine:
            return tuple(self._catalogue(engine).removals.values())

    def raw(self, article: Article) -> bytes:
        """The original bytes of ``article``, from where it was read.

        Raises ``SourceError`` where they are gone, or are no longer those that were indexed.
        """
        from .ingest.originals import unchanged

        return unchanged(article.path, article.sha256, self._home.base)

    def forces(self) -> tuple[ForceCount, ...]:
        """Every force of the gazetteer, with what the index holds of it."""
        from .stats import force_counts

        with self._readers.lease() as engine:
            return force_counts(self._catalogue(engine))

    def stats(self) -> Stats:
        """What the index holds and of what it is made."""
        from .stats import gather

        with self._readers.lease() as engine:
            held, size = self._catalogue(engine), engine.size()
            return gather(held, size_bytes=size, generation=engine.generation, path=self.address)

    def boilerplate(self) -> Repeats:
        """The lines that were learned as boilerplate when the index was last built."""
        with self._readers.lease() as engine:
            return self._catalogue(engine).repeats

    def quality(self, *, examples: int = 0, today: date | None = None) -> Quality:
        """What is wrong with the articles, by force; the arguments are ``quality.measure``'s."""
        from .quality import measure

        with self._readers.lease() as engine:
            return measure(engine, examples=examples, today=today)

    def articles(self) -> Iterator[Article]:
        """Every article of the index, in bounded memory."""
        with self._readers.lease() as engine:
            yield from engine.articles()

    def _removable(self, wanted: str) -> str:
        """The id of the article, in the index or removed from it, that ``wanted`` names."""
        from .takedown import named

        article = self._found(wanted)
        return article.id if article else named(wanted, self.removals())
