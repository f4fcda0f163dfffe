"""The doctor names what is wrong, says what to do next, changes nothing and never fails itself."""

from __future__ import annotations

import fcntl
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from searchkit import Index
from searchkit.cli import main
from searchkit.cli.exits import Exit
from searchkit.doctor import Check, Diagnosis, Status, Topic, examine, places
from searchkit.doctor.installation import installation, satisfies
from searchkit.engines.whoosh.lock import WriterLock
from searchkit.settings import load_settings

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, seeds: Path) -> Path:
    """A folder with articles and their index, of two generations that both hold some."""
    folder = tmp_path_factory.mktemp("model")
    shutil.copytree(seeds, folder / "news")
    with Index.build(folder / "news", folder / "index") as index:
        (folder / "news" / "more.md").write_text("One more\n\nA bicycle was found.\n")
        index.add()
    return folder


@pytest.fixture
def built(tmp_path: Path, model: Path) -> Path:
    """A copy of the index of ``model``, to be hurt, beside a copy of its source."""
    shutil.copytree(model, tmp_path, dirs_exist_ok=True)
    return tmp_path / "index"


def examined(place: Path) -> Diagnosis:
    found = examine(place, load_settings({}))
    for check in found.checks:
        assert check.found
        assert bool(check.advice) == (check.status is not Status.OK), check
    return found


def of(found: Diagnosis, topic: Topic, name: str) -> Check:
    (check,) = (c for c in found.checks if (c.topic, c.name) == (topic, name))
    return check


def test_a_sound_index_has_no_problem(built: Path) -> None:
    found = examined(built)
    assert [c for c in found.checks if c.topic in (Topic.INDEX, Topic.SOURCES) and c.advice] == []
    newest = of(found, Topic.INDEX, "newest").found
    with Index.open(built) as index:
        assert index.generation in newest
    assert "4 articles" in newest
    assert "format " in newest
    assert "schema " in newest
    assert "analysis " in newest
    assert of(found, Topic.INDEX, "lock").found == "free"
    assert str(built.parent / "news") in of(found, Topic.SOURCES, "source").found


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file below ``folder``: its bytes and when it was changed last."""
    return {
        str(path): (path.read_bytes() if path.is_file() else b"", path.stat().st_mtime_ns)
        for path in sorted([folder, *folder.rglob("*")])
    }


def test_nothing_is_changed(built: Path) -> None:
    before = tree(built.parent)
    examined(built)
    examined(built.parent / "nowhere" / "index")
    assert tree(built.parent) == before


def current(place: Path) -> dict[str, object]:
    body: dict[str, object] = json.loads((place / "CURRENT").read_bytes())
    return body


def segment(place: Path) -> Path:
    """A file of the newest generation that the one before does not have."""
    old = (place / "PREVIOUS").read_text()
    return next(p for p in (place / "stores").rglob("*") if p.is_file() and p.name not in old)


def newer_format(place: Path) -> None:
    (place / "CURRENT").write_text(json.dumps({**current(place), "format": 99}))


HURTS: dict[str, tuple[Callable[[Path], object], str, Status, str]] = {
    "no folder": (shutil.rmtree, "folder", Status.PROBLEM, "there is no folder"),
    "no index": (
        lambda place: (shutil.rmtree(place), place.mkdir()),
        "folder",
        Status.PROBLEM,
        "there is no index",
    ),
    "a file instead": (
        lambda place: (shutil.rmtree(place), place.write_text("x")),
        "folder",
        Status.PROBLEM,
        "is no folder",
    ),
    "an empty pointer": (
        lambda place: (place / "CURRENT").write_bytes(b""),
        "answers",
        Status.PROBLEM,
        "only the generation before the newest",
    ),
    "a shortened file": (
        lambda place: os.truncate(segment(place), 3),
        "newest",
        Status.PROBLEM,
        "3 bytes instead of",
    ),
    "a lost file": (lambda place: segment(place).unlink(), "newest", Status.PROBLEM, "is missing"),
    "another version": (newer_format, "newest", Status.PROBLEM, "checksum"),
    "lost stores": (
        lambda place: shutil.rmtree(place / "stores"),
        "answers",
        Status.PROBLEM,
        "is missing",
    ),
    "a leftover": (
        lambda place: next((place / "stores").iterdir()).joinpath("x.part").write_bytes(b"xyz"),
        "leftovers",
        Status.WARNING,
        "1 files of an interrupted run",
    ),
}


@pytest.mark.parametrize("name", HURTS)
def test_what_is_wrong_with_an_index_is_named(built: Path, name: str) -> None:
    hurt, check, status, words = HURTS[name]
    hurt(built)
    told = of(examined(built), Topic.INDEX, check)
    assert (told.status, words in told.found) == (status, True), told


def test_a_source_that_went_away_is_named(built: Path) -> None:
    shutil.rmtree(built.parent / "news")
    told = of(examined(built), Topic.SOURCES, "source")
    assert told.status is Status.PROBLEM
    assert "is not there" in told.found


def test_a_writer_is_named_and_a_lock_left_behind_is_no_writer(built: Path) -> None:
    lock = WriterLock(built)
    lock.acquire(0)
    told = of(examined(built), Topic.INDEX, "lock")
    assert told.status is Status.WARNING
    assert f"process {os.getpid()}" in told.found
    signed = (built / "lock").read_bytes()
    lock.release()
    (built / "lock").write_bytes(signed)
    assert of(examined(built), Topic.INDEX, "lock").found == "free"
    with open(built / "lock") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # nothing of the doctor's is in the way


def test_settings_are_told_with_their_origin_and_a_bad_one_stops_nothing(
    built: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.chdir(built.parent)
    monkeypatch.setenv("HOME", str(built.parent))
    monkeypatch.setenv("SEARCHKIT_LIMIT", "20")
    assert main(["doctor", "--json"]) in (Exit.OK, Exit.INDEX)
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "searchkit.doctor/1"
    assert "20, from environment SEARCHKIT_LIMIT" in [c["found"] for c in told["checks"]]
    monkeypatch.setenv("SEARCHKIT_LIMIT", "many")
    assert main(["doctor"]) == Exit.INDEX
    shown = capsys.readouterr().out
    assert "limit must be a whole" in shown
    assert "4 articles" in shown  # of the index at its default place


def test_the_exit_code_tells_problems_from_warnings(built: Path, capsys: Captured) -> None:
    assert examined(built).worst is not Status.PROBLEM
    assert main(["doctor", "--index", str(built)]) == Exit.OK
    (built / "CURRENT").unlink()
    assert main(["doctor", "--index", str(built)]) == Exit.INDEX
    assert "problem" in capsys.readouterr().out


def test_little_space_is_told_against_the_size_of_the_index(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for free, status in ((10**9, Status.OK), (10**8, Status.WARNING), (10**6, Status.PROBLEM)):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: SimpleNamespace(free=free))
        assert of(examined(built), Topic.DISK, "free space").status is status


MOUNT = "36 35 98:0 /mnt1 {} rw,noatime master:1 - {} /dev/root {}"


@pytest.mark.parametrize(
    ("place", "kind", "options", "words"),
    [
        ("/", "ext4", "rw", []),
        ("/", "nfs4", "rw", ["network file system"]),
        ("/", "tmpfs", "rw", ["in memory"]),
        ("/", "ext4", "ro,errors=continue", ["read-only"]),
        ("/", "cifs", "ro", ["network file system", "read-only"]),
    ],
)
def test_file_systems_that_matter_are_named(
    place: str, kind: str, options: str, words: list[str]
) -> None:
    mount = places.parse_mount(MOUNT.format(place, kind, options))
    told = [check for check in places.file_system(mount) if check.status is not Status.OK]
    assert len(told) == len(words)
    assert all(word in check.found for word, check in zip(words, told, strict=True))


def test_the_innermost_mount_decides(tmp_path: Path) -> None:
    inner = str(tmp_path).replace(" ", "\\040")
    lines = [
        MOUNT.format("/", "ext4", "rw"),
        MOUNT.format(inner, "nfs", "rw"),
        MOUNT.format(f"{inner}x", "cifs", "rw"),
        "nonsense",
    ]
    mounts = tuple(filter(None, map(places.parse_mount, lines)))
    assert len(mounts) == 3
    mount = places.mount_of(tmp_path, mounts)
    assert mount is not None
    assert mount.kind == "nfs"


@pytest.mark.parametrize(
    ("denied", "status", "words"),
    [
        (os.R_OK, Status.PROBLEM, "may not be read"),
        (os.W_OK, Status.WARNING, "searches work, indexing does not"),
    ],
)
def test_permissions_are_told(
    built: Path, monkeypatch: pytest.MonkeyPatch, denied: int, status: Status, words: str
) -> None:
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & denied and allowed(path, mode))
    told = of(examined(built), Topic.DISK, "permissions")
    assert told.status is status
    assert words in told.found


@pytest.mark.parametrize(
    ("version", "bounds", "expected"),
    [
        ("3.54.0", ">=3.54,<4", True),
        ("3.53.9", ">=3.54,<4", False),
        ("4.0", ">=3.54,<4", False),
        ("3.54", ">=3.54.0", True),
        ("2.7.4", "==2.7.4", True),
        ("2.7.5", "!=2.7.5", False),
        ("2.10", ">2.9", True),
        ("2.3.1", "~=2.2", True),
        ("3.0", "~=2.2", False),
        ("26.1rc1", ">=26", True),
        ("anything", "", True),
    ],
)
def test_versions_are_compared_by_number(version: str, bounds: str, expected: bool) -> None:
    assert satisfies(version, bounds) is expected


def test_packages_that_are_missing_old_or_in_the_way_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from searchkit.doctor import installation as room

    needed = ["click>=8.1", "numpy>=1.26", "tomli>=2; python_version < '3.0'", 'x; extra == "test"']
    held = {"searchkit": "0.1.0", "click": "7.0", "Whoosh": "2.7.4"}
    monkeypatch.setattr(room.metadata, "requires", lambda _: needed)

    def version(name: str) -> str:
        if name not in held:
            raise room.metadata.PackageNotFoundError(name)
        return held[name]

    monkeypatch.setattr(room.metadata, "version", version)
    told = {check.name: check for check in installation()}
    assert set(told) == {"Python", "searchkit", "click", "numpy", "Whoosh"}
    assert (told["click"].status, told["click"].found) == (Status.PROBLEM, "7.0; >=8.1 is needed")
    assert told["numpy"].found.startswith("missing")
    assert told["Whoosh"].status is Status.WARNING


def run_python(*lines: str) -> subprocess.CompletedProcess[str]:
    code = "\n".join(lines)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_it_answers_where_the_engine_cannot_be_loaded(built: Path) -> None:
    done = run_python(
        "import sys",
        "sys.modules['numpy'] = None",
        "from searchkit.cli import main",
        f"sys.exit(main(['doctor', '--json', '--index', {str(built)!r}]))",
    )
    assert (done.returncode, done.stderr) == (Exit.INDEX, "")
    problems = [c for c in json.loads(done.stdout)["checks"] if c["status"] == "problem"]
    assert [c["name"] for c in problems] == ["engine"]
    assert "numpy" in problems[0]["found"]


def test_a_check_that_fails_itself_is_told(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Iterator[Check]:
        raise RuntimeError("no such luck")

    monkeypatch.setattr("searchkit.doctor.examining.places", broken)
    told = of(examined(built), Topic.DISK, "disk")
    assert told.status is Status.PROBLEM
    assert "no such luck" in told.found


def test_letters_that_the_terminal_lacks_are_told(built: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "searchkit", "doctor", "--index", str(built)],
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "iso8859-1" in done.stdout or "latin-1" in done.stdout
    assert "PYTHONUTF8=1" in done.stdout


def test_it_takes_less_than_a_second(built: Path) -> None:
    fastest = 60.0
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [sys.executable, "-m", "searchkit", "doctor", "--index", str(built)],
            stdout=subprocess.DEVNULL,
            check=False,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert done.returncode == Exit.OK
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        fastest = min(fastest, spent)
    assert fastest < 1.0  # of processor time, whatever else the machine does
