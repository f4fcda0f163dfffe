"""The writer: puts and deletes of one run, made visible all at once.

Floor 4.  Documents are gathered in memory and written as segments as they come, so a run of any
length is bounded; nothing names those segments until ``CURRENT`` does.  What is gathered is written
aside while more comes: until that is waited for, the leaves are not to be touched.  Invariant: one
operation for each id and run counts, the last; whatever goes wrong, the generation before stays.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from ...article import Article
from ...errors import EngineError, IndexCorrupt, IndexProblem
from ...prepared import Prepared, Preparer
from . import generations, merge, reserve, storage
from .aside import Aside
from .clustering import Search
from .faults import corrupt, is_full, reading, writing
from .gathered import Gathered
from .generations import Generation, StoredFile, StoredSegment
from .leaf import Leaf
from .lock import WriterLock
from .storage import random_name

_Written = TypeVar("_Written")

TOKENS_IN_MEMORY, _BESIDE = 11_000_000, 0.6
"""So many tokens make a segment: about 33,000 articles, and 300 MB while it is written; this share
of them where that is not waited for, and both take memory."""

DOCUMENTS_IN_MEMORY = 100_000
"""So many documents do too, however short they are."""


class WhooshWriter:
    """The one writer of the index at ``path``; made by ``open_writer``.

    ``rebuild`` starts from nothing, in a new store, and ends in a switch to it.  ``verify`` has
    every file inspected before the commit.  ``containment`` is what copies have in common at least.
    """

    def __init__(
        self,
        path: Path,
        *,
        lock_timeout: float,
        rebuild: bool = False,
        verify: bool = False,
        containment: float | None = None,
        on_wait: Callable[[str], None] | None = None,
    ) -> None:
        self._path = path
        self._containment = containment
        self._thoroughly = verify
        self._lock = WriterLock(path)
        with writing(path):
            self._lock.acquire(lock_timeout, on_wait)
        try:
            with writing(path):
                self._start(rebuild)
        except BaseException:
            self._lock.release()
            raise

    def _start(self, rebuild: bool) -> None:
        path = self._path
        self._base = _base(path, rebuild)
        self._catalogue = _catalogue(path, self._base, rebuild)
        generations.prune(path)
        stored: tuple[StoredSegment, ...] = ()
        self._rebuild = rebuild or self._base is None
        if self._rebuild or self._base is None:
            self._store = generations.new_store(path)
        else:
            self._store, stored = self._base.store, self._base.segments
        self._folder = path / generations.STORES / self._store
        with reading(path):
            self._leaves = [Leaf(self._folder, segment) for segment in stored]
            self._copies = Search.after(self._folder, self._base, self._leaves, self._containment)
        self._fresh: set[str] = set()
        self._aside = Aside()
        self._clear()

    def _clear(self) -> None:
        self._gathered = Gathered()
        self._preparer = Preparer()

    def __enter__(self) -> WhooshWriter:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._lock.held:
            self.cancel()

    @property
    def generation(self) -> str:
        """The generation this writer starts from; empty where there is none to start from."""
        return self._base.name if self._base else ""

    def catalogue(self) -> bytes:
        """The catalogue of the generation that this run replaces; empty for a new index, and for a
        rebuild where none could be saved."""
        return self._catalogue

    def put(self, article: Article | Prepared) -> None:
        """Add ``article``, or replace the one with its id.  Raises ``EngineError``; one that cannot
        be stored leaves the run as it was, any other failure cancels it."""
        self._lock.check()
        ready = article if isinstance(article, Prepared) else self._prepared(article)
        try:
            self._gathered.put(ready)
        except BaseException:
            with self._all_or_nothing():
                raise
        most = TOKENS_IN_MEMORY * (_BESIDE if self._aside.begun else 1)
        if self._gathered.token_count >= most or len(self._gathered) >= DOCUMENTS_IN_MEMORY:
            with self._all_or_nothing():
                self._flush_aside()

    def _prepared(self, article: Article) -> Prepared:
        """``article`` made ready here, where nobody did so before."""
        if not article.id:
            raise EngineError(f"an article without an id cannot be stored: {article.path!r}")
        try:
            return self._preparer.prepare([article])[0]
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            raise EngineError(f"article {article.id} cannot be stored: {error}") from error

    def delete(self, article_id: str) -> None:
        """Remove the article with this id, if there is one."""
        self._lock.check()
        with self._all_or_nothing():
            self._gathered.delete(article_id)

    def purge(self) -> None:
        """Write every segment anew that has deleted documents, so that none is left in them.

        Raises ``EngineError``, also where the disk has no room for that.
        """
        self._lock.check()
        with self._all_or_nothing():
            self._flush()
            for leaf in [leaf for leaf in self._leaves if leaf.live_count() < len(leaf)]:
                if not self._join([leaf]):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def commit(self, catalogue: bytes, *, keep_previous: bool = True) -> str:
        """Make the run visible, with ``catalogue`` beside it; the name of the new generation.

        Without ``keep_previous`` there is no going back to the generation before, whatever
        becomes of the new one: both pointer files name that.

        Whatever is raised says, after what is wrong, whether the run was committed: that is read
        from the disk, where either generation may be current by then, whole.
        """
        self._lock.check()
        number = self._base.number + 1 if self._base else 1
        name = f"{number}-{random_name()}"
        with self._all_or_nothing(), self._told(name):
            self._flush()
            self._merge()
            self._leaves = [leaf for leaf in self._leaves if leaf.live_count()]
            file = self._insist(partial(generations.write_catalogue, self._folder, catalogue))
            del catalogue  # it is large, and so is what comes now
            copies = self._insist(lambda: self._copies.written(self._folder, self._leaves))
            generation = replace(self._described(number, name, file), copies=copies)
            self._verify(generation)
            self._insist(lambda: generations.publish(self._path, generation, self._base))
            if not keep_previous:
                self._insist(lambda: generations.supersede(self._path, generation))
            generations.prune(self._path)
            reserve.keep(self._path, reserve.pointing(generation))
        self._leaves = []
        self._clear()
        self._lock.release()
        return name

    def _insist(self, write: Callable[[], _Written]) -> _Written:
        """Do what ``write`` does; on a full disk once more, at the price of the reserve."""
        try:
            return write()
        except OSError as error:
            if not is_full(error) or not reserve.give_up(self._path):
                raise
        return write()

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        """Whatever goes wrong within is told with what became of the generation ``name``."""
        try:
            with writing(self._path):
                yield
        except BaseException as error:
            said = str(error) or type(error).__name__
            error.args = (f"{said}; {generations.outcome(self._path, name)}",)
            raise

    def cancel(self) -> None:
        """Drop the run and give the lock back; harmless when that has happened."""
        if not self._lock.held:
            return
        self._aside.abandon()
        self._leaves = []
        self._clear()
        try:
            with writing(self._path):
                generations.prune(self._path, self._store if self._rebuild else "")
        finally:
            self._lock.release()

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """Any exception ends the run: the files go, the lock is free, the error goes on."""
        try:
            with writing(self._path):
                yield
        except BaseException as error:
            try:
                self.cancel()
            except EngineError as second:
                raise error from second
            raise

    def _flush(self) -> None:
        """Write what is gathered as a segment, and take its ids from the older ones."""
        self._aside.finish()
        gathered = self._gathered
        self._clear()
        self._write(gathered)

    def _flush_aside(self) -> None:
        """``_flush`` and ``_merge`` in a thread, while more is gathered."""
        self._aside.finish()
        gathered = self._gathered
        self._clear()

        def work() -> None:
            self._write(gathered)
            self._merge()

        self._aside.start(work)

    def _write(self, gathered: Gathered) -> None:
        changed = gathered.changed()
        for leaf in self._leaves if changed else ():
            leaf.drop(changed)
        written = gathered.write(self._folder)
        if written is not None:
            self._open(written)

    def _open(self, stored: StoredSegment) -> None:
        with reading(self._path):
            self._leaves.append(Leaf(self._folder, stored))
        self._fresh.add(stored.id)

    def _merge(self) -> None:
        """Bring the number of segments down, by the policy of ``merge``; where the disk has no
        room for that, a later run does."""
        while (chosen := merge.to_merge(self._leaves)) and self._join(chosen):
            pass

    def _join(self, chosen: list[Leaf]) -> bool:
        """Replace the leaves ``chosen`` by one with their live documents; false where the disk
        has no room for that."""
        merged = None
        if any(leaf.live_count() for leaf in chosen):
            merged = self._merged(chosen)
            if merged is None:
                return False
        self._leaves = [leaf for leaf in self._leaves if leaf not in chosen]
        if merged is not None:
            self._open(merged)
        for leaf in chosen:
            if leaf.stored.id in self._fresh:
                storage.disk.unlink(self._folder / leaf.stored.file.name)
        return True

    def _merged(self, chosen: list[Leaf]) -> StoredSegment | None:
        """The segment made of ``chosen``; nothing where it does not fit twice."""
        if storage.disk.free(self._folder) < 2 * sum(leaf.stored.file.size for leaf in chosen):
            return None
        try:
            return merge.merge(self._folder, chosen)
        except OSError as error:
            if not is_full(error):
                raise
            return None

    def _described(self, number: int, name: str, catalogue: StoredFile) -> Generation:
        return Generation(
            number,
            name,
            self._store,
            sum(leaf.live_count() for leaf in self._leaves),
            tuple(
                replace(leaf.stored, deleted=tuple(np.flatnonzero(~leaf.live).tolist()))
                for leaf in self._leaves
            ),
            catalogue,
        )

    def _verify(self, generation: Generation) -> None:
        """Open the segments this run wrote once more, from the disk, before anything names them."""
        for stored in generation.segments:
            if stored.id in self._fresh:
                with reading(self._path):
                    leaf = Leaf(self._folder, stored)
                    if len(leaf.postings("id").documents) != stored.documents:
                        raise corrupt(self._path, f"{stored.file.name} lacks documents")
        if self._thoroughly:
            # Only a repair asks for it; other writers need not wait for what it imports.
            from .inspection import faults_of

            for fault in faults_of(self._path, generation):
                raise corrupt(self._path, f"{fault.where}: {fault.what}")


def _base(path: Path, rebuild: bool) -> Generation | None:
    """The generation to start from; a rebuild does without where none can be read."""
    newest, before = generations.candidates(path)
    try:
        try:
            return generations.read(path, newest)
        except IndexCorrupt as problem:
            try:
                return generations.read(path, before)
            except IndexCorrupt:
                raise problem from problem.__cause__
    except IndexProblem:
        if rebuild:
            return None
        raise


def _catalogue(path: Path, base: Generation | None, rebuild: bool) -> bytes:
    """The catalogue of ``base``; a rebuild takes what is left of one, for the sources it names."""
    if rebuild or base is None:
        return generations.salvaged_catalogue(path)
    with reading(path):
        return generations.read_catalogue(path, base)
