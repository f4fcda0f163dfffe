"""Did you mean: what is suggested, in what order, and what is never suggested."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from corpus import Placed
from hypothesis import given
from hypothesis import strategies as st
from oracle import distance

from searchkit import Index
from searchkit.slips import is_near, unlikeliness

TEXTS = {
    "burglary in watford": 30,
    "witnesses of a burglary": 12,
    "county lines gang": 20,
    "robbery in manchester": 15,
    "robert stood in court": 15,
    "footpaths and a footpath": 9,
    "scoping a site": 8,
    "stooping low": 2,
    "witneses wanted": 1,
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, placed: Placed) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("spelling")
    for text, count in TEXTS.items():
        for number in range(count):
            head = f"---\narea: Merseyside\ntitle: Number {number}\n---\n"
            (folder / f"{text}{number}.md").write_text(f"{head}Officers tell of {text}.\n")
    with Index.build(folder, placed(folder.parent / "spelling-index")) as ix:
        yield ix


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("burglery", "burglary"),
        ("bruglary", "burglary"),
        ("burgalry", "burglary"),
        ("wintesses watfrod", "witnesses watford"),
        ("manchestr robery", "manchester robbery"),
        ("cort", "court"),
        ("countylines", "county lines"),
        ("foot path", "footpath"),
        ("merseyisde", "merseyside"),
        ("title:nmber burglery", "title:number burglary"),
        ('"wintesses of a burglery"', '"witnesses of a burglary"'),
        ('"burglary in watfrod" officers', '"burglary in watford" officers'),
        ("“Countylines gang”", "“county lines gang”"),
        ('-robery title:"nmber"', '-robery title:"number"'),
    ],
)
def test_the_likeliest_comes_first_with_what_it_finds(index: Index, typed: str, meant: str) -> None:
    found = index.search(typed)
    assert found.suggestions[:1] == (meant,)
    for text in found.suggestions:
        assert found.suggested_totals[text] == index.search(text).total > found.total


@pytest.mark.parametrize(
    "typed",
    [
        "burglary",
        "xyzzyfoo",
        "brglr",
        "12345",
        "12346/21",
        "ref:12345/21",
        "urglary",
        "burglary -robery",
        'burglary -"robery in manchester"',
        '"burglary in manchester"',
        '"the xyzzyfoo"',
        "merseyside",
        "cou",
    ],
)
def test_what_is_right_short_or_no_word_is_left_alone(index: Index, typed: str) -> None:
    assert index.search(typed).suggestions == ()


def test_no_more_than_three_are_shown_and_none_that_finds_the_same(index: Index) -> None:
    found = index.search("scooping")
    assert found.suggestions == ("scoping", "stooping")
    assert index.search("burglry").suggestions == ("burglary",)


def test_where_no_article_has_all_words_one_that_finds_most_is_suggested(index: Index) -> None:
    found = index.search("burglery manchestr")
    assert found.suggestions == ("burglary manchester",)
    assert index.search("burglary manchester").relaxed
    assert found.suggested_totals["burglary manchester"] == 57


def test_near_spellings_of_force_names_are_suggested_where_they_find_something(
    index: Index,
) -> None:
    found = index.search("number merseysde", synonyms=True)
    assert found.suggestions == ("number merseyside",)
    assert index.search("number merseysde", synonyms=False).suggestions == ()


def test_random_slips_in_words_of_the_index_are_mostly_put_right(index: Index) -> None:
    chance = random.Random(7)
    words = "burglary watford witnesses county lines robbery manchester court".split()
    right = 0
    for _ in range(60):
        word = chance.choice(words)
        at = chance.randrange(1, len(word) - 1)
        kind = chance.randrange(3)
        slip = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        slip = (slip, word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:])[kind]
        right += slip == word or index.search(slip).suggestions[:1] == (word,)
    assert right >= 50


WORD = st.text("abcdeknos", min_size=1, max_size=7)


@given(WORD, WORD)
def test_slips_cost_about_one_each_and_nothing_where_there_are_none(typed: str, meant: str) -> None:
    edits, cost = distance(typed, meant), unlikeliness(typed, meant)
    assert (cost == 0.0) == (typed == meant)
    assert 0.7 * edits <= cost + 1e-9
    assert cost <= 1.3 * edits + 1.0 + 1e-9
    assert is_near(typed, meant, 2) == (edits <= 2 and typed[0] == meant[0])


def test_what_fingers_and_ears_often_do_costs_less() -> None:
    assert unlikeliness("polcie", "police") < unlikeliness("polixe", "police")
    assert unlikeliness("polixe", "police") < unlikeliness("polibe", "police")
    assert unlikeliness("burglery", "burglary") < unlikeliness("burglkry", "burglary")
    assert unlikeliness("robery", "robbery") < unlikeliness("rbbery", "robbery")
