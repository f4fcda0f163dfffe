"""What a run of the indexer is asked, what it tells meanwhile and what it reports at the end.

Floor 5.  Values only.  Invariant: ``seen`` is the sum of ``read`` (articles, those of unopened
files included), skipped and rejected; every part that is not an article carries its reason.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from .article import Rejected
from .ingest.sources import Skipped
from .settings import INGEST_LIMITS, IngestLimits
from .stats import Summary


@dataclass(frozen=True, slots=True)
class Superseded:
    """A source key whose article another key stands for, and why."""

    path: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: ``done`` of ``total`` (``None``: unknown) keys, ``rate`` a second."""

    done: int
    total: int | None
    rate: float
    phase: str
    path: str = ""


MASS_REMOVAL_SHARE = 0.1
"""A run that removes more than this share of the articles needs ``yes`` ..."""

MASS_REMOVAL_FLOOR = 10
"""... unless it removes no more than this many."""


def removes_much(removed: int, held: int) -> bool:
    """Whether a run that drops ``removed`` of ``held`` articles has to be allowed first."""
    return removed > max(MASS_REMOVAL_FLOOR, int(held * MASS_REMOVAL_SHARE))


@dataclass(frozen=True, slots=True)
class IndexOptions:
    """How to run.

    ``full``      read everything anew, into a fresh index that replaces the old one
    ``dry_run``   report what would change, and change nothing
    ``on_error``  ``"skip"`` notes input that is not an article, ``"fail"`` stops at the first
    ``yes``       allow a run that removes a large part of the index
    ``verify``    inspect all that was written before it is committed
    ``jobs``      parsing processes; ``None``: one a core, at most eight
    ``containment``  least share of a text that stands in its copies; ``None``: as before
    ``keep_learned``  a full run marks the lines that were learned before, and learns none
    ``pinned``, ``released``  lines that are boilerplate, or are not, whatever a full run learns
    ``progress``  called now and then from the run's own thread
    """

    full: bool = False
    dry_run: bool = False
    on_error: str = "skip"
    yes: bool = False
    jobs: int | None = None
    limits: IngestLimits = INGEST_LIMITS
    verify: bool = False
    containment: float | None = None
    keep_learned: bool = False
    pinned: tuple[str, ...] = ()
    released: tuple[str, ...] = ()
    progress: Callable[[Progress], None] | None = None

    @property
    def processes(self) -> int:
        """``jobs``, or as many as there are cores."""
        return self.jobs or min(os.cpu_count() or 1, 8)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The differences one run made, counted by article."""

    new: int = 0
    changed: int = 0
    moved: int = 0
    removed: int = 0
    unchanged: int = 0
    superseded: tuple[Superseded, ...] = ()

    @property
    def altered(self) -> bool:
        """Whether the index differs from what it was."""
        return bool(self.new or self.changed or self.moved or self.removed)


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a run did (``seconds`` of wall time) and what the index holds afterwards."""

    outcome: Outcome
    summary: Summary
    seen: int
    read: int
    skipped: tuple[Skipped, ...]
    rejected: tuple[Rejected, ...]
    seconds: float
    generation: str
    dry_run: bool
    rebuilt: bool

    @property
    def articles(self) -> int:
        return self.summary.articles

    @property
    def undated(self) -> int:
        return self.summary.undated

    @property
    def forces(self) -> Mapping[str, int]:
        return self.summary.forces

    @property
    def first_day(self) -> date | None:
        return self.summary.first_day

    @property
    def last_day(self) -> date | None:
        return self.summary.last_day

    @property
    def new(self) -> int:
        return self.outcome.new

    @property
    def changed(self) -> int:
        return self.outcome.changed

    @property
    def moved(self) -> int:
        return self.outcome.moved

    @property
    def removed(self) -> int:
        return self.outcome.removed

    @property
    def unchanged(self) -> int:
        return self.outcome.unchanged

    @property
    def held_before(self) -> int:
        """How many articles the index held before the run."""
        return self.articles - self.new + self.removed

    @property
    def superseded(self) -> tuple[Superseded, ...]:
        return self.outcome.superseded
