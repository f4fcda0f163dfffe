"""The engine on a cluster: the contract, and what is its own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from cluster import Cluster
from corpus import articles
from engine_contract import EngineContract, fill, ids

from searchkit.engines import opensearch
from searchkit.engines.base import Request, Sort, Writer
from searchkit.engines.bm25 import idf
from searchkit.engines.opensearch.address import Address
from searchkit.engines.opensearch.engine import ClusterEngine
from searchkit.engines.opensearch.requests import Search, Walk
from searchkit.engines.opensearch.statistics import Statistics
from searchkit.errors import EngineError
from searchkit.query.nodes import Every, Or, Phrase, Prefix, Term
from searchkit.query.questions import Asked


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
        assert cluster.is_open(point)
        if stop:
            walked.close()
        else:
            assert sum(len(hits) for hits in walked) == 40 - 9
        assert not cluster.is_open(point)


def test_a_stream_of_matches_that_is_given_up_leaves_nothing(
    cluster: Cluster, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("searchkit.engines.opensearch.engine._STREAMED", 4)
    client, opened = held.engine._cluster.client, list[str]()
    create = client.create_pit

    def seen(**given: object) -> Any:
        made = create(**given)
        opened.append(made["pit_id"])
        return made

    monkeypatch.setattr(client, "create_pit", seen)
    matches = held.engine.matches(Request(Every(), offset=3))
    assert next(matches).article.id
    assert any(map(cluster.is_open, opened))
    matches.close()
    assert not any(map(cluster.is_open, opened))


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


LEARNT = Asked(("police", "diversity", "search"), learn=True)
WIDE = Or((Term("police"), Term("diversity"), Term("search")))


@pytest.fixture
def asked(held: Held, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is asked of the cluster from now on: which kind of request, and how many searches."""
    told: list[str] = []
    asker = held.engine._asker
    searched, searched_several = asker._searched, asker._searched_several

    def one(*arguments: object) -> object:
        told.append("search")
        return searched(*arguments)

    def several(*arguments: object) -> object:
        told.append(f"{len(arguments[0])} searches")
        return searched_several(*arguments)

    monkeypatch.setattr(asker, "_searched", one)
    monkeypatch.setattr(asker, "_searched_several", several)
    return told


def test_only_a_question_asks_more_than_once_and_only_for_its_first_page(
    held: Held, asked: list[str]
) -> None:
    request = Request(WIDE, limit=5, asked=LEARNT)
    plain = (
        replace(request, asked=replace(LEARNT, learn=False)),
        replace(request, sort=Sort.NEWEST),
        replace(request, limit=0),
    )
    for warm in (True, False):
        # What is known of words and copies is not asked for again.
        told = []
        held.engine._heads._known.clear()
        for one in (request, replace(request, offset=5), *plain):
            del asked[:]
            held.engine.search(one)
            told.append(list(asked))
        assert warm or told == [["search", "search"], ["2 searches"], *[["search"]] * 3]


def test_pages_of_a_question_fit_together_also_where_hits_are_walked_to(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("searchkit.engines.feedback.DEPTH", 11)
    held.engine._heads._known.clear()
    request = Request(WIDE, limit=40, asked=LEARNT)
    whole = held.engine.search(request)
    assert len(whole.matches) > 20
    monkeypatch.setattr("searchkit.engines.opensearch.shape.PAGE_WINDOW", 0)
    monkeypatch.setattr("searchkit.engines.opensearch.pages._WALKED", 3)
    monkeypatch.setattr("searchkit.engines.opensearch.engine._STREAMED", 4)
    for known in (True, False):
        for offset in (0, 9, 11, 13, len(whole.matches)):
            if not known:
                held.engine._heads._known.clear()
            page = held.engine.search(replace(request, offset=offset, limit=6))
            assert page.matches == whole.matches[offset : offset + 6]
            assert page.total == whole.total
            rest = tuple(held.engine.matches(replace(request, offset=offset)))
            assert rest == whole.matches[offset:]


def test_how_telling_stems_are_is_counted_by_their_words_and_kept(
    held: Held, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("searchkit.engines.opensearch.statistics._AT_ONCE", 2)
    statistics = Statistics(held.engine._asker, 40)
    stems = ["divers", "search", "zebra"]
    forms = [sum(held.engine.forms(word).values()) for word in ("diverse", "searches", "zebra")]
    del asked[:]
    told = statistics.idfs_of(stems)
    assert told == [idf(40, held_by) for held_by in forms]
    assert (statistics.idfs_of(stems[:2]), asked) == (told[:2], ["2 searches"])


def test_several_threads_share_one_reader(held: Held) -> None:
    queries = [Term("diversity"), Phrase(("stop", "and", "search")), Prefix("pol"), Every()]
    expected = [ids(held.engine, query) for query in queries]
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(partial(ids, held.engine), queries * 5))
    assert answers == expected * 5
