"""Searching with police vocabulary: what is found, in what order, what is shown and said of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from corpus import Placed

from searchkit import Index
from searchkit.cli import main
from searchkit.results import Results
from searchkit.synonyms import vocabulary

ARTICLES = {
    "rtc": ("Kent", "2020-03-05", "RTC in Wexcombe", "An RTC closed the lane."),
    "rtcs": ("Kent", "2019-01-05", "Two RTCs on Monday", "Lanes were closed by RTCs."),
    "whole": ("Kent", "2019-03-05", "Lane closed", "A road traffic collision closed the lane."),
    "plural": ("Essex", "2018-03-05", "Road safety", "Road traffic collisions are fewer."),
    "apart": ("Essex", "2018-03-06", "Road works", "The traffic and a collision on the road."),
    "crash": ("Essex", "2020-03-07", "Crash in Wexcombe", "Two lorries in a crash."),
    "herts": ("Hertfordshire", "2020-03-09", "Shed broken into", "A mower was stolen."),
    "named": ("Kent", "2017-05-09", "Hertfordshire man stole mower", "He is from Hertfordshire."),
    "mover": ("Kent", "2021-06-09", "Mover moves", "A mover is a mover."),
    "color": ("Kent", "2017-06-09", "Car of silver color", "The behaviour was odd."),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, placed: Placed) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("vocabulary")
    for name, (area, day, title, text) in ARTICLES.items():
        head = f"---\narea: {area}\ntitle: {title}\narticle.published.time: {day}\n---\n"
        (folder / f"{name}.md").write_text(f"{head}{text}\n")
    with Index.build(folder, placed(folder.parent / "vocabulary-index")) as ix:
        yield ix


def names(found: Results) -> list[str]:
    return [Path(hit.path).stem for hit in found]


def lit(found: Results) -> dict[str, list[str]]:
    """The words highlighted in the snippets, by article."""
    return {
        Path(hit.path).stem: [
            text for snippet in hit.snippets for text, on in snippet.parts() if on
        ]
        for hit in found
    }


def test_the_word_typed_comes_first_and_then_what_means_the_same(index: Index) -> None:
    assert names(index.search("rtc"))[0] == "rtc"
    assert set(names(index.search("rtc"))) == {"rtc", "rtcs", "whole", "plural"}
    found = names(index.search("road traffic collision"))
    assert set(found[:3]) == {"whole", "plural", "apart"}
    assert set(found[3:]) == {"rtc", "rtcs"}


def test_it_can_be_switched_off(index: Index) -> None:
    assert names(index.search("rtc", synonyms=False)) == ["rtc"]
    assert names(index.search("rtc", exact=True)) == ["rtc"]
    assert names(index.search("=rtc")) == names(index.search('"rtc"')) == ["rtc"]
    assert index.search("rtc", synonyms=False).counted == ()


def test_a_word_that_means_more_counts_one_way(index: Index) -> None:
    assert set(names(index.search("crash"))) == {"crash", "rtc", "rtcs", "whole", "plural", "apart"}
    assert "crash" not in names(index.search("rtc"))


def test_excluded_words_exclude_themselves_alone(index: Index) -> None:
    assert "whole" in names(index.search("lane -rtc"))


def test_the_word_in_the_text_is_highlighted(index: Index) -> None:
    found = index.search("rtc")
    assert lit(found)["whole"] == ["road traffic collision"]
    assert lit(found)["rtc"] == ["RTC"]
    (whole,) = [hit for hit in found if hit.path.endswith("whole.md")]
    assert whole.matched_terms == ("road traffic collision",)


def test_what_was_counted_is_said(index: Index) -> None:
    (counted,) = index.search("rtc").counted
    assert (counted.word, counted.kind) == ("rtc", "synonym")
    assert counted.others[:2] == ("road traffic collision", "road traffic accident")


def test_a_score_is_explained_by_what_stood_for_the_word(index: Index) -> None:
    found = index.search("rtc", explain=True)
    for hit in found:
        assert sum(line.amount for line in hit.explanation) == pytest.approx(hit.score, abs=1e-5)
    (whole,) = [hit for hit in found if hit.path.endswith("whole.md")]
    said = whole.explanation[0].what
    assert said.startswith("instead: phrase road traffic collision in lead")


def test_the_other_spelling_is_counted_and_said_only_where_the_index_has_it(index: Index) -> None:
    found = index.search("colour")
    assert names(found) == ["color"]
    assert [(c.kind, c.others) for c in found.counted] == [("spelling", ("color",))]
    assert index.search("behaviour").counted == ()


class TestForcesAndDates:
    def test_a_force_counts_what_it_published_or_what_names_it(self, index: Index) -> None:
        found = index.search("stolen hertfordshire")
        assert set(names(found)) == {"herts", "named"}
        assert [(c.word, c.kind, c.others) for c in found.counted] == [
            ("hertfordshire", "force", ("force Hertfordshire",))
        ]

    def test_force_and_month_find_what_names_neither(self, index: Index) -> None:
        assert names(index.search("mower herts march 2020")) == ["herts"]
        assert names(index.search("lane kent 2020"))[0] == "rtc"

    def test_a_force_without_articles_is_no_warning(self, index: Index) -> None:
        assert index.search("mower surrey").warnings == ()
        assert index.search("mower force:surrey").warnings

    def test_undated_articles_are_not_missed_for_a_date_that_is_only_preferred(
        self, index: Index
    ) -> None:
        assert index.search("mower march 2020").undated_excluded == 0


class TestNearWords:
    def test_they_come_below_the_word_itself(self, index: Index) -> None:
        assert names(index.search("crach")) == []
        assert names(index.search("crach", fuzzy=True)) == ["crash"]
        assert names(index.search("mower", fuzzy=True)) == ["herts", "named", "mover"]
        assert index.search("crach", fuzzy=True).counted[0].kind == "near"


def test_a_vocabulary_of_ones_own_can_be_given(index: Index) -> None:
    own = vocabulary({"same": [["prang", "crash"]]}, "test")
    assert names(index.search("prang", synonyms=own)) == ["crash"]
    assert names(index.search("prang")) == []


class TestCommandLine:
    def run(self, index: Index, capsys: pytest.CaptureFixture[str], *words: str) -> str:
        main(["query", *words, "--index", index.address])
        return capsys.readouterr().out

    def test_the_query_is_explained(self, index: Index, capsys: pytest.CaptureFixture[str]) -> None:
        said = self.run(index, capsys, "rtc", "--explain-query")
        assert "synonym  rtc; counts also road traffic collision, road" in said
        assert "synonym" not in self.run(index, capsys, "rtc", "--explain-query", "--no-synonyms")

    def test_people_are_told(self, index: Index, capsys: pytest.CaptureFixture[str]) -> None:
        said = " ".join(self.run(index, capsys, "crash").split())
        assert "also counting, below the words typed: rtc, road traffic collision, co" in said
        assert "for crash; use --no-synonyms for the words alone" in said

    def test_programs_are_told(self, index: Index, capsys: pytest.CaptureFixture[str]) -> None:
        (counted,) = json.loads(self.run(index, capsys, "kent", "--json"))["counted"]
        assert counted == {"word": "kent", "kind": "force", "others": ["force Kent"]}

    def test_a_setting_names_a_table_or_switches_off(
        self,
        index: Index,
        capsys: pytest.CaptureFixture[str],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "own.yaml").write_text("same:\n- [prang, crash]\n")
        (tmp_path / "searchkit.toml").write_text('vocabulary = "own.yaml"\n')
        assert "Crash in Wexcombe" in self.run(index, capsys, "prang")
        (tmp_path / "searchkit.toml").write_text("synonyms = false\n")
        assert "RTC in Wexcombe" not in self.run(index, capsys, "crash")
        (tmp_path / "searchkit.toml").write_text('vocabulary = "none.yaml"\n')
        assert main(["query", "crash", "--index", index.address]) == 2
        assert "none.yaml" in capsys.readouterr().err
