"""``SearchWorkers``: processes that search one index, each killed when a query takes too much.

Floor 7.  A thread takes an idle worker, asks, and waits for the answer no longer than a query
may take; a worker that is late or gone is replaced while the others go on.  Workers are started
as new interpreters, never forked, and follow the newest generation by themselves.  Invariant: a
worker is either idle, or asked by exactly one thread.
"""

from __future__ import annotations

import contextlib
import os
import queue
import select
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ..errors import (
    ClusterTimeout,
    EngineError,
    NoWorkerFree,
    QueryTimeout,
    QueryTooLarge,
    SearchkitError,
)
from ..homes import home_of
from ..interpreters import start
from ..settings import QUERY_LIMITS, QueryLimits
from ..tables import chosen
from .wire import Answer, Json, Waits, answer_in, packed

_OPENER = "searchkit.guarded.worker:open_index"
_START_SECONDS = 30.0
_FAREWELL_SECONDS = 2.0
_READ_BYTES = 262_144
_LONGEST_ANSWER = 64 * 1024 * 1024
_MOSTLY = 0.5
"""Where a worker that is late has waited for so much of its time, the query is not to blame."""


class SearchWorkers:
    """A pool of ``count`` processes that answer from the index in the folder, or at the
    address, ``path``.

        with SearchWorkers("index") as workers:
            workers.search("county lines", limit=20)["total"]

    Safe to share between threads.  ``limits.seconds`` and ``limits.memory_bytes`` bound each
    question.  ``opener`` is ``module:function`` of what opens the index in a worker; ``synonyms``
    whether words stand for others where a question does not say, or the user's own table of them.

    Raises ``IndexNotFound``, ``IndexCorrupt``, ``IndexIncompatible``, ``ClusterProblem`` or
    ``SettingsError``.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        count: int = 2,
        *,
        limits: QueryLimits = QUERY_LIMITS,
        seconds: float | None = None,
        opener: str = _OPENER,
        synonyms: bool | Path = True,
    ) -> None:
        if count < 1:
            raise ValueError("at least one worker is needed")
        self._limits = limits if seconds is None else replace(limits, seconds=seconds)
        self._first = {
            "path": home_of(path).lasting,
            "limits": asdict(self._limits),
            "opener": opener,
            "tables": asdict(chosen()),
            "synonyms": synonyms if isinstance(synonyms, bool) else str(synonyms.absolute()),
        }
        self._count = count
        self._guard = threading.Lock()
        self._mending = threading.Lock()
        self._closed = False
        self._all: set[_Worker] = set()
        self._idle: queue.LifoQueue[_Worker] = queue.LifoQueue()
        try:
            for worker in [self._started() for _ in range(count)]:
                worker.wait_until_ready()
                self._idle.put(worker)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> SearchWorkers:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def search(self, text: str = "", **options: Any) -> Json:
        """The envelope (``render.envelope``) of what ``Index.search`` finds.

        Raises what that raises, ``QueryTimeout`` and ``QueryTooLarge``.
        """
        answer: Json = self.ask("search", {**options, "text": text}, places=True).value
        return answer

    def find(self, wanted: str) -> Json:
        """The article that ``wanted`` names, whole.  Raises ``ArticleNotFound``, ``QueryError``."""
        answer: Json = self.ask("find", {"wanted": wanted}, places=True).value
        return answer

    def get(self, article_id: str) -> Json | None:
        """The article of this id, whole, or ``None``."""
        answer: Json | None = self.ask("get", {"article_id": article_id}, places=True).value
        return answer

    @property
    def generation(self) -> str:
        """The name of the generation that is answered from."""
        return str(self.ask("generation", {}).value)

    def close(self) -> None:
        """End every worker; whoever still waits for an answer gets an ``EngineError``."""
        with self._guard:
            self._closed = True
            leaving, self._all = self._all, set()
        for worker in leaving:
            worker.end()
        for worker in leaving:
            worker.reap()

    def ask(self, deed: str, asked: Mapping[str, object], *, places: bool = False) -> Answer:
        """What one of ``deeds`` answers; of files with absolute paths the name alone, unless
        ``places`` are to be told.

        Raises what that raises, ``QueryTimeout`` and ``QueryTooLarge``, ``ClusterTimeout`` where a
        cluster is slow, and ``EngineError`` where the worker ended.
        """
        try:
            line = packed({"do": deed, "with": dict(asked), "places": places})
        except TypeError as error:
            raise EngineError(f"an option cannot be sent to a worker: {error}") from error
        worker = self._taken()
        try:
            told = worker.ask(line, self._limits)
        except BaseException:
            self._replace(worker)
            raise
        try:
            answer = _answer(told)
        except QueryTooLarge:
            self._replace(worker)  # what it has grown by may never be given back
            raise
        except BaseException:
            self._idle.put(worker)
            raise
        self._idle.put(worker)
        return answer

    def _taken(self) -> _Worker:
        """An idle worker that is ready; waiting for one takes no longer than a query may."""
        seconds = self._limits.seconds
        if self._closed:
            raise EngineError("the workers have been ended")
        self._mend()
        try:
            worker = self._idle.get(timeout=seconds)
        except queue.Empty:
            raise NoWorkerFree(seconds) from None
        try:
            worker.wait_until_ready()
        except BaseException:
            self._replace(worker)
            raise
        return worker

    def _mend(self) -> None:
        """Start a worker in place of one that could not be replaced.  Raises ``EngineError``."""
        if len(self._all) < self._count:
            with self._mending:
                if len(self._all) < self._count:
                    self._idle.put(self._started())

    def _started(self) -> _Worker:
        worker = _Worker(self._first)
        with self._guard:
            closed = self._closed
            if not closed:
                self._all.add(worker)
        if closed:
            worker.kill()
            raise EngineError("the workers have been ended")
        return worker

    def _replace(self, worker: _Worker) -> None:
        """Kill ``worker`` and start another, which gets ready while nobody waits for it."""
        with self._guard:
            self._all.discard(worker)
        worker.kill()
        with contextlib.suppress(EngineError):  # then the next question starts one
            self._mend()


class _Worker:
    """One process and the pipes to it."""

    def __init__(self, first: Json) -> None:
        try:
            self._running = start("searchkit.guarded.worker", "main", stderr=subprocess.DEVNULL)
        except OSError as error:
            raise EngineError(f"no worker could be started: {error.strerror or error}") from error
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        self._stdin, self._stdout = self._running.stdin, self._running.stdout
        for pipe in (self._stdin, self._stdout):
            os.set_blocking(pipe.fileno(), False)
        self._talking = threading.Lock()
        self._waits = Waits()
        self._ready = False
        self._place: str = first["path"]
        self._starting = packed(first)

    def wait_until_ready(self) -> None:
        """Raises what opening the index raises, and ``EngineError`` where the process fails."""
        if self._ready:
            return
        reply = self._exchanged(self._starting, _START_SECONDS)
        if reply is None:
            raise EngineError(f"a worker did not start within {_START_SECONDS:g} s")
        _answer(reply)
        self._ready = True

    def ask(self, line: bytes, limits: QueryLimits) -> bytes:
        """The line of reply to one question.  Raises ``QueryTimeout``, ``ClusterTimeout`` where the
        time went by in waiting for a cluster, and ``EngineError`` where the process ended; it is
        then of no more use."""
        reply = self._exchanged(line, limits.seconds)
        if reply is None:
            raise self._late(limits.seconds)
        return reply

    def _late(self, seconds: float) -> SearchkitError:
        """The error of a question that was not answered within ``seconds``."""
        if self._waits.seconds < seconds * _MOSTLY:
            return QueryTimeout(seconds)
        reason = f"it answers slowly: a query was stopped after {seconds:g} s, the limit"
        return ClusterTimeout(self._place, reason, "run it again in a moment")

    def _exchanged(self, line: bytes, seconds: float) -> bytes | None:
        """The next line of the process, ``None`` where it is late.  Raises ``EngineError``."""
        with self._talking:
            self._waits = Waits()
            return self._said(line, time.monotonic() + seconds)

    def _said(self, line: bytes, deadline: float) -> bytes | None:
        poll = select.poll()
        unsent, answer = memoryview(line), bytearray()
        poll.register(self._stdout, select.POLLIN)
        poll.register(self._stdin, select.POLLOUT)
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            ready = {number for number, _ in poll.poll(left * 1000)}
            try:
                if unsent and self._stdin.fileno() in ready:
                    unsent = unsent[os.write(self._stdin.fileno(), unsent) :]
                    if not unsent:
                        poll.unregister(self._stdin)
                if self._stdout.fileno() in ready:
                    self._receive(answer)
            except (OSError, ValueError) as error:
                raise EngineError("a worker ended before it answered") from error
            if answer.endswith(b"\n"):
                return bytes(answer)

    def _receive(self, answer: bytearray) -> None:
        chunk = os.read(self._stdout.fileno(), _READ_BYTES)
        if not chunk:
            code = self._running.wait()
            ending = f"signal {-code}" if code < 0 else f"exit code {code}"
            raise EngineError(f"a worker ended with {ending} before it answered")
        answer += chunk
        self._waits.take(answer)
        if len(answer) > _LONGEST_ANSWER:
            raise EngineError(f"an answer is longer than {_LONGEST_ANSWER:,} bytes")

    def kill(self) -> None:
        """End the process at once."""
        self._running.kill()
        self._running.wait()
        self._close()

    def end(self) -> None:
        """End the process: an idle one ends with its input, one that is asked is killed."""
        if not self._talking.acquire(blocking=False):
            self._running.kill()
            return
        try:
            with contextlib.suppress(OSError):
                self._stdin.close()
        finally:
            self._talking.release()

    def reap(self) -> None:
        """Wait for a process that was asked to end, and kill it where it does not."""
        try:
            self._running.wait(_FAREWELL_SECONDS)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait()
        self._close()

    def _close(self) -> None:
        with self._talking:  # a descriptor that somebody waits for may not become another's
            for pipe in (self._stdin, self._stdout):
                with contextlib.suppress(OSError):
                    pipe.close()


def _answer(line: bytes) -> Answer:
    try:
        return answer_in(line)
    except ValueError as error:
        raise EngineError(f"a worker answered with no JSON: {error}") from error
