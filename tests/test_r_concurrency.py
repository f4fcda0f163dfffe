"""R7, R9 and concurrency: one writer, many readers, in threads and in processes that are real.

The long form of the first test is ``benchmarks/readers_run.py --minutes 60``.
"""

from __future__ import annotations

import ast
import gc
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from corpus import articles, revised, write_files

import searchkit
import searchkit.indexer
import searchkit.takedown  # which else would be imported while time is taken
from searchkit import Index
from searchkit.engines import whoosh
from searchkit.engines.base import Request
from searchkit.engines.whoosh import generations
from searchkit.engines.whoosh.lock import LOCK_FILE
from searchkit.engines.whoosh.sight import Sight
from searchkit.engines.whoosh.storage import write_durably
from searchkit.errors import IndexCorrupt, IndexLocked
from searchkit.query.nodes import Every, Term

ROOT = Path(__file__).resolve().parent.parent
OLD, NEW = articles(12), articles(24, seed=9)
OLD_IDS = {article.id for article in OLD}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "index"
    whoosh.create(folder)
    commit(folder, OLD)
    commit(folder, ())
    return folder


def commit(path: Path, batch: Any = (), gone: Any = (), **options: Any) -> str:
    with whoosh.open_writer(path, lock_timeout=0, **options) as writer:
        for article in batch:
            writer.put(article)
        for article_id in gone:
            writer.delete(article_id)
        return writer.commit(b"")


def ids(index: Index) -> set[str]:
    return {article.id for article in index.articles()}


def opened(path: Path) -> set[str]:
    """The files of the index that this process has mapped or a descriptor of."""
    gc.collect()
    lines = Path("/proc/self/maps").read_text().splitlines()
    names = [line[line.find("/") :] for line in lines]
    for entry in os.listdir("/proc/self/fd"):
        # The descriptor of the listing itself is gone.
        with suppress(FileNotFoundError):
            names.append(os.readlink(f"/proc/self/fd/{entry}"))
    return {Path(name).name for name in names if name.startswith(str(path))}


def program(code: str, *arguments: object) -> subprocess.Popen[str]:
    """A process of its own that runs ``code``; it has said its first line when this returns."""
    started = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    return started


@contextmanager
def running(code: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """``program``, which with all it started is gone in the end."""
    started = program(code, *arguments)
    try:
        yield started
    finally:
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.communicate()


# Readers under a writer


def test_readers_in_threads_and_processes_never_fail_nor_see_half_a_commit() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "readers_run.py"), "--commits", "25"]
    done = subprocess.run(
        [*command, "--processes", "1", "--threads", "3"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "no reader failed, was stale or saw half a commit" in done.stdout
    figures = {name: int(count) for count, name in re.findall(r"(\d+) (\w+)", done.stdout)}
    assert figures["commits"] >= 25
    for what in ("checks", "opened", "held"):
        assert figures[what] > 0, done.stdout


@contextmanager
def between(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> Iterator[None]:
    """Once, ``act`` runs right after a pointer file was read and before its files are opened."""
    real, waiting = generations.read, [act]

    def read(path: Path, name: str) -> generations.Generation:
        found = real(path, name)
        if waiting:
            waiting.pop()()
        return found

    with monkeypatch.context() as patch:
        patch.setattr(generations, "read", read)
        yield
    assert not waiting


def test_a_commit_while_a_reader_opens_is_not_missed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = Index.open(path)
    index.close()
    with between(monkeypatch, lambda: commit(path, NEW)):
        index.search()
    assert ids(index) >= {article.id for article in NEW}


@pytest.mark.parametrize("rebuild", [False, True])
def test_a_reader_whose_files_are_pruned_while_it_opens_takes_the_newest(
    path: Path, monkeypatch: pytest.MonkeyPatch, rebuild: bool
) -> None:
    def overtake() -> None:
        commit(path, NEW[:8], rebuild=rebuild)
        commit(path, NEW[8:16], OLD_IDS)
        commit(path, NEW[16:], rebuild=rebuild)

    with between(monkeypatch, overtake):
        engine = whoosh.open_reader(path)
    assert engine.recovered == ""
    assert engine.generation == generations.current_name(path)


def test_a_reader_that_is_overtaken_again_and_again_gets_there(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = generations.read, list(range(5))

    def read(where: Path, name: str) -> generations.Generation:
        found = real(where, name)
        if left:
            number = left.pop()
            monkeypatch.setattr(generations, "read", real)
            for _ in range(2):
                commit(path, [revised(OLD[number], "again")], rebuild=True)
            monkeypatch.setattr(generations, "read", read)
        return found

    monkeypatch.setattr(generations, "read", read)
    engine = whoosh.open_reader(path)
    assert not left
    assert (engine.recovered, engine.generation) == ("", generations.current_name(path))


def test_real_damage_under_a_reader_that_opens_is_still_damage(path: Path) -> None:
    for pointer in ("CURRENT", "PREVIOUS"):
        (path / pointer).write_bytes(b"")
    with pytest.raises(IndexCorrupt):
        whoosh.open_reader(path)


def test_a_pointer_written_again_at_once_is_told_from_the_one_that_was_seen(
    tmp_path: Path,
) -> None:
    current = tmp_path / "CURRENT"
    write_durably(current, b"the same size")
    os.utime(current, ns=(1, 1))
    sight = Sight(tmp_path)
    assert sight.lasts()
    for _ in range(50):
        write_durably(current, b"the same size")
        # As two commits within one tick of the clock of the file system.
        os.utime(current, ns=(1, 1))
        assert not sight.lasts()


def test_a_lease_answers_from_its_generation_to_its_end(path: Path) -> None:
    index = Index.open(path)
    walk = index.articles()
    first = next(walk)
    commit(path, NEW, OLD_IDS)
    for article in NEW[:3]:
        commit(path, [revised(article, "later")], rebuild=True)
    assert index.search().total == 1
    assert {first.id, *(article.id for article in walk)} == OLD_IDS


def test_an_old_generation_is_freed_when_its_last_reader_leaves(path: Path) -> None:
    index = Index.open(path)
    old = opened(path)
    assert any(name.startswith("MAIN_") for name in old)
    here, leave = threading.Barrier(4), threading.Event()
    kept: list[int] = []

    def hold() -> None:
        with index._readers.lease() as engine:
            here.wait(60)
            leave.wait(60)
            kept.append(engine.search(Request(Every())).total)

    threads = [threading.Thread(target=hold) for _ in range(3)]
    for thread in threads:
        thread.start()
    here.wait(60)
    commit(path, NEW, OLD_IDS)
    commit(path, NEW[:1], rebuild=True)
    assert index.search().total == 1
    assert old <= {name.removesuffix(" (deleted)") for name in opened(path)}
    leave.set()
    for thread in threads:
        thread.join()
    assert kept == [len(OLD)] * 3
    now = {file.name for file in generations.read(path, "CURRENT").files()}
    assert opened(path) == now | {"CURRENT"}
    index.close()
    assert opened(path) == set()


def test_descriptors_and_maps_do_not_grow_with_commits_and_readers(path: Path) -> None:
    shared = Index.open(path)
    most = 0
    for number in range(25):
        commit(path, [revised(NEW[number % 24], f"turn{number}")], [OLD[number % 12].id])
        with ThreadPoolExecutor(3) as pool:
            assert len(set(pool.map(lambda _: shared.search().total, range(6)))) == 1
        with Index.open(path) as other:
            assert other.search(f"turn{number}").total == 1
        walk = shared.articles()
        next(walk)
        walk.close()
        most = max(most, len(opened(path)))
        named = {
            file.name
            for pointer in ("CURRENT", "PREVIOUS")
            for file in generations.read(path, pointer).files()
        }
        assert {file.name for file in path.glob("stores/*/*")} == named
    assert most <= 24, "segments, a catalogue and CURRENT, of one generation"
    shared.close()
    assert opened(path) == set()


def test_closing_an_index_in_use_waits_for_nobody_and_takes_nothing_away(path: Path) -> None:
    index = Index.open(path)
    with index._readers.lease() as engine:
        index.close()
        assert engine.search(Request(Every())).total == len(OLD)
        assert index.search().total == len(OLD)
    index.close()
    assert opened(path) == set()


def test_a_forked_child_reads_whatever_the_threads_of_its_parent_were_at(path: Path) -> None:
    index = Index.open(path)
    with index._readers._guard:
        child = os.fork()
        if child == 0:
            signal.alarm(60)
            os._exit(0 if index.search().total == len(OLD) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


# R7: one writer

HOLDER = """
import os, sys, time
from pathlib import Path
from searchkit.engines import whoosh
writer = whoosh.open_writer(Path(sys.argv[1]), lock_timeout=0)
if sys.argv[2] == "fork":
    runs, told = os.pipe()
    if os.fork() == 0:
        os.write(told, b".")
        time.sleep(60)
    os.read(runs, 1)  # until the child has put down what it must not hold
if sys.argv[2] == "exec":
    import subprocess
    subprocess.Popen(["sleep", "60"], close_fds=False)
print("ready", flush=True)
sys.stdin.read()
"""


def test_r07_a_second_writer_is_told_pid_and_start_within_a_second(path: Path) -> None:
    before = time.time()
    with running(HOLDER, path, "alone") as holder:
        took = []
        for _ in range(5):
            started = time.monotonic()
            with pytest.raises(IndexLocked) as caught:
                Index.open(path).add("nowhere", lock_timeout=0.1)
            took.append(time.monotonic() - started)
        # A busy machine may be late once.
        assert min(took) < 1
        told = re.fullmatch(r"process (\d+) since (\d\d:\d\d:\d\d) \(.+\)", caught.value.holder)
        assert told, caught.value.holder
        assert int(told[1]) == holder.pid
        possible = range(int(before), int(time.time()) + 1)
        assert told[2] in {time.strftime("%H:%M:%S", time.localtime(at)) for at in possible}


def test_r07_whoever_waits_is_told_at_once_for_whom(path: Path) -> None:
    with running(HOLDER, path, "alone") as holder:
        told: list[tuple[float, str]] = []
        started = time.monotonic()
        with pytest.raises(IndexLocked):
            Index.open(path).remove(
                OLD[0].id,
                lock_timeout=4,
                on_wait=lambda who: told.append((time.monotonic() - started, who)),
            )
        ((seconds, who),) = told
        assert seconds < 3
        assert who.startswith(f"process {holder.pid} since ")


def test_r07_the_command_ends_with_its_own_code_and_names_the_writer(
    path: Path, tmp_path: Path
) -> None:
    write_files(tmp_path / "news", 3)
    with running(HOLDER, path, "alone") as holder:
        command = [sys.executable, "-m", "searchkit", "index", str(tmp_path / "news")]
        done = subprocess.run(
            [*command, "--index", str(path), "--lock-timeout", "0.2"],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 4
    assert f"being written by process {holder.pid} since " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("child", ["alone", "fork", "exec"])
def test_r07_the_lock_dies_with_its_process_whatever_that_started(path: Path, child: str) -> None:
    with running(HOLDER, path, child) as holder:
        with pytest.raises(IndexLocked):
            commit(path)
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        assert (path / LOCK_FILE).stat().st_size, "the file still names the dead process"
        if child != "alone":
            os.killpg(holder.pid, 0)  # its child lives on
        started = time.monotonic()
        commit(path, NEW)
        assert time.monotonic() - started < 10
    assert {article.id for article in whoosh.open_reader(path).articles()} >= OLD_IDS


def test_r07_of_many_writers_at_once_each_gets_its_turn(path: Path) -> None:
    code = """
import sys
from pathlib import Path
from searchkit.engines import whoosh
print("ready", flush=True)
for number in range(5):
    with whoosh.open_writer(Path(sys.argv[1]), lock_timeout=60) as writer:
        catalogue = writer.catalogue() + b"."
        writer.commit(catalogue)
"""
    writers = [program(code, path) for _ in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    for writer in writers:
        writer.communicate()
    assert whoosh.open_reader(path).catalogue() == b"." * 15


# R9: no reader goes on with what is gone

FOLLOWER = """
import sys, time
from searchkit import Index
index, wanted, word = Index.open(sys.argv[1]), sys.argv[2], sys.argv[3]
def found():
    return index.get(wanted) is not None or wanted in [hit.id for hit in index.search(word)]
assert found()
print("ready", flush=True)
started = time.time()
while found():
    assert time.time() < started + 60, "it is found to this day"
    time.sleep(0.01)
gone = time.time()
while time.time() < gone + 0.5:
    assert not found(), "it came back"
print(gone)
"""


def test_r09_after_delete_and_merge_no_live_reader_finds_the_old_id(path: Path) -> None:
    wanted = revised(OLD[0], "zyxophant")
    commit(path, [wanted])
    shared, here = Index.open(path), threading.Barrier(3)

    def follow() -> float:
        assert shared.get(wanted.id)
        here.wait(60)
        started = time.time()
        while shared.get(wanted.id) or shared.search("zyxophant").total:
            assert time.time() < started + 60, "it is found to this day"
            time.sleep(0.01)
        gone = time.time()
        for _ in range(20):
            assert not shared.get(wanted.id)
        return gone

    readers = [program(FOLLOWER, path, wanted.id, "zyxophant") for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        seen = [pool.submit(follow) for _ in range(2)]
        here.wait(60)
        with whoosh.open_writer(path, lock_timeout=0) as writer:
            writer.delete(wanted.id)
            writer.purge()
            writer.commit(b"")
        committed = time.time()
        delays = [one.result(60) - committed for one in seen]
    for reader in readers:
        out, _ = reader.communicate(timeout=60)
        assert reader.returncode == 0
        delays.append(float(out) - committed)
    assert max(delays) < 15, delays
    (segments,) = (generations.read(path, "CURRENT").segments,)
    assert not any(segment.deleted for segment in segments), "it was merged away"


def test_r09_nothing_refreshes_a_searcher_or_reuses_a_reader() -> None:
    package = Path(searchkit.__file__).parent
    for module in package.rglob("*.py"):
        text = module.read_text(encoding="utf-8")
        # A cluster has no searcher of Whoosh's; what is refreshed there is an index being written.
        of_clusters = module.parent.name == "opensearch"
        if of_clusters or not re.search("refresh|up_to_date|reuse", text):
            continue
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            assert called not in ("refresh", "up_to_date"), f"{module}:{node.lineno}"
            given = {keyword.arg for keyword in node.keywords}
            assert "reuse" not in given, f"{module}:{node.lineno}"


def test_r09_a_reader_that_found_a_word_does_not_find_it_after_its_article_changed(
    path: Path,
) -> None:
    index = Index.open(path)
    for number in range(12):
        commit(path, [revised(OLD[0], f"turn{number}")], rebuild=number % 5 == 4)
        with index._readers.lease() as engine:
            assert engine.count(Term(f"turn{number}")) == 1
            assert engine.count(Term(f"turn{number - 1}")) == 0
