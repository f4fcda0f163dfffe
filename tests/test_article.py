"""An article survives being stored, and says its date as a British reader writes it."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.article import (
    LONDON,
    TAG_PLACES,
    Article,
    DateSource,
    ForceMatch,
    Precision,
    PublicationDate,
    Tag,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
TAGS = st.builds(Tag, TEXT, TEXT, st.sampled_from(sorted(TAG_PLACES)))


def dated(precision: Precision, *when: int) -> PublicationDate:
    return PublicationDate(datetime(*when, tzinfo=LONDON), precision, DateSource.BODY_HEAD, "raw")


@st.composite
def articles(draw: st.DrawFn) -> Article:
    when = draw(
        st.one_of(
            st.just(PublicationDate()),
            st.builds(
                dated,
                st.sampled_from([Precision.MINUTE, Precision.DAY, Precision.MONTH]),
                st.integers(1990, 2030),
                st.integers(1, 12),
                st.integers(1, 28),
                st.integers(4, 23),
                st.integers(0, 59),
            ),
        )
    )
    return Article(
        id=draw(TEXT),
        title=draw(TEXT),
        body=draw(TEXT),
        lead=draw(TEXT),
        force=draw(st.none() | st.builds(ForceMatch, TEXT, TEXT, TEXT)),
        date=when,
        references=draw(TEXTS),
        links=draw(TEXTS),
        meta=draw(st.dictionaries(TEXT, TEXT, max_size=3)),
        notes=draw(TEXTS),
        tags=draw(st.lists(TAGS, max_size=2).map(tuple)),
    )


@given(articles())
def test_an_article_survives_being_stored(article: Article) -> None:
    assert Article.from_json(article.to_json()) == article


@pytest.mark.parametrize(
    "tags", [["type:a", "b"], ["type:a", "b", "c"], "type", [1, 2, 3], [["a"]]]
)
def test_tags_without_their_evidence_are_refused(tags: object) -> None:
    stored = {"id": "i", "title": "t", "body": "b", "tags": tags}
    with pytest.raises((ValueError, TypeError)):
        Article.from_json(json.dumps(stored).encode())


@pytest.mark.parametrize(
    ("when", "iso", "display"),
    [
        (
            dated(Precision.MINUTE, 2021, 2, 2, 19, 5),
            "2021-02-02T19:05:00+00:00",
            "2 February 2021, 7:05pm",
        ),
        (
            dated(Precision.MINUTE, 2020, 7, 14, 12, 25),
            "2020-07-14T12:25:00+01:00",
            "14 July 2020, 12:25pm",
        ),
        (dated(Precision.DAY, 2020, 8, 21), "2020-08-21", "21 August 2020"),
        (dated(Precision.MONTH, 2020, 8, 1), "2020-08", "August 2020"),
        (dated(Precision.YEAR, 2016, 1, 1), "2016", "2016"),
        (PublicationDate(), "", "undated"),
    ],
)
def test_a_date_is_written_as_far_as_it_is_known(
    when: PublicationDate, iso: str, display: str
) -> None:
    assert (when.iso, when.display) == (iso, display)


def test_an_imprecise_date_covers_its_whole_period() -> None:
    february = dated(Precision.MONTH, 2020, 2, 1)
    assert (february.first_day, february.last_day) == (date(2020, 2, 1), date(2020, 2, 29))
    year = dated(Precision.YEAR, 2020, 1, 1)
    assert (year.first_day, year.last_day) == (date(2020, 1, 1), date(2020, 12, 31))
