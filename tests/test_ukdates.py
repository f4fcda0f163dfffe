"""How single dates are read: every spelling of the corpus, and what is refused."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.article import LONDON, DateSource, Precision
from searchkit.ukdates import PATTERNS, Cue, parse_uk_date, read_parts, split_cue

SPELLINGS = [
    ("19:05 02/02/2021", "2021-02-02T19:05:00+00:00"),
    ("21:21 16/12/2020", "2020-12-16T21:21:00+00:00"),
    ("02/02/2021 19:05:33", "2021-02-02T19:05:00+00:00"),
    ("19 Nov 2019", "2019-11-19"),
    ("5 Jan 2021", "2021-01-05"),
    ("Posted at 09:48 on 12th August 2020", "2020-08-12T09:48:00+01:00"),
    ("09 Nov 2020 10:59", "2020-11-09T10:59:00+00:00"),
    ("27th October 2020", "2020-10-27"),
    ("Posted on 13:29:00 on 13th November 2019", "2019-11-13T13:29:00+00:00"),
    ("_Date published: 23 March 2021 10:29_", "2021-03-23T10:29:00+00:00"),
    ("_Dated: 04 August 2020 11:42:38_", "2020-08-04T11:42:00+01:00"),
    ("Published at 2.30pm on Monday 1 March 2021.", "2021-03-01T14:30:00+00:00"),
    ("_Published on Wednesday 17 February 2021. _", "2021-02-17"),
    ("Published on Wednesday 6 January 2021 (edited on Monday 11 January 2021)", "2021-01-06"),
    ("**Published 4 March 2020**", "2020-03-04"),
    ("**Wednesday 20 January, 2021**", "2021-01-20"),
    ("**Fridayt 19 March 2021**", "2021-03-19"),
    ("Friday, June 22, 2018", "2018-06-22"),
    ("January 11, 2021", "2021-01-11"),
    ("Mar 31, 2021 20:10 BST", "2021-03-31T20:10:00+01:00"),
    ("Feb 23, 2021 18:49 GMT", "2021-02-23T18:49:00+00:00"),
    ("Posted on 25 November 2020 at 03:00pm in News stories, Rural", "2020-11-25T15:00:00+00:00"),
    ("Issued by A Person, Communications at 10.40am on Friday 25 October 2019",
     "2019-10-25T10:40:00+01:00"),
    ("Issued on 11/4/19 at 5:00 p.m.", "2019-04-11T17:00:00+01:00"),
    ("Release date: 08/Feb/2021 12:55", "2021-02-08T12:55:00+00:00"),
    ("**17 February 2016 - 8.35pm**", "2016-02-17T20:35:00+00:00"),
    ("24 Mar 21 1:01 PM", "2021-03-24T13:01:00+00:00"),
    ("Sept 3rd 2020, noon", "2020-09-03T12:00:00+01:00"),
    ("12 May 2020 midnight", "2020-05-12T00:00:00+01:00"),
    ("12.15am, 12 May 2020", "2020-05-12T00:15:00+01:00"),
    ("7pm on 1 March 2021", "2021-03-01T19:00:00+00:00"),
    ("1430hrs on 4 May 2020", "2020-05-04T14:30:00+01:00"),
    ("Monday the 4th of May 2020", "2020-05-04"),
    ("21-12-2017", "2017-12-21"),
    ("02.03.2021", "2021-03-02"),
    ("8/1/21", "2021-01-08"),
    ("2020-07-14", "2020-07-14"),
    ("2021/02/03 10:11", "2021-02-03T10:11:00+00:00"),
    ("2020-07-14T11:25+00:00", "2020-07-14T12:25:00+01:00"),
    ("2020-07-14T11:25:31Z", "2020-07-14T12:25:00+01:00"),
    ("2018-06-22T11:06:48+0100", "2018-06-22T11:06:00+01:00"),
    ("Tue, 16 Feb 2021 12:16:00 +0000", "2021-02-16T12:16:00+00:00"),
    ("August 2020", "2020-08"),
    ("2020-08", "2020-08"),
    ("08/2020", "2020-08"),
    ("2020", "2020"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "iso"), SPELLINGS)
def test_every_spelling_is_read(text: str, iso: str) -> None:
    when = parse_uk_date(text)
    assert when is not None
    assert when.iso == iso
    assert when.raw == text
    assert when.source is DateSource.NONE


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
def test_every_pattern_reads_its_own_example(pattern) -> None:
    assert pattern.regex.fullmatch(pattern.example)
    assert read_parts(pattern.example) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "31/02/2021",
        "31 June 2020",
        "29 February 2021",
        "12/25/2020",
        "25:10 02/02/2021",
        "15am 2 May 2020",
        "21-12-17",
        "1 May 1789",
        "1 May 2101",
        "28 April",
        "On Friday 3 May 2019",
        "The robbery took place on 3 May 2019",
        "3 May 2019 in the town centre",
        "Last modified: 8 June 2016 at 02:05pm",
        "Last updated 17 April 2015",
        "Updated News Post",
        "19:05",
        "40/20836/20",
        "9" * 5000,
    ],
)
def test_what_is_not_a_whole_real_publication_date_is_refused(text: str) -> None:
    assert parse_uk_date(text) is None


def test_numbers_are_day_first() -> None:
    when = parse_uk_date("02/03/2021")
    assert when is not None
    assert when.first_day == date(2021, 3, 2)


def test_a_midnight_that_only_fills_the_form_leaves_the_date_a_day() -> None:
    for text in ("2017-12-21T00:00:00+00:00", "00:00 21/12/2017", "2017-12-21T00:00"):
        when = parse_uk_date(text)
        assert when is not None
        assert (when.iso, when.precision) == ("2017-12-21", Precision.DAY)


def test_local_midnight_written_in_utc_is_the_local_day() -> None:
    when = parse_uk_date("2020-07-14T23:00:00Z")
    assert when is not None
    assert (when.iso, when.precision) == ("2020-07-15", Precision.DAY)


def test_a_cue_says_what_the_date_is() -> None:
    assert split_cue("**Published:** 4 March 2020") == (Cue.PUBLISHED, "4 March 2020")
    assert split_cue("Last modified: 4 March 2020") == (Cue.MODIFIED, "4 March 2020")
    assert split_cue("Date 4 March 2020") == (Cue.DATED, "4 March 2020")
    assert split_cue("4 March 2020") == (Cue.NONE, "4 March 2020")


WRITTEN = (
    "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%A %d %B %Y",
    "%B %d, %Y", "%d/%b/%Y", "%a, %d %b %Y",
)  # fmt: skip
DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@settings(max_examples=150)
@given(DAYS, st.sampled_from(WRITTEN))
def test_any_day_is_read_back_from_any_spelling(day: date, form: str) -> None:
    when = parse_uk_date(day.strftime(form))
    assert when is not None
    assert (when.first_day, when.precision) == (day, Precision.DAY)


@settings(max_examples=150)
@given(
    st.datetimes(datetime(1990, 1, 2), datetime(2100, 12, 30)),
    st.sampled_from(("%H:%M {}", "{} %H:%M", "{} at %I.%M%p", "%I:%M %p on {}")),
    st.sampled_from(WRITTEN),
)
def test_any_minute_is_read_back_as_local_time(moment: datetime, clock: str, form: str) -> None:
    if moment.hour == moment.minute == 0:
        moment += timedelta(minutes=1)
    when = parse_uk_date(moment.strftime(clock.format(form)))
    assert when is not None
    expected = moment.replace(second=0, microsecond=0, tzinfo=LONDON)
    assert (when.start, when.precision) == (expected, Precision.MINUTE)


@settings(max_examples=150)
@given(st.datetimes(datetime(1990, 1, 2), datetime(2100, 12, 30)), st.integers(-14 * 4, 14 * 4))
def test_an_offset_keeps_the_instant(moment: datetime, quarters: int) -> None:
    sign, minutes = ("-" if quarters < 0 else "+"), abs(quarters) * 15
    written = f"{moment:%Y-%m-%dT%H:%M:%S}{sign}{minutes // 60:02d}:{minutes % 60:02d}"
    when = parse_uk_date(written)
    assert when is not None
    assert when.start is not None
    if when.precision is Precision.MINUTE:
        instant = datetime.fromisoformat(written).replace(second=0)
        assert when.start.timestamp() == instant.timestamp()


@settings(max_examples=200)
@given(st.text(max_size=80))
def test_no_text_raises(text: str) -> None:
    when = parse_uk_date(text)
    assert when is None or when.precision is not Precision.NONE
