"""What pages show, without a server: addresses, dates, charts, pages of results, Welsh."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from searchkit.query.parser import parse
from searchkit.ukdates import MONTHS
from searchkit.web.views.address import PAGE_SIZE, Address, is_written, read
from searchkit.web.views.article import article_view, web_address
from searchkit.web.views.chart import by_month, chart, days_of, named
from searchkit.web.views.days import DayFields, fields_of, in_words
from searchkit.web.views.filters import selections
from searchkit.web.views.language import language_of
from searchkit.web.views.paging import paging
from searchkit.web.views.plain import TIPS
from searchkit.web.views.wording import bare, counted, listed, range_in_words


def pairs_of(url: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url).query, keep_blank_values=True)


# Addresses


def test_an_empty_address_is_the_bare_path() -> None:
    assert Address().url() == "/search"
    assert read("/search", []) == Address(days=(DayFields("since"), DayFields("until")))


def test_an_address_keeps_no_default_and_no_empty_field() -> None:
    sent = QueryParams("q=knife&since-day=&since-month=&since-year=&sort=&copies=&limit=20&page=1")
    assert read("/search", sent.multi_items()).url() == "/search?q=knife"


def test_the_usual_order_is_not_written() -> None:
    assert read("/search", [("q", "knife"), ("sort", "relevance")]).url() == "/search?q=knife"
    assert read("/search", [("sort", "newest")]).url() == "/search"
    assert read("/search", [("q", "x"), ("sort", "newest")]).url() == "/search?q=x&sort=newest"


def test_forces_are_written_by_their_ids_once() -> None:
    sent = [("area", "Met"), ("area", "metropolitan"), ("area", "Kent Police"), ("area", "nowhere")]
    assert read("/search", sent).area == ("metropolitan", "kent", "nowhere")


def test_tags_are_written_by_their_values() -> None:
    assert read("/search", [("type", "Anti-social behaviour")]).type == ("asb",)


def test_a_change_leads_to_the_first_page() -> None:
    address = read("/search", [("q", "knife"), ("page", "4")])
    assert address.page == 4
    assert address.but(area=("kent",)).page == 1


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "99999999999999", "²"])
def test_a_page_that_is_none_is_the_first(page: str) -> None:
    assert read("/search", [("page", page)]).page == 1


@given(
    st.builds(
        Address,
        text=st.text(max_size=20).map(str.strip),
        area=st.lists(st.sampled_from(["kent", "essex", "metropolitan"]), unique=True).map(tuple),
        type=st.lists(st.sampled_from(["burglary", "fraud"]), unique=True).map(tuple),
        since=st.sampled_from(["", "2019", "2019-03", "2019-03-27"]),
        until=st.sampled_from(["", "2020", "2020-12"]),
        on=st.sampled_from(["", "last month"]),
        sort=st.sampled_from(["", "oldest"]),
        exact=st.booleans(),
        no_synonyms=st.booleans(),
        limit=st.sampled_from([PAGE_SIZE, 5]),
        page=st.integers(1, 50),
    )
)
def test_an_address_reads_what_it_writes(address: Address) -> None:
    pairs = pairs_of(address.url())
    again = read("/search", pairs)
    assert again.url() == address.url()
    assert is_written(pairs, again)
    assert again.asking() == address.asking()


def test_parameters_of_others_do_not_matter() -> None:
    pairs = [("q", "knife"), ("utm_source", "mail")]
    assert is_written(pairs, read("/search", pairs))


def test_a_selection_leads_to_the_search_without_it() -> None:
    address = read("/search", [("q", "x"), ("area", "kent"), ("area", "essex"), ("since", "2019")])
    shown = {one.label: one.url for one in selections(address)}
    assert shown == {
        "Kent Police": "/search?q=x&area=essex&since=2019",
        "Essex Police": "/search?q=x&area=kent&since=2019",
        "From 2019": "/search?q=x&area=kent&area=essex",
    }


# Dates


def filled_in(name: str, day: str, month: str, year: str) -> DayFields:
    given = {f"{name}-day": [day], f"{name}-month": [month], f"{name}-year": [year]}
    return fields_of(name, given)


@pytest.mark.parametrize(
    ("day", "month", "year", "text"),
    [
        ("27", "3", "2021", "2021-03-27"),
        ("", "3", "2021", "2021-03"),
        ("", "", "2021", "2021"),
        ("1", "Sept", "2020", "2020-09-01"),
        ("1", "SEP.", "2020", "2020-09-01"),
        ("1", "september", "2020", "2020-09-01"),
        ("29", "02", "2020", "2020-02-29"),
        ("", "", "", ""),
    ],
)
def test_three_fields_name_a_period(day: str, month: str, year: str, text: str) -> None:
    found = filled_in("since", day, month, year)
    assert (found.text, found.error) == (text, "")


@pytest.mark.parametrize(
    ("day", "month", "year", "wrong", "said"),
    [
        ("31", "2", "2021", "day", "must be a real date: February 2021 has 28 days"),
        ("0", "2", "2021", "day", "must be a real date"),
        ("27", "", "2021", "month", "must include a month"),
        ("27", "3", "", "year", "must include a year"),
        ("", "3", "", "year", "must include a year"),
        ("27", "13", "2021", "month", "from 1 to 12"),
        ("27", "Smarch", "2021", "month", "from 1 to 12"),
        ("27", "3", "21", "year", "4 numbers"),
        ("27", "3", "0000", "year", "4 numbers"),
        ("²", "3", "2021", "day", "real date"),
    ],
)
def test_a_date_that_is_none_says_which_field_is_wrong(
    day: str, month: str, year: str, wrong: str, said: str
) -> None:
    found = filled_in("until", day, month, year)
    assert found.text == ""
    assert found.wrong == wrong
    assert found.error.startswith("To date ")
    assert said in found.error
    assert (found.day, found.month, found.year) == (day, month, year)


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_any_text_in_the_fields_is_a_period_or_an_error(day: str, month: str, year: str) -> None:
    found = filled_in("since", day, month, year)
    assert bool(found.error) != bool(found.text) or not any((day, month, year))
    if found.text:
        assert fields_of("since", {"since": [found.text]}).text == found.text


def test_a_date_in_a_link_fills_the_fields() -> None:
    found = fields_of("since", {"since": ["aug-2020"]})
    assert (found.day, found.month, found.year, found.text) == ("1", "8", "2020", "2020-08-01")
    found = fields_of("until", {"until": ["aug-2020"]})
    assert found.text == "2020-08-31"


def test_a_date_in_a_link_that_is_none_says_so() -> None:
    found = fields_of("since", {"since": ["31/02/2021"]})
    assert found.error == "From date: 31/02/2021 is not a real date"


def test_dates_in_words() -> None:
    assert in_words("2021-02-02") == "2 February 2021"
    assert in_words("2021-02") == "February 2021"
    assert in_words("last month") == "last month"
    assert range_in_words("2020-06-01", "2020-06-30") == "1 to 30 June 2020"
    assert range_in_words("2020-06-01", "2020-07-30") == "1 June to 30 July 2020"
    assert range_in_words("2019-06-01", "2020-07-30") == "1 June 2019 to 30 July 2020"


# Charts


def test_a_bar_is_as_high_as_its_share_of_the_ceiling() -> None:
    made = chart("year", [("2019", 50), ("2020", 0), ("2021", 100)])
    assert made.ceiling == 100
    assert [bar.height for bar in made.bars] == [50, 0, 100]
    assert [bar.label for bar in made.bars] == ["2019", "2020", "2021"]
    assert [line.label for line in made.lines] == ["100", "50"]


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60))
def test_bars_stay_in_their_box_and_what_is_not_zero_is_seen(counts: list[int]) -> None:
    made = chart("year", [(str(1900 + n), float(count)) for n, count in enumerate(counts)])
    for place, (bar, count) in enumerate(zip(made.bars, counts, strict=True)):
        assert 0 <= bar.y <= 100
        assert bar.y + bar.height == pytest.approx(100)
        assert place <= bar.x < bar.x + bar.width <= place + 1
        assert (bar.height > 0) == (count > 0)
    assert made.ceiling >= max(counts)
    assert made.ceiling / 2 == int(made.ceiling / 2) or made.ceiling < 10


def test_months_are_whole_years_and_many_years_are_years() -> None:
    by, values = by_month([("2020-03", 2), ("undated", 9), ("2019-11", 1)])
    assert by == "month"
    assert len(values) == 24
    assert values[0] == ("2019-01", 0)
    assert sum(value for _, value in values) == 3
    by, values = by_month([("1990-03", 2), ("2020-11", 1), ("2020-12", 1)])
    assert by == "year"
    assert (values[0], values[-1], len(values)) == (("1990", 2), ("2020", 2), 31)
    assert by_month([("undated", 3)]) == ("month", [])


def test_periods_have_names_and_days() -> None:
    assert named("week", "2019-03-04") == "week of 4 March 2019"
    assert named("day", "2019-03-04") == "4 March 2019"
    assert days_of("week", "2019-12-30") == ("2019-12-30", "2020-01-05")
    assert days_of("month", "2019-12") == ("2019-12", "2019-12")


@pytest.mark.parametrize("by", ["year", "month", "week", "day"])
def test_a_label_that_would_not_fit_ends_at_its_place(by: str) -> None:
    periods = {
        "year": [str(year) for year in range(2000, 2021)],
        "month": [f"20{y:02}-{m:02}" for y in range(15, 22) for m in range(1, 13)][:76],
        "week": ["2019-12-30", "2020-01-06"],
        "day": [f"2020-06-{day:02}" for day in range(1, 31)],
    }[by]
    columns = chart(by, [(period, 1.0) for period in periods]).columns
    assert 2 <= len(columns) <= 16
    assert all(tick.last == (float(tick.at[:-1]) > 90) for tick in columns)


# Pages of results


def numbers(total: int, page: int, limit: int = 10) -> list[int]:
    made = paging(total, limit, page, lambda number: f"?page={number}", most_offset=10_000)
    return [link.number for link in made.links]


def test_one_page_has_no_links() -> None:
    assert numbers(10, 1) == []
    assert numbers(0, 1) == []


def test_gaps_stand_for_pages_left_out_and_never_for_one() -> None:
    assert numbers(420, 5) == [1, 0, 4, 5, 6, 0, 42]
    assert numbers(420, 3) == [1, 2, 3, 4, 0, 42]
    assert numbers(420, 1) == [1, 2, 0, 42]
    assert numbers(420, 42) == [1, 0, 41, 42]
    assert numbers(50, 3) == [1, 2, 3, 4, 5]


@given(st.integers(0, 10**6), st.integers(1, 100), st.data())
def test_no_page_is_named_that_would_be_refused(
    total: int, limit: int, data: st.DataObject
) -> None:
    pages = paging(total, limit, 1, str, most_offset=10_000).pages
    page = data.draw(st.integers(1, pages))
    made = paging(total, limit, page, str, most_offset=10_000)
    assert all((link.number - 1) * limit <= 10_000 for link in made.links)
    assert made.cut == (total > pages * limit)
    assert (made.previous == "") == (page == 1)
    assert (made.following == "") == (page == pages)
    if made.links:
        assert [link.number for link in made.links if link.current] == [page]


# Words


def test_remarks_name_no_command_and_no_flag() -> None:
    said = "did you mean Kent (kent)?  searchkit forces lists them all"
    assert bare(said) == "Did you mean Kent (kent)?"
    assert bare("use date:2020 or --since/--until") == "Use date:2020"
    assert bare("31/02/2021 is not a real date (column 15)") == "31/02/2021 is not a real date"
    assert bare("repair it with:  searchkit check --repair") == "Repair it with:"


def test_numbers_and_lists_read_well() -> None:
    assert counted(1, "article") == "1 article"
    assert counted(2300, "copy", "copies") == "2,300 copies"
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"


WELSH = (
    "Mae swyddogion yn apelio am wybodaeth wedi i ddyn gael ei anafu yn y dref. "
    "Roedd yr heddlu ar y safle, ac mae'r ffordd wedi cau."
)


def test_welsh_is_recognised_and_english_is_not_called_welsh() -> None:
    assert language_of(WELSH) == "cy"
    assert language_of("Officers of Dyfed-Powys Police are appealing for help.") == ""
    assert language_of("Heddlu Gwent") == ""
    assert language_of("") == ""


def test_only_addresses_of_the_web_are_links() -> None:
    assert web_address("https://www.kent.police.uk/a?b=c") == "https://www.kent.police.uk/a?b=c"
    for url in ("javascript:alert(1)", "data:text/html,x", "//host/x", "https://", "http://[", ""):
        assert web_address(url) == ""


def test_every_tip_is_understood() -> None:
    from datetime import date

    tips = [tip for _, group in TIPS for tip in group]
    assert len(tips) > 15
    for tip in tips:
        parsed = parse(tip.query, today=date(2026, 1, 1))
        assert parsed.diagnostics == (), tip.query


# An article


def told(body: str, **changes: object) -> dict[str, object]:
    article: dict[str, object] = {
        "id": "00112233445566aa",
        "title": "Shed broken into",
        "force": {"id": "kent", "name": "Kent Police", "source": "area"},
        "date": {
            "iso": "2021-02-02",
            "display": "2 February 2021",
            "precision": "day",
            "source": "body-head",
            "raw": "02/02/2021",
        },
        "url": "https://www.kent.police.uk/shed",
        "area": "Kent",
        "category": "",
        "references": [],
        "operations": [],
        "mentions": [],
        "tags": [],
        "notes": [],
        "body": body,
        "boilerplate": [],
        **changes,
    }
    copies = {"articles": [article], "lines": []}
    return {"article": article, "highlights": {}, "copies": copies, "bibtex": ""}


def test_all_of_the_body_is_shown_in_order_and_matches_are_numbered() -> None:
    body = "A shed.\n\nThe shed was red.\nCall 101.\n\nNo shed is left."
    given = told(body, boilerplate=[[27, 36]])
    given["highlights"] = {"title": [[0, 4]], "body": [[2, 6], [13, 17], [41, 45]]}
    view = article_view(Address(text="shed"), given)
    shown = [[text for text, _ in line.pieces] for block in view.blocks for line in block.lines]
    assert ["".join(line) for line in shown] == [line for line in body.split("\n") if line]
    assert [block.folded for block in view.blocks] == [False, True, False]
    found = [piece for block in view.blocks for line in block.lines for piece in line.pieces]
    assert [piece for piece in found if piece[1]] == [("shed", 1), ("shed", 2), ("shed", 3)]
    assert view.headline == (("Shed", -1), (" broken into", 0))
    assert view.matches == 3


def test_a_folded_line_that_matches_is_shown() -> None:
    given = told("Call 101.", boilerplate=[[0, 9]])
    given["highlights"] = {"body": [[5, 8]]}
    assert [block.folded for block in article_view(Address(), given).blocks] == [False]


def test_the_source_of_the_date_is_said_in_words() -> None:
    view = article_view(Address(), told("Text."))
    assert view.dated_by == "from the stamp above the text: 02/02/2021"


def test_the_way_back_keeps_the_search() -> None:
    address = Address(text="shed", area=("kent",), page=3)
    assert article_view(address, told("x")).back.url == "/search?q=shed&area=kent&page=3"
    assert article_view(Address(), told("x")).back.text == "All articles"


def test_months_of_the_form_are_those_of_the_calendar() -> None:
    for number, name in enumerate(MONTHS, 1):
        found = fields_of("since", {"since-month": [name], "since-year": ["2020"]})
        assert found.text == f"2020-{number:02}"
