"""Exports: everything that matches, in forms that other programs read back unchanged."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from corpus import Place, Placed, articles, fill_index
from hypothesis import given
from hypothesis import strategies as st

from searchkit import Index
from searchkit.article import Article
from searchkit.cli import main
from searchkit.render.exports import COLUMNS, FORMS, Choice, original, safe
from searchkit.results import Hit
from searchkit.snippets import Snippet

Captured = pytest.CaptureFixture[str]
PLAIN = replace(articles(1)[0], boilerplate=())
BATCH = (
    *articles(80),
    replace(PLAIN, id="f" * 16, title="=1+1", lead="+44 is a code", body="@all\n-ends"),
    replace(PLAIN, id="e" * 16, title="'=quoted", body='a "b", c\r\nd\te'),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, placed: Placed) -> Place:
    return fill_index(placed(tmp_path_factory.mktemp("exports") / "index"), BATCH)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Place) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SEARCHKIT_INDEX", str(place))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def exported(form: str, choice: Choice, *of: Article) -> str:
    hits = (Hit(n, 1.5, a, (Snippet("lead", a.lead, 0),)) for n, a in enumerate(of, 1))
    return "".join(FORMS[form].write(hits, choice))


@pytest.mark.parametrize(("form", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_a_table_read_back_is_the_index(folder: Path, form: str, delimiter: str) -> None:
    assert main(["export", "--full-text", "-o", f"all.{form}"]) == 0
    with (folder / f"all.{form}").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=delimiter))
    held = {article.id: article for article in BATCH}
    assert {row["id"] for row in rows} == held.keys()
    assert len(rows) == len(held)
    for row in rows:
        told = {name: original(cell) for name, cell in row.items()}
        article = held[told["id"]]
        assert tuple(row) == tuple(COLUMNS)
        assert (told["title"], told["lead"], told["body"]) == (
            article.title, article.lead, article.body,
        )  # fmt: skip
        assert told["published"] == article.date.iso
        assert told["types"] == "; ".join(article.tagged("type"))
        assert not any(cell.startswith(FORMULA) for cell in row.values())


@given(st.text())
def test_every_cell_gives_back_its_text_and_none_is_a_formula(text: str) -> None:
    cell = safe(text)
    assert original(cell) == text
    assert not cell.startswith(FORMULA)


def test_lines_of_json_have_the_columns_asked_for(folder: Path) -> None:
    assert main(["export", "--columns", "id,types,score", "-o", "some.jsonl"]) == 0
    lines = [json.loads(line) for line in (folder / "some.jsonl").read_text("utf-8").splitlines()]
    assert len(lines) == len(BATCH)
    assert {tuple(line) for line in lines} == {("id", "types", "score")}
    assert all(isinstance(line["types"], list) for line in lines)


def test_hits_come_in_the_order_of_a_search(capsys: Captured, place: Place) -> None:
    assert main(["export", "burglary", "--columns", "id"]) == 0
    ids = capsys.readouterr().out.split()[1:]
    with Index.open(place) as index:
        assert ids == [hit.id for hit in index.search("burglary", limit=100, copies="all")]


def test_a_byte_order_mark_only_where_it_is_asked_for(folder: Path) -> None:
    main(["export", "--bom", "-o", "with.csv"])
    main(["export", "-o", "without.csv"])
    assert (folder / "with.csv").read_bytes() == b"\xef\xbb\xbf" + (
        folder / "without.csv"
    ).read_bytes()


def test_a_manifest_tells_how_to_get_the_same_again(folder: Path, place: Place) -> None:
    assert main(["export", "burglary", "--area", "kent", "-o", "k.csv", "--manifest"]) == 0
    told = json.loads((folder / "k.csv.manifest.json").read_text("utf-8"))
    data = (folder / "k.csv").read_bytes()
    assert told["schema"] == "searchkit.manifest/1"
    assert told["file"] == {
        "name": "k.csv", "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(),
    }  # fmt: skip
    assert (told["query"]["text"], told["query"]["filters"]) == ("burglary", {"area": ["kent"]})
    with Index.open(place) as index:
        assert told["total"] == index.count("burglary", area="kent")
        assert told["index"] == {"generation": index.generation, "articles": len(BATCH)}


def test_what_cannot_be_written_is_one_line_and_leaves_the_file_that_was(
    folder: Path, capsys: Captured
) -> None:
    (folder / "kept.csv").write_text("before")
    assert main(["export", "title:(", "--area", "hertz", "-o", "kept.csv"]) == 2
    assert (folder / "kept.csv").read_text() == "before"
    assert main(["export", "-o", "nowhere/x.csv"]) == 3
    assert main(["export", "-o", "x.pdf"]) == 2
    assert main(["export", "--columns", "titel"]) == 2
    assert main(["export", "--manifest"]) == 2
    assert main(["export", "--format", "bib", "--full-text"]) == 2
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error")]
    assert [line.split(";")[0] for line in said][1:] == [
        "error: nowhere/x.csv: No such file or directory",
        "error: x.pdf does not say in which form: end it in one of .csv, .tsv, .jsonl, .md, .bib,"
        " .ris, or give --format",
        "error: no column 'titel'",
        "error: --manifest stands beside a file: name it with -o FILE",
        "error: bib has no columns: leave --columns, --full-text, --bom out",
    ]
    assert sorted(path.name for path in folder.iterdir() if path.is_file()) == ["kept.csv"]


HOSTILE = replace(
    articles(1)[0],
    title="50% off & {more} \\cmd $x$ #1_a ~ ^ [link](http://x) *bold* <script>\x1b[31m",
    lead="one\r\nER  - \r\nTY  - EVIL",
    url="https://example.org/a b?x=<y>&z={1}",
)


def test_an_article_cannot_leave_its_entry() -> None:
    """Braces balance, no line of an article looks like a tag, no markup comes alive."""
    bib = exported("bib", Choice(()), HOSTILE)
    plain = re.sub(r"\\[\\{}&%$#_]|\\text\w+\{\}", "", bib)
    assert plain.count("{") == plain.count("}")
    assert bib.count("@online{") == 1
    ris = exported("ris", Choice(()), HOSTILE)
    tags = [line[:5] for line in ris.split("\r\n") if line]
    assert tags.count("TY  -") == tags.count("ER  -") == 1
    assert all(re.fullmatch(r"[A-Z]{2}  -", tag) for tag in tags)
    shown = exported("md", Choice(()), HOSTILE)
    assert not re.search(r"(?<!\\)<script", shown)
    assert "\x1b" not in bib + ris + shown
    assert r"\[link\](http://x) \*bold\*" in shown


def test_a_citation_tells_force_date_and_address() -> None:
    article = next(a for a in articles(50) if a.force and a.date.precision.value == "minute")
    assert article.force is not None
    day = article.date.iso[:10]
    bib = exported("bib", Choice(()), article)
    assert f"author = {{{{{article.force.name}}}}}" in bib
    assert f"date = {{{day}}}" in bib
    ris = exported("ris", Choice(()), article)
    assert f"\r\nAU  - {article.force.name},\r\n" in ris
    assert f"\r\nDA  - {day.replace('-', '/')}/\r\n" in ris
    assert f"\r\nUR  - {article.url}\r\n" in ris


def test_an_undated_article_is_cited_without_a_date() -> None:
    article = next(a for a in articles(200) if a.date.start is None)
    assert "date" not in exported("bib", Choice(()), article).replace("dated", "")
    assert "DA  -" not in exported("ris", Choice(()), article)


def test_all_real_columns_are_told_in_help(capsys: Captured) -> None:
    main(["export", "--help"])
    shown = " ".join(capsys.readouterr().out.split())
    assert f"{', '.join(COLUMNS)}." in shown
