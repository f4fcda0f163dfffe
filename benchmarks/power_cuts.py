"""Cut the power of a real file system under an index that is being written.

    sudo python benchmarks/power_cuts.py --cuts 200

Needs root and Linux: an ext4 file system in a file is mounted, a process commits to an index on
it about every fifth of a second, and after a random time the file system is shut down where it
stands, its journal not flushed (the ioctl that the file system's own tests use).  Mounted again,
the index must hold all that was committed before the cut, or the one commit that was under way,
and the next commit must work.  Prints a closing line; exits with 1 at the first loss.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from corpus import articles

from searchkit.article import Article
from searchkit.engines import whoosh
from searchkit.engines.base import Request
from searchkit.errors import SearchkitError
from searchkit.query.nodes import Every

_SHUT_DOWN = 0x8004587D
_WITHOUT_THE_JOURNAL = 2
_A_COMMIT_ADDS = 20
KNOWN = articles(400, seed=4)


def expected(turn: int) -> set[str]:
    """The ids after commit number ``turn``: some are added, the oldest go."""
    return {article.id for article in _window(turn)}


def _window(turn: int) -> list[Article]:
    return [
        KNOWN[number % len(KNOWN)]
        for number in range(max(0, turn - 5) * _A_COMMIT_ADDS, turn * _A_COMMIT_ADDS)
    ]


def commit(path: Path, turn: int) -> None:
    """Bring the index from what it was after ``turn - 1`` to what it is after ``turn``."""
    before, now = expected(turn - 1), expected(turn)
    with whoosh.open_writer(path, lock_timeout=5, rebuild=turn % 25 == 0) as writer:
        for article in _window(turn):
            if article.id not in before or turn % 25 == 0:
                writer.put(article)
        for gone in sorted(before - now):
            writer.delete(gone)
        writer.commit(str(turn).encode())


def write(path: Path, turn: int, pause: float) -> None:
    """Commit for ever, and say so after each."""
    while True:
        commit(path, turn)
        os.write(1, b"%d\n" % turn)
        turn += 1
        time.sleep(pause)


def held(path: Path) -> int:
    """The number of the commit that the index holds, whole."""
    with whoosh.open_reader(path) as engine:
        assert engine.recovered == "", engine.recovered
        turn = int(engine.catalogue() or b"0")
        ids = {article.id for article in engine.articles()}
        assert ids == expected(turn), f"commit {turn} is not whole"
        assert engine.search(Request(Every())).total == len(ids)
        return turn


class Drive:
    """An ext4 file system in a file of ``root``."""

    def __init__(self, root: Path, megabytes: int = 64) -> None:
        self._image, self.mounted = root / "disk.img", root / "mounted"
        self.mounted.mkdir()
        with open(self._image, "wb") as file:
            file.truncate(megabytes << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", self._image], check=True)

    def mount(self) -> None:
        subprocess.run(["mount", "-o", "loop", self._image, self.mounted], check=True)

    def unmount(self) -> None:
        subprocess.run(["umount", self.mounted], check=True)

    def cut(self) -> None:
        """From here on nothing reaches the disk."""
        fd = os.open(self.mounted, os.O_RDONLY)
        fcntl.ioctl(fd, _SHUT_DOWN, struct.pack("I", _WITHOUT_THE_JOURNAL))
        os.close(fd)


def cut_once(drive: Drive, turn: int, wait: float, pause: float) -> tuple[int, int]:
    """Write from commit ``turn`` on, cut after ``wait`` seconds; the last commit that was
    promised, and the one that is there."""
    path = drive.mounted / "index"
    writer = subprocess.Popen(
        [sys.executable, __file__, "--write", str(path), str(turn), str(pause)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert writer.stdout is not None
    first = writer.stdout.readline()
    time.sleep(wait)
    # A commit that returns must be safe already: whatever is said before the cut counts.
    os.set_blocking(writer.stdout.fileno(), False)
    said = (first + (writer.stdout.read() or b"")).split()
    drive.cut()
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    drive.unmount()
    drive.mount()
    return int(said[-1]), held(path)


def main() -> int:
    if sys.argv[1:2] == ["--write"]:
        write(Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--pause", type=float, default=0.2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    dice, root = random.Random(options.seed), Path(tempfile.mkdtemp(prefix="searchkit-power-"))
    drive = Drive(root)
    drive.mount()
    found: Counter[str] = Counter()
    try:
        whoosh.create(drive.mounted / "index")
        turn = 0
        for number in range(1, options.cuts + 1):
            pause = options.pause * (number % 2)
            try:
                promised, there = cut_once(drive, turn + 1, dice.uniform(0, 0.6), pause)
                assert there >= promised, f"{promised} had returned, {there} is there"
            except (AssertionError, SearchkitError) as error:
                print(f"cut {number}: {error}")
                return 1
            found["the last commit promised" if there == promised else "a later one"] += 1
            commit(drive.mounted / "index", there + 1)
            turn = held(drive.mounted / "index")
    finally:
        drive.unmount()
        shutil.rmtree(root)
    print(f"{options.cuts} power cuts, {turn} commits, nothing lost: {dict(found)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
