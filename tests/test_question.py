"""A text that was read before is not read again, and never for another day or other limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from searchkit import question
from searchkit.errors import QueryError
from searchkit.filters import Filters
from searchkit.question import ask
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
