"""A text that was read before is not read again, and never for another day or other limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from searchkit import question
from searchkit.engines.bm25 import EXACT, LOOSE
from searchkit.errors import QueryError
from searchkit.filters import Filters
from searchkit.index import Index
from searchkit.query.nodes import And, Filter, Node, Not, Or, Phrase, Term, Weighed, Widened
from searchkit.query.nodes import loosened as loosely
from searchkit.question import Match, ask
from searchkit.settings import QUERY_LIMITS

TODAY = date(2021, 6, 1)


def test_the_same_text_is_read_once() -> None:
    first = ask("knife crime", Filters(), today=TODAY)
    assert ask("knife crime", Filters(area=("kent",)), today=TODAY).parsed is first.parsed


def test_another_day_or_other_limits_are_not_mixed_up() -> None:
    text = 'date:"last 30 days"'
    june = ask(text, Filters(), today=TODAY).query
    assert ask(text, Filters(), today=date(2021, 7, 1)).query != june
    assert ask(text, Filters(), today=TODAY).query == june
    exact = ask("burglaries", Filters(exact=True), today=TODAY).query
    assert ask("burglaries", Filters(), today=TODAY).query != exact
    with pytest.raises(QueryError):
        ask("knife crime", Filters(), today=TODAY, limits=replace(QUERY_LIMITS, characters=5))


def test_a_text_that_is_too_long_is_not_remembered() -> None:
    before = question._read_before.cache_info().currsize
    with pytest.raises(QueryError):
        ask("knife " * QUERY_LIMITS.characters, Filters(), today=TODAY)
    assert question._read_before.cache_info().currsize == before


VERY_WORD = "word wales in body: once"
LOOSE_VANS = Term("vans", loosely=True)


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (Term("vans"), LOOSE_VANS),
        (Term("vans", exact=True), Term("vans", exact=True)),
        (Weighed(Term("vans"), 2.0), Weighed(LOOSE_VANS, 2.0)),
        (And((Term("vans"), Not(Term("cars")))), And((LOOSE_VANS, Not(Term("cars"))))),
        (Or((Term("vans"), Phrase(("a", "b")))), Or((LOOSE_VANS, Phrase(("a", "b"))))),
        (
            Widened(Term("vans"), (Term("lorries"), Filter(Term("cars"))), 0.4),
            Widened(LOOSE_VANS, (Term("lorries", loosely=True), Filter(Term("cars"))), 0.4),
        ),
    ],
)
def test_what_adds_to_a_score_can_be_taken_loosely(node: Node, expected: Node) -> None:
    assert loosely(node) == expected


def test_the_words_of_a_question_are_taken_loosely_and_a_few_words_as_they_stand() -> None:
    asked = ask("vans farms", Filters(), today=TODAY)
    assert asked.matching(Match.AUTO).query == And((Term("vans"), Term("farms")))
    assert asked.matching(Match.MOST).query != loosely(asked.matching(Match.MOST).query)
    any_of_them = asked.matching(Match.ANY).query
    assert any_of_them == Or((LOOSE_VANS, Term("farms", loosely=True)))


def test_the_very_word_counts_more_than_its_stem_and_more_so_in_a_few_words(tmp_path: Path) -> None:
    for name, text in (("very", "waleed stood by the door"), ("stem", "wales stood by the door")):
        head = f"---\narea: Kent\ntitle: Heard in {name}\n---\n"
        (tmp_path / f"{name}.md").write_text(f"{head}It was said that {text} all day long.\n")
    with Index.build(tmp_path, tmp_path.parent / "very-index") as index:
        counted = []
        for match in ("all", "any"):
            found = index.search("wales door", match=match, synonyms=False, explain=True)
            assert [hit.title for hit in found] == ["Heard in stem", "Heard in very"]
            why = found.hits[0].explanation
            counted += [one.amount for one in why if one.what == VERY_WORD]
    assert counted[0] / counted[1] == pytest.approx(EXACT / LOOSE)
    assert 0 < LOOSE < EXACT < 1
