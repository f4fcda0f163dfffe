"""Tokens as numbers: the same words as the analyser's, and the same after a journey."""

from __future__ import annotations

from array import array
from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit import packing
from searchkit import tokens as tokens_module
from searchkit.analysis import indexed as words
from searchkit.article import Article, Rejected
from searchkit.fields import TEXTS, text_values
from searchkit.ingest.answers import Head, Opener, Sender
from searchkit.ingest.frames import pack, unpack
from searchkit.prepared import Prepared, Preparer
from searchkit.tokens import Tokeniser

TRICKY = (
    "Police's 2,300 officers\tfound £1.2m in Llandrindod\u00a0Wells, well-known café–bar "
    "O’Brien's 3.30pm ½ x² ﬁre 12,,5 a_b",
    "\n  \x1c one\u2003two \u2028three\x85four",
    "https://www.example.org/news/2021/a-very-long-headline-about-something?id=1,2.3",
)

pieces = st.sampled_from(["Police", "police", "2,300", "café", "'s", ",", "O’Brien", "½", "_", "."])
SIGNS = ["-", "‑", "–", "&", ":", "'", "’", ",", ".", "/", "_", " ", "\u00ad", "“", "a", "E", "é"]
shapes = st.lists(st.sampled_from([*SIGNS, "anti", "social", "19", "1"]), max_size=14).map("".join)
texts = st.one_of(
    st.text(max_size=60),
    shapes,
    st.lists(pieces, max_size=12).map(" ".join),
    st.lists(pieces, max_size=12).map("".join),
    st.sampled_from(TRICKY),
)
articles = st.builds(
    Article, id=st.just("0" * 16), title=texts, body=texts, lead=texts, category=texts, url=texts
)


def spelt(ready: Prepared) -> dict[str, list[str]]:
    """The surfaces behind the numbers of every field."""
    numbers = iter(array("I", ready.tokens))
    found = {
        name: [ready.vocabulary[number] for number in islice(numbers, length)]
        for name, length in zip(TEXTS, ready.lengths, strict=True)
    }
    assert not list(numbers)
    return found


def expected(article: Article) -> dict[str, list[str]]:
    return {name: words(text) for name, text in text_values(article).items()}


@settings(max_examples=150)
@given(st.lists(st.lists(texts, max_size=4), max_size=4))
def test_numbers_stand_for_the_words_the_analyser_finds(chunks: list[list[str]]) -> None:
    tokeniser = Tokeniser()
    for chunk in chunks:
        numbers, lengths = tokeniser.tokens(chunk)
        found = iter([tokeniser.vocabulary[number] for number in numbers.tolist()])
        assert [list(islice(found, n)) for n in lengths.tolist()] == list(map(words, chunk))
        assert not list(found)
    assert len(set(tokeniser.vocabulary)) == len(tokeniser.vocabulary)


@given(st.text(st.characters(codec="utf-8"), max_size=80))
@settings(max_examples=200)
def test_any_text_has_the_words_the_analyser_finds(text: str) -> None:
    tokeniser = Tokeniser()
    for _ in range(2):
        numbers, _ = tokeniser.tokens([text])
        assert [tokeniser.vocabulary[number] for number in numbers.tolist()] == words(text)


def test_pieces_that_share_a_slot_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens_module, "_SLOT_BITS", 1)
    tokeniser = Tokeniser()
    text = " ".join(f"w{n} word{n} averylongword{n}" for n in range(40))
    for _ in range(3):
        numbers, _ = tokeniser.tokens([text, text])
        assert [tokeniser.vocabulary[n] for n in numbers.tolist()] == 2 * words(text)


@settings(max_examples=80)
@given(st.lists(st.lists(articles, max_size=3), max_size=4))
def test_articles_and_tokens_travel_unchanged(chunks: list[list[Article]]) -> None:
    sender, opener = Sender(), Opener()
    for chunk in chunks:
        arrived = journey(sender, opener, chunk)
        assert [ready.article() for ready in arrived] == chunk
        assert [spelt(ready) for ready in arrived] == list(map(expected, chunk))
        assert [ready.facts.id for ready in arrived] == [article.id for article in chunk]


def journey(sender: Sender, opener: Opener, chunk: list[Article]) -> list[Prepared]:
    """``chunk`` as it comes out at the pool's end."""
    outcomes = [("hash", article) for article in chunk]
    head, body = unpack(bytearray(pack(*spread(sender.packed(outcomes))))) or ({}, b"")
    answers = opener.opened(head, body, [article.path for article in chunk])
    assert all(answer.sha256 == "hash" for answer in answers)
    ready = [answer.outcome for answer in answers]
    assert all(isinstance(one, Prepared) for one in ready)
    return [one for one in ready if isinstance(one, Prepared)]


def spread(packed: tuple[Head, list[bytes]]) -> tuple[Any, ...]:
    return packed[0], *packed[1]


def test_what_is_no_article_travels_among_articles() -> None:
    article, refused = Article("a", "A title", "A body"), Rejected("k", 3, "no article")
    outcomes = [("1", None), ("2", article), ("3", refused), ("4", article)]
    for plain in (False, True):
        head, body = Sender(plain=plain).packed(outcomes)
        answers = Opener().opened(head, b"".join(body), ["w", "x", "k", "z"])
        assert [answer.sha256 for answer in answers] == ["1", "2", "3", "4"]
        outcomes_came = [answer.outcome for answer in answers]
        came = [o.article() if isinstance(o, Prepared) else o for o in outcomes_came]
        assert came == [None, article, refused, article]
        assert isinstance(answers[1].outcome, Article) is plain


def test_the_articles_of_a_chunk_share_one_vocabulary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens_module, "CHUNK_WORDS", 4)
    sender, opener = Sender(), Opener()
    told = ["one two", "two three", "three four", "one five", "five"]
    arrived = [journey(sender, opener, [Article("a", title, "")])[0] for title in told]
    vocabularies = [ready.vocabulary for ready in arrived]
    assert vocabularies[0] is vocabularies[1] is vocabularies[2] is not vocabularies[3]
    assert vocabularies[0] == ["one", "two", "three", "four"]
    assert vocabularies[3] is vocabularies[4] == ["one", "five"]
    assert array("I", arrived[1].tokens) == array("I", [1, 2])


def test_the_stored_form_is_the_article() -> None:
    article = Article("a", "A title", "A body")
    assert packing.unpack(Preparer().prepare([article])[0].stored) == article


def test_pieces_beyond_what_is_remembered_are_numbered_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tokens_module, "_MOST_PIECES", 2)
    article = Article("a", "t", "one two three four one two three four " + "x" * 200)
    assert spelt(Preparer().prepare([article])[0]) == expected(article)
