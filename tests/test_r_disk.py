"""The disk: power cuts, damage, kills, full disks and errors in the middle of everything.

``benchmarks/disk_faults.py`` tries every operation; here a sample of them is tried.
"""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from corpus import articles
from faulty import READING, Faulty, Small, Told, fails, using
from harm import RUNS, Trial, operations, prepare
from power import Recording, apply, held, life, moments, survives

from searchkit.engines import whoosh
from searchkit.engines.base import Request
from searchkit.engines.whoosh import generations, reserve, storage
from searchkit.errors import EngineError, IndexCorrupt, IndexExists, SearchkitError
from searchkit.query.nodes import Every

KNOWN = articles(40, seed=3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An index of two generations with articles."""
    path = tmp_path / "index"
    whoosh.create(path)
    apply(path, {}, KNOWN[:6], [])
    apply(path, {}, KNOWN[6:10], [])
    return path


def ids(path: Path) -> set[str]:
    return set(held(path)[0])


def known(start: int, end: int) -> set[str]:
    return {article.id for article in KNOWN[start:end]}


# R1


def lived(folder: Path, disk: Callable[[Path], Recording] = Recording) -> Recording:
    (folder / "real").mkdir()
    recording = disk(folder / "real")
    life(recording, folder / "real" / "index")
    return recording


def test_r01_a_power_cut_at_any_moment_leaves_what_was_promised_or_what_comes_next(
    tmp_path: Path,
) -> None:
    disk = lived(tmp_path)
    found = set()
    for turn, at in enumerate(moments(disk.done, seed=1, count=60)):
        found.add(survives(disk, at, turn, tmp_path / "cut"))
        shutil.rmtree(tmp_path / "cut")
    assert found == {"none", "old", "new"}


@pytest.mark.parametrize("left_out", ["segment", "pointer", "folder", "store"])
def test_r01_a_sync_left_out_is_noticed(tmp_path: Path, left_out: str) -> None:
    class Careless(Recording):
        def sync(self, path: Path) -> None:
            kind = {".seg": "segment", ".new": "pointer", ".bin": "catalogue"}.get(path.suffix) or (
                "store" if path.parent.name == "stores" else "folder"
            )
            if kind != left_out:
                super().sync(path)

    disk = lived(tmp_path, Careless)

    def cut() -> None:
        for turn, at in enumerate(moments(disk.done, seed=1, count=200)):
            survives(disk, at, turn, tmp_path / f"cut{turn}")

    with pytest.raises((AssertionError, SearchkitError)):
        cut()


# R2


@pytest.mark.parametrize("how", ["empty", "short", "zeros", "missing"])
def test_r02_with_the_newest_generation_damaged_the_one_before_answers_and_says_so(
    path: Path, how: str
) -> None:
    older = {file.name for file in generations.read(path, "PREVIOUS").files()}
    newest = generations.read(path, "CURRENT")
    folder = generations.store_folder(path, newest)
    fresh = [folder / file.name for file in newest.files() if file.name not in older]
    assert len(fresh) == 3
    for file in (path / "CURRENT", *fresh):
        data = file.read_bytes()
        file.unlink()
        if how != "missing":
            changed = {"empty": b"", "short": data[:-7], "zeros": bytes(len(data))}
            file.write_bytes(changed[how])
        with whoosh.open_reader(path) as engine:
            total = engine.search(Request(Every())).total
            if file.name.startswith("catalogue") and how == "zeros":
                # The articles are whole, so they answer; who needs the catalogue is told.
                assert total == 10
                with pytest.raises(IndexCorrupt, match="checksum"):
                    engine.catalogue()
            else:
                assert total == 6
                assert file.name in engine.recovered
        file.write_bytes(data)
    assert ids(path) == known(0, 10)


def test_r02_half_a_read_is_damage_or_nothing(path: Path) -> None:
    seen = Faulty(0, counted=READING)
    with using(seen), whoosh.open_reader(path) as engine:
        engine.search(Request(Every()))
        engine.is_current()
    assert len(seen.seen) > 8
    said: set[object] = set()
    for at in range(1, len(seen.seen) + 1):
        said.add(answered(path, Faulty(at, counted=READING, torn=True)))
        said.add(answered(path, Faulty(at, fails(errno.EIO), counted=READING)))
        assert ids(path) == known(0, 10)
    assert said == {6, 10, EngineError}


def answered(path: Path, disk: Faulty) -> object:
    """How many articles a search finds on ``disk``, or the kind of error."""
    try:
        with using(disk), whoosh.open_reader(path) as engine:
            total = engine.search(Request(Every())).total
            engine.is_current()
    except SearchkitError as error:
        return type(error)
    assert total == (6 if engine.recovered else 10)
    return total


def test_r02_an_index_that_cannot_be_looked_at_is_an_error_of_ours(path: Path) -> None:
    broken = Faulty(1, fails(errno.EIO), counted=frozenset({"stat"}))
    with using(broken), pytest.raises(EngineError, match="cannot read"):
        whoosh.exists(path)
    assert whoosh.exists(path)
    assert not whoosh.exists(path / "CURRENT")


# R4, R5, R6: every kind of run, harmed at some of its operations


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The index that each kind of run begins with."""
    folder = tmp_path_factory.mktemp("bases")
    for name, (segments, _) in RUNS.items():
        prepare(folder / name / "index", segments)
    return {name: folder / name for name in RUNS}


def sample(kinds: list[str], count: int) -> list[int]:
    """Numbers of operations to try, few of them writes to a file."""
    dice = random.Random(len(kinds))
    turns = [at for at, kind in enumerate(kinds, 1) if kind != "write" or not at % 40]
    return sorted(dice.sample(turns, min(count, len(turns))))


def harm(bases: dict[str, Path], run: str, way: str, folder: Path, count: int) -> set[str]:
    kinds = operations(way, run, bases[run], folder / "counted")
    tried = [Trial(run, way, bases[run]).at(at, folder / f"at{at}") for at in sample(kinds, count)]
    assert tried or not kinds
    return set(tried)


@pytest.mark.parametrize("run", RUNS)
def test_r04_a_process_killed_at_any_operation_leaves_the_old_or_the_new(
    bases: dict[str, Path], tmp_path: Path, run: str
) -> None:
    found = harm(bases, run, "killed", tmp_path, 60 if run == "commit" else 8)
    assert run != "commit" or found == {"before", "after"}


def test_r04_what_a_crash_leaves_behind_is_gone_with_the_next_start(path: Path) -> None:
    child = os.fork()
    if child == 0:
        with using(Faulty(120, lambda: os._exit(9))):
            apply(path, {}, KNOWN[10:20], [])
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    (path / "CURRENT.0123.new").write_text("{}")
    named = {
        file.name
        for name in ("CURRENT", "PREVIOUS")
        for file in generations.read(path, name).files()
    }
    assert {file.name for file in path.glob("stores/*/*")} > named
    whoosh.open_writer(path, lock_timeout=0).cancel()
    assert {file.name for file in path.glob("stores/*/*")} == named
    assert not list(path.glob("*.new"))


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("way", ["full", "full from then on"])
def test_r05_a_full_disk_at_any_operation_leaves_all_or_nothing_and_a_free_lock(
    bases: dict[str, Path], tmp_path: Path, run: str, way: str
) -> None:
    harm(bases, run, way, tmp_path, 40 if run == "commit" else 8)


def test_r05_deletions_are_visible_on_a_full_disk(path: Path) -> None:
    assert (path / reserve.RESERVE).stat().st_size >= reserve.SLACK
    model, _ = held(path)
    left = dict(model)
    disk = Small(0)
    with using(disk):
        for article in KNOWN[:3]:
            disk.room = 0  # somebody else took what the last commit freed
            catalogue = apply(path, left, [], [article.id])
            assert held(path) == (left, catalogue)
        disk.room = 0
        with pytest.raises(EngineError, match=r"no space left .* was not committed"):
            apply(path, dict(left), KNOWN[20:25], [])
        assert held(path) == (left, catalogue)
    apply(path, left, KNOWN[20:25], [])
    assert ids(path) == set(left)
    assert (path / reserve.RESERVE).stat().st_size >= reserve.SLACK


def test_r05_five_thousand_deletions_fit_in_the_reserve() -> None:
    body = generations.Generation(2, "2-x", "s").to_bytes()
    segment = generations.StoredSegment(
        "0" * 16,
        generations.StoredFile("MAIN.seg", 1, "0" * 64),
        999_999,
        {},
        tuple(range(990_000, 995_000)),
    )
    marked = generations.Generation(2, "2-x", "s", segments=(segment,)).to_bytes()
    assert len(marked) - len(body) < reserve.SLACK


def test_r05_a_merge_that_does_not_fit_twice_is_put_off(path: Path) -> None:
    apply(path, {}, KNOWN[10:15], [])
    sizes = sum(file.size for file in generations.read(path, "CURRENT").files())
    with using(Small(2 * sizes)):
        apply(path, {}, KNOWN[15:20], [])
    assert len(generations.read(path, "CURRENT").segments) == 4
    assert ids(path) == known(0, 20)
    apply(path, {}, [], [])
    assert len(generations.read(path, "CURRENT").segments) == 1
    assert ids(path) == known(0, 20)


def test_r05_a_merge_that_meets_a_full_disk_is_put_off(path: Path) -> None:
    class Optimistic(Small):
        def free(self, folder: Path) -> int:
            return 1 << 40

    apply(path, {}, KNOWN[10:15], [])
    sizes = sum(file.size for file in generations.read(path, "CURRENT").files())
    with using(Optimistic(sizes * 2 // 3)):
        apply(path, {}, KNOWN[15:20], [])
    assert len(generations.read(path, "CURRENT").segments) == 4
    assert ids(path) == known(0, 20)
    named = {
        file.name
        for name in ("CURRENT", "PREVIOUS")
        for file in generations.read(path, name).files()
    }
    assert {file.name for file in path.glob("stores/*/*")} == named


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("way", ["error", "torn", "read error"])
def test_r06_after_an_error_the_text_says_truly_what_became_of_the_commit(
    bases: dict[str, Path], tmp_path: Path, run: str, way: str
) -> None:
    if run != "create" or way != "read error":
        found = harm(bases, run, way, tmp_path, 40 if (run, way) == ("delete", "error") else 8)
        assert (run, way) != ("delete", "error") or found == {"before", "after"}


def failed_commit(path: Path, disk: Told) -> str:
    writer = whoosh.open_writer(path, lock_timeout=0)
    writer.put(KNOWN[30])
    with using(disk), pytest.raises(EngineError) as caught:
        writer.commit(b"")
    return str(caught.value)


class FailsAt(Told):
    """Fails at one kind of operation on one file, the first ``times`` times."""

    def __init__(self, what: str, name: str, times: int = 1) -> None:
        self.wanted, self.times = (what, name), times

    def tell(self, what: str, path: Path, do: object, torn: object = None) -> object:
        if (what, path.name) == self.wanted and self.times:
            self.times -= 1
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return do()


def test_r06_the_three_things_that_can_be_said(path: Path) -> None:
    said = failed_commit(path, FailsAt("replace", "CURRENT"))
    assert said.endswith("this run was not committed, and the index is as it was before")
    assert KNOWN[30].id not in ids(path)
    said = failed_commit(path, FailsAt("sync", "index", times=2))
    assert "was not committed" in said  # the second sync is that of PREVIOUS
    said = failed_commit(path, FailsAt("listed", "stores"))
    assert said.endswith("but this run was committed before that, and the index holds it")
    assert KNOWN[30].id in ids(path)
    said = failed_commit(path, FailsAt("read", "CURRENT", times=9))
    assert said.endswith("whether this run was committed cannot be read; open the index to see")
    apply(path, {}, [], [])


# R8


def test_r08_a_live_index_is_never_wiped(path: Path) -> None:
    disk = Recording(path.parent)
    with using(disk), pytest.raises(IndexExists):
        whoosh.create(path)
    assert disk.done == []
    assert ids(path) == known(0, 10)


def test_r08_a_rebuild_touches_nothing_of_the_old_index_before_the_switch(path: Path) -> None:
    (old,) = os.listdir(path / "stores")
    disk = Recording(path.parent)
    with using(disk):
        apply(path, {}, KNOWN[10:14], [], rebuild=True)
    switch = disk.done.index(
        next(op for op in disk.done if op[0] == "replace" and op[2] == ("index", "CURRENT"))
    )
    for what, name, *_ in disk.done[:switch]:
        assert old not in name[:-1] or what == "sync", (what, name)
        assert what not in ("unlink", "rmdir"), (what, name)
    assert generations.read(path, "PREVIOUS").store == old
    assert held_by_previous(path) == known(0, 10)
    assert ids(path) == known(10, 14)


def held_by_previous(path: Path) -> set[str]:
    """What would answer if ``CURRENT`` were lost."""
    aside = path.parent / "aside"
    shutil.copytree(path, aside)
    (aside / "CURRENT").unlink()
    with whoosh.open_reader(aside) as engine:
        return {article.id for article in engine.articles()}


# R12

_TWO_COMMITS = """
import json, random, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from corpus import articles
from searchkit.engines import whoosh
path = Path(sys.argv[1])
random.seed(1)
whoosh.create(path)
for article in articles(2, seed=1):
    random.seed(1)
    with whoosh.open_writer(path, lock_timeout=0) as writer:
        writer.put(article)
        writer.commit(b"")
print(json.dumps([random.random() for _ in range(3)]))
"""


@pytest.mark.parametrize("options", [(), ("-O",)])
def test_r12_a_seeded_generator_neither_repeats_names_nor_is_used(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    path = tmp_path / "index"
    answer = subprocess.run(
        [sys.executable, *options, "-c", _TWO_COMMITS, path, Path(__file__).parent],
        capture_output=True,
        check=True,
        text=True,
    )
    dice = random.Random(1)
    assert json.loads(answer.stdout) == [dice.random() for _ in range(3)]
    assert len(ids(path)) == 2
    assert len({segment.id for segment in generations.read(path, "CURRENT").segments}) == 2


def test_r12_names_come_from_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "urandom", lambda size: b"\x0f" * size)
    assert storage.random_name() == "0f" * 8
