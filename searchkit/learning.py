"""What forces repeat, learned before a run that begins an index or renews it.

Floor 5.  Some articles of every folder are read first, for their lines alone, in the processes
that read all of them afterwards.  Streams cannot be read twice, and teach nothing.
Invariant: the same sources teach the same lines, however many processes read them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from .article import Article
from .ingest.candidates import Candidate
from .ingest.pool import ParserPool
from .ingest.repeats import ENOUGH, Learning, Repeats
from .ingest.sampling import Sample
from .ingest.sources import Seen
from .report import IndexOptions

MOST_READ = 2_000
"""Articles that are read for learning: with 30,000 in all, a twentieth of what the run takes."""

MOST_KEPT = 100_000
"""Files that are remembered from one scan for the next: 46 MB, when nothing else is held."""

_SKIMMER = "searchkit.ingest.reader:skimming"


def learn(seen: Iterable[object], pool: ParserPool, options: IndexOptions) -> Repeats:
    """The lines that the candidates among ``seen``, what scans of sources found, repeat."""
    sample = Sample(MOST_READ)
    for one in seen:
        if isinstance(one, Candidate):
            sample.offer(one)
    learning, chosen = Learning(), sample.chosen()
    if len(chosen) >= ENOUGH:
        pool.turn(reader=_SKIMMER, plain=True)
        for parsed in pool.parse((candidate, "") for candidate in chosen):
            if isinstance(parsed.outcome, Article):
                learning.look(parsed.outcome)
    return learning.learned(options.pinned, options.released)


class Sighted:
    """Scans sources, and a folder that was scanned for learning not once more for the run, unless
    it holds other than plain files, or too many of them."""

    def __init__(self, scan: Callable[[Path | BinaryIO], Iterator[Seen]]) -> None:
        self._scan = scan
        self._kept: dict[Path, deque[Seen]] = {}

    def first(self, source: Path) -> Iterator[Seen]:
        """What ``source`` holds, to be had ``again``."""
        kept: deque[Seen] | None = deque()
        room = MOST_KEPT - sum(map(len, self._kept.values()))
        for seen in self._scan(source):
            if kept is not None:
                kept.append(seen)
                if len(kept) > room or (isinstance(seen, Candidate) and seen.path is None):
                    kept = None
            yield seen
        if kept is not None:
            self._kept[source] = kept

    def again(self, source: Path | BinaryIO) -> Iterator[Seen]:
        """What ``source`` holds; what is remembered of it is let go of bit by bit."""
        kept = self._kept.pop(source, None) if isinstance(source, Path) else None
        if kept is None:
            yield from self._scan(source)
            return
        while kept:
            yield kept.popleft()
