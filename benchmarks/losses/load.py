"""Searches from several threads at once, each answer compared with the one known before.

Invariant: every question that was begun is counted once: right, wrong, an error that was told, or
one that hung.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from searchkit import Index
from searchkit.errors import EngineError

from .answers import Answer, Question

HANGING_SECONDS = 90.0
"""A question of which nothing is heard for so long hangs; an export is heard with each hit."""


@dataclass
class Counts:
    """What came of the questions: ``longest`` are the seconds that nothing was heard, ``said`` is
    what errors told, ``wrong`` which answers were wrong and ``failed`` what was raised that is no
    error of a cluster."""

    right: int = 0
    errors: int = 0
    hung: int = 0
    longest: float = 0.0
    said: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


class Waiting:
    """How long one thread waits for a word: ``longest`` of its question so far, in seconds."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """A question is asked."""
        self._last, self.longest = time.monotonic(), 0.0

    def heard(self) -> None:
        """Something came."""
        self.longest = max(self.longest, self.seconds)
        self._last = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since the last word."""
        return time.monotonic() - self._last


class Load:
    """Threads that ask ``index`` questions whose answers are ``known``."""

    def __init__(self, index: Index, known: Mapping[Question, Answer], threads: int) -> None:
        self.counts = Counts()
        self._index = index
        self._known = known
        self._guard = threading.Lock()
        self._over = threading.Event()
        self._waiting = [Waiting() for _ in range(threads)]
        self._threads = [
            threading.Thread(target=self._ask_on, args=(seed, waiting), daemon=True)
            for seed, waiting in enumerate(self._waiting)
        ]

    @property
    def answered(self) -> int:
        """How many questions were answered so far, by an error or otherwise."""
        with self._guard:
            counts = self.counts
            return counts.right + counts.errors + len(counts.wrong) + len(counts.failed)

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Have every thread end its question; those that do not are counted."""
        self._over.set()
        for thread, waiting in zip(self._threads, self._waiting, strict=True):
            while thread.is_alive() and waiting.seconds < HANGING_SECONDS:
                thread.join(1.0)
        self.counts.hung += sum(thread.is_alive() for thread in self._threads)

    def _ask_on(self, seed: int, waiting: Waiting) -> None:
        dice, asked = random.Random(seed), list(self._known)
        while not self._over.is_set():
            self._ask(dice.choice(asked), waiting)

    def _ask(self, question: Question, waiting: Waiting) -> None:
        answer, said, failed = None, "", ""
        waiting.begin()
        try:
            answer = question.ask(self._index, waiting.heard)
        except EngineError as error:
            said = f"{type(error).__name__}: {error}"
            failed = said if "\n" in said else ""
        except Exception as error:  # noqa: BLE001 - told, and the run ends with 1
            failed = f"{type(error).__name__}: {error}"
        waiting.heard()
        with self._guard:
            counts = self.counts
            counts.longest = max(counts.longest, waiting.longest)
            counts.hung += waiting.longest > HANGING_SECONDS
            if failed:
                counts.failed.append(f"{question}: {failed}")
            elif answer is None:
                counts.errors += 1
                counts.said[said] += 1
            elif answer == self._known[question]:
                counts.right += 1
            else:
                counts.wrong.append(f"{question}: {_other(answer, self._known[question])}")


def known(index: Index, asked: Sequence[Question]) -> dict[Question, Answer]:
    """The answers of a cluster that is whole."""
    return {question: question.ask(index) for question in asked}


def _other(answer: Answer, right: Answer) -> str:
    """In what an answer is wrong."""
    parts = [name for name in Answer._fields if getattr(answer, name) != getattr(right, name)]
    order = " in another order" if sorted(answer.ids) == sorted(right.ids) else ""
    return f"other {', '.join(parts)}{order} ({answer.total} of {right.total} matches)"
