"""The embedded engine: the contract, and what is its own."""

from __future__ import annotations

import errno
import random
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from corpus import articles, revised
from engine_contract import EngineContract, article, fill, ids
from hypothesis import given
from hypothesis import strategies as st
from oracle import distance

from searchkit.article import LONDON, DateSource, Precision, PublicationDate
from searchkit.engines import whoosh
from searchkit.engines.base import Request, Sort, Writer
from searchkit.engines.edits import distances
from searchkit.engines.whoosh import merge, writer
from searchkit.engines.whoosh.builder import SegmentBuilder
from searchkit.engines.whoosh.generations import StoredSegment
from searchkit.errors import EngineError
from searchkit.query.nodes import Every, Not, Phrase, Prefix, Term


class WhooshOpener:
    """Readers and writers of a fresh Whoosh index."""

    def __init__(self, path: Path) -> None:
        self.path = path
        whoosh.create(path)

    def reader(self) -> whoosh.WhooshEngine:
        return whoosh.open_reader(self.path)

    def writer(self) -> Writer:
        return whoosh.open_writer(self.path, lock_timeout=1)


@pytest.fixture
def opener(tmp_path: Path) -> WhooshOpener:
    return WhooshOpener(tmp_path / "index")


class TestWhoosh(EngineContract):
    """The whole contract."""


def test_segments_stay_few_through_many_small_commits(opener: WhooshOpener) -> None:
    everything = articles(40)
    for one in everything:
        fill(opener, one)
    engine = opener.reader()
    assert len(engine._leaves) < 3 * merge._TIER
    assert {a.id for a in engine.articles()} == {a.id for a in everything}
    assert engine.search(Request(Every())).total == 40


def test_merged_segments_answer_as_the_ones_they_were_made_of(opener: WhooshOpener) -> None:
    batch = articles(160)
    whole = fill(opener, *batch)
    queries = (Term("diversity"), Phrase(("stop", "and", "search")), Prefix("burg"), Not(Term("a")))
    expected = [ids(whole, query, Sort.NEWEST) for query in queries]
    for start in range(0, 160, 10):
        fill(opener, *(revised(a, "passing") for a in batch[start : start + 10]))
        fill(opener, *batch[start : start + 10])
    merged = opener.reader()
    assert [ids(merged, query, Sort.NEWEST) for query in queries] == expected
    assert merged.count(Term("passing")) == 0


def test_a_long_run_is_written_in_segments_that_nobody_sees_yet(
    opener: WhooshOpener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "TOKENS_IN_MEMORY", 2_000)
    batch = articles(150)
    run = opener.writer()
    for one in batch:
        run.put(one)
    for one in batch[::3]:
        run.put(revised(one, "secondthoughts"))
    for one in batch[1::3]:
        run.delete(one.id)
    assert opener.reader().count(Every()) == 0
    run.commit(b"")
    engine = opener.reader()
    assert engine.count(Every()) == 100
    assert engine.count(Term("secondthoughts")) == 50
    assert len(list(engine.articles())) == 100


def test_what_goes_wrong_aside_ends_the_run(
    opener: WhooshOpener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(builder: SegmentBuilder, folder: Path) -> StoredSegment:
        (folder / "half").write_bytes(b"of a segment")
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(writer, "TOKENS_IN_MEMORY", 2_000)
    fill(opener, article("a", "before"))
    with monkeypatch.context() as patch:
        patch.setattr(SegmentBuilder, "write", full)
        with pytest.raises(EngineError, match="no space left"):
            fill(opener, *articles(150))
    assert opener.reader().count(Every()) == 1
    assert not list(opener.path.rglob("half"))
    fill(opener, *articles(3))
    assert opener.reader().count(Every()) == 4


def test_a_run_can_be_dropped_while_a_segment_is_written_aside(
    opener: WhooshOpener, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end = threading.Event(), threading.Event()
    write = SegmentBuilder.write

    def slow(builder: SegmentBuilder, folder: Path) -> StoredSegment:
        begun.set()
        assert may_end.wait(60)
        return write(builder, folder)

    monkeypatch.setattr(writer, "TOKENS_IN_MEMORY", 2_000)
    monkeypatch.setattr(SegmentBuilder, "write", slow)
    run = opener.writer()
    for one in articles(150):
        run.put(one)
        if begun.is_set():
            break
    run.put(article("more", "comes meanwhile"))
    may_end.set()
    run.cancel()
    assert opener.reader().count(Every()) == 0
    assert not list(opener.path.rglob("*.seg"))


def test_nothing_depends_on_the_global_random_generator(opener: WhooshOpener) -> None:
    for batch in (articles(5, seed=1), articles(5, seed=2), articles(5, seed=3)):
        random.seed(1)
        fill(opener, *batch)
    assert opener.reader().count(Every()) == 15


def test_dates_before_1970_are_in_order(opener: WhooshOpener) -> None:
    def dated(article_id: str, year: int) -> PublicationDate:
        start = datetime(year, 5, 1, tzinfo=LONDON)
        return PublicationDate(start, Precision.DAY, DateSource.URL_DAY, str(year))

    engine = fill(
        opener,
        *(article(f"a{year}", "x", date=dated("", year)) for year in (1829, 1969, 1971, 2021)),
    )
    assert ids(engine, Every(), Sort.OLDEST) == ["a1829", "a1969", "a1971", "a2021"]


def test_a_very_long_text_keeps_its_positions(opener: WhooshOpener) -> None:
    filler = "word " * 70_000
    engine = fill(opener, article("a1", f"{filler} stop and search {filler}"))
    assert engine.count(Phrase(("stop", "and", "search"))) == 1
    assert engine.count(Phrase(("search", "and"))) == 0


def test_several_threads_share_one_reader(opener: WhooshOpener) -> None:
    engine = fill(opener, *articles(120))
    queries = [Term("diversity"), Phrase(("stop", "and", "search")), Prefix("pol"), Every()]
    expected = [ids(engine, query) for query in queries]
    wrong: list[object] = []

    def ask() -> None:
        for _ in range(15):
            for query, answer in zip(queries, expected, strict=True):
                if ids(engine, query) != answer:
                    wrong.append(query)

    run_together([ask] * 4)
    assert wrong == []


def run_together(jobs: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@given(
    st.text("abcø", max_size=7),
    st.lists(st.text("abcø", max_size=9), max_size=6),
    st.integers(0, 3),
)
def test_edit_distance_is_the_recursive_one(one: str, others: list[str], edits: int) -> None:
    expected = [min(distance(one, other), edits + 1) for other in others]
    many = 30  # so many words that those too far away are taken out on the way
    letters = np.array([[ord(c) for c in other.ljust(9)] for other in others * many], np.uint32)
    sizes = np.array([len(other) for other in others * many], np.int64)
    found = distances(one, letters.reshape(-1, 9).T, sizes, edits)
    assert found.tolist() == expected * many
