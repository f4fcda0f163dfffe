"""Asking the index from an event loop: searches run in processes of their own, a few at a time.

Floor 8.  ``ask`` waits for one of ``guarded.SearchWorkers`` and returns what it answers, or what
it answered before of the same generation on the same day.  More questions than may wait are
refused at once, with ``Busy``, and those that waited for ``PATIENCE_SECONDS`` when their turn
comes.  Invariant: a query is parsed and answered in no other process than a worker, which is
ended when it takes too much.
"""

from __future__ import annotations

import asyncio
import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from functools import partial
from hashlib import blake2s
from pathlib import Path
from typing import Any

from ..article import LONDON
from ..errors import EngineError, SearchkitError
from ..guarded import SearchWorkers
from ..guarded.wire import Answer
from ..homes import home_of
from ..settings import QUERY_LIMITS, QueryLimits
from ..tables import bytes_of
from .remembered import Remembered

_OPENER = "searchkit.guarded.worker:await_index"

PATIENCE_SECONDS = 10.0
"""What has waited for so long is not asked any more."""


class Busy(SearchkitError):
    """More is asked than can be answered; ``seconds`` later there may be room."""

    hint = "ask again in a moment"

    def __init__(self, seconds: int = 1) -> None:
        self.seconds = seconds
        super().__init__("too many searches are waiting")


class Service:
    """What is asked of the index in the folder ``path``, or at that address, by ``workers``
    processes; up to ``waiting`` questions wait for one of them, and answers of ``remembered`` bytes
    together are kept.  ``synonyms`` is that of ``SearchWorkers``.  Between ``start`` and ``stop``.
    Raises ``SettingsError``."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        workers: int = 2,
        waiting: int = 128,
        remembered: int = 16_000_000,
        limits: QueryLimits = QUERY_LIMITS,
        synonyms: bool | Path = True,
    ) -> None:
        self._home = home_of(path)
        self._count = workers
        self._most = workers + waiting
        self._limits = limits
        self._synonyms = synonyms
        own = bytes_of(synonyms) if isinstance(synonyms, Path) else b"%d" % synonyms
        self.manner = blake2s(own, digest_size=6).hexdigest()
        """The same as long as the same words stand for the same."""
        self._asked = 0
        self.unsound = 0
        """How many questions were not answered, or not from the newest generation."""
        self._newest = self._home.newest()
        self._remembered: Remembered[Answer] = Remembered(remembered)
        self._workers: SearchWorkers | None = None
        self._threads: ThreadPoolExecutor | None = None

    async def start(self) -> None:
        """Start the processes.  An index need not be there yet."""
        self._threads = ThreadPoolExecutor(self._count, "searching")
        loop = asyncio.get_running_loop()
        self._workers = await loop.run_in_executor(self._threads, self._started)

    async def stop(self) -> None:
        """End the processes; who still waits gets an ``EngineError``."""
        workers, threads = self._workers, self._threads
        self._workers = self._threads = None
        if workers is not None:
            await asyncio.get_running_loop().run_in_executor(None, workers.close)
        if threads is not None:
            threads.shutdown(cancel_futures=True)

    @property
    def newest(self) -> str:
        """The name of the newest generation there is, empty where none can be read."""
        return self._newest.name()

    async def ask(self, deed: str, **asked: Any) -> Answer:
        """What a deed of ``guarded.deeds`` answers: ``answer.value``, or ``answer.text``, its JSON.

        Raises what that raises (``QueryError``, ``QueryStopped``, ``IndexProblem``, ...), and
        ``Busy``.
        """
        key = (self.newest, today(), deed, repr(sorted(asked.items())))
        known = self._remembered.get(key)
        if known is not None:
            return known
        try:
            answer = await self.ask_anew(deed, **asked)
        except BaseException:
            self.unsound += 1
            raise
        if answer.generation and answer.generation == key[0] == self.newest:
            self._remembered.put(key, answer, len(answer.text) + len(key[3]))
        else:
            self.unsound += 1
        return answer

    async def ask_anew(self, deed: str, **asked: Any) -> Answer:
        """The same, whatever was answered before."""
        if self._workers is None or self._threads is None:
            raise EngineError("the service is not running")
        if self._asked >= self._most:
            raise Busy
        self._asked += 1
        try:
            answered = partial(self._answered, self._workers, time.monotonic(), deed, asked)
            return await asyncio.get_running_loop().run_in_executor(self._threads, answered)
        finally:
            self._asked -= 1

    def _answered(
        self, workers: SearchWorkers, since: float, deed: str, asked: dict[str, Any]
    ) -> Answer:
        """In a thread: the answer to what is asked ``since`` a while ago."""
        if time.monotonic() - since > PATIENCE_SECONDS:
            raise Busy  # whoever asked may have gone
        return workers.ask(deed, asked)

    def _started(self) -> SearchWorkers:
        self._newest.name()  # which may take a cluster a while, and is known from then on
        return SearchWorkers(
            self._home.name,
            self._count,
            limits=self._limits,
            opener=_OPENER,
            synonyms=self._synonyms,
        )


def today() -> date:
    """The day that ``last week`` is meant from."""
    return datetime.now(LONDON).date()
