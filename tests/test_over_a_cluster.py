"""Workers, server, agents and commands over an index on a real cluster, beside one in a folder."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from corpus import write_files
from serving import served

from searchkit import Index
from searchkit.cli import main
from searchkit.cli.exits import Exit
from searchkit.errors import ArticleNotFound, QueryError
from searchkit.guarded import SearchWorkers
from searchkit.settings import QUERY_LIMITS

if TYPE_CHECKING:
    from cluster import Cluster

Captured = pytest.CaptureFixture[str]

PATIENT = replace(QUERY_LIMITS, seconds=30.0)
"""A machine that runs a cluster and these tests may be slow."""

ASKED = (
    "police",
    '"stop and search" OR knife*',
    "title:appeal -london",
    "burglary~ (man OR woman)",
    "",
)


@pytest.fixture(scope="module")
def place(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory, seeds: Path) -> str:
    """The address of the articles that ``small_index`` has."""
    folder = tmp_path_factory.mktemp("over")
    write_files(folder / "news", 60)
    address = cluster.address()
    with Index.create(address) as index:
        index.add(folder / "news", seeds)
    return address


@pytest.fixture(scope="module")
def workers(place: str) -> Iterator[SearchWorkers]:
    with SearchWorkers(place, count=2, limits=PATIENT) as opened:
        yield opened


@pytest.mark.parametrize("text", ASKED)
def test_workers_find_what_a_folder_has(
    text: str, workers: SearchWorkers, small_index: Path
) -> None:
    with Index.open(small_index) as index:
        beside = index.search(text, limit=100)
    found = workers.search(text, limit=100)
    assert found["total"] == beside.total
    assert {hit["id"] for hit in found["hits"]} == {hit.id for hit in beside}


def test_workers_raise_what_is_wrong(workers: SearchWorkers) -> None:
    with pytest.raises(QueryError):
        workers.search("colour:red")
    with pytest.raises(ArticleNotFound):
        workers.find("0" * 16)


def test_the_client_fits_into_the_memory_of_a_query(place: str) -> None:
    """It is imported, and a search answered, with an eighth of what a query may take."""
    limits = replace(PATIENT, memory_bytes=PATIENT.memory_bytes // 8)
    opener = "searchkit.guarded.worker:await_index"
    with SearchWorkers(place, count=1, limits=limits, opener=opener) as workers:
        assert workers.search("police")["total"] > 0


class TestServing:
    def test_pages_and_api_answer_as_of_a_folder(self, place: str, small_index: Path) -> None:
        with served(place, limits=PATIENT) as client, served(small_index) as beside:
            for path in (
                "/api/search?q=police&facet=force",
                "/api/facets?facet=year&facet=type&q=appeal",
                "/api/timeline?by=year&split=force",
                "/api/forces",
            ):
                told, wanted = client.get(path), beside.get(path)
                assert told.status_code == wanted.status_code == 200
                assert _counts(told.json()) == _counts(wanted.json())
            for path in ("/", "/search?q=police", "/timeline?q=police", "/forces", "/feed.atom"):
                assert client.get(path).status_code == beside.get(path).status_code == 200
            assert client.get("/healthz").json()["articles"] == 63

    def test_a_new_generation_is_followed(self, cluster: Cluster, tmp_path: Path) -> None:
        (tmp_path / "a.md").write_text("A headline\n\nSome words about a bicycle.\n")
        with (
            Index.build(tmp_path, cluster.address()) as index,
            served(index.address, limits=PATIENT) as client,
        ):
            answer = client.get("/api/search?q=bicycle")
            tag = answer.headers["etag"]
            unchanged = client.get("/api/search?q=bicycle", headers={"if-none-match": tag})
            assert unchanged.status_code == 304
            (tmp_path / "b.md").write_text("A headline\n\nSome words about a barn.\n")
            index.add(tmp_path)
            until = time.monotonic() + 20
            while client.get("/api/search?q=barn").json()["total"] != 1:
                assert time.monotonic() < until, "the new generation is not seen"
                time.sleep(0.1)
            again = client.get("/api/search?q=bicycle", headers={"if-none-match": tag})
            assert again.status_code == 200
            assert client.get("/healthz").json()["generation"] == index.generation

    def test_an_index_that_is_not_there_is_a_503_until_it_is(
        self, cluster: Cluster, seeds: Path
    ) -> None:
        address = cluster.address()
        with served(address, limits=PATIENT) as client:
            answer = client.get("/api/search?q=diversity")
            assert answer.status_code == 503
            assert address not in answer.text
            Index.build(seeds, address).close()
            until = time.monotonic() + 20
            while client.get("/api/search?q=diversity").status_code != 200:
                assert time.monotonic() < until, "the index is not seen"
                time.sleep(0.1)


def _counts(told: Any) -> Any:
    """What does not depend on time, on ranks, or on the state of an index."""
    if isinstance(told, dict):
        left_out = {"took_ms", "generation", "updated", "hits", "suggested_totals"}
        return {key: _counts(value) for key, value in told.items() if key not in left_out}
    return [_counts(value) for value in told] if isinstance(told, list) else told


def test_agents_are_answered(workers: SearchWorkers) -> None:
    pytest.importorskip("mcp", reason="the extra mcp is not installed")
    import anyio

    from searchkit.agents.tools import Tools

    found = anyio.run(Tools(workers).search, "police")
    assert found["total"] > 0
    document = anyio.run(Tools(workers).fetch, found["results"][0]["id"])
    assert document["text"]


class TestCommands:
    def test_a_sound_index_is_found_sound(self, place: str, capsys: Captured) -> None:
        assert main(["check", "--thorough", "--json", "--index", place]) == Exit.OK
        told = json.loads(capsys.readouterr().out)
        assert (told["sound"], told["articles"], told["compared"]) == (True, 63, 63)

    def test_damage_is_found_and_repaired(
        self, cluster: Cluster, seeds: Path, capsys: Captured
    ) -> None:
        address = cluster.address()
        Index.build(seeds, address).close()
        name = address.rpartition("/")[2]
        (physical,) = cluster.ask(f"_alias/{name}")
        cluster.ask(f"{physical}/_settings", "PUT", {"index.blocks.write": False})
        query = {"query": {"prefix": {"id": "c"}}}
        removed = cluster.ask(f"{physical}/_delete_by_query?refresh=true", "POST", query)
        assert removed["deleted"] > 0
        assert main(["check", "--index", address]) == Exit.INDEX
        assert "not found, though the catalogue has" in capsys.readouterr().out
        assert main(["check", "--repair", "--yes", "--index", address]) == Exit.OK
        with Index.open(address) as index:
            assert index.count() == 3

    def test_the_doctor_tells_of_the_cluster(self, place: str, capsys: Captured) -> None:
        main(["doctor", "--json", "--index", place])
        checks = {c["name"]: c for c in json.loads(capsys.readouterr().out)["checks"]}
        assert checks["cluster"]["found"].startswith("OpenSearch 2.")
        assert ": 63 articles in 1 shard with " in checks["newest"]["found"]
        assert checks["answers"]["status"] == checks["lock"]["status"] == "ok"
