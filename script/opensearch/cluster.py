"""A cluster of real OpenSearch nodes on this machine, for development: see script/cluster.

Every node is a JVM of its own, so that to kill one is to lose a node.  Needs the standard library
alone, Java 17 and, once, Maven.  What it knows of a cluster stands in its folder: ``cluster.json``,
and for every node its log, the number of its process and its data.  A process is taken for a node
only while its command line names that node's folder.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from program import TRANSPORT, Problem, chosen, prepared, tool

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent.parent / ".cluster"
START_SECONDS = 300.0
STOP_SECONDS = 20.0
# The first compiler alone: a node is there after a third of the processor time.
QUICK = ("-XX:TieredStopAtLevel=1",)

_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


@dataclass(frozen=True)
class Cluster:
    """How many nodes, where, with how much heap; ``full`` with the optimising compiler."""

    folder: str
    nodes: int = 3
    port: int = 9201
    heap: str = "512m"
    full: bool = False
    owner: int = 0

    @classmethod
    def kept(cls, folder: Path) -> Cluster | None:
        """The cluster that was made in ``folder``, running or not."""
        try:
            return cls(**json.loads((folder / "cluster.json").read_text()))
        except FileNotFoundError:
            return None

    def keep(self) -> None:
        Path(self.folder).mkdir(parents=True, exist_ok=True)
        (Path(self.folder) / "cluster.json").write_text(json.dumps(asdict(self)))

    @property
    def numbers(self) -> range:
        return range(1, self.nodes + 1)

    @property
    def address(self) -> str:
        return "opensearch://" + ",".join(self.host(number) for number in self.numbers)

    def host(self, number: int) -> str:
        return f"127.0.0.1:{self.port + number - 1}"

    def place(self, number: int) -> Path:
        return Path(self.folder) / f"node-{number}"

    def log(self, number: int) -> Path:
        return self.place(number) / "log"

    def process(self, number: int) -> int | None:
        """The process of a node, while it lives."""
        try:
            pid = int((self.place(number) / "pid").read_text())
        except (FileNotFoundError, ValueError):
            return None
        return pid if _is_node(pid, self.place(number)) else None

    def alive(self) -> list[int]:
        return [number for number in self.numbers if self.process(number)]

    def launch(self, number: int, program: Path) -> None:
        """Start the JVM of one node and leave it running."""
        self.place(number).mkdir(parents=True, exist_ok=True)
        arguments = (number, self.nodes, self.port, self.port + TRANSPORT, self.place(number))
        with self.log(number).open("wb") as log:
            jvm = subprocess.Popen(
                [
                    *(tool("java"), f"-Xms{self.heap}", f"-Xmx{self.heap}", "-XX:+UseSerialGC"),
                    *(() if self.full else QUICK),
                    *("-Dlog4j2.level=INFO", "-cp", f"{program}/classes:{program}/jars/*", "Node"),
                    *map(str, (*arguments, self.owner)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.place(number),
                start_new_session=True,
            )
        (self.place(number) / "pid").write_text(str(jvm.pid))

    def health(self, number: int) -> dict[str, Any] | None:
        """What one node says of the cluster, or None when it does not answer."""
        try:
            with _open(f"http://{self.host(number)}/_cluster/health?timeout=1s", timeout=5) as got:
                answer: dict[str, Any] = json.load(got)
                return answer
        except urllib.error.HTTPError:
            return {"status": "without a cluster manager", "number_of_nodes": 0}
        except (OSError, ValueError):
            return None

    def end(self, number: int, how: signal.Signals) -> bool:
        """Send a signal to one node; whether it lived."""
        pid = self.process(number)
        if pid:
            os.kill(pid, how)
        return pid is not None


def _is_node(pid: int, place: Path) -> bool:
    """Whether a process is that of the node in ``place``: its number may be another's by now."""
    entry = Path(f"/proc/{pid}")
    if not Path("/proc/self/stat").exists():
        ps = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
        return f"{place} " in subprocess.run(ps, capture_output=True, text=True, check=False).stdout
    try:
        if entry.joinpath("stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return False  # Dead, and not collected by its parent.
        command = entry.joinpath("cmdline").read_bytes()
    except OSError:
        return False
    # A process that is about to become java, or to vanish, has no command line for a moment.
    return not command or str(place).encode() in command.split(b"\0")


def await_joined(cluster: Cluster, *, green: bool) -> None:
    """Wait until every node that was started answers and knows of all the others."""
    until = time.monotonic() + START_SECONDS
    wanted, seen = cluster.numbers if green else cluster.alive(), {}
    while time.monotonic() < until:
        for number in wanted:
            if not cluster.process(number):
                said = f"node {number} ended while it started; its log ends:"
                raise Problem(said, log=cluster.log(number))
        seen = {number: cluster.health(number) or {} for number in wanted}
        joined = all(one.get("number_of_nodes") == len(wanted) for one in seen.values())
        if joined and (not green or all(one["status"] == "green" for one in seen.values())):
            return
        time.sleep(0.2)
    late = next((n for n in wanted if seen[n].get("number_of_nodes") != len(wanted)), 0)
    if late:
        said = f"node {late} did not join within {START_SECONDS:.0f} seconds; its log ends:"
        raise Problem(said, log=cluster.log(late))
    raise Problem(f"all nodes run, but the health is {seen[1]['status']}: see {seen[1]}")


def start(asked: Cluster) -> None:
    folder = Path(asked.folder)
    kept = Cluster.kept(folder)
    if kept and kept.alive():
        if len(kept.alive()) == kept.nodes:
            print(f"runs already: {kept.address}")
            return
        raise Problem(f"only the nodes {kept.alive()} of {kept.nodes} run: use revive, or stop")
    if kept and kept.nodes != asked.nodes:
        raise Problem(f"{folder} has the data of {kept.nodes} nodes: stop --remove them first")
    program = prepared()
    began = time.monotonic()
    made = Cluster(**{**asdict(asked), "port": chosen(asked.port, asked.nodes)})
    made.keep()
    try:
        for number in made.numbers:
            made.launch(number, program)
        await_joined(made, green=True)
    except BaseException:
        stop(made, quickly=True)
        raise
    print(f"{made.nodes} nodes run after {time.monotonic() - began:.0f} s: {made.address}")


def stop(cluster: Cluster, *, quickly: bool = False) -> None:
    """End all nodes: in order, and by force those that take too long."""
    until = time.monotonic() + (0 if quickly else STOP_SECONDS)
    for number in cluster.alive():
        cluster.end(number, signal.SIGTERM)
    while cluster.alive() and time.monotonic() < until:
        time.sleep(0.05)
    kill(cluster, *cluster.alive())


def kill(cluster: Cluster, *numbers: int) -> None:
    """Kill nodes as a crash would, and wait until they are gone."""
    for number in numbers:
        if not cluster.end(number, signal.SIGKILL):
            raise Problem(f"node {number} does not run")
    while any(cluster.process(number) for number in numbers):
        time.sleep(0.02)


def revive(cluster: Cluster, *numbers: int) -> None:
    """Start nodes that were lost, on the data they had."""
    for number in numbers:
        if cluster.process(number):
            raise Problem(f"node {number} runs already")
    program = prepared()
    for number in numbers:
        cluster.launch(number, program)
    await_joined(cluster, green=False)


def status(cluster: Cluster) -> int:
    """Print every node and the health; 0 if all nodes run, else 1."""
    alive = cluster.alive()
    for number in cluster.numbers:
        said = f"runs, process {cluster.process(number)}" if number in alive else "gone"
        print(f"node {number}  {cluster.host(number)}  {said}")
    answers = [answer for number in alive if (answer := cluster.health(number))]
    health = answers[0]["status"] if answers else "unknown, as no node answers"
    print(f"{len(alive)} of {cluster.nodes} nodes run; health: {health}")
    return 0 if len(alive) == cluster.nodes else 1


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="script/cluster",
        description="A cluster of OpenSearch on this machine, without Docker.",
    )
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--folder", type=Path, default=FOLDER, help="where it lives (.cluster)")
    commands = top.add_subparsers(dest="command", required=True)

    def command(name: str, said: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=said, description=said, parents=[shared])

    one = command("start", "Start all nodes and wait until they have joined and are green.")
    one.add_argument("--nodes", type=int, default=3, choices=range(1, 10), metavar="N")
    one.add_argument("--port", type=int, default=9201, help="the first HTTP port; 0: free ones")
    one.add_argument("--heap", default="512m", help="of each node (512m)")
    one.add_argument("--full", action="store_true", help="optimising compiler, for measurements")
    one.add_argument("--while", dest="owner", type=int, default=0, metavar="PROCESS",
                     help="end when this process ends")  # fmt: skip
    command("stop", "End all nodes; the data stays.").add_argument(
        "--remove", action="store_true", help="and remove the folder with the data"
    )
    command("status", "Say which nodes run, and the health; exit code 1 if one is gone.")
    command("address", "Print the address for searchkit, without the name of an index.")
    for name, said in (("kill", "Kill nodes as a crash would."), ("revive", "Start them again.")):
        command(name, said).add_argument("node", type=int, nargs="+", metavar="N")
    return top


def run(asked: argparse.Namespace) -> int:
    folder = asked.folder.absolute()
    if asked.command == "start":
        start(Cluster(str(folder), asked.nodes, asked.port, asked.heap, asked.full, asked.owner))
        return 0
    cluster = Cluster.kept(folder)
    if cluster is None:
        raise Problem(f"no cluster in {folder}: make one with  script/cluster start")
    for number in getattr(asked, "node", ()):
        if number not in cluster.numbers:
            raise Problem(f"no node {number}: they are numbered from 1 to {cluster.nodes}")
    if asked.command == "status":
        return status(cluster)
    if asked.command == "address":
        print(cluster.address)
    elif asked.command == "stop":
        stop(cluster)
        if asked.remove:
            shutil.rmtree(folder)
        print("stopped, and the data removed" if asked.remove else "stopped; the data stays")
    elif asked.command == "kill":
        kill(cluster, *asked.node)
        print("killed")
    else:
        revive(cluster, *asked.node)
        print("joined")
    return 0


def main() -> int:
    try:
        return run(parser().parse_args())
    except Problem as problem:
        print(f"error: {problem}", file=sys.stderr)
        for line in problem.tail:
            print(f"    {line}", file=sys.stderr)
        return problem.code


if __name__ == "__main__":
    sys.exit(main())
