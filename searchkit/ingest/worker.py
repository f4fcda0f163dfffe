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
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from ..article import Article, Rejected
from ..errors import ArticleError
from ..settings import IngestLimits
from .files import read_regular
from .formats import Format
from .frames import pack, receive
from .reader import read_article

SPENT = 3
"""Exit status of a worker that ran out of memory, said so, and makes room for a fresh one."""

_PACKAGE = Path(__file__).resolve().parent.parent


def main() -> None:
    """Runs until standard input ends.  The first frame holds the limits."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    answers = _own_streams()
    with os.fdopen(os.dup(0), "rb") as tasks:
        first = receive(tasks)
        if first is None:
            return
        limits = IngestLimits(**first[0])
        _limit_memory(limits.memory_bytes)
        answers.write(pack({"ready": os.getpid()}))
        try:
            _serve(tasks, answers, limits)
        except BrokenPipeError:
            os._exit(0)


def _own_streams() -> BinaryIO:
    """Keeps the answers' channel from anything that might print."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    return answers


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


def _serve(tasks: BinaryIO, answers: BinaryIO, limits: IngestLimits) -> None:
    while (task := receive(tasks)) is not None:
        signal.setitimer(signal.ITIMER_REAL, limits.seconds)
        spent = False
        try:
            head, body = _answer(*task, limits)
        except MemoryError:
            spent = True
            head, body = {"rejected": memory_reason(limits), "line": None}, b""
        signal.setitimer(signal.ITIMER_REAL, 0)
        _write(answers, pack(head, body))
        if spent:
            os._exit(SPENT)


def _write(answers: BinaryIO, frame: bytes) -> None:
    view = memoryview(frame)
    while view:
        view = view[answers.write(view) :]


def _answer(head: dict[str, Any], body: bytes, limits: IngestLimits) -> tuple[dict[str, Any], bytes]:
    """The answer's head and body for one candidate."""
    key = head["key"]
    sha256 = ""
    try:
        data = read_regular(body, key, limits.article_bytes) if head["file"] else body
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 == head["known"]:
            return {"sha256": sha256}, b""
        outcome = _parsed(data, head, limits)
    except ArticleError as error:
        outcome = Rejected(key, error.line, error.reason)
    if isinstance(outcome, Rejected):
        return {"sha256": sha256, "rejected": outcome.reason, "line": outcome.line}, b""
    if (outcome.sha256, outcome.path) != (sha256, key):
        outcome = replace(outcome, sha256=sha256, path=key)
    return {"sha256": sha256}, outcome.to_json()


def _parsed(data: bytes, head: dict[str, Any], limits: IngestLimits) -> Article | Rejected:
    form = Format(head["format"]) if head["format"] else None
    try:
        return read_article(data, path=head["key"], format=form, limits=limits)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - one article may not cost the rest
        return Rejected(head["key"], None, _bug(error))


def _bug(error: Exception) -> str:
    """An exception that the reader should not have let through, in one line."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if Path(f.filename).is_relative_to(_PACKAGE)] or frames
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "?"
    words = " ".join(str(error).split())[:200]
    return f"searchkit bug: {type(error).__name__}: {words} (at {place})"


def time_reason(limits: IngestLimits) -> str:
    """What is said of an article that took too long."""
    return f"took longer than {limits.seconds:g} s"


def memory_reason(limits: IngestLimits) -> str:
    """What is said of an article that needed too much memory."""
    return f"needed more than {limits.memory_bytes // 2**20} MB"


if __name__ == "__main__":
    main()
    sys.exit(0)
