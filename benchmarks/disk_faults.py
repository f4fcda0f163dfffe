"""Everything that can go wrong with a disk, at every operation, and thousands of power cuts.

    python benchmarks/disk_faults.py --cuts 3000 --every 1

Creating, committing, merging, deleting, rewriting and rebuilding are run against an error, a
full disk, a torn write, SIGKILL and a failing read at every single operation (``--every N``: at
every N-th write to a file, and everything else).  Then what an index went through is cut off
after random operations, unsynced bytes and names lost in random combinations.  Each time the
index must be the old or the new generation, whole, what the error says true, and the next commit
must work.  Uses the disks of ``tests``.  Exits with 1 where anything did not hold.
"""

from __future__ import annotations

import argparse
import collections
import shutil
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from faulty import using
from harm import RUNS, WAYS, Trial, operations, prepare
from power import Recording, life, moments, survives


def tried(once: Callable[[], str], folder: Path, outcomes: collections.Counter[str]) -> None:
    """Count what ``once`` returns, or tell what it raises."""
    try:
        outcomes[once()] += 1
    except Exception:  # noqa: BLE001 - told and counted; the run exits with 1 in the end
        outcomes["FAILED"] += 1
        traceback.print_exc()
    shutil.rmtree(folder, ignore_errors=True)


def faults(root: Path, every: int) -> collections.Counter[str]:
    """Each way at each operation of each run."""
    totals: collections.Counter[str] = collections.Counter()
    for run, (segments, _) in RUNS.items():
        base = root / f"base-{run}"
        prepare(base / "index", segments)
        for way in WAYS:
            kinds = operations(way, run, base, root / "counted")
            outcomes: collections.Counter[str] = collections.Counter()
            for at, kind in enumerate(kinds, 1):
                if kind != "write" or at % every == 0:
                    trial = Trial(run, way, base)
                    tried(lambda t=trial, n=at: t.at(n, root / "x"), root / "x", outcomes)
            print(f"{run:9} {way:18} {len(kinds):5} operations  {dict(outcomes)}", flush=True)
            totals += outcomes
    return totals


def cuts(root: Path, count: int, seed: int) -> collections.Counter[str]:
    """Power cuts after random operations of one index's life."""
    (root / "real").mkdir()
    disk = Recording(root / "real")
    with using(disk):
        life(disk, root / "real" / "index")
    outcomes: collections.Counter[str] = collections.Counter()
    for turn, at in enumerate(moments(disk.done, seed, count)):
        once = partial(survives, disk, at, turn, root / "cut")
        tried(once, root / "cut", outcomes)
    print(f"{count} power cuts among {len(disk.done)} operations  {dict(outcomes)}", flush=True)
    return outcomes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cuts", type=int, default=3000)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # files of failed writers are closed when they are collected
    root = Path(tempfile.mkdtemp(prefix="searchkit-disk-"))
    started = time.monotonic()
    harmed = faults(root, options.every)
    cut = cuts(root, options.cuts, options.seed)
    shutil.rmtree(root)
    failed = harmed["FAILED"] + cut["FAILED"]
    print(
        f"{harmed.total()} faults and {cut.total()} power cuts in "
        f"{time.monotonic() - started:.0f} s: {failed} went wrong"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
