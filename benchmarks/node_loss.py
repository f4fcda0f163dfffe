"""Lose nodes of a cluster in the middle of all kinds of work, and look at what is left.

    python benchmarks/node_loss.py FOLDER_OF_ARTICLES --articles 5000 --rounds 6

Starts three nodes of its own and kills them with SIGKILL, in turn the first of the address, the
elected cluster manager, and another:

full         one during a full run
incremental  one during a run over edited, deleted, moved and new files
searching    one under several threads that search, count and export
quorum       two of three, under the same threads and a run

A run must end whole, or with one clear error and the index as it was; run again, it completes the
work.  Every answer must be the one of the whole cluster, or a clear error.  Afterwards the cluster
becomes green by itself, and every article and many answers are those of an embedded index of the
same files.  Prints one line a round and a closing line; exits with 1 if anything was otherwise.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kill_run import disturb
from losses.answers import State, differences, disagreements, held, questions
from losses.load import Counts, Load, known
from losses.runs import Ended, Indexer, moment_of
from nodes import Nodes, started

from searchkit import Index

QUESTIONS = 40
VICTIMS = ("first", "manager", "another")
PARTS = ("full", "incremental", "searching", "quorum")


class Bench:
    """The nodes, the folder of articles and its model, and what was found wrong."""

    def __init__(self, nodes: Nodes, root: Path, given: argparse.Namespace) -> None:
        self.nodes = nodes
        self.dice = random.Random(given.seed)
        self.threads = given.threads
        self.violations: list[str] = []
        self._folder, self._spare = root / "articles", root / "spare"
        self._model = root / "model"
        self.indexer = Indexer(self._folder, given.shards)
        self._fill(given.corpus, given.articles)
        self.whole = self._follow().seconds

    def _fill(self, corpus: Path, count: int) -> None:
        self._folder.mkdir()
        self._spare.mkdir()
        everything = sorted(corpus.rglob("*.md"))
        for path in self.dice.sample(everything, min(count, len(everything))):
            shutil.copy(path, self._folder / path.name)

    def _follow(self) -> Ended:
        """Have the model follow the folder."""
        ended = self.indexer.run(str(self._model))
        assert ended.done, f"the embedded index: {ended.said}"
        with Index.open(self._model) as model:
            self.wanted = held(model)
            self.asked = questions(list(self.wanted.values()), self.dice, QUESTIONS)
        return ended

    def disturb(self) -> None:
        """Edit, delete, move and bring back a few files."""
        disturb(self._folder, self._spare, self.dice)
        self._follow()

    def victim(self, turn: int) -> tuple[str, int]:
        """Who is to be lost: in words, and its number."""
        said, manager = VICTIMS[turn % len(VICTIMS)], self.nodes.manager()
        if said == "another":
            return said, self.dice.choice([n for n in self.nodes.numbers[1:] if n != manager])
        return said, 1 if said == "first" else manager

    def agrees(self, index: str, when: str, wanted: State | None = None) -> None:
        """Compare the index with the model, or its articles with those ``wanted``."""
        with Index.open(index) as there, Index.open(self._model) as model:
            wrong = list(differences(there, self.wanted if wanted is None else wanted))
            if wanted is None:
                wrong += disagreements(there, self.asked, model)
        self.check(not wrong, f"{when}: {'; '.join(wrong[:3])}")

    def check(self, holds: bool, said: str) -> None:
        if not holds:
            self.violations.append(said)
            print(f"VIOLATION  {said}", flush=True)

    def recovered(self, label: str, *, alone: bool = True) -> str:
        """Wait until the cluster is green, in words.  Where that need not come ``alone``, it is
        asked to try copies again that it gave up; without that it is found wrong."""
        began = time.monotonic()
        try:
            self.nodes.green()
        except TimeoutError as error:
            self.check(not alone, f"{label}: {error}")
            self.nodes.retry()
            self.nodes.green()
            return f"green after {time.monotonic() - began:.1f} s, asked to try again"
        return f"green after {time.monotonic() - began:.1f} s"

    @contextmanager
    def lost(self, *numbers: int) -> Iterator[None]:
        """These nodes are gone, at once and to the end of this."""
        self.nodes.kill(*numbers)
        try:
            yield
        finally:
            self.nodes.revive(*numbers)


def say(part: str, *words: object) -> None:
    print(f"{part:12}" + "  ".join(f"{word!s:10}" for word in words).rstrip(), flush=True)


def interrupted(bench: Bench, name: str, turn: int, part: str, expected: float) -> float:
    """One run during which a node is lost; the seconds that the next took."""
    index, nodes = bench.nodes.address(name), bench.nodes
    moment, (said, number) = moment_of(bench.dice, turn), bench.victim(turn)
    before: State = {}
    if part == "incremental":
        with Index.open(index) as there:
            before = held(there)
        bench.disturb()
    label = f"{part} {turn}, {said} lost, {moment}"
    running = bench.indexer.start(index, *(["--full"] if part == "full" else []))
    running.wait(moment, nodes, name, bench.dice.uniform(0.2, 1.0) * expected)
    late = running.over
    with bench.lost(number):
        ended = running.end()
        bench.check(not ended.unclear, f"{label}: {ended.unclear}")
        if ended.done or "the run was committed" in ended.said:
            bench.agrees(index, f"{label}, one node away")
        else:
            bench.agrees(index, f"{label}, after an error", before)
        again = bench.indexer.run(index) if turn % 2 else None
    green = bench.recovered(label)
    again = again or bench.indexer.run(index)
    bench.check(again.done, f"{label}: run again, {again.said.strip()}")
    bench.agrees(index, f"{label}, in the end")
    outcome = "whole" if ended.done else "error"
    when = "too late" if late else moment
    say(part, turn, said, when, outcome, f"{ended.seconds:.1f} s", green)
    if not ended.done:
        print(f"            {ended.said.strip().splitlines()[0]}", flush=True)
    return ended.seconds if ended.done else expected


def writing(bench: Bench, part: str, rounds: int) -> None:
    """Runs during which a node is lost."""
    expected, name = 2 * bench.whole, f"{part}-0"
    for turn in range(rounds):
        if part == "full" or not turn:
            bench.nodes.drop(name)
            name = f"{part}-{turn}"
        if part == "full":
            Index.create(bench.nodes.address(name)).close()
        if part == "incremental" and not turn:
            ended = bench.indexer.run(bench.nodes.address(name))
            bench.check(ended.done, f"the first run: {ended.said}")
            bench.disturb()
            expected = bench.indexer.run(bench.nodes.address(name)).seconds
        expected = interrupted(bench, name, turn, part, expected)
    bench.nodes.drop(name)


def searching(bench: Bench, part: str, rounds: int) -> None:
    """Nodes that are lost while several threads search."""
    name = part
    index = bench.nodes.address(name)
    ended = bench.indexer.run(index)
    bench.check(ended.done, f"the run before {part}: {ended.said}")
    bench.nodes.green()
    for turn in range(rounds):
        said, number = bench.victim(turn)
        victims = [number]
        if part == "quorum":
            victims.append(bench.dice.choice([n for n in bench.nodes.numbers if n != number]))
        with Index.open(index) as there:
            answers = known(there, bench.asked)
            with Load(there, answers, bench.threads) as load:
                time.sleep(2)
                before = load.counts.right
                with bench.lost(*victims):
                    time.sleep(6)
                    if part == "quorum":
                        refused = bench.indexer.run(index, "--full")
                        bench.check(not refused.unclear, f"{part} {turn}: {refused.unclear}")
                        bench.check(not refused.done, f"{part} {turn}: a run was done")
                green = bench.recovered(f"{part} {turn}", alone=part != "quorum")
                time.sleep(2)
        judge(bench, f"{part} {turn}, {said} lost", load.counts)
        bench.agrees(index, f"{part} {turn}, in the end")
        told = _told(load.counts, before)
        say(part, turn, said, *told, green)
        for text, count in load.counts.said.most_common(4):
            print(f"            {count:5} x {text}", flush=True)
    bench.nodes.drop(name)


def judge(bench: Bench, label: str, counts: Counts) -> None:
    """No answer may be wrong, hang, or fail in an unknown way."""
    bench.check(not counts.wrong, f"{label}: {len(counts.wrong)} wrong, {counts.wrong[:2]}")
    bench.check(not counts.failed, f"{label}: {len(counts.failed)} failed, {counts.failed[:2]}")
    bench.check(not counts.hung, f"{label}: {counts.hung} hung")


def _told(counts: Counts, before: int) -> Iterator[str]:
    yield f"{counts.right} right ({before} before)"
    yield f"{counts.errors} errors"
    yield f"{len(counts.wrong)} wrong"
    yield f"{counts.hung} hung"
    yield f"longest {counts.longest:.1f} s"


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add = parser.add_argument
    add("corpus", type=Path, help="a folder of articles")
    add("--articles", type=int, default=5_000, help="so many of them")
    add("--rounds", type=int, default=6, help="of each part")
    add("--parts", default=",".join(PARTS), help="by comma")
    add("--shards", type=int, default=3, help="of the index, each with one replica")
    add("--threads", type=int, default=4, help="that search")
    add("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> int:
    """Lose nodes, and tell what came of it."""
    given = arguments()
    root = Path(tempfile.mkdtemp(prefix="searchkit-loss-"))
    try:
        with started(root / "cluster") as nodes:
            bench = Bench(nodes, root, given)
            said = f"{len(bench.wanted)} articles in {given.shards} shards with a replica each"
            print(f"{said}; the embedded engine takes {bench.whole:.1f} s", flush=True)
            for part in given.parts.split(","):
                work = writing if part in PARTS[:2] else searching
                work(bench, part, given.rounds)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    if bench.violations:
        print(f"{len(bench.violations)} violations")
        return 1
    print("no article lost, no wrong answer, no unclear error, nothing that hung")
    return 0


if __name__ == "__main__":
    sys.exit(main())
