"""script/cluster: real nodes on this machine that can be lost and come back."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cluster import Cluster, script

SETTINGS = {
    "index.number_of_shards": 1,
    "index.number_of_replicas": 1,
    "index.unassigned.node_left.delayed_timeout": "0",
}


@pytest.fixture
def ours(cluster: Cluster) -> Path:
    """The folder of the cluster that this session started."""
    if cluster.folder is None:
        pytest.skip("the cluster of SEARCHKIT_CLUSTER was not started by the tests")
    return cluster.folder


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    given_up = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < given_up, "it does not come true"
        time.sleep(0.1)


def name_of(address: str) -> str:
    return address.rpartition("/")[2]


def test_the_address_names_every_node(cluster: Cluster, ours: Path) -> None:
    said = script("address", folder=ours).stdout.strip()
    assert said == "opensearch://" + ",".join(f"127.0.0.1:{port}" for _, port in cluster.hosts)
    assert len(cluster.hosts) == 3


def test_every_address_of_an_index_is_new(cluster: Cluster) -> None:
    first, second = cluster.address("news"), cluster.address("news")
    assert first != second
    assert name_of(first).startswith(cluster.prefix)
    assert name_of(first).endswith("-news")


def test_it_is_opensearch_and_the_nodes_know_each_other(cluster: Cluster) -> None:
    for number in range(1, len(cluster.hosts) + 1):
        said = cluster.ask("", node=number)["version"]
        assert (said["distribution"], said["number"].split(".")[0]) == ("opensearch", "2")
        assert cluster.ask("_cluster/health", node=number)["number_of_nodes"] == len(cluster.hosts)


def test_a_second_start_says_that_it_runs(cluster: Cluster, ours: Path) -> None:
    again = script("start", folder=ours)
    assert again.returncode == 0
    assert again.stdout.startswith("runs already: opensearch://127.0.0.1:")


def test_a_node_is_lost_and_comes_back_with_its_data(cluster: Cluster, ours: Path) -> None:
    index = name_of(cluster.address("lost"))
    cluster.ask(index, "PUT", {"settings": {**SETTINGS, "index.number_of_replicas": 2}})
    cluster.ask(f"{index}/_doc/1?refresh=true&wait_for_active_shards=3", "PUT", {"word": "kept"})
    cluster.wait_green()
    cluster.kill(2)
    try:
        until(lambda: cluster.ask(f"_cluster/health/{index}")["status"] == "yellow")
        # What other tests keep there may have no second copy, or get one this moment.
        health = [cluster.ask("_cluster/health")["status"]]
        said = script("status", folder=ours)
        health.append(cluster.ask("_cluster/health")["status"])
        assert said.returncode == 1
        assert f"node 2  127.0.0.1:{cluster.hosts[1][1]}  gone" in said.stdout
        assert said.stdout.splitlines()[-1] in [f"2 of 3 nodes run; health: {h}" for h in health]
        partly = script("start", folder=ours)
        assert partly.returncode == 1
        assert "only the nodes [1, 3] of 3 run: use revive, or stop" in partly.stderr
        assert cluster.ask(f"{index}/_count")["count"] == 1
        twice = script("kill", "2", folder=ours)
        assert (twice.returncode, twice.stderr) == (1, "error: node 2 does not run\n")
    finally:
        cluster.revive(2)
        cluster.wait_green()
    said = script("status", folder=ours)
    assert said.returncode == 0
    assert said.stdout.splitlines()[-1] == "3 of 3 nodes run; health: green"
    assert cluster.ask(f"{index}/_doc/1?preference=_local", node=2)["_source"] == {"word": "kept"}


def test_what_the_tests_made_is_removed(cluster: Cluster) -> None:
    mine = Cluster(cluster.address().rpartition("/")[0])
    mine.ask(name_of(mine.address("mine")), "PUT", {"settings": SETTINGS})
    mine.ask(f"{mine.prefix}alias-free", "PUT", {"settings": SETTINGS})
    mine.clear()
    left = mine.ask("_cat/indices?format=json&expand_wildcards=all")
    assert [one["index"] for one in left if one["index"].startswith(mine.prefix)] == []


@pytest.mark.parametrize("command", ["stop", "status", "address"])
def test_where_there_is_no_cluster_that_is_said(command: str, tmp_path: Path) -> None:
    said = script(command, folder=tmp_path)
    assert said.returncode == 1
    assert said.stderr == f"error: no cluster in {tmp_path}: make one with  script/cluster start\n"


def test_a_number_that_no_node_has_is_refused(cluster: Cluster, ours: Path) -> None:
    said = script("kill", "4", folder=ours)
    assert (said.returncode, said.stderr) == (
        1,
        "error: no node 4: they are numbered from 1 to 3\n",
    )


def test_ports_in_use_are_named(cluster: Cluster, ours: Path, tmp_path: Path) -> None:
    taken = cluster.hosts[0][1]
    said = script("start", "--port", str(taken), folder=tmp_path)
    assert said.returncode == 1
    assert said.stderr == f"error: port {taken} is in use: choose another first port with --port\n"
    assert not (tmp_path / "cluster.json").exists()


def test_a_node_that_cannot_start_is_named_with_the_end_of_its_log(
    cluster: Cluster, tmp_path: Path
) -> None:
    said = script("start", "--port", "0", "--nodes", "1", "--heap", "1k", folder=tmp_path)
    assert said.returncode == 1
    assert said.stderr.startswith("error: node 1 ended while it started; its log ends:\n    ")
    assert "heap" in said.stderr


def test_nodes_end_with_the_process_they_were_started_for(cluster: Cluster, tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "600"]) as owner:
        alone = ("--port", "0", "--nodes", "1", "--while", str(owner.pid))
        try:
            started = script("start", *alone, folder=tmp_path)
        finally:
            owner.kill()
    assert started.returncode == 0, started.stderr
    try:
        until(lambda: "gone" in script("status", folder=tmp_path).stdout)
    finally:
        script("stop", folder=tmp_path)
