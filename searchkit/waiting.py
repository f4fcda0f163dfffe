"""Waiting for what is far away: how long one question may, and who is told when it does.

Floor 0.  Who answers questions bounds each of them (``at_most``); who asks another machine, or
pauses before it asks again, says so (``waits``) and takes no longer than what is ``left``.
Invariant: computing of our own is never counted as waiting.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class _Question:
    """One that may wait for ``most`` seconds in all, and has ``waited`` so long."""

    most: float
    tell: Callable[[bool], None]
    waited: float = 0.0


_current: ContextVar[_Question | None] = ContextVar("question", default=None)


@contextmanager
def at_most(seconds: float, tell: Callable[[bool], None] = lambda waits: None) -> Iterator[None]:
    """What this thread asks meanwhile may take ``seconds`` of waiting together.  ``tell`` is called
    with True where a wait begins, with False where it ends."""
    before = _current.set(_Question(seconds, tell))
    try:
        yield
    finally:
        _current.reset(before)


def most() -> float:
    """Seconds that may be waited in all; infinite where nothing bounds them."""
    question = _current.get()
    return math.inf if question is None else question.most


def left() -> float:
    """Seconds that may still be waited; 0 or less where there are none."""
    question = _current.get()
    return math.inf if question is None else question.most - question.waited


@contextmanager
def waits() -> Iterator[None]:
    """Around every wait."""
    question = _current.get()
    if question is None:
        yield
        return
    begun = time.monotonic()
    question.tell(True)
    try:
        yield
    finally:
        question.waited += time.monotonic() - begun
        question.tell(False)
