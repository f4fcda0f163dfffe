"""What the plain words of a query stand for beside themselves, read from the tree in words."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.query.describe import describe
from searchkit.query.nodes import And, AtLeast, Widened, as_typed, children
from searchkit.query.parser import parse, relax
from searchkit.query.widening import Meanings, meanings
from searchkit.synonyms import shipped, vocabulary

TODAY = date(2024, 6, 1)
TABLE = vocabulary(
    {
        "same": [["RTC", "road traffic collision"], ["ASB", "anti-social behaviour"]],
        "also": {"crash": ["RTC", "collision"], "knife crime": ["stabbing"]},
        "spellings": [["colour", "color"]],
    },
    "test",
)


def meant(text: str, **options: object) -> Meanings:
    return meanings(parse(text, today=TODAY), TABLE, TODAY, **options)


def read(text: str, **options: object) -> str:
    return describe(meant(text, **options).widen(parse(text, today=TODAY).query))


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("crash", "(crash or less rtc, rtcs, collision) in any field"),
        (
            "rtcs",
            '(rtcs or less rtc, "road traffic collision", "road traffic collisions") in any field',
        ),
        (
            "rtc kent",
            '((rtc or less "road traffic collision", "road traffic collisions", rtcs) AND '
            "(kent or less force Kent)) in any field",
        ),
        (
            "fatal road traffic collisions",
            "(fatal AND ((road AND traffic AND collisions) or less rtc, rtcs)) in any field",
        ),
        (
            "anti-social behaviour",
            '((("anti social" OR antisocial) AND behaviour) or less asb) in any field',
        ),
        ("colours", "(colours or less colors (exactly)) in any field"),
        ("title:crash", "(crash or less rtc, rtcs, collision) in title"),
        (
            "burgled OR knife crime",
            "(burgled OR ((knife AND crime) or less stabbing)) in any field",
        ),
    ],
)
def test_plain_words_stand_for_others_at_less_weight(text: str, understood: str) -> None:
    assert read(text) == understood


@pytest.mark.parametrize(
    "text",
    [
        '"road traffic collision"',
        "=crash",
        "+crash",
        "-crash burgled",
        "NOT crash",
        "-(crash) burgled",
        "traffic road collision",
        "road (traffic OR collision)",
        "road traffic title:collision",
        "crash*",
        "crash~",
        "force:kent burgled",
    ],
)
def test_literal_excluded_and_scattered_words_stand_for_themselves(text: str) -> None:
    assert read(text) == describe(parse(text, today=TODAY).query)


@pytest.mark.parametrize(
    ("text", "force"),
    [
        ("burgled hertfordshire", "Hertfordshire"),
        ("burgled herts", "Hertfordshire"),
        ("gmp arrests", "Greater Manchester"),
        ("the Met arrests", "Metropolitan"),
        ("the met arrests", "Metropolitan"),
        ("Met arrests", "Metropolitan"),
        ("met police arrests", "Metropolitan"),
        ("avon and somerset burgled", "Avon and Somerset"),
        ("heddlu gwent burgled", "Gwent"),
    ],
)
def test_names_of_forces_count_what_the_force_published(text: str, force: str) -> None:
    (meaning,) = meant(text)
    assert meaning.kind == "force"
    assert f" or less force {force})" in read(text)


@pytest.mark.parametrize("text", ["man met girl", "beds stolen", "mps warned", "wales burgled"])
def test_words_that_may_be_no_force_are_words(text: str) -> None:
    assert not list(meant(text))


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("burgled march 2020", "date 1 March 2020 to 31 March 2020"),
        ("burgled 12 march 2020", "date 12 March 2020"),
        ("burgled 2020", "date 1 January 2020 to 31 December 2020"),
        ("burgled 21/08/2020", "date 21 August 2020"),
    ],
)
def test_dates_count_what_was_published_then(text: str, period: str) -> None:
    (meaning,) = meant(text)
    assert meaning.kind == "date"
    assert f" or less {period})" in read(text)


@pytest.mark.parametrize("text", ["protest march", "may burgled", "99 2999", "31/02/2021", "£2020"])
def test_what_may_be_no_date_is_words(text: str) -> None:
    assert "date" not in [meaning.kind for meaning in meant(text) if "£" not in text]


def test_most_of_the_words_are_counted_with_what_means_something_together_as_one() -> None:
    parsed = parse("burgled watford quietly march 2020", today=TODAY)
    looser = meant(parsed.text).widen(relax(parsed))
    assert isinstance(looser, AtLeast)
    assert (looser.minimum, len(looser.nodes)) == (3, 4)
    assert isinstance(looser.nodes[-1], Widened)
    assert isinstance(looser.nodes[-1].node, And)


def test_near_words_are_counted_where_asked_for() -> None:
    assert read("polcie in watford", near=True) == (
        "((polcie or less polcie~1) AND (watford or less watford~1)) in any field"
    )
    assert read("=polcie kent 12345", near=True).startswith("(polcie (exactly) AND")
    assert "investigating~2" in read("investigating", near=True)
    assert "~" not in read("stab 12345 e-fit", near=True)


def test_what_words_of_one_query_stand_for_is_bounded() -> None:
    text = " ".join(f"crash{n}" for n in range(20))
    table = vocabulary({"also": {f"crash{n}": [f"x{n}", f"y{n}", f"z{n}"] for n in range(20)}}, "t")
    found = meanings(parse(text, today=TODAY), table, TODAY, most=24)
    assert sum(len(meaning.others) for meaning in found) == 24
    assert not list(meanings(parse(text, today=TODAY), None, TODAY))


WORDS = ["crash", "road", "traffic", "collision", "=rtc", "-crash", "kent", "met", "the", "2020"]
WORDS += [
    "march",
    '"road traffic"',
    "OR",
    "(",
    ")",
    "title:crash",
    "colour",
    "12",
    "knife",
    "crime",
]


@given(st.lists(st.sampled_from(WORDS), max_size=9), st.booleans())
def test_what_was_typed_can_be_had_back_and_nothing_is_added_below_a_not(
    parts: list[str], near: bool
) -> None:
    parsed = parse(" ".join(parts), today=TODAY)
    found = meanings(parsed, shipped(), TODAY, near=near)
    widened = found.widen(parsed.query)
    flat, typed = set(_leaves(as_typed(widened))), set(_leaves(parsed.query))
    assert flat == typed
    assert found.widen(parsed.query) == widened


def _leaves(node: object) -> list[object]:
    below = children(node)
    return [leaf for child in below for leaf in _leaves(child)] if below else [node]
