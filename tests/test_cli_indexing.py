"""``searchkit index`` says plainly what it cannot do, and then leaves nothing behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from searchkit import Index
from searchkit.cli import main
from searchkit.cli.exits import Exit, Terminated
from searchkit.engines.whoosh import generations
from searchkit.engines.whoosh.lock import WriterLock
from searchkit.ingest import sources
from searchkit.run import IndexRun

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def news(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "a.md").write_text("A headline\n\nSome words about a bicycle.\n")
    monkeypatch.chdir(tmp_path)
    return folder


def test_an_index_is_not_made_among_its_own_articles(news: Path, capsys: Captured) -> None:
    assert main(["index", "news", "--index", "news"]) == Exit.USAGE
    assert "very folder" in capsys.readouterr().err
    assert os.listdir(news) == ["a.md"]


def test_an_empty_name_is_not_the_working_folder(news: Path, capsys: Captured) -> None:
    assert main(["index", ""]) == Exit.USAGE
    assert "needs a name" in capsys.readouterr().err


def test_an_index_where_a_file_lies_is_refused_with_the_name_of_it(
    news: Path, capsys: Captured
) -> None:
    for place in ("news/a.md", "news/a.md/index"):
        assert main(["index", "news", "--index", place]) == Exit.INDEX
        told = capsys.readouterr().err.splitlines()
        assert told[-2].startswith(f"error: cannot write the index in {place}: ")
        assert "Errno" not in told[-2]
        assert "--index" in told[-1]


def test_a_closed_standard_input_is_said(
    news: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert main(["index", "-"]) == Exit.USAGE
    assert "standard input is closed" in capsys.readouterr().err


def test_a_named_pipe_behind_a_descriptor_is_called_one(news: Path, capsys: Captured) -> None:
    end, start = os.pipe()
    try:
        assert main(["index", f"/dev/fd/{end}"]) == Exit.USAGE
    finally:
        os.close(end)
        os.close(start)
    assert "a named pipe" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("stop", "code"), [(KeyboardInterrupt, Exit.INTERRUPTED), (Terminated, Exit.TERMINATED)]
)
def test_a_stop_after_the_commit_is_not_called_one_without_effect(
    news: Path,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
    stop: type[BaseException],
    code: Exit,
) -> None:
    # Time stamps are trusted by the first run as by a later one.
    monkeypatch.setattr(sources, "_SETTLED", 0)
    assert main(["index", "news"]) == Exit.OK
    (news / "b.md").write_text("Another headline\n\nSome words about a barn.\n")
    capsys.readouterr()

    def report(*_: object) -> None:
        raise stop

    monkeypatch.setattr(IndexRun, "report", report)
    assert main(["index", "news"]) == code
    assert capsys.readouterr().err.splitlines()[-1].startswith("stopped, after")
    assert main(["index", "news"]) == code
    assert capsys.readouterr().err.splitlines()[-1] == "stopped; index unchanged"


def test_a_report_that_cannot_be_written_names_its_file(news: Path, capsys: Captured) -> None:
    (news / "empty.md").touch()
    assert main(["index", "news", "--report", "/dev/full"]) == Exit.INDEX
    assert "/dev/full" in capsys.readouterr().err.splitlines()[-1]


def test_whoever_comes_while_an_index_is_made_takes_it_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "index"
    place.mkdir()
    other = WriterLock(place)
    other.acquire(0.0)
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        generations.initialise(place)

    monkeypatch.setattr("searchkit.engines.whoosh.time.sleep", nap)
    try:
        Index.create(place, exist_ok=True).close()
    finally:
        other.release()
    assert naps
