"""What forces repeat, learned before a run that begins an index or renews it.

Floor 5.  Some articles of every folder are read first, for their lines alone, in the processes
that read all of them afterwards.  Streams cannot be read twice, and teach nothing.
Invariant: the same sources teach the same lines, however many processes read them.
"""

from __future__ import annotations

from collections.abc import Iterable

from .article import Article
from .ingest.candidates import Candidate
from .ingest.pool import ParserPool
from .ingest.repeats import ENOUGH, Learning, Repeats
from .ingest.sampling import Sample
from .report import IndexOptions

MOST_READ = 2_000
"""Articles that are read for learning: with 30,000 in all, a twentieth of what the run takes."""

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
