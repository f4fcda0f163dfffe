"""The table of what words stand for: the shipped one, and a user's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from searchkit import synonyms
from searchkit.analysis import stem, words
from searchkit.errors import SettingsError
from searchkit.synonyms import MOST, Vocabulary, load_vocabulary, shipped

DATA = Path(synonyms.__file__).parent / "data"


def of(table: Vocabulary, text: str) -> set[str]:
    return {" ".join(other) for other in table.of(words(text))}


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return path


class TestShipped:
    def test_what_is_read_says_what_is_edited(self) -> None:
        edited = yaml.safe_load((DATA / "vocabulary.yaml").read_bytes())
        assert json.loads((DATA / "vocabulary.json").read_bytes()) == edited

    def test_no_text_stands_twice_in_one_part(self) -> None:
        table = yaml.safe_load((DATA / "vocabulary.yaml").read_bytes())
        members = [text.lower() for row in table["same"] for text in row]
        assert len(members) == len(set(members))
        spelt = [text for pair in table["spellings"] for text in pair]
        assert len(spelt) == len(set(spelt))

    def test_nothing_stands_for_itself_or_for_too_much(self) -> None:
        for key, others in shipped().others.items():
            assert 0 < len(others) <= MOST
            assert key not in [tuple(map(stem, other)) for other in others]

    def test_sets_count_both_ways(self) -> None:
        assert "road traffic collision" in of(shipped(), "RTC")
        assert "rtc" in of(shipped(), "road traffic collision")
        assert "burglary" in of(shipped(), "housebreaking")
        assert "housebreaking" in of(shipped(), "burglary")

    def test_what_means_more_counts_one_way(self) -> None:
        assert "collision" in of(shipped(), "crash")
        assert of(shipped(), "collision") == set()
        assert "collision" not in of(shipped(), "rtc")

    @pytest.mark.parametrize("text", ["PCSOs", "pcso", "Road Traffic Collisions", "burglaries"])
    def test_case_and_endings_make_no_difference(self, text: str) -> None:
        assert of(shipped(), text)

    @pytest.mark.parametrize(
        ("british", "american"),
        [
            ("behaviour", "behavior"),
            ("neighbourhoods", "neighborhoods"),
            ("honoured", "honored"),
            ("organised", "organized"),
            ("recognising", "recognizing"),
            ("centres", "centers"),
            ("defence", "defense"),
        ],
    )
    def test_both_spellings_of_a_word_count(self, british: str, american: str) -> None:
        assert american in shipped().spellings(british)
        assert british in shipped().spellings(american)

    @pytest.mark.parametrize(
        "word", ["exercise", "surprise", "otherwise", "promised", "rise", "size", "four", "police"]
    )
    def test_words_with_one_spelling_have_no_other(self, word: str) -> None:
        assert shipped().spellings(word) == ()


class TestOwn:
    def test_it_adds_to_the_shipped_table(self, tmp_path: Path) -> None:
        table = load_vocabulary(write(tmp_path, "same:\n- [nick, custody suite]\n- [RTC, prang]\n"))
        assert of(table, "nick") == {"custody suite"}
        assert {"prang", "road traffic collision"} <= of(table, "rtc")
        assert table.spellings("colour") == ("color",)

    def test_it_replaces_the_shipped_table_where_it_says_so(self, tmp_path: Path) -> None:
        table = load_vocabulary(write(tmp_path, "replace: true\nalso:\n  nick: [custody]\n"))
        assert of(table, "nick") == {"custody"}
        assert of(table, "custody") == of(table, "rtc") == set()
        assert table.spellings("colour") == ()

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("same: [", "is not YAML"),
            ("- a", "must be a mapping"),
            ("sames: []", "unknown part 'sames'"),
            ("same: [a]", "'same' is a list of lists"),
            ("also: [a]", "'also' a mapping"),
            ("spellings: [[a]]", "'spellings' is a list of pairs"),
            ("same: [['!', a]]", "'!' has no letters or digits"),
            ("replace: 3", "'replace' must be true or false"),
            (f"also: {{a: [{', '.join(f'b{n}' for n in range(13))}]}}", "more than 12 others"),
        ],
    )
    def test_what_is_no_table_is_refused_with_the_reason(
        self, tmp_path: Path, text: str, reason: str
    ) -> None:
        with pytest.raises(SettingsError, match=reason):
            load_vocabulary(write(tmp_path, text))

    def test_a_file_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match=r"none\.yaml.*cannot be read"):
            load_vocabulary(tmp_path / "none.yaml")
