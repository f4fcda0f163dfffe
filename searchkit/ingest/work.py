"""What becomes of one candidate, step by step, so that a worker can take several side by side.

Floor 2.  A step of one kind, done for a dozen articles in a row, finds its code and its tables in
the processor's caches: together they take two thirds of the time they take one after the other.
Invariant: the steps of a work always give the same outcome, whatever is done between them.
"""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from ..article import Article, Rejected
from ..errors import ArticleError
from ..settings import IngestLimits
from .files import read_regular
from .formats import Format

Reader = Callable[..., Any]
"""``reading`` or ``read_article`` of ``reader``, or another function with the signature of one of
them: it gives an article or why there is none, at once or as a generator that returns it."""

Outcome = tuple[str, Article | Rejected | None]
"""The SHA-256 of a candidate's bytes and what became of it; nothing where they are known."""


class Task(NamedTuple):
    """A candidate as it comes to a worker: its key, the SHA-256 its bytes are known to have or "",
    the value of its format or "", and its bytes or, of ``is_file``, the path to them."""

    key: str
    known: str
    format: str
    is_file: bool
    body: bytes


def tasks_in(head: Mapping[str, Any], body: bytes) -> list[Task]:
    """The candidates that came in one frame: ``head["tasks"]`` has of each what ``Task`` says, but
    the length of its part of ``body`` for the part."""
    tasks, start = [], 0
    for key, known, form, is_file, size in head["tasks"]:
        tasks.append(Task(key, known, form, is_file, body[start : start + size]))
        start += size
    return tasks


_PACKAGE = Path(__file__).resolve().parent.parent


class Work:
    """One candidate on its way.

    ``number``   of the candidate, counted from the worker's first
    ``left``     seconds that it may still take
    ``size``     of what is parsed, in bytes; 0 until it is read
    ``outcome``  ``None`` until there is one
    """

    def __init__(self, number: int, task: Task, read: Reader, limits: IngestLimits) -> None:
        self.number = number
        self._task = task
        self._read = read
        self._limits = limits
        self.restart()

    def restart(self) -> None:
        """Lets go of all that was done so far, and begins again."""
        self.left = self._limits.seconds
        self.size = 0
        self.outcome: Outcome | None = None
        self._steps = _steps(self._task, self._read, self._limits)

    def step(self) -> None:
        """Does one step more.  Raises ``MemoryError``; after that, only ``restart`` helps."""
        try:
            self.size = next(self._steps) or self.size
        except StopIteration as end:
            self.outcome = end.value


def _steps(task: Task, read: Reader, limits: IngestLimits) -> Generator[int | None, None, Outcome]:
    """What became of one candidate; the first step yields the number of its bytes."""
    key, data = task.key, task.body
    sha256 = ""
    try:
        if task.is_file:
            data = read_regular(data, key, limits.article_bytes)
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 == task.known:
            return sha256, None
        yield len(data)
        outcome = yield from _parsed(data, task, read, limits)
    except ArticleError as error:
        return sha256, Rejected(key, error.line, error.reason)
    if isinstance(outcome, Article) and (outcome.sha256, outcome.path) != (sha256, key):
        outcome = replace(outcome, sha256=sha256, path=key)
    return sha256, outcome


def _parsed(
    data: bytes, task: Task, read: Reader, limits: IngestLimits
) -> Generator[int | None, None, Article | Rejected]:
    form = Format(task.format) if task.format else None
    try:
        found = read(data, path=task.key, format=form, limits=limits)
        parsed: Article | Rejected = (yield from found) if isinstance(found, Generator) else found
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - one article may not cost the rest
        return Rejected(task.key, None, bug(error))
    return parsed


def bug(error: Exception) -> str:
    """An exception that the reader should not have let through, in one line."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != __file__]
    ours = [f for f in frames if Path(f.filename).is_relative_to(_PACKAGE)] or frames
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "?"
    words = " ".join(str(error).split())[:200]
    return f"searchkit bug: {type(error).__name__}: {words} (at {place})"
