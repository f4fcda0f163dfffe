"""R5 and R20: backups and repairs on disks that fail, and of what was taken down."""

from __future__ import annotations

import errno
import io
import shutil
from pathlib import Path

import pytest
from faulty import Faulty, fails, using
from harm import KNOWN
from power import apply, held
from test_r_takedown import URL, write_news

from searchkit import Index
from searchkit.backup import backup, restore
from searchkit.engines import whoosh
from searchkit.engines.whoosh import copies
from searchkit.errors import SearchkitError
from searchkit.integrity import check, repair

STREAMED = b"A headline by stream\n\nSomebody saw a lanternfish.\n"
COPIES = ("copy.tar", "copy")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An index of two generations with articles."""
    path = tmp_path / "index"
    whoosh.create(path)
    apply(path, {}, KNOWN[:6], [])
    apply(path, {}, KNOWN[6:10], [])
    return path


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("name", COPIES)
def test_r05_a_fault_at_any_operation_leaves_no_half_backup(
    path: Path, tmp_path: Path, name: str, code: int
) -> None:
    before = held(path)
    whole = Faulty(0)
    with using(whole):
        copies.copy_out(path, tmp_path / f"whole-{name}")
    assert {"create", "write", "sync", "replace"} <= set(whole.seen)
    for at in range(1, len(whole.seen) + 1):
        with using(Faulty(at, fails(code))), pytest.raises(SearchkitError):
            copies.copy_out(path, tmp_path / name)
        if (tmp_path / name).exists():
            assert whole.seen[at - 1 :] == ["sync"], "it has its name before it is whole"
            copies.verify(tmp_path / name)
            copies.remove(tmp_path / name)
        assert sorted(file.name for file in tmp_path.iterdir()) == ["index", f"whole-{name}"]
    assert held(path) == before


@pytest.mark.parametrize("name", COPIES)
def test_r05_a_fault_at_any_operation_of_a_restoration_leaves_either_index(
    path: Path, tmp_path: Path, name: str
) -> None:
    copied = held(path)
    copies.copy_out(path, tmp_path / name)
    apply(path, {}, KNOWN[10:14], [KNOWN[0].id])
    before, base = held(path), shutil.copytree(path, tmp_path / "base")
    whole = Faulty(0)
    with using(whole):
        copies.copy_in(tmp_path / name, path, force=True, lock_timeout=0)
    found = set()
    for at in range(1, len(whole.seen) + 1):
        shutil.rmtree(path)
        shutil.copytree(base, path)
        # Whether anything is said depends on what failed: who holds the lock is not worth an error.
        try:
            with using(Faulty(at, fails(errno.EIO))):
                copies.copy_in(tmp_path / name, path, force=True, lock_timeout=0)
        except SearchkitError:
            found.add(held(path) == before)
        assert held(path) in (before, copied)
        copies.copy_in(tmp_path / name, path, force=True, lock_timeout=0)
        assert held(path) == copied
    assert found == {True, False}


@pytest.mark.parametrize("name", COPIES)
def test_r20_a_backup_carries_what_was_taken_down(tmp_path: Path, name: str) -> None:
    news = write_news(tmp_path / "news")
    with Index.build(news, tmp_path / "index") as index:
        index.remove([URL])
    assert (tmp_path / "index" / "reserve").exists()
    backup(tmp_path / "index", tmp_path / name)
    restored = tmp_path / "restored"
    restore(tmp_path / name, restored)
    assert not (restored / "reserve").exists()
    with Index.open(restored) as index:
        assert [removal.reason for removal in index.removals()] == [""]
        index.add(news, full=True)
        assert index.search("quagmirelle").total == 0
        assert index.search("shed").total == 12


def test_r20_a_repair_does_not_bring_back_what_was_taken_down(tmp_path: Path) -> None:
    path = tmp_path / "index"
    with Index.build(write_news(tmp_path / "news"), path) as index:
        index.add(io.BytesIO(STREAMED))
        (hit,) = index.search("lanternfish").hits
        segments = {file: file.read_bytes() for file in path.glob("stores/*/*.seg")}
        index.remove([hit.id])
    # As a crash may leave it: the newest pointer in pieces, and segments that nothing names.
    (path / "CURRENT").write_bytes(b"{")
    for number, (file, data) in enumerate(segments.items()):
        file.with_name(f"MAIN_{number:016}.seg").write_bytes(data)
    report = repair(path)
    assert report.rebuilt is not None
    with Index.open(path) as index:
        assert index.search("lanternfish").total == 0
        assert index.search("shed").total == 12
    assert check(path).sound
