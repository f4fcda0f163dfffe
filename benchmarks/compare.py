"""searchkit, tantivy, SQLite FTS5 and stock Whoosh side by side, in one run.

    python benchmarks/compare.py CORPUS QUERIES.txt --sizes 5000,30930,200000

The same cleaned articles, the same questions, the same machine; every step in a process of its
own.  Prints tables and writes ``compare.json``, ``compare.txt`` and ``compare.md`` to ``--out``,
and a chart.  ``benchmarks/README.md`` tells what is measured and how each engine is set.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path

from peers.chart import chart
from peers.lab import Figures, Lab
from peers.report import markdown, plain, tables
from peers.trial import Options, Trial, say

ENGINES = "searchkit,tantivy,fts5,whoosh,whoosh-2"
QUICK = {"rounds": 1, "starts": 3, "builds": 1, "budget": 2.0}
"""What ``--quick`` sets: enough to see that all of it runs."""


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "cpu": names[0] if names else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add = parser.add_argument
    add("corpus", type=Path, help="a folder of articles")
    add("queries", type=Path, help="a text file, one query a line")
    add("--sizes", default="5000,30930,200000", help="numbers of articles, by comma")
    add("--engines", default=ENGINES, help=f"by comma; all: {ENGINES}")
    add("--up-to", default="", help="largest sizes of slow engines: whoosh=30930")
    add("--rounds", type=int, default=3, help="rounds of queries, medians count")
    add("--starts", type=int, default=9, help="rounds of cold starts, medians count")
    add("--builds", type=int, default=2, help="builds of an index, the best counts")
    add("--budget", type=float, default=8.0, help="seconds of one pass over one set of queries")
    add("--queries-only", action="store_true", help="report no builds, use the indexes in --work")
    add("--quick", action="store_true", help="one round, small budgets, chart in --out")
    add("--out", type=Path, default=Path("benchmarks/results"))
    add("--chart", type=Path, default=Path("docs/img/compare.svg"), help="the picture")
    add("--work", type=Path, help="keep corpora and indexes here, and use those of earlier runs")
    return parser.parse_args()


def options_of(given: argparse.Namespace) -> Options:
    """The options of a trial."""
    limits = [pair.split("=") for pair in given.up_to.split(",") if pair]
    up_to = {engine: int(size) for engine, size in limits}
    up_to.setdefault("whoosh-2", up_to.get("whoosh", sys.maxsize))
    quick = QUICK if given.quick else {}
    chosen = {name: quick.get(name, getattr(given, name)) for name in QUICK}
    return Options(
        given.corpus,
        given.queries,
        given.engines.split(","),
        queries_only=given.queries_only,
        up_to=up_to,
        **chosen,
    )


def measure(lab: Lab, options: Options, sizes: list[int], *, keep: bool) -> Figures:
    """All figures, by size."""
    engines = {engine: lab.run("describe", engine=engine) for engine in options.engines}
    report: Figures = {
        "when": time.strftime("%Y-%m-%d"),
        "machine": machine(),
        "options": {
            name: getattr(options, name) for name in ("rounds", "starts", "builds", "budget")
        },
        "engines": {e: {k: d[k] for k in ("version", "settings")} for e, d in engines.items()},
        "sizes": {},
    }
    for size in sizes:
        report["sizes"][str(size)] = Trial(lab, options, size).run()
        if not keep:
            for folder in lab.folder.glob(f"*-{size}*"):
                shutil.rmtree(folder) if folder.is_dir() else folder.unlink()
    return report


def main() -> int:
    """Measure, print, write."""
    given = arguments()
    sizes = sorted(int(size) for size in given.sizes.split(","))
    work = given.work or Path(tempfile.mkdtemp(prefix="searchkit-compare-"))
    try:
        report = measure(Lab(work), options_of(given), sizes, keep=given.work is not None)
    finally:
        if given.work is None:
            shutil.rmtree(work, ignore_errors=True)
    shown = tables(report)
    print(plain(shown))
    picture = given.out / "compare.svg" if given.quick else given.chart
    given.out.mkdir(parents=True, exist_ok=True)
    picture.parent.mkdir(parents=True, exist_ok=True)
    written = {
        given.out / "compare.json": json.dumps(report, indent=1),
        given.out / "compare.txt": plain(shown),
        given.out / "compare.md": markdown(shown),
        picture: chart(report),
    }
    for path, text in written.items():
        path.write_text(text + "\n", encoding="utf-8")
        say(f"written to {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
