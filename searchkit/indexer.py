"""Bring an index up to date with its sources: take the lock, run, commit, report.

Floor 5.  One run is one generation.  Invariant: the lock is held from the first look at
the catalogue to the commit, and let go however the run ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing

from .article import Article
from .engines.base import Writer
from .errors import IndexCorrupt, IndexIncompatible, SourceError
from .homes import Home, Place, home_of
from .prepared import Prepared
from .report import IndexOptions, IndexReport
from .roots import is_streamed
from .run import IndexRun, Source


def update(
    place: Place,
    sources: Iterable[Source],
    options: IndexOptions,
    *,
    lock_timeout: float = 30.0,
    on_wait: Callable[[str], None] | None = None,
) -> IndexReport:
    """Bring the index at ``place`` up to date with ``sources`` (none: those of earlier
    runs).

    Raises ``IndexNotFound``, ``SourceError`` where no source is known, ``IndexLocked`` after
    ``lock_timeout`` seconds, and what the methods of ``IndexRun`` raise.  Whatever
    is raised, the index is as it was.  A dry run takes no lock.
    """
    home = home_of(place)
    writer = _writer(home, options, lock_timeout, on_wait)
    with ExitStack() as ending:
        ending.callback(writer.cancel)
        run = IndexRun(writer, home.base, home.name, options)
        ending.callback(run.close)
        listed = list(sources) or run.sources()
        run.learn(listed)
        adopted = _adopt_orphans(run, home) if options.full else 0
        if not listed and not adopted and not run.orphans():
            raise SourceError(
                home.name,
                "no source is named, and none is known from earlier runs",
                f"name one:  searchkit index {'--full ' if options.full else ''}FOLDER",
            )
        run.read(listed)
        outcome = run.settle()
        generation = "" if options.dry_run else run.commit()
    return run.report(outcome, generation)


def _writer(
    home: Home,
    options: IndexOptions,
    lock_timeout: float,
    on_wait: Callable[[str], None] | None,
) -> Writer:
    """The one writer of the index; of a dry run, one that takes no lock and writes nothing."""
    if options.dry_run:
        return _Rehearsal(_known(home, rebuild=options.full))
    return home.open_writer(
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


def _known(home: Home, *, rebuild: bool) -> bytes:
    """The catalogue of the newest generation; for a rebuild, what can be saved of a damaged one."""
    try:
        with closing(home.open_reader()) as engine:
            return engine.catalogue()
    except (IndexCorrupt, IndexIncompatible):
        if not rebuild:
            raise
        return home.salvaged_catalogue()


def _adopt_orphans(run: IndexRun, home: Home) -> int:
    """Carry what came by a stream over into a rebuilt index, as far as it can be read in the old
    one; how many articles that were.  The report counts the others as removed."""
    count = 0
    for article in home.salvaged(set(run.orphans()), is_streamed):
        count += run.adopt(article)
    return count
