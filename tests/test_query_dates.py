"""What users may write for a date, and what they are told when it is none."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.query.dates import BadDate, Period, parse_period, since, until

TODAY = date(2021, 3, 31)  # a Wednesday


def days(first: str, last: str) -> Period:
    return Period(
        date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else None
    )


def read(text: str) -> Period | BadDate:
    try:
        return parse_period(text, TODAY)
    except BadDate as problem:
        return problem


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2020", "2020-01-01", "2020-12-31"),
        ("aug-2020", "2020-08-01", "2020-08-31"),
        ("August 2020", "2020-08-01", "2020-08-31"),
        ("2020-08", "2020-08-01", "2020-08-31"),
        ("02/2020", "2020-02-01", "2020-02-29"),
        ("21/08/2020", "2020-08-21", "2020-08-21"),
        ("1/6/2020", "2020-06-01", "2020-06-01"),
        ("21/8/20", "2020-08-21", "2020-08-21"),
        ("21 Aug 2020", "2020-08-21", "2020-08-21"),
        ("2020-08-21", "2020-08-21", "2020-08-21"),
        ("21 August", "2020-08-21", "2020-08-21"),
        ("30 March", "2021-03-30", "2021-03-30"),
        ("1 April", "2020-04-01", "2020-04-01"),
        ("29 February", "2020-02-29", "2020-02-29"),
        ("today", "2021-03-31", "2021-03-31"),
        ("Yesterday", "2021-03-30", "2021-03-30"),
        ("last 30 days", "2021-03-02", "2021-03-31"),
        ("last-30-days", "2021-03-02", "2021-03-31"),
        ("past 2 weeks", "2021-03-18", "2021-03-31"),
        ("last 1 month", "2021-03-01", "2021-03-31"),
        ("last 2 years", "2019-04-01", "2021-03-31"),
        ("this week", "2021-03-29", "2021-04-04"),
        ("last week", "2021-03-22", "2021-03-28"),
        ("last month", "2021-02-01", "2021-02-28"),
        ("this year", "2021-01-01", "2021-12-31"),
        ("last year", "2020-01-01", "2020-12-31"),
        ("2 weeks ago", "2021-03-17", "2021-03-17"),
        ("1/6/2020..30/6/2020", "2020-06-01", "2020-06-30"),
        ("2019..", "2019-01-01", ""),
        ("..2020", "", "2020-12-31"),
        ("aug-2020..2020", "2020-08-01", "2020-12-31"),
        (" jan 2020 .. last month ", "2020-01-01", "2021-02-28"),
        ("2020…today", "2020-01-01", "2021-03-31"),
    ],
)
def test_every_form_names_its_days(text: str, first: str, last: str) -> None:
    assert parse_period(text, TODAY) == days(first, last)


@pytest.mark.parametrize(
    ("text", "fragment", "offset", "message", "hint"),
    [
        ("31/02/2021", "31/02/2021", 0, "31/02/2021 is not a real date",
         "use date:28/2/2021, date:feb-2021 or --since/--until"),
        ("2020..31/02/2021", "31/02/2021", 6, "31/02/2021 is not a real date",
         "use date:28/2/2021, date:feb-2021 or --since/--until"),
        ("12/25/2020", "12/25/2020", 0, "12/25/2020 is not a real date: the day comes first",
         "use date:25/12/2020, date:dec-2020 or --since/--until"),
        ("2020-13", "2020-13", 0, "2020-13 is not a real date",
         "use date:2020 or --since/--until"),
        (" agust 2020", "agust 2020", 1, "agust 2020 is not a date",
         'use date:"august 2020" or --since/--until'),
        ("yestreday", "yestreday", 0, "yestreday is not a date",
         "use date:yesterday or --since/--until"),
        ("21/08", "21/08", 0, "21/08 is not a date",
         "use date:21/8/2020 or --since/--until"),
        ("21-12-17", "21-12-17", 0, "21-12-17 is not a date",
         "use date:21/12/17 or --since/--until"),
        ("august", "august", 0, "august is not a date",
         "use date:aug-2020 or --since/--until"),
        ("1 jan 2020 to 3 feb 2020", "1 jan 2020 to 3 feb 2020", 0,
         "1 jan 2020 to 3 feb 2020 is not a date",
         'use date:"1 jan 2020..3 feb 2020" or --since/--until'),
        ("2021..2020", "2021..2020", 0, "2021..2020 ends before it starts",
         "use date:2020..2021"),
        ("1 jun 2021..2020", "1 jun 2021..2020", 0, "1 jun 2021..2020 ends before it starts",
         'use date:"2020..1 jun 2021"'),
        ("..", "..", 0, ".. is not a range", "write a range as date:2019..2020"),
    ],
)  # fmt: skip
def test_a_bad_date_is_quoted_placed_and_answered(
    text: str, fragment: str, offset: int, message: str, hint: str
) -> None:
    with pytest.raises(BadDate) as caught:
        parse_period(text, TODAY)
    problem = caught.value
    assert (problem.fragment, problem.offset) == (fragment, offset)
    assert text[offset : offset + len(fragment)] == fragment
    assert (problem.message, problem.hint) == (message, hint)
    assert str(problem) == message


@pytest.mark.parametrize(
    "text", ["", "foo", "0000", "99999", "last 0 days", "last 99999 years", "2019..2020..2021"]
)
def test_what_cannot_be_mended_is_told_the_forms(text: str) -> None:
    with pytest.raises(BadDate) as caught:
        parse_period(text, TODAY)
    assert "date:2019..2020" in caught.value.hint


def test_since_is_the_start_and_until_the_end_of_what_is_named() -> None:
    assert since("2020", TODAY) == date(2020, 1, 1)
    assert until("2020", TODAY) == date(2020, 12, 31)
    assert since("last month", TODAY) == date(2021, 2, 1)
    with pytest.raises(BadDate, match="is a range") as caught:
        since("2019..2020", TODAY)
    assert caught.value.hint == "use --since A --until B"


DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@settings(max_examples=150)
@given(DAYS, DAYS, st.sampled_from(("%d/%m/%Y", "%Y-%m-%d", "%d %b %Y", "%B %d, %Y")))
def test_a_range_of_days_is_those_days(one: date, other: date, form: str) -> None:
    first, last = sorted((one, other))
    text = f"{first.strftime(form)}..{last.strftime(form)}"
    assert parse_period(text, TODAY) == Period(first, last)


@settings(max_examples=100)
@given(DAYS)
def test_words_always_name_days_up_to_today(today: date) -> None:
    for words in ("today", "yesterday", "last week", "last month", "last year", "last 9 months"):
        period = parse_period(words, today)
        assert period.first is not None
        assert period.last is not None
        assert period.first <= period.last <= today
    day = parse_period("29 February", today).first
    assert day is not None
    assert today - timedelta(days=8 * 366 + 1) < day <= today


@settings(max_examples=300)
@given(
    st.text(max_size=30)
    | st.text("0123456789/-. abcdefgjlmnoprstuvy", max_size=20)
    | st.lists(st.sampled_from(["last", "30", "days", "31/02/2021", "..", "2020", "aug"])).map(
        " ".join
    )
)
def test_any_text_is_a_period_or_a_bad_date_with_a_hint(text: str) -> None:
    answer = read(text)
    if isinstance(answer, BadDate):
        assert answer.hint
        assert text[answer.offset :].startswith(answer.fragment)
    else:
        assert answer != Period(None, None)
        assert answer.first is None or answer.last is None or answer.first <= answer.last


@settings(max_examples=100)
@given(st.integers(1, 40), st.integers(1, 20), st.integers(1990, 2030))
def test_a_hint_for_an_unreal_date_can_be_typed(day: int, month: int, year: int) -> None:
    answer = read(f"{day}/{month}/{year}")
    if isinstance(answer, BadDate):
        offered = answer.hint.removeprefix("use ").removesuffix(" or --since/--until")
        for form in offered.split(", "):
            assert isinstance(read(form.removeprefix("date:")), Period)
    else:
        assert answer == Period(date(year, month, day), date(year, month, day))
