"""One run of the indexer: read sources, compare with the catalogue, write what differs.

Floor 5.  Articles are written as they are read, and nothing is visible before the commit
at the end, so that a run that stops in the middle, for whatever reason, leaves the index
as it was.  Invariant: everything seen is accounted for, as an article, a copy, skipped
or rejected, with a reason.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from .article import Article, Rejected
from .catalogue import Catalogue, Entry, removals_of
from .engines.base import Writer
from .errors import ArticleError, IndexCorrupt, IndexIncompatible, MassRemoval, SourceError
from .ingest.originals import estimate_all, originals
from .ingest.pool import Parsed, ParserPool
from .ingest.repeats import Marker
from .ingest.sources import Candidate, Seen, Skipped, Unchanged, root_key, scan, scan_stream
from .ingest.version import cleaning_version, otherwise
from .learning import Sighted, learn
from .ledger import Ledger, compare
from .prepared import Prepared, facts_of
from .removals import Barred
from .report import IndexOptions, IndexReport, Outcome, Progress, removes_much
from .roots import Roots, ancestors, is_streamed, outermost
from .stats import summarise

Source = str | os.PathLike[str] | BinaryIO

_LEAVE_OUT = "bring it back, or leave it out from now on:  searchkit index --full OTHER-SOURCES"
_TELL_SECONDS = 0.2


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
            dict(self._before.removals),
            self._before.repeats if options.keep_learned else known.repeats,
            self._before.containment if options.containment is None else options.containment,
        )
        self._barred = Barred(self._before.removals.values())
        self._held = known.live()
        self._sighted = Sighted(self._scan)
        self._pool = ParserPool(options.processes, options.limits)
        self._ledger, self._started = Ledger(), time.monotonic()
        self._total: int | None = None
        self._told = "", 0.0

    def close(self) -> None:
        """End the processes that parse."""
        self._pool.close()

    def _known(self, where: str) -> Catalogue:
        """What the index holds so far; a full run can do without."""
        data = self._writer.catalogue()
        try:
            known = Catalogue.load(data, where)
        except (IndexCorrupt, IndexIncompatible):
            if self._options.full:
                return Catalogue(removals=removals_of(data))
            raise
        stale = known.entries and known.cleaning != cleaning_version()
        if stale and not self._options.full:
            reason = f"the articles in {where} were {otherwise(known.cleaning)}"
            raise IndexIncompatible(where, reason, "read them again with:  searchkit index --full")
        return known

    def sources(self) -> tuple[str, ...]:
        """The sources of earlier runs, as they can be given to ``read`` again."""
        return tuple(str(self._base / source) for source in self._before.sources)

    def orphans(self) -> tuple[str, ...]:
        """The ids of live articles that no source can give again (they came by a stream)."""
        return tuple(e.article_id for e in self._before.live().values() if is_streamed(e.key))

    def learn(self, sources: Iterable[Source]) -> None:
        """Learn from ``sources`` what forces repeat, where the index begins or is renewed; all
        later runs mark the same lines."""
        known = self._after.entries or (self._options.keep_learned and self._before.entries)
        if not (self._options.dry_run or known):
            paths = [one for one in self._without_overlap(sources) if isinstance(one, Path)]
            seen = chain.from_iterable(map(self._sighted.first, paths))
            self._after.repeats = learn(seen, self._pool, self._options)

    def adopt(self, article: Article) -> bool:
        """Take over an article of the index as it is, without reading its source; whether it was
        taken: what was taken down stays out, also where a damaged index still has the text."""
        if self._barred.by(facts_of(article)):
            return False
        entry = self._before.entries.get(article.path) or Entry.of(
            facts_of(article), article.path, article.path, self._after.sequence
        )
        self._after.entries[entry.key] = entry
        self._ledger.keys.add(entry.key)
        self._ledger.seen += 1
        self._ledger.read += 1
        self._ledger.touched.add(article.id)
        self._write(Marker(self._after.repeats).marked_anew(article), article.path)
        return True

    def read(self, sources: Iterable[Source]) -> None:
        """Scan and parse ``sources`` and write what differs.  Nothing is visible yet.

        Raises ``SourceError`` for a source that does not exist and, where ``on_error`` is
        ``"fail"``, ``ArticleError`` for the first input that is not an article.
        """
        distinct = self._without_overlap(sources)
        self._total = estimate_all(distinct) if self._options.progress else None
        roots = [root_key(source, self._base) for source in distinct if isinstance(source, Path)]
        self._after.remember_sources(roots, self._where)
        with self._pool as pool:
            pool.turn(repeats=self._after.repeats)
            for parsed in pool.parse(chain.from_iterable(map(self._candidates, distinct))):
                self._take(parsed)
                self._tell("reading", parsed.candidate.key)
        self._drop_vanished(Roots(roots, self._where))

    def settle(self) -> Outcome:
        """Decide which content stands for each article, and make the engine agree.

        Raises ``MassRemoval`` when the run would remove more than a tenth of the articles
        and neither ``yes`` nor a dry run was asked for.
        """
        self._elect()
        before = self._before.live()
        outcome = compare(before, self._after)
        asked = self._options.yes or self._options.dry_run
        if not asked and removes_much(outcome.removed, len(before)):
            raise MassRemoval(outcome.removed, len(before))
        if not self._options.dry_run:
            for article_id in sorted(self._ledger.touched - self._after.live().keys()):
                self._writer.delete(article_id)
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
            read=ledger.read,
            skipped=tuple(ledger.skipped),
            rejected=tuple(ledger.rejected),
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
        return [*(paths[key] for key in outermost(paths, self._where)), *streams]

    def _candidates(self, source: Path | BinaryIO) -> Iterator[tuple[Candidate, str]]:
        """The candidates of a source, each with the content hash it is known by; all else is
        noted."""
        for seen in self._sighted.again(source):
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

    def _scan(self, source: Path | BinaryIO) -> Iterator[Seen]:
        limits = self._options.limits
        if not isinstance(source, Path):
            return scan_stream(source, limits=limits)
        try:
            return scan(source, base=self._base, unchanged=self._is_unchanged, limits=limits)
        except SourceError as error:
            if root_key(source, self._base) not in self._before.sources:
                raise
            raise SourceError(error.source, error.reason, _LEAVE_OUT) from error

    def _is_unchanged(self, container: str, signature: str) -> bool:
        return bool(signature) and self._after.signatures.get(container) == signature

    def _reject(self, rejected: Rejected) -> None:
        if self._options.on_error == "fail":
            raise ArticleError(rejected.path, rejected.line, rejected.reason)
        self._ledger.rejected.append(rejected)
        self._ledger.faulty.add(rejected.path)
        for container in ancestors(rejected.path):
            self._ledger.tainted.add(container)
            # An unchanged signature would hide the reason from the next report.
            self._after.signatures.pop(container, None)

    def _take(self, parsed: Parsed) -> None:
        """Enter one parsed candidate into the catalogue, and its article into the engine."""
        candidate, outcome = parsed.candidate, parsed.outcome
        self._ledger.keys.add(candidate.key)
        if isinstance(outcome, Rejected):
            self._reject(outcome)
            return
        known = self._after.entries.get(candidate.key)
        removal = self._barred.by(outcome.facts) if isinstance(outcome, Prepared) else None
        if removal is not None:
            self._ledger.skipped.append(Skipped(candidate.key, str(removal)))
            if known:
                self._forget(known)
            return
        self._ledger.read += 1
        self._sign(candidate)
        if outcome is None:
            return
        assert isinstance(outcome, Prepared), "the pool prepares"
        if known:
            self._ledger.touched.add(known.article_id)
        self._ledger.touched.add(outcome.id)
        self._after.entries[candidate.key] = Entry.of(
            outcome.facts, candidate.key, candidate.container, self._after.sequence
        )
        self._write(outcome, candidate.key)

    def _sign(self, candidate: Candidate) -> None:
        """Remember how the container looks, so that the next run need not open it."""
        if candidate.signature and candidate.container not in self._ledger.tainted:
            self._after.signatures[candidate.container] = candidate.signature

    def _write(self, article: Article | Prepared, key: str) -> None:
        """Give the engine the content that was read from ``key``."""
        if not self._options.dry_run:
            self._writer.put(article)
        self._ledger.written[article.id] = key

    def _drop_vanished(self, roots: Roots) -> None:
        """Forget the entries of ``roots`` that are no longer there.

        What was rejected this time keeps the content indexed before: a file that cannot be
        read today is not a file that was taken away.
        """
        ledger = self._ledger
        for key, entry in list(self._after.entries.items()):
            if key in ledger.keys or not roots.hold(key):
                continue
            if entry.container in ledger.unopened:
                ledger.keys.add(key)
                ledger.seen += 1
                ledger.read += 1
            elif not any(path in ledger.faulty for path in ancestors(key)):
                self._forget(entry)

    def _forget(self, entry: Entry) -> None:
        del self._after.entries[entry.key]
        self._after.signatures.pop(entry.container, None)
        self._ledger.touched.add(entry.article_id)

    def _elect(self) -> None:
        """Decide which entry stands for each article touched, and give the engine its content.

        Where only an earlier run read that content, it is read again.  An entry whose content is
        no longer to be had is forgotten, until its source is read again, and another takes its
        place.
        """
        undecided = self._ledger.touched
        while undecided:
            winners = self._after.elect(undecided)
            unheld = {e.key: e for e in winners.values() if self._key_held(e.article_id) != e.key}
            undecided = set()
            for entry, article in self._read_again(unheld):
                if article is None:
                    self._forget(entry)
                    undecided.add(entry.article_id)
                else:
                    self._write(article, entry.key)

    def _key_held(self, article_id: str) -> str:
        """Where the content comes from that the engine holds for an article; else empty."""
        held = self._held.get(article_id)
        return self._ledger.written.get(article_id) or (held.key if held else "")

    def _read_again(self, wanted: Mapping[str, Entry]) -> Iterator[tuple[Entry, Prepared | None]]:
        """Entries with the articles read from their sources, ``None`` where that is another
        content now, or none."""
        gone: list[Entry] = []

        def candidates() -> Iterator[tuple[Candidate, str]]:
            for key, found in originals(wanted, self._base, self._options.limits):
                if isinstance(found, SourceError):
                    gone.append(wanted[key])
                else:
                    yield found, ""

        with ParserPool(self._options.processes, self._options.limits) as pool:
            pool.turn(repeats=self._after.repeats)
            for parsed in pool.parse(candidates()):
                entry, outcome = wanted[parsed.candidate.key], parsed.outcome
                if isinstance(outcome, Prepared) and parsed.sha256 == entry.sha256:
                    yield entry, outcome
                else:
                    yield entry, None
        for entry in gone:
            yield entry, None

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
