"""What becomes of one candidate, step by step, so that a worker can take several side by side.

Floor 2.  A step of one kind, done for a dozen articles in a row, finds its code and its tables in
the processor's caches: together they take two thirds of the time they take one after the other.
Invariant: the steps of a work always give the same outcome, whatever is done between them.
"""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

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

Task = tuple[dict[str, Any], bytes]
"""The frame that a candidate came in."""

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
        self._steps = _steps(*self._task, self._read, self._limits)

    def step(self) -> None:
        """Does one step more.  Raises ``MemoryError``; after that, only ``restart`` helps."""
        try:
            self.size = next(self._steps) or self.size
        except StopIteration as end:
            self.outcome = end.value


def _steps(
    head: dict[str, Any], body: bytes, read: Reader, limits: IngestLimits
) -> Generator[int | None, None, Outcome]:
    """What became of one candidate; the first step yields the number of its bytes."""
    key = head["key"]
    sha256 = ""
    try:
        data = read_regular(body, key, limits.article_bytes) if head["file"] else body
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 == head["known"]:
            return sha256, None
        yield len(data)
        outcome = yield from _parsed(data, head, read, limits)
    except ArticleError as error:
        return sha256, Rejected(key, error.line, error.reason)
    if isinstance(outcome, Article) and (outcome.sha256, outcome.path) != (sha256, key):
        outcome = replace(outcome, sha256=sha256, path=key)
    return sha256, outcome


def _parsed(
    data: bytes, head: dict[str, Any], read: Reader, limits: IngestLimits
) -> Generator[int | None, None, Article | Rejected]:
    form = Format(head["format"]) if head["format"] else None
    try:
        found = read(data, path=head["key"], format=form, limits=limits)
        parsed: Article | Rejected = (yield from found) if isinstance(found, Generator) else found
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - one article may not cost the rest
        return Rejected(head["key"], None, bug(error))
    return parsed


def bug(error: Exception) -> str:
    """An exception that the reader should not have let through, in one line."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != __file__]
    ours = [f for f in frames if Path(f.filename).is_relative_to(_PACKAGE)] or frames
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "?"
    words = " ".join(str(error).split())[:200]
    return f"searchkit bug: {type(error).__name__}: {words} (at {place})"
