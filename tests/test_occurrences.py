"""Nothing that is looked for is overlooked, in whatever signs it stands."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.analysis import compounds, tokens
from searchkit.occurrences import Choice, Prepared, joined, places

TRICKY = [
    *"police Police’s O'Brien o’brien don't 2,300 2,300.5m 12 1,01 café Café’s élan ﬁre ½".split(),
    *"POLICE's `tis rock’n’roll _police_ police-led ’s 's £12 “quoted” … – a'b'c's ΑΒΓ é".split(),
    *"İstanbul K".split(),
    *"anti-social e‑mail Covid-19 -19 a-b-c A&E x–ray 7:05pm é-mail co\u00adop O'Neill-X's".split(),
    "10\u00a0March",
    "one\u2003two",
    " ",
    "\n",
    "\t",
    ",",
    "'",
    "’",
]  # fmt: skip
texts = st.one_of(
    st.lists(st.sampled_from(TRICKY), max_size=30).map("".join),
    st.lists(st.sampled_from(TRICKY), max_size=30).map(" ".join),
    st.text(max_size=60),
)


@settings(max_examples=300)
@given(texts)
def test_the_plain_text_is_as_long_and_as_apart(text: str) -> None:
    plain = Prepared(text).plain
    assert len(plain) == len(text) + 1
    assert plain.isascii()
    assert [at for at, sign in enumerate(text) if sign in " \n"] == [
        at for at, sign in enumerate(plain[:-1]) if sign == " "
    ]


@settings(max_examples=400)
@given(texts, st.data())
def test_every_token_that_begins_so_is_in_a_stretch(text: str, data: st.DataObject) -> None:
    found = [*tokens(text), *compounds(text)]
    beginnings = data.draw(
        st.lists(
            st.one_of(
                st.sampled_from([t.surface for t in found] or ["x"]).flatmap(
                    lambda surface: st.integers(1, len(surface)).map(lambda n: surface[:n])
                ),
                st.sampled_from(["police", "23", "1", "o", "caf", "antisoc", "em"]),
            ),
            min_size=1,
            max_size=3,
        )
    )
    prepared = Prepared(text)
    stretches = prepared.stretches(beginnings)
    seen = {
        (start + first, start + last, surface)
        for start, stretch in stretches.items()
        for first, last, surface in [*places(stretch), *(place for _, place in joined(stretch))]
    }
    assert all(text[at : at + len(stretch)] == stretch for at, stretch in stretches.items())
    for token in found:
        if token.surface.startswith(tuple(beginnings)):
            assert (token.start, token.end, token.surface) in seen
            assert not any(prepared.lacks(b) for b in beginnings if token.surface.startswith(b))


@settings(max_examples=200)
@given(texts)
def test_all_stretches_hold_all_tokens(text: str) -> None:
    stretches = Prepared(text).everything()
    seen = [
        (start + first, start + last, surface)
        for start, stretch in stretches.items()
        for first, last, surface in places(stretch)
    ]
    assert seen == [(t.start, t.end, t.surface) for t in tokens(text)]


@settings(max_examples=200)
@given(texts)
def test_neighbours_are_the_tokens_before_and_after(text: str) -> None:
    prepared = Prepared(text)
    everything: list[Choice] = [((t.start, t.end, t.surface),) for t in tokens(text)]
    for t in compounds(text):
        everything[t.position] += ((t.start, t.end, t.surface),)
    at = 0
    for start, stretch in prepared.everything().items():
        for number in range(len(places(stretch))):
            assert list(prepared.before(start, number)) == everything[:at][::-1]
            assert list(prepared.after(start, number)) == everything[at + 1 :]
            at += 1


@pytest.mark.parametrize(
    "text", ["a'b" * 20_000, "police," * 9_000, "é" * 60_000, "po lice' " * 7_000, "a-b." * 9_000]
)
def test_a_text_without_spaces_takes_no_longer(text: str) -> None:
    prepared = Prepared(text)
    stretches = prepared.stretches(("police", "b", "2"))
    assert sum(map(len, stretches.values())) <= len(text)
