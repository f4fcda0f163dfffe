"""What a scan for learning found is not looked for once more by the run that follows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from searchkit import learning
from searchkit.ingest.candidates import Candidate, Skipped
from searchkit.ingest.child import Task
from searchkit.ingest.frames import pack, unpack
from searchkit.ingest.sources import Seen
from searchkit.ingest.work import tasks_in
from searchkit.learning import Sighted

FILES: tuple[Seen, ...] = (
    Candidate("news/a.md", "news/a.md", path="/news/a.md"),
    Skipped("news/.git", "a hidden folder"),
    Candidate("news/b.md", "news/b.md", path="/news/b.md"),
)


class Scans:
    """Sources by name; notes which of them were scanned."""

    def __init__(self, **held: tuple[Seen, ...]) -> None:
        self.held = held
        self.scanned: list[str] = []

    def __call__(self, source: Path | BinaryIO) -> Iterator[Seen]:
        assert isinstance(source, Path)
        self.scanned.append(source.name)
        yield from self.held[source.name]


def test_a_folder_of_plain_files_is_scanned_once() -> None:
    scans = Scans(news=FILES)
    sighted = Sighted(scans)
    assert tuple(sighted.first(Path("news"))) == FILES
    assert tuple(sighted.again(Path("news"))) == FILES
    assert scans.scanned == ["news"]


def test_what_was_given_again_is_let_go_of() -> None:
    scans = Scans(news=FILES)
    sighted = Sighted(scans)
    for _ in sighted.first(Path("news")):
        pass
    for _ in range(2):
        assert tuple(sighted.again(Path("news"))) == FILES
    assert scans.scanned == ["news", "news"]


def test_what_lies_in_memory_is_scanned_again() -> None:
    inside = Candidate("news.zip!/c.md", "news.zip", data=b"A bicycle")
    scans = Scans(news=(*FILES, inside))
    sighted = Sighted(scans)
    assert tuple(sighted.first(Path("news"))) == (*FILES, inside)
    assert tuple(sighted.again(Path("news"))) == (*FILES, inside)
    assert scans.scanned == ["news", "news"]


def test_only_so_many_files_are_remembered_of_all_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "MOST_KEPT", 5)
    scans = Scans(kent=FILES, essex=FILES)
    sighted = Sighted(scans)
    for name in ("kent", "essex"):
        assert tuple(sighted.first(Path(name))) == FILES
    for name in ("kent", "essex"):
        assert tuple(sighted.again(Path(name))) == FILES
    assert scans.scanned == ["kent", "essex", "essex"]


def test_a_scan_that_was_given_up_is_not_remembered() -> None:
    scans = Scans(news=FILES)
    sighted = Sighted(scans)
    assert next(sighted.first(Path("news"))) == FILES[0]
    assert tuple(sighted.again(Path("news"))) == FILES


def test_candidates_arrive_together_as_they_were_sent() -> None:
    sent = [
        Task(Candidate("news/a.md", "news/a.md", path="/news/\udce9.md"), "ab" * 32),
        Task(Candidate("news.jsonl:2", "news.jsonl", data=b'{"body": 1}', line=2), ""),
        Task(Candidate("empty", "empty", data=b""), ""),
    ]
    heads, bodies = zip(*[task.packed() for task in sent], strict=True)
    frame = unpack(bytearray(pack({"tasks": list(heads)}, *bodies)))
    assert frame is not None
    came = tasks_in(*frame)
    assert [(task.key, task.known, task.is_file, task.body) for task in came] == [
        ("news/a.md", "ab" * 32, True, b"/news/\xe9.md"),
        ("news.jsonl:2", "", False, b'{"body": 1}'),
        ("empty", "", False, b""),
    ]
