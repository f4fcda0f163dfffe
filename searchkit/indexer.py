"""Bring an index up to date with its sources: take the lock, run, commit, report.

Floor 5.  One run is one generation.  Invariant: the lock is held from the first look at
the catalogue to the commit, and let go however the run ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from .catalogue import is_streamed
from .engines import whoosh as embedded
from .errors import SourceError
from .report import IndexOptions, IndexReport
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
    is raised, the index is as it was.
    """
    writer = embedded.open_writer(
        path,
        lock_timeout=lock_timeout,
        rebuild=options.full,
        verify=options.verify,
        on_wait=on_wait,
    )
    try:
        run = IndexRun(writer, path.resolve().parent, str(path), options)
        adopted = _adopt_orphans(run, path) if options.full else 0
        listed = list(sources) or run.sources()
        if not listed and not adopted and not run.orphans():
            raise SourceError(
                str(path),
                "no source is named, and none is known from earlier runs",
                "name one:  searchkit index FOLDER",
            )
        run.read(listed)
        outcome = run.settle()
        generation = "" if options.dry_run else run.commit()
    finally:
        writer.cancel()
    return run.report(outcome, generation)


def _adopt_orphans(run: IndexRun, path: Path) -> int:
    """Carry what came by a stream over into a rebuilt index, as far as it can be read in the old
    one; how many articles that were.  The report counts the others as removed."""
    count = 0
    for article in embedded.salvaged(path, set(run.orphans()), is_streamed):
        run.adopt(article)
        count += 1
    return count
