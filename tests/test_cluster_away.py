"""A cluster that goes away while its index is served: 503, in its own words, until it is back."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from corpus import Placed, articles, fill_index
from cutting import Wire
from serving import served
from starlette.testclient import TestClient

from searchkit.engines.opensearch.address import Address
from searchkit.guarded import workers
from searchkit.settings import QUERY_LIMITS

if TYPE_CHECKING:
    from cluster import Cluster

pytestmark = [
    pytest.mark.parametrize("placed", ["cluster"], indirect=True),
    pytest.mark.cluster,
]
LIMITS = replace(QUERY_LIMITS, seconds=8.0)
PATIENT = 120.0
"""Seconds: what is to come in the end may take its time on a busy machine."""

HTML = {"accept": "text/html"}
API = ("/api/search", "/api/facets", "/api/timeline", "/api/forces", "/feed.atom", "/search.csv")
PAGES = ("/search", "/timeline", "/forces")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, placed: Placed) -> Address:
    place = placed(tmp_path_factory.mktemp("away") / "away")
    return Address.parse(str(fill_index(place, articles(60))))


@pytest.fixture
def wire(address: Address) -> Iterator[Wire]:
    with Wire(address.hosts[0]) as one:
        yield one


@pytest.fixture
def client(address: Address, wire: Wire) -> Iterator[TestClient]:
    """A client of the application, which reaches the cluster by the wire alone."""
    place = f"opensearch://127.0.0.1:{wire.port}/{address.name}"
    with served(place, workers=2, limits=LIMITS) as one:
        yield one


def assert_says_nothing_of(address: Address, wire: Wire, text: str, *headers: str) -> None:
    """An answer tells no host, no port, no name of an index."""
    ports = [str(wire.port), *(str(port) for _, port in address.hosts)]
    for secret in ("127.0.0.1", "opensearch", address.name, *(f":{port}" for port in ports)):
        assert secret not in text.lower()
        assert secret not in " ".join(headers).lower()


def until_answered(client: TestClient, path: str) -> None:
    given_up = time.monotonic() + PATIENT
    while client.get(path).status_code != 200:
        assert time.monotonic() < given_up, "the cluster is back, and nothing is answered"
        time.sleep(0.1)


def test_while_the_cluster_is_away_that_is_said_and_what_needs_no_index_is_answered(
    client: TestClient, wire: Wire, address: Address
) -> None:
    assert client.get("/api/search?q=police").json()["total"] > 0
    wire.cut()
    for number, path in enumerate((*API, "/healthz")):
        answer = client.get(path if path == "/healthz" else f"{path}?q=word{number}")
        if path == "/api/forces":
            answer = client.get(path)
        assert answer.status_code == 503, path
        assert int(answer.headers["retry-after"]) >= 1
        assert answer.headers["content-type"] == "application/problem+json"
        told = answer.json()
        assert (told["status"], told["type"]) == (503, "urn:searchkit:problem:index")
        assert_says_nothing_of(address, wire, answer.text, *answer.headers.values())
    for path in PAGES:
        answer = client.get(path, headers=HTML)
        assert answer.status_code == 503, path
        assert "cannot be searched at the moment" in answer.text
        assert_says_nothing_of(address, wire, answer.text, *answer.headers.values())
    assert client.get("/tips", headers=HTML).status_code == 200
    assert client.get("/api/search?colour=red").status_code == 400


def test_when_it_is_back_it_is_answered_from_by_the_same_workers(
    client: TestClient, wire: Wire
) -> None:
    service = client.app.state.service  # type: ignore[attr-defined]
    before = {worker._running.pid for worker in service._workers._all}
    for word in ("police", "burglary"):
        wire.cut()
        assert client.get(f"/api/search?q={word}").status_code == 503
        wire.mend()
        until_answered(client, f"/api/search?q={word}")
        until_answered(client, "/healthz")
    assert {worker._running.pid for worker in service._workers._all} == before


def test_a_cluster_that_is_silent_is_waited_for_no_longer_than_a_query_may_take(
    client: TestClient, wire: Wire, address: Address
) -> None:
    assert client.get("/api/search?q=police").status_code == 200
    wire.silence()
    begun = time.monotonic()
    answer = client.get("/api/search?q=burglary")
    assert time.monotonic() - begun < LIMITS.seconds + 20
    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:searchkit:problem:late"
    assert int(answer.headers["retry-after"]) >= 1
    assert_says_nothing_of(address, wire, answer.text)
    wire.mend()
    until_answered(client, "/api/search?q=burglary")


def test_a_slow_cluster_is_told_as_that_and_not_as_a_query_that_takes_too_much(
    wire: Wire, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of its answers comes in time, and all that one question needs do not."""
    # Of so little time a busy machine may take a good part for itself.
    monkeypatch.setattr(workers, "_MOSTLY", 0.01)
    limits = replace(LIMITS, seconds=4.0)
    wire.slow(limits.seconds / 4)
    place = f"opensearch://127.0.0.1:{wire.port}/{address.name}"
    with served(place, limits=limits) as client:
        for path in ("/api/search?q=officers", "/search.csv?q=diverse", "/search?q=burglars"):
            answer = client.get(path, headers=HTML)
            assert answer.status_code == 503, path
            assert int(answer.headers["retry-after"]) >= 1
            assert "answers slowly" in answer.text
            assert "again" in answer.text
            assert "for less" not in answer.text.lower()
            assert_says_nothing_of(address, wire, answer.text, *answer.headers.values())
        wire.mend()
        until_answered(client, "/api/search?q=officers")


def test_a_worker_that_is_killed_while_it_waits_leaves_nothing_on_the_cluster(
    client: TestClient, wire: Wire, address: Address, cluster: Cluster
) -> None:
    assert client.get("/api/search?q=police").status_code == 200
    wire.silence()
    service = client.app.state.service  # type: ignore[attr-defined]
    answers: list[int] = []
    asking = threading.Thread(
        target=lambda: answers.append(client.get("/search.csv?q=police").status_code)
    )
    asking.start()
    given_up = time.monotonic() + PATIENT
    while service._workers._idle.qsize() == len(service._workers._all):
        assert time.monotonic() < given_up, "no worker is asked"
        time.sleep(0.01)
    for worker in service._workers._all:
        worker._running.kill()
    asking.join()
    assert answers == [500]
    wire.mend()
    until_answered(client, "/api/search?q=police")
    assert all(one["keep_alive"] <= 120_000 for one in cluster.points(address.name))


def test_a_server_starts_while_the_cluster_is_away(address: Address, wire: Wire) -> None:
    wire.cut()
    place = f"opensearch://127.0.0.1:{wire.port}/{address.name}"
    with served(place, limits=LIMITS) as client:
        answer = client.get("/api/search?q=police")
        assert answer.status_code == 503
        assert "127.0.0.1" not in json.dumps(answer.json())
        wire.mend()
        until_answered(client, "/api/search?q=police")


def test_the_pages_of_an_index_that_is_there_name_no_host_of_its_cluster(
    client: TestClient, wire: Wire, address: Address
) -> None:
    for path in (*API, *PAGES, "/", "/about", "/healthz", "/api/openapi.json", "/nowhere"):
        answer = client.get(path)
        text = answer.text.replace("http://127.0.0.1:8000", "")
        assert_says_nothing_of(address, wire, text, *answer.headers.values())
