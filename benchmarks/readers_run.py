"""One writer and many readers, in threads and in processes, over thousands of commits.

    python benchmarks/readers_run.py --commits 5000
    python benchmarks/readers_run.py --minutes 60 --threads 4 --processes 4

The writer puts, replaces, deletes, merges, purges, rebuilds, and cancels now and then.  Every
generation says in its own texts what it must hold: its number, how many articles, which, and in
which version.  Readers follow one index, open it anew each time, or hold on to an old
generation, and check all of that, that no commit known to them is missing, and that generations
never go backwards; beside the writer's own process, opening is slow now and then.  At the end
nobody may have a file of the index open or mapped.  Prints the figures; exits with 1 at the
first fault.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import mmap
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from searchkit import Index
from searchkit.article import Article, ForceMatch
from searchkit.engines import whoosh
from searchkit.engines.base import Engine, Request
from searchkit.engines.whoosh import generations
from searchkit.engines.whoosh.generations import Generation
from searchkit.query.nodes import Every, Term

FLOCK = 12
"""So many articles are written again in every generation, with its number in them."""

OTHERS = 60
_FORCES = (("essex", "Essex Police"), ("kent", "Kent Police"), ("gwent", "Gwent Police"))
_STYLES = ("follow", "open", "hold")
_PAUSE = 0.04
"""At most so many seconds between two checks of a reader: the writer wants to write."""


# What a generation says of itself


def article(name: str, text: str, number: int) -> Article:
    """An invented article whose id and force come from its name."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    force = _FORCES[int(digest[:4], 16) % len(_FORCES)]
    return Article(
        id=digest[:16],
        title=name,
        body=f"{text} {'police officers appeal for witnesses ' * 20}",
        force=ForceMatch(*force, "area"),
        path=f"{name}.md",
        sha256=hashlib.sha256(f"{name} {text} {number}".encode()).hexdigest(),
    )


def fold(names: dict[str, int]) -> str:
    """A word that stands for which articles there are, in which version."""
    listed = " ".join(f"{name}v{version}" for name, version in sorted(names.items()))
    return "sum" + hashlib.sha256(listed.encode()).hexdigest()[:16]


def census(number: int, names: dict[str, int]) -> Article:
    """The article that says what its generation holds, itself and the flock counted."""
    total = len(names) + FLOCK + 1
    return article("census", f"gen{number} total{total} {fold(names)}", number)


def check_one(engine: Engine) -> int:
    """Everything a generation says of itself, against what it answers; its number."""
    assert not engine.recovered, f"it speaks of damage: {engine.recovered}"
    number = int(engine.generation.partition("-")[0])
    held = {one.title: one for one in engine.articles()}
    told = held["census"].body.split()[:3]
    everything = engine.search(Request(Every(), limit=200, facets=("force",)))
    assert told[0] == f"gen{number}", f"generation {number} holds the census {told[0]}"
    assert told[1] == f"total{everything.total}", f"{told[1]}, but {everything.total} match"
    assert len(held) == everything.total == len(everything.matches)
    assert sum(everything.facets["force"].values()) == everything.total
    versions = {
        name: int(one.body.split()[0].partition("v")[2])
        for name, one in held.items()
        if name.startswith("other")
    }
    assert told[2] == fold(versions), "other articles than the census names"
    for word, wanted in ((f"gen{number}", FLOCK + 1), (f"gen{number - 1}", 0)):
        assert engine.count(Term(word)) == wanted, f"{word} in {engine.count(Term(word))}"
    for name, version in random.sample(sorted(versions.items()), min(3, len(versions))):
        found = engine.search(Request(Term(f"{name}v{version}"))).matches
        assert [match.article for match in found] == [held[name]]
        assert engine.get(held[name].id) == held[name]
    return number


def check_search(index: Index) -> int:
    """One public search: all its hits are of one generation; the number of that."""
    results = index.search("flock", limit=100, facets=("force",), copies="all")
    numbers = {hit.article.body.split()[1] for hit in results}
    assert len(numbers) == 1, f"one search answers from {sorted(numbers)}"
    assert results.total == len(results) == FLOCK
    assert sum(bucket.count for bucket in results.facets["force"]) == FLOCK
    return int(numbers.pop().removeprefix("gen"))


# The readers


class Committed:
    """The number of the newest generation whose commit has returned, shared by processes."""

    def __init__(self, path: Path) -> None:
        with open(path, "r+b") as file:
            self._map = mmap.mmap(file.fileno(), 16)

    def tell(self, number: int) -> None:
        self._map[:8] = struct.pack("<q", number)

    def told(self) -> int:
        return int(struct.unpack("<q", self._map[:8])[0])

    def stop(self) -> None:
        self._map[8] = 1

    def stopped(self) -> bool:
        return self._map[8] == 1


@dataclass
class Reader:
    """One reader of a style, and what it counted."""

    path: Path
    committed: Committed
    style: str
    shared: Index
    counts: Counter[str] = field(default_factory=Counter)
    latest: int = 0
    fault: str = ""

    def run(self) -> None:
        try:
            while not self.committed.stopped():
                getattr(self, f"_{self.style}")()
                time.sleep(random.uniform(0, _PAUSE))
        except BaseException as error:  # noqa: BLE001 - told at the end
            self.fault = f"{self.style}: {type(error).__name__}: {error}"
            self.committed.stop()

    def _seen(self, number: int, least: int) -> None:
        self.counts["checks"] += 1
        self.counts["generations"] += number > self.latest
        assert number >= least, f"generation {number} is shown after {least} was committed"
        assert number >= self.latest, f"generation {number} after {self.latest}"
        self.latest = number

    def _follow(self) -> None:
        least = self.committed.told()
        self._seen(check_search(self.shared), least)
        least = self.committed.told()
        with self.shared._readers.lease() as engine:
            self._seen(check_one(engine), least)

    def _open(self) -> None:
        least = self.committed.told()
        with Index.open(self.path) as index:
            self.counts["opened"] += 1
            with index._readers.lease() as engine:
                self._seen(check_one(engine), least)

    def _hold(self) -> None:
        least = self.committed.told()
        with self.shared._readers.lease() as engine:
            number = check_one(engine)
            self._seen(number, least)
            until = time.monotonic() + 0.3
            while time.monotonic() < until and not self.committed.stopped():
                assert check_one(engine) == number
                time.sleep(0.05)
            self.counts["held"] += 1
            self.counts["outlived"] += self.committed.told() > number + 2


def opened(path: Path) -> tuple[int, int]:
    """How many descriptors and maps of files of the index this process has."""
    prefix = str(path.resolve())
    maps = sum(prefix in line for line in Path("/proc/self/maps").read_text().splitlines())
    held = 0
    for entry in os.listdir("/proc/self/fd"):
        # That of the listing itself is gone, and another thread may have closed one.
        with suppress(FileNotFoundError):
            held += os.readlink(f"/proc/self/fd/{entry}").startswith(prefix)
    return held, maps


def read(path: Path, committed: Committed, threads: int) -> dict[str, object]:
    """Run so many reader threads of every style in this process until they are stopped."""
    with Index.open(path) as index:
        readers = [
            Reader(path, committed, _STYLES[n % len(_STYLES)], index) for n in range(threads)
        ]
        running = [threading.Thread(target=reader.run) for reader in readers]
        for thread in running:
            thread.start()
        most = 0
        while any(thread.is_alive() for thread in running):
            most = max(most, sum(opened(path)))
            time.sleep(0.1)
    # The last lease has ended, and with it the last generation.
    left = opened(path)
    counts = sum((reader.counts for reader in readers), Counter[str]())
    faults = [reader.fault for reader in readers if reader.fault]
    if left != (0, 0):
        faults.append(f"{left[0]} descriptors and {left[1]} maps are left open")
    return {"counts": counts, "faults": faults, "most": most, "pid": os.getpid()}


def slowed(real: Callable[[Path, str], Generation]) -> Callable[[Path, str], Generation]:
    """``generations.read``, which now and then takes long enough for several commits."""

    def slow(path: Path, name: str) -> Generation:
        generation = real(path, name)
        if random.random() < 0.1:
            time.sleep(random.uniform(0, 1))
        return generation

    return slow


# The writer


@dataclass
class Writer:
    """The one writer, and what the next generation will hold."""

    path: Path
    dice: random.Random
    names: dict[str, int] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    largest: int = 0
    most_files: int = 0

    def commit(self) -> int:
        """One run, of a kind that chance decides; the number of the newest generation."""
        roll = self.dice.random()
        if roll < 0.03:
            self._cancelled()
        names = dict(self.names)
        rebuild, purge = roll > 0.97, 0.94 < roll < 0.97
        changed, gone = self._changes(names)
        with whoosh.open_writer(self.path, lock_timeout=30, rebuild=rebuild) as writer:
            number = int(writer.generation.partition("-")[0]) + 1
            for name in sorted(names) if rebuild else changed:
                writer.put(article(name, f"{name}v{names[name]}", number))
            for name in gone:
                writer.delete(article(name, "", 0).id)
            for n in range(FLOCK):
                writer.put(article(f"flock{n}", f"flock gen{number}", number))
            writer.put(census(number, names))
            if purge:
                writer.purge()
            writer.commit(b"catalogue", keep_previous=not purge)
        self.names = names
        self.counts["commits"] += 1
        self.counts["rebuilt"] += rebuild
        self.counts["purged"] += purge
        self.counts["deleted"] += len(gone)
        self.counts["written"] += len(names) if rebuild else len(changed)
        return number

    def _changes(self, names: dict[str, int]) -> tuple[list[str], list[str]]:
        gone = self.dice.sample(sorted(names), min(len(names), self.dice.randrange(4)))
        for name in gone:
            del names[name]
        fresh = [f"other{self.dice.randrange(OTHERS)}" for _ in range(self.dice.randrange(1, 6))]
        for name in fresh:
            names[name] = names.get(name, 0) + self.dice.randrange(1, 9)
        return sorted(set(fresh)), [name for name in gone if name not in names]

    def _cancelled(self) -> None:
        """A run that writes, and is dropped."""
        with whoosh.open_writer(self.path, lock_timeout=30) as writer:
            writer.put(article("census", "gen0 total0 sum0", 0))
        self.counts["cancelled"] += 1

    def measure(self) -> None:
        """How much the folder holds now, against what its two pointers name."""
        sizes = [one.stat().st_size for one in self.path.rglob("*") if one.is_file()]
        self.largest = max(self.largest, sum(sizes))
        self.most_files = max(self.most_files, len(sizes))
        named = {
            file.name
            for pointer in (generations.CURRENT, generations.PREVIOUS)
            for file in generations.read(self.path, pointer).files()
        }
        found = {one.name for one in self.path.glob("stores/*/*")}
        assert found == named, f"{len(found - named)} files that no generation names"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--commits", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--threads", type=int, default=3, help="in each process")
    parser.add_argument("--processes", type=int, default=3, help="beside that of the writer")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        generations.read = slowed(generations.read)
        told = read(options.read, Committed(options.read.parent / "told"), options.threads)
        print(json.dumps(told))
        return 0
    root = Path(tempfile.mkdtemp(prefix="searchkit-readers-"))
    try:
        return run(root, options)
    finally:
        shutil.rmtree(root)


def run(root: Path, options: argparse.Namespace) -> int:
    """Write among readers until the time is over or the commits are made."""
    path = root / "index"
    (root / "told").write_bytes(bytes(16))
    committed = Committed(root / "told")
    whoosh.create(path)
    writer = Writer(path, random.Random(options.seed))
    committed.tell(writer.commit())
    own: list[dict[str, object]] = []
    threads = threading.Thread(target=lambda: own.append(read(path, committed, options.threads)))
    threads.start()
    command = [sys.executable, __file__, "--threads", str(options.threads), "--read", str(path)]
    others = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(options.processes)]
    started = time.monotonic()
    limit = started + options.minutes * 60 if options.minutes else float("inf")
    commits = options.commits or (0 if options.minutes else 500)
    while not committed.stopped() and time.monotonic() < limit:
        if commits and writer.counts["commits"] >= commits:
            break
        committed.tell(writer.commit())
        writer.measure()
    seconds = time.monotonic() - started
    committed.stop()
    threads.join()
    told = own + [json.loads(other.communicate()[0]) for other in others]
    return report(writer, told, seconds)


def report(writer: Writer, told: list[dict[str, object]], seconds: float) -> int:
    """Print the figures; the exit code."""
    counts: Counter[str] = Counter()
    faults: list[str] = []
    for one in told:
        counts.update(one["counts"])
        faults += one["faults"]
    print(f"{seconds:.0f} s; writer: " + ", ".join(f"{n} {k}" for k, n in writer.counts.items()))
    print(f"{len(told)} processes read: " + ", ".join(f"{n} {k}" for k, n in counts.items()))
    current = generations.read(writer.path, generations.CURRENT)
    print(
        f"the folder: at most {writer.largest:,} bytes in {writer.most_files} files after a commit;"
        f" the last generation has {sum(file.size for file in current.files()):,}"
    )
    print(f"descriptors and maps of one process: at most {max(one['most'] for one in told)}")
    print("\n".join(faults) if faults else "no reader failed, was stale or saw half a commit")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
