"""The pool's end of one worker: a child interpreter and the two pipes to it.

Floor 2.  Neither end of a pipe ever waits for the other: writing takes what the pipe takes,
reading what is there.  One byte of memory is shared: the number of the candidate that the worker
is at.  Invariant: ``load`` holds the tasks sent and not yet answered, in order.
"""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from typing import Any

from ..article import Article, Rejected
from ..errors import SearchkitError
from ..interpreters import start
from ..prepared import Prepared
from ..settings import IngestLimits
from ..tables import chosen
from .answers import Answer, Opener
from .candidates import Candidate
from .frames import NUMBERS, TOGETHER, pack, unpack
from .repeats import NO_REPEATS

_PIPE_BYTES = 1_048_576
_READ_BYTES = 262_144
_HELD_BYTES = 262_144
_FAREWELL_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Parsed:
    """What became of a candidate.

    ``sha256``   of its bytes, 64 hexadecimal digits; empty if they could not be read
    ``outcome``  the article (prepared, unless the pool is ``plain``), why there is none, or
                 ``None`` where the bytes are the known ones
    """

    candidate: Candidate
    sha256: str
    outcome: Prepared | Article | Rejected | None


@dataclass(slots=True, eq=False)
class Task:
    """A candidate on its way through the pool; ``crashes`` counts workers that died of it."""

    candidate: Candidate
    known: str
    parsed: Parsed | None = None
    crashes: int = 0
    weight: int = 0

    def packed(self) -> tuple[list[Any], bytes]:
        """The candidate as it is sent to a worker: what ``work.tasks_in`` takes, and its body."""
        one = self.candidate
        if one.path is None:
            body = one.data or b""
        else:
            # Absolute, for a worker stays where it was started.
            body = os.fsencode(one.path if os.path.isabs(one.path) else os.path.abspath(one.path))
        form = one.format.value if one.format else ""
        return [one.key, self.known, form, one.path is not None, len(body)], body

    def answer(self, answer: Answer, weight: int) -> None:
        """Takes a worker's answer, of about ``weight`` bytes."""
        outcome = answer.outcome
        if isinstance(outcome, Rejected) and self.candidate.line is not None:
            # The key of a line holds its number already.
            outcome = replace(outcome, line=None)
        self.parsed = Parsed(self.candidate, answer.sha256, outcome)
        self.weight = weight

    def reject(self, reason: str) -> None:
        """Ends the task without an article."""
        self.parsed = Parsed(self.candidate, "", Rejected(self.candidate.key, None, reason))


@dataclass(frozen=True, slots=True)
class Duty:
    """What workers do: which ``reader`` they call, whether they answer with ``plain`` articles,
    and the ``repeats`` to mark, as ``Repeats.to_dict`` has them."""

    reader: str
    plain: bool
    repeats: Mapping[str, Any] = field(default_factory=NO_REPEATS.to_dict)


class Child:
    """One worker.  Raises ``SearchkitError`` if it cannot be started."""

    def __init__(self, limits: IngestLimits, duty: Duty) -> None:
        self.load: deque[Task] = deque()
        self.ready = False
        self.overdue = False
        self.heard = time.monotonic()
        self._in = bytearray()
        self._opener = Opener()
        self._answered = 0
        begun = _one_byte()
        try:
            self._at = mmap.mmap(begun, 1)
            self._running = _start(begun)
        finally:
            os.close(begun)
        self.stdin, self.stdout = _pipes(self._running)
        tables = asdict(chosen())
        self._out = bytearray(pack({"limits": asdict(limits), "begun": begun, "tables": tables}))
        self._heads: list[list[Any]] = []
        self._bodies: list[bytes] = []
        self._held = 0
        self.turn(duty)
        self.flush()

    @property
    def unsent(self) -> int:
        """Bytes that the pipe did not take yet."""
        return len(self._out) + self._held

    def turn(self, duty: Duty) -> None:
        """Gives the worker, which has nothing to do, another duty."""
        self._out += pack(asdict(duty))

    def send(self, task: Task) -> None:
        """Adds ``task`` to the load; ``flush`` puts it on its way."""
        if not self.load:
            self.heard = time.monotonic()
        self.load.append(task)
        head, body = task.packed()
        self._heads.append(head)
        self._bodies.append(body)
        self._held += len(body)
        if len(self._heads) >= TOGETHER or self._held >= _HELD_BYTES:
            self._put_together()

    def _put_together(self) -> None:
        """One frame of all that was added since the last."""
        self._out += pack({"tasks": self._heads}, *self._bodies)
        self._heads, self._bodies, self._held = [], [], 0

    def flush(self) -> None:
        """Writes as much as the pipe takes.  A dead worker is noticed when reading."""
        if self._heads:
            self._put_together()
        with contextlib.suppress(BlockingIOError, BrokenPipeError):
            while self._out:
                del self._out[: os.write(self.stdin, self._out)]

    def read(self) -> bool:
        """Takes the answers that are there; false once the worker is gone."""
        alive = True
        try:
            while chunk := os.read(self.stdout, _READ_BYTES):
                self._in += chunk
            alive = False
        except BlockingIOError:
            pass
        self.heard = time.monotonic()
        while (frame := unpack(self._in)) is not None:
            self._take(*frame)
        return alive

    def _take(self, head: dict[str, Any], body: bytes) -> None:
        if "ready" in head:
            self.ready = True
            return
        count = len(head["answers"])
        keys = [task.candidate.key for task in islice(self.load, count)]
        for answer in self._opener.opened(head, body, keys):
            self.load.popleft().answer(answer, len(body) // count)
        self._answered += count

    def suspect(self) -> Task | None:
        """The task that a worker which is gone was at; the next one where it had answered that."""
        at = (self._at[0] - self._answered) % NUMBERS
        if at >= len(self.load):
            at = 0
        return self.load[at] if self.load else None

    def end(self, *, kill: bool) -> int:
        """Ends the worker and waits for it; its exit status, negative for a signal."""
        if kill:
            self._running.kill()
        for pipe in (self._running.stdin, self._running.stdout, self._running.stderr):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        try:
            return self._running.wait(_FAREWELL_SECONDS)
        except subprocess.TimeoutExpired:
            self._running.kill()
            return self._running.wait()

    def last_words(self) -> str:
        """The last line a worker wrote that never got ready."""
        assert self._running.stderr is not None
        words = self._running.stderr.read().decode(errors="replace").strip()
        return words.rpartition("\n")[2] or "it ended without a word"


def _one_byte() -> int:
    """A file of one byte, 0, that this process and a child can both map."""
    if hasattr(os, "memfd_create"):
        number = os.memfd_create("searchkit")
    else:
        with tempfile.TemporaryFile() as file:
            number = os.dup(file.fileno())
    os.truncate(number, 1)
    return number


def _start(shared: int) -> subprocess.Popen[bytes]:
    """A child, away from the terminal's signals."""
    try:
        return start("searchkit.ingest.worker", "main", shared=(shared,))
    except OSError as error:
        reason = error.strerror or str(error)
        raise SearchkitError(f"the parser could not be started: {reason}") from error


def _pipes(running: subprocess.Popen[bytes]) -> tuple[int, int]:
    """The descriptors of both pipes, made large where the system allows it."""
    assert running.stdin is not None
    assert running.stdout is not None
    stdin, stdout = running.stdin.fileno(), running.stdout.fileno()
    for pipe in (stdin, stdout):
        os.set_blocking(pipe, False)
        if hasattr(fcntl, "F_SETPIPE_SZ"):
            with contextlib.suppress(OSError):
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return stdin, stdout
