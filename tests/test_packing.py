"""An article comes out of the index as it went in, and other bytes never look like one."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from test_article import articles

from searchkit.article import Article, Tag
from searchkit.packing import pack, sentences_of, unpack, unpack_all

WHOLE = Article(
    id="a" * 16,
    title="Two men charged",
    body="Two men were charged. They are due in court.\nThe trial begins on Monday.",
    references=("12/3456/21",),
    meta={"lang": "en"},
    tags=(Tag("stage:charged", "charged", "title"),),
)
COUNTS = b"0 0 3 1 0 0 0 0 0 0 1"
"""How many values each part of ``WHOLE`` has that comes in varying numbers."""

MISCOUNTED = (
    b"0 0 3 1 0 0 0 0 0 0",
    b"0 0 3 1 0 0 0 0 -1 0 1",
    b"0 2 3 1 0 0 0 0 0 0 1",
    b"0 0 3 9 0 0 0 0 0 0 1",
    b"x 0 3 1 0 0 0 0 0 0 1",
    b"0 0 2 2 0 0 0 0 0 0 1",
)
DAMAGE = (ValueError, KeyError, TypeError, OverflowError)


@given(articles())
@example(Article("i", "t\0", "b", references=("\0",), meta={"\0": ""}))
@example(Article("i", "t", "b", title_source="", links=("",), meta={"": ""}))
def test_an_article_survives_being_packed(article: Article) -> None:
    assert unpack_all(pack(article)) == (article, sentences_of(article.body))


def test_the_borders_are_those_of_the_sentences() -> None:
    borders = unpack_all(pack(WHOLE))[1].borders
    assert [WHOLE.body[a:b] for a, b in zip(borders[::2], borders[1::2], strict=True)] == [
        "Two men were charged.",
        "They are due in court.",
        "The trial begins on Monday.",
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        *((COUNTS, changed) for changed in MISCOUNTED),
        (b"\x000 21 ", b"\x000 -21 "),
        (b"\x000 21 ", b"\x0021 "),
        (b"\x000 21 ", b"\x000 9021 "),
        (b"\x000 21 ", b"\x00? "),
        (b"lang\x00en", b"lang"),
        (b"charged\x00title\x00", b"charged\x00body\x00"),
        (b"Two men charged", b"\xff"),
    ],
)
def test_what_does_not_fit_together_is_refused(old: bytes, new: bytes) -> None:
    plain = zlib.decompress(pack(WHOLE))
    assert old in plain
    with pytest.raises(DAMAGE):
        unpack(zlib.compress(plain.replace(old, new, 1)))


@given(st.data())
def test_what_is_read_of_changed_bytes_is_text_and_lies_in_the_body(
    data: st.DataObject,
) -> None:
    plain = bytearray(zlib.decompress(pack(WHOLE)))
    at = data.draw(st.integers(0, len(plain) - 1))
    plain[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        article, sentences = unpack_all(zlib.compress(bytes(plain)))
    except DAMAGE:
        return
    assert Article.from_json(article.to_json()).body == article.body
    borders = sentences.borders
    assert list(borders) == sorted(borders)
    assert not borders or borders[-1] <= len(article.body)


def test_an_article_of_other_values_than_text_is_not_packed() -> None:
    with pytest.raises(DAMAGE):
        pack(Article("i", "t", "b", references=(1,)))
