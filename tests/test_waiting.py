"""How long a question may wait for another machine: all of its waits together, and no computing."""

from __future__ import annotations

import math
import threading
from contextlib import suppress
from typing import Any

import pytest
from clocks import Clock, clock_of

from searchkit import Index, waiting
from searchkit.cli import main
from searchkit.cli.exits import Exit
from searchkit.engines.opensearch import patience
from searchkit.engines.opensearch.address import Address
from searchkit.engines.opensearch.connection import Cluster
from searchkit.errors import ClusterDegraded, ClusterTimeout
from searchkit.guarded import wire
from searchkit.guarded.wire import Waits, answer_in, answer_line, note

WHERE = "opensearch://127.0.0.1:1,127.0.0.1:2/news"
JSON = {"content-type": "application/json"}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return clock_of(monkeypatch, waiting, patience, wire)


def test_waits_count_together_and_nothing_else_does(clock: Clock) -> None:
    told: list[bool] = []
    with waiting.at_most(3.0, told.append):
        for left in (2.0, 1.0, 0.0):
            clock.sleep(60)
            with waiting.waits():
                clock.sleep(1)
            assert waiting.left() == left
        assert waiting.most() == 3.0
    assert told == [True, False] * 3


def test_a_wait_that_fails_counts_too(clock: Clock) -> None:
    told: list[bool] = []
    with waiting.at_most(3.0, told.append):
        with suppress(OSError), waiting.waits():
            clock.sleep(2)
            raise OSError
        assert (waiting.left(), told) == (1.0, [True, False])


def test_where_nothing_is_bounded_a_wait_may_be_long(clock: Clock) -> None:
    with waiting.waits():
        clock.sleep(1e6)
    assert waiting.left() == waiting.most() == math.inf


def test_each_question_begins_anew_and_bounds_its_own_thread(clock: Clock) -> None:
    elsewhere: list[float] = []
    for _ in range(2):
        with waiting.at_most(3.0):
            with waiting.waits():
                clock.sleep(2)
            thread = threading.Thread(target=lambda: elsewhere.append(waiting.left()))
            thread.start()
            thread.join()
            assert waiting.left() == 1.0
    assert elsewhere == [math.inf, math.inf]
    assert waiting.left() == math.inf


class Slow:
    """Hosts that take ``seconds`` to answer, or as long as they are given, and note how long that
    is."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.cluster = Cluster(Address.parse(WHERE))
        self.given: list[float | None] = []
        self._clock = clock
        self._seconds = seconds
        for connection in self.cluster.client.transport.connection_pool.connections:
            connection.perform_request = self._answer

    def _answer(self, *_: object, timeout: float | None, **__: Any) -> tuple[int, Any, str]:
        import opensearchpy

        self.given.append(timeout)
        self._clock.sleep(min(self._seconds, 30.0 if timeout is None else timeout))
        if timeout is not None and timeout < self._seconds:
            raise opensearchpy.ConnectionTimeout("TIMEOUT", "silent", None)
        return 200, JSON, '{"count": 1}'

    def count(self) -> int:
        with self.cluster.asking() as client:
            return int(client.count(index="news")["count"])


def test_a_request_of_a_question_has_what_those_before_it_left(clock: Clock) -> None:
    hosts = Slow(clock, 1.0)
    with waiting.at_most(2.5):
        assert (hosts.count(), hosts.count()) == (1, 1)
        with pytest.raises(ClusterTimeout, match=r"within 2\.5 seconds"):
            hosts.count()
        with pytest.raises(ClusterTimeout, match=r"within 2\.5 seconds"):
            hosts.count()
    assert hosts.given == [2.5, 1.5, 0.5], "neither another host nor another request is asked"
    assert clock.now == 2.5


def test_a_question_that_may_wait_long_leaves_no_request_more_than_it_has_anyway(
    clock: Clock,
) -> None:
    hosts = Slow(clock, 1.0)
    with waiting.at_most(500.0):
        hosts.count()
    hosts.count()
    assert hosts.given == [30.0, None]


def test_a_pause_for_which_no_time_is_left_ends_by_what_was_wrong_before_it(clock: Clock) -> None:
    tried = []

    def do() -> None:
        tried.append(clock.now)
        raise ClusterDegraded(WHERE, "a node was lost")

    with waiting.at_most(1.0), pytest.raises(ClusterDegraded):
        patience.patiently(do, pauses=(0.25, 0.5, 0.5, 8.0))
    assert tried == [0.0, 0.25, 0.75]


@pytest.mark.parametrize(("limit", "seconds"), [("10", 90), ("100", 90), ("1000", 900)])
def test_a_page_of_the_command_line_waits_so_long_in_all(
    limit: str, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounds = []

    def opened(*_: object, **__: object) -> Index:
        bounds.append(waiting.most())
        raise ClusterTimeout(WHERE, "it is slow")

    monkeypatch.setattr(Index, "open", opened)
    assert main(["query", "word", "--limit", limit, "--index", WHERE]) == Exit.INDEX
    assert bounds == [seconds]
    assert waiting.most() == math.inf


class TestNotes:
    """What a worker says before its answer, and what the pool makes of it."""

    @pytest.fixture
    def waits(self, clock: Clock) -> Waits:
        return Waits()

    def test_they_are_taken_out_of_what_is_said(self, waits: Waits) -> None:
        answer = answer_line("1-a", {"total": 3})
        said = bytearray(note(True) + note(False) + note(True) + note(False) + answer)
        waits.take(said)
        assert answer_in(bytes(said)).value == {"total": 3}

    @pytest.mark.parametrize("cut", [1, 3, len(note(True)) - 1])
    def test_half_of_one_is_left_until_it_is_whole(self, waits: Waits, cut: int) -> None:
        said = bytearray(note(True)[:cut])
        waits.take(said)
        assert said == note(True)[:cut]
        said += note(True)[cut:]
        waits.take(said)
        assert said == b""

    def test_time_between_them_is_waiting(self, waits: Waits, clock: Clock) -> None:
        for seconds in (1.0, 2.0):
            clock.sleep(10)
            waits.take(bytearray(note(True)))
            clock.sleep(seconds)
            waits.take(bytearray(note(False)))
        assert waits.seconds == 3.0

    def test_a_wait_that_has_not_ended_counts_until_now(self, waits: Waits, clock: Clock) -> None:
        waits.take(bytearray(note(True)))
        clock.sleep(1.5)
        assert waits.seconds == 1.5

    def test_what_is_no_note_is_an_error(self, waits: Waits) -> None:
        with pytest.raises(ValueError, match="neither"):
            waits.take(bytearray(b'"sleeps"\n'))
