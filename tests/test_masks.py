"""Blanking stretches of a text leaves everything else where it was."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from searchkit import masks
from searchkit.analysis import words


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[str, tuple[tuple[int, int], ...]]:
    text = draw(st.text("ab cd.\n’é", max_size=40))
    places = draw(st.lists(st.integers(0, len(text)), unique=True, max_size=6).map(sorted))
    return text, tuple(zip(places[::2], places[1::2], strict=False))


@given(texts_with_spans())
def test_what_is_left_stands_where_it_stood(given: tuple[str, masks.Spans]) -> None:
    text, spans = given
    left, taken = masks.without(text, spans), masks.only(text, spans)
    assert len(left) == len(text)
    inside = {place for start, end in spans for place in range(start, end)}
    for place, letter in enumerate(text):
        assert left[place] == letter or place in inside
        if spans:
            assert taken[place] == letter or place not in inside
    assert not any(left[place].strip() for place in inside)


@given(texts_with_spans())
def test_stretches_and_what_they_leave_are_the_whole_text(given: tuple[str, masks.Spans]) -> None:
    text, spans = given
    rest = masks.outside(spans, len(text))
    assert "".join(text[a:b] for a, b in sorted([*spans, *rest])) == text


def test_a_blank_ends_lines_so_that_nothing_reaches_over_it() -> None:
    assert (
        masks.without("He fled. Call 101. He fell.", ((9, 18),)) == "He fled. \n       \n He fell."
    )
    assert words(masks.without("ab(c)de", ((2, 5),))) == ["ab", "de"]
    assert masks.without("abc", ((1, 2),)) == "a\nc"


def test_spans_with_nothing_but_space_between_them_are_one() -> None:
    text = "Call us.  Or call 101.\nCall."
    assert masks.united(text, [(10, 22), (0, 8), (23, 28)]) == ((0, 22), (23, 28))
    assert masks.united(text, [(0, 8), (4, 6)]) == ((0, 8),)


def test_stretches_can_be_read_one_a_line() -> None:
    assert masks.joined("He fled. Call 101. He fell.", ((0, 8), (19, 27))) == "He fled.\nHe fell."
