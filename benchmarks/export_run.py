"""An export of everything: how much memory it takes, and whether it is what the index holds.

    python benchmarks/export_run.py INDEX

Exports the articles of one force, and then all, as CSV with their texts, each in a process of its
own; tells the peak memory of both, reads the second back and compares every cell with the index.
Ends with 1 where one differs.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from searchkit import Index
from searchkit.render.exports import COLUMNS, original
from searchkit.results import Hit

_OF_THE_SEARCH = {"snippet", "score", "cluster"}
"""Columns that say something of the hit, not of the article."""


def exported(index: str, target: Path, *options: str) -> tuple[float, int]:
    """Seconds and peak memory, in MB, of one export."""
    command = [sys.executable, "-m", "searchkit", "--quiet", "export", *options, "--full-text"]
    began = time.perf_counter()
    running = subprocess.Popen([*command, "--index", index, "-o", str(target)])
    _, status, usage = os.wait4(running.pid, 0)
    if status:
        raise SystemExit(f"the export ended with {status}")
    return time.perf_counter() - began, usage.ru_maxrss // 1024


def differing(index: str, table: Path) -> tuple[int, int]:
    """Rows of ``table``, and cells that are not what the index holds; articles left out count."""
    csv.field_size_limit(sys.maxsize)
    names = [name for name in COLUMNS if name not in _OF_THE_SEARCH]
    rows = wrong = 0
    with Index.open(index) as opened, table.open(encoding="utf-8", newline="") as file:
        held = {article.id: article for article in opened.articles()}
        for row in csv.DictReader(file):
            rows += 1
            hit = Hit(rows, 0.0, held.pop(original(row["id"])))
            for name in names:
                value = COLUMNS[name].value(hit)
                text = "; ".join(value) if isinstance(value, tuple) else str(value)
                wrong += original(row[name]) != text
    return rows, wrong + len(held)


def main() -> int:
    """Export, read back, tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("index", help="a folder of an index")
    index = parser.parse_args().index
    with Index.open(index) as opened:
        largest = max(opened.forces(), key=lambda force: force.articles)
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "articles.csv"
        seconds, peak = exported(index, table, "--area", largest.id)
        print(f"{largest.articles:,} articles of {largest.name}: {seconds:.1f} s, {peak} MB")
        seconds, peak = exported(index, table)
        size = table.stat().st_size / 1e6
        rows, wrong = differing(index, table)
        print(f"all {rows:,} articles: {seconds:.1f} s, {peak} MB; a table of {size:.0f} MB")
        print(f"read back: {wrong:,} cells or articles that differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
