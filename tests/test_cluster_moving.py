"""Shards that move from node to node, as those of any cluster do at any moment: nothing is missing
of what is written, read, purged or told meanwhile."""

from __future__ import annotations

import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from clocks import Clock, clock_of
from cluster import Cluster
from corpus import articles, revised
from engine_contract import article, ids
from opensearchpy.client.indices import IndicesClient

from searchkit.engines import opensearch
from searchkit.engines.base import Request
from searchkit.engines.opensearch import articles as reading
from searchkit.engines.opensearch import expunging, patience
from searchkit.engines.opensearch.address import Address
from searchkit.engines.opensearch.connection import Cluster as Connection
from searchkit.engines.opensearch.generations import Generation
from searchkit.engines.opensearch.requests import Asker
from searchkit.errors import ClusterDegraded
from searchkit.query.nodes import Every, Or, Phrase

WHERE = "opensearch://one:9200/news"
PATIENT = 120.0
"""Seconds: what is to come in the end may take its time on a busy machine."""


@pytest.fixture
def address(cluster: Cluster) -> Address:
    made = Address.parse(cluster.address("moving"))
    opensearch.create(made)
    return made


def test_what_is_written_and_read_while_shards_move_is_whole(
    cluster: Cluster, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("searchkit.engines.opensearch.engine._STREAMED", 7)
    batch = articles(40)
    again = [*batch[:20], *(revised(one, "again") for one in batch[20:])]
    moved = 0
    for number, run in enumerate((batch, again), 1):
        with opensearch.open_writer(address, lock_timeout=60, verify=True) as writer:
            for one in run[:30]:
                writer.put(one)
            moved += cluster.move(f"{address.name}-{number:06d}*")
            for one in run[30:]:
                writer.put(one)
            writer.commit(b"catalogue")
        with opensearch.open_reader(address) as reader:
            streamed = reader.matches(Request(Every()))
            found = [next(streamed).article]
            moved += cluster.move(f"{address.name}-{number:06d}*")
            assert sorted(ids(reader, Every())) == sorted(one.id for one in run)
            assert {one.id: one for one in reader.articles()} == {one.id: one for one in run}
            found += [match.article for match in streamed]
            assert sorted(one.id for one in found) == sorted(one.id for one in run)
            assert reader.catalogue() == b"catalogue"
            assert reader.size() >= 0
    assert moved or len(cluster.hosts) == 1


def test_a_purge_begins_anew_where_a_copy_took_deleted_documents_along(
    cluster: Cluster, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opensearch.open_writer(address, lock_timeout=60) as writer:
        for one in (*articles(20), article("p1", "the xyzzyplugh said")):
            writer.put(one)
        writer.commit(b"")
    joined: list[int] = []
    join = IndicesClient.forcemerge

    def moving(self: Any, **given: Any) -> Any:
        # A copy of the files as they are now is on its way before they are joined.
        joined.append(0 if joined else cluster.move(given["index"]))
        return join(self, **given)

    monkeypatch.setattr(IndicesClient, "forcemerge", moving)
    with opensearch.open_writer(address, lock_timeout=60) as writer:
        writer.delete("p1")
        writer.purge()
        writer.commit(b"", keep_previous=False)
    assert len(joined) > 1 or not joined[0]
    (physical,) = cluster.ask(f"_alias/{address.name}")
    told = cluster.ask(f"_cat/segments/{physical}*?format=json&h=docs.deleted")
    assert {one["docs.deleted"] for one in told} <= {"0"}


def test_a_ranking_goes_on_at_a_node_that_its_shard_has_left(
    cluster: Cluster, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("searchkit.engines.opensearch.engine._STREAMED", 4)
    with opensearch.open_writer(address, lock_timeout=60) as writer:
        for one in articles(60):
            writer.put(one)
        writer.commit(b"")
    (physical,) = cluster.ask(f"_alias/{address.name}")
    repeated = Phrase(("the", "the"), slop=9)
    request = Request(Or((Phrase(("stop", "and", "search")), Phrase(("of", "the")), repeated)))
    with opensearch.open_reader(address) as reader:
        whole = reader.search(replace(request, limit=100)).matches
        assert len(whole) > 20
        streamed = reader.matches(request)
        found = [next(streamed)]
        before = node_of(cluster, physical)
        given_up = time.monotonic() + PATIENT
        while len(cluster.hosts) > 1 and node_of(cluster, physical) in (before, ""):
            assert time.monotonic() < given_up, "the shard does not move"
            cluster.move(physical)
            time.sleep(0.2)
        found += streamed
        assert [one.article.id for one in found] == [one.article.id for one in whole]


def node_of(cluster: Cluster, index: str) -> str:
    """The node that has the one shard of ``index``; none while it moves."""
    (one,) = cluster.ask(f"_cat/shards/{index}?format=json&h=state,node")
    return str(one["node"]) if one["state"] == "STARTED" else ""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return clock_of(monkeypatch, patience, expunging)


class OneShard:
    """A client of a cluster with one shard: ``seen`` tells where that is, as ``node state``, and
    ``told`` whether it tells of itself, each time that it is asked; the last again and again."""

    def __init__(self, seen: str, told: str = "y") -> None:
        self._seen, self._told = seen.split(","), list(told)
        self.joined = 0
        self.cluster = SimpleNamespace(state=self._state)
        done = {"_shards": {"total": 1, "successful": 1, "failed": 0}}
        self.indices = SimpleNamespace(
            flush=lambda **_: done,
            refresh=lambda **_: done,
            put_settings=lambda **_: done,
            forcemerge=self._join,
            stats=self._stats,
        )

    def _state(self, **_: object) -> dict[str, object]:
        node, state = _next(self._seen).split()
        copy = {"state": state, "node": node, "allocation_id": {"id": f"on {node}"}}
        return {"routing_table": {"indices": {"news": {"shards": {"0": [copy]}}}}}

    def _join(self, **_: object) -> dict[str, object]:
        self.joined += 1
        return {"_shards": {"total": 1, "successful": 0, "failed": 0}}

    def _stats(self, **_: object) -> dict[str, object]:
        if _next(self._told) == "n":
            return {"indices": {}}
        return {"indices": {"news": {"shards": {"0": [{"docs": {"deleted": 0}}]}}}}


def _next(left: list[str]) -> str:
    return left.pop(0) if len(left) > 1 else left[0]


def connected(monkeypatch: pytest.MonkeyPatch, client: object) -> Connection:
    cluster = Connection(Address.parse(WHERE))
    monkeypatch.setattr(cluster, "client", client)
    return cluster


@pytest.mark.parametrize(
    ("seen", "told", "joined"),
    [
        ("a STARTED", "y", 1),
        ("a STARTED", "ny", 1),
        ("a STARTED", "yny", 2),
        ("a RELOCATING,a RELOCATING,b STARTED", "y", 1),
        ("a STARTED,a STARTED,b STARTED", "y", 2),
        ("a STARTED,a STARTED,a RELOCATING,b STARTED", "y", 2),
    ],
)
def test_segments_are_joined_of_copies_that_were_there_from_beginning_to_end(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, seen: str, told: str, joined: int
) -> None:
    shard = OneShard(seen, told)
    expunging.expunge(connected(monkeypatch, shard), ["news"])
    assert shard.joined == joined


@pytest.mark.parametrize(("seen", "told"), [("a RELOCATING", "y"), ("a STARTED", "n")])
def test_a_shard_that_never_stays_or_tells_nothing_is_not_taken_for_purged(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, seen: str, told: str
) -> None:
    with pytest.raises(ClusterDegraded, match="move from node to node"):
        expunging.expunge(connected(monkeypatch, OneShard(seen, told)), ["news"])


def test_the_size_is_that_of_all_shards_or_none(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shard(kind: str, size: str | None) -> dict[str, object]:
        return {"prirep": kind, "store": size}

    lacking = [shard("p", "3"), shard("p", None)], [shard("p", None), shard("r", "4")]
    whole = [shard("p", "3"), shard("r", None), shard("p", "4")]
    told = [*lacking, whole]
    shards = SimpleNamespace(shards=lambda **_: told.pop(0) if len(told) > 1 else told[0])
    client = SimpleNamespace(cat=shards)
    asker = Asker(connected(monkeypatch, client), Generation("1-a", 1, "news-1"))
    assert asker.size(["news-1"]) == 7
    for one in lacking:
        told[:] = [one]
        with pytest.raises(ClusterDegraded, match="does not tell how large it is"):
            asker.size(["news-1"])


def test_what_was_read_is_there_though_the_reading_cannot_be_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(**_: object) -> None:
        raise ClusterDegraded(WHERE, "a node was lost")

    def page(*hits: str) -> dict[str, object]:
        shards = {"total": 1, "successful": 1, "failed": 0}
        return {"_scroll_id": "s", "_shards": shards, "hits": {"hits": list(hits)}}

    client = SimpleNamespace(
        search=lambda **_: page("one"), scroll=lambda **_: page(), clear_scroll=away
    )
    cluster = connected(monkeypatch, client)
    assert list(reading.pages(cluster, "news-1", {})) == [["one"]]
