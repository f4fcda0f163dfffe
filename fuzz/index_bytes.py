"""Damage an index at random, again and again, and use it: results or an error of searchkit's.

    python fuzz/index_bytes.py --times 10000
    python fuzz/index_bytes.py --flips 1000

With ``--times``, files are cut, overwritten and flipped, half of the times with checksums that
fit afterwards, and everything is asked of what is left.  With ``--flips``, one bit is turned over
at a time, and ``check`` has to find it.  ``--seed`` repeats a run; the first failure ends it, with
the damaged index left where it is.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import damage  # noqa: E402 - found by the path above
from corpus import write_files  # noqa: E402 - as above
from test_r_damaged_index import damage_at_random  # noqa: E402 - as above

from searchkit import Index  # noqa: E402 - as above
from searchkit.integrity import check  # noqa: E402 - as above


def made(root: Path) -> Path:
    """An index with two generations."""
    for count in (40, 60):
        write_files(root / "news", count)
        Index.build(root / "news", root / "index").close()
    return root / "index"


def use_damaged(index: Path, times: int, chance: random.Random) -> None:
    answered = slowest = 0.0
    for turn in range(times):
        copy = Path(shutil.copytree(index, index.parent / "copy"))
        damage_at_random(copy, chance, seal=bool(turn % 2))
        started = time.monotonic()
        answered += damage.use(copy) > 0
        slowest = max(slowest, time.monotonic() - started)
        shutil.rmtree(copy)
    print(f"{times} damaged indexes: {answered:.0f} gave answers, {times - answered:.0f} none;")
    print(f"no other exception; the slowest took {slowest:.1f} s")


def flip_bits(index: Path, times: int, chance: random.Random) -> None:
    files = damage.files(index)
    for turn in range(times):
        # Every file is as likely as any other: pointers are small, and segments large.
        file = files[turn % len(files)]
        whole = file.read_bytes()
        what = damage.flip(file, chance)
        assert not check(index, sample=0).sound, f"not found: {what} in {index}"
        file.write_bytes(whole)
    assert check(index, thorough=True).sound
    print(f"{times} bits flipped in {len(files)} files, one at a time: all found")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--times", type=int, default=0)
    parser.add_argument("--flips", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="searchkit-fuzz-"))
    index = made(root)
    if options.times or not options.flips:
        use_damaged(index, options.times or 1_000, random.Random(options.seed))
    if options.flips:
        flip_bits(index, options.flips, random.Random(options.seed))
    shutil.rmtree(root)
    return 0


if __name__ == "__main__":
    sys.exit(main())
