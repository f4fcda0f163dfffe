"""What a cluster fails by for a moment is asked for again, and not for ever."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from searchkit.engines.opensearch import patience
from searchkit.engines.opensearch.address import Address
from searchkit.errors import (
    ClusterBusy,
    ClusterDegraded,
    ClusterProblem,
    ClusterRefused,
    ClusterUnreachable,
)

WHERE = "opensearch://one:9200/news"


class Clock:
    """Time that passes by sleeping alone."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(patience, "time", made)
    return made


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


def problem(status: int, told: object) -> ClusterProblem:
    theirs = pytest.importorskip("opensearchpy")
    from searchkit.engines.opensearch.connection import Cluster

    kind = theirs.NotFoundError if status == 404 else theirs.TransportError
    error = Cluster(Address.parse(WHERE))._problem(kind(status, "error", {"error": told}))
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
    ],
)
def test_a_node_that_is_lost_in_the_middle_of_an_answer_is_told_as_that(
    status: int, told: object
) -> None:
    error = problem(status, told)
    assert isinstance(error, ClusterDegraded)
    assert "a node was lost meanwhile" in str(error)


def test_other_refusals_stay_what_they_are() -> None:
    error = problem(500, {"type": "illegal_state_exception", "reason": "odd"})
    assert not isinstance(error, ClusterDegraded)
    assert "it refuses (500: odd)" in str(error)
