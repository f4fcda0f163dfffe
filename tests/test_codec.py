"""Whoosh's own writer writes segments of columns, which Whoosh and the engine read alike."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import oracle
import pytest
from corpus import articles, revised
from trees import Trees
from whoosh import columns, fields, index
from whoosh.filedb.filestore import RamStorage

from searchkit.article import Article
from searchkit.engines import whoosh
from searchkit.engines.base import Request
from searchkit.engines.whoosh import general, generations, schema
from searchkit.engines.whoosh.builder import SegmentBuilder
from searchkit.engines.whoosh.codec import CODEC, Segment
from searchkit.engines.whoosh.columns import ColumnFile
from searchkit.engines.whoosh.weighting import Weighting
from searchkit.errors import EngineError
from searchkit.packing import unpack
from searchkit.prepared import Preparer, facts_of
from searchkit.query.nodes import Every, Node, Term


class Written:
    """An index that Whoosh keeps, in a store of an index of searchkit's, so that both open it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        generations.initialise(path)
        self._base = generations.read(path, generations.CURRENT)
        self.folder = generations.store_folder(path, self._base)
        self.index = index.create_in(self.folder, schema.build())
        self.model: dict[str, Article] = {}

    def writer(self) -> Any:
        return self.index.writer(codec=CODEC)

    def put(self, several: Sequence[Article], **commit: Any) -> None:
        writer = self.writer()
        for article in several:
            writer.update_document(**schema.document(article))
            self.model[article.id] = article
        writer.commit(**commit)

    def delete(self, article_ids: Sequence[str], **commit: Any) -> None:
        writer = self.writer()
        for article_id in article_ids:
            assert writer.delete_by_term("id", article_id) == 1
            del self.model[article_id]
        writer.commit(**commit)

    def segments(self) -> list[Segment]:
        held: list[Segment] = index.open_dir(self.folder)._segments()
        return held

    def engine(self) -> whoosh.WhooshEngine:
        """The engine over the segments that Whoosh's table of contents names."""
        described = tuple(segment.described() for segment in self.segments())
        generation = replace(self._base, segments=described, articles=len(self.model))
        generations.publish(self.path, generation, None)
        return whoosh.open_reader(self.path)

    def check(self, nodes: Sequence[Node]) -> None:
        """The engine and Whoosh's searcher answer from the model."""
        with self.engine() as engine, self.index.searcher(weighting=Weighting()) as searcher:
            for node in nodes:
                matches = engine.search(Request(node, limit=1000)).matches
                ours = {match.article.id: match.score for match in matches}
                results = searcher.search(general.query(node), limit=None)
                theirs = {searcher.stored_fields(n)["id"]: score for score, n in results.top_n}
                assert ours.keys() == oracle.matching(self.model.values(), node)
                assert ours == pytest.approx(theirs, rel=2e-6, abs=2e-6)
            assert {article.id: article for article in engine.articles()} == self.model

    def check_all(self) -> None:
        self.check([Every(), *Trees(list(self.model.values()), seed=11).some(40)])


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return Written(tmp_path / "index")


def test_whoosh_writes_the_file_that_the_builder_writes(written: Written, tmp_path: Path) -> None:
    everything = articles(120)
    written.put(everything)
    (segment,) = written.segments()
    builder = SegmentBuilder()
    for ready in Preparer().prepare(everything):
        builder.add(ready)
    built = builder.write(tmp_path)
    theirs = ColumnFile(written.folder / segment.described().file.name)
    ours = ColumnFile(tmp_path / built.file.name)
    assert theirs.table == ours.table
    for name in ours.table:
        assert theirs.column(name).tobytes() == ours.column(name).tobytes(), name
    assert segment.described().lengths == built.lengths


def test_commits_updates_deletions_and_merges(written: Written) -> None:
    everything = articles(120)
    written.put(everything[:50], merge=False)
    written.put([*everything[50:90], revised(everything[3], "burglary burglars")], merge=False)
    assert len(written.segments()) == 2
    written.check_all()
    written.delete([article.id for article in everything[5:80:7]], merge=False)
    assert sum(segment.deleted_count() for segment in written.segments()) == 12
    written.check_all()
    written.put([*everything[90:], revised(everything[60], "stop and search")])
    written.check_all()
    written.index.optimize(codec=CODEC)
    (segment,) = written.segments()
    assert segment.deleted_count() == 0
    assert segment.doc_count_all() == len(written.model)
    written.check_all()
    names = {path.name for path in written.folder.glob("*.seg")}
    assert names == {segment.described().file.name}


def test_whoosh_merges_small_segments_by_its_own_policy(written: Written) -> None:
    for article in articles(12):
        written.put([article])
    assert 1 <= len(written.segments()) < 12
    written.check_all()


def test_a_deletion_can_be_taken_back(written: Written) -> None:
    everything = articles(20)
    written.put(everything)
    for deleted in (True, False):
        writer = written.writer()
        writer.delete_document(7, delete=deleted)
        assert writer.is_deleted(7) is deleted
        writer.commit()
        (segment,) = written.segments()
        assert list(segment.deleted_docs()) == [7][:deleted]
    written.check_all()


def test_stored_fields_and_columns_come_back(written: Written) -> None:
    everything = articles(30)
    written.put(everything)
    with written.index.reader() as reader:
        stored = list(reader.all_stored_fields())
        assert [unpack(held["article"]) for held in stored] == list(everything)
        assert [held["id"] for held in stored] == [article.id for article in everything]
        for place, name in enumerate(schema.WHEN_FIELDS):
            expected = [facts_of(article).when[place] for article in everything]
            assert list(reader.column_reader(name)) == expected


def test_nothing_is_left_of_a_cancelled_writer(written: Written) -> None:
    written.put(articles(10))
    before = {path.name for path in written.folder.iterdir()}
    writer = written.writer()
    writer.add_document(**schema.document(articles(11)[10]))
    writer.cancel()
    assert {path.name for path in written.folder.iterdir()} == before
    written.check_all()


def test_a_writer_that_added_nothing_writes_nothing(written: Written) -> None:
    written.put(articles(10))
    written.writer().commit()
    assert len(written.segments()) == 1
    written.check([Term("police")])


GOOD = schema.document(articles(1)[0])


def added(writer: Any, **document: Any) -> None:
    """Commit one document; a writer that fails is cancelled, so that it gives its lock back.

    Whoosh 2.7.4 keeps the lock of a commit that failed; whoosh3 lets go of it by itself.
    """
    try:
        writer.add_document(**document)
        writer.commit()
    except EngineError:
        if not writer.is_closed:
            writer.cancel()
        raise


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"article": None}, "without its 'article'"),
        ({"id": None}, "one 'id'"),
        ({"force": ["essex", "kent"]}, "one 'force'"),
        ({"body_x": "another text"}, "the same text"),
        ({"_body_boost": 2.5}, "no boosts"),
        ({"_force_boost": 2.0, "force": "essex"}, "no boosts"),
    ],
    ids=str,
)
def test_what_columns_cannot_hold_is_refused(
    written: Written, changes: dict[str, Any], message: str
) -> None:
    writer = written.writer()
    with pytest.raises(EngineError, match=re.escape(message)):
        added(writer, **{**GOOD, **changes})
    written.put(articles(3))
    written.check_all()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (fields.TEXT(), "some text", "no columns for postings"),
        (fields.COLUMN(columns.NumericColumn("i")), 5, "no column for extra"),
        (fields.TEXT(vector=True), "some text", "term vectors"),
    ],
    ids=["field", "column", "vector"],
)
def test_other_fields_are_refused(
    tmp_path: Path, field: fields.FieldType, value: object, message: str
) -> None:
    wider = schema.build()
    wider.add("extra", field)
    writer = index.create_in(tmp_path, wider).writer(codec=CODEC)
    with pytest.raises(EngineError, match=message):
        added(writer, **GOOD, extra=value)


def test_a_writer_in_which_a_document_failed_can_only_be_cancelled(written: Written) -> None:
    writer = written.writer()
    with pytest.raises(EngineError):
        writer.add_document(**{**GOOD, "article": None})
    with pytest.raises(EngineError, match="cancel this writer"):
        writer.add_document(**GOOD)
    writer.cancel()
    written.put(articles(3))
    written.check_all()


def test_columns_need_a_folder_and_its_name() -> None:
    with pytest.raises(EngineError, match="no folder"):
        RamStorage().create_index(schema.build()).writer(codec=CODEC)


def test_an_index_of_columns_has_one_name(tmp_path: Path) -> None:
    other = index.create_in(tmp_path, schema.build(), indexname="OTHER")
    with pytest.raises(EngineError, match="named 'MAIN'"):
        other.writer(codec=CODEC)


def test_there_are_no_postings_apart_from_their_file() -> None:
    with pytest.raises(EngineError):
        CODEC.postings_writer(None)
    with pytest.raises(EngineError):
        CODEC.postings_reader(None, None, None)
    with pytest.raises(EngineError, match="has not been written"):
        Segment().described()
