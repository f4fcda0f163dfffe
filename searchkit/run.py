"""One run of the indexer: read sources, compare with the catalogue, write what differs.

Floor 5.  Articles are written as they are read, and nothing is visible before the commit
at the end, so that a run that stops in the middle, for whatever reason, leaves the index
as it was.  Invariant: everything seen is accounted for, as an article, a copy, skipped
or rejected, with a reason.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from .article import Article, Rejected
from .catalogue import Catalogue, Entry, ancestors, is_streamed, lies_in
from .engines.base import Writer
from .errors import ArticleError, IndexIncompatible, MassRemoval
from .ingest.originals import estimate, original
from .ingest.pool import Parsed, ParserPool
from .ingest.reader import read_article
from .ingest.sources import (
    Candidate,
    Skipped,
    Unchanged,
    root_key,
    scan,
    scan_stream,
)
from .ingest.version import cleaning_version
from .report import IndexOptions, IndexReport, Outcome, Progress, Superseded
from .stats import summarise
from .tokens import ArticleTokens

Source = str | os.PathLike[str] | BinaryIO

MASS_REMOVAL_SHARE = 0.1
"""A run that removes more than this share of the articles needs ``yes`` ..."""

MASS_REMOVAL_FLOOR = 10
"""... unless it removes no more than this many."""

_TELL_SECONDS = 0.2


@dataclass(slots=True)
class _Ledger:
    """What one run has seen so far; ``doubtful`` are the containers of what was rejected."""

    seen: int = 0
    keys: set[str] = field(default_factory=set)
    unopened: set[str] = field(default_factory=set)
    skipped: list[Skipped] = field(default_factory=list)
    rejected: dict[str, Rejected] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    written: dict[str, str] = field(default_factory=dict)


class IndexRun:
    """One run over some sources, against one writer that holds the lock: ``read``, then
    ``settle``, then ``commit`` and ``report``."""

    def __init__(self, writer: Writer, base: Path, where: str, options: IndexOptions) -> None:
        self._writer = writer
        self._base = base
        self._where = base.as_posix()
        self._options = options
        self._before = self._known(where)
        known = Catalogue() if options.full else self._before
        self._after = Catalogue(
            dict(known.entries),
            dict(known.signatures),
            list(known.sources),
            self._before.sequence + 1,
            cleaning_version(),
        )
        self._held = known.live()
        self._ledger = _Ledger()
        self._started = time.monotonic()
        self._total: int | None = None
        self._told = "", 0.0

    def _known(self, where: str) -> Catalogue:
        """What the index holds so far; a full run can do without."""
        try:
            known = Catalogue.load(self._writer.catalogue(), where)
        except IndexIncompatible:
            if self._options.full:
                return Catalogue()
            raise
        stale = known.entries and known.cleaning != cleaning_version()
        if stale and not self._options.full:
            raise IndexIncompatible(
                where,
                f"the articles in {where} were cleaned by another version of searchkit",
                "read them again with:  searchkit index --full",
            )
        return known

    def sources(self) -> tuple[str, ...]:
        """The sources of earlier runs, as they can be given to ``read`` again."""
        return tuple(str(self._base / source) for source in self._before.sources)

    def orphans(self) -> tuple[str, ...]:
        """The ids of live articles that no source can give again (they came by a stream)."""
        return tuple(e.article_id for e in self._before.live().values() if is_streamed(e.key))

    def adopt(self, article: Article) -> None:
        """Take over an article of the index as it is, without reading its source."""
        entry = self._before.entries[article.path]
        self._after.entries[entry.key] = entry
        self._ledger.keys.add(entry.key)
        self._ledger.seen += 1
        self._ledger.touched.add(article.id)
        self._write(article)

    def read(self, sources: Iterable[Source]) -> None:
        """Scan and parse ``sources`` and write what differs.  Nothing is visible yet.

        Raises ``SourceError`` for a source that does not exist and, where ``on_error`` is
        ``"fail"``, ``ArticleError`` for the first input that is not an article.
        """
        distinct = self._without_overlap(sources)
        self._total = _total(distinct)
        jobs = self._options.jobs or min(os.cpu_count() or 1, 8)
        with ParserPool(jobs, self._options.limits) as pool:
            for source in distinct:
                for parsed in pool.parse(self._candidates(source)):
                    self._take(parsed)
                    self._tell("reading", parsed.candidate.key)
                if isinstance(source, Path):
                    self._drop_vanished(root_key(source, self._base))

    def settle(self) -> Outcome:
        """Decide which content stands for each article, and make the engine agree.

        Raises ``MassRemoval`` when the run would remove more than a tenth of the articles
        and ``yes`` was not given.
        """
        winners = self._after.elect(self._ledger.touched)
        before = self._before.live()
        outcome = self._compare(before)
        allowed = max(MASS_REMOVAL_FLOOR, int(len(before) * MASS_REMOVAL_SHARE))
        if outcome.removed > allowed and not self._options.yes:
            raise MassRemoval(outcome.removed, len(before))
        if not self._options.dry_run:
            self._reconcile(winners)
        return outcome

    def commit(self) -> str:
        """Publish the run as a new generation and return its name ("" when nothing differs)."""
        if not self._options.full and self._after.same_as(self._before):
            self._writer.cancel()
            return ""
        self._tell("writing", "")
        return self._writer.commit(self._after.dump())

    def report(self, outcome: Outcome, generation: str) -> IndexReport:
        """The closing report."""
        ledger = self._ledger
        return IndexReport(
            outcome=outcome,
            summary=summarise(self._after),
            seen=ledger.seen,
            skipped=tuple(ledger.skipped),
            rejected=tuple(ledger.rejected.values()),
            seconds=time.monotonic() - self._started,
            generation=generation,
            dry_run=self._options.dry_run,
            rebuilt=self._options.full,
        )

    def _without_overlap(self, sources: Iterable[Source]) -> list[Path | BinaryIO]:
        """The sources, each once, without those that lie in another."""
        streams: list[Path | BinaryIO] = []
        paths: dict[str, Path] = {}
        for source in sources:
            if isinstance(source, (str, os.PathLike)):
                path = Path(source)
                paths.setdefault(root_key(path, self._base), path)
            else:
                streams.append(source)
        roots = [
            path
            for key, path in paths.items()
            if not any(other != key and lies_in(other, key, self._where) for other in paths)
        ]
        return [*roots, *streams]

    def _candidates(self, source: Path | BinaryIO) -> Iterator[tuple[Candidate, str]]:
        """The candidates of a source, each with the content hash it is known by; all else is
        noted."""
        for seen in self._scan(source):
            if isinstance(seen, Unchanged):
                self._ledger.unopened.add(seen.container)
                continue
            self._ledger.seen += 1
            if isinstance(seen, Candidate):
                known = self._after.entries.get(seen.key)
                yield seen, known.sha256 if known else ""
            elif isinstance(seen, Skipped):
                self._ledger.skipped.append(seen)
            else:
                self._reject(seen)

    def _scan(
        self, source: Path | BinaryIO
    ) -> Iterator[Candidate | Skipped | Unchanged | Rejected]:
        limits = self._options.limits
        if not isinstance(source, Path):
            return scan_stream(source, limits=limits)
        self._after.remember_source(root_key(source, self._base), self._where)
        return scan(source, base=self._base, unchanged=self._is_unchanged, limits=limits)

    def _is_unchanged(self, container: str, signature: str) -> bool:
        return bool(signature) and self._after.signatures.get(container) == signature

    def _reject(self, rejected: Rejected) -> None:
        if self._options.on_error == "fail":
            raise ArticleError(rejected.path, rejected.line, rejected.reason)
        self._ledger.rejected[rejected.path] = rejected
        for container in ancestors(rejected.path):
            self._ledger.doubtful.add(container)
            # An unchanged signature would hide the reason from the next report.
            self._after.signatures.pop(container, None)

    def _take(self, parsed: Parsed) -> None:
        """Enter one parsed candidate into the catalogue, and its article into the engine."""
        candidate, outcome = parsed.candidate, parsed.outcome
        self._ledger.keys.add(candidate.key)
        if isinstance(outcome, Rejected):
            self._reject(outcome)
            return
        self._sign(candidate)
        if outcome is None:
            return
        known = self._after.entries.get(candidate.key)
        if known:
            self._ledger.touched.add(known.article_id)
        self._ledger.touched.add(outcome.id)
        self._after.entries[candidate.key] = Entry.of(
            outcome, candidate.container, self._after.sequence
        )
        self._write(outcome, parsed.tokens)

    def _sign(self, candidate: Candidate) -> None:
        """Remember how the container looks, so that the next run need not open it."""
        if candidate.signature and candidate.container not in self._ledger.doubtful:
            self._after.signatures[candidate.container] = candidate.signature

    def _write(self, article: Article, tokens: ArticleTokens | None = None) -> None:
        if not self._options.dry_run:
            self._writer.put(article, tokens)
        self._ledger.written[article.id] = article.path

    def _drop_vanished(self, root: str) -> None:
        """Forget the entries of ``root`` that are no longer there.

        What was rejected this time keeps the content indexed before: a file that cannot be
        read today is not a file that was taken away.
        """
        ledger = self._ledger
        for key, entry in list(self._after.entries.items()):
            if key in ledger.keys or not lies_in(root, key, self._where):
                continue
            if entry.container in ledger.unopened:
                ledger.keys.add(key)
                ledger.seen += 1
            elif not any(path in ledger.rejected for path in ancestors(key)):
                del self._after.entries[key]
                self._after.signatures.pop(entry.container, None)
                ledger.touched.add(entry.article_id)

    def _compare(self, before: Mapping[str, Entry]) -> Outcome:
        after = self._after.live()
        counts = Counter(
            _difference(before.get(article_id), after.get(article_id))
            for article_id in after.keys() | before.keys()
        )
        superseded = []
        for entry in self._after.entries.values():
            if not entry.live:
                winner = after[entry.article_id]
                same = winner.sha256 == entry.sha256
                reason = "identical copy" if same else "older version of the same article"
                superseded.append(Superseded(entry.key, winner.key, reason))
        return Outcome(**counts, superseded=tuple(superseded))

    def _reconcile(self, winners: Mapping[str, Entry]) -> None:
        """Make the engine hold the winner of every id that this run touched."""
        for article_id in sorted(self._ledger.touched):
            winner = winners.get(article_id)
            if winner is None:
                self._writer.delete(article_id)
                continue
            held = self._ledger.written.get(article_id)
            if held is None and article_id in self._held:
                held = self._held[article_id].key
            if held != winner.key:
                self._write(self._read_again(winner))

    def _read_again(self, entry: Entry) -> Article:
        """The article of an entry whose content an earlier run read."""
        outcome = read_article(original(entry.key, self._base), path=entry.key)
        if isinstance(outcome, Rejected):
            raise ArticleError(outcome.path, outcome.line, outcome.reason)
        return outcome

    def _tell(self, phase: str, path: str) -> None:
        """Report progress: each phase when it begins, and then a few times a second."""
        if self._options.progress is None:
            return
        now = time.monotonic()
        if phase == self._told[0] and now < self._told[1] + _TELL_SECONDS:
            return
        self._told = phase, now
        done = self._ledger.seen
        rate = done / max(now - self._started, 1e-6)
        self._options.progress(Progress(done, self._total, rate, phase, path))


def _difference(old: Entry | None, new: Entry | None) -> str:
    """What became of one article."""
    if old is None:
        return "new"
    if new is None:
        return "removed"
    if old.sha256 != new.sha256:
        return "changed"
    return "unchanged" if old.key == new.key else "moved"


def _total(sources: Iterable[Path | BinaryIO]) -> int | None:
    """How many candidates to expect, where that can be told without opening anything."""
    counts = [estimate(source) if isinstance(source, Path) else None for source in sources]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
