"""Files of columns, sorted terms, and segments that are the same however they came to be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from corpus import articles, revised
from hypothesis import given
from hypothesis import strategies as st

from searchkit.engines import whoosh
from searchkit.engines.whoosh import merge
from searchkit.engines.whoosh.columns import ColumnFile, ColumnWriter, narrow, offsets, spans
from searchkit.engines.whoosh.leaf import Leaf
from searchkit.engines.whoosh.terms import Terms, write_terms


def written(path: Path, **columns: np.ndarray) -> ColumnFile:
    with ColumnWriter(path) as writer:
        for name, column in columns.items():
            writer.add(name, column)
        writer.finish()
    return ColumnFile(path)


def test_columns_come_back_aligned_and_cannot_be_changed(tmp_path: Path) -> None:
    columns = {
        "bytes": np.arange(7, dtype=np.uint8),
        "none": np.empty(0, np.int32),
        "big": np.arange(5, dtype=">i8"),
    }
    file = written(tmp_path / "c", **columns)
    for name, column in columns.items():
        read = file.column(name)
        assert read.tolist() == column.tolist()
        assert read.dtype.byteorder in "<|="
        assert not read.flags.writeable
    assert "other" not in file
    with pytest.raises(KeyError):
        file.column("other")


def test_parts_of_a_column_stand_end_to_end(tmp_path: Path) -> None:
    with ColumnWriter(tmp_path / "c") as writer:
        writer.add("x", np.array([1, 2]), np.array([3]))
        writer.finish()
    assert ColumnFile(tmp_path / "c").column("x").tolist() == [1, 2, 3]


@pytest.mark.parametrize("cut", [1, 8, 20, 100])
def test_a_shortened_file_is_no_file_of_columns(tmp_path: Path, cut: int) -> None:
    written(tmp_path / "c", x=np.arange(100))
    data = (tmp_path / "c").read_bytes()
    (tmp_path / "d").write_bytes(data[:-cut])
    with pytest.raises(ValueError, match="no file of columns"):
        ColumnFile(tmp_path / "d")


@given(st.lists(st.integers(0, 70_000)))
def test_narrow_numbers_are_the_same_numbers(numbers: list[int]) -> None:
    made = narrow(np.array(numbers, np.int64))
    assert made.tolist() == numbers
    assert made.dtype.itemsize == (1 if max(numbers, default=0) < 256 else made.dtype.itemsize)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5))))
def test_spans_are_ranges_end_to_end(pairs: list[tuple[int, int]]) -> None:
    starts, sizes = (np.array([pair[i] for pair in pairs], np.int64) for i in (0, 1))
    expected = [n for start, size in pairs for n in range(start, start + size)]
    assert spans(starts, sizes).tolist() == expected
    assert offsets(sizes).tolist() == [sum(s for _, s in pairs[:i]) for i in range(len(pairs) + 1)]


words = st.text("abé\u6771", min_size=1, max_size=12)


@given(st.sets(words, max_size=30), st.lists(words, max_size=10))
def test_terms_are_found_as_in_a_sorted_list(
    tmp_path_factory: pytest.TempPathFactory, held: set[str], asked: list[str]
) -> None:
    listed = sorted(word.encode() for word in held)
    path = tmp_path_factory.mktemp("terms") / "t"
    with ColumnWriter(path) as writer:
        write_terms(writer, "f", listed)
        writer.finish()
    terms = Terms(ColumnFile(path), "f")
    assert terms.listed() == listed
    for word in (*asked, *held):
        term = word.encode()
        assert terms.find(term) == (listed.index(term) if term in listed else -1)
        for prefix in (term[:1], term[:9]):
            wanted = [i for i, other in enumerate(listed) if other.startswith(prefix)]
            assert list(terms.starting(prefix)) == wanted


def test_a_merged_segment_is_the_one_its_documents_would_have_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merge, "_POSTINGS_AT_ONCE", 50)
    everything = articles(90)
    kept = [a for i, a in enumerate(everything) if i % 4]
    several, one = tmp_path / "several", tmp_path / "one"
    whoosh.create(several)
    for start in range(0, 90, 30):
        with whoosh.open_writer(several, lock_timeout=1) as writer:
            for article in everything[start : start + 30]:
                writer.put(article)
            writer.commit(b"")
    with whoosh.open_writer(several, lock_timeout=1) as writer:
        for article in everything[::4]:
            writer.delete(article.id)
        writer.commit(b"")
    whoosh.create(one)
    with whoosh.open_writer(one, lock_timeout=1) as writer:
        for article in kept:
            writer.put(article)
        writer.commit(b"")
    with whoosh.open_reader(several) as parts, whoosh.open_reader(one) as whole:
        assert len(parts._leaves) == 3
        joined = Leaf(tmp_path, merge.merge(tmp_path, parts._leaves))
        expected = whole._leaves[0]
        assert joined._file.table.keys() == expected._file.table.keys()
        for name in expected._file.table:
            assert joined.column(name).tolist() == expected.column(name).tolist(), name
            assert joined.column(name).dtype == expected.column(name).dtype, name


def test_the_same_articles_make_the_same_bytes(tmp_path: Path) -> None:
    batch = [revised(article, "again") for article in articles(20)]
    digests = set()
    for name in ("a", "b"):
        whoosh.create(tmp_path / name)
        with whoosh.open_writer(tmp_path / name, lock_timeout=1) as writer:
            for article in batch:
                writer.put(article)
            writer.commit(b"")
        with whoosh.open_reader(tmp_path / name) as engine:
            digests.add(engine._leaves[0].stored.file.sha256)
    assert len(digests) == 1
