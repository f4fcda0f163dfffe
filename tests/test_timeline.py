"""Counting by time: every article once, none forced onto a day, gaps filled with nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

import pytest
from corpus import Placed, articles, fill_index

from searchkit import Index
from searchkit.article import Article
from searchkit.errors import QueryError
from searchkit.fields import PERIODS
from searchkit.timeline import SPLITS

BATCH = articles(200)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, placed: Placed) -> Iterator[Index]:
    place = placed(tmp_path_factory.mktemp("timeline") / "index")
    with Index.open(fill_index(place, BATCH)) as opened:
        yield opened


def period_of(article: Article, by: str) -> str:
    """The period an article lies in, worked out from its days; as a timeline names it."""
    first, last = article.date.first_day, article.date.last_day
    if first is None or last is None:
        return "undated"
    names = {_named(first, by), _named(last, by)}
    return names.pop() if len(names) == 1 else ""


def _named(day: date, by: str) -> str:
    if by == "week":
        return (day - timedelta(days=day.weekday())).isoformat()
    return f"{day}"[: {"year": 4, "month": 7, "day": 10}[by]]


@pytest.mark.parametrize("by", PERIODS)
def test_counts_are_those_of_counting_the_articles_one_by_one(index: Index, by: str) -> None:
    found = index.timeline(by=by)
    expected = Counter(period_of(article, by) for article in BATCH)
    assert {row.period: row.count for row in found if row.count} == {
        period: count for period, count in expected.items() if period not in ("", "undated")
    }
    assert found.imprecise.count == expected[""]
    assert found.undated.count == expected["undated"] > 0
    assert found.total == len(BATCH)


@pytest.mark.parametrize("by", PERIODS)
def test_periods_follow_one_another_without_a_gap(index: Index, by: str) -> None:
    periods = [row.period for row in index.timeline(by=by)]
    days = [date.fromisoformat(f"{period}-01-01"[:10]) for period in periods]
    shortest = {"year": 365, "month": 28, "week": 7, "day": 1}[by]
    longest = {"year": 366, "month": 31, "week": 7, "day": 1}[by]
    steps = [(after - before).days for before, after in pairwise(days)]
    assert set(steps) <= set(range(shortest, longest + 1))


@pytest.mark.parametrize("split", SPLITS)
def test_parts_are_those_of_the_articles_of_each_period(index: Index, split: str) -> None:
    def values(article: Article) -> tuple[str, ...]:
        if split == "force":
            return (article.force.id if article.force else "",)
        return article.tagged(split)

    expected = Counter(
        (period_of(article, "year"), value) for article in BATCH for value in values(article)
    )
    found = index.timeline(by="year", split=split)
    rows = [*found, found.imprecise, found.undated]
    assert {(row.period, v): n for row in rows for v, n in row.parts.items()} == expected
    totals = Counter[str]()
    for (_, value), count in expected.items():
        totals[value] += count
    assert {bucket.value: bucket.count for bucket in found.series} == totals


def test_a_share_is_of_the_articles_that_pass_the_same_filters(index: Index) -> None:
    plain = index.timeline("burglary", by="year", area="kent")
    found = index.timeline("burglary", by="year", area="kent", share=True)
    assert [row.count for row in found] == [row.count for row in plain]
    assert {row.share for row in plain} == {None}
    held = {row.period: row.count for row in index.timeline(by="year", area="kent")}
    for row in found:
        assert row.of == held.get(row.period, 0)
        assert row.share == (1000 * row.count / row.of if row.of else None)


def test_the_time_asked_for_is_listed_to_its_ends_though_nothing_lies_there(index: Index) -> None:
    found = index.timeline("nosuchword", by="month", since="2001-03", until="june 2001")
    assert [(row.period, row.count) for row in found] == [
        ("2001-03", 0), ("2001-04", 0), ("2001-05", 0), ("2001-06", 0),
    ]  # fmt: skip
    assert (found.total, found.undated.count, found.peak) == (0, 0, found.rows[0])


def test_an_end_in_the_future_is_not_listed(index: Index) -> None:
    found = index.timeline(by="year", until="2999")
    assert int(found.rows[-1].period) <= date.today().year


def test_nothing_found_is_no_period_at_all(index: Index) -> None:
    found = index.timeline("nosuchword")
    assert (found.rows, found.total, found.peak) == ((), 0, None)


def test_all_words_are_counted_unless_another_match_is_asked_for(index: Index) -> None:
    text = "burglary nosuchword"
    assert index.search(text).relaxed
    assert index.timeline(text).total == index.count(text) == 0
    assert index.timeline(text, match="any").total == index.count(text, match="any") > 0


def test_too_many_periods_are_refused_in_one_line(index: Index) -> None:
    with pytest.raises(QueryError, match="more than 10,000 periods"):
        index.timeline(by="day", since="1900", until="2020")


def test_the_values_of_a_chosen_facet_count_what_each_would_find(index: Index) -> None:
    """Several may be chosen: the others are told with what choosing them would add."""
    every = {b.value: b.count for b in index.facets("force")["force"]}
    chosen = index.search(area="kent", facets=["force", "year"])
    assert {b.value: b.count for b in chosen.facets["force"]} == every
    assert sum(b.count for b in chosen.facets["year"]) == every["kent"]
    alone = index.facets(("force", "type"), area="kent", type="burglary")
    of_kent = [a for a in BATCH if a.force and a.force.id == "kent"]
    assert {b.value: b.count for b in alone["type"]} == Counter(
        value for article in of_kent for value in article.tagged("type")
    )
    assert {b.value: b.count for b in alone["force"]} == Counter(
        a.force.id if a.force else "" for a in BATCH if "burglary" in a.tagged("type")
    )


def test_all_matches_come_one_by_one_in_the_order_of_the_pages(index: Index) -> None:
    streamed = list(index.iter("burglary", copies="group"))
    pages = [
        hit
        for offset in range(0, 200, 100)
        for hit in index.search("burglary", offset=offset, limit=100)
    ]
    assert [(h.rank, h.id, h.score) for h in streamed] == [(h.rank, h.id, h.score) for h in pages]
    assert [h.matched_terms for h in streamed] == [h.matched_terms for h in pages]


def test_a_wrong_question_is_refused_before_anything_is_streamed(index: Index) -> None:
    with pytest.raises(QueryError, match="unknown force"):
        index.iter(area="hertz")


def test_an_option_that_there_is_none_of_is_refused(index: Index) -> None:
    with pytest.raises(TypeError, match="colour"):
        index.search("knife", colour="red")  # type: ignore[call-arg]
