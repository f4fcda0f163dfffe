"""The parser's own process: takes candidates from standard input, answers on standard output.

Floor 2.  Started by the pool, never by people.  A candidate gets so many seconds and so much
memory; past the time the kernel ends the process, whatever the parser is doing.
Invariant: answers come in the order of the candidates, one each, as long as the process lives.
"""

from __future__ import annotations

import gc
import mmap
import os
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any, BinaryIO, NoReturn

from ..article import Article, Rejected
from ..confinement import leave_signals, limit_memory, silence
from ..settings import IngestLimits
from ..tables import Own, choose
from .answers import Sender
from .frames import NUMBERS, SPENT, TOGETHER, Inbox, memory_reason, pack
from .repeats import Repeats, marking
from .work import Outcome, Reader, Task, Work, bug, tasks_in

_AT_ONCE_SECONDS = 0.1
"""After which articles are finished one after the other, and what is done is sent."""

_AT_ONCE_SHARE = 0.1
"""No more of the seconds that an article may take are spent on all of them side by side."""

_LARGE = 100_000
"""Characters, or bytes, of an article that is parsed and answered alone."""

_COLLECT_AFTER = 50_000
"""Objects made and not let go of, after which garbage is looked for."""


def main() -> None:
    """Runs until standard input ends.  The first frame holds the limits and the descriptor of the
    byte that says which article is begun; the second is the first duty."""
    leave_signals()
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    silence(1)
    inbox = Inbox(os.dup(0))
    first, second = inbox.wait(), inbox.wait()
    if first is None or second is None:
        return
    head = first[0]
    limits = IngestLimits(**head["limits"])
    choose(Own(**head["tables"]))
    begun = mmap.mmap(head["begun"], 1)
    worker = _Worker(answers, begun, limits, second[0])
    silence(2)
    limit_memory(limits.memory_bytes)
    # What is imported stays, and an article is no cycle: looking for garbage finds next to none.
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)
    try:
        _write(answers, pack({"ready": os.getpid()}))
        worker.serve(inbox)
    except BrokenPipeError:
        os._exit(0)


class _Worker:
    """Parses a dozen candidates side by side, and answers them together."""

    def __init__(
        self,
        answers: BinaryIO,
        begun: mmap.mmap,
        limits: IngestLimits,
        duty: Mapping[str, Any],
    ) -> None:
        self._answers = answers
        self._begun = begun
        self._limits = limits
        self._turn(duty)
        self._count = 0
        self._at: Work | None = None
        self._batch: list[Outcome] = []

    def _turn(self, duty: Mapping[str, Any]) -> None:
        """Takes up another duty, as the pool's ``Duty`` has it."""
        module, _, function = duty["reader"].partition(":")
        read: Reader = getattr(import_module(module), function)
        self._read = marking(read, Repeats.from_dict(duty["repeats"]))
        self._plain = duty["plain"]
        self._sender = Sender(plain=self._plain)

    def serve(self, inbox: Inbox) -> None:
        """Answers every task; what is done is sent before waiting for more.  A duty comes only
        where all is answered."""
        while (frame := inbox.wait()) is not None:
            if "reader" in frame[0]:
                self._turn(frame[0])
                continue
            tasks = tasks_in(*frame)
            while len(tasks) < TOGETHER and (frame := inbox.here()) is not None:
                tasks += tasks_in(*frame)
            for start in range(0, len(tasks), TOGETHER):
                self._answer(tasks[start : start + TOGETHER])

    def _answer(self, tasks: Sequence[Task]) -> None:
        """Parses candidates and sends what became of them."""
        first, self._count = self._count, self._count + len(tasks)
        works = [Work(first + n, task, self._read, self._limits) for n, task in enumerate(tasks)]
        begun = time.monotonic()
        if not self._side_by_side(works, begun):
            _restart(works)
        for place, work in enumerate(works):
            if not self._finished(work):
                # Perhaps it is only too much beside what the others hold.
                _restart(works[place:])
                if not self._finished(work):
                    self._give_up()
            assert work.outcome is not None, "it is finished"
            self._done(work.outcome)
            if time.monotonic() - begun > _AT_ONCE_SECONDS:
                self._send()
        self._send()

    def _side_by_side(self, works: Sequence[Work], begun: float) -> bool:
        """Takes ``works`` step by step, all but large ones, as long as there is time; false where
        memory does not suffice for it."""
        until = begun + min(_AT_ONCE_SECONDS, _AT_ONCE_SHARE * self._limits.seconds)
        waiting: Sequence[Work] = works
        enough = False
        with suppress(MemoryError):
            while waiting and time.monotonic() < until:
                self._round(waiting, until)
                waiting = [w for w in waiting if w.outcome is None and w.size <= _LARGE]
            enough = True
        self._turn_to(None)  # only here is the memory free again
        return enough

    def _round(self, works: Sequence[Work], until: float) -> None:
        """One step of each of ``works``, as long as there is time.  They share one alarm, since
        setting it takes as long as a short step; the time counts for the one that is late."""
        signal.setitimer(signal.ITIMER_REAL, self._limits.seconds)
        for work in works:
            if time.monotonic() < until:
                self._at = work
                self._step(work)

    def _finished(self, work: Work) -> bool:
        """Takes ``work`` to its end; false where memory does not suffice for it."""
        with suppress(MemoryError):
            while work.outcome is None:
                self._turn_to(work)
                self._step(work)
        self._turn_to(None)  # only here is the memory free again
        return work.outcome is not None

    def _step(self, work: Work) -> None:
        """One step.  The pool is told first, so that it knows who is to blame."""
        self._begun[0] = work.number % NUMBERS
        work.step()

    def _turn_to(self, work: Work | None) -> None:
        """From now on time counts for ``work``; past its own the kernel ends the process."""
        before, self._at = self._at, work
        if before is work:
            return
        left, _ = signal.setitimer(signal.ITIMER_REAL, work.left if work else 0)
        if before is not None:
            before.left = left

    def _done(self, outcome: Outcome) -> None:
        """Adds ``outcome`` to what is to be sent."""
        if isinstance(outcome[1], Article) and len(outcome[1].body) > _LARGE:
            self._send()
            self._batch.append(outcome)
            self._send()
        else:
            self._batch.append(outcome)

    def _send(self) -> None:
        """Sends what is done."""
        batch, self._batch = self._batch, []
        if not batch:
            return
        frame = b""
        with self._timed(), suppress(Exception):  # which of them it was is found out one by one
            frame = self._packed(batch)
        if frame:
            _write(self._answers, frame)
        else:
            self._send_singly(batch)

    def _packed(self, batch: Sequence[Outcome]) -> bytes:
        head, body = self._sender.packed(batch)
        return pack(head, *body)

    def _send_singly(self, batch: Sequence[Outcome]) -> None:
        """Sends what could not be packed together, with a new vocabulary."""
        self._sender = Sender(plain=self._plain)
        for sha256, outcome in batch:
            frame = b""
            with self._timed(), suppress(MemoryError):
                try:
                    frame = self._packed([(sha256, outcome)])
                except (ValueError, TypeError, LookupError, ArithmeticError) as error:
                    frame = self._packed([(sha256, Rejected("", None, bug(error)))])
            if not frame:
                self._give_up()
            _write(self._answers, frame)

    def _give_up(self) -> NoReturn:
        """Sends what is done, says that memory did not suffice for the next, and ends."""
        self._send()
        _write(self._answers, self._packed([("", Rejected("", None, memory_reason(self._limits)))]))
        os._exit(SPENT)

    @contextmanager
    def _timed(self) -> Iterator[None]:
        """What takes longer than an article may ends the process."""
        signal.setitimer(signal.ITIMER_REAL, self._limits.seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


def _restart(works: Sequence[Work]) -> None:
    for work in works:
        work.restart()


def _write(answers: BinaryIO, frame: bytes) -> None:
    view = memoryview(frame)
    while view:
        view = view[answers.write(view) :]
