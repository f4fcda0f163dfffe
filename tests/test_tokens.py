"""Tokens as numbers: the same words as the analyser's, and the same after a journey."""

from __future__ import annotations

import zlib
from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit import tokens as tokens_module
from searchkit.analysis import words
from searchkit.article import Article
from searchkit.fields import text_values
from searchkit.ingest.answers import Opener, Sender
from searchkit.tokens import ArticleTokens, Tokeniser

TRICKY = (
    "Police's 2,300 officers\tfound £1.2m in Llandrindod\u00a0Wells, well-known café–bar "
    "O’Brien's 3.30pm ½ x² ﬁre 12,,5 a_b",
    "\n  \x1c one\u2003two \u2028three\x85four",
    "https://www.example.org/news/2021/a-very-long-headline-about-something?id=1,2.3",
)

pieces = st.sampled_from(["Police", "police", "2,300", "café", "'s", ",", "O’Brien", "½", "_", "."])
texts = st.one_of(
    st.text(max_size=60),
    st.lists(pieces, max_size=12).map(" ".join),
    st.lists(pieces, max_size=12).map("".join),
    st.sampled_from(TRICKY),
)
articles = st.builds(
    Article, id=st.just("0" * 16), title=texts, body=texts, lead=texts, category=texts, url=texts
)


def spelt(tokens: ArticleTokens) -> dict[str, list[str]]:
    """The surfaces behind the numbers of every field."""
    return {name: [tokens.vocabulary[n] for n in of] for name, of in tokens.fields.items()}


def expected(article: Article) -> dict[str, list[str]]:
    found = {name: words(text) for name, text in text_values(article).items()}
    return {name: surfaces for name, surfaces in found.items() if surfaces}


@settings(max_examples=150, deadline=None)
@given(st.lists(articles, max_size=4))
def test_numbers_stand_for_the_words_the_analyser_finds(chunk: list[Article]) -> None:
    tokeniser = Tokeniser()
    for article in chunk:
        assert spelt(tokeniser.tokens(article)) == expected(article)
    assert len(set(tokeniser.vocabulary)) == len(tokeniser.vocabulary)


@settings(max_examples=80, deadline=None)
@given(st.lists(articles, max_size=6))
def test_articles_and_tokens_travel_unchanged(chunk: list[Article]) -> None:
    sender, opener = Sender(), Opener()
    arrived = [opener.opened(*sender.packed(article)) for article in chunk]
    assert [article for article, _ in arrived] == chunk
    for article, tokens in arrived:
        assert spelt(tokens) == expected(article)


def test_the_articles_of_a_chunk_share_one_vocabulary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens_module, "CHUNK_WORDS", 4)
    sender, opener = Sender(), Opener()
    told = ["one two", "two three", "three four", "one five", "five"]
    arrived = [opener.opened(*sender.packed(Article("a", title, ""))) for title in told]
    vocabularies = [tokens.vocabulary for _, tokens in arrived]
    assert vocabularies[0] is vocabularies[1] is vocabularies[2] is not vocabularies[3]
    assert vocabularies[0] == ["one", "two", "three", "four"]
    assert vocabularies[3] is vocabularies[4] == ["one", "five"]
    assert arrived[1][1].fields == {"title": array("I", [1, 2])}


def test_the_stored_form_is_the_compressed_json() -> None:
    article = Article("a", "A title", "A body")
    _, tokens = Opener().opened(*Sender().packed(article))
    assert zlib.decompress(tokens.stored) == article.to_json()


def test_pieces_beyond_what_is_remembered_are_numbered_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tokens_module, "_MOST_PIECES", 2)
    article = Article("a", "t", "one two three four one two three four " + "x" * 200)
    assert spelt(Tokeniser().tokens(article)) == expected(article)
