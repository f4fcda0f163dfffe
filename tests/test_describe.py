"""A query in words and as text again, and the document that shows both."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from searchkit.analysis import STOP_WORDS, words
from searchkit.fields import BY_NAME
from searchkit.query.describe import describe, render
from searchkit.query.nodes import (
    And,
    AtLeast,
    DateRange,
    Every,
    Filter,
    Fuzzy,
    Node,
    Not,
    Nothing,
    Or,
    Phrase,
    Prefix,
    Term,
)
from searchkit.query.parser import parse
from searchkit.query.values import KNOWN, UNAVAILABLE
from searchkit.settings import QueryLimits

TODAY = date(2021, 9, 3)
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "query-language.md"


def lines_of(fence: str) -> list[tuple[str, str]]:
    """The ``left → right`` lines of the document's blocks of that kind."""
    blocks = re.findall(rf"^```{fence}\n(.*?)^```", DOCUMENT.read_text("utf-8"), re.M | re.S)
    pairs = (line.rsplit(" → ", 1) for block in blocks for line in block.splitlines())
    return [(left.strip(), right.strip()) for left, right in pairs]


def understood(text: str) -> Node:
    return parse(text, today=TODAY).query


# The document


def test_the_document_has_examples() -> None:
    assert len(lines_of("query")) > 40


@pytest.mark.parametrize(("text", "words"), lines_of("query"))
def test_every_example_of_the_document_is_understood_as_it_says(text: str, words: str) -> None:
    parsed = parse(text, today=TODAY)
    assert parsed.diagnostics == ()
    assert describe(parsed.query) == words


@pytest.mark.parametrize("name", sorted(KNOWN - UNAVAILABLE))
def test_every_field_and_alias_stands_in_the_document(name: str) -> None:
    assert f"`{name}`" in DOCUMENT.read_text("utf-8")


def test_the_document_names_no_field_that_does_not_exist() -> None:
    table = re.findall(r"^\| (`[a-z`, ]+) \|([a-z`, ]*)\|", DOCUMENT.read_text("utf-8"), re.M)
    names = {name for row in table for cell in row for name in re.findall(r"`([a-z]+)`", cell)}
    assert names == KNOWN - UNAVAILABLE
    assert set(BY_NAME) <= names


# In words


def test_words_of_one_field_are_put_together_and_filters_follow() -> None:
    query = understood("date:2020 knife force:essex crime")
    assert describe(query) == (
        "(knife AND crime) in any field, date 1 January 2020 to 31 December 2020, force Essex"
    )


def test_a_query_over_several_fields_names_each() -> None:
    assert describe(understood("title:knife OR gun")) == "knife in title OR gun"
    assert (
        describe(understood("a1 (title:knife OR gun)"))
        == "a1 in any field, (knife in title OR gun)"
    )


def test_most_words_filters_and_the_ends_are_put_in_words() -> None:
    words = (Term("knife"), Term("crime"), Term("bin"))
    assert describe(AtLeast(2, words)) == "at least 2 of (knife, crime, bin) in any field"
    assert describe(And((Term("knife"), Filter(Term("essex", "force", True))))) == (
        "knife in any field, force Essex"
    )
    assert describe(Every()) == "every article"
    assert describe(Nothing()) == "nothing"
    assert describe(And((Not(DateRange()), Term("knife")))) == "knife in any field, undated"


def test_a_force_that_no_gazetteer_has_is_shown_by_its_id() -> None:
    assert describe(Term("atlantis", "force", True)) == "force atlantis"


# As text


def test_what_cannot_be_typed_is_not_written() -> None:
    with pytest.raises(ValueError, match="AtLeast cannot be written"):
        render(AtLeast(1, (Term("knife"),)))


def test_the_ends_are_written() -> None:
    assert render(Every()) == ""
    assert understood(render(Every())) == Every()
    assert understood(render(Nothing())) == Nothing()
    assert render(Filter(Term("essex", "force", True))) == "force:essex"


@pytest.mark.parametrize(
    "text",
    [
        "date:2020",
        "date:2019..2020",
        "date:2020-08-21",
        "date:2020-01-01..2020-11-30",
        "date:2019..",
    ],
)
def test_periods_are_written_as_short_as_they_may_be_typed(text: str) -> None:
    written = render(understood(text))
    assert written == (text if text != "date:2019.." else "date:2019-01-01..")
    assert understood(written) == understood(text)


WORDS = st.from_regex(r"[a-z]{4,9}", fullmatch=True).filter(lambda w: w not in STOP_WORDS)
TEXT_FIELDS = st.sampled_from([None, "title", "lead", "body", "address", "links", "category"])
DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@st.composite
def ranges(draw: st.DrawFn) -> DateRange:
    first, last = sorted((draw(DAYS), draw(DAYS)))
    return draw(
        st.sampled_from(
            [DateRange(first, last), DateRange(first, None), DateRange(None, last), DateRange()]
        )
    )


FORCES = st.sampled_from(["essex", "kent", "greater-manchester", "avon-and-somerset"])
LEAVES: st.SearchStrategy[Node] = st.one_of(
    st.builds(Term, WORDS, TEXT_FIELDS, st.booleans()),
    st.builds(
        Phrase,
        st.lists(WORDS, min_size=2, max_size=3).map(tuple),
        TEXT_FIELDS,
        st.integers(0, 9),
    ),
    st.builds(Prefix, WORDS, TEXT_FIELDS),
    st.builds(Fuzzy, WORDS, TEXT_FIELDS, st.integers(1, 2)),
    st.builds(Term, FORCES, st.sampled_from(["force", "mentions"]), st.just(True)),
    st.builds(Term, st.just("495 OF 2021-01-11"), st.just("ref"), st.just(True)),
    st.builds(Term, st.sampled_from(['a "b" c', "x y/é*.md"]), st.just("path"), st.just(True)),
    ranges(),
)


def branches(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, min_size=2, max_size=3, unique=True)
    return st.one_of(
        several.map(lambda nodes: _flat(And, nodes)),
        several.map(lambda nodes: _flat(Or, nodes)),
        inner.map(Not),
    )


def _flat(kind: type[And] | type[Or], nodes: list[Node]) -> Node:
    """As the parser builds it: nothing twice, nothing of the same kind within."""
    flat: dict[Node, None] = {}
    for node in nodes:
        flat.update(dict.fromkeys(node.nodes if isinstance(node, kind) else (node,)))
    return kind(tuple(flat)) if len(flat) > 1 else next(iter(flat))


TREES = st.recursive(LEAVES, branches, max_leaves=6)


@settings(max_examples=150)
@given(TREES)
def test_the_text_of_a_tree_is_parsed_to_the_same_tree(tree: Node) -> None:
    limits = QueryLimits(characters=10_000, depth=64, prefixes=64, fuzzies=64, ranges=64)
    parsed = parse(render(tree), today=TODAY, limits=limits)
    assert parsed.query == tree
    assert {diagnostic.kind for diagnostic in parsed.diagnostics} <= {"mixed-operators"}


@settings(max_examples=200)
@given(st.text(st.sampled_from(" abknife\"'()|-=+~*:2ORNTAD.,/é🙂“”"), max_size=40))
def test_writing_and_parsing_again_changes_nothing(text: str) -> None:
    # Whether a stop word is needed depends on the brackets it stands in, which no tree keeps.
    assume(not STOP_WORDS.intersection(words(text)))
    once = understood(text)
    assert understood(render(once)) == once
    assert describe(once)
