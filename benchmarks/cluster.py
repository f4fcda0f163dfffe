"""The embedded engine and a cluster side by side, in one run on one machine.

    python benchmarks/cluster.py CORPUS QUERIES.txt --shards 3 --replicas 1
    python benchmarks/cluster.py CORPUS QUERIES.txt --cluster 127.0.0.1:9201,127.0.0.1:9202

The same files, the same jobs, the same questions, through ``Index`` for both.  Without
``--cluster``, script/cluster starts ``--nodes`` of them.  Prints a table and writes
``cluster.json`` to ``--out``; exits with 1 where an answer of the two is not the same: its number
of matches, its counts by force and year, the articles of an export.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from main_job import machine, percentile
from nodes import Nodes, named, started

from searchkit import Index

FACETS = ("force", "year")
EDITED = 100
ENGINES = ("embedded", "cluster")
Figures = dict[str, Any]

_BUILD = """
import json, resource, sys, time
from searchkit import Index
place, folder, jobs = sys.argv[1:]
began = time.perf_counter()
with Index.create(place, exist_ok=True) as index:
    report = index.add(folder, yes=True, jobs=int(jobs))
seconds = time.perf_counter() - began
own, workers = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(json.dumps({
    "seconds": seconds,
    "cpu": own.ru_utime + own.ru_stime,
    "cpu_of_workers": workers.ru_utime + workers.ru_stime,
    "articles": report.articles,
    "changed": report.outcome.changed,
    "rejected": len(report.rejected),
    "peak_mb": own.ru_maxrss / 1024,
}))
"""


class Trial:
    """Both engines over the files in ``folder``; ``places`` says where each keeps its index."""

    def __init__(self, folder: Path, places: dict[str, str], jobs: int) -> None:
        self.folder = folder
        self.places = places
        self.jobs = jobs
        self.wrong: list[str] = []

    def build(self) -> Figures:
        """Bring both up to date with the folder, from files to a committed index."""
        told = {}
        for engine, place in self.places.items():
            say(f"{engine}: {self.folder.name}")
            command = [sys.executable, "-c", _BUILD, place, self.folder.name, str(self.jobs)]
            done = subprocess.run(
                command, cwd=self.folder.parent, stdout=subprocess.PIPE, check=True
            )
            told[engine] = json.loads(done.stdout)
        held = [{key: told[one][key] for key in ("articles", "rejected")} for one in ENGINES]
        self._same("articles indexed", *held)
        return told

    def edit(self, dice: random.Random) -> None:
        """Change some of the files."""
        files = sorted(self.folder.iterdir())
        for path in dice.sample(files, min(EDITED, len(files))):
            text = path.read_text(encoding="utf-8")
            path.write_text(f"{text}\n\nA sentence was added.\n", encoding="utf-8")

    def ask(self, queries: list[str], rounds: int) -> Figures:
        """Every query of one engine, then of the other; the first time, and repeated."""
        first: dict[str, list[float]] = {engine: [] for engine in ENGINES}
        again: dict[str, list[float]] = {engine: [] for engine in ENGINES}
        cpu: dict[str, float] = dict.fromkeys(ENGINES, 0.0)
        shared: list[float] = []
        with self._opened() as indexes:
            for turn in range(rounds + 1):
                for number, query in enumerate(queries):
                    answers = {}
                    for engine in ENGINES[:: -1 if number % 2 else 1]:
                        began, worked = time.perf_counter(), time.process_time()
                        answers[engine] = indexes[engine].search(query, facets=FACETS)
                        took = (time.perf_counter() - began) * 1000
                        (again if turn else first)[engine].append(took)
                        cpu[engine] += (time.process_time() - worked) * bool(turn)
                    if not turn:
                        shared.append(self._compare(query, *(answers[one] for one in ENGINES)))
        best = {one: _best(again[one], len(queries)) for one in ENGINES}
        return {
            "queries": len(queries),
            "hits_shared": sum(shared) / len(shared),
            **{
                engine: {
                    "first_ms": _shares(first[engine]),
                    "again_ms": _shares(best[engine]),
                    "cpu_ms": cpu[engine] * 1000 / (rounds * len(queries)),
                }
                for engine in ENGINES
            },
        }

    def export(self) -> Figures:
        """All articles of both, one hit after the other."""
        told: Figures = {}
        ids: dict[str, list[str]] = {}
        with self._opened() as indexes:
            for engine, index in indexes.items():
                began = time.perf_counter()
                ids[engine] = [hit.id for hit in index.iter("", sort="newest")]
                told[engine] = {"seconds": time.perf_counter() - began, "hits": len(ids[engine])}
        self._same("an export of all", *(ids[engine] for engine in ENGINES))
        return told

    @contextmanager
    def _opened(self) -> Iterator[dict[str, Index]]:
        with Index.open(self.places["embedded"]) as one, Index.open(self.places["cluster"]) as two:
            yield {"embedded": one, "cluster": two}

    def _compare(self, query: str, one: Any, two: Any) -> float:
        """Have two answers compared; which share of the hits of the first the second has, too."""
        counts = [
            {name: {each.value: each.count for each in found.facets[name]} for name in FACETS}
            for found in (one, two)
        ]
        self._same(f"{query!r}: matches", one.total, two.total)
        self._same(f"{query!r}: counts", *counts)
        ids = [{hit.id for hit in found.hits} for found in (one, two)]
        return len(ids[0] & ids[1]) / len(ids[0]) if ids[0] else 1.0

    def _same(self, what: str, one: object, two: object) -> None:
        if one != two:
            self.wrong.append(f"{what}: {str(one)[:120]} and {str(two)[:120]}")
            say(f"NOT THE SAME  {self.wrong[-1]}")


def _best(times: list[float], queries: int) -> list[float]:
    """The shortest time of each query."""
    return [min(times[number::queries]) for number in range(queries)]


def _shares(times: list[float]) -> dict[str, float]:
    return {"p50": percentile(times, 0.5), "p95": percentile(times, 0.95)}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def measure(trial: Trial, nodes: Nodes, queries: list[str], given: argparse.Namespace) -> Figures:
    """All figures."""
    dice = random.Random(1)
    figures: Figures = {"full": trial.build()}
    primaries, every = nodes.stored(trial.places["cluster"].rpartition("/")[2])
    folder = Path(trial.places["embedded"])
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    figures["bytes"] = {"embedded": size, "cluster": primaries, "cluster with replicas": every}
    trial.edit(dice)
    figures["incremental"] = trial.build()
    say("queries")
    figures["queries"] = trial.ask(queries, given.rounds)
    say("export")
    figures["export"] = trial.export()
    return figures


def rows(figures: Figures) -> list[tuple[str, ...]]:
    """The figures for people: what, and of each engine how much."""
    asked = figures["queries"]

    def row(label: str, pick: Callable[[str], float], form: str = ",.0f") -> tuple[str, ...]:
        return (label, *(format(pick(engine), form) for engine in ENGINES))

    def rate(engine: str) -> float:
        built = figures["full"][engine]
        return float(built["articles"] / built["seconds"])

    found = [("", *ENGINES), row("files to index, articles per second", rate)]
    for kind, label in (("full", "a full run"), ("incremental", f"a run of {EDITED} changed")):
        part = figures[kind]
        found.append(row(f"{label}, seconds", lambda one, p=part: p[one]["seconds"], ".1f"))
        found.append(
            row(f"{label}, processor seconds here", lambda one, p=part: p[one]["cpu"], ".1f")
        )
        found.append(row(f"{label}, peak MB here", lambda one, p=part: p[one]["peak_mb"]))
    for key, label in (("first_ms", "first time"), ("again_ms", "repeated")):
        for share in ("p50", "p95"):
            name = f"query {share}, {label}, ms"
            found.append(row(name, lambda one, k=key, s=share: asked[one][k][s], ".1f"))
    found.append(row("query, processor ms here", lambda one: asked[one]["cpu_ms"], ".1f"))
    export = figures["export"]
    found.append(
        row(
            "export of all, articles per second",
            lambda one: export[one]["hits"] / export[one]["seconds"],
        )
    )
    found.append(row("MB on disk, one copy", lambda one: figures["bytes"][one] / 1e6, ".1f"))
    every = f"{figures['bytes']['cluster with replicas'] / 1e6:.1f}"
    return [*found, ("MB on disk, with replicas", "", every)]


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add = parser.add_argument
    add("corpus", type=Path, help="a folder of articles")
    add("queries", type=Path, help="a text file, one query a line")
    add("--articles", type=int, default=0, help="so many of them, drawn with a fixed seed; 0: all")
    add("--cluster", default="", help="HOST:PORT,... of one that runs")
    add("--name", default=f"bench-{secrets.token_hex(4)}", help="of the index there, to be removed")
    add("--nodes", type=int, default=3, help="of one that is started")
    add("--heap", default="1g", help="of each node that is started")
    add("--shards", type=int, default=1)
    add("--replicas", type=int, default=1)
    add("--jobs", type=int, default=os.cpu_count() or 1, help="processes that parse, of both")
    add("--rounds", type=int, default=3, help="of repeated queries; the best time of each counts")
    add("--out", type=Path, default=Path("benchmarks/results"))
    return parser.parse_args()


@contextmanager
def reached(given: argparse.Namespace, root: Path) -> Iterator[Nodes]:
    """The cluster that is measured."""
    if given.cluster:
        yield named(given.cluster)
        return
    options = ("--heap", given.heap, "--full")
    with started(root / "cluster", given.nodes, *options) as nodes:
        yield nodes


def main() -> int:
    """Measure, compare, print, write."""
    given = arguments()
    for name in ("shards", "replicas"):
        os.environ[f"SEARCHKIT_OPENSEARCH_{name.upper()}"] = str(getattr(given, name))
    queries = [
        line for line in given.queries.read_text(encoding="utf-8").splitlines() if line.strip()
    ]
    root = Path(tempfile.mkdtemp(prefix="searchkit-cluster-"))
    summary: Figures = {"when": time.strftime("%Y-%m-%d"), "machine": machine()}
    summary["load_before"] = round(os.getloadavg()[0], 2)
    try:
        folder = root / "articles"
        folder.mkdir()
        files = sorted(given.corpus.rglob("*.md"))
        for path in random.Random(1).sample(files, min(given.articles or len(files), len(files))):
            shutil.copy(path, folder / f"{path.parent.name}-{path.name}")
        with reached(given, root) as nodes:
            places = {"embedded": str(root / "index"), "cluster": nodes.address(given.name)}
            trial = Trial(folder, places, given.jobs)
            try:
                figures = measure(trial, nodes, queries, given)
            finally:
                nodes.drop(given.name)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    told = {key: getattr(given, key) for key in ("shards", "replicas", "jobs", "rounds", "nodes")}
    summary |= {"options": told, "figures": figures, "not_the_same": trial.wrong}
    shown = rows(figures)
    for label, *cells in shown:
        print(f"{label:<44}" + "".join(f"{cell:>12}" for cell in cells))
    print(f"hits of the first ten that both have: {figures['queries']['hits_shared']:.0%}")
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "cluster.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    print(f"written to {given.out / 'cluster.json'}; {len(trial.wrong)} answers not the same")
    return 1 if trial.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
