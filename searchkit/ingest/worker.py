"""The parser's own process: takes candidates from standard input, answers on standard output.

Floor 2.  Started by the pool, never by people.  A candidate gets so many seconds and so much
memory; past the time the kernel ends the process, whatever the parser is doing.
Invariant: answers come in the order of the candidates, one each, as long as the process lives.
"""

from __future__ import annotations

import hashlib
import os
import resource
import signal
import traceback
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from ..article import Article, Rejected
from ..errors import ArticleError
from ..settings import IngestLimits
from .answers import Sender
from .files import read_regular
from .formats import Format
from .frames import SPENT, memory_reason, pack, receive

Reader = Callable[..., Article | Rejected]
"""``read_article`` of ``reader``, or another function with its signature."""

_PACKAGE = Path(__file__).resolve().parent.parent


def main() -> None:
    """Runs until standard input ends.  The first frame holds the limits and the reader's name."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    _silence(1)
    with os.fdopen(os.dup(0), "rb") as tasks:
        first = receive(tasks)
        if first is None:
            return
        limits = IngestLimits(**first[0]["limits"])
        module, _, function = first[0]["reader"].partition(":")
        read: Reader = getattr(import_module(module), function)
        _silence(2)
        _limit_memory(limits.memory_bytes)
        try:
            answers.write(pack({"ready": os.getpid()}))
            _serve(tasks, answers, read, limits)
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


def _serve(tasks: BinaryIO, answers: BinaryIO, read: Reader, limits: IngestLimits) -> None:
    sender = Sender()
    while (task := receive(tasks)) is not None:
        signal.setitimer(signal.ITIMER_REAL, limits.seconds)
        spent = False
        try:
            sha256, outcome = _outcome(*task, read, limits)
            head, body = _answer(sha256, outcome, sender)
        except MemoryError:
            spent = True
            reason = memory_reason(limits)
            head, body = {"sha256": "", "rejected": reason, "line": None}, b""
        signal.setitimer(signal.ITIMER_REAL, 0)
        _write(answers, pack(head, body))
        if spent:
            os._exit(SPENT)


def _write(answers: BinaryIO, frame: bytes) -> None:
    view = memoryview(frame)
    while view:
        view = view[answers.write(view) :]


def _answer(
    sha256: str, outcome: Article | Rejected | None, sender: Sender
) -> tuple[dict[str, Any], bytes]:
    """The answer's head and body for what became of one candidate."""
    if outcome is None:
        return {"sha256": sha256}, b""
    if isinstance(outcome, Rejected):
        return {"sha256": sha256, "rejected": outcome.reason, "line": outcome.line}, b""
    head, body = sender.packed(outcome)
    return {"sha256": sha256, **head}, body


def _outcome(
    head: dict[str, Any], body: bytes, read: Reader, limits: IngestLimits
) -> tuple[str, Article | Rejected | None]:
    """The hash of one candidate's bytes and what became of it; nothing where they are known."""
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
