"""A hint names a command that can be copied: with the index that the user named."""

from __future__ import annotations

from pathlib import Path

import pytest

from searchkit import Index
from searchkit.cli import main
from searchkit.cli.app import COMMANDS
from searchkit.cli.hints import OF_AN_INDEX, for_index

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def news(tmp_path: Path, seeds: Path) -> str:
    place = tmp_path / "my news"
    Index.build(seeds, place).close()
    return str(place)


@pytest.mark.parametrize(
    ("hint", "told"),
    [
        ("repair it with:  searchkit check --repair", "searchkit check --index news --repair"),
        ("searchkit forces lists them all", "searchkit forces --index news lists them all"),
        ("searchkit query WORDS, searchkit remove --list", "remove --index news --list"),
        ("create one with:  searchkit index --index old", "searchkit index --index old"),
        ("see:  searchkit index -h", "searchkit index -h"),
        ("see:  searchkit config", "searchkit config"),
        ("searchkit indexes", "searchkit indexes"),
    ],
)
def test_an_index_that_was_named_is_named_in_hints(hint: str, told: str) -> None:
    assert for_index(hint, "news").endswith(told)
    assert for_index(hint, "") == hint


def test_every_command_of_an_index_is_a_command() -> None:
    assert set(OF_AN_INDEX) < COMMANDS.keys()


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["query", "knife", "force:kent"], "searchkit forces --index '{}' lists what it holds"),
        (["query", "knife", "--area", "kemt"], "searchkit forces --index '{}' lists them all"),
        (["show", "0123456789abcdef"], "searchkit query --index '{}' WORDS lists articles"),
        (["remove", "--undo", "012345"], "searchkit remove --index '{}' --list"),
    ],
)
def test_remarks_and_errors_name_it(
    news: str, command: list[str], told: str, capsys: Captured
) -> None:
    main([*command, "--index", news])
    assert told.format(news) in capsys.readouterr().err


def test_an_older_generation_is_repaired_where_it_is(news: str, capsys: Captured) -> None:
    with Index.open(news) as index:
        index.add(full=True)
    Path(news, "CURRENT").write_bytes(b"x")
    assert main(["query", "diversity", "--index", news]) == 0
    assert f"searchkit check --index '{news}' --repair" in capsys.readouterr().err
    main(["doctor", "--index", news])
    assert "searchkit check --index" in " ".join(capsys.readouterr().out.split())


def test_a_removal_is_undone_where_it_was(news: str, capsys: Captured) -> None:
    with Index.open(news) as index:
        (article_id, *_) = [article.id for article in index.articles()]
    assert main(["remove", article_id, "--index", news]) == 0
    assert f"searchkit remove --index '{news}' --undo ID" in capsys.readouterr().out


def test_an_index_that_is_set_needs_no_option(
    news: str, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("SEARCHKIT_INDEX", news)
    main(["query", "knife", "force:kent"])
    assert "searchkit forces lists what it holds" in capsys.readouterr().err
