"""Questions in natural language: words as they stand, any of which will do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit import Index, QueryError
from searchkit.query.nodes import Every, Nothing, Or, Term
from searchkit.query.plain import parse_plain
from searchkit.settings import QueryLimits


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, seeds: Path) -> Iterator[Index]:
    with Index.build(seeds, tmp_path_factory.mktemp("plain") / "index") as ix:
        yield ix


class TestReading:
    def test_nothing_is_an_operator(self) -> None:
        parsed = parse_plain('Burglars NOT seen? force:kent (or -"knife*" AND ^')
        words = "burglars not seen force kent knife".split()
        assert parsed.query == Or(tuple(Term(word) for word in words))
        assert parsed.diagnostics == ()
        assert parsed.text[parsed.words[0].start : parsed.words[0].end] == "Burglars"

    def test_common_words_are_left_out_where_others_remain(self) -> None:
        assert parse_plain("who is the burglar?").query == Term("burglar")
        assert parse_plain("to be").query == Or((Term("to"), Term("be")))

    def test_a_word_said_twice_counts_twice(self) -> None:
        assert parse_plain("bees, bees").query == Or((Term("bees"), Term("bees")))

    def test_words_can_be_literal(self) -> None:
        assert parse_plain("burglars", exact=True).query == Term("burglars", exact=True)

    def test_no_text_is_every_article_and_no_word_none(self) -> None:
        assert parse_plain("  ").query == Every()
        parsed = parse_plain("?!")
        assert parsed.query == Nothing()
        assert [remark.kind for remark in parsed.diagnostics] == ["nothing-to-search"]

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("a" * 40, "limit-characters"),
            ("b c d e f", "limit-terms"),
            ("knives broadsword", "limit-word"),
        ],
    )
    def test_limits_are_those_of_every_query(self, text: str, kind: str) -> None:
        parsed = parse_plain(text, limits=QueryLimits(characters=30, terms=4, word=8))
        assert [remark.kind for remark in parsed.diagnostics] == [kind]
        assert parsed.fatal

    @settings(max_examples=25)
    @given(st.text(max_size=60))
    def test_it_takes_any_text(self, text: str) -> None:
        parsed = parse_plain(text)
        assert all(0 <= word.start < word.end <= len(text) for word in parsed.words)


class TestSearching:
    def test_any_word_will_do(self, index: Index) -> None:
        question = "Are there zeppelins, or NOT; and what of diversity?"
        assert index.search(question, match="any").total == 3
        assert index.search("zeppelin diversity").relaxed

    def test_filters_narrow_it(self, index: Index) -> None:
        found = index.search("zeppelins diversity", match="any", area="essex")
        assert [hit.force.id for hit in found if hit.force] == ["essex"]

    def test_it_is_all_or_any(self, index: Index) -> None:
        with pytest.raises(QueryError, match="no match 'some'"):
            index.search("diversity", match="some")
