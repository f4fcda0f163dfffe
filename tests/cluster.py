"""A real OpenSearch cluster for tests: one that runs, or one of three nodes for this session.

``SEARCHKIT_CLUSTER`` names one that runs: ``127.0.0.1:9201,127.0.0.1:9202``, or what
``script/cluster address`` prints.  Else script/cluster starts one on free ports at first use, which
ends with the session, however that ends.  Where none can be had, the test is skipped, or fails if
``SEARCHKIT_REQUIRE_CLUSTER`` is set.
"""

from __future__ import annotations

import itertools
import json
import os
import secrets
import subprocess
import time
import urllib.error
import urllib.request
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "script" / "cluster"
_MISSING = 3
_GREEN_SECONDS = 180.0
_SECONDS = 90.0
_REFUSED = 400
_NOWHERE = 404
_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


def script(command: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run script/cluster over the cluster in ``folder``."""
    return subprocess.run(
        [SCRIPT, command, "--folder", folder, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


class Cluster:
    """A cluster to index into; ``folder`` is None for one that this session did not start."""

    def __init__(self, address: str, folder: Path | None = None) -> None:
        pairs = (one.strip().rpartition(":") for one in _hosts(address).split(","))
        self.hosts = [(host, int(port)) for host, _, port in pairs]
        self.folder = folder
        self.prefix = f"test-{secrets.token_hex(4)}-"
        self._numbers = itertools.count(1)

    def address(self, name: str = "news") -> str:
        """The address of an index that nobody has used: ``name`` behind a prefix of its own."""
        hosts = ",".join(f"{host}:{port}" for host, port in self.hosts)
        return f"opensearch://{hosts}/{self.prefix}{next(self._numbers)}-{name}"

    def ask(self, path: str, method: str = "GET", body: object = None, *, node: int = 0) -> Any:
        """The JSON that the cluster answers, asked as no client of ours does; of one node for its
        number, else of the first that answers."""
        status, told = self._answer(path, method, body, node)
        assert status < _REFUSED, f"{method} {path}: {status} {json.dumps(told)}"
        return told

    def is_open(self, point: str) -> bool:
        """Whether this point in time can still be searched."""
        asked = {"size": 0, "pit": {"id": point}}
        status, told = self._answer("_search", "POST", asked)
        assert status < _REFUSED or status == _NOWHERE, f"{status} {json.dumps(told)}"
        return status < _REFUSED

    def move(self, name: str) -> int:
        """Have every shard of the indices ``name`` that stays where it is begin to move to another
        node; how many do."""
        nodes = {one["name"] for one in self.ask("_cat/nodes?format=json&h=name")}
        copies = self.ask(f"_cat/shards/{name}?format=json&h=index,shard,state,node")
        moved = 0
        for one in copies:
            index, shard = one["index"], one["shard"]
            held = {
                copy["node"] for copy in copies if (copy["index"], copy["shard"]) == (index, shard)
            }
            free = sorted(nodes - held)
            if one["state"] != "STARTED" or not free:
                continue
            move = {"index": index, "shard": int(shard), "from_node": one["node"]}
            commands = {"commands": [{"move": {**move, "to_node": secrets.choice(free)}}]}
            # Others move shards, too, and indices go.
            status, _ = self._answer("_cluster/reroute?metric=none", "POST", commands)
            moved += status < _REFUSED
        return moved

    def points(self, name: str) -> list[dict[str, Any]]:
        """The points in time that are open of indices whose names begin with ``name``, whoever
        opens and lets go of others meanwhile."""
        until = time.monotonic() + _GREEN_SECONDS
        while True:
            status, told = self._answer("_search/point_in_time/_all")
            if status == _NOWHERE:
                return []
            # A node that opens one this very moment fails to list what it has.
            if status < _REFUSED and not told.get("failures"):
                return [one for one in told["pits"] if name in _indices(one["pit_id"])]
            assert time.monotonic() < until, f"{status} {json.dumps(told)}"
            time.sleep(0.1)

    def _answer(
        self, path: str, method: str = "GET", body: object = None, node: int = 0
    ) -> tuple[int, Any]:
        """The status and the JSON that the cluster answers, as ``ask`` asks."""
        data = None if body is None else json.dumps(body).encode()
        asked = [self.hosts[node - 1]] if node else self.hosts
        for host, port in asked:
            request = urllib.request.Request(
                f"http://{host}:{port}/{path}", data, {"Content-Type": "application/json"}
            )
            request.method = method
            try:
                with _open(request, timeout=_SECONDS) as answer:
                    return answer.status, json.load(answer)
            except urllib.error.HTTPError as refused:
                with refused:
                    return refused.code, json.load(refused)
            except urllib.error.URLError as problem:
                silent = problem
        raise AssertionError(f"no node of the cluster answers: {silent}")

    def kill(self, *numbers: int) -> None:
        """Kill nodes, numbered from 1, as a crash would."""
        self._run("kill", numbers)

    def revive(self, *numbers: int) -> None:
        """Start nodes again on the data they had; returns when they have joined."""
        self._run("revive", numbers)

    @contextmanager
    def without(self, *numbers: int) -> Iterator[None]:
        """These nodes are killed for as long as this lasts, and are back afterwards."""
        self.kill(*numbers)
        try:
            yield
        finally:
            self.revive(*numbers)
            self.wait_green()

    def wait_green(self, seconds: float = _GREEN_SECONDS) -> None:
        """Wait until all nodes are there and every shard has all its copies."""
        self.wait_nodes(seconds, "wait_for_status=green&")

    def wait_nodes(self, seconds: float = _GREEN_SECONDS, more: str = "") -> None:
        """Wait until all nodes are there, and more comes true."""
        until = time.monotonic() + seconds
        while said := self._lacks(more):
            assert time.monotonic() < until, f"not there after {seconds:.0f} s: {said}"

    def _lacks(self, more: str) -> str:
        wanted = f"{more}wait_for_nodes=ge({len(self.hosts)})&timeout=1s"
        try:
            self.ask(f"_cluster/health?{wanted}")
        except AssertionError as not_yet:
            time.sleep(0.1)
            return str(not_yet)
        return ""

    def displace(self, index: str) -> None:
        """Have no shard of ``index``, which has one copy of each, on the node that it is on;
        returns when all have arrived elsewhere."""
        before = self._placed(index)
        until = time.monotonic() + _GREEN_SECONDS
        while True:
            placed = self._placed(index)
            # A shard that is on its way is told of as "from -> to".
            if not any(" " in node for node in placed.values()):
                if not placed.items() & before.items():
                    return
                self.move(index)
            assert time.monotonic() < until, f"the shards of {index} stay: {placed}"
            time.sleep(0.1)

    def _placed(self, index: str) -> dict[int, str]:
        """The node of each shard of ``index``."""
        listed = self.ask(f"_cat/shards/{index}?format=json")
        return {int(one["shard"]): one["node"] for one in listed}

    def clear(self) -> None:
        """Remove every index whose name begins with the prefix of this session."""
        listed = self.ask(f"_cat/indices/{self.prefix}*?format=json&expand_wildcards=all")
        names = [one["index"] for one in listed]
        for start in range(0, len(names), 50):
            some = ",".join(names[start : start + 50])
            self.ask(f"{some}?ignore_unavailable=true", "DELETE")

    def _run(self, command: str, numbers: tuple[int, ...]) -> None:
        if self.folder is None:
            _cannot("only a cluster that the tests start may lose nodes: unset SEARCHKIT_CLUSTER")
        done = script(command, *map(str, numbers), folder=self.folder)
        assert done.returncode == 0, done.stderr


def _hosts(address: str) -> str:
    return address.strip().removeprefix("opensearch://").rstrip("/")


def _indices(point: str) -> str:
    """What a point in time says of the indices that it is of, among much else."""
    return b64decode(point + "==", altchars=b"-_").decode("ascii", "replace")


def _cannot(said: str) -> NoReturn:
    if os.environ.get("SEARCHKIT_REQUIRE_CLUSTER"):
        pytest.fail(said)
    pytest.skip(said)


@contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    """The cluster of this session; one that it starts lives in ``folder``."""
    named = os.environ.get("SEARCHKIT_CLUSTER")
    if named:
        cluster = Cluster(named)
        # What others keep there may lack copies for as long as they like.
        cluster.wait_nodes()
        try:
            yield cluster
        finally:
            cluster.clear()
        return
    done = script("start", "--port", "0", "--while", str(os.getpid()), folder=folder)
    if done.returncode == _MISSING:
        _cannot(f"no OpenSearch cluster: {done.stderr.strip()}".replace("\n", "; "))
    assert done.returncode == 0, done.stderr
    try:
        yield Cluster(script("address", folder=folder).stdout, folder)
    finally:
        ended = script("stop", "--remove", folder=folder)
        assert ended.returncode == 0, ended.stderr
