"""The main job, measured: parse, index, search.

    python benchmarks/main_job.py FOLDER_OF_ARTICLES QUERIES.txt --out benchmarks/results

Prints a table and writes ``main_job.json`` beside it.  Times are of this machine and this
run: compare figures of one run only.  Every step runs in a process of its own, so that
the peak memory is the step's.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STEPS: dict[str, str] = {
    "parse": """
from pathlib import Path
from searchkit import parse_article
files = sorted(Path(sys.argv[1]).rglob("*.md"))
data = [path.read_bytes() for path in files]
started = time.perf_counter()
for path, content in zip(files, data):
    parse_article(content, path=str(path))
seconds = time.perf_counter() - started
answer = {"articles": len(files), "seconds": seconds}
""",
    "index": """
from searchkit import Index
started = time.perf_counter()
with Index.create(sys.argv[2]) as ix:
    report = ix.add(sys.argv[1], yes=True)
seconds = time.perf_counter() - started
answer = {"articles": report.articles, "rejected": len(report.rejected), "seconds": seconds}
""",
    "index again": """
from searchkit import Index
started = time.perf_counter()
with Index.open(sys.argv[2]) as ix:
    report = ix.add(sys.argv[1])
seconds = time.perf_counter() - started
answer = {"articles": report.articles, "changes": int(report.outcome.altered), "seconds": seconds}
""",
    "query": """
from searchkit import Index
queries = Path(sys.argv[3]).read_text(encoding="utf-8").splitlines()
queries = [line for line in queries if line.strip()]
with Index.open(sys.argv[2]) as ix:
    for query in queries:
        ix.search(query)
    times, totals = [], 0
    for query in queries:
        started = time.perf_counter()
        totals += ix.search(query, facets=("force", "year")).total
        times.append((time.perf_counter() - started) * 1000)
answer = {"queries": len(queries), "hits": totals, "times_ms": times}
""",
    "open": """
started = time.perf_counter()
from searchkit import Index
imported = time.perf_counter()
with Index.open(sys.argv[2]) as ix:
    opened = time.perf_counter()
    ix.search("diversity")
answered = time.perf_counter()
answer = {"import_ms": (imported - started) * 1000, "open_ms": (opened - imported) * 1000,
          "first_answer_ms": (answered - opened) * 1000}
""",
}
_FRAME = """
import json, resource, sys, time
from pathlib import Path
{step}
answer["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps(answer))
"""


def run(step: str, *arguments: str) -> dict[str, float]:
    """One step in a process of its own."""
    code = _FRAME.format(step=STEPS[step])
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, check=True
    )
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = names[0].partition(":")[2].strip() if names else model
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def percentile(values: list[float], share: float) -> float:
    """The value that ``share`` of ``values`` do not exceed."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def table(figures: dict[str, dict[str, float]], size: int) -> list[tuple[str, str]]:
    """The figures for people."""
    times = figures["query"]["times_ms"]
    assert isinstance(times, list)
    rows = []
    for step in ("parse", "index", "index again"):
        done = figures[step]
        rate = done["articles"] / done["seconds"]
        rows.append((f"{step}: articles per second", f"{rate:,.0f}"))
        rows.append((f"{step}: seconds for {done['articles']:,}", f"{done['seconds']:.1f}"))
        rows.append((f"{step}: peak memory, MB", f"{done['peak_mb']:.0f}"))
    rows.append(("index: size on disk, MB", f"{size / 1e6:.1f}"))
    for share in (0.5, 0.95, 0.99):
        label = f"query p{share * 100:.0f} (10 hits, snippets, 2 facets), ms"
        rows.append((label, f"{percentile(times, share):.1f}"))
    rows.append(("query mean, ms", f"{statistics.fmean(times):.1f}"))
    rows.append(("query: peak memory, MB", f"{figures['query']['peak_mb']:.0f}"))
    cold = {"import_ms": "import", "open_ms": "open", "first_answer_ms": "first answer"}
    rows += [(f"cold start: {cold[key]}, ms", f"{figures['open'][key]:.0f}") for key in cold]
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("queries", type=Path)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    options = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="searchkit-benchmark-"))
    index = root / "index"
    figures = {}
    for step in STEPS:
        print(f"{step} ...", file=sys.stderr, flush=True)
        figures[step] = run(step, str(options.corpus), str(index), str(options.queries))
    size = sum(path.stat().st_size for path in index.rglob("*") if path.is_file())
    shutil.rmtree(root)
    rows = table(figures, size)
    width = max(len(label) for label, _ in rows)
    for name, value in machine().items():
        print(f"{name:<{width}}  {value}")
    for label, value in rows:
        print(f"{label:<{width}}  {value:>10}")
    options.out.mkdir(parents=True, exist_ok=True)
    summary = {"machine": machine(), "when": time.strftime("%Y-%m-%d"), "figures": figures}
    summary["size_bytes"] = size
    target = options.out / "main_job.json"
    target.write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    print(f"written to {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
