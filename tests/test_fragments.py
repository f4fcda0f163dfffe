"""Which fragments are chosen does not depend on how many are looked at."""

from __future__ import annotations

import math
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit import fragments
from searchkit.fragments import Choice
from searchkit.highlights import Highlighter
from searchkit.packing import sentences_of
from searchkit.query.nodes import Or, Phrase, Prefix, Term

_sentence = st.lists(
    st.sampled_from(
        "gloves glove police knife the crime officers found in Lower Wexcombe on Monday night 101 "
        "call visit www.example.org quoting Crimestoppers and, crime, knife-crime".split()
    ),
    min_size=1,
    max_size=25,
).map(" ".join)
_end = st.sampled_from([". ", ".\n", "\n", "! ", ":\n", ", ", ".\n* ", "\n- ", ".” "])
bodies = st.lists(st.tuples(_sentence, _end), min_size=1, max_size=25).map(
    lambda pairs: "".join(sentence.capitalize() + end for sentence, end in pairs)
)
queries = st.lists(
    st.sampled_from(
        [
            Term("gloves"),
            Term("police"),
            Term("knife"),
            Term("the"),
            Phrase(("knife", "crime")),
            Phrase(("found", "in")),
            Prefix("off"),
        ]
    ),
    min_size=1,
    max_size=4,
    unique=True,
).map(lambda clauses: Or(tuple(clauses)))


@settings(max_examples=250)
@given(bodies, queries, st.integers(1, 4), st.sampled_from([60, 120, 240, 600]))
def test_skipping_what_cannot_win_changes_nothing(
    body: str, query: Or, most: int, width: int
) -> None:
    finder = Highlighter(query)
    spans = finder.find(body, "body")
    choice = Choice(body, sentences_of(body), spans, finder.worth)
    chosen = choice.made(most, width)
    with patch.object(fragments, "_ROUNDING", math.inf):
        assert choice.made(most, width) == chosen


def test_the_worth_of_clauses_counts_less_where_they_are_shown_already() -> None:
    worth = Highlighter(Or((Term("gloves"), Phrase(("knife", "crime")), Term("the")))).worth
    assert worth[0b011] == 2.5
    assert worth.after(0b010)[0b011] == 1 + 0.25 * 1.5
    assert worth.after(0b111)[0b100] == 0.25 * 0.2
