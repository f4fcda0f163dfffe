"""The parser's own process: takes candidates from standard input, answers on standard output.

Floor 2.  Started by the pool, never by people.  A candidate gets so many seconds and so much
memory; past the time the kernel ends the process, whatever the parser is doing.
Invariant: answers come in the order of the candidates, one each, as long as the process lives.
"""

from __future__ import annotations

import gc
import hashlib
import os
import resource
import signal
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from ..article import Article, Rejected
from ..errors import ArticleError
from ..settings import IngestLimits
from .answers import Sender
from .files import read_regular
from .formats import Format
from .frames import SPENT, Inbox, memory_reason, pack

Reader = Callable[..., Article | Rejected]
"""``read_article`` of ``reader``, or another function with its signature."""

Outcome = tuple[str, Article | Rejected | None]
"""The SHA-256 of a candidate's bytes and what became of it; nothing where they are known."""

_AT_ONCE = 16
"""Articles that are answered together."""

_AT_ONCE_SECONDS = 0.1
"""After which what is done is sent, however little it is."""

_LARGE = 100_000
"""Characters of an article that is answered alone."""

_COLLECT_AFTER = 50_000
"""Objects made and not let go of, after which garbage is looked for."""

_PACKAGE = Path(__file__).resolve().parent.parent


def main() -> None:
    """Runs until standard input ends.  The first frame holds the limits, the reader's name, whether
    articles are to be sent plain, and the descriptor that is told of each beginning."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    _silence(1)
    tasks = Inbox(os.dup(0))
    first = tasks.wait()
    if first is None:
        return
    head = first[0]
    limits = IngestLimits(**head["limits"])
    module, _, function = head["reader"].partition(":")
    read: Reader = getattr(import_module(module), function)
    _silence(2)
    _limit_memory(limits.memory_bytes)
    # What is imported stays, and an article is no cycle: looking for garbage finds next to none.
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)
    worker = _Worker(answers, head["begun"], read, limits, plain=head["plain"])
    try:
        _write(answers, pack({"ready": os.getpid()}))
        worker.serve(tasks)
    except BrokenPipeError:
        os._exit(0)


def _silence(number: int) -> None:
    """Lets nothing that prints reach the terminal or the answers."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)


def _limit_memory(allowed: int) -> None:
    """Allows ``allowed`` bytes of address space beyond what the process has now, where the
    system can tell how much that is; never a core file."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = pages * resource.getpagesize() + allowed
    if hard == resource.RLIM_INFINITY or most < hard:
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))


class _Worker:
    """Parses one candidate after the other, and answers a dozen at a time."""

    def __init__(
        self, answers: BinaryIO, begun: int, read: Reader, limits: IngestLimits, *, plain: bool
    ) -> None:
        self._answers = answers
        self._begun = begun
        self._read = read
        self._limits = limits
        self._plain = plain
        self._sender = Sender(plain=plain)
        self._batch: list[Outcome] = []

    def serve(self, tasks: Inbox) -> None:
        """Answers every task; what is done is sent before waiting for more."""
        while True:
            task = tasks.here()
            if task is None:
                self._send()
                task = tasks.wait()
            if task is None:
                return
            if not self._batch:
                oldest = time.monotonic()
            self._take(task)
            if len(self._batch) >= _AT_ONCE or time.monotonic() - oldest > _AT_ONCE_SECONDS:
                self._send()

    def _take(self, task: tuple[dict[str, Any], bytes]) -> None:
        """Parses one candidate.  The pool is told first, so that it knows who is to blame."""
        os.write(self._begun, b".")
        outcome: Outcome | None = None
        with self._timed(), suppress(MemoryError):
            outcome = _outcome(*task, self._read, self._limits)
        if outcome is None:  # only here is the memory free again
            self._give_up()
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
                    frame = self._packed([(sha256, Rejected("", None, _bug(error)))])
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


def _write(answers: BinaryIO, frame: bytes) -> None:
    view = memoryview(frame)
    while view:
        view = view[answers.write(view) :]


def _outcome(head: dict[str, Any], body: bytes, read: Reader, limits: IngestLimits) -> Outcome:
    """What became of one candidate."""
    key = head["key"]
    sha256 = ""
    try:
        data = read_regular(body, key, limits.article_bytes) if head["file"] else body
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 == head["known"]:
            return sha256, None
        outcome = _parsed(data, head, read, limits)
    except ArticleError as error:
        return sha256, Rejected(key, error.line, error.reason)
    if isinstance(outcome, Article) and (outcome.sha256, outcome.path) != (sha256, key):
        outcome = replace(outcome, sha256=sha256, path=key)
    return sha256, outcome


def _parsed(
    data: bytes, head: dict[str, Any], read: Reader, limits: IngestLimits
) -> Article | Rejected:
    form = Format(head["format"]) if head["format"] else None
    try:
        return read(data, path=head["key"], format=form, limits=limits)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - one article may not cost the rest
        return Rejected(head["key"], None, _bug(error))


def _bug(error: Exception) -> str:
    """An exception that the reader should not have let through, in one line."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != __file__]
    ours = [f for f in frames if Path(f.filename).is_relative_to(_PACKAGE)] or frames
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "?"
    words = " ".join(str(error).split())[:200]
    return f"searchkit bug: {type(error).__name__}: {words} (at {place})"
