"""A cluster for one benchmark: nodes of script/cluster, which can be lost and come back.

It is asked as no client of searchkit's does, so that what is looked at is not what looks.
Invariant: the nodes end with the benchmark, however that ends.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).resolve().parent.parent / "script" / "cluster"
GREEN_SECONDS = 300.0
_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


class Nodes:
    """The nodes at ``hosts``, each ``HOST:PORT``; those of a ``folder`` can be lost."""

    def __init__(self, hosts: list[str], folder: Path | None = None) -> None:
        self.hosts = hosts
        self.folder = folder

    @property
    def numbers(self) -> list[int]:
        """All nodes, numbered from 1 as they stand in the address."""
        return list(range(1, len(self.hosts) + 1))

    def address(self, name: str) -> str:
        """The address of the index ``name`` on it."""
        return f"opensearch://{','.join(self.hosts)}/{name}"

    def ask(self, path: str, method: str = "GET") -> Any:
        """The JSON that the first node answers that does; ``None`` for what is not there."""
        silent: OSError | None = None
        for host in self.hosts:
            request = urllib.request.Request(f"http://{host}/{path}", method=method)
            try:
                with _open(request, timeout=10) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as refused:
                with refused:
                    if refused.code == 404:
                        return None
                    silent = OSError(f"{host}: {refused.code} {refused.read(300)!r}")
            except OSError as problem:
                silent = problem
        raise silent or OSError("there is no node")

    def manager(self) -> int:
        """The node that is the elected cluster manager."""
        (told,) = self.ask("_cat/cluster_manager?format=json")
        return int(told["node"].rpartition("-")[2])

    def kill(self, *numbers: int) -> None:
        """Lose nodes, as by a crash."""
        self._run("kill", *map(str, numbers))

    def revive(self, *numbers: int) -> None:
        """Start nodes again on the data they had."""
        self._run("revive", *map(str, numbers))

    def green(self, within: float = GREEN_SECONDS) -> float:
        """Wait until all nodes are there, and all copies of all shards; the seconds that took.
        Raises ``TimeoutError``."""
        began = time.monotonic()
        while not self._is_green():
            if time.monotonic() - began > within:
                raise TimeoutError(f"the cluster is not green after {within:.0f} seconds")
            time.sleep(0.1)
        return time.monotonic() - began

    def _is_green(self) -> bool:
        wanted = f"wait_for_status=green&wait_for_nodes={len(self.hosts)}&timeout=1s"
        try:
            return not self.ask(f"_cluster/health?{wanted}")["timed_out"]
        except OSError:
            return False

    def restart(self) -> None:
        """Stop all nodes in order, and start them on the data they had."""
        port = self.hosts[0].rpartition(":")[2]
        self._run("stop")
        self._run("start", "--port", port, "--nodes", str(len(self.hosts)), *_owned())

    def drop(self, name: str) -> None:
        """Remove the index ``name``, all of its generations."""
        found = self.ask(f"_cat/indices/{name},{name}-*?format=json&expand_wildcards=all") or []
        for one in found:
            self.ask(one["index"], "DELETE")

    def stored(self, name: str) -> tuple[int, int]:
        """Bytes on disk of the newest generation of ``name``: of one copy, and of all."""
        (physical,) = self.ask(name)
        told = self.ask(f"{physical}*/_stats/store")["_all"]
        primaries, every = (told[part]["store"]["size_in_bytes"] for part in ("primaries", "total"))
        return int(primaries), int(every)

    def _run(self, command: str, *arguments: str) -> None:
        if self.folder is None:
            raise RuntimeError("only nodes that were started here may be lost")
        run_script(command, "--folder", str(self.folder), *arguments)


def run_script(*arguments: str) -> str:
    """What script/cluster prints."""
    done = subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"script/cluster {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()


def _owned() -> tuple[str, str]:
    """Options that let nodes end with this process."""
    return "--while", str(os.getpid())


@contextmanager
def started(folder: Path, nodes: int = 3, *more: str) -> Iterator[Nodes]:
    """New nodes on free ports, whose data is in ``folder``; ``more`` options of script/cluster."""
    where = ("--folder", str(folder))
    run_script("start", *where, "--port", "0", "--nodes", str(nodes), *_owned(), *more)
    try:
        yield named(run_script("address", *where), folder)
    finally:
        run_script("stop", *where, "--remove")


def named(address: str, folder: Path | None = None) -> Nodes:
    """The nodes of ``HOST:PORT,...``, also with ``opensearch://`` before it."""
    return Nodes(address.removeprefix("opensearch://").rstrip("/").split(","), folder)
