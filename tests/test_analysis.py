"""Text becomes tokens with a surface and a stem."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from Stemmer import Stemmer

from searchkit.analysis import (
    _APART,
    _OWN_STEM,
    BESIDE,
    MAX_WORD,
    beginnings,
    compounds,
    faces,
    fold,
    indexed,
    stem,
    stems,
    tokens,
    words,
)

shaped = st.one_of(
    st.text(),
    st.lists(
        st.sampled_from(
            ["anti", "E", "é", "19", "1.2", "-", "‑", "–", "&", ":", "’", "\u00ad", " "]
        ),
        max_size=12,
    ).map("".join),
)


@pytest.mark.parametrize(
    ("text", "surfaces"),
    [
        ("Knife crime in Café Nero", ["knife", "crime", "in", "cafe", "nero"]),
        (
            "the officer's car, the officers’ cars",
            ["the", "officer", "car", "the", "officers", "cars"],
        ),
        ("O'Brien and O’Brien", ["obrien", "and", "obrien"]),
        ("don't can’t", ["dont", "cant"]),
        (
            "2,300 people, 1.2m pounds at 7.05pm",
            ["2300", "people", "1.2m", "pounds", "at", "7.05pm"],
        ),
        ("anti-social 35/60797/20", ["anti", "social", "35", "60797", "20"]),
        ("A&E’s D&C, AT&T: B&NES", ["a&e", "d&c", "at&t", "b", "nes"]),
        ("7:05pm or 7.05pm, 24/7", ["7.05pm", "or", "7.05pm", "24", "7"]),
        ("M25 A38(M) Covid-19 £1.2m #Tag @handle", "m25 a38 m covid 19 1.2m tag handle".split()),
        ("a@b.police.uk www.host.uk/x", ["a", "b", "police", "uk", "www", "host", "uk", "x"]),
        ("co\u00adoperate cafe\u0301s Tŷ Ŵyn 1st", ["cooperate", "cafes", "ty", "wyn", "1st"]),
        ("😀 — …", []),
    ],
)
def test_a_text_is_folded_into_the_words_people_type(text: str, surfaces: list[str]) -> None:
    assert words(text) == surfaces


@pytest.mark.parametrize("sign", "'’ʼ‘‛`´′＇")
def test_every_sign_for_an_apostrophe_is_one(sign: str) -> None:
    assert words(f"O{sign}Neill{sign}s") == words("ONeill")


@pytest.mark.parametrize("sign", "-‐‑‒–−")
def test_words_with_a_hyphen_between_them_are_one_word_too(sign: str) -> None:
    text = f"the Anti{sign}Social lot"
    assert indexed(text) == ["the", "anti", "social", BESIDE + "antisocial", "lot"]
    (compound,) = compounds(text)
    assert text[compound.start : compound.end] == f"Anti{sign}Social"
    assert (compound.position, compound.stem) == (2, stem("antisocial"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("e-mails Covid-19", ["emails", "covid19"]),
        ("anti-social's", ["antisocial"]),
        ("32-year-old state-of-the-art", []),
        ("18-24 12-month 1.5-litre", []),
        ("police — anti - social, x-1.5", []),
        ("co\u00adop-led", []),
    ],
)
def test_compounds_are_two_words_of_letters_or_letters_and_a_number(
    text: str, found: list[str]
) -> None:
    assert [compound.surface for compound in compounds(text)] == found


@given(shaped)
def test_a_compound_stands_at_the_position_of_its_second_word(text: str) -> None:
    found = tokens(text)
    for made in compounds(text):
        assert found[made.position].end == made.end
        assert found[made.position - 1].start == made.start
        assert [c.surface for c in compounds(text[made.start : made.end])] == [made.surface]
        assert words(made.surface) == [made.surface]


def test_diverse_and_diversity_share_a_stem() -> None:
    assert stem("diversity") == stem("diverse")
    assert stem("burglary") == stem("burglaries")


@pytest.mark.parametrize(
    ("one", "other"),
    [("diversion", "diverse"), ("missing", "miss"), ("office", "officer"), ("severe", "several")],
)
def test_words_of_another_meaning_have_stems_of_their_own(one: str, other: str) -> None:
    assert stem(one) != stem(other)
    assert stem(f"{one}s") == stem(one) or one in ("missing", "severe")


@pytest.mark.parametrize(
    ("one", "other"), [("knives", "knife"), ("thieves", "thief"), ("women", "woman")]
)
def test_irregular_forms_share_the_stem_of_their_word(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@given(st.lists(st.text(max_size=12)))
def test_many_stems_are_those_of_each_word(texts: list[str]) -> None:
    found = [*(word for text in texts for word in words(text)), "diversion", "children"]
    assert stems(found) == [stem(word) for word in found]


def test_every_word_kept_apart_is_one_that_the_stemmer_would_mix_up() -> None:
    by_stemmer = Stemmer("english").stemWord
    for family in filter(None, (line.split() for line in _APART.split("\n"))):
        assert {stem(word) for word in family} == {family[0]}
        assert by_stemmer(family[0]) != family[0]


def test_a_very_long_token_is_cut() -> None:
    assert words("x" * 500) == ["x" * MAX_WORD]


@given(shaped)
def test_every_token_stands_where_it_says(text: str) -> None:
    found = tokens(text)
    assert [t.position for t in found] == list(range(len(found)))
    ends = 0
    for token in found:
        assert ends <= token.start < token.end <= len(text)
        ends = token.end
        assert faces(text[token.start : token.end]) == [(token.surface, token.stem)]


@given(shaped)
def test_the_fast_way_gives_the_same_tokens(text: str) -> None:
    assert faces(text) == [(t.surface, t.stem) for t in tokens(text)]


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(shaped)
def test_a_surface_is_a_word_that_stands_for_itself(text: str) -> None:
    for surface in words(text):
        assert words(surface) == [surface]


_ROOTS = st.sampled_from(
    "polic diver nation rational visib sensib probab hop happ cr d l t v sk m wom child kni sto "
    "thie proceed relat organi frequen vict arson general univers polit care car".split()
)
_ENDINGS = st.sampled_from(
    "s es ies ied ed edly ing ings ingly ying y ie e ee al ally ational tional tionally ency "
    "ancy ably ability able ible ibility ibly ently ization izer ize isation ation ator alism "
    "ality fulness ful ously ousness iveness ivity ive bly bility li ly ogy ogist icate icity "
    "ical ative alize lessly less ness ance ence er ic ant ement ment ent iti ism ion l ll le bl "
    "ble ves en an".split()
)


@settings(max_examples=800)
@given(
    st.one_of(
        st.tuples(_ROOTS, _ENDINGS).map("".join),
        st.tuples(_ROOTS, _ENDINGS, _ENDINGS).map("".join),
        st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12),
        st.sampled_from(sorted(_OWN_STEM)),
        st.sampled_from("dying lying tying skies skis idly gently ugly early only singly".split()),
    )
)
def test_a_word_begins_as_the_words_of_its_stem_do(word: str) -> None:
    # What ``beginnings`` gives depends on the stem alone, so this holds for all its words.
    assert word.startswith(beginnings(word))
