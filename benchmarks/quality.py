"""The quality of answers: searchkit beside tantivy, SQLite FTS5 and stock Whoosh.

    python benchmarks/quality.py --collections DIR --corpus DIR --queries 500

The same texts and the same queries for everyone: judged collections, and known articles of a
corpus.  Each peer is asked in several ways, and the table shows, for each set of queries, the
best of them.  Prints tables and writes ``quality.json`` to ``--out``; ``benchmarks/README.md``
tells how engines are set.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Any

from peers.rankers import RANKERS, Ranker, Text, Way, ask

import searchkit
from searchkit.evaluation.collections import read_collection
from searchkit.evaluation.judged import DEPTH, evaluate, evaluate_collection
from searchkit.evaluation.known import draw
from searchkit.evaluation.lookups import CORRECTED, MISSPELT, PAGE, evaluate_known
from searchkit.evaluation.metrics import KNOWN, RANKED, Measure
from searchkit.evaluation.runs import Ranked
from searchkit.evaluation.significance import randomisation
from searchkit.evaluation.topics import Collection, Topic
from searchkit.index import Index

Figures = dict[str, Any]
Values = Mapping[str, Mapping[str, float]]

OWN = "searchkit"
USUAL = Way()
JUDGED = tuple(Way(title, drop) for title in (0.0, 1.0, 2.0, 3.0) for drop in (False, True))
SOUGHT = tuple(Way(title, False, first) for title in (0.0, 2.0) for first in (False, True))
"""The ways peers are asked judged queries, and known articles."""


def answers(
    ranker: Ranker, topics: Sequence[Topic], way: Way, measures: Mapping[str, Measure], limit: int
) -> Values:
    """What one way of asking a peer is worth."""

    def asked(text: str) -> list[Ranked]:
        return [Ranked(found, 0.0) for found in ask(ranker, text, way, limit)]

    return evaluate("", topics, asked, measures=measures).values


def compared(own: Values, ways: Mapping[str, Mapping[Way, Values]], first: str) -> Figures:
    """Means of everyone, the best way of each peer by the measure ``first``, and p values of
    searchkit against that."""
    figures: Figures = {OWN: {"means": means(own)}}
    for peer, tried in ways.items():
        best = max(tried, key=lambda way: fmean(tried[way][first].values()))
        figures[peer] = {
            "means": means(tried[best]),
            "way": best.name,
            "usual": means(tried[USUAL]),
            "p": {
                name: randomisation(list(tried[best][name].values()), list(held.values()))
                for name, held in own.items()
            },
            "ways": {way.name: means(values) for way, values in tried.items()},
        }
    return figures


def means(values: Values) -> dict[str, float]:
    """The mean of each measure."""
    return {name: round(fmean(held.values()), 4) for name, held in values.items()}


def judged(collection: Collection) -> Figures:
    """One collection."""
    texts = [Text(one.id, one.title, one.text) for one in collection.documents]
    ways = {}
    for peer, kind in RANKERS.items():
        ranker = kind(texts)
        one = partial(answers, ranker, collection.topics, measures=RANKED, limit=DEPTH)
        ways[peer] = {way: one(way) for way in JUDGED}
    with tempfile.TemporaryDirectory() as folder:
        own = evaluate_collection(collection, Path(folder) / "index")
    say(f"  {collection.name}: {means(own.values)}")
    figures = compared(own.values, ways, "ndcg@10")
    return {"topics": own.topics, "documents": own.documents, "engines": figures}


def sought(index: Index, size: int, seed: int) -> dict[str, Figures]:
    """Known articles, by kind; peers are asked ``CORRECTED`` in the words of ``MISSPELT``."""
    sample = draw(index.articles(), size, seed)
    done = list(evaluate_known(index, sample, seed))
    ways: dict[str, dict[str, Mapping[Way, Values]]] = {own.name: {} for own, _ in done}
    for peer, kind in RANKERS.items():
        say(f"  {peer}: {sample.total:,} articles")
        ranker = kind(Text(a.id, a.title, f"{a.lead}\n{a.body}") for a in index.articles())
        for own, topics in done:
            if own.name != CORRECTED:
                one = partial(answers, ranker, topics, measures=KNOWN, limit=PAGE)
                ways[own.name][peer] = {way: one(way) for way in SOUGHT}
    if CORRECTED in ways:
        ways[CORRECTED] = ways[MISSPELT]
    return {
        own.name: {
            "topics": own.topics,
            "documents": own.documents,
            "engines": compared(own.values, ways[own.name], "mrr"),
        }
        for own, _ in done
    }


def table(title: str, sets: Mapping[str, Figures], names: Sequence[str]) -> list[str]:
    """The means of each set of queries, engines side by side; ``*`` where searchkit's difference
    from the peer is no chance (p < 0.05)."""
    engines = [OWN, *RANKERS]
    lines = []
    for name in names:
        lines += [f"{title}: {name}", " " * 14 + "".join(f"{engine:>12}" for engine in engines)]
        rows = {key: [held["engines"][e] for e in engines] for key, held in sets.items()}
        for key, held in rows.items():
            cells = [f"{e['means'][name]:.3f}{_mark(e, name)}" for e in held]
            lines.append(f"{key:<14}" + "".join(f"{cell:>12}" for cell in cells))
        overall = [fmean(held[at]["means"][name] for held in rows.values()) for at in range(4)]
        lines.append(f"{'mean':<14}" + "".join(f"{value:>11.3f} " for value in overall))
        usual = [fmean(h[at]["usual"][name] for h in rows.values()) for at in (1, 2, 3)]
        lines += [f"{'asked usually':<26}" + "".join(f"{value:>11.3f} " for value in usual), ""]
    return lines


def _mark(engine: Figures, name: str) -> str:
    return "*" if engine.get("p", {}).get(name, 1.0) < 0.05 else " "


def say(text: str) -> None:
    """A line of progress."""
    print(text, file=sys.stderr, flush=True)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add = parser.add_argument
    add("--collections", type=Path, help="a folder of judged collections")
    add("--corpus", type=Path, help="a folder of articles, for known articles")
    add("--index", type=Path, help="take the articles of this index, and ask it")
    add("--queries", type=int, default=500, help="articles to look for")
    add("--seed", type=int, default=1)
    add("--out", type=Path, default=Path("benchmarks/results"))
    return parser.parse_args()


def known(given: argparse.Namespace) -> dict[str, Figures]:
    """Known articles of the corpus or the index that is given."""
    with tempfile.TemporaryDirectory() as folder:
        if given.index:
            with Index.open(given.index) as index:
                return sought(index, given.queries, given.seed)
        with Index.build(given.corpus, Path(folder) / "index") as index:
            return sought(index, given.queries, given.seed)


def main() -> int:
    """Ask, print, write."""
    given = arguments()
    report: Figures = {
        "when": time.strftime("%Y-%m-%d"),
        "version": searchkit.__version__,
        "queries": given.queries,
        "seed": given.seed,
    }
    lines: list[str] = []
    if given.collections:
        say("judged collections")
        folders = sorted(path for path in given.collections.iterdir() if path.is_dir())
        report["judged"] = {c.name: judged(c) for c in map(read_collection, folders)}
        lines += table("judged collections", report["judged"], list(RANKED))
    if given.corpus or given.index:
        say("known articles")
        report["known"] = known(given)
        lines += table("known articles", report["known"], list(KNOWN))
    print("\n".join(lines))
    given.out.mkdir(parents=True, exist_ok=True)
    path = given.out / "quality.json"
    path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    say(f"written to {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
