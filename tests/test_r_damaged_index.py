"""R3 and R13: whatever bytes lie in an index, it opens or says what is wrong; nothing is run."""

from __future__ import annotations

import ast
import os
import pickle
import random
import resource
import shutil
import subprocess
import sys
import time
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import damage
import numpy as np
import pytest
from corpus import write_files
from hypothesis import given, settings
from hypothesis import strategies as st
from test_floors import PACKAGE, imports_of, modules, name_of

from searchkit import Index
from searchkit.cli import main
from searchkit.engines.whoosh import open_reader
from searchkit.engines.whoosh.lock import WriterLock
from searchkit.errors import IndexCorrupt, IndexLocked, SearchkitError
from searchkit.packing import unpack

SEGMENT, CATALOGUE = "stores/*/MAIN_*.seg", "stores/*/catalogue-*.bin"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index with two generations."""
    root = tmp_path_factory.mktemp("made")
    write_files(root / "news", 40)
    Index.build(root / "news", root / "index").close()
    write_files(root / "news", 60)
    Index.build(root / "news", root / "index").close()
    return root / "index"


@pytest.fixture
def path(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "index"))


def one(path: Path, pattern: str) -> Path:
    return sorted(path.glob(pattern))[-1]


def test_r03_a_sound_index_answers_everything(path: Path) -> None:
    assert damage.use(path) == 2 * len(damage.QUERIES) + 5


@pytest.mark.parametrize("name", ["CURRENT", "PREVIOUS", "searchkit.index", SEGMENT, CATALOGUE])
@pytest.mark.parametrize("instead", ["folder", "pipe", "link", "loop", "device", "nothing"])
def test_r03_whatever_stands_in_the_place_of_a_file(path: Path, name: str, instead: str) -> None:
    file = one(path, name)
    file.unlink()
    if instead == "folder":
        file.mkdir()
    elif instead == "pipe":
        os.mkfifo(file)
    elif instead == "device":
        file.symlink_to("/dev/zero")
    elif instead == "loop":
        file.symlink_to(file)
    elif instead == "link":
        (path / "other").write_bytes(b"x" * 100)
        file.symlink_to(path / "other")
    started = time.process_time()
    assert main(["check", "--index", str(path)]) == 3
    assert main(["query", "police", "--index", str(path)]) in (0, 1, 3)
    assert time.process_time() - started < 20


def test_r03_an_unreadable_file_is_said_with_its_name(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = os.open

    def refused(file: Any, *more: Any, **options: Any) -> int:
        if str(file).endswith(".seg"):
            raise PermissionError(13, "Permission denied", str(file))
        return real(file, *more, **options)

    monkeypatch.setattr(os, "open", refused)
    assert main(["query", "police", "--index", str(path)]) == 3
    assert "permission denied" in capsys.readouterr().err


BODIES: dict[str, Any] = {
    "documents beyond all memory": lambda b: b["segments"][0].update(documents=1 << 47),
    "documents below none": lambda b: b["segments"][0].update(documents=-1),
    "documents as text": lambda b: b["segments"][0].update(documents="60"),
    "documents as a fraction": lambda b: b["segments"][0].update(documents=60.0),
    "documents as truth": lambda b: b["segments"][0].update(documents=True),
    "one document more": lambda b: (
        b["segments"][0].update(documents=b["segments"][0]["documents"] + 1),
        b.update(articles=b["articles"] + 1),
    ),
    "deleted beyond the end": lambda b: b["segments"][0].update(deleted=[1 << 40]),
    "deleted before the beginning": lambda b: b["segments"][0].update(deleted=[-1]),
    "deleted twice": lambda b: b["segments"][0].update(deleted=[1, 1]),
    "deleted is no list": lambda b: b["segments"][0].update(deleted="12"),
    "lengths below none": lambda b: b["segments"][0].update(lengths={"body": -5}),
    "lengths without end": lambda b: b["segments"][0].update(lengths={"body": float("inf")}),
    "lengths are no numbers": lambda b: b["segments"][0].update(lengths={"body": []}),
    "a store above": lambda b: b.update(store="../../.."),
    "a file above": lambda b: b["segments"][0]["file"].update(name="../../CURRENT"),
    "a device": lambda b: b["segments"][0]["file"].update(name="/dev/zero", size=0),
    "a size beyond": lambda b: b["catalogue"].update(size=1 << 60),
    "no segments": lambda b: b.pop("segments"),
    "segments are text": lambda b: b.update(segments="none"),
    "a segment is a list": lambda b: b.update(segments=[[]]),
    "a catalogue is a number": lambda b: b.update(catalogue=5),
    "more keys": lambda b: b.update(more=1),
    "other articles": lambda b: b.update(articles=5),
    "a name with escapes": lambda b: b.update(name="\x1b[31m"),
    "a number of digits": lambda b: b.update(number=10**4000),
}


@pytest.mark.parametrize("what", BODIES)
def test_r03_a_manifest_with_a_fitting_checksum_may_say_anything(path: Path, what: str) -> None:
    (path / "PREVIOUS").unlink()
    damage.reseal(path, BODIES[what])
    tracemalloc.start()
    try:
        with pytest.raises(IndexCorrupt) as caught:
            Index.open(path)
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()
    assert "check --repair" in caught.value.hint


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 200_000,
        b'{"a":' * 90_000 + b"1",
        b"[[],[]," * 500_000,
        b'"' + b"a" * 1_000_000,
        b"1" * 1_000_000,
        b"null",
        b"[]",
        b'{"sha256": []}',
        b'{"sha256": "\\ud800"}',
        b"\xff\xfe" * 100,
        b"\0" * (40 << 20),
    ],
    ids=range(11),
)
@pytest.mark.parametrize("name", ["CURRENT", "lock"])
def test_r03_json_bombs_are_damage(path: Path, name: str, data: bytes) -> None:
    (path / name).write_bytes(data)
    started = time.process_time()
    Index.open(path).close()
    Index.create(path, exist_ok=True)
    assert time.process_time() - started < 20


def test_r03_a_lock_of_any_bytes_only_names_no_holder(path: Path) -> None:
    held = WriterLock(path)
    held.acquire(0)
    for text in (b"[" * 1_000, b'{"pid":1,"since":1e300,"host":"x"}', b"\xff", b"{}"):
        (path / "lock").write_bytes(text)
        with pytest.raises(IndexLocked, match="another process"):
            WriterLock(path).acquire(0)
    held.release()


def test_r03_a_lock_that_leads_elsewhere_writes_nothing_there(path: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    (path / "lock").unlink()
    (path / "lock").symlink_to(tmp_path / "precious")
    with pytest.raises(SearchkitError):
        Index(path).add(tmp_path)
    assert (tmp_path / "precious").read_text() == "precious"


TABLES: dict[str, Any] = {
    "an object type": lambda t: t["body.at"].__setitem__(0, "|O"),
    "a record type": lambda t: t["body.at"].__setitem__(0, "i4,(1000000,1000000)f8"),
    "an unknown type": lambda t: t["body.at"].__setitem__(0, "nothing"),
    "a float type": lambda t: t["body.at"].__setitem__(0, "<f8"),
    "a type of signs": lambda t: t["body.frequencies"].__setitem__(0, "<i4"),
    "no type": lambda t: t["body.at"].__setitem__(0, None),
    "positions too wide": lambda t: t["body_x.positions"].__setitem__(
        slice(0, 3), ["<u8", t["body_x.positions"][1], t["body_x.positions"][2] // 8]
    ),
    "before the file": lambda t: t["body.at"].__setitem__(1, -64),
    "behind the file": lambda t: t["body.at"].__setitem__(1, 1 << 40),
    "between": lambda t: t["body.at"].__setitem__(1, t["body.at"][1] + 1),
    "a count beyond": lambda t: t["body.at"].__setitem__(2, 1 << 62),
    "a count below": lambda t: t["body.at"].__setitem__(2, -1),
    "a count of truth": lambda t: t["body.at"].__setitem__(2, True),
    "one too few": lambda t: t["body.at"].__setitem__(2, t["body.at"][2] - 1),
    "lengths of others": lambda t: t["body.lengths"].__setitem__(2, 3),
    "no column": lambda t: t.pop("articles_at"),
    "three of two": lambda t: t["body.at"].pop(),
    "no entry": lambda t: t.update({"body.at": {}}),
}


@pytest.mark.parametrize("what", TABLES)
def test_r03_a_table_that_cannot_be_is_refused_when_the_segment_is_opened(
    path: Path, what: str
) -> None:
    (path / "PREVIOUS").unlink()
    for file in path.glob(SEGMENT):
        columns, table = damage.table_of(file)
        TABLES[what](table)
        damage.write_table(file, columns, table)
    damage.reseal(path)
    with pytest.raises(IndexCorrupt):
        Index.open(path)


@pytest.mark.parametrize("table", [b"[" * 9_000, b"{" * 9_000, b"null", b"[]", b"x", b'{"a":1}'])
def test_r03_a_table_that_is_none_is_refused(path: Path, table: bytes) -> None:
    (path / "PREVIOUS").unlink()
    for file in path.glob(SEGMENT):
        damage.write_table(file, damage.table_of(file)[0], table)
    damage.reseal(path)
    with pytest.raises(IndexCorrupt):
        Index.open(path)


COLUMNS = (
    "title.terms title.heads title.documents title_x.spots body.terms body.terms_at body.heads "
    "body.at body.documents body.frequencies body.lengths body.forms body.forms_at body_x.terms_at "
    "body_x.at body_x.documents body_x.frequencies body_x.spots body_x.positions force.at "
    "force.documents mentions.terms_at mentions.at mentions.documents id.terms id.documents "
    "force.codes id.codes when.first when.last when.second articles articles_at"
).split()
VALUES = ("ones", "half", "falling", "zeros")


def overwrite(path: Path, name: str, value: str) -> None:
    """Put other numbers into a column of every segment, and have the checksums fit."""
    for file in path.glob(SEGMENT):
        data, table = damage.table_of(file)
        dtype, offset, count = table[name]
        held = np.frombuffer(data, dtype, count, offset).copy()
        if value == "half":
            held[len(held) // 2 :] = np.iinfo(dtype).max
        elif value == "falling":
            held = held[::-1].copy()
        else:
            held[:] = np.iinfo(dtype).max if value == "ones" else 0
        data = data[:offset] + held.tobytes() + data[offset + held.nbytes :]
        damage.write_table(file, data, table)
    damage.reseal(path)


@pytest.mark.parametrize("name", COLUMNS)
def test_r03_values_of_any_column_end_in_results_or_an_error(
    made: Path, tmp_path: Path, name: str
) -> None:
    for value in VALUES[COLUMNS.index(name) % 2 :: 2]:
        path = Path(shutil.copytree(made, tmp_path / value))
        overwrite(path, name, value)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        damage.use(path)
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KB


def test_r03_documents_that_cannot_be_are_not_counted_with(path: Path) -> None:
    """A table as long as the largest of them would take 17 GB."""
    overwrite(path, "body_x.documents", "ones")
    with Index.open(path) as index, pytest.raises(IndexCorrupt, match="documents that cannot be"):
        index.search("body:officers")
    with open_reader(path) as engine:
        postings = engine._leaves[0].postings("body_x")
        with pytest.raises(ValueError, match="documents that cannot be"):
            postings.spread(np.arange(len(postings.terms)))
        with pytest.raises(ValueError, match="documents that cannot be"):
            postings.held(0)


def stored(path: Path, blob: bytes) -> None:
    """Have every article of the index be ``blob``."""
    (path / "PREVIOUS").unlink(missing_ok=True)
    for file in path.glob(SEGMENT):
        data, table = damage.table_of(file)
        data += b"\0" * (-len(data) % 64)
        count = table["articles_at"][2]
        at = np.zeros(count, "<u4")
        at[1:] = len(blob)
        table["articles"] = ["|u1", len(data), len(blob)]
        data += blob + b"\0" * (-len(blob) % 64)
        # Every document but the first is empty: it is the one asked for.
        table["articles_at"] = ["<u4", len(data), count]
        damage.write_table(file, data + at.tobytes(), table)
    damage.reseal(path)


@pytest.mark.parametrize(
    "text",
    [
        b"[]",
        b"null",
        b'{"id": 5, "title": "t", "body": "b"}',
        b'{"id": "i", "title": null, "body": "b"}',
        b'{"id": "i", "title": "t", "body": ["b"]}',
        b'{"id": "i", "title": "t", "body": "\\ud800"}',
        b'{"id": "i", "title": "t", "body": "b", "references": [1]}',
        b'{"id": "i", "title": "t", "body": "b", "meta": {"a": 1}}',
        b'{"id": "i", "title": "t", "body": "b", "meta": 1}',
        b'{"id": "i", "title": "t", "body": "b", "force": ["a", "b", 3]}',
        b'{"id": "i", "title": "t", "body": "b", "date": ["0001-01-01", "day", "none", ""]}',
        b'{"id": "i", "title": "t", "body": "b", "other": 1}',
        b'{"id": ' + b"[" * 100_000,
        b"\xff",
    ],
    ids=range(14),
)
def test_r03_an_article_of_other_values_is_damage(path: Path, text: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError, OverflowError, AttributeError)):
        unpack(zlib.compress(text))
    stored(path, zlib.compress(text))
    with Index.open(path) as index, pytest.raises(IndexCorrupt):
        list(index.articles())


def test_r03_an_article_that_unpacks_to_gigabytes_is_damage(path: Path) -> None:
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(300)) + packer.flush()
    stored(path, bomb)
    tracemalloc.start()
    try:
        with Index.open(path) as index, pytest.raises(IndexCorrupt):
            list(index.articles())
        assert tracemalloc.get_traced_memory()[1] < 200_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "data",
    [
        zlib.compress(bytes(300 << 20), 9),
        zlib.compress(b"[" * 100_000),
        zlib.compress(b"{}"),
        zlib.compress(b'{"version":2,"cleaning":5,"sequence":1,"sources":[1],"blocks":0}'),
        zlib.compress(b'{"version":2,"cleaning":"","sequence":1,"sources":[],"blocks":1}\n{}'),
        b"no zlib",
    ],
    ids=range(6),
)
def test_r03_a_catalogue_of_other_bytes_is_damage(path: Path, data: bytes) -> None:
    (path / "PREVIOUS").unlink()
    for file in path.glob(CATALOGUE):
        file.write_bytes(data)
    damage.reseal(path)
    with Index.open(path) as index:
        assert index.search("police").total
        for ask in (index.stats, index.forces, lambda: index.sources):
            with pytest.raises(SearchkitError):
                ask()


def test_r03_files_of_another_index_are_not_taken_for_its_own(path: Path, tmp_path: Path) -> None:
    write_files(tmp_path / "others", 40, seed=3)
    Index.build(tmp_path / "others", tmp_path / "other").close()
    (path / "PREVIOUS").unlink()
    shutil.copy(one(tmp_path / "other", SEGMENT), one(path, SEGMENT))
    with pytest.raises(IndexCorrupt):
        Index.open(path)
    damage.reseal(path)
    damage.use(path)
    assert main(["check", "--index", str(path)]) == 3


@settings(max_examples=25)
@given(st.data())
def test_r03_random_damage_ends_in_results_or_an_error(
    made: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = Path(shutil.copytree(made, tmp_path_factory.mktemp("random") / "index"))
    chance = random.Random(data.draw(st.integers(0, 1 << 32)))
    damage_at_random(path, chance, seal=data.draw(st.booleans()))
    damage.use(path)
    shutil.rmtree(path)


def damage_at_random(path: Path, chance: random.Random, *, seal: bool) -> None:
    """Cut, overwrite or flip some bytes of a file or two; ``seal`` makes the checksums fit."""
    for file in chance.sample(damage.files(path), chance.randint(1, 2)):
        if seal and file.name in ("CURRENT", "PREVIOUS"):
            continue
        size = file.stat().st_size
        how = chance.choice("cut flip flip random numbers".split())
        with open(file, "r+b") as opened:
            opened.seek(chance.randrange(size))
            if how == "cut":
                opened.truncate()
            elif how == "random":
                opened.write(chance.randbytes(chance.randint(1, 64)))
            elif how == "numbers":
                opened.write(chance.choice([b"\xff" * 8, b"\0" * 8, b"\xff" * 7 + b"\x7f"]))
        if how == "flip":
            damage.flip(file, chance)
    if seal:
        damage.reseal(path)


# R13


def test_r13_a_hostile_pickle_in_any_file_is_not_run(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mark = tmp_path / "ran"
    bomb = damage.bomb(mark)
    names = [str(file.relative_to(path)) for file in damage.files(path)]
    for name in (*names, "lock", "_MAIN_1.toc", "_MAIN_9.toc"):
        copy = Path(shutil.copytree(path, tmp_path / "one"))
        (copy / name).write_bytes(bomb)
        damage.use(copy)
        for arguments in (["check"], ["query", "police"], ["stats"], ["backup", str(copy) + ".b"]):
            main([*arguments, "--index", str(copy)])
        main(["restore", str(copy), "--index", str(tmp_path / "two")])
        damage.reseal(path)
        damage.use(copy)
        for made in (copy, tmp_path / "two", tmp_path / "one.b"):
            shutil.rmtree(made, ignore_errors=True)
    assert not mark.exists()
    pickle.loads(bomb)
    assert mark.exists(), "the pickle was none"
    assert "Traceback" not in capsys.readouterr().err


def opening_path() -> set[str]:
    """The modules that opening and searching import, wherever they import them."""
    files = {name_of(file): file for file in modules()}
    left, seen = ["index", "cli.checking", "cli.backups", "cli.query", "cli.indexing"], set()
    while left:
        name = left.pop()
        name = name if name in files else f"{name}.__init__"
        if name in files and name not in seen:
            seen.add(name)
            left += imports_of(files[name])
    return seen


def test_r13_nothing_on_the_way_of_opening_can_read_a_pickle() -> None:
    files = {name_of(file): file for file in modules()}
    way = opening_path()
    for name in ("engine", "leaf", "columns", "generations", "manifest", "inspection", "copies"):
        assert f"engines.whoosh.{name}" in way, f"{name} has moved: look for what opens an index"
    banned = {"pickle", "marshal", "shelve", "dill", "whoosh", "ctypes", "joblib"}
    # It asks the C library of this process for one thing, and reads nothing.
    asks_the_system = "engines.whoosh.memory"
    assert asks_the_system in way
    for name in sorted(way - {asks_the_system}):
        for node in ast.walk(ast.parse(files[name].read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert not banned & {alias.name.split(".")[0] for alias in node.names}, name
            elif isinstance(node, ast.ImportFrom) and not node.level:
                assert (node.module or "").split(".")[0] not in banned, name
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"eval", "exec", "__import__"}, name
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                maps = {"fromfile", "load_module", "memmap"}
                # A file of this process, without a name, that it has just written itself.
                allowed = {"memmap"} if name == "engines.opensearch.signatures" else set()
                assert node.func.attr not in maps - allowed, name
    readers = {name for name in files if "whoosh" in read_by(files[name])}
    assert "engines.whoosh.codec" in readers, "the codec has moved"
    assert not readers & way


def read_by(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    names |= {
        node.module or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and not node.level
    }
    return {name.split(".")[0] for name in names}


def test_r13_a_process_that_opens_and_searches_never_loads_whoosh_or_a_pickle(made: Path) -> None:
    program = """
import sys
def watch(event, arguments):
    if event in ("pickle.find_class", "marshal.loads") and ready:
        raise RuntimeError(event)
ready = []
sys.addaudithook(watch)
from searchkit import Index
from searchkit.engines.whoosh import inspection
import searchkit.search, searchkit.catalogue, searchkit.stats
with Index.open(sys.argv[1]) as index:
    index.search("police town", facets="force"); index.stats()
    ready.append(1)
    assert index.search("police*", facets=("force", "year")).total
    assert index.stats().summary.articles
    assert list(index.articles())
loaded = [name for name in sys.modules if name.split(".")[0] == "whoosh"]
assert not loaded, loaded
"""
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run(
        [sys.executable, "-c", program, str(made)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert (done.returncode, done.stderr) == (0, "")
