"""The embedded engine: Whoosh's codec and files, behind the port of ``engines.base``.

Floor 4, and the only importer of ``whoosh``.  ``create`` once, then any number of readers and
one writer at a time.  Invariant: nothing of Whoosh's is ever handed to a caller.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ...article import Article
from ...errors import IndexCorrupt, IndexExists, IndexLocked, IndexNotFound
from . import generations
from .engine import WhooshEngine
from .faults import reading, writing
from .sight import Newest, Sight
from .sight import committed as last_commit
from .storage import make_folder

if TYPE_CHECKING:
    from .lock import WriterLock
    from .writer import WhooshWriter

__all__ = [
    "Newest",
    "WhooshEngine",
    "committed",
    "create",
    "exists",
    "open_reader",
    "open_writer",
    "salvaged",
]

_CREATING_SECONDS = 5.0
_POLL_SECONDS = 0.02


def exists(path: Path) -> bool:
    """Whether there is an index in the folder ``path``, sound or damaged.

    Raises ``EngineError`` where that cannot be seen.
    """
    with reading(path):
        return generations.exists(path)


def committed(path: Path) -> datetime:
    """When the newest generation was committed, aware.  Raises ``IndexNotFound`` and
    ``EngineError``."""
    with reading(path):
        found = last_commit(path)
    if found is None:
        raise IndexNotFound(str(path))
    return found


def create(path: Path) -> None:
    """Make an empty index in the folder ``path``, beside whatever else lies there.

    Raises ``IndexExists``, ``IndexLocked`` while another process does the same, ``EngineError``.
    """
    if exists(path):
        raise IndexExists(str(path))
    with writing(path):
        make_folder(path)
        lock = _locked_to_create(path)
        try:
            if exists(path):
                raise IndexExists(str(path))
            generations.initialise(path)
        finally:
            lock.release()


def _locked_to_create(path: Path) -> WriterLock:
    """The lock of an index to be made; whoever else is making it needs only a moment."""
    from .lock import WriterLock

    lock = WriterLock(path)
    deadline = time.monotonic() + _CREATING_SECONDS
    while not _taken(lock, path, wait=time.monotonic() < deadline):
        time.sleep(_POLL_SECONDS)
    return lock


def _taken(lock: WriterLock, path: Path, *, wait: bool) -> bool:
    """Whether the lock was free.  Raises ``IndexExists`` once another process has made the index,
    and ``IndexLocked`` where there is no more time to ``wait``."""
    try:
        lock.acquire(0.0)
    except IndexLocked:
        if exists(path):
            raise IndexExists(str(path)) from None
        if not wait:
            raise
        return False
    return True


def open_reader(path: Path) -> WhooshEngine:
    """Open the current generation, or the one before it where the current one is damaged.

    Raises ``IndexNotFound``, ``IndexCorrupt``, ``IndexIncompatible``.
    """
    while True:
        with reading(path):
            sight = Sight(path)
            try:
                return _open_newest(path, sight)
            except IndexCorrupt:
                # A commit in between may have removed the files of the generation being opened.
                if sight.lasts():
                    raise


def _open_newest(path: Path, sight: Sight) -> WhooshEngine:
    """The newest generation, or the one before where that is damaged and still the newest."""
    with reading(path):
        newest, before = generations.candidates(path)
    try:
        return _open(path, newest, sight, "")
    except IndexCorrupt as problem:
        if not sight.lasts():
            raise
        try:
            older = _open(path, before, sight, str(problem))
        except IndexCorrupt:
            # There is nothing older to fall back to, so the first fault is the one to tell.
            raise problem from problem.__cause__
        if not older.articles_held:
            # The empty index that every index begins as would pass damage off as no articles.
            raise
        return older


def _open(path: Path, name: str, sight: Sight, recovered: str) -> WhooshEngine:
    with reading(path):
        return WhooshEngine(path, generations.read(path, name), sight, recovered)


def salvaged(
    path: Path, wanted: set[str], nowhere_else: Callable[[str], bool]
) -> Iterator[Article]:
    """The articles with the ids ``wanted`` that can be read in the index at ``path``, however
    damaged; as in ``salvage``."""
    # Only a rebuild asks for it.
    from . import salvage

    return salvage.salvaged(path, wanted, nowhere_else)


def open_writer(
    path: Path,
    *,
    lock_timeout: float,
    rebuild: bool = False,
    verify: bool = False,
    containment: float | None = None,
    on_wait: Callable[[str], None] | None = None,
) -> WhooshWriter:
    """Open the one writer, waiting up to ``lock_timeout`` seconds for another to end.

    ``rebuild`` starts from an empty index in a new store, which replaces the old one at commit;
    it works on a damaged or incompatible index too.  ``verify`` inspects every file before the
    commit, and raises ``IndexCorrupt`` in its place.  ``containment`` is the least share that
    copies have in common (``None``: as before).  ``on_wait`` is called once, with the holder
    in words, when waiting begins.  Raises ``IndexNotFound``, ``IndexLocked``, ``IndexCorrupt``,
    ``IndexIncompatible``, ``EngineError``.
    """
    # Writing is of no use to a search, which should not wait for it to be imported.
    from .writer import WhooshWriter

    if not exists(path):
        raise IndexNotFound(str(path))
    return WhooshWriter(
        path,
        lock_timeout=lock_timeout,
        rebuild=rebuild,
        verify=verify,
        containment=containment,
        on_wait=on_wait,
    )
