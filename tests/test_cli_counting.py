"""Numbers at the command line: counts, facets, timelines, many queries side by side."""

from __future__ import annotations

import csv
import io
import json
import os
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest
from corpus import Place, Placed, articles, fill_index, write_files

from searchkit import Index
from searchkit.cli import main

Captured = pytest.CaptureFixture[str]
BATCH = articles(200)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, placed: Placed) -> Place:
    return fill_index(placed(tmp_path_factory.mktemp("counting") / "index"), BATCH)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Place) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SEARCHKIT_INDEX", str(place))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def out(capsys: Captured, *arguments: str) -> str:
    assert main(list(arguments)) == 0
    return capsys.readouterr().out


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


class TestCount:
    def test_one_query_is_a_number_and_several_a_line_each(self, capsys: Captured) -> None:
        with Index.open(os.environ["SEARCHKIT_INDEX"]) as index:
            total, other = index.count("burglary"), index.count("knife crime")
        assert out(capsys, "count", "burglary") == f"{total}\n"
        both = out(capsys, "count", "burglary", "knife crime")
        assert both == f"{total}\tburglary\n{other}\tknife crime\n"
        assert out(capsys, "count", "nosuchword") == "0\n"
        assert out(capsys, "count") == f"{len(BATCH)}\n"

    def test_as_json(self, capsys: Captured) -> None:
        told = json.loads(out(capsys, "count", "nosuchword", "--json"))
        assert told["counts"] == [{"query": "nosuchword", "total": 0}]


class TestFacets:
    def test_a_table_has_every_value_with_its_count(self, capsys: Captured) -> None:
        rows = rows_of(out(capsys, "facets", "--facet", "type,year", "--csv"))
        for name in ("type", "year"):
            counts = {r["value"]: int(r["count"]) for r in rows if r["facet"] == name}
            if name == "type":
                assert counts == Counter(v for a in BATCH for v in a.tagged("type"))
            else:
                assert sum(counts.values()) == len(BATCH)

    def test_a_chosen_force_leaves_the_others_counted(self, capsys: Captured) -> None:
        told = json.loads(out(capsys, "facets", "--area", "kent", "--json"))
        assert told["schema"] == "searchkit.facets/1"
        assert len(told["facets"]["force"]) > 1
        of_kent = sum(a.force is not None and a.force.id == "kent" for a in BATCH)
        assert told["total"] == of_kent

    def test_people_see_bars(self, capsys: Captured) -> None:
        shown = out(capsys, "facets", "burglary", "--facet", "force:2")
        assert "articles match burglary" in shown
        assert "▇" in shown
        assert "… and" in shown


class TestTimeline:
    def test_a_table_has_all_periods_and_what_lies_in_none(self, capsys: Captured) -> None:
        rows = rows_of(out(capsys, "timeline", "--by", "month", "--csv"))
        assert [row["period"] for row in rows[-2:]] == ["imprecise", "undated"]
        assert sum(int(row["count"]) for row in rows) == len(BATCH)

    def test_parts_are_columns(self, capsys: Captured) -> None:
        rows = rows_of(out(capsys, "timeline", "--by", "year", "--split", "force", "--csv"))
        parts = [name for name in rows[0] if name not in ("period", "count")]
        for row in rows:
            assert sum(int(row[name]) for name in parts) == int(row["count"])

    def test_people_see_bars_and_what_lies_beside_them(self, capsys: Captured) -> None:
        shown = out(capsys, "timeline", "--by", "year", "--share")
        assert shown.startswith("200 articles, by year\n")
        assert "per 1,000" in shown
        assert "1,000.0" in shown
        assert "Beside these:" in shown

    def test_what_was_asked_beside_the_words_is_told(self, capsys: Captured) -> None:
        shown = out(capsys, "timeline", "burglary", "--area", "kent", "--since", "2018")
        assert shown.partition("\n")[0].endswith("by month  ·  area kent · since 2018")
        told = out(capsys, "facets", "burglary", "--area", "kent", "--area", "essex")
        assert told.partition("\n")[0].endswith("match burglary  ·  area kent, essex")

    def test_nothing_found_is_no_failure(self, capsys: Captured) -> None:
        assert out(capsys, "timeline", "nosuchword") == ("0 articles match nosuchword, by month\n")

    def test_as_json_it_counts_the_same(self, capsys: Captured) -> None:
        told = json.loads(out(capsys, "timeline", "burglary", "--by", "year", "--json"))
        counts = [row["count"] for row in told["periods"]]
        beside = told["imprecise"]["count"] + told["undated"]["count"]
        assert sum(counts) + beside == told["total"]

    @pytest.mark.parametrize("ending", ["svg", "png"])
    def test_a_chart_is_drawn_the_same_each_time(self, folder: Path, ending: str) -> None:
        pytest.importorskip("matplotlib", reason="the extra plot is not installed")
        for name in ("one", "two"):
            arguments = ["timeline", "--split", "force", "--plot", f"{name}.{ending}"]
            assert main(arguments) == 0
        data = (folder / f"one.{ending}").read_bytes()
        assert data == (folder / f"two.{ending}").read_bytes()
        assert data.startswith(b"\x89PNG" if ending == "png" else b"<?xml")

    def test_a_picture_of_no_known_kind_is_refused(self, capsys: Captured) -> None:
        assert main(["timeline", "--plot", "x.gif"]) == 2
        assert "end it in .svg or .png" in capsys.readouterr().err


class TestBatch:
    def test_a_query_that_cannot_be_answered_costs_its_own_line(
        self, capsys: Captured, folder: Path
    ) -> None:
        table = 'name,query\nBurglary,burglary\nWrong,"date:31/02/2020"\nNone,nosuchword\n'
        (folder / "q.csv").write_text(table)
        rows = rows_of(out(capsys, "batch", "q.csv", "--by", "year", "--csv"))
        assert [row["name"] for row in rows] == ["Burglary", "Wrong", "None"]
        assert [bool(row["error"]) for row in rows] == [False, True, False]
        assert rows[2]["total"] == "0"
        values = [name for name in rows[0] if name not in ("name", "query", "total", "error")]
        assert sum(int(rows[0][value]) for value in values) <= int(rows[0]["total"])
        assert [rows[1][value] for value in values] == [""] * len(values)

    def test_a_plain_file_has_a_query_on_each_line(
        self, capsys: Captured, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("burglary\n\n# left out\nknife crime\n"))
        told = json.loads(out(capsys, "batch", "-", "--hits", "1", "--json"))
        assert [one["query"] for one in told["questions"]] == ["burglary", "knife crime"]
        assert all(len(one["hits"]) == 1 for one in told["questions"])

    def test_a_file_that_is_none_is_one_line(self, capsys: Captured, folder: Path) -> None:
        (folder / "empty.txt").write_text("\n")
        (folder / "bytes.txt").write_bytes(b"\xff\xfe")
        for name in ("nowhere.txt", "empty.txt", "bytes.txt"):
            assert main(["batch", name]) == 2
            assert capsys.readouterr().err.startswith("error: ")

    def test_an_option_that_makes_no_sense_is_an_error_of_the_run(self, folder: Path) -> None:
        (folder / "q.txt").write_text("burglary\n")
        assert main(["batch", "q.txt", "--area", "hertz"]) == 2


def test_questions_side_by_side(capsys: Captured) -> None:
    shown = out(capsys, "compare", "burglary", "knife", "--by", "year").splitlines()
    assert shown[0].split() == ["year", "burglary", "knife"]
    assert shown[-1].split()[0] == "articles"
    assert shown[-2].split()[0] == "undated"


class TestFeed:
    @pytest.fixture(autouse=True)
    def real(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write_files(folder / "news", 30)
        Index.build(folder / "news", folder / "feeds").close()
        monkeypatch.setenv("SEARCHKIT_INDEX", str(folder / "feeds"))

    def test_the_newest_matches_are_a_feed(self, capsys: Captured) -> None:
        shown = out(capsys, "feed", "burglary", "--title", "Burglary & more")
        root = ElementTree.fromstring(shown)
        entries = root.findall("{*}entry")
        assert root.findtext("{*}title") == "Burglary & more"
        stamps = [entry.findtext("{*}published") or "" for entry in entries]
        assert entries
        assert [stamp for stamp in stamps if stamp] == sorted(filter(None, stamps), reverse=True)

    def test_both_forms_name_articles_alike(self, capsys: Captured) -> None:
        root = ElementTree.fromstring(out(capsys, "feed", "burglary"))
        told = json.loads(out(capsys, "feed", "burglary", "--format", "jsonfeed"))
        assert [one["id"] for one in told["items"]] == [
            entry.findtext("{*}id") for entry in root.findall("{*}entry")
        ]
