"""Whatever is done to the sources, the index holds what a simple model says it holds."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from searchkit import Index, IndexReport
from searchkit.article import Rejected
from searchkit.ingest.candidates import Candidate
from searchkit.ingest.child import Parsed
from searchkit.ingest.reader import read_article
from searchkit.prepared import Prepared, Preparer

SOURCES = ("a", "b", "a#2")
names = st.sampled_from(["1.md", "2.md", "3.md", "4.md"])
sources = st.sampled_from(SOURCES)
slugs = st.sampled_from(["north", "south", "east", "west"])
words = st.integers(0, 40).map(lambda n: f"planted{n}word")


class ParserHere:
    """The parser pool's answers without its processes, which tests of their own try out."""

    def __init__(self, *_: object, **__: object) -> None:
        self._preparer = Preparer()

    def __enter__(self) -> ParserHere:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def turn(self, **_: object) -> None:
        """One duty is enough here."""

    def close(self) -> None:
        """There is no process to end."""

    def parse(self, candidates: Iterable[tuple[Candidate, str]]) -> Iterator[Parsed]:
        for candidate, known in candidates:
            assert candidate.path is not None
            data = Path(candidate.path).read_bytes()
            sha256 = hashlib.sha256(data).hexdigest()
            outcome: Prepared | Rejected | None = None
            if sha256 != known:
                read = read_article(data, path=candidate.key, format=candidate.format)
                outcome = read if isinstance(read, Rejected) else self._preparer.prepare([read])[0]
            yield Parsed(candidate, "" if isinstance(outcome, Rejected) else sha256, outcome)


class Sources(RuleBasedStateMachine):
    """``disk`` maps files to (slug, word), ``None`` for one that is no article; ``held`` is what
    the index should know of them: the same, as of the last run that read each."""

    @initialize()
    def start(self) -> None:
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr("searchkit.run.ParserPool", ParserHere)
        self.folder = Path(tempfile.mkdtemp())
        for source in SOURCES:
            (self.folder / source).mkdir()
        self.index = Index.create(self.folder / "index")
        self.disk: dict[str, tuple[str, str] | None] = {}
        self.held: dict[str, tuple[str, str]] = {}
        self.clock = 1_600_000_000
        self.run(SOURCES)

    def teardown(self) -> None:
        self.index.close()
        self.patch.undo()
        shutil.rmtree(self.folder)

    def put(self, key: str, content: tuple[str, str] | None) -> None:
        text = "---\nno end"
        if content is not None:
            url = f"https://www.kent.police.uk/news/{content[0]}/"
            text = f"---\ntitle: A headline\nurl: {url}\n---\nSome {content[1]} here.\n"
        (self.folder / key).write_text(text)
        self.clock += 1
        os.utime(self.folder / key, (self.clock, self.clock))
        self.disk[key] = content

    @rule(source=sources, name=names, slug=slugs, word=words)
    def write(self, source: str, name: str, slug: str, word: str) -> None:
        self.put(f"{source}/{name}", (slug, word))

    @rule(source=sources, name=names)
    def spoil(self, source: str, name: str) -> None:
        self.put(f"{source}/{name}", None)

    @rule(source=sources, name=names)
    def delete(self, source: str, name: str) -> None:
        if self.disk.pop(f"{source}/{name}", 0) != 0:
            (self.folder / source / name).unlink()

    @rule(start=sources, old=names, end=sources, new=names, keep=st.booleans())
    def copy_or_move(self, start: str, old: str, end: str, new: str, keep: bool) -> None:
        before, after = f"{start}/{old}", f"{end}/{new}"
        if before in self.disk and before != after:
            self.put(after, self.disk[before])
            if not keep:
                self.delete(start, old)

    @rule(chosen=st.sets(sources, min_size=1))
    def update(self, chosen: set[str]) -> None:
        self.run(sorted(chosen))

    @rule()
    def rebuild(self) -> None:
        self.held.clear()
        self.run(SOURCES, full=True)

    @rule(full=st.booleans())
    def rehearse(self, full: bool) -> None:
        generation = self.index.generation
        report = self.add(SOURCES, dry_run=True, full=full)
        assert self.index.generation == generation
        assert report.generation == ""

    def add(self, chosen: Iterable[str], **options: bool) -> IndexReport:
        places = [self.folder / source for source in chosen]
        report = self.index.add(*places, jobs=1, yes=True, **options)
        assert report.seen == report.read + len(report.skipped) + len(report.rejected)
        bad = {key for key, content in self.disk.items() if content is None}
        inside = {key for key in self.disk if key.split("/")[0] in set(chosen)}
        assert {rejected.path for rejected in report.rejected} == bad & inside
        assert report.read == len(inside - bad)
        return report

    def run(self, chosen: Iterable[str], **options: bool) -> None:
        before = self.index.stats().summary.articles
        report = self.add(chosen, **options)
        for key in [key for key in self.held if key.split("/")[0] in set(chosen)]:
            if key not in self.disk:
                del self.held[key]
        for key, content in self.disk.items():
            if content is not None and key.split("/")[0] in set(chosen):
                self.held[key] = content
        assert report.articles == before + report.new - report.removed
        kept = report.new + report.changed + report.moved + report.unchanged
        assert report.articles == kept

    @invariant()
    def the_index_is_what_the_model_says(self) -> None:
        found = {hit.path: hit for hit in self.index.search("", limit=100)}
        articles = {article.id: article for article in self.index.articles()}
        assert len(articles) == len(found) == self.index.stats().summary.articles
        with self.index._readers.lease() as engine:
            entries = self.index._catalogue(engine).live()
        assert {e.article_id: e.key for e in entries.values()} == {
            a.id: a.path for a in articles.values()
        }
        slugs_held = set()
        for path, hit in found.items():
            slug, word = self.held[path]
            assert hit.url.endswith(f"/{slug}/")
            assert slug not in slugs_held
            slugs_held.add(slug)
            assert path in {one.path for one in self.index.search(word, limit=100)}
            assert word in articles[hit.id].body
        # What an article is hidden by lies on disk: nothing is missing that could be there.
        readable = {c[0] for k, c in self.held.items() if self.disk.get(k) == c}
        assert readable <= slugs_held

    @invariant()
    def nothing_is_left_over_in_the_folder(self) -> None:
        folder = self.folder / "index"
        assert not list(folder.glob("*.new"))
        assert len(list((folder / "stores").iterdir())) <= 2
        assert not list(folder.glob("stores/*/*.tmp"))


TestSources = Sources.TestCase
TestSources.settings = settings(
    max_examples=25,
    stateful_step_count=14,
)
