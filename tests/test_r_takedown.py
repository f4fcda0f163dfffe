"""R20: what is taken down is found no more, stays out, and on request leaves no byte behind."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from corpus import Placed
from damage import damaged_files

from searchkit import ArticleNotFound, EngineError, Index
from searchkit.catalogue import Catalogue
from searchkit.cli import main
from searchkit.cli.exits import Exit
from searchkit.engines import whoosh
from searchkit.engines.whoosh import generations, merge
from searchkit.engines.whoosh.lock import WriterLock
from searchkit.ingest import sources

Captured = pytest.CaptureFixture[str]

RARE = ("quagmirelle", "zyxophant", "brontide", "xylograph", "wharfinger")
"""Words that only the article to be removed has: title, text, category, reference, file name."""

SECRET = """```yaml
area: Kent
title: The {0} of Hythe
url: https://www.kent.police.uk/news/{0}-hythe/
article.section: {2}
```

21 August 2020

Operation {3} found a {1} in Hythe. Anyone may quote 46/98765/20.
"""
PLAIN = """```yaml
area: Kent
title: Shed number{n}
url: https://www.kent.police.uk/news/shed-{n}/
```

20 August 2020

A shed was broken into, number{n}, in Hythe.
"""
URL = f"https://www.kent.police.uk/news/{RARE[0]}-hythe/"
SECRET_FILE = f"{RARE[4]}.md"


def write_news(folder: Path, count: int = 12) -> Path:
    folder.mkdir()
    for n in range(count):
        (folder / f"{n:02}.md").write_text(PLAIN.format(n=n))
    (folder / SECRET_FILE).write_text(SECRET.format(*RARE))
    return folder


@pytest.fixture
def news(tmp_path: Path) -> Path:
    return write_news(tmp_path / "news")


@pytest.fixture
def index(tmp_path: Path, news: Path) -> Iterator[Index]:
    with Index.build(news, tmp_path / "index") as ix:
        yield ix


@pytest.fixture
def anywhere(tmp_path: Path, placed: Placed, news: Path) -> Iterator[Index]:
    """The same in a folder and on a cluster, for what is of no file."""
    with Index.build(news, placed(tmp_path / "index")) as ix:
        yield ix


def inflated(data: bytes) -> Iterator[bytes]:
    """Whatever can be unpacked from ``data``, wherever it begins: zlib, gzip or bare deflate
    behind the header of a zip member."""
    for start in re.finditer(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08", data):
        yield unpacked(data[start.start() :], 47)
    for start in re.finditer(rb"PK\x03\x04", data):
        header = data[start.start() :]
        sizes = (int.from_bytes(header[at : at + 2], "little") for at in (26, 28))
        yield unpacked(header[30 + sum(sizes) :], -15)


def unpacked(data: bytes, bits: int) -> bytes:
    """As much of ``data`` as can be unpacked."""
    stream, got = zlib.decompressobj(bits), b""
    with suppress(zlib.error):
        for at in range(0, len(data), 64):
            got += stream.decompress(data[at : at + 64])
            if stream.eof:
                break
    return got


def traces(folder: Path, words: tuple[str, ...] = RARE) -> list[str]:
    """Where the words stand in the files below ``folder``, however they are written: in any case,
    unpacked, in two bytes a letter, their beginning as a number, or in the name of a file."""
    found = []
    for path in sorted(folder.rglob("*")):
        texts = [path.name.encode()]
        if path.is_file():
            data = path.read_bytes()
            texts += [data, *inflated(data)]
        for word in words:
            spellings = {
                word.encode(),
                word.encode("utf-16-le"),
                word[:8].encode()[::-1],
                word[::-1].encode(),
            }
            if any(one in text.lower() for one in spellings for text in texts):
                found.append(f"{path.name}: {word}")
    return found


def test_r20_a_purge_leaves_no_byte_of_the_text_in_any_file_raw_or_unpacked(
    index: Index, news: Path
) -> None:
    secret = index.find(URL)
    held = traces(index.path)
    for word in RARE:
        assert any(line.endswith(word) for line in held), f"the search for {word} finds nothing"
    for kind in ("MAIN_", "catalogue-"):
        assert any(line.startswith(kind) for line in held)

    index.remove(URL)
    assert traces(index.path), "without a purge the text stays in the segment"
    assert index.get(secret.id) is None

    report = index.remove(secret.id, purge=True)
    assert (report.removed, report.already, report.purged) == ((), (secret.id,), True)
    assert traces(index.path) == []
    assert index.search("shed").total == 12


def test_r20_the_generation_before_and_older_versions_of_the_article_are_purged_too(
    index: Index, news: Path
) -> None:
    secret = index.find(URL)
    (news / SECRET_FILE).write_text(SECRET.format(*RARE) + "\nMore on it: ullageworthy.\n")
    index.add(news)
    (news / "00.md").write_text(PLAIN.format(n=0) + "\nAn edit.\n")
    index.add(news)
    words = (*RARE, "ullageworthy")
    previous = generations.read(index.path, "PREVIOUS")
    assert {file.name for file in previous.files()} & {
        line.split(":")[0] for line in traces(index.path, words)
    }
    index.remove(secret.id, purge=True)
    assert traces(index.path, words) == []
    current = generations.read(index.path, "CURRENT")
    assert generations.read(index.path, "PREVIOUS") == current
    assert damaged_files(index.path, current) == []
    named = {file.name for file in current.files()}
    assert {file.name for file in index.path.glob("stores/*/*")} == named


def repeating(folder: Path, lines: dict[int, str]) -> Path:
    """Forty articles, some of which end in a line that their force repeats."""
    folder.mkdir()
    for n in range(40):
        # Headlines, and lines, that differ in numbers alone count as one.
        shed = " " + "abcdefgh"[n % 8] * (n // 8 + 1) + "shed"
        text = PLAIN.format(n=n).replace(" Shed", shed).replace(" shed", shed)
        (folder / f"{n:02}.md").write_text(text + f"\n{lines[n]}\n" if n in lines else text)
    return folder


def test_r20_learned_lines_that_only_stood_in_purged_articles_are_forgotten(tmp_path: Path) -> None:
    told = "Read more about the quagmirelle of Hythe"
    seen = "Film {} shows how to fit a lock"
    lines = dict.fromkeys(range(4), told) | {n: seen.format(n) for n in range(4, 10)}
    path = tmp_path / "index"
    with Index.build(repeating(tmp_path / "news", lines), path) as ix:
        assert [line.text for line in ix.boilerplate().lines] == [seen.format(4), told]
        gone = [ix.find(f"https://www.kent.police.uk/news/shed-{n}/").id for n in range(5)]
        ix.remove(gone)
        assert told in [line.text for line in ix.boilerplate().lines]
        ix.remove(gone, purge=True)
        # What others still hold is known in the words of one of them.
        assert [(line.text, line.articles) for line in ix.boilerplate().lines] == [
            (seen.format(5), 6)
        ]
        assert traces(path, ("quagmirelle",)) == []


def test_r20_what_a_crash_left_behind_is_purged_with_it(index: Index) -> None:
    (store,) = (index.path / "stores").iterdir()
    (segment,) = store.glob("MAIN_*.seg")
    shutil.copy(segment, store / "MAIN_00112233aabbccdd.seg")
    shutil.copytree(store, index.path / "stores" / "0123456789abcdef")
    shutil.copy(index.path / "CURRENT", index.path / "CURRENT.0123.new")
    index.remove(URL, purge=True)
    assert traces(index.path) == []


def test_r20_damage_never_brings_a_removed_article_back(index: Index) -> None:
    secret = index.find(URL)
    for purge in (False, True):
        index.remove(URL, purge=purge)
        current = index.path / "CURRENT"
        whole = current.read_bytes()
        current.write_bytes(b"")
        with Index.open(index.path) as again:
            assert again.get(secret.id) is None
            assert again.search(RARE[1]).total == 0
            assert [one.article_id for one in again.removals()] == [secret.id]
        current.write_bytes(whole)


@pytest.mark.parametrize("full", [False, True])
def test_r20_what_was_removed_does_not_come_back_with_its_source(
    anywhere: Index, news: Path, full: bool
) -> None:
    anywhere.remove(URL, reason="court order")
    for text in ("", "\nAn edit.\n", "\nAnother edit.\n"):
        with (news / SECRET_FILE).open("a") as file:
            file.write(text)
        report = anywhere.add(news, full=full)
        assert (report.articles, report.new) == (12, 0)
        (skipped,) = report.skipped
        assert Path(skipped.key).name == SECRET_FILE
        assert "removed on" in skipped.reason
        assert "court order" in skipped.reason
        assert report.seen == report.read + len(report.skipped) + len(report.rejected)
    (news / SECRET_FILE).rename(news / "another-name.md")
    report = anywhere.add(news, full=full)
    assert len(report.skipped) == 1
    assert anywhere.search(RARE[1]).total == 0


def test_r20_an_indexed_file_that_takes_on_a_removed_address_is_left_out(
    index: Index, news: Path
) -> None:
    index.remove(URL, purge=True)
    (news / "03.md").write_text(SECRET.format(*RARE))
    report = index.add(news)
    assert (report.articles, report.removed, len(report.skipped)) == (11, 1, 2)
    assert index.search("number3").total == 0
    assert index.search(RARE[1]).total == 0


def test_r20_an_article_without_an_address_is_kept_out_by_its_content(tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "a.md").write_text("A headline\n\nSome words about a zyxophant.\n")
    with Index.build(folder, tmp_path / "index") as index:
        (hit,) = index.search("zyxophant").hits
        index.remove(hit.id, purge=True)
        (folder / "a.md").rename(folder / "b.md")
        assert index.add(folder).articles == 0
        # Other rules of cleaning may give it another id; its content is the same.
        with whoosh.open_writer(index.path, lock_timeout=0) as writer:
            catalogue = Catalogue.load(writer.catalogue(), "")
            (removal,) = catalogue.removals.values()
            catalogue.removals = {"f" * 16: replace(removal, article_id="f" * 16)}
            writer.commit(catalogue.dump())
        report = index.add(folder)
        assert (report.articles, len(report.skipped)) == (0, 1)


def test_r20_members_of_archives_and_lines_of_files_stay_out_and_come_back_when_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("secret.md", SECRET.format(*RARE))
        archive.writestr("plain.md", PLAIN.format(n=1))
    (tmp_path / "news.zip").write_bytes(packed.getvalue())
    # Its time stamp is trusted: it is not opened again without a reason.
    monkeypatch.setattr(sources, "_SETTLED", 0)
    with Index.build(tmp_path / "news.zip", tmp_path / "index") as index:
        assert index.remove(URL, purge=True).removed
        assert traces(index.path) == []
        assert index.add().articles == 1
        assert index.add(full=True).articles == 1
        index.undo_removal(URL)
        report = index.add()
        assert (report.articles, report.new) == (2, 1)
        assert index.search(RARE[1]).total == 1


def test_r20_undoing_lets_the_next_run_read_it_again(anywhere: Index, news: Path) -> None:
    anywhere.remove(URL)
    assert anywhere.add().articles == 12
    before = anywhere.generation
    anywhere.undo_removal(anywhere.removals()[0].article_id[:8])
    assert anywhere.generation != before
    assert anywhere.removals() == ()
    report = anywhere.add()
    assert (report.new, report.unchanged, report.skipped) == (1, 12, ())
    assert anywhere.search(RARE[1]).total == 1


def test_r20_all_or_none_of_several_are_removed(anywhere: Index) -> None:
    with pytest.raises(ArticleNotFound, match="no-such"):
        anywhere.remove([URL, "no-such-article"])
    assert anywhere.removals() == ()
    assert anywhere.search(RARE[1]).total == 1
    two = [hit.id for hit in anywhere.search("shed", limit=2)]
    assert anywhere.remove([*two, two[0]]).removed == tuple(two)
    assert anywhere.search("shed").total == 10
    assert anywhere.stats().summary.articles == 11


def test_r20_a_purge_that_fails_says_that_the_article_is_removed_all_the_same(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(merge, "merge", full)
    with pytest.raises(EngineError) as caught:
        index.remove(URL, purge=True)
    assert "not purged yet" in caught.value.hint
    assert index.search(RARE[1]).total == 0
    assert traces(index.path)
    monkeypatch.undo()
    index.remove(URL, purge=True)
    assert traces(index.path) == []


def test_r20_what_was_removed_outlasts_a_catalogue_of_another_version(
    index: Index, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.remove(URL, reason="court order")
    monkeypatch.setattr("searchkit.catalogue.CATALOGUE_VERSION", 99)
    report = index.add(news, full=True, yes=True)
    assert (report.articles, len(report.skipped)) == (12, 1)
    assert [one.reason for one in index.removals()] == ["court order"]


def test_the_catalogue_remembers_hashes_and_nothing_else_of_a_removed_article(
    anywhere: Index,
) -> None:
    secret = anywhere.find(URL)
    anywhere.remove(URL, reason="a reason")
    with anywhere._readers.lease() as engine:
        data = engine.catalogue()
    (kept,) = Catalogue.load(data, "").removals.values()
    assert (kept.article_id, kept.hashes, kept.reason) == (secret.id, (secret.sha256,), "a reason")
    assert not any(word.encode() in data for word in RARE)


def test_the_command_removes_lists_and_undoes(
    index: Index, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.chdir(index.path.parent)
    assert main(["remove", URL, "--purge", "--reason", "court order"]) == Exit.OK
    told = capsys.readouterr().out
    (removal,) = index.removals()
    assert f"Removed 1 article: {removal.article_id}" in told
    assert "Not reached: the sources, backups" in told
    assert traces(index.path) == []
    assert main(["query", RARE[1]]) == Exit.NOTHING
    assert main(["show", removal.article_id]) == Exit.NOTHING
    capsys.readouterr()
    assert main(["remove", "--list"]) == Exit.OK
    assert re.search(
        rf"{removal.article_id}  \d{{4}}-\d\d-\d\d  court order", capsys.readouterr().out
    )
    assert main(["remove", "--list", "--json"]) == Exit.OK
    assert json.loads(capsys.readouterr().out)[0]["id"] == removal.article_id
    assert main(["remove", URL, "--json"]) == Exit.OK
    assert json.loads(capsys.readouterr().out)["already"] == [removal.article_id]
    assert main(["remove", "--undo", removal.article_id]) == Exit.OK
    assert main(["index", "-q"]) == Exit.OK
    assert main(["query", RARE[1]]) == Exit.OK


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["remove"], Exit.USAGE, "no article is named"),
        (["remove", "--list", "--purge"], Exit.USAGE, "--list takes no ids"),
        (["remove", "--undo", "0123456789abcdef", "--purge"], Exit.USAGE, "neither --purge"),
        (["remove", "0123456789abcdef"], Exit.NOTHING, "no article '0123456789abcdef'"),
        (["remove", "--undo", "0123456789abcdef"], Exit.NOTHING, "remove --list"),
        (["remove", "x", "--index", "nowhere"], Exit.INDEX, "no index in nowhere"),
    ],
)
def test_the_command_says_what_it_cannot_do(
    index: Index,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
    arguments: list[str],
    code: Exit,
    words: str,
) -> None:
    monkeypatch.chdir(index.path.parent)
    before = index.generation
    assert main(arguments) == code
    assert words in capsys.readouterr().err
    assert index.generation == before


def test_a_take_down_waits_for_its_turn_and_no_longer(
    index: Index, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.chdir(index.path.parent)
    lock = WriterLock(index.path)
    lock.acquire(0.0)
    try:
        assert main(["remove", URL, "--lock-timeout", "0.1"]) == Exit.LOCKED
    finally:
        lock.release()
    assert "is being written by process" in capsys.readouterr().err
    assert index.search(RARE[1]).total == 1
