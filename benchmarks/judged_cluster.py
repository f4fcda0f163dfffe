"""Judged collections asked of the embedded engine and of a cluster, in one run.

    python benchmarks/judged_cluster.py COLLECTIONS --shards 3
    python benchmarks/judged_cluster.py COLLECTIONS --cluster 127.0.0.1:9201,127.0.0.1:9202

``COLLECTIONS`` is a folder of collections (docs/evaluation.md).  The same documents and the same
topics for both, through ``Index``.  Without ``--cluster``, script/cluster starts ``--nodes`` of
them.  Prints a table and writes ``judged_cluster.json`` to ``--out``.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import fmean
from typing import Any

from nodes import Nodes, named, started

import searchkit
from searchkit.evaluation.collections import read_collection
from searchkit.evaluation.judged import LIMITS, Evaluation, evaluate, fill, questions
from searchkit.evaluation.significance import randomisation
from searchkit.evaluation.topics import Collection
from searchkit.index import Index

MEASURES = ("ndcg@10", "map")
Figures = dict[str, Any]


def answered(collection: Collection, place: Path | str) -> Evaluation:
    """The answers of an index that is made at ``place``."""
    fill(collection, place)
    with Index.open(place, limits=LIMITS) as index:
        ask = questions(index)
        size = len(collection.documents)
        return evaluate(collection.name, collection.topics, ask, documents=size)


def beside(embedded: Evaluation, cluster: Evaluation) -> Figures:
    """Both, with the p values of their differences, and how like their first hits are."""
    both = [(embedded.rankings[topic], cluster.rankings[topic]) for topic in embedded.rankings]
    tens = [[{one.document for one in held[:10]} for held in pair] for pair in both]
    return {
        "topics": embedded.topics,
        "documents": embedded.documents,
        "embedded": {name: round(embedded.means[name], 4) for name in MEASURES},
        "cluster": {name: round(cluster.means[name], 4) for name in MEASURES},
        "p": {
            name: randomisation(
                list(embedded.values[name].values()), list(cluster.values[name].values())
            )
            for name in MEASURES
        },
        "same_first": sum(
            [a.document for a in one[:1]] == [b.document for b in other[:1]] for one, other in both
        ),
        "shared_of_ten": round(fmean(len(one & other) / 10 for one, other in tens), 3),
    }


def measured(collection: Collection, nodes: Nodes, name: str, folder: Path) -> Figures:
    """One collection; what was made on the cluster is removed."""
    embedded = answered(collection, folder / collection.name)
    try:
        cluster = answered(collection, nodes.address(name))
    finally:
        nodes.drop(name)
    return beside(embedded, cluster)


def row(name: str, figures: Figures) -> str:
    """One line of the table: nDCG@10 and MAP of both, and what their first hits share."""
    cells = [
        " / ".join(f"{figures[engine][measure]:.3f}" for measure in MEASURES)
        for engine in ("embedded", "cluster")
    ]
    said = f"{figures['same_first']} of {figures['topics']}"
    return f"{name:<12}{cells[0]:>18}{cells[1]:>18}{said:>14}{figures['shared_of_ten']:>10.1%}"


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add = parser.add_argument
    add("collections", type=Path, help="a folder of judged collections")
    add("--only", nargs="*", default=[], help="names of those to ask; all where none is named")
    add("--cluster", default="", help="HOST:PORT,... of one that runs")
    add("--name", default=f"bench-{secrets.token_hex(4)}", help="of the index there, to be removed")
    add("--nodes", type=int, default=3, help="of one that is started")
    add("--shards", type=int, default=3)
    add("--out", type=Path, default=Path("benchmarks/results"))
    return parser.parse_args()


def chosen(folder: Path, only: Sequence[str]) -> list[Path]:
    """The folders of the collections that are asked."""
    return [
        path
        for path in sorted(folder.iterdir())
        if path.is_dir() and (not only or path.name in only)
    ]


def main() -> int:
    """Ask, print, write."""
    given = arguments()
    os.environ["SEARCHKIT_OPENSEARCH_SHARDS"] = str(given.shards)
    report: Figures = {"when": time.strftime("%Y-%m-%d"), "version": searchkit.__version__}
    found: dict[str, Figures] = {}
    print(f"{'':<12}{'embedded':>18}{'cluster':>18}{'same first':>14}{'of ten':>10}")
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="searchkit-judged-")))
        nodes = (
            named(given.cluster)
            if given.cluster
            else stack.enter_context(started(root / "cluster", given.nodes))
        )
        for folder in chosen(given.collections, given.only):
            found[folder.name] = measured(read_collection(folder), nodes, given.name, root)
            print(row(folder.name, found[folder.name]), flush=True)
    report |= {"shards": given.shards, "collections": found}
    given.out.mkdir(parents=True, exist_ok=True)
    path = given.out / "judged_cluster.json"
    path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(f"written to {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
