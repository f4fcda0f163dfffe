"""Sentences: what ends one, what does not, and that no character is lost."""

from __future__ import annotations

import time
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit import sentences as sentences_module
from searchkit.sentences import sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  \n ", []),
        ("One line without a stop", ["One line without a stop"]),
        ("A man ran off. Did you see him? Call us!", 3),
        ("Headline without a stop\nThe text begins here.", 2),
        ("First paragraph\n\n\nSecond paragraph", ["First paragraph", "Second paragraph"]),
        ("It happened at 2.30pm. Nobody was hurt.", 2),
        ("A 1.5 litre bottle. It was empty.", 2),
        ("See www.example.police.uk/news for more. Thank you.", 2),
        ("He stopped... Then he ran… Then he fell.", 3),
        ("He left …and came back.", 1),
    ],
)
def test_sentences_end_at_stops_and_lines(text: str, expected: list[str] | int) -> None:
    if isinstance(expected, int):
        assert len(split(text)) == expected
    else:
        assert split(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Det. Insp. Rowan Example said so.",
        "A/Insp. Example led the work.",
        "PC. Example and Dr. Sample were there.",
        "It was at St. Mary's Church.",
        "Call us quoting No. 42 of today.",
        "It happened at approx. 5.30pm.",
        "Bring papers, e.g. Passports and letters.",
        "J. R. Example was jailed.",
        "At 9 a.m. on Monday a van was taken.",
        "1. Lock the door.",
        "“Stop!” he shouted.",
        "The firm Example Ltd. 20 people strong was fined.",
    ],
)
def test_abbreviations_initials_and_list_numbers_do_not_end_a_sentence(text: str) -> None:
    assert split(text) == [text]


def test_a_time_of_day_can_end_a_sentence_before_a_capital() -> None:
    assert split("It closed at 9 p.m. Nobody was inside.") == [
        "It closed at 9 p.m.",
        "Nobody was inside.",
    ]


def test_an_abbreviation_at_a_line_end_does_not_join_two_lines() -> None:
    assert split("It is in High St.\nRead on") == ["It is in High St.", "Read on"]


def test_closing_quotes_and_brackets_stay_with_their_sentence() -> None:
    assert split("“We are glad.” She left. (He stayed.) 'All well.' End.") == [
        "“We are glad.”",
        "She left.",
        "(He stayed.)",
        "'All well.'",
        "End.",
    ]


_TEXT = st.text(
    alphabet=st.one_of(st.sampled_from(" \n.!?…\"”')aA1é\u2028\u00a0"), st.characters()),
    max_size=120,
)


@settings(max_examples=200)
@given(_TEXT)
def test_spans_are_ordered_disjoint_trimmed_and_cover_every_visible_character(text: str) -> None:
    reached = 0
    for start, end in sentences(text):
        assert reached <= start < end <= len(text)
        assert not text[reached:start].strip()
        assert text[start:end] == text[start:end].strip()
        assert "\n" not in text[start:end]
        reached = end
    assert not text[reached:].strip()


@pytest.mark.parametrize("text", ["." * 50_000 + "a", ".'" * 25_000 + "a", ". " * 25_000])
def test_time_grows_with_the_text_and_no_faster(text: str) -> None:
    began = time.process_time()
    sentences(text)
    assert time.process_time() - began < 2


def test_the_seeds_split_into_sentences_of_a_readable_length(seeds: Path) -> None:
    for path in sorted(seeds.glob("*.txt")):
        text = path.read_text(encoding="utf-8").split("\n```\n", 1)[-1]
        found = split(text)
        assert len(found) >= 8
        assert max(len(sentence) for sentence in found) < 600


_SENTENCES = st.lists(
    st.sampled_from(
        "One two. Three! Four? five… Det. Insp. No. 42 1. e.g. p.m. constable. Superintendent. "
        "“Stop.” I. J. (He ran.) .. ... \n \r \u2028 Ltd. abcdefg. abcdefgh. x/approx.".split(" ")
    ),
    max_size=14,
).map(" ".join)


@settings(max_examples=400)
@given(st.one_of(_TEXT, _SENTENCES))
def test_the_quick_ways_change_nothing(text: str) -> None:
    found = split(text)
    with (
        patch.object(sentences_module, "_is_plain", lambda text: False),
        patch.object(sentences_module, "_LONGEST", 10_000),
    ):
        assert split(text) == found


def test_no_word_of_the_tables_is_longer_than_said() -> None:
    tables = (
        sentences_module._LEADING,
        sentences_module._EITHER,
        sentences_module._NUMBERED,
    )
    assert max(len(word) for table in tables for word in table) < sentences_module._LONGEST


@given(st.one_of(_TEXT, _SENTENCES))
def test_a_line_has_the_same_sentences_by_itself(text: str) -> None:
    found, start = [], 0
    for line in text.split("\n"):
        found += [(start + first, start + last) for first, last in sentences(line)]
        start += len(line) + 1
    assert sentences(text) == found
