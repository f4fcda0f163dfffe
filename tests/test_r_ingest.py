"""R10, R11, R17, R18 and R19: whatever lies among the articles, each file is accounted for, costs
only itself, and never gets half into the index."""

from __future__ import annotations

import json
import os
import random
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from searchkit import Index
from searchkit.article import Article
from searchkit.cli import main
from searchkit.cli.exits import Exit
from searchkit.engines import whoosh
from searchkit.errors import EngineError, MassRemoval
from searchkit.ingest.reader import read_article
from searchkit.settings import INGEST_LIMITS, IngestLimits

Captured = pytest.CaptureFixture[str]


def good(word: str, slug: str = "") -> bytes:
    url = f"url: https://www.kent.police.uk/news/{slug or word}/\n"
    return f"```yaml\ntitle: A headline\n{url}```\n\nOfficers saw {word}.\n".encode()


def fifo(path: Path) -> None:
    os.mkfifo(path)


def link_out(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def listener(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        here = os.getcwd()
        os.chdir(path.parent)  # the name of a socket has to be short
        try:
            made.bind(path.name)
        finally:
            os.chdir(here)


def holding(data: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(data) and None


DAMAGE: dict[str, Callable[[Path], None]] = {
    "fifo": fifo,
    "link out": link_out,
    "loop": loop,
    "socket": listener,
    "empty": Path.touch,
    "large": holding(b"x" * (INGEST_LIMITS.article_bytes + 1)),
    "binary": holding(bytes(range(256)) * 8),
    "nul": holding(good("nul") + b"\0"),
    "utf-16": holding("\ud83d broken".encode("utf-16-le", "surrogatepass")),
    "no fence": holding(b"```yaml\ntitle: x\n\ntext\n"),
    "alias": holding(b"---\na: &a x\nb: *a\n---\ntext\n"),
    "merge": holding(b"---\n<<: {a: b}\n---\ntext\n"),
    "tag": holding(b"---\na: !!python/name:os.system x\n---\ntext\n"),
    "twice": holding(b"---\na: b\na: c\n---\ntext\n"),
    "deep": holding(b"---\na: " + b"[" * 40 + b"]" * 40 + b"\n---\ntext\n"),
    "long front": holding(b"---\n" + b"a: b\n" * 14_000 + b"---\ntext\n"),
}
"""Ways in which a file is no article: none gets into the index, each is told."""


@pytest.mark.parametrize("seed", range(3))
def test_r19_every_file_of_a_damaged_tree_is_accounted_for(
    tmp_path: Path, capsys: Captured, seed: int
) -> None:
    rng = random.Random(seed)
    news = tmp_path / "news"
    expected: set[str] = set()
    bad: set[str] = set()
    kinds = [*DAMAGE, *rng.choices([*DAMAGE], k=6)]
    for number, kind in enumerate([*kinds, *["good"] * 30]):
        folder = news.joinpath(*rng.choices("abc", k=rng.randrange(4)))
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{number:03}.md"
        if kind == "good":
            path.write_bytes(good(f"planted{number}word"))
            expected.add(path.relative_to(tmp_path).as_posix())
        else:
            DAMAGE[kind](path)
            bad.add(path.relative_to(tmp_path).as_posix())
    deep = news.joinpath(*["d"] * (INGEST_LIMITS.folder_depth + 1))
    deep.mkdir(parents=True)
    (deep / "a.md").write_bytes(good("deepest"))

    with Index.create(tmp_path / "index") as index:
        report = index.add(news, jobs=2)
        told = {one.path: one.reason for one in report.rejected}
        told |= {one.key: one.reason for one in report.skipped}
        assert report.seen == report.read + len(report.skipped) + len(report.rejected)
        assert {article.path for article in index.articles()} == expected
        assert bad <= told.keys()
        assert expected.isdisjoint(told)
        assert all(reason and "\n" not in reason for reason in told.values())
        assert not [reason for reason in told.values() if "searchkit bug" in reason]
        assert index.search("deepest").total == 0
    assert main(["index", str(news), "--index", str(tmp_path / "index"), "--json"]) == Exit.NOTHING
    shown = json.loads(capsys.readouterr().out)
    assert shown["seen"] >= len(expected) + len(bad)


def test_r19_a_run_that_would_drop_a_tenth_stops_and_a_dry_run_lists_it(
    tmp_path: Path, capsys: Captured
) -> None:
    news = tmp_path / "news"
    news.mkdir()
    for number in range(40):
        (news / f"{number}.md").write_bytes(good(f"planted{number}"))
    with Index.build(news, tmp_path / "index") as index:
        for number in range(11):
            (news / f"{number}.md").unlink()
        with pytest.raises(MassRemoval):
            index.add(news)
        assert index.search("", limit=0).total == 40
        report = index.add(news, dry_run=True)
        assert (report.removed, report.unchanged, report.held_before) == (11, 29, 40)
        writer = whoosh.open_writer(index.path, lock_timeout=0.0)
        try:
            arguments = ["index", str(news), "--index", str(index.path), "--dry-run"]
            assert main(arguments) == Exit.OK, "a dry run needs no lock"
        finally:
            writer.cancel()
        told = capsys.readouterr().out
        assert "11 of 40 articles, and stop unless it is given --yes" in told
        assert index.search("", limit=0).total == 40
        assert index.add(news, yes=True).removed == 11


def test_r19_a_dry_run_of_a_rebuild_changes_no_file(tmp_path: Path) -> None:
    news = tmp_path / "news"
    news.mkdir()
    (news / "a.md").write_bytes(good("bicycle"))
    with Index.build(news, tmp_path / "index") as index:
        before = {path: path.stat().st_mtime_ns for path in sorted(index.path.rglob("*"))}
        assert index.add(news, dry_run=True, full=True).dry_run
        after = {path: path.stat().st_mtime_ns for path in sorted(index.path.rglob("*"))}
        assert after == before


def article(word: str, slug: str) -> Article:
    read = read_article(good(word, slug), path=f"{slug}.md")
    assert isinstance(read, Article)
    return read


def test_r10_a_refused_article_between_two_good_ones_leaves_no_word(tmp_path: Path) -> None:
    whoosh.create(tmp_path)
    writer = whoosh.open_writer(tmp_path, lock_timeout=0.0)
    writer.put(article("firstword", "first"))
    bad = article("wrongword", "wrong")
    object.__setattr__(bad, "title", "a \ud800 surrogate")
    with pytest.raises(EngineError):
        writer.put(bad)
    writer.put(article("lastword", "last"))
    writer.commit(b"")
    with Index.open(tmp_path) as index:
        assert index.search("", limit=0).total == 2
        assert [index.search(word).total for word in ("firstword", "lastword")] == [1, 1]
        assert index.search("wrongword").total == 0
        assert index.search("lastword").hits[0].url.endswith("/last/")


def test_r11_the_last_of_one_id_wins_in_a_batch_and_none_is_there_twice(tmp_path: Path) -> None:
    whoosh.create(tmp_path)
    rng = random.Random(5)
    held: dict[str, str] = {}
    for _ in range(12):
        writer = whoosh.open_writer(tmp_path, lock_timeout=0.0)
        for _ in range(rng.randrange(1, 12)):
            slug, word = rng.choice("abcde"), f"planted{rng.randrange(99)}word"
            one = article(word, slug)
            if rng.random() < 0.3:
                writer.delete(one.id)
                held.pop(slug, None)
            else:
                writer.put(one)
                held[slug] = word
        writer.commit(b"")
        with Index.open(tmp_path) as index:
            found = [
                (a.url.rstrip("/")[-1], a.body.split()[-1].rstrip(".")) for a in index.articles()
            ]
            assert sorted(found) == sorted(held.items())
            for word in held.values():
                assert index.search(word).total == list(held.values()).count(word)


def test_r17_a_hostile_article_costs_one_article_within_its_time(tmp_path: Path) -> None:
    """What the parser is given, its limits hold for: here a twentieth of a second."""
    from searchkit.ingest.pool import ParserPool
    from searchkit.ingest.sources import scan

    news = tmp_path / "news"
    news.mkdir()
    (news / "a.md").write_bytes(good("first"))
    (news / "b.md").write_bytes(b"<" * 4_000_000)
    (news / "c.md").write_bytes(good("last"))
    limits = IngestLimits(seconds=0.5)
    with ParserPool(1, limits, plain=True) as pool:
        found = list(pool.parse((one, "") for one in scan(news, base=tmp_path)))
    outcomes = {one.candidate.key: type(one.outcome).__name__ for one in found}
    assert outcomes["news/a.md"] == outcomes["news/c.md"] == "Article"
    assert len(outcomes) == 3


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xef\xbb\xbf---\ntitle: A bicycle\n---\n\ntext\n", ""),
        (b"---\ntime: 12:30\nno: no\nnumber: 012\n---\n\ntext\n", ""),
        (b"---\ntitle: a\0b\n---\n\ntext\n", "NUL"),
        (b"---\na: &x b\n---\n\ntext\n", "anchor"),
    ],
)
def test_r18_scalars_stay_text_and_marks_of_order_are_no_part_of_it(data: bytes, told: str) -> None:
    read = read_article(data, path="a.md")
    if told:
        assert not isinstance(read, Article)
        assert told.lower() in read.reason.lower()
    else:
        assert isinstance(read, Article)
        assert read.title == "A bicycle" or read.meta["time"] == "12:30"
        assert read.meta.get("number", "012") == "012"
