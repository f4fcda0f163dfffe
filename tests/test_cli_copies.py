"""Copies at the command line: shown once, counted, and held side by side."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
from releases import joint, release, text

from searchkit.article import Article
from searchkit.cli import main

Captured = pytest.CaptureFixture[str]


def write(folder: Path, article: Article, force: str) -> None:
    fence = "`" * 3
    path = folder / force / f"{article.path}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    start = article.date.start
    head = [f"area: {force}", f"url: https://www.{force.lower()}.police.uk/news/{article.path}"]
    head += [f"title: {article.title}", f"publish.date: {start:%d/%m/%Y}"]
    path.write_text("\n".join([f"{fence}yaml", *head, fence, "", article.body, ""]))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> Path:
    """A working folder with an index of one joint release and of one that nobody repeats."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SEARCHKIT_INDEX", raising=False)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.delenv("SEARCHKIT_COPIES", raising=False)
    monkeypatch.chdir(tmp_path)
    for article, force in zip(joint(1), ("Kent", "Essex", "Dorset"), strict=True):
        write(tmp_path / "news", article, force)
    write(tmp_path / "news", release("alone", text(5)), "Kent")
    assert main(["index", "news", "--quiet", "--jobs", "1"]) == 0
    capsys.readouterr()
    return tmp_path


def out(capsys: Captured, *arguments: str) -> str:
    assert main(list(arguments)) == 0
    return capsys.readouterr().out


def test_a_joint_release_is_one_result_with_its_copies(capsys: Captured) -> None:
    shown = out(capsys, "query", "seen")
    assert shown.startswith("2 articles match seen  ·  4 with copies\n")
    assert "+2 copies: Dorset, Essex" in shown
    assert shown.count("Campaign 1") == 1


def test_all_copies_can_be_listed_and_nothing_but_copies(capsys: Captured) -> None:
    every = out(capsys, "query", "seen", "--copies", "all")
    assert every.startswith("4 articles match seen\n")
    assert every.count("Campaign 1") == 3
    only = out(capsys, "query", "seen", "--copies", "only")
    assert only.startswith("1 article matches seen  ·  3 with copies\n")


def test_a_list_of_files_is_one_of_all_that_match(capsys: Captured) -> None:
    assert len(out(capsys, "query", "seen", "-l").splitlines()) == 4
    assert len(out(capsys, "query", "seen", "-l", "--copies", "group").splitlines()) == 2


def test_the_setting_says_what_is_shown_without_a_flag(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEARCHKIT_COPIES", "all")
    assert out(capsys, "query", "seen").startswith("4 articles match seen\n")


def test_json_tells_of_copies(capsys: Captured) -> None:
    found = json.loads(out(capsys, "query", "seen", "--json"))
    schema = resources.files("searchkit").joinpath("data/results.schema.json")
    jsonschema.validate(found, json.loads(schema.read_text("utf-8")))
    assert (found["total"], found["total_with_copies"]) == (2, 4)
    copies = [hit["copies"] for hit in found["hits"]]
    assert {"count": 0} in copies
    (told,) = [each for each in copies if each["count"]]
    assert told.pop("cluster").startswith("c_")
    assert told == {"count": 2, "forces": ["dorset", "essex"], "kind": "near", "collapsed": 2}


def test_copies_are_shown_sentence_by_sentence(capsys: Captured) -> None:
    out(capsys, "query", "campaign")
    shown = out(capsys, "copies", "1")
    assert shown.startswith("3 articles in c_")
    for holders in ("all  The ", "1    The ", "2    The ", "3    The "):
        assert shown.count(f"\n{holders}") == 1
    found = json.loads(out(capsys, "copies", "1", "--json"))
    assert found["schema"] == "searchkit.copies/1"
    ids = [article["id"] for article in found["articles"]]
    assert sorted({len(line["articles"]) for line in found["lines"]}) == [1, 3]
    assert {one for line in found["lines"] for one in line["articles"]} == set(ids)


def test_an_article_without_copies_is_said_to_have_none(capsys: Captured) -> None:
    out(capsys, "query", "A release", "--exact")
    assert out(capsys, "copies", "1").startswith("No copies of A release")
    assert json.loads(out(capsys, "copies", "1", "--json"))["cluster"] == ""


def test_what_is_not_there_has_no_copies_to_show(capsys: Captured) -> None:
    assert main(["copies", "ffffffffffffffff"]) == 1
    assert "ffffffffffffffff" in capsys.readouterr().err


def test_how_much_copies_share_is_a_setting(capsys: Captured, folder: Path) -> None:
    (folder / "searchkit.toml").write_text("copies_containment = 0.99\n")
    assert main(["index", "--full", "--quiet", "--jobs", "1"]) == 0
    capsys.readouterr()
    assert out(capsys, "query", "seen").startswith("4 articles match seen\n")
    (folder / "searchkit.toml").write_text("copies_containment = 2\n")
    assert main(["index"]) == 2
    assert "copies_containment must be from 0.3 to 1" in capsys.readouterr().err
