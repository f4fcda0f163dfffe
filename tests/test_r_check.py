"""R3: ``check`` finds whatever is wrong, ``--repair`` mends it, and backups come back whole."""

from __future__ import annotations

import io
import json
import os
import random
import shlex
import shutil
import threading
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import damage
import numpy as np
import pytest
from corpus import articles, write_files

from searchkit import Index
from searchkit.backup import backup, restore
from searchkit.catalogue import Catalogue
from searchkit.cli import main
from searchkit.engines import whoosh
from searchkit.engines.whoosh import copies, generations
from searchkit.engines.whoosh.writer import WhooshWriter
from searchkit.errors import IndexCorrupt, IndexExists, MassRemoval, SearchkitError, SourceError
from searchkit.integrity import check, repair

STREAMED = b"A headline by stream\n\nSomebody saw a lanternfish.\n"
Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with articles and an index of them, of several segments and with a deletion."""
    root = tmp_path_factory.mktemp("made")
    files = write_files(root / "news", 40)
    with Index.build(root / "news", root / "index") as index:
        index.add(io.BytesIO(STREAMED))
        files[0].unlink()
        index.add(root / "news")
    return root


@pytest.fixture
def path(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "root")) / "index"


def held(path: Path) -> set[tuple[str, str]]:
    with Index.open(path) as index:
        return {(article.id, article.sha256) for article in index.articles()}


def largest(path: Path) -> Path:
    return max(path.glob("stores/*/*.seg"), key=lambda file: file.stat().st_size)


def spoil(file: Path, at: int = 5_000) -> None:
    with open(file, "r+b") as opened:
        opened.seek(at)
        opened.write(b"spoilt")


def test_r03_a_sound_index_has_no_fault(path: Path) -> None:
    report = check(path, thorough=True)
    assert report.sound
    assert (report.articles, report.segments) == (40, 2)
    assert report.compared >= 40
    assert main(["check", "--index", str(path)]) == 0


def test_r03_every_bit_that_flips_is_found(path: Path) -> None:
    chance = random.Random(5)
    for file in damage.files(path):
        whole = file.read_bytes()
        for _ in range(12):
            what = damage.flip(file, chance)
            assert not check(path, sample=0).sound, what
            file.write_bytes(whole)
    assert check(path).sound


@pytest.mark.parametrize("name", ["CURRENT", "PREVIOUS", "searchkit.index", "stores/*/*"])
@pytest.mark.parametrize("how", ["cut", "gone"])
def test_r03_a_file_cut_or_gone_is_found(path: Path, name: str, how: str) -> None:
    for file in sorted(path.glob(name)):
        whole = file.read_bytes()
        file.unlink()
        if how == "cut":
            file.write_bytes(whole[:-1])
        assert any(fault.where == file.name for fault in check(path).faults), file.name
        file.write_bytes(whole)


LIES: dict[str, tuple[str, Any]] = {
    "terms not sorted": ("body.terms", lambda c: np.concatenate([[255], c[1:]])),
    "heads of others": ("title.heads", lambda c: c + 1),
    "documents descend": ("body.documents", lambda c: c[::-1]),
    "documents beyond": ("force.documents", lambda c: c + 1_000),
    "frequencies": ("body.frequencies", lambda c: c + 1),
    "no frequency": ("title_x.frequencies", lambda c: c * 0),
    "positions": ("body_x.positions", lambda c: c + 1),
    "positions equal": ("body_x.positions", lambda c: c * 0),
    "spots": ("title_x.spots", lambda c: c + 1),
    "postings begin elsewhere": ("body.at", lambda c: np.concatenate([[1], c[1:]])),
    "lengths": ("body.lengths", lambda c: c + 1),
    "forms": ("body.forms", lambda c: c[::-1]),
    "codes": ("force.codes", lambda c: c[::-1]),
    "ids": ("id.codes", lambda c: c[::-1]),
    "days": ("when.first", lambda c: c + 1),
    "seconds": ("when.second", lambda c: c + 1),
    "articles": ("articles_at", lambda c: np.concatenate([c[:1], c[2:], c[-1:]])),
}


@pytest.mark.parametrize("lie", LIES)
def test_r03_a_lie_that_was_signed_is_found_by_structure_or_by_the_texts(
    path: Path, lie: str
) -> None:
    name, change = LIES[lie]
    file = largest(path)
    data, table = damage.table_of(file)
    dtype, offset, count = table[name]
    column = np.frombuffer(data, dtype, count, offset)
    changed = np.asarray(change(column)).astype(dtype).tobytes()
    assert changed != column.tobytes()
    damage.write_table(file, data[:offset] + changed + data[offset + len(changed) :], table)
    damage.reseal(path)
    report = check(path, thorough=True)
    assert any(fault.where == file.name for fault in report.faults)
    assert not any("checksum" in fault.what for fault in report.faults if fault.newest)


def test_r03_an_article_exchanged_for_another_is_found_by_its_words(path: Path) -> None:
    """Two stored articles change places: all of the structure stays right."""
    file = largest(path)
    data, table = damage.table_of(file)
    _, offset, count = table["articles_at"]
    at = np.frombuffer(data, table["articles_at"][0], count, offset)
    start = table["articles"][1]
    blobs = [data[start + a : start + b] for a, b in pairwise(at)]
    one, other = next(
        (i, j)
        for i in range(len(blobs))
        for j in range(i)
        if len(blobs[i]) == len(blobs[j]) and blobs[i] != blobs[j]
    )
    blobs[one], blobs[other] = blobs[other], blobs[one]
    joined = b"".join(blobs)
    damage.write_table(file, data[:start] + joined + data[start + len(joined) :], table)
    damage.reseal(path)
    said = {fault.what for fault in check(path, thorough=True).faults}
    assert any("another id than its article" in what for what in said)
    assert any("words in other places" in what or "do not agree" in what for what in said)


def test_r03_a_catalogue_that_counts_other_articles_is_found(path: Path) -> None:
    with whoosh.open_writer(path, lock_timeout=0) as writer:
        catalogue = writer.catalogue()
        writer.put(articles(60, seed=4)[50])
        writer.commit(catalogue)
    (fault,) = check(path).faults
    assert "1 articles differ" in fault.what


def test_r03_the_report_is_one_page_and_json(path: Path, capsys: Captured) -> None:
    spoil(largest(path))
    assert main(["check", "--index", str(path)]) == 3
    said = capsys.readouterr().out
    assert "damaged" in said
    assert f"{largest(path).name}: its checksum does not fit" in said
    named = shlex.quote(str(path))
    assert said.splitlines()[-1] == f"Repair it with:  searchkit check --repair --index {named}"
    assert main(["check", "--json", "--index", str(path)]) == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["sound"]) == ("searchkit.check/1", False)


def test_r03_a_repair_brings_back_everything(path: Path, capsys: Captured) -> None:
    before = held(path)
    spoil(largest(path))
    assert main(["check", "--repair", "--index", str(path)]) == 0
    assert "No article was lost" in capsys.readouterr().out
    assert held(path) == before
    assert check(path, thorough=True).sound


def test_r03_a_repair_keeps_what_the_user_asked_for_when_it_was_built(
    tmp_path: Path,
) -> None:
    write_files(tmp_path / "news", 40)
    path = tmp_path / "index"
    with Index.create(path) as index:
        index.add(tmp_path / "news", containment=0.9, pinned=["Sign up for news."])
        known = index.boilerplate()
    assert [line.text for line in known.lines] == ["Sign up for news."]
    spoil(largest(path), 2_000)
    assert repair(path).rebuilt is not None
    with Index.open(path) as index:
        assert index.boilerplate() == known
    with whoosh.open_reader(path) as engine:
        assert Catalogue.load(engine.catalogue(), str(path)).containment == 0.9
    with WhooshWriter(path, lock_timeout=0) as writer:
        assert writer._copies.threshold == 0.9


@pytest.mark.parametrize("name", ["PREVIOUS", "searchkit.index"])
def test_r03_a_repair_of_what_is_not_the_newest_reads_no_source(path: Path, name: str) -> None:
    before = held(path)
    shutil.rmtree(path.parent / "news")
    (path / name).write_bytes(b"x")
    report = repair(path)
    assert report.rebuilt is None
    assert report.after.sound
    assert held(path) == before


@pytest.mark.parametrize("instead", ["bytes", "folder"])
def test_r03_a_repair_without_a_pointer_keeps_what_came_by_a_stream(
    path: Path, instead: str
) -> None:
    before = held(path)
    (path / "CURRENT").unlink()
    if instead == "folder":
        (path / "CURRENT").mkdir()
    else:
        (path / "CURRENT").write_bytes(b"x")
    report = repair(path)
    assert report.after.sound
    assert held(path) == before


def test_r03_a_repair_says_what_is_lost(path: Path, capsys: Captured) -> None:
    for file in path.glob("stores/*/*.seg"):
        file.write_bytes(b"nothing left")
    assert main(["check", "--repair", "--index", str(path)]) == 1
    said = capsys.readouterr().out
    assert "lost: " in said
    assert "standard input" in said
    assert check(path).sound
    assert len(held(path)) == 39


def test_r03_a_repair_that_cannot_be_done_leaves_the_index_as_it_was(path: Path) -> None:
    def state() -> dict[str, bytes]:
        return {str(file): file.read_bytes() for file in damage.files(path)}

    spoil(largest(path))
    before = state()
    os.rename(path.parent / "news", path.parent / "away")
    with pytest.raises(SourceError):
        repair(path)
    assert state() == before
    (path.parent / "news").mkdir()
    with pytest.raises(MassRemoval):
        repair(path)
    assert state() == before


# Backups


@pytest.mark.parametrize("name", ["copy.tar", "copy"])
def test_r03_a_backup_comes_back_whole(path: Path, tmp_path: Path, name: str) -> None:
    before = held(path)
    made = backup(path, tmp_path / name)
    assert made.articles == len(before)
    with pytest.raises(IndexExists, match="already is something"):
        backup(path, tmp_path / name)
    restore(tmp_path / name, tmp_path / "new" / "index")
    assert held(tmp_path / "new" / "index") == before
    assert check(tmp_path / "new" / "index", thorough=True).sound
    assert [file.name for file in tmp_path.iterdir() if file.name.endswith(".new")] == []


def test_r03_a_backup_is_only_restored_over_an_index_by_force(path: Path, tmp_path: Path) -> None:
    before = held(path)
    backup(path, tmp_path / "copy.tar")
    write_files(path.parent / "news", 60)
    with Index.open(path) as index:
        index.add()
        later = held(path)
        with pytest.raises(IndexExists):
            restore(tmp_path / "copy.tar", path)
        assert held(path) == later
        restore(tmp_path / "copy.tar", path, force=True)
        assert held(path) == before
        assert index.search("").total_with_copies == len(before)
    assert check(path).sound
    assert generations.read(path, "PREVIOUS").articles == len(later)


@pytest.mark.parametrize("name", ["copy.tar", "copy"])
def test_r03_a_damaged_backup_changes_nothing(path: Path, tmp_path: Path, name: str) -> None:
    backup(path, tmp_path / name)
    target = tmp_path / name
    before = {str(file): file.read_bytes() for file in damage.files(path)}
    files = [target] if target.is_file() else damage.files(target)
    chance = random.Random(3)
    refused = 0
    for turn in range(24):
        file = files[turn % len(files)]
        whole = file.read_bytes()
        file.write_bytes(whole[: chance.randrange(len(whole))] if turn % 3 else b"[" * 100_000)
        # A copy has two files that a restoration does not look at, and an archive has padding.
        with suppress(SearchkitError):
            restore(target, path, force=True)
            assert check(path).sound
            before = {str(file): file.read_bytes() for file in damage.files(path)}
            refused -= 1
        refused += 1
        assert {str(file): file.read_bytes() for file in damage.files(path)} == before
        file.write_bytes(whole)
    assert refused >= 10


def test_r03_no_backup_is_made_of_a_damaged_index(path: Path, tmp_path: Path) -> None:
    spoil(largest(path))
    for name in ("copy.tar", "copy"):
        with pytest.raises(IndexCorrupt):
            backup(path, tmp_path / name)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["root"]


def test_r03_a_backup_under_a_writer_is_one_generation(path: Path, tmp_path: Path) -> None:
    catalogue = Path(path, "CURRENT")
    assert catalogue.exists()
    batch = articles(60, seed=8)
    stop = threading.Event()
    numbers: list[int] = []

    def write() -> None:
        for turn in range(40):
            if stop.is_set():
                return
            with whoosh.open_writer(path, lock_timeout=5) as writer:
                held = writer.catalogue()
                writer.put(batch[turn])
                writer.commit(held)

    writer = threading.Thread(target=write)
    writer.start()
    for turn in range(6):
        made = copies.copy_out(path, tmp_path / f"{turn}.tar")
        copies.verify(tmp_path / f"{turn}.tar")
        numbers.append(made.number)
    stop.set()
    writer.join()
    assert numbers == sorted(numbers)
