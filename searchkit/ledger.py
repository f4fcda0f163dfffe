"""What one run of the indexer has seen, and what became of every article.

Floor 5.  Invariant: ``seen`` is ``read``, skipped and rejected together, and every article of
the catalogue before or after is counted as exactly one difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from .article import Rejected
from .catalogue import Catalogue, Entry
from .ingest.sources import Skipped
from .report import Outcome, Superseded


@dataclass(slots=True)
class Ledger:
    """What one run has seen so far.

    ``faulty`` holds the keys rejected, ``tainted`` everything they lie in too; ``written`` maps
    the ids that this run gave to the engine to the keys they came from.
    """

    seen: int = 0
    read: int = 0
    keys: set[str] = field(default_factory=set)
    unopened: set[str] = field(default_factory=set)
    skipped: list[Skipped] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    faulty: set[str] = field(default_factory=set)
    tainted: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    written: dict[str, str] = field(default_factory=dict)


def compare(before: Mapping[str, Entry], now: Catalogue) -> Outcome:
    """The differences between the live entries ``before``, by id, and those of ``now``."""
    after = now.live()
    counts = Counter(
        _difference(before.get(article_id), after.get(article_id))
        for article_id in after.keys() | before.keys()
    )
    superseded = []
    for entry in now.entries.values():
        if not entry.live:
            winner = after[entry.article_id]
            same = winner.sha256 == entry.sha256
            reason = "identical copy" if same else "older version of the same article"
            superseded.append(Superseded(entry.key, winner.key, reason))
    return Outcome(**counts, superseded=tuple(superseded))


def _difference(old: Entry | None, new: Entry | None) -> str:
    """What became of one article."""
    if old is None:
        return "new"
    if new is None:
        return "removed"
    if old.sha256 != new.sha256:
        return "changed"
    return "unchanged" if old.key == new.key else "moved"
