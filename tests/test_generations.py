"""Commits that survive what happens to them: crashes, full disks, damage, rivals."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from corpus import articles, revised
from damage import damaged_files
from faulty import using
from power import Recording

from searchkit.engines import whoosh
from searchkit.engines.base import Request
from searchkit.engines.whoosh import builder, faults, generations, lock
from searchkit.errors import (
    EngineError,
    IndexCorrupt,
    IndexExists,
    IndexIncompatible,
    IndexLocked,
    IndexNotFound,
)
from searchkit.query.nodes import Every, Term

OLD, NEW = articles(30), articles(40, seed=9)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index with two generations, to copy."""
    path = tmp_path_factory.mktemp("prepared") / "index"
    whoosh.create(path)
    commit(path, OLD[:15])
    commit(path, OLD[15:], b"old")
    return path


@pytest.fixture
def path(prepared: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(prepared, tmp_path / "index"))


def commit(path: Path, batch: Any, catalogue: bytes = b"", **options: Any) -> str:
    with whoosh.open_writer(path, lock_timeout=0, **options) as writer:
        for article in batch:
            writer.put(article)
        return writer.commit(catalogue)


def ids(path: Path) -> set[str]:
    with whoosh.open_reader(path) as engine:
        assert engine.search(Request(Every())).total == len(list(engine.articles()))
        return {article.id for article in engine.articles()}


def stores(path: Path) -> list[str]:
    return sorted(entry.name for entry in (path / "stores").iterdir())


def files(path: Path) -> set[str]:
    return {str(entry.relative_to(path)) for entry in path.rglob("*")}


OLD_IDS = {article.id for article in OLD}
BOTH_IDS = OLD_IDS | {article.id for article in NEW}


# Creating and opening


def test_an_index_is_created_beside_foreign_files(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*\n")
    (tmp_path / "stores").mkdir()
    assert not whoosh.exists(tmp_path)
    whoosh.create(tmp_path)
    assert whoosh.exists(tmp_path)
    commit(tmp_path, OLD)
    commit(tmp_path, NEW, rebuild=True)
    assert (tmp_path / ".gitignore").read_text() == "*\n"


def test_an_index_is_never_created_over_another(path: Path) -> None:
    with pytest.raises(IndexExists):
        whoosh.create(path)
    assert ids(path) == OLD_IDS


def test_where_there_is_no_index_none_is_opened(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound):
        whoosh.open_reader(tmp_path / "none")
    with pytest.raises(IndexNotFound):
        whoosh.open_writer(tmp_path / "none", lock_timeout=0)
    assert not (tmp_path / "none").exists()


def test_a_file_in_the_way_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("no folder")
    with pytest.raises(EngineError):
        whoosh.create(tmp_path / "index")


@pytest.mark.parametrize("key", ["format", "schema", "analysis"])
def test_an_index_of_another_version_says_how_to_rebuild(path: Path, key: str) -> None:
    body = json.loads((path / "CURRENT").read_bytes())
    body[key] = 99
    del body["sha256"]
    body["sha256"] = generations._digest(body)
    (path / "CURRENT").write_text(json.dumps(body))
    with pytest.raises(IndexIncompatible) as caught:
        whoosh.open_reader(path)
    assert "--full" in caught.value.hint
    with pytest.raises(IndexIncompatible):
        whoosh.open_writer(path, lock_timeout=0)
    before = files(path)
    whoosh.open_writer(path, lock_timeout=0, rebuild=True).cancel()
    assert before <= files(path)
    commit(path, NEW, rebuild=True)
    assert len(ids(path)) == len(NEW)


# Damage (R2)


def damage(file: Path, how: str) -> None:
    data = file.read_bytes()
    changed = {"empty": b"", "short": data[: len(data) // 2], "zeros": b"\0" * len(data)}
    file.unlink()
    if how != "missing":
        file.write_bytes(changed[how])


@pytest.mark.parametrize("how", ["empty", "short", "zeros", "missing"])
def test_with_a_damaged_pointer_the_previous_generation_is_opened_and_says_so(
    path: Path, how: str
) -> None:
    damage(path / "CURRENT", how)
    with whoosh.open_reader(path) as engine:
        assert {a.id for a in engine.articles()} == {a.id for a in OLD[:15]}
        assert "CURRENT" in engine.recovered
        assert engine.is_current()


@pytest.mark.parametrize("how", ["empty", "short", "missing"])
@pytest.mark.parametrize("kind", ["MAIN_*.seg", "catalogue-*.bin"])
def test_with_a_damaged_file_the_previous_generation_is_opened_and_says_so(
    path: Path, kind: str, how: str
) -> None:
    previous = {f.name for f in generations.read(path, "PREVIOUS").files()}
    newest = next(f for f in path.glob(f"stores/*/{kind}") if f.name not in previous)
    damage(newest, how)
    with whoosh.open_reader(path) as engine:
        assert {a.id for a in engine.articles()} == {a.id for a in OLD[:15]}
        assert newest.name in engine.recovered


def test_a_sound_index_has_nothing_to_say(path: Path) -> None:
    with whoosh.open_reader(path) as engine:
        assert engine.recovered == ""


def test_writing_goes_on_from_the_generation_that_is_left(path: Path) -> None:
    damage(path / "CURRENT", "empty")
    commit(path, NEW)
    assert ids(path) == {a.id for a in OLD[:15]} | {a.id for a in NEW}
    with whoosh.open_reader(path) as engine:
        assert engine.recovered == ""


def test_when_nothing_can_be_opened_the_error_says_how_to_repair(path: Path) -> None:
    damage(path / "CURRENT", "empty")
    damage(path / "PREVIOUS", "zeros")
    for attempt in (
        lambda: whoosh.open_reader(path),
        lambda: whoosh.open_writer(path, lock_timeout=0),
    ):
        with pytest.raises(IndexCorrupt) as caught:
            attempt()
        assert caught.value.hint == faults.REPAIR
    before = files(path)
    whoosh.open_writer(path, lock_timeout=0, rebuild=True).cancel()
    assert files(path) == before
    commit(path, NEW, rebuild=True)
    assert ids(path) == {a.id for a in NEW}


def test_bits_that_flip_are_found_by_their_checksums(path: Path) -> None:
    generation = generations.read(path, "CURRENT")
    assert damaged_files(path, generation) == []
    for file in generation.files():
        target = generations.store_folder(path, generation) / file.name
        data = bytearray(target.read_bytes())
        data[len(data) // 2] ^= 4
        target.write_bytes(data)
    assert len(damaged_files(path, generation)) == len(generation.files())


def test_damage_met_while_searching_is_called_damage(path: Path) -> None:
    for file in path.glob("stores/*/MAIN_*.seg"):
        data = bytearray(file.read_bytes())
        end = len(data) - 6_000  # the directory of the segment stays
        data[200:end] = b"\x07" * (end - 200)
        file.write_bytes(data)
    with pytest.raises(IndexCorrupt, match="damaged") as caught, whoosh.open_reader(path) as engine:
        list(engine.articles())
    assert caught.value.__cause__ is not None


# Generations


def test_the_generation_before_stays_until_the_next_commit(path: Path) -> None:
    before = generations.read(path, "CURRENT")
    commit(path, NEW)
    assert generations.read(path, "PREVIOUS") == before
    assert damaged_files(path, before) == []


def test_a_rebuild_replaces_the_store_and_readers_keep_theirs(path: Path) -> None:
    (old,) = stores(path)
    reader = whoosh.open_reader(path)
    commit(path, NEW, b"new", rebuild=True)
    assert len(stores(path)) == 2
    commit(path, NEW[:1])
    assert len(stores(path)) == 1
    assert old not in stores(path)
    assert {a.id for a in reader.articles()} == OLD_IDS
    assert reader.search(Request(Term("police"))).total > 0
    assert not reader.is_current()
    assert ids(path) == {a.id for a in NEW}


def test_a_rebuild_cancelled_leaves_nothing(path: Path) -> None:
    before = files(path)
    writer = whoosh.open_writer(path, lock_timeout=0, rebuild=True)
    assert writer.catalogue() == b"old"
    writer.put(NEW[0])
    writer.cancel()
    assert files(path) == before
    assert ids(path) == OLD_IDS


def test_orphans_go_when_the_next_writer_starts_and_foreign_files_stay(path: Path) -> None:
    (store,) = stores(path)
    orphans = [
        path / "stores" / store / "MAIN_0123.seg",
        path / "stores" / store / "abc.tmp" / "x.ctmp",
        path / "stores" / "0123456789abcdef" / "MAIN_1.seg",
        path / "CURRENT.0123.new",
    ]
    foreign = [path / "notes.txt", path / "mine" / "notes.txt"]
    for file in (*orphans, *foreign):
        file.parent.mkdir(exist_ok=True)
        file.write_text("x")
    whoosh.open_writer(path, lock_timeout=0).cancel()
    assert not any(file.exists() for file in orphans)
    assert all(file.exists() for file in foreign)
    assert ids(path) == OLD_IDS


def test_a_reader_asks_cheaply_whether_it_is_current(path: Path) -> None:
    reader = whoosh.open_reader(path)
    assert reader.is_current()
    commit(path, ())
    assert not reader.is_current()
    assert whoosh.open_reader(path).is_current()


def test_a_reader_can_be_opened_at_any_moment_under_a_writer(path: Path) -> None:
    stop = threading.Event()
    wrong: list[BaseException] = []

    def read() -> None:
        try:
            while not stop.is_set():
                with whoosh.open_reader(path) as engine:
                    assert engine.recovered == ""
                    assert {a.id for a in engine.articles()} >= OLD_IDS
        except BaseException as error:  # noqa: BLE001 - handed to the test below
            wrong.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(8):
        commit(path, NEW[number * 5 : number * 5 + 5])
    stop.set()
    reader.join()
    assert wrong == []


# What a crash may find (R1, R10); ``test_r_disk`` has the crashes


def change(path: Path) -> None:
    with whoosh.open_writer(path, lock_timeout=0) as writer:
        for article in NEW:
            writer.put(article)
        writer.put(revised(OLD[0], "changed"))
        writer.commit(b"new")


def test_every_file_is_synced_before_the_pointer_that_names_it(path: Path) -> None:
    before = {f.name for f in generations.read(path, "CURRENT").files()}
    disk = Recording(path.parent)
    with using(disk):
        change(path)
    generation = generations.read(path, "CURRENT")
    switch = next(
        at
        for at, (what, *names) in enumerate(disk.done)
        if what == "replace" and names[1] == ("index", "CURRENT")
    )
    synced = [names[0] for what, *names in disk.done[:switch] if what == "sync"]
    store = ("index", "stores", generation.store)
    for file in generation.files():
        assert file.name in before or (*store, file.name) in synced
    assert store in synced
    assert any(name[-1].startswith("CURRENT.") for name in synced)
    assert ("sync", ("index",)) in disk.done[switch:]


def test_an_error_of_whoosh_cancels_the_whole_run(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ValueError("whatever Whoosh may say")

    writer = whoosh.open_writer(path, lock_timeout=0)
    writer.put(NEW[0])
    monkeypatch.setattr(builder.SegmentBuilder, "write", broken)
    with pytest.raises(EngineError, match="whatever Whoosh may say"):
        writer.commit(b"")
    monkeypatch.undo()
    with pytest.raises(EngineError, match="closed"):
        writer.put(NEW[1])
    assert ids(path) == OLD_IDS
    commit(path, NEW)
    assert ids(path) == BOTH_IDS


def test_an_interrupted_run_frees_the_lock(path: Path) -> None:
    def interrupted() -> None:
        with whoosh.open_writer(path, lock_timeout=0) as writer:
            writer.put(NEW[0])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert ids(path) == OLD_IDS
    commit(path, ())


# The lock (R7)


def test_a_second_writer_is_told_who_holds_the_index_since_when(path: Path) -> None:
    with whoosh.open_writer(path, lock_timeout=0):
        started = time.monotonic()
        with pytest.raises(IndexLocked) as caught:
            whoosh.open_writer(path, lock_timeout=0.2)
        assert time.monotonic() - started < 60
    assert f"process {os.getpid()} since " in caught.value.holder
    assert caught.value.holder.endswith(")")
    commit(path, ())


def test_a_waiting_writer_says_so_once_and_gets_its_turn(path: Path) -> None:
    first = whoosh.open_writer(path, lock_timeout=0)
    told: list[str] = []
    timer = threading.Timer(0.3, first.cancel)
    timer.start()
    with whoosh.open_writer(path, lock_timeout=10, on_wait=told.append) as second:
        second.commit(b"")
    timer.join()
    assert len(told) == 1
    assert told[0].startswith(f"process {os.getpid()}")


def test_the_lock_of_a_dead_process_is_no_obstacle(path: Path) -> None:
    child = os.fork()
    if child == 0:
        whoosh.open_writer(path, lock_timeout=0)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert (path / "lock").stat().st_size > 0
    commit(path, NEW)
    assert ids(path) == BOTH_IDS


def test_a_forked_child_neither_holds_nor_releases_the_lock(path: Path) -> None:
    writer = whoosh.open_writer(path, lock_timeout=0)
    child = os.fork()
    if child == 0:
        try:
            writer.put(NEW[0])
        except EngineError:
            writer.cancel()
            os._exit(7)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    with pytest.raises(IndexLocked):
        whoosh.open_writer(path, lock_timeout=0)
    runs, told = os.pipe()
    sleeper = os.fork()
    if sleeper == 0:
        os.write(told, b".")
        time.sleep(30)
        os._exit(0)
    os.read(runs, 1)  # until the child has put down what it must not hold
    os.close(runs)
    os.close(told)
    writer.cancel()
    commit(path, ())
    os.kill(sleeper, signal.SIGKILL)
    os.waitpid(sleeper, 0)


def test_a_started_program_does_not_inherit_the_lock(path: Path) -> None:
    writer = whoosh.open_writer(path, lock_timeout=0)
    flags = fcntl.fcntl(writer._lock._fd, fcntl.F_GETFD)
    assert flags & fcntl.FD_CLOEXEC
    program = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    writer.cancel()
    commit(path, ())
    program.communicate(b"\n")


def test_an_unsigned_lock_still_locks(path: Path) -> None:
    with whoosh.open_writer(path, lock_timeout=0):
        (path / lock.LOCK_FILE).write_bytes(b"")
        with pytest.raises(IndexLocked, match="another process"):
            whoosh.open_writer(path, lock_timeout=0)


def test_ages_are_told_in_the_largest_unit() -> None:
    ages = [lock._age(seconds) for seconds in (0.2, 1, 59, 60, 7_300, 200_000)]
    assert ages == ["less than a second", "1 second", "59 seconds", "1 minute", "2 hours", "2 days"]


# Calls that must not be made (R8, R9, R12)


def test_the_engine_never_refreshes_reuses_or_wipes() -> None:
    folder = Path(whoosh.__file__).parent
    for module in folder.glob("*.py"):
        text = module.read_text(encoding="utf-8")
        for call in (".refresh(", "reuse=", "create_in", "import random\n", ".clean("):
            assert call not in text, f"{module.name} has {call}"
