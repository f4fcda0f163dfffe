"""Hosts of an address: which one is asked, and what is said where one is no OpenSearch."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import opensearchpy
import pytest

from searchkit import waiting
from searchkit.engines.opensearch.address import Address
from searchkit.engines.opensearch.bulk import Bulk
from searchkit.engines.opensearch.connection import Cluster
from searchkit.errors import (
    ClusterBusy,
    ClusterProblem,
    ClusterRefused,
    ClusterTimeout,
    ClusterUnsupported,
)
from searchkit.settings import ClusterOptions

Answer = tuple[int, dict[str, str], str]
JSON = {"content-type": "application/json"}


class Hosts:
    """Hosts, some of them silent, that note which of them is asked for what."""

    def __init__(self, address: str) -> None:
        self.cluster = Cluster(Address.parse(address), ClusterOptions())
        self.asked: list[tuple[int, str]] = []
        self.silent: set[int] = set()
        self.when_silent: Callable[[], object] = lambda: None
        for connection in self.cluster.client.transport.connection_pool.connections:
            connection.perform_request = self._of(connection)

    def _of(self, connection: Any) -> Callable[..., Answer]:
        def answer(method: str, url: str, params: object, *rest: object, **more: Any) -> Answer:
            assert more["timeout"] in (7, None), "patience is kept with a request"
            port = int(connection.host.rpartition(":")[2])
            self.asked.append((port, url))
            if port in self.silent:
                self.when_silent()
                raise opensearchpy.ConnectionTimeout(
                    "TIMEOUT", "silent", SimpleNamespace(pool=connection.pool)
                )
            return 200, JSON, '{"count": 1, "errors": false, "items": []}'

        return answer

    def count(self) -> int:
        with self.cluster.asking() as client:
            return int(client.count(index="news", params={"request_timeout": 7})["count"])


@pytest.fixture
def hosts() -> Hosts:
    return Hosts("opensearch://127.0.0.1:1,127.0.0.1:2,127.0.0.1:3/news")


def test_where_a_host_is_silent_another_is_asked_and_goes_on_being_asked(hosts: Hosts) -> None:
    hosts.silent = {2}
    assert [hosts.count() for _ in range(9)] == [1] * 9
    ports = [port for port, _ in hosts.asked]
    assert ports.count(2) == 1
    assert {1, 3} < {*ports}


def test_where_all_are_silent_it_is_enough_to_have_asked_two(hosts: Hosts) -> None:
    hosts.silent = {1, 2, 3}
    with pytest.raises(ClusterTimeout):
        hosts.count()
    assert len({port for port, _ in hosts.asked}) == len(hosts.asked) == 2


def test_what_was_silent_lately_is_not_asked_in_place_of_what_is_silent_now(hosts: Hosts) -> None:
    hosts.silent = {2, 3}
    while {2, 3} - {port for port, _ in hosts.asked}:
        with suppress(ClusterTimeout):
            hosts.count()
    hosts.silent = {1, 2, 3}
    hosts.asked.clear()
    with pytest.raises(ClusterTimeout):
        hosts.count()
    assert [port for port, _ in hosts.asked] == [1]


def test_where_no_time_is_left_no_other_is_asked_for_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    monkeypatch.setattr(waiting, "time", SimpleNamespace(monotonic=lambda: now[0]))
    hosts = Hosts("opensearch://127.0.0.1:1,127.0.0.1:2,127.0.0.1:3/news")
    hosts.silent = {2}
    hosts.when_silent = lambda: now.append(now.pop() + 7)

    def until_silent() -> None:
        for _ in range(3):
            hosts.count()

    with waiting.at_most(7), pytest.raises(ClusterTimeout):
        until_silent()
    with waiting.at_most(7):
        for _ in range(6):
            hosts.count()
    ports = [port for port, _ in hosts.asked]
    assert (ports.count(2), ports.index(2) + 6) == (1, len(ports) - 1)


def test_one_silent_host_alone_is_asked_once() -> None:
    hosts = Hosts("opensearch://127.0.0.1:1/news")
    hosts.silent = {1}
    for asked in (1, 2):
        with pytest.raises(ClusterTimeout):
            hosts.count()
        assert len(hosts.asked) == asked


@pytest.mark.parametrize(
    "do",
    [
        lambda client: client.bulk(body=b"{}\n", index="news"),
        lambda client: client.scroll(body={"scroll_id": "a"}),
        lambda client: client.indices.update_aliases(body={"actions": []}),
        lambda client: client.index(index="news", body={}),
    ],
)
def test_what_may_have_been_done_is_not_sent_again_though_its_host_is_left_alone(
    hosts: Hosts, do: Callable[[Any], object]
) -> None:
    hosts.silent = {1, 2}

    def until_silent() -> None:
        with hosts.cluster.asking() as client:
            while True:
                do(client)

    with pytest.raises(ClusterTimeout):
        until_silent()
    ((silent, _),) = [one for one in hosts.asked if one[0] in hosts.silent]
    hosts.asked.clear()
    hosts.silent = {silent}
    for _ in range(6):
        hosts.count()
    assert silent not in {port for port, _ in hosts.asked}


def unasked() -> Cluster:
    return Cluster(Address.parse("opensearch://one:9200/news"))


@pytest.mark.parametrize("told", ["hello", [], None, {}, {"version": "2.19.1"}])
def test_what_tells_no_version_is_no_opensearch(
    told: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = unasked()
    monkeypatch.setattr(cluster.client, "info", lambda: told)
    with pytest.raises(ClusterUnsupported, match="no OpenSearch") as caught:
        cluster.check_version()
    assert "opensearch://HOST:PORT/NAME" in caught.value.hint


@pytest.mark.parametrize(
    "error",
    [
        opensearchpy.NotFoundError(404, "not found", "<html>not found</html>"),
        opensearchpy.TransportError(302, "", ""),
        opensearchpy.SerializationError("Unknown mimetype: text/html"),
    ],
)
def test_neither_is_a_web_server(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise error

    cluster = unasked()
    monkeypatch.setattr(cluster.client, "info", refuse)
    with pytest.raises(ClusterUnsupported, match="no OpenSearch") as caught:
        cluster.check_version()
    assert "opensearch://HOST:PORT/NAME" in caught.value.hint


BLOCKED = {"type": "cluster_block_exception", "reason": "index [news-1] blocked by: [...]"}


@pytest.mark.parametrize(("status", "kind"), [(403, ClusterRefused), (429, ClusterBusy)])
def test_what_is_blocked_is_not_said_to_be_a_matter_of_passwords(
    status: int, kind: type[ClusterProblem]
) -> None:
    cluster = unasked()
    info = {"error": {"root_cause": [BLOCKED], **BLOCKED}, "status": status}
    whole = cluster._problem(opensearchpy.TransportError(status, BLOCKED["type"], info))
    of_one: Exception
    try:
        of_one = Bulk(cluster, "news-1", 1)._problem("a", {"status": status, "error": BLOCKED})
    except ClusterRefused as raised:
        of_one = raised
    for error in (whole, of_one):
        assert isinstance(error, ClusterProblem)
        assert isinstance(error, kind)
        assert "lets nothing be written (index [news-1] blocked by" in str(error)
        assert "disks full" in error.hint


def test_no_tls_and_a_certificate_that_is_not_trusted_are_told_apart() -> None:
    cluster = unasked()
    plain = cluster._problem(opensearchpy.SSLError("N/A", "[SSL] record layer failure", None))
    assert (type(plain), "opensearch_tls" in plain.hint) == (ClusterRefused, True)
    said = "[SSL: CERTIFICATE_VERIFY_FAILED] self-signed"
    strange = cluster._problem(opensearchpy.SSLError("N/A", said, None))
    assert (type(strange), "opensearch_ca" in strange.hint) == (ClusterRefused, True)
