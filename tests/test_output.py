"""Results go to a file where one is named, whole or not at all; an index of another version is
built anew where that is allowed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from searchkit import Index
from searchkit.cli import main
from searchkit.cli.exits import Exit
from searchkit.ingest import version

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def index(tmp_path: Path, seeds: Path) -> str:
    place = tmp_path / "index"
    Index.build(seeds, place).close()
    return str(place)


@pytest.mark.parametrize(
    "command",
    [
        ["query", "diversity", "--json", "-o"],
        ["query", "-o", "{}", "diversity", "--json"],
        ["-o", "{}", "query", "diversity", "--json"],
        ["query", "diversity", "--json", "--output"],
        ["query", "--output={}", "diversity", "--json"],
    ],
)
def test_results_go_to_the_file_that_is_named(
    command: list[str], index: str, tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "found.json"
    file.write_text("old")
    file.chmod(0o640)
    words = [word.format(file) for word in command]
    assert (
        main([*words, *([] if str(file) in "".join(words) else [str(file)]), "--index", index]) == 0
    )
    assert json.loads(file.read_text())["total"] == 3
    assert file.stat().st_mode & 0o777 == 0o640
    assert capsys.readouterr().out == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["found.json", "index"]


@pytest.mark.parametrize("command", ["stats", "forces", "quality", "tags", "check", "config"])
def test_so_do_those_of_every_other_command(
    command: str, index: str, tmp_path: Path, capsys: Captured
) -> None:
    assert main([command, "--index", index]) == 0
    printed = capsys.readouterr().out
    assert main([command, "--index", index, "-o", str(tmp_path / "x")]) == 0
    told = (tmp_path / "x").read_text()
    assert len(told.splitlines()) == len(printed.splitlines()) >= 2


def test_the_bytes_of_an_article_are_those_of_its_source(
    index: str, seeds: Path, tmp_path: Path
) -> None:
    source = sorted(seeds.glob("*.txt"))[0]
    assert main(["show", str(source), "--raw", "--index", index, "-o", str(tmp_path / "x")]) == 0
    assert (tmp_path / "x").read_bytes() == source.read_bytes()


def test_a_command_that_fails_leaves_the_file_as_it_was(
    index: str, tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "found.json"
    file.write_text("old")
    command = ["query", "date:31/2/2021", "--json", "--index", index, "-o"]
    assert main([*command, str(file)]) == Exit.USAGE
    assert file.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 2
    capsys.readouterr()
    assert main(["stats", "--index", index, "-o", str(tmp_path / "no" / "x")]) != 0
    said = capsys.readouterr()
    assert f"error: {tmp_path}/no/x: No such file" in said.err
    assert said.out == ""


def test_a_dash_is_standard_output(index: str, capsys: Captured) -> None:
    assert main(["query", "diversity", "-l", "--index", index, "-o", "-"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_an_index_of_another_version_is_built_anew_where_that_is_asked_for(
    index: str, seeds: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    assert main(["index", "--if-needed", "--index", index]) == 0
    assert "3 unchanged" in " ".join(capsys.readouterr().out.split())
    monkeypatch.setattr("searchkit.run.cleaning_version", lambda: "0-other")
    assert main(["index", "--index", index]) == Exit.INDEX
    assert version.cleaning_version() != "0-other"
    assert main(["index", "--if-needed", "--index", index]) == 0
    out, err = capsys.readouterr()
    assert "reading everything again" in err
    assert "3 articles" in out
    assert main(["index", "--index", index]) == 0
