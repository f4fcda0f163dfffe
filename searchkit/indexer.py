"""Bring an index up to date with its sources: take the lock, run, commit, report.

Floor 5.  One run is one generation.  Invariant: the lock is held from the first look at
the catalogue to the commit, and let go however the run ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from pathlib import Path

from .article import Article
from .engines import whoosh as embedded
from .engines.base import Writer
from .engines.whoosh import generations
from .errors import IndexCorrupt, IndexIncompatible, SourceError
from .prepared import Prepared
from .report import IndexOptions, IndexReport
from .roots import is_streamed
from .run import IndexRun, Source


def update(
    path: Path,
    sources: Iterable[Source],
    options: IndexOptions,
    *,
    lock_timeout: float = 30.0,
    on_wait: Callable[[str], None] | None = None,
) -> IndexReport:
    """Bring the index in the folder ``path`` up to date with ``sources`` (none: those of earlier
    runs).

    Raises ``IndexNotFound``, ``SourceError`` where no source is known, ``IndexLocked`` after
    ``lock_timeout`` seconds, and what the methods of ``IndexRun`` raise.  Whatever
    is raised, the index is as it was.  A dry run takes no lock.
    """
    writer = _writer(path, options, lock_timeout, on_wait)
    with ExitStack() as ending:
        ending.callback(writer.cancel)
        run = IndexRun(writer, path.resolve().parent, str(path), options)
        ending.callback(run.close)
        listed = list(sources) or run.sources()
        run.learn(listed)
        adopted = _adopt_orphans(run, path) if options.full else 0
        if not listed and not adopted and not run.orphans():
            raise SourceError(
                str(path),
                "no source is named, and none is known from earlier runs",
                f"name one:  searchkit index {'--full ' if options.full else ''}FOLDER",
            )
        run.read(listed)
        outcome = run.settle()
        generation = "" if options.dry_run else run.commit()
    return run.report(outcome, generation)


def _writer(
    path: Path,
    options: IndexOptions,
    lock_timeout: float,
    on_wait: Callable[[str], None] | None,
) -> Writer:
    """The one writer of the index; of a dry run, one that takes no lock and writes nothing."""
    if options.dry_run:
        return _Rehearsal(_known(path, rebuild=options.full))
    return embedded.open_writer(
        path,
        lock_timeout=lock_timeout,
        rebuild=options.full,
        verify=options.verify,
        containment=options.containment,
        on_wait=on_wait,
    )


class _Rehearsal:
    """The writer of a dry run: knows the catalogue, and writes nothing."""

    def __init__(self, catalogue: bytes) -> None:
        self._catalogue = catalogue

    def catalogue(self) -> bytes:
        return self._catalogue

    def put(self, article: Article | Prepared) -> None:
        """Nothing is put anywhere."""

    def delete(self, article_id: str) -> None:
        """Nothing is deleted."""

    def purge(self) -> None:
        """There is nothing to purge."""

    def commit(self, catalogue: bytes, *, keep_previous: bool = True) -> str:
        raise AssertionError("a dry run commits nothing")

    def cancel(self) -> None:
        """There is nothing to undo."""


def _known(path: Path, *, rebuild: bool) -> bytes:
    """The catalogue of the newest generation; for a rebuild, what can be saved of a damaged one."""
    try:
        with closing(embedded.open_reader(path)) as engine:
            return engine.catalogue()
    except (IndexCorrupt, IndexIncompatible):
        if not rebuild:
            raise
        return generations.salvaged_catalogue(path)


def _adopt_orphans(run: IndexRun, path: Path) -> int:
    """Carry what came by a stream over into a rebuilt index, as far as it can be read in the old
    one; how many articles that were.  The report counts the others as removed."""
    count = 0
    for article in embedded.salvaged(path, set(run.orphans()), is_streamed):
        count += run.adopt(article)
    return count
