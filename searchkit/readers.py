"""Who is reading which generation: engines opened, lent to threads, and closed after the last.

Floor 5.  A lease is of the newest generation there is when it begins, and keeps that generation
open to its end, whatever is committed meanwhile.  Invariant: of the engines opened, those that
nobody has on lease and that are not the newest are closed.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from .engines.base import Engine
from .engines.distant import Distant, Sight
from .errors import ClusterProblem, SearchkitError

_Answer = TypeVar("_Answer")


class Readers:
    """The engines of one index, for any number of threads; ``opened`` opens the newest."""

    def __init__(self, opened: Callable[[], Engine]) -> None:
        self._opened = opened
        self._guard = threading.Lock()
        self._newest: Engine | None = None
        self._leases: dict[Engine, int] = {}
        _all.add(self)

    @contextmanager
    def lease(self) -> Iterator[Engine]:
        """The engine of the newest generation, open for as long as it is in use.

        Raises what ``opened`` raises where a newer generation cannot be opened.
        """
        with self._guard:
            engine = self._follow()
            self._lend(engine)
        try:
            yield engine
        finally:
            with self._guard:
                self._give_back(engine)

    def answer(self, ask: Callable[[Engine], _Answer]) -> _Answer:
        """What ``ask`` gives of the newest generation there is when it is asked, or later.

        An engine whose answers tell whether it is current is asked at once, and another one after
        it where it was not.
        """
        borrowed = self._borrowed()
        if borrowed is not None:
            engine, watching = borrowed
            try:
                with watching as sight:
                    answer = ask(engine)
                if sight.newest or engine.is_current():
                    return answer
            except ClusterProblem:
                raise
            except SearchkitError:
                # A generation that was replaced may be gone, or answer otherwise.
                if engine.is_current():
                    raise
            finally:
                with self._guard:
                    self._give_back(engine)
        with self.lease() as engine:
            return ask(engine)

    def close(self) -> None:
        """Let go of the newest engine; it closes when the last lease of it ends.  A later lease
        opens it again."""
        with self._guard:
            engine, self._newest = self._newest, None
            self._close_idle(engine)

    def _follow(self) -> Engine:
        """The engine of the newest generation, opened where it is not open."""
        engine = self._newest
        if engine is not None and engine.is_current():
            return engine
        self._newest = fresh = self._opened()
        self._close_idle(engine)
        return fresh

    def _borrowed(self) -> tuple[Engine, AbstractContextManager[Sight]] | None:
        """The engine that is open, on lease, and what watches whether it is current; ``None`` where
        that is better asked before."""
        with self._guard:
            engine = self._newest
            if engine is not None and isinstance(engine, Distant):
                watching = engine.watching()
                self._lend(engine)
                return engine, watching
        return None

    def _lend(self, engine: Engine) -> None:
        self._leases[engine] = self._leases.get(engine, 0) + 1

    def _give_back(self, engine: Engine) -> None:
        self._leases[engine] -= 1
        if not self._leases[engine]:
            del self._leases[engine]
            if engine is not self._newest:
                engine.close()

    def _close_idle(self, engine: Engine | None) -> None:
        if engine is not None and engine not in self._leases:
            engine.close()

    def _after_fork(self) -> None:
        """In a forked child, where the thread that held the guard may not exist."""
        self._guard = threading.Lock()


_all: weakref.WeakSet[Readers] = weakref.WeakSet()


def _after_fork() -> None:
    for readers in list(_all):
        readers._after_fork()


os.register_at_fork(after_in_child=_after_fork)
