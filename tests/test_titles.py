"""Headlines: without the site's name, said once, from the best place that has one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.ingest.titles import choose_title, clean_title, is_generic, same_text

NAMES = (
    "Kent Police",
    "Kent Constabulary",
    "Avon and Somerset Police",
    "Dyfed-Powys Police",
    "SYP",
)


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("Man jailed | Kent Police", "Man jailed"),
        ("Man jailed – kent police", "Man jailed"),
        ("Man jailed - SYP", "Man jailed"),
        ("Man jailed | The Kent Police", "Man jailed"),
        ("Man jailed | Avon & Somerset Police", "Man jailed"),
        ("Man jailed | Dyfed-Powys Police", "Man jailed"),
        ("Kent Constabulary - Man jailed", "Man jailed"),
        ("Man jailed – Reading | Kent Police", "Man jailed – Reading"),
        ("Man jailed |", "Man jailed"),
        ("Man jailed | Kent Police |", "Man jailed"),
        ("Burglary &amp;amp; theft &#8230; <b>more</b>", "Burglary & theft … more"),
        ("Appeal after a crash &ndash; Appeal after a crash", "Appeal after a crash"),
        ("Appeal after a crashAppeal after a crash", "Appeal after a crash"),
        ("**Man** jailed\n today", "Man jailed today"),
        ("UPDATE***Man found", "UPDATE Man found"),
    ],
)
def test_what_is_not_headline_goes(raw: str, title: str) -> None:
    assert clean_title(raw, NAMES) == title


@pytest.mark.parametrize(
    "title",
    [
        "Appeal to find man – Watford",
        "Man jailed | Essex Police",
        "New officers join Kent Police",
        "Kent Police launches campaign",
        "Kent Police",
        "WANTED | Can you help?",
        "Two-year sentence for drug-driver",
        "No, no, never",
        "Bye bye, bye bye",
        "Burglary in LeedsBurglary in Hull",
    ],
)
def test_towns_other_forces_and_sentences_stay(title: str) -> None:
    assert clean_title(title, NAMES) == title


def test_the_first_place_that_says_something_wins() -> None:
    candidates = [("title", " | "), ("og.title", "News article"), ("heading", "Man jailed")]
    assert choose_title(candidates, "x.md") == ("Man jailed", "heading")
    assert choose_title(candidates[:2], "x.md") == ("News article", "og.title")
    assert choose_title([], "in/two-men_jailed.md") == ("two men jailed", "file-name")


def test_generic_titles_are_known() -> None:
    assert is_generic("News Article")
    assert not is_generic("News of a theft")


def test_titles_are_compared_without_case_accents_and_marks() -> None:
    assert same_text("“Café” robbed!", "Cafe robbed")
    assert not same_text("", " | ")


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(
            "Kent Police~ | ~ - ~ – ~|~-~Man~ jailed~the ~*~# ~&amp;~[a](b)~<b>~ ~SYP~»".split("~")
        ),
        max_size=10,
    ).map("".join)
)
def test_cleaning_a_title_is_idempotent_and_leaves_something(raw: str) -> None:
    once = clean_title(raw, NAMES)
    assert clean_title(once, NAMES) == once
    assert any(c.isalnum() for c in once) or not any(c.isalnum() for c in clean_title(raw))
