"""The pages as they are served: what is on them, where their links lead, what is said of errors."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from corpus import Place
from serving import served
from starlette.testclient import TestClient

from searchkit import Index
from searchkit.errors import QueryTimeout
from searchkit.web import problems
from searchkit.web.pages import ROUTES
from searchkit.web.service import Busy
from searchkit.web.views import plain

HTML = {"accept": "text/html"}
PATHS = ("/", "/search", "/search?q=police", "/timeline", "/forces", "/tips", "/about", "/nowhere")


def page(client: TestClient, url: str, status: int = 200) -> str:
    answer = client.get(url, headers=HTML, follow_redirects=False)
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.text


def sent_to(client: TestClient, url: str) -> str:
    answer = client.get(url, headers=HTML, follow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["location"]


def title_of(text: str) -> str:
    found = re.search("<title>(.*)</title>", text)
    assert found
    return unescape(found[1])


def headings(text: str) -> list[str]:
    return [unescape(h) for h in re.findall(r'<h3><a href="[^"]*"><bdi>(.*?)</bdi>', text)]


def links(text: str) -> Iterator[str]:
    return (unescape(url) for url in re.findall(r'href="([^"]*)"', text))


# What every page has


@pytest.mark.parametrize("path", PATHS)
def test_every_page_has_its_landmarks(client: TestClient, path: str) -> None:
    text = page(client, path, 404 if path == "/nowhere" else 200)
    assert text.startswith('<!doctype html>\n<html lang="en-GB">')
    assert text.count("<h1") == 1
    assert text.count("<main ") == 1
    assert '<a class="skip" href="#main">' in text
    assert text.count('aria-live="polite"') == (1 if path.startswith(("/search", "/time")) else 0)
    assert "<style" not in text
    assert " style=" not in text
    assert len(re.findall("<script", text)) == 1
    assert not re.search(r"\son[a-z]+=", text)


@pytest.mark.parametrize("path", PATHS[:-1])
def test_every_link_of_a_page_leads_somewhere(client: TestClient, path: str) -> None:
    for url in set(links(page(client, path))):
        if url.startswith("/"):
            assert client.get(url.partition("#")[0]).status_code == 200, url
        else:
            assert url.startswith(("#", "http")), url


def test_every_page_is_in_the_table_of_routes() -> None:
    paths = {getattr(route, "path", "") for route in ROUTES}
    assert {path.partition("?")[0] for path in PATHS[:-1]} <= paths


# Results


def test_results_are_those_of_the_library(client: TestClient, small_index: Place) -> None:
    with Index.open(small_index) as index:
        found = index.search("diversity", limit=20)
    text = page(client, "/search?q=diversity")
    assert headings(text) == [hit.title for hit in found]
    assert f">{found.total} articles</h2>" in text
    assert "<mark>" in text


def test_the_tab_says_what_was_searched_and_which_page_it_is(client: TestClient) -> None:
    text = page(client, "/search?q=police&area=essex&limit=5&page=2")
    assert re.fullmatch(
        r"police – Essex Police \(page 2 of \d+\) – Police news search", title_of(text)
    )
    assert title_of(page(client, "/search")).startswith("Latest articles")


def test_a_form_with_empty_fields_is_sent_on_to_the_plain_url(client: TestClient) -> None:
    sent = "/search?q=police&since-day=&since-month=&since-year=2019&sort=relevance&copies="
    assert sent_to(client, sent) == "/search?q=police&since=2019"


def test_a_page_that_there_is_not_leads_to_the_first(client: TestClient) -> None:
    assert sent_to(client, "/search?q=police&page=400") == "/search?q=police"
    assert sent_to(client, "/search?q=police&limit=100&page=9999") == "/search?q=police&limit=100"


def test_a_query_at_the_way_in_is_a_search(client: TestClient) -> None:
    assert sent_to(client, "/?q=police") == "/search?q=police"


def test_counts_beside_values_are_what_each_would_find(
    client: TestClient, small_index: Place
) -> None:
    text = page(client, "/search?q=police&area=kent")
    with Index.open(small_index) as index:
        for bucket in index.facets("force", "police")["force"]:
            if bucket.value:
                count = rf'value="{bucket.value}"[^<]*>\s*<label[^<]*<span class="count">\((\d+)\)'
                found = re.search(count, text)
                assert found, bucket
                assert int(found[1]) == bucket.count


def test_the_chart_and_its_table_say_the_same(client: TestClient, small_index: Place) -> None:
    text = page(client, "/search?q=police")
    rows = re.findall(r'<th scope="row"><a href="[^"]*">(.*?)</a></th><td[^>]*>([\d,]+)', text)
    bars = re.findall(r"<rect[^>]*><title>(.*?): ([\d,]+)</title>", text)
    assert rows == bars
    with Index.open(small_index) as index:
        months = {b.value: b.count for b in index.facets("month", "police")["month"]}
    months.pop("undated", None)
    assert [int(count) for _, count in rows] == [months[m] for m in sorted(months)]


def test_undated_articles_are_not_dropped_silently(client: TestClient) -> None:
    text = page(client, "/search?q=police&since=2000")
    assert re.search(r"\d+ articles without a date match but are not included", text)
    with_them = next(url for url in links(text) if "include-undated=1" in url)
    assert "not included" not in page(client, with_them)


def test_what_words_were_counted_as_is_said_with_a_way_out(client: TestClient) -> None:
    text = page(client, "/search?q=diversity")
    assert "Also counting: diverse" in text
    exact = next(url for url in links(text) if "exact=1" in url)
    assert "Also counting" not in page(client, exact)


def test_a_slip_is_answered_with_what_was_meant(client: TestClient) -> None:
    text = page(client, "/search?q=diversitty")
    assert "Did you mean" in text
    assert "/search?q=diversity" in set(links(text))


def test_nothing_found_names_concrete_steps(client: TestClient) -> None:
    text = page(client, "/search?q=diversity&until=1999")
    assert "No articles</h2>" in text
    step = re.search(r'<li><a href="([^"]*)">Remove the filter To 1999</a>: (\d+) articles', text)
    assert step
    assert step[1] == "/search?q=diversity"
    assert f">{step[2]} articles</h2>" in page(client, step[1])


def test_the_feed_the_table_and_the_json_are_of_the_same_search(client: TestClient) -> None:
    text = page(client, "/search?q=diversity&area=essex")
    ways = {url for url in links(text) if "area=essex" in url}
    assert "/feed.atom?q=diversity&area=essex" in ways
    json_url = next(url for url in ways if url.startswith("/api/search"))
    table_url = next(url for url in ways if url.startswith("/search.csv"))
    hits = client.get(json_url).json()["hits"]
    rows = list(csv.DictReader(io.StringIO(client.get(table_url).text)))
    assert [row["id"] for row in rows] == [hit["id"] for hit in hits]
    assert re.search(r'<link rel="alternate" type="application/atom\+xml"', text)


def test_a_table_of_a_date_that_is_none_is_refused(client: TestClient) -> None:
    assert sent_to(client, "/search.csv?since=31/02/2021") == "/search?since=31/02/2021"


# Errors


def test_an_impossible_date_is_linked_to_its_field_and_the_rest_is_kept(client: TestClient) -> None:
    sent = "/search?q=police&area=kent&since-day=31&since-month=feb&since-year=2021"
    text = page(client, sent, 400)
    assert title_of(text).startswith("Error: police – Kent Police")
    assert '<a href="#since-day">From date must be a real date: February 2021 has 28 days' in text
    assert re.search(r'id="since-day"[^>]*value="31"[^>]*aria-invalid="true"', text)
    assert re.search(r'name="area" value="kent" checked', text)
    assert 'value="feb"' in text


def test_the_wrong_part_of_a_query_is_marked(client: TestClient) -> None:
    text = page(client, "/search?q=burglary+date:31/02/2021", 400)
    assert '<span class="wrong-part">31/02/2021</span>' in text
    assert "(column" not in text
    assert "--since" not in text


def test_an_unknown_force_is_answered_with_those_near(client: TestClient) -> None:
    text = page(client, "/search?q=police&area=hertz", 400)
    assert "Unknown force" in text
    assert "/search?q=police&area=hertfordshire" in set(links(text))
    assert "/search?q=police" in set(links(text))


def test_days_the_wrong_way_round_are_said_at_the_second(client: TestClient) -> None:
    text = page(client, "/search?since=2021&until=2020", 400)
    assert '<a href="#until-year">To date must be the same as or after From date</a>' in text


@pytest.mark.parametrize("path", ["/search", "/timeline"])
@pytest.mark.parametrize("query", ["q=a*", f"q={'x' * 1001}", "type=nonsense", "q=foo:bar"])
def test_what_cannot_be_answered_is_a_page_that_says_so(
    client: TestClient, path: str, query: str
) -> None:
    text = page(client, f"{path}?{query}", 400)
    assert "There is a problem" in text
    assert "searchkit " not in re.sub("<title>.*?</title>", "", text)


def test_errors_are_pages_for_browsers_and_json_for_programs(client: TestClient) -> None:
    assert "Page not found" in page(client, "/nowhere", 404)
    told = client.get("/nowhere", headers={"accept": "application/json"})
    assert told.status_code == 404
    assert told.headers["content-type"] == "application/problem+json"
    assert "Article not found" in page(client, "/articles/0000000000000000", 404)
    assert "Article not found" in page(client, "/articles/%22%3E%3Cscript%3E", 404)


def test_every_problem_that_has_a_page_of_its_own_is_a_problem_there_is() -> None:
    kinds = {row[2] for row in problems._SAID} | {kind for kind, _ in problems._STATUSES.values()}
    assert plain._HEADINGS.keys() <= kinds


def test_what_passes_is_said_to_pass() -> None:
    busy = problems.problem_of(Busy(1))
    view = plain.problem_view(busy)
    assert (view.heading, view.status) == ("Too many searches at the moment", 503)
    stopped = plain.problem_view(problems.problem_of(QueryTimeout(2.0)))
    assert stopped.heading == "This search took too long"


def test_without_an_index_the_pages_say_so(tmp_path: Path) -> None:
    with served(tmp_path / "none") as client:
        text = page(client, "/search?q=police", 503)
        assert "cannot be searched at the moment" in text
        assert str(tmp_path) not in text
        assert "Search tips" in page(client, "/tips")


# Articles


def first_link(text: str) -> str:
    return next(url for url in links(text) if url.startswith("/articles/"))


def test_an_article_shows_the_words_that_led_to_it(client: TestClient) -> None:
    text = page(client, first_link(page(client, "/search?q=diversity&area=essex")))
    assert '<mark id="match-1"' in text
    assert 'href="#match-1"' in text
    assert "/search?q=diversity&area=essex" in set(links(text))
    assert "Back to results" in text


def test_an_article_can_be_read_whatever_led_to_it(client: TestClient) -> None:
    url = first_link(page(client, "/search?q=diversity"))
    bare = url.partition("?")[0]
    assert "<mark" not in page(client, bare)
    assert "<mark" not in page(client, f"{bare}?q=date:31/02/2021")
    assert sent_to(client, f"{bare[:-4]}?q=diversity") == url


def test_a_seed_is_told_with_source_tags_and_citation(client: TestClient) -> None:
    found = page(client, "/search?q=cops+on+street")
    text = page(client, first_link(found))
    assert "2 February 2021, 7:05pm" in text
    assert "from the stamp above the text: 19:05 02/02/2021" in text
    assert "because of “" in text
    assert "Read the original at www.essex.police.uk" in text
    assert "@online{" in text
    assert re.search("Essex Police, ‘.*’, 2 February 2021, 7:05pm. https://www.essex", text)


# Timeline and forces


def test_a_timeline_has_a_row_for_each_period(client: TestClient, small_index: Place) -> None:
    text = page(client, "/timeline?q=police&by=year&split=force&share=1")
    with Index.open(small_index) as index:
        made = index.timeline("police", by="year", split="force", share=True)
    rows = re.findall(r"<tr><th scope=\"row\">(?:<a[^>]*>)?(\d{4})", text)
    assert rows == [row.period for row in made]
    assert text.count('<svg class="chart"') == 1 + min(8, len(made.series))
    assert f"Undated: {made.undated.count} articles" in text


def test_more_days_than_a_page_can_show_are_refused_in_words(client: TestClient) -> None:
    text = page(client, "/timeline?by=day&since=2018&until=2020")
    assert "more than one page can show" in text
    assert "<table" not in text


def test_forces_are_listed_with_articles_and_days(client: TestClient, small_index: Place) -> None:
    text = page(client, "/forces")
    with Index.open(small_index) as index:
        held = [force for force in index.forces() if force.articles]
    assert text.count('<th scope="row">') == len(held)
    assert '<span class="welsh" lang="cy">' in text or not any(
        force.id in ("gwent", "dyfed-powys") for force in held
    )


def test_a_page_that_is_known_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/search?q=police")
    again = client.get("/search?q=police", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
