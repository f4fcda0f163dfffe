"""Writing an index on a real cluster: what is seen when, who may write, and what goes wrong."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from between import Between, Trouble, first
from cluster import Cluster as Nodes
from corpus import articles, revised
from engine_contract import article
from releases import joint

from searchkit.article import Article
from searchkit.engines import opensearch, whoosh
from searchkit.engines.opensearch import (
    bulk,
    catalogues,
    generations,
    lending,
    lock,
    patience,
    stores,
)
from searchkit.engines.opensearch import writer as writing
from searchkit.engines.opensearch.address import Address
from searchkit.engines.opensearch.articles import pages, stored
from searchkit.engines.opensearch.bulk import Bulk
from searchkit.engines.opensearch.connection import Cluster
from searchkit.engines.opensearch.norms import TYPICAL
from searchkit.engines.opensearch.survey import survey
from searchkit.engines.opensearch.writer import ClusterWriter
from searchkit.errors import (
    ClusterBusy,
    ClusterProblem,
    EngineError,
    IndexCorrupt,
    IndexExists,
    IndexIncompatible,
    IndexLocked,
    IndexNotFound,
)
from searchkit.packing import unpack
from searchkit.settings import ClusterOptions

OPTIONS = ClusterOptions(replicas=0)
PATIENT = 120.0
"""Seconds: what is to arrive in the end may take its time on a busy machine."""


class Place:
    """One index on the cluster, and ways to look at it that are not the reader's."""

    def __init__(self, nodes: Nodes, name: str = "written") -> None:
        self.nodes = nodes
        self.address = Address.parse(nodes.address(name))
        self.cluster = Cluster(self.address, OPTIONS)
        self.writers: list[ClusterWriter] = []
        self.writer().commit(b"")

    def writer(self, through: Address | None = None, **options: object) -> ClusterWriter:
        given = {"lock_timeout": 0.0, **options}
        writer = ClusterWriter(Cluster(through or self.address, OPTIONS), **given)  # type: ignore[arg-type]
        self.writers.append(writer)
        return writer

    def generation(self) -> generations.Generation:
        found = generations.current(self.cluster)
        assert found is not None
        return found

    def ids(self) -> set[str]:
        return {row["id"][0] for row in self._rows("", ["id"])}

    def words(self) -> set[str]:
        return {row["word"][0] for row in self._rows("-words", ["word"])}

    def places(self) -> dict[str, tuple[str, int]]:
        """The cluster of each article that has copies, and its place in it."""
        rows = self._rows("", ["id", "cluster", "member"])
        return {
            row["id"][0]: (row["cluster"][0], row["member"][0]) for row in rows if "cluster" in row
        }

    def article(self, article_id: str) -> Article:
        (blob,) = stored(self.cluster, self.generation().physical, [article_id])
        return unpack(blob)

    def physical(self) -> set[str]:
        """The physical indices of articles."""
        told = generations.physical(self.cluster).items()
        return {index for index, said in told if not index.endswith(("-words", "-catalogue"))}

    def _rows(self, part: str, fields: list[str]) -> list[dict[str, list[object]]]:
        asked = {"size": 1000, "_source": False, "docvalue_fields": fields}
        found = pages(self.cluster, self.generation().physical + part, asked)
        return [hit.get("fields", {}) for hits in found for hit in hits]

    def fill(self, *batch: Article, **options: object) -> str:
        writer = self.writer(**options)
        for one in batch:
            writer.put(one)
        return writer.commit(b"")


class Renewals:
    """Time that passes by renewals of a lock alone: most of a lease from one to the next."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._now = 0.0

    def time(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        before, given_up = self._renewed(), time.monotonic() + PATIENT
        while self._renewed() == before:
            assert time.monotonic() < given_up, "the lock is not renewed"
            time.sleep(0.01)
        self._now += 0.9 * lock.LEASE_SECONDS

    def _renewed(self) -> object:
        found = lock.document(self._cluster)
        return found and found["_seq_no"]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "WAITS", (0.01, 0.05, 0.3, 1.0, 2.0))
    monkeypatch.setattr(patience, "PATIENCE_SECONDS", 4.0)


@pytest.fixture(scope="module")
def shared_place(cluster: Nodes) -> Iterator[Place]:
    place = Place(cluster)
    yield place
    for index in generations.physical(place.cluster):
        cluster.ask(index, "DELETE")


@pytest.fixture
def place(shared_place: Place) -> Iterator[Place]:
    """An index that holds whatever it holds: tests put what they look for."""
    yield shared_place
    while shared_place.writers:
        shared_place.writers.pop().cancel()


@pytest.fixture
def between(cluster: Nodes) -> Iterator[Between]:
    with Between(*cluster.hosts[0]).running() as one:
        yield one


def through(between: Between, place: Place) -> Address:
    return Address((("127.0.0.1", between.port),), place.address.name)


class TestWhatIsSeen:
    def test_a_run_is_seen_once_committed_and_not_before(self, place: Place) -> None:
        place.fill(article("v1", "one"), rebuild=True)
        before = place.generation()
        writer = place.writer()
        writer.put(article("v2", "two"))
        writer.delete("v1")
        writer._settle()
        assert place.ids() == {"v1"}
        name = writer.commit(b"catalogue")
        assert place.ids() == {"v2"}
        generation = place.generation()
        assert (generation.name, generation.articles) == (name, 1)
        assert generation.previous == before.physical
        assert opensearch.generation_of(place.address) == name
        assert opensearch.committed(place.address) == generation.moment > before.moment

    def test_a_run_that_is_cancelled_leaves_nothing(self, place: Place) -> None:
        place.fill(article("c1", "one"), rebuild=True)
        before = place.physical()
        writer = place.writer()
        writer.put(article("c2", "two"))
        writer.cancel()
        writer.cancel()
        assert (place.ids(), place.physical()) == ({"c1"}, before)
        with pytest.raises(EngineError, match="closed"):
            writer.put(article("c3", "three"))
        place.writer().cancel()

    def test_words_are_those_of_the_articles_and_no_others(self, place: Place) -> None:
        place.fill(article("w1", "early words"), article("w2", "late words"), rebuild=True)
        assert place.words() == {"early", "late", "words"}
        writer = place.writer()
        writer.put(article("w1", "other"))
        writer.put(article("w3", "passing"))
        writer.put(article("w3", "staying"))
        writer.put(article("w4", "fleeting"))
        writer.delete("w4")
        writer.delete("w2")
        writer.commit(b"")
        assert place.words() == {"other", "staying"}
        assert place.ids() == {"w1", "w3"}

    def test_what_is_put_once_more_while_it_is_on_its_way_is_what_counts(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bulk, "REQUEST_DOCUMENTS", 2)
        writer = place.writer(rebuild=True)
        for turn in range(12):
            writer.put(article(f"t{turn % 3}", f"turn{turn}"))
        writer.delete("t2")
        writer.commit(b"")
        assert {one: place.article(one).body for one in place.ids()} == {
            "t0": "turn9",
            "t1": "turn10",
        }
        assert place.words() == {"turn9", "turn10"}

    @pytest.mark.parametrize(("bound", "held"), [("LEARN_FROM", 3), ("LEARN_BYTES", 1_000)])
    def test_the_first_articles_of_a_full_run_tell_what_is_average(
        self, place: Place, monkeypatch: pytest.MonkeyPatch, bound: str, held: int
    ) -> None:
        monkeypatch.setattr(writing, bound, held)
        first, later = "knife " * 900, "knife " * 20_000
        place.fill(*[article(f"n{n}", first if n < 3 else later) for n in range(6)], rebuild=True)
        averages = place.generation().averages
        assert TYPICAL["body"] < averages["body"] < 900
        place.fill(article("n6", later))
        assert place.generation().averages == averages

    def test_a_large_catalogue_comes_back(self, place: Place) -> None:
        large = random.Random(7).randbytes(20_000_000)
        writer = place.writer()
        writer.commit(large)
        generation = place.generation()
        assert generation.catalogue.pieces == 6
        writer = place.writer()
        assert writer.catalogue() == large
        writer.cancel()

    def test_a_catalogue_that_lost_a_piece_is_damage_and_a_rebuild_goes_without(
        self, place: Place
    ) -> None:
        place.writer().commit(b"before")
        place.writer().commit(b"after")
        index = f"{place.generation().physical}-catalogue"
        place.nodes.ask(f"{index}/_settings", "PUT", {"index.blocks.write": None})
        place.nodes.ask(f"{index}/_doc/{catalogues.CATALOGUE}-0", "DELETE")
        with pytest.raises(IndexCorrupt, match="damaged: its catalogue"):
            place.writer()
        writer = place.writer(rebuild=True)
        assert writer.catalogue() == b"before"
        writer.commit(b"")


class TestWhoWrites:
    def test_one_at_a_time_and_who_waits_is_told_of_the_other(self, place: Place) -> None:
        writer = place.writer()
        told: list[str] = []
        with pytest.raises(IndexLocked) as caught:
            place.writer(lock_timeout=3.0, on_wait=told.append)
        assert told == [caught.value.holder]
        assert f"process {os.getpid()} since" in caught.value.holder
        assert survey(place.address).writer == caught.value.holder
        writer.cancel()
        assert survey(place.address).writer == ""

    def test_a_lock_that_is_not_renewed_is_taken_over_and_its_writer_cannot_commit(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        place.fill(article("l1", "one"), rebuild=True)
        monkeypatch.setattr(lock, "RENEWAL_SECONDS", 3600.0)
        paused = place.writer()
        paused.put(article("l2", "of the paused"))
        monkeypatch.setattr(lock, "LEASE_SECONDS", 0.2)
        other = place.writer(lock_timeout=PATIENT)
        other.put(article("l3", "of the other"))
        with pytest.raises(EngineError, match=r"lost its lock to process .* not committed"):
            paused.commit(b"")
        other.commit(b"")
        assert place.ids() == {"l1", "l3"}
        every = place.nodes.ask(f"_cat/indices/{place.address.name}*?format=json")
        assert every
        assert not [one for one in every if one["index"].endswith("-new")]

    def test_a_lock_that_is_renewed_is_not_taken(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lock, "RENEWAL_SECONDS", 0.1)
        writer = place.writer()
        monkeypatch.setattr(lock, "time", Renewals(place.cluster))
        with pytest.raises(IndexLocked):
            place.writer(lock_timeout=3 * lock.LEASE_SECONDS)
        writer.cancel()

    def test_what_a_killed_run_left_is_removed_by_the_next_at_once(self, place: Place) -> None:
        place.fill(article("k1", "one"), rebuild=True)
        before = place.physical()
        program = (
            "import os, sys\n"
            "from searchkit.engines.opensearch.address import Address\n"
            "from searchkit.engines.opensearch import open_writer\n"
            "open_writer(Address.parse(sys.argv[1]), lock_timeout=1)\n"
            "os._exit(9)\n"
        )
        asked = [sys.executable, "-c", program, str(place.address)]
        assert subprocess.run(asked, check=False).returncode == 9
        assert len(place.physical()) == len(before) + 1
        place.fill(article("k2", "two"))
        assert place.ids() == {"k1", "k2"}
        assert len(place.physical() - before) == 1


def test_a_node_killed_while_it_is_written_to_loses_no_article(cluster: Nodes) -> None:
    place = Place(cluster, "bereft")
    batch = articles(1_500)
    options = ClusterOptions(replicas=1)
    writer = ClusterWriter(Cluster(place.address, options), lock_timeout=1.0, rebuild=True)
    for one in batch[:700]:
        writer.put(one)
    with cluster.without(2):
        for one in batch[700:]:
            writer.put(one)
        writer.commit(b"whole")
        assert place.ids() == {one.id for one in batch}
        assert {place.article(one.id) == one for one in batch[600:800]} == {True}
        again = place.writer()
        assert again.catalogue() == b"whole"
        again.cancel()


class TestWhatIsNotOurs:
    def test_an_index_of_that_name_is_left_alone(self, cluster: Nodes) -> None:
        address = Address.parse(cluster.address("foreign"))
        cluster.ask(f"{address.name}/_doc/1?refresh=true", "PUT", {"theirs": True})
        for use in (opensearch.exists, opensearch.create, survey):
            with pytest.raises(ClusterProblem, match="no index of searchkit's"):
                use(address)
        with pytest.raises(ClusterProblem, match="no index of searchkit's") as caught:
            opensearch.open_writer(address, lock_timeout=0, rebuild=True)
        assert "\n" not in str(caught.value)
        assert cluster.ask(f"{address.name}/_count")["count"] == 1
        cluster.ask(address.name, "DELETE")

    def test_nor_is_an_alias_taken_for_an_index_of_ours(self, cluster: Nodes) -> None:
        address = Address.parse(cluster.address("alias"))
        cluster.ask(f"{address.name}-theirs", "PUT", {"aliases": {address.name: {}}})
        with pytest.raises(ClusterProblem, match="no index of searchkit's"):
            opensearch.create(address)
        assert cluster.ask(f"{address.name}-theirs")
        cluster.ask(f"{address.name}-theirs", "DELETE")

    def test_what_only_looks_like_ours_is_never_removed(self, place: Place) -> None:
        name = f"{place.address.name}-000999-abcdef01"
        place.nodes.ask(name, "PUT", {"settings": {"number_of_replicas": 0}})
        place.fill()
        assert name in place.nodes.ask(name)
        place.nodes.ask(name, "DELETE")

    def test_there_is_one_or_there_is_none(self, place: Place, cluster: Nodes) -> None:
        with pytest.raises(IndexExists):
            opensearch.create(place.address)
        nowhere = Address.parse(cluster.address("nowhere"))
        assert not opensearch.exists(nowhere)
        for use in (opensearch.committed, opensearch.open_reader):
            with pytest.raises(IndexNotFound):
                use(nowhere)
        with pytest.raises(IndexNotFound):
            opensearch.open_writer(nowhere, lock_timeout=0)

    def test_another_version_is_said_and_a_rebuild_begins_anew(self, place: Place) -> None:
        place.fill(article("o1", "one"), rebuild=True)
        physical = place.generation().physical
        told = place.nodes.ask(f"{physical}/_mapping")[physical]["mappings"]["_meta"]
        told["searchkit"]["format"] = 99
        place.nodes.ask(f"{physical}/_mapping", "PUT", {"_meta": told})
        with pytest.raises(IndexIncompatible, match="format 99") as caught:
            place.writer()
        assert "searchkit index --full" in caught.value.hint
        place.fill(article("o2", "two"), rebuild=True)
        assert place.ids() == {"o2"}


@pytest.mark.usefixtures("impatient")
class TestTrouble:
    @pytest.mark.parametrize("trouble", list(Trouble))
    def test_what_is_refused_or_lost_for_a_while_arrives_all_the_same(
        self, place: Place, between: Between, monkeypatch: pytest.MonkeyPatch, trouble: Trouble
    ) -> None:
        monkeypatch.setattr(patience, "PATIENCE_SECONDS", PATIENT)
        monkeypatch.setattr(bulk, "REQUEST_DOCUMENTS", 20)
        batch = articles(60)
        between.plan = first(3, trouble, "POST", "_bulk")
        writer = place.writer(through(between, place), rebuild=True)
        for one in batch:
            writer.put(one)
        writer.commit(b"")
        assert between.troubled == [trouble] * 3
        assert place.ids() == {one.id for one in batch}
        assert {place.article(one.id) == one for one in batch[:5]} == {True}

    def test_a_cluster_that_stays_busy_ends_the_run_with_nothing_seen(
        self, place: Place, between: Between
    ) -> None:
        place.fill(article("b1", "one"), rebuild=True)
        before = place.physical()
        between.plan = first(99, Trouble.BUSY, "POST", "_bulk")
        writer = place.writer(through(between, place))
        writer.put(article("b2", "two"))
        with pytest.raises(ClusterBusy, match="the run was not committed: the index is as it was"):
            writer.commit(b"")
        assert (place.ids(), place.physical()) == ({"b1"}, before)
        place.fill(article("b2", "two"))
        assert place.ids() == {"b1", "b2"}

    def test_an_answer_lost_at_the_moment_of_commit_is_found_out(
        self, place: Place, between: Between, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def publish_is_lost(method: str, path: str) -> Trouble | None:
            return Trouble.LOST if publishing and path == "/_aliases" else None

        monkeypatch.setattr(patience, "PATIENCE_SECONDS", PATIENT)
        place.fill(article("m1", "one"), rebuild=True)
        publishing: list[bool] = []
        between.plan = publish_is_lost
        writer = place.writer(through(between, place))
        writer.put(article("m2", "two"))
        publish = stores.Store.publish

        def seen(store: stores.Store, generation: generations.Generation) -> None:
            publishing.append(True)
            try:
                publish(store, generation)
            finally:
                publishing.clear()

        monkeypatch.setattr(stores.Store, "publish", seen)
        name = writer.commit(b"")
        assert place.generation().name == name
        assert place.ids() == {"m1", "m2"}
        place.fill(article("m3", "three"))
        assert place.ids() == {"m1", "m2", "m3"}

    def test_a_full_disk_ends_the_run_and_what_it_wrote_is_removed_all_the_same(
        self, place: Place, impatient: None
    ) -> None:
        place.fill(article("kept", "a burglary"), rebuild=True)
        before, there = place.generation().name, place.physical()
        writer = place.writer()
        writer.put(article("another", "a robbery"))
        (new,) = place.physical() - there
        full = {"index.blocks.read_only_allow_delete": True}
        place.nodes.ask(f"{new}*/_settings", "PUT", full)
        with pytest.raises(ClusterBusy, match="lets nothing be written") as caught:
            writer.commit(b"")
        assert "the run was not committed" in str(caught.value)
        assert "disks full" in caught.value.hint
        assert (place.generation().name, place.physical()) == (before, there)
        place.fill(article("another", "a robbery"))
        assert place.ids() == {"kept", "another"}

    def test_words_that_are_there_are_not_sent_once_more(
        self, place: Place, between: Between
    ) -> None:
        sent: list[str] = []

        def listening(method: str, path: str) -> None:
            sent.append(path)

        place.fill(article("w1", "some words"), article("w2", "other words"), rebuild=True)
        between.plan = listening
        writer = place.writer(through(between, place))
        writer.put(article("w1", "other words", title="some title"))
        writer.commit(b"")
        assert any("-words-new/_bulk" in path for path in sent)
        assert place.words() == {"some", "words", "other", "title"}
        sent.clear()
        writer = place.writer(through(between, place))
        writer.put(article("w2", "words"))
        writer.commit(b"")
        assert not any("-words-new/_bulk" in path for path in sent)
        assert place.words() == {"some", "words", "other", "title"}

    def test_an_operation_that_comes_late_does_not_undo_a_later_one(self, place: Place) -> None:
        writer = place.writer()
        physical, number = writer._made.physical, writer._made.generation.number
        late, timely = (Bulk(place.cluster, physical, number) for _ in range(2))
        timely.add(bulk.delete("other"))
        timely.add(bulk.put("a1", {"id": "a1", "path": "second"}))
        timely.finish()
        late.add(bulk.put("a1", {"id": "a1", "path": "first"}))
        late.finish()
        found = place.nodes.ask(f"{physical}/_refresh", "POST")
        assert found["_shards"]["failed"] == 0
        said = place.nodes.ask(f"{physical}/_search?docvalue_fields=path&q=id:a1")
        assert [hit["fields"]["path"] for hit in said["hits"]["hits"]] == [["second"]]

    def test_an_index_that_is_gone_is_not_made_by_writing_to_it(self, place: Place) -> None:
        writer = place.writer(rebuild=True)
        gone = writer._made.physical
        place.nodes.ask(gone, "DELETE")
        writer.put(article("g1", "one"))
        with pytest.raises(EngineError, match="what this run wrote is gone"):
            writer.commit(b"")
        every = place.nodes.ask(f"_cat/indices/{place.address.name}*?format=json")
        assert every
        assert not [one for one in every if one["index"].startswith(gone)]

    def test_an_article_that_no_cluster_takes_leaves_its_neighbours_alone(
        self, place: Place
    ) -> None:
        writer = place.writer(rebuild=True)
        writer.put(article("n1", "before"))
        for bad in (
            article("n2", "x", path="p" * 40_000),
            article("i" * 600, "x"),
            article("", "x"),
        ):
            with pytest.raises(EngineError, match="cannot be stored"):
                writer.put(bad)
        writer.put(article("n3", "after"))
        writer.commit(b"")
        assert place.ids() == {"n1", "n3"}


def clusters_of(engine: whoosh.WhooshEngine, batch: list[Article]) -> set[tuple[str, ...]]:
    return {engine.copies(one.id) for one in batch} - {()}


def test_copies_are_those_of_the_embedded_engine_run_after_run(
    place: Place, tmp_path: Path
) -> None:
    path = tmp_path / "index"
    whoosh.create(path)
    batch = [*joint(1), *joint(2), *articles(40)]
    runs: list[Callable[[ClusterWriter | whoosh.WhooshWriter], None]] = [
        lambda writer: [writer.put(one) for one in batch[2:]] and None,
        lambda writer: [writer.put(one) for one in batch[:2]] and None,
        lambda writer: writer.delete(batch[1].id),
        lambda writer: writer.put(replace(batch[1], body="of its own " * 40)),
        lambda writer: writer.put(batch[1]),
    ]
    for number, run in enumerate(runs):
        embedded = whoosh.open_writer(path, lock_timeout=1)
        ours = place.writer(rebuild=number == 0)
        for writer in (embedded, ours):
            run(writer)
            writer.commit(b"")
        expected = clusters_of(whoosh.open_reader(path), batch)
        found: dict[str, dict[int, str]] = {}
        for article_id, (name, member) in place.places().items():
            found.setdefault(name, {})[member] = article_id
        members = [tuple(held[n] for n in range(len(held))) for held in found.values()]
        assert set(members) == expected
        assert {min(each) for each in members} == set(found)
        assert place.generation().clusters == len(expected)
    assert expected


def test_a_purge_leaves_nothing_of_what_was_deleted_in_any_file(place: Place) -> None:
    secret = "xyzzyplugh"
    place.fill(*articles(30), article("p1", f"the {secret} said"), rebuild=True)
    folders = folders_of(place.nodes)
    every = [one for held in folders.values() for one in held]
    assert files_with(secret, every)
    writer = place.writer()
    writer.delete("p1")
    writer.purge()
    writer.commit(b"", keep_previous=False)
    assert len(place.physical()) == 1
    assert secret not in place.words()
    newest = f"{place.generation().physical}*"
    assert files_with(secret, copies_of(place.nodes, newest, folders)) == []
    told = place.nodes.ask(f"_cat/segments/{newest}?format=json&h=docs.deleted")
    assert {one["docs.deleted"] for one in told} <= {"0"}
    # Files of a copy that was moved, and of an index that was removed, go a moment later.
    given_up = time.monotonic() + PATIENT
    while left := files_with(secret, every):
        assert time.monotonic() < given_up, left
        time.sleep(0.1)


def folders_of(nodes: Nodes) -> dict[str, list[Path]]:
    """Where the nodes of a cluster keep files, by their names."""
    told = nodes.ask("_nodes/stats/fs")["nodes"].values()
    return {one["name"]: [Path(data["path"]) for data in one["fs"]["data"]] for one in told}


def copies_of(nodes: Nodes, index: str, folders: dict[str, list[Path]]) -> list[Path]:
    """The folders of the copies of the shards of ``index`` that are where they are to stay."""
    names = nodes.ask(f"_cat/indices/{index}?format=json&h=index,uuid")
    uuids = {one["index"]: one["uuid"] for one in names}
    shards = nodes.ask(f"_cat/shards/{index}?format=json&h=index,shard,state,node")
    return [
        folder / "indices" / uuids[one["index"]] / one["shard"]
        for one in shards
        if one["state"] == "STARTED"
        for folder in folders[one["node"]]
    ]


def files_with(word: str, folders: list[Path]) -> list[Path]:
    """Files below ``folders`` that hold ``word`` as it is."""
    # Other indices of the cluster come and go, which a walk takes as it comes.
    every = [Path(top, name) for one in folders for top, _, names in os.walk(one) for name in names]
    return [file for file in every if word.encode() in content_of(file)]


def content_of(file: Path) -> bytes:
    """What a file holds, if it is still there."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""


def test_a_generation_is_kept_while_a_reader_holds_it_wherever_its_shards_went(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [place.generation().physical for _ in range(3) if place.fill(*articles(2))]
    assert set(kept) <= place.physical()
    monkeypatch.setattr(lending, "GRACE", lending.timedelta(0))
    point = place.nodes.ask(f"{kept[0]}/_search/point_in_time?keep_alive=30m", "POST")
    place.nodes.displace(kept[0])
    place.fill()
    newest = place.generation()
    assert place.physical() == {newest.physical, newest.previous, kept[0]}
    place.nodes.ask("_search/point_in_time", "DELETE", {"pit_id": [point["pit_id"]]})
    place.fill(*(revised(one, "again") for one in articles(2)))
    assert kept[0] not in place.physical()
