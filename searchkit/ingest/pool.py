"""Parses articles in processes of their own, so that none can hurt the run.

Floor 2.  Workers are plain interpreters joined by pipes: no fork of this process, no pickles,
no locks.  One that hangs, crashes or grows too large costs the article it was at; the rest of
its load goes to a fresh one.
Invariant: ``parse`` answers every candidate exactly once, in the order in which they came.
"""

from __future__ import annotations

import selectors
import signal
import time
from collections import deque
from collections.abc import Iterable, Iterator

from ..errors import SearchkitError
from ..settings import INGEST_LIMITS, IngestLimits
from .candidates import Candidate
from .child import Child, Duty, Parsed, Task
from .frames import SPENT, time_reason
from .repeats import NO_REPEATS, Repeats

__all__ = ["Parsed", "ParserPool"]

READER = "searchkit.ingest.reader:reading"
"""What parses, unless another reader is named."""

_LOAD = 160
"""Articles that one worker is given ahead."""

_UNSENT = 1_000_000
"""Bytes waiting for one worker's pipe, above which it is given no more."""

_START_ANOTHER = 8
"""Articles that every worker must be waiting with before one more is started."""

_NEIGHBOURS = 16
"""Articles in a row that one worker is given."""

_HELD_BYTES = 32_000_000
"""Bytes of articles parsed but not yet asked for, above which no more are begun."""

_AT_ONCE = 32
"""Articles handed out before the pipes are looked at again."""

_LULL_SECONDS = 0.03
"""Pause before looking, while every worker has plenty to do: answers are then taken in by the
hundred.  Waking up for each would cost as much again as taking it in, and the workers, whose
caches are lost at it, as well."""

_PLENTY = _LOAD // 2
"""Articles with which a worker is busy for longer than such a pause."""

_CRASHES = 2
"""Workers that may die of one article: the first may have died of something else."""

_FAILED_STARTS = 3
_GRACE_SECONDS = 30.0
"""Seconds beyond those of two articles after which a silent worker is given up: it should have
been ended by its own alarm.  Before the first of several is answered, another may have had its
time."""


class ParserPool:
    """Up to ``jobs`` workers, started as they are needed; a context manager.

    One ``parse`` at a time, from one thread.  ``reader`` is the ``module:function`` that
    workers call with the arguments of ``reader.reading``.  A ``plain`` pool gives the
    articles themselves, for those who do not index them.
    """

    def __init__(
        self,
        jobs: int,
        limits: IngestLimits = INGEST_LIMITS,
        *,
        reader: str = READER,
        plain: bool = False,
    ) -> None:
        if jobs < 1:
            raise ValueError(f"at least one job is needed, not {jobs}")
        self._jobs = jobs
        self._limits = limits
        self._duty = Duty(reader, plain)
        self._children: list[Child] = []
        self._returned: deque[Task] = deque()
        self._failed_starts = 0
        self._selector = selectors.DefaultSelector()
        self._closed = False

    def __enter__(self) -> ParserPool:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends every worker at once: none holds anything that could be lost."""
        for child in self._children[:]:
            self._end(child, kill=True)
        self._returned.clear()
        self._selector.close()
        self._closed = True

    def turn(
        self, *, reader: str = READER, plain: bool = False, repeats: Repeats = NO_REPEATS
    ) -> None:
        """From now on call ``reader``, and give articles ``plain`` or not, with the lines of
        ``repeats`` marked as boilerplate in them.  Not to be done during a ``parse``."""
        self._duty = Duty(reader, plain, repeats.to_dict())
        for child in self._children:
            child.turn(self._duty)

    def parse(self, candidates: Iterable[tuple[Candidate, str]]) -> Iterator[Parsed]:
        """What became of each candidate, given with the SHA-256 its bytes are known to have
        (or an empty string), in the same order.

        Candidates are drawn a little ahead of what is asked for.  Raises ``SearchkitError``
        if no worker can be started.
        """
        if self._closed:
            raise ValueError("this parser pool is closed")
        source = iter(candidates)
        waiting: deque[Task] = deque()
        more = True
        try:
            while True:
                more = more and self._draw(source, waiting)
                self._hand_back()
                if not waiting:
                    return
                self._exchange(wait=waiting[0].parsed is None)
                for _ in range(_AT_ONCE):
                    if not waiting or waiting[0].parsed is None:
                        break
                    yield _taken(waiting)
        finally:
            if waiting:
                self._abandon()

    def _draw(self, source: Iterator[tuple[Candidate, str]], waiting: deque[Task]) -> bool:
        """Sends as many candidates as there is room for; false once there are no more."""
        held = sum(task.weight for task in waiting)
        given = 0
        child: Child | None = None
        while held < _HELD_BYTES and len(waiting) < 2 * _LOAD * self._jobs:
            # Neighbours go to one worker: what it answers together then comes in order.
            if given % _NEIGHBOURS == 0 or child is None or child.unsent >= _UNSENT:
                child = None if self._returned else self._roomiest()
            if child is None:
                break
            given += 1
            pair = next(source, None)
            if pair is None:
                self._flush()
                return False
            task = Task(*pair)
            task.weight = len(task.candidate.data or b"")
            held += task.weight
            waiting.append(task)
            child.send(task)
        self._flush()
        return True

    def _hand_back(self) -> None:
        """Sends again what a dead worker left over."""
        while self._returned and (child := self._roomiest()) is not None:
            child.send(self._returned.popleft())
        self._flush()

    def _roomiest(self) -> Child | None:
        """The worker with the least to do, perhaps a new one; ``None`` if all have enough."""
        best = min(self._children, key=lambda child: len(child.load), default=None)
        crowded = best is None or len(best.load) >= _START_ANOTHER or best.unsent >= _UNSENT
        if crowded and len(self._children) < self._jobs:
            best = Child(self._limits, self._duty)
            self._children.append(best)
            self._selector.register(best.stdout, selectors.EVENT_READ, best)
        if best is None or len(best.load) >= _LOAD or best.unsent >= _UNSENT:
            return None
        return best

    def _flush(self) -> None:
        for child in self._children:
            child.flush()
            watched = child.stdin in self._selector.get_map()
            if child.unsent and not watched:
                self._selector.register(child.stdin, selectors.EVENT_WRITE, child)
            elif watched and not child.unsent:
                self._selector.unregister(child.stdin)

    def _exchange(self, *, wait: bool) -> None:
        """Reads what workers have to say; with ``wait`` not before one of them says something
        or is overdue."""
        patience = 2 * self._limits.seconds + _GRACE_SECONDS
        busy = [child.heard for child in self._children if child.load]
        if wait and all(len(child.load) >= _PLENTY for child in self._children):
            time.sleep(_LULL_SECONDS)
        left = max(0.0, min(busy) + patience - time.monotonic()) if wait and busy else 0.0
        events = self._selector.select(left)
        for key, mask in events:
            child: Child = key.data
            if mask & selectors.EVENT_READ:
                alive = child.read()
                self._failed_starts = 0 if child.ready else self._failed_starts
                if not alive:
                    self._bury(child)
        self._flush()
        if wait and not events:
            for child in self._children[:]:
                if child.load and time.monotonic() - child.heard >= patience:
                    child.overdue = True
                    self._bury(child)

    def _bury(self, child: Child) -> None:
        """Settles what a dead (or given up) worker leaves behind."""
        words = "" if child.ready or child.overdue else child.last_words()
        status = self._end(child, kill=child.overdue)
        if not child.ready:
            self._failed_starts += 1
            if self._failed_starts >= _FAILED_STARTS:
                raise SearchkitError(f"the parser could not be started: {words or status}")
        else:
            self._blame(child, status)
        self._returned.extendleft(reversed([t for t in child.load if t.parsed is None]))

    def _blame(self, child: Child, status: int) -> None:
        """Rejects the article a worker died of, if it did die of one."""
        task = child.suspect()
        if task is None or status == SPENT:
            return
        task.crashes += 1
        if child.overdue or status == -signal.SIGALRM:
            task.reject(time_reason(self._limits))
        elif task.crashes >= _CRASHES:
            cause = f"signal {-status}" if status < 0 else f"exit status {status}"
            task.reject(f"the parser crashed ({cause})")

    def _end(self, child: Child, *, kill: bool) -> int:
        self._children.remove(child)
        for pipe in (child.stdin, child.stdout):
            if pipe in self._selector.get_map():
                self._selector.unregister(pipe)
        return child.end(kill=kill)

    def _abandon(self) -> None:
        """Forgets a run that was not read to its end."""
        for child in self._children[:]:
            if child.load:
                self._end(child, kill=True)
        self._returned.clear()


def _taken(waiting: deque[Task]) -> Parsed:
    parsed = waiting.popleft().parsed
    assert parsed is not None
    return parsed
