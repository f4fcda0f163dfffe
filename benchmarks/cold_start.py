"""What a search costs as a whole process: the parts of it, beside Python's and numpy's own.

    python benchmarks/cold_start.py INDEX [--words diversity] [--rounds 20]

Each part is a process of its own that does a little more than the one before; its cost is the
difference in processor time (user and system), which hardly knows what else the machine does.
The least of all rounds is told; parts are measured in turn.  Modules are compiled once, to
a folder of the benchmark's own; in the last line every run compiles ours again, as it does where
searchkit runs from its sources and PYTHONDONTWRITEBYTECODE is set.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_NUMPY = "import os; os.environ['OPENBLAS_NUM_THREADS'] = '1'; import numpy"
_COMMAND = f"{_NUMPY}; import click, searchkit.cli.entry"
_OURS = f"{_COMMAND}; import searchkit.cli.query"
_OPEN = f"{_OURS}; from searchkit import Index; ix = Index.open({{index!r}})"
_SEARCH = f"{_OPEN}; r = ix.search({{words!r}}, facets=('force', 'year'))"

PARTS: tuple[tuple[str, str], ...] = (
    ("Python", "pass"),
    ("numpy", _NUMPY),
    ("click, settings, the command line", _COMMAND),
    ("our modules, rich, the stemmer", _OURS),
    ("open the index", _OPEN),
    ("first search: ten hits, snippets, two facets", _SEARCH),
)
WHOLE = "the whole command"
COMPILING = "the whole command, every module compiled again"


def cost(arguments: list[str], variables: dict[str, str]) -> tuple[float, float]:
    """Processor time and elapsed time of one process, in milliseconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run(arguments, env=variables, check=True, stdout=subprocess.DEVNULL)
    elapsed = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used * 1000, elapsed * 1000


def measured(index: str, words: str, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Every part's costs, cumulated; the first round, which fills caches, is left out."""
    command = [sys.executable, "-m", "searchkit", "query", words, "--index", index]
    with tempfile.TemporaryDirectory() as folder:
        compiled = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": folder}
        compiled.pop("PYTHONDONTWRITEBYTECODE", None)
        bare = Path(folder, "sources")
        shutil.copytree(
            ROOT / "searchkit", bare / "searchkit", ignore=shutil.ignore_patterns("__pycache__")
        )
        fresh = {**os.environ, "PYTHONPATH": str(bare), "PYTHONDONTWRITEBYTECODE": "1"}
        fresh.pop("PYTHONPYCACHEPREFIX", None)
        runs = {
            name: ([sys.executable, "-c", code.format(index=index, words=words)], compiled)
            for name, code in PARTS
        }
        runs |= {WHOLE: (command, compiled), COMPILING: (command, fresh)}
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
        for turn in range(rounds + 1):
            for name, (arguments, variables) in runs.items():
                costs = cost(arguments, variables)
                if turn:
                    found[name].append(costs)
    return found


def table(found: dict[str, list[tuple[float, float]]]) -> str:
    """The table of ``docs/measurements.md``."""
    used = {name: min(cpu for cpu, _ in costs) for name, costs in found.items()}
    lines = ["| part | ms of processor time |", "|---|---|"]
    before = 0.0
    for name, _ in PARTS:
        lines.append(f"| {name} | {used[name] - before:.0f} |")
        before = used[name]
    lines.append(f"| options, lines on the terminal, ending | {used[WHOLE] - before:.0f} |")
    for name in (WHOLE, COMPILING):
        times = [elapsed for _, elapsed in found[name]]
        least, middle, most = min(times), statistics.median(times), max(times)
        lines.append(
            f"| **{name}** | **{used[name]:.0f}** (elapsed: "
            f"least {least:.0f}, median {middle:.0f}, most {most:.0f}) |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("index", help="folder of an index")
    parser.add_argument("--words", default="diversity", help="what is searched for")
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    print(table(measured(given.index, given.words, given.rounds)))


if __name__ == "__main__":
    main()
