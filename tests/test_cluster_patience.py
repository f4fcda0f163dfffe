"""What a cluster fails by for a moment is asked for again, and no answer is one of some shards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import opensearchpy
import pytest
from clocks import Clock, clock_of

from searchkit.engines.opensearch import patience
from searchkit.engines.opensearch.address import Address
from searchkit.engines.opensearch.connection import Cluster
from searchkit.engines.opensearch.generations import Generation
from searchkit.engines.opensearch.requests import Asker, Search, Walk
from searchkit.errors import (
    ClusterBusy,
    ClusterDegraded,
    ClusterProblem,
    ClusterRefused,
    ClusterUnreachable,
)

WHERE = "opensearch://one:9200/news"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return clock_of(monkeypatch, patience)


def failing(times: int, error: Exception) -> tuple[Callable[[], str], list[int]]:
    """What fails so often before it is done, and how often it was tried."""
    tried: list[int] = []

    def do() -> str:
        tried.append(len(tried))
        if len(tried) <= times:
            raise error
        return "done"

    return do, tried


def test_what_passes_is_waited_for(clock: Clock) -> None:
    do, tried = failing(4, ClusterBusy(WHERE, "busy"))
    assert patience.patiently(do) == "done"
    assert (len(tried), clock.now) == (5, sum(patience.WAITS[:4]))


def test_what_does_not_pass_is_told_at_once(clock: Clock) -> None:
    do, tried = failing(1, ClusterRefused(WHERE, "no password"))
    with pytest.raises(ClusterRefused):
        patience.patiently(do)
    assert (len(tried), clock.now) == (1, 0.0)


def test_patience_ends_by_the_clock_however_long_a_try_takes(clock: Clock) -> None:
    do, tried = failing(1_000, ClusterUnreachable(WHERE, "no node answers"))

    def slow() -> str:
        clock.now += 20.0
        return do()

    with pytest.raises(ClusterUnreachable):
        patience.patiently(slow)
    assert clock.now <= patience.PATIENCE_SECONDS + 2 * 20.0
    assert 4 < len(tried) < 10


def test_pauses_of_ones_own_are_kept_to(clock: Clock) -> None:
    do, tried = failing(9, ClusterDegraded(WHERE, "a node was lost"))
    with pytest.raises(ClusterDegraded):
        patience.patiently(do, (ClusterDegraded,), (0.5, 1.0))
    assert (len(tried), clock.now) == (3, 1.5)


def unasked() -> Cluster:
    """A cluster that nothing is asked of."""
    return Cluster(Address.parse(WHERE))


def problem(status: int, told: object) -> ClusterProblem:
    kind = opensearchpy.NotFoundError if status == 404 else opensearchpy.TransportError
    error = unasked()._problem(kind(status, "error", {"error": told}))
    assert isinstance(error, ClusterProblem)
    return error


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (500, {"root_cause": [{"type": "node_disconnected_exception", "reason": "gone"}]}),
        (
            500,
            {
                "type": "search_phase_execution_exception",
                "failed_shards": [{"reason": {"type": "node_not_connected_exception"}}],
            },
        ),
        (404, {"type": "search_context_missing_exception", "reason": "No search context found"}),
        (500, {"type": "illegal_state_exception", "reason": "no node found for id: 5f8x"}),
        (
            400,
            {
                "root_cause": [{"type": "query_shard_exception", "reason": "failed"}],
                "caused_by": {"type": "already_closed_exception", "reason": "closed"},
            },
        ),
    ],
)
def test_a_node_or_shard_that_is_lost_in_the_middle_of_an_answer_is_told_as_that(
    status: int, told: object
) -> None:
    error = problem(status, told)
    assert isinstance(error, ClusterDegraded)
    assert "a node or a shard went away meanwhile" in str(error)


def test_other_refusals_stay_what_they_are() -> None:
    error = problem(500, {"type": "illegal_state_exception", "reason": "odd"})
    assert not isinstance(error, ClusterDegraded)
    assert "it refuses (500: odd)" in str(error)


def test_an_answer_of_some_shards_is_none() -> None:
    cluster = unasked()
    cluster.check_whole({"_shards": {"total": 3, "successful": 3, "failed": 0}})
    for shards in (
        {"total": 3, "successful": 2, "failed": 0},
        {"total": 3, "successful": 2, "failed": 1, "failures": [{"reason": {"reason": "torn"}}]},
    ):
        with pytest.raises(ClusterDegraded, match="1 of 3 shards"):
            cluster.check_whole({"_shards": shards})


def test_what_is_done_on_all_copies_that_are_there_is_done() -> None:
    unasked().check_done({"_shards": {"total": 6, "successful": 3, "failed": 0}})
    with pytest.raises(ClusterDegraded, match="1 of 6 shards failed"):
        unasked().check_done({"_shards": {"total": 6, "successful": 3, "failed": 1}})


class Losing:
    """A client whose points in time are lost with every second page."""

    def __init__(self) -> None:
        self.opened: list[dict[str, object]] = []
        self._asked = 0

    def create_pit(self, *, index: str, params: dict[str, object]) -> dict[str, object]:
        self.opened.append(params)
        shards = {"total": 1, "successful": 1, "failed": 0}
        return {"pit_id": f"{len(self.opened)} of {index}", "_shards": shards}

    def delete_pit(self, *, body: object) -> None:
        pass

    def search(self, *, body: dict[str, Any], params: object) -> dict[str, object]:
        self._asked += 1
        if self._asked % 2 == 0:
            raise ClusterDegraded(WHERE, "a node was lost")
        first = body.get("search_after", [0])[0] + 1
        hits = [{"sort": [number]} for number in range(first, min(first + 2, 6))]
        return {"hits": {"hits": hits}, "_shards": {"total": 1, "successful": 1, "failed": 0}}


def walked(monkeypatch: pytest.MonkeyPatch, *, scored: bool) -> tuple[list[int], Losing]:
    """The hits of a walk over five until it ends, and its client."""
    cluster, client = unasked(), Losing()
    monkeypatch.setattr(cluster, "client", client)
    walk = Walk(Asker(cluster, Generation("1-a", 1, "news-1")), Search({}, scored=scored), 2)
    found: list[int] = []
    try:
        for hits in walk:
            found += [hit["sort"][0] for hit in hits]
    except ClusterDegraded:
        found.append(-1)
    return found, client


def test_a_walk_in_an_order_of_its_own_goes_on_after_a_loss(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, client = walked(monkeypatch, scored=False)
    assert (found, len(client.opened)) == ([1, 2, 3, 4, 5], 3)
    assert {one["allow_partial_pit_creation"] for one in client.opened} == {"false"}


def test_a_ranking_goes_on_at_the_same_point_in_time_alone(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, client = walked(monkeypatch, scored=True)
    assert (found, len(client.opened)) == ([1, 2, 3, 4, 5], 1)
