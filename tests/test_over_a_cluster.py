"""What is different of an index on a real cluster: memory, and commands that look at the index.
What is the same runs twice, over both: see ``placed`` in conftest."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from corpus import write_files

from searchkit import Index
from searchkit.cli import main
from searchkit.cli.exits import Exit
from searchkit.guarded import SearchWorkers
from searchkit.settings import QUERY_LIMITS

if TYPE_CHECKING:
    from cluster import Cluster

Captured = pytest.CaptureFixture[str]

PATIENT = replace(QUERY_LIMITS, seconds=30.0)
"""A machine that runs a cluster and these tests may be slow."""


@pytest.fixture(scope="module")
def place(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory, seeds: Path) -> str:
    """The address of the articles that ``small_index`` has."""
    folder = tmp_path_factory.mktemp("over")
    write_files(folder / "news", 60)
    address = cluster.address()
    with Index.create(address) as index:
        index.add(folder / "news", seeds)
    return address


def test_the_client_fits_into_the_memory_of_a_query(place: str) -> None:
    """It is imported, and a search answered, with an eighth of what a query may take."""
    limits = replace(PATIENT, memory_bytes=PATIENT.memory_bytes // 8)
    opener = "searchkit.guarded.worker:await_index"
    with SearchWorkers(place, count=1, limits=limits, opener=opener) as workers:
        assert workers.search("police")["total"] > 0


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
