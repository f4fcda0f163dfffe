"""The engine on a cluster: the contract, and what is its own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from cluster import Cluster
from corpus import articles
from engine_contract import EngineContract, fill, ids

from searchkit.engines import opensearch
from searchkit.engines.base import Request, Writer
from searchkit.engines.opensearch.address import Address
from searchkit.engines.opensearch.engine import ClusterEngine
from searchkit.engines.opensearch.requests import Search, Walk
from searchkit.errors import EngineError
from searchkit.query.nodes import Every, Phrase, Prefix, Term


class ClusterOpener:
    """Readers and writers of a fresh index on a cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self.address = Address.parse(cluster.address())
        self._readers: list[ClusterEngine] = []
        opensearch.create(self.address)

    def reader(self) -> ClusterEngine:
        self._readers.append(opensearch.open_reader(self.address))
        return self._readers[-1]

    def writer(self) -> Writer:
        return opensearch.open_writer(self.address, lock_timeout=1)

    def close(self, cluster: Cluster) -> None:
        for reader in self._readers:
            reader.close()
        for one in cluster.ask(f"_cat/indices/{self.address.name}*?format=json"):
            cluster.ask(one["index"], "DELETE")


@pytest.fixture
def opener(cluster: Cluster) -> Iterator[ClusterOpener]:
    opener = ClusterOpener(cluster)
    yield opener
    opener.close(cluster)


class TestOpenSearch(EngineContract):
    """The whole contract."""


class Held:
    """An index of 40 articles."""

    def __init__(self, opener: ClusterOpener) -> None:
        batch = articles(40)
        self.ids = sorted(one.id for one in batch)
        fill(opener, *batch)
        self.engine = opener.reader()

    def walk(self) -> Walk:
        """A walk over all of them by id, nine at a time."""
        body = {"query": {"match_all": {}}, "sort": [{"id": "asc"}], "_source": False}
        return Walk(self.engine._asker, Search(body), 9)


@pytest.fixture(scope="module")
def held(cluster: Cluster) -> Iterator[Held]:
    opener = ClusterOpener(cluster)
    yield Held(opener)
    opener.close(cluster)


def points(cluster: Cluster) -> set[str]:
    """The points in time that the cluster keeps."""
    told = cluster.ask("_search/point_in_time/_all")
    return {one["pit_id"] for one in told.get("pits", ())}


def test_a_lost_point_in_time_is_gone_on_from(cluster: Cluster, held: Held) -> None:
    found: list[str] = []
    walk = held.walk()
    for hits in walk:
        found += [hit["_id"] for hit in hits]
        if len(found) in (9, 27):
            cluster.ask("_search/point_in_time", "DELETE", {"pit_id": [walk._point]})
    assert found == held.ids


def test_points_in_time_are_let_go_after_all_and_before(cluster: Cluster, held: Held) -> None:
    for stop in (True, False):
        walk = held.walk()
        walked = iter(walk)
        next(walked)
        point = walk._point
        assert point in points(cluster)
        if stop:
            walked.close()
        else:
            assert sum(len(hits) for hits in walked) == 40 - 9
        assert point not in points(cluster)


def test_a_stream_of_matches_that_is_given_up_leaves_nothing(
    cluster: Cluster, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("searchkit.engines.opensearch.engine._STREAMED", 4)
    before = points(cluster)
    matches = held.engine.matches(Request(Every(), offset=3))
    assert next(matches).article.id
    assert points(cluster) > before
    matches.close()
    assert points(cluster) == before


def test_a_generation_that_is_gone_is_told_as_that(cluster: Cluster, opener: ClusterOpener) -> None:
    reader = opener.reader()
    cluster.ask(reader._described.physical, "DELETE")
    for ask in (
        lambda: reader.count(Every()),
        lambda: reader.get("x"),
        lambda: next(reader.articles()),
        reader.size,
    ):
        with pytest.raises(EngineError, match="is there no more; later ones replaced it") as caught:
            ask()
        assert caught.value.hint == "open the index again"


def test_several_threads_share_one_reader(held: Held) -> None:
    queries = [Term("diversity"), Phrase(("stop", "and", "search")), Prefix("pol"), Every()]
    expected = [ids(held.engine, query) for query in queries]
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(partial(ids, held.engine), queries * 5))
    assert answers == expected * 5
