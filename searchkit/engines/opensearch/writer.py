"""The writer: puts and deletes of one run on the cluster, made visible all at once.

Floor 4.  A run writes into physical indices that nobody reads: empty ones, or clones of those of
the newest generation, whose files they share.  Invariant: one operation for each id and run counts,
the last; whatever goes wrong before the alias is moved, the generation before stays what it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from ...article import Article
from ...copies import CONTAINMENT
from ...errors import ClusterProblem, EngineError, IndexCorrupt, IndexIncompatible, SearchkitError
from ...likeness import LIKENESS_VERSION
from ...prepared import Prepared, Preparer
from . import bulk, catalogues, generations, placement, salvage, stores
from .clustering import Search
from .connection import Cluster
from .documents import Documents
from .expunging import expunge
from .generations import Generation
from .lock import ClusterLock
from .norms import LEARN_BYTES, LEARN_FROM, Norms, learnt
from .patience import patiently
from .stores import Store
from .surfaces import Surfaces
from .undone import Undone

_WORDS_EVERY = 20_000
"""After so many articles the words of them are taken over."""

_PERMILLE = 1000


class ClusterWriter:
    """The one writer of the index that ``cluster`` is the way to; made by ``open_writer``.

    ``rebuild`` starts from nothing.  ``verify`` has every article read once more before the commit.
    ``containment`` is what copies have in common at least.
    """

    def __init__(
        self,
        cluster: Cluster,
        *,
        lock_timeout: float,
        rebuild: bool = False,
        verify: bool = False,
        containment: float | None = None,
        on_wait: Callable[[str], None] | None = None,
    ) -> None:
        self._cluster = cluster
        self._verify, self._purging = verify, False
        self._store: Store | None = None
        self._lock = ClusterLock(cluster)
        self._lock.acquire(lock_timeout, on_wait)
        try:
            self._start(rebuild, containment)
        except BaseException:
            self._end()
            raise

    def _start(self, rebuild: bool, containment: float | None) -> None:
        cluster = self._cluster
        found = stores.prune(cluster)
        before = found[0] if found else ""
        self._base = _base(cluster, found, rebuild)
        self._catalogue = _catalogue(cluster, self._base, rebuild)
        # To begin anew is less work than a clone of nothing.
        clone = not rebuild and self._base is not None and self._base.articles > 0
        if clone:
            placement.check_primaries(cluster, [before + part for part in generations.PARTS])
        permille = self._base.permille if self._base else round(_PERMILLE * CONTAINMENT)
        self._permille = permille if containment is None else round(_PERMILLE * containment)
        self._preparer = Preparer()
        self._first: dict[str, Prepared] | None = None if clone else {}
        self._held_back = 0
        self._norms = Norms(self._base.averages) if clone and self._base else Norms()
        self._documents = Documents(self._norms)
        self._put: set[str] = set()
        self._removed: set[str] = set()
        self._store = Store(cluster, before, self._base.articles if self._base else 0, clone=clone)
        self._bulk = self._store.bulk()
        self._surfaces = Surfaces(cluster, self._store, fresh=not clone)
        self._undone = Undone(cluster, self._store.physical, self._bulk)

    def __enter__(self) -> ClusterWriter:
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
        operation = self._operation(ready)
        with self._all_or_nothing():
            if self._first is None:
                if ready.id in self._put:
                    self._undone.add(ready.id)
                self._bulk.add(operation)
            else:
                self._hold_back(ready, self._first)
            self._put.add(ready.id)
            self._removed.discard(ready.id)
            if len(self._put) % _WORDS_EVERY == 0:
                self._surfaces.add(self._documents.words())

    def _hold_back(self, ready: Prepared, first: dict[str, Prepared]) -> None:
        """Wait with an article of a full run until enough of them tell how long they are."""
        first[ready.id] = ready
        self._held_back += len(ready.stored) + len(ready.tokens)
        if len(first) >= LEARN_FROM or self._held_back >= LEARN_BYTES:
            self._learn()

    def _learn(self) -> None:
        """Put what was held back, by the norms that it tells."""
        if self._first is not None:
            first, self._first = self._first, None
            self._norms = learnt(ready.lengths for ready in first.values())
            self._documents = Documents(self._norms)
            for ready in first.values():
                self._bulk.add(self._operation(ready))

    def _operation(self, ready: Prepared) -> bulk.Operation:
        """The operation that puts an article.  Raises ``EngineError`` where it cannot be stored."""
        problem = _unfit(ready)
        if not problem:
            operation = bulk.put(ready.id, self._documents.document(ready))
            if len(operation.line) <= bulk.DOCUMENT_BYTES:
                return operation
            problem = f"it has more than {bulk.DOCUMENT_BYTES:,} bytes with all of its words"
        raise EngineError(f"article {ready.id} cannot be stored: {problem}")

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
            if not article_id:
                raise EngineError("an article without an id cannot be removed")
            if self._first is not None:
                self._first.pop(article_id, None)
            elif article_id in self._put:
                self._undone.add(article_id)
            self._bulk.add(bulk.delete(article_id))
            self._put.discard(article_id)
            self._removed.add(article_id)

    def purge(self) -> None:
        """Have nothing of articles that were deleted, now or earlier, in any file of the new
        generation.  Raises ``EngineError``, as ``commit`` does, which ends it."""
        self._lock.check()
        with self._all_or_nothing():
            self._settle()
            self._purging = True

    @property
    def _made(self) -> Store:
        """The indices of this run."""
        assert self._store is not None
        return self._store

    def _settle(self) -> None:
        """Have all articles of the run written, visible and counted."""
        self._learn()
        self._bulk.finish()
        self._made.refresh()
        expected, found = self._expected(), self._made.count()
        if found != expected:
            where = self._cluster.address
            lost = EngineError(f"{where}: {found:,} articles arrived, not {expected:,}")
            lost.hint = "run it again; where it says so again:  searchkit check --repair"
            raise lost

    def _expected(self) -> int:
        """How many articles there have to be."""
        if self._made.fresh or self._base is None:
            return len(self._put)
        touched = sorted(self._put | self._removed)
        before = self._undone.before(self._base.physical, touched)
        return self._base.articles - before + len(self._put)

    def commit(self, catalogue: bytes, *, keep_previous: bool = True) -> str:
        """Make the run visible, with ``catalogue`` beside it; the name of the new generation.

        Without ``keep_previous`` the generation before is removed.  Whatever is raised says, after
        what is wrong, whether the run was committed: that is asked of the cluster.
        """
        self._lock.check()
        with self._all_or_nothing(), self._told():
            patiently(self._lock.renew)
            self._settle()
            generation = self._complete(catalogue)
            patiently(self._lock.renew)
            self._made.publish(generation)
            if not keep_previous:
                stores.prune(self._cluster, keep_previous)
        self._store = None
        # Committed is committed: a cluster that fails now leaves what the next writer removes, and
        # a lock that runs out.
        with suppress(ClusterProblem):
            if keep_previous:
                stores.prune(self._cluster)
        with suppress(ClusterProblem):
            self._end()
        return generation.name

    def _complete(self, catalogue: bytes) -> Generation:
        """Have all that belongs to the generation, and tell what it is."""
        store, cluster = self._made, self._cluster
        touched = sorted(self._put | self._removed)
        base = None if store.fresh else self._base
        search = Search(cluster, store.physical, base, self._permille)
        copies = search.run(touched, self._bulk, self._norms)
        if copies.again:
            self._settle()
        self._surfaces.add(self._documents.words())
        self._surfaces.settle(*self._undone.words())
        store.refresh(generations.PARTS[1])
        if self._purging:
            expunge(cluster, store.indices[:2])
        if self._verify:
            patiently(lambda: salvage.verify(cluster, store.physical))
        return replace(
            store.generation,
            articles=self._expected(),
            clusters=copies.clusters,
            committed=generations.now(),
            permille=self._permille,
            likeness=LIKENESS_VERSION,
            averages=self._norms.averages,
            catalogue=catalogues.write(cluster, store.physical, catalogues.CATALOGUE, catalogue),
            copies=catalogues.write(cluster, store.physical, catalogues.COPIES, copies.basis),
        )

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Whatever goes wrong within is told with what became of the generation."""
        store = self._made
        try:
            yield
        except BaseException as error:
            said = str(error) or type(error).__name__
            error.args = (f"{said}; {stores.outcome(self._cluster, store)}",)
            raise

    def cancel(self) -> None:
        """Drop the run and give the lock back; harmless when that has happened."""
        if self._lock.held:
            self._end()

    def _end(self) -> None:
        """Remove what was not published, and give the lock back."""
        store, self._store = self._store, None
        try:
            if store is not None:
                self._bulk.close()
                self._surfaces.close()
                stores.remove(self._cluster, store.indices)
        finally:
            # One that cannot be given back now ends with its lease.
            with suppress(ClusterProblem):
                self._lock.release()
            self._cluster.close()

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """Any exception ends the run: its indices go, the lock is free, the error goes on."""
        try:
            yield
        except BaseException:
            # The next writer removes what is left; what went wrong first is to be told.
            with suppress(SearchkitError):
                self.cancel()
            raise


_LONGEST_KEYWORD = 32_766
_LONGEST_ID = 512


def _unfit(ready: Prepared) -> str:
    """Why a cluster would not take an article, as far as that is known before; else empty."""
    if not ready.id or len(ready.id.encode()) > _LONGEST_ID:
        return f"its id has to have from 1 to {_LONGEST_ID} bytes"
    for values in ready.facts.keywords:
        if any(len(value) * 4 > _LONGEST_KEYWORD < len(value.encode()) for value in values):
            return f"it has a value of more than {_LONGEST_KEYWORD:,} bytes"
    return ""


def _base(
    cluster: Cluster, found: tuple[str, Mapping[str, Any]] | None, rebuild: bool
) -> Generation | None:
    """The generation to start from, of what was ``found``; a rebuild does without where none can
    be read."""
    if found is None:
        return None
    try:
        return Generation.of(str(cluster.address), *found)
    except (IndexCorrupt, IndexIncompatible):
        if rebuild:
            return None
        raise


def _catalogue(cluster: Cluster, base: Generation | None, rebuild: bool) -> bytes:
    """The catalogue of ``base``; a rebuild takes what is left of one, for the sources it names."""
    if rebuild or base is None:
        return patiently(lambda: salvage.salvaged_catalogue(cluster))
    return patiently(
        lambda: catalogues.read(cluster, base.physical, catalogues.CATALOGUE, base.catalogue)
    )
