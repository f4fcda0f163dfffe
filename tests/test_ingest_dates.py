"""When an article was published: which source is believed, and what is never used."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from re import Pattern
from typing import ClassVar

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.article import DateSource, Precision, PublicationDate
from searchkit.ingest.dates import Dated, mentioned_dates, publication_date
from searchkit.ingest.urldates import SHAPES, url_parts

PROSE = "Officers were called to a burglary in Northtown on Friday 3 May 2019."


def dated(meta: dict[str, str] | None = None, lines: tuple[str, ...] = (), url: str = "") -> Dated:
    return publication_date(meta or {}, lines, url)


def found(
    meta: dict[str, str] | None = None, lines: tuple[str, ...] = (), url: str = ""
) -> tuple[str, DateSource]:
    when = dated(meta, lines, url).date
    return when.iso, when.source


class TestOrderOfTrust:
    META: ClassVar = {
        "article.published.time": "2020-01-01T10:00:00+00:00",
        "publish.date": "12:33 02/01/2020",
        "article.modified.time": "2020-01-09T10:00:00+00:00",
        "day": "05",
        "month": "Jan",
        "time": "14:23",
    }
    LINES = ("10:00 03/01/2020", PROSE, PROSE, PROSE, PROSE, "Published on 4 January 2020")
    URL = "https://www.example.org/2020/01/06/burglary/"

    def test_each_source_is_used_when_those_before_it_are_missing(self) -> None:
        meta, lines, url = dict(self.META), self.LINES, self.URL
        assert found(meta, lines, url)[1] is DateSource.PUBLISHED_TIME
        del meta["article.published.time"]
        assert found(meta, lines, url) == ("2020-01-02T12:33:00+00:00", DateSource.PUBLISH_DATE)
        del meta["publish.date"]
        assert found(meta, lines, url) == ("2020-01-03T10:00:00+00:00", DateSource.BODY_HEAD)
        lines = lines[1:]
        assert found(meta, lines, url) == ("2020-01-04", DateSource.BODY_FOOT)
        lines = lines[:-1]
        assert found(meta, lines, url) == ("2020-01-05T14:23:00+00:00", DateSource.DAY_MONTH_KEYS)
        del meta["day"], meta["month"], meta["time"]
        assert found(meta, lines, url) == ("2020-01-06", DateSource.URL_DAY)
        url = "https://www.example.org/2020/january/burglary/"
        assert found(meta, lines, url) == ("2020-01", DateSource.URL_MONTH)
        url = "https://www.example.org/news/2020/burglary/"
        assert found(meta, lines, url) == ("2020", DateSource.URL_YEAR)
        url = "https://www.example.org/burglary/"
        assert found(meta, lines, url) == ("2020-01-09T10:00:00+00:00", DateSource.MODIFIED)
        del meta["article.modified.time"]
        assert dated(meta, lines, url) == Dated(PublicationDate())

    def test_an_unreadable_date_gives_way_to_the_next_source(self) -> None:
        meta = {"article.published.time": "soon", "publish.date": "31/02/2020"}
        assert found(meta, ("5 March 2020", PROSE)) == ("2020-03-05", DateSource.BODY_HEAD)

    @pytest.mark.parametrize(
        ("key", "source"),
        [
            ("article.published_time", DateSource.PUBLISHED_TIME),
            ("datePublished", DateSource.PUBLISHED_TIME),
            ("published_at", DateSource.PUBLISHED_TIME),
            ("pubDate", DateSource.PUBLISHED_TIME),
            ("date", DateSource.PUBLISH_DATE),
            ("published", DateSource.PUBLISH_DATE),
            ("dc.date", DateSource.PUBLISH_DATE),
            ("created", DateSource.PUBLISH_DATE),
            ("og.updated_time", DateSource.MODIFIED),
            ("dateModified", DateSource.MODIFIED),
        ],
    )
    def test_keys_of_other_sites_are_known(self, key: str, source: DateSource) -> None:
        assert found({key: "2020-07-14"}) == ("2020-07-14", source)

    def test_the_date_of_an_incident_in_the_front_matter_is_not_used(self) -> None:
        meta = {"incident.day": "6", "incident.month": "February", "incident.year": "2020"}
        assert dated(meta).date == PublicationDate()


class TestStampLines:
    def test_a_stamp_below_a_label_or_a_headline_is_found(self) -> None:
        assert found({}, ("Appeal", "16:09 22/01/2021", PROSE))[0] == "2021-01-22T16:09:00+00:00"
        lines = ("# Witnesses sought in Northtown", "16 July 2020", "* * *", PROSE)
        assert dated({}, lines).stamp_lines == {1}

    def test_a_sentence_with_a_date_is_never_a_stamp(self) -> None:
        for line in (PROSE, "On Friday 3 May 2019", "It happened on 3 May 2019.",
                     "Previous release | 3 May 2019", "Update - Monday 3 May 2019"):  # fmt: skip
            assert dated({}, (line, "Text.")) == Dated(PublicationDate())

    def test_a_bare_date_below_prose_heads_a_section_and_stays(self) -> None:
        assert dated({}, (PROSE, "## Saturday 29 August 2020", PROSE)) == Dated(PublicationDate())

    def test_a_bare_date_at_the_foot_needs_a_cue(self) -> None:
        lines = (PROSE,) * 6
        assert dated({}, (*lines, "29 August 2020")) == Dated(PublicationDate())
        assert found({}, (*lines, "_Published: 29 August 2020_"))[1] is DateSource.BODY_FOOT
        assert found({}, (*lines, "Release date: 29/Aug/2020 12:55", "Author: 12", "* * *"))[1] is (
            DateSource.BODY_FOOT
        )

    def test_a_stamp_in_the_middle_is_not_looked_at(self) -> None:
        lines = (*(PROSE,) * 5, "Published on 29 August 2020", *(PROSE,) * 5)
        assert dated({}, lines) == Dated(PublicationDate())

    def test_last_modified_is_taken_out_but_never_believed(self) -> None:
        lines = ("Last modified: 8 June 2016 at 02:05pm", PROSE)
        assert dated({}, lines) == Dated(PublicationDate(), frozenset({0}))

    def test_the_published_line_is_believed_before_the_dated_line(self) -> None:
        lines = (
            "_Dated: 04 August 2020 11:42:38_",
            "_Date published: 05 August 2020 10:29_",
            PROSE,
        )
        result = dated({}, lines)
        assert result.date.iso == "2020-08-05T10:29:00+01:00"
        assert result.stamp_lines == {0, 1}

    def test_a_page_stamp_is_taken_out_also_when_the_front_matter_is_believed(self) -> None:
        meta = {"article.published.time": "2020-11-25T15:00:10+00:00"}
        lines = (*(PROSE,) * 5, "25 November 2020", "Posted on 25 November 2020 at 03:00pm in News")
        assert dated(meta, lines).stamp_lines == {5, 6}

    def test_the_date_of_an_event_is_no_stamp(self) -> None:
        lines = ("Open day", "Date: Saturday 6 June 2020", "Time: 10am to 4pm", PROSE)
        assert dated({}, lines) == Dated(PublicationDate())

    def test_a_stamp_without_a_year_takes_the_year_of_the_url(self) -> None:
        url = "https://www.example.org/news/2020/april/burglary/"
        assert found({}, ("**Published 28 April**", PROSE), url) == (
            "2020-04-28",
            DateSource.BODY_HEAD,
        )
        assert found({}, ("Published 28 April", PROSE))[0] == ""
        assert found({}, ("28 April", PROSE), url)[1] is DateSource.URL_MONTH


class TestPartKeys:
    def test_the_url_gives_the_year(self) -> None:
        meta = {"day": "18", "month": "Dec", "time": "14:23"}
        url = "https://www.example.org/latest-news/2020/december/burglary"
        assert found(meta, (), url) == ("2020-12-18T14:23:00+00:00", DateSource.DAY_MONTH_KEYS)

    def test_new_year_between_the_stamp_and_the_url(self) -> None:
        url = "https://www.example.org/latest-news/2021/january/burglary"
        assert found({"day": "31", "month": "Dec"}, (), url)[0] == "2020-12-31"

    def test_keys_below_publish_keep_their_precision(self) -> None:
        meta = {"publish.month": "March", "publish.year": "2019"}
        assert found(meta) == ("2019-03", DateSource.DAY_MONTH_KEYS)

    def test_without_any_year_there_is_no_date(self) -> None:
        assert found({"day": "31", "month": "Dec"})[0] == ""


class TestUrls:
    @pytest.mark.parametrize(("example", "shape"), SHAPES)
    def test_every_shape_reads_its_own_example(self, example: str, shape: Pattern[str]) -> None:
        url = f"https://www.example.org/news{example}"
        assert shape.search(url)
        parts = url_parts(url)
        assert parts is not None
        assert parts.year in (2020, 2021)

    @pytest.mark.parametrize(
        ("path", "iso"),
        [
            ("/news/2020/07/14/fire/", "2020-07-14"),
            ("/news/2020/07/10-ways-to-be-safe/", "2020-07"),
            ("/news/latest-news/12-12-2018/fire", "2018-12-12"),
            ("/news/2021/march/22-03-2021/fire/", "2021-03"),
            ("/news/articles/2020/8/fire/", "2020-08"),
            ("/news/2021/march-2021/fire", "2021-03"),
            ("/news/2020/31/fire", "2020"),
            ("/news/article/2019/fire", ""),
            ("/news/article/2019", ""),
            ("/news/missing/2012/fire", ""),
            ("/news/man-arrested-12-12-2018", ""),
            ("/news?year=/2020/07/14/", ""),
        ],
    )
    def test_only_whole_segments_count(self, path: str, iso: str) -> None:
        assert found({}, (), f"https://www.example.org{path}")[0] == iso


class TestConflicts:
    def test_sources_more_than_a_day_apart_are_noted(self) -> None:
        meta = {"publish.date": "12:33 02/01/2020"}
        assert dated(meta, ("10:00 03/01/2020", PROSE)).notes == ()
        (note,) = dated(meta, ("10:00 09/01/2020", PROSE)).notes
        assert "publish.date says 2020-01-02" in note
        assert "body-head says 2020-01-09" in note

    def test_a_url_may_be_a_month_off(self) -> None:
        meta = {"publish.date": "02/01/2020"}
        assert dated(meta, (), "https://www.example.org/2019/december/fire/").notes == ()
        assert dated(meta, (), "https://www.example.org/2019/july/fire/").notes


class TestTimeZones:
    PAGE = (*(PROSE,) * 5, "Posted on 5 May 2015 at 12:46pm in News stories")

    def test_an_offset_is_converted_to_london(self) -> None:
        meta = {"article.published.time": "2015-05-05T11:46:10+00:00"}
        assert found(meta, self.PAGE)[0] == "2015-05-05T12:46:00+01:00"

    def test_local_time_labelled_utc_is_put_right_by_the_page(self) -> None:
        meta = {"article.published.time": "2015-05-05T12:46:10+00:00"}
        assert found(meta, self.PAGE)[0] == "2015-05-05T12:46:00+01:00"
        assert found(meta, ())[0] == "2015-05-05T13:46:00+01:00"


class TestMentionedDates:
    def test_days_are_listed_once_in_the_order_of_the_text(self) -> None:
        text = (
            "On Friday 3 May, log 667 of December 23rd, and again on 3 May; "
            "incident 102 of 09/11/20, March 23 2021, 2020-02-03 and the 1st of June 2018."
        )
        assert mentioned_dates(text, 2019) == (
            "2019-05-03", "2019-12-23", "2020-11-09", "2021-03-23", "2020-02-03", "2018-06-01",
        )  # fmt: skip

    def test_without_a_hint_a_date_needs_its_year(self) -> None:
        assert mentioned_dates("On 3 May, and on 4 May 2020.", None) == ("2020-05-04",)

    def test_the_weekday_chooses_among_neighbouring_years(self) -> None:
        assert mentioned_dates("last seen on Monday 28 December", 2021) == ("2020-12-28",)

    def test_numbers_that_are_no_dates_are_left_alone(self) -> None:
        text = (
            "In March 2020 officers may 3 times ... 31 June 2020, ref 42/47591/21, 1.2.3.4, May 10%"
        )
        assert mentioned_dates(text, 2020) == ()

    def test_a_time_after_a_date_is_not_its_year(self) -> None:
        assert mentioned_dates("from 12 May 2000 hours", 2020) == ("2020-05-12",)

    def test_there_are_at_most_twenty(self) -> None:
        text = ", ".join(f"{day} May 2020" for day in range(1, 31))
        assert len(mentioned_dates(text, None)) == 20

    @settings(max_examples=150)
    @given(st.text(max_size=200), st.none() | st.integers(1990, 2030))
    def test_any_text_gives_real_days(self, text: str, hint: int | None) -> None:
        for day in mentioned_dates(text, hint):
            assert date.fromisoformat(day).isoformat() == day


@settings(max_examples=150)
@given(
    st.dictionaries(st.sampled_from(["date", "publish.date", "day", "month", "year", "time"]),
                    st.text(max_size=12), max_size=4),
    st.lists(st.text(max_size=40), max_size=8),
    st.text(max_size=40),
)  # fmt: skip
def test_no_input_raises_and_stamps_are_lines(
    meta: dict[str, str], lines: list[str], url: str
) -> None:
    result = publication_date(meta, lines, url)
    assert all(0 <= index < len(lines) for index in result.stamp_lines)
    assert (result.date.start is None) == (result.date.precision is Precision.NONE)


@settings(max_examples=100)
@given(st.lists(st.dates(date(2000, 1, 1), date(2030, 1, 1)), min_size=1, max_size=8))
def test_dates_in_sentences_are_never_the_publication_date(days: list[date]) -> None:
    lines = [f"It happened on {day:%A %d %B %Y} in Northtown." for day in days]
    assert publication_date({}, lines, "") == Dated(PublicationDate())


SEEDS = {
    "000_939fb2e9a25a1d78.txt": ("2021-02-02T19:05:00+00:00", DateSource.BODY_HEAD),
    "003_4723a9d7870babc3.txt": ("2020-07-14T12:25:00+01:00", DateSource.PUBLISHED_TIME),
    "004_a380245022b8a975.txt": ("2020-08-21", DateSource.PUBLISH_DATE),
}


def flattened(values: dict[str, object], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            flat |= flattened(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = str(value)
    return flat


@pytest.mark.parametrize("name", SEEDS)
def test_the_seeds_have_their_dates(seeds: Path, name: str) -> None:
    _, front, body = (seeds / name).read_text(encoding="utf-8").split("```", 2)
    meta = flattened(yaml.load(front.removeprefix("yaml"), Loader=yaml.BaseLoader))
    lines = [line for line in body.splitlines() if line.strip()]
    assert found(meta, tuple(lines), meta["url"]) == SEEDS[name]
