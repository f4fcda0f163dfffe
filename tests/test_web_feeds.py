"""Feeds: well-formed, in order, and of entries that keep their names."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import datetime, timezone

from corpus import Place, articles
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from searchkit import Index
from searchkit.article import PublicationDate, Tag
from searchkit.render.feed import About, atom, entry_id, json_feed
from searchkit.results import Hit, QueryEcho, Results

ATOM = "{http://www.w3.org/2005/Atom}"
INDEXED = datetime(2026, 3, 4, 5, 6, 7, tzinfo=timezone.utc)
ABOUT = About(INDEXED, "http://localhost/feed.atom?q=a&limit=2", "http://localhost/search?q=a")


def results(*hits: Hit, text: str = "knife") -> Results:
    return Results(QueryEcho(text, text, {"area": ["kent"]}, "newest", 0, 10), len(hits), hits)


def hit(number: int = 1, **changes: object) -> Hit:
    return Hit(1, 0.0, replace(articles(number)[-1], **changes))


def test_an_atom_feed_has_what_the_search_finds_newest_first(
    client: TestClient, small_index: Place
) -> None:
    answer = client.get("/feed.atom", params={"q": "police", "area": "essex", "limit": 20})
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(answer.content)
    with Index.open(small_index) as index:
        found = index.search("police", area="essex", limit=20, sort="newest")
        dated = max(hit.date.start for hit in found if hit.date.start)
        undated = sum(hit.date.start is None for hit in found)
        updated = index.updated
    entries = feed.findall(f"{ATOM}entry")
    assert [e.findtext(f"{ATOM}id") for e in entries] == [entry_id(hit.id) for hit in found]
    stamps = [datetime.fromisoformat(str(e.findtext(f"{ATOM}updated"))[:-1]) for e in entries]
    assert stamps[0] == dated.astimezone(timezone.utc).replace(tzinfo=None)
    assert undated > 0
    assert stamps[-undated:] == [updated.replace(microsecond=0, tzinfo=None)] * undated
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links["self"] == str(answer.url)
    assert links["alternate"] == "http://localhost/search?q=police&area=essex"


def test_a_json_feed_has_the_same_entries(client: TestClient) -> None:
    told = client.get("/feed.json?q=police&limit=5")
    assert told.headers["content-type"] == "application/feed+json; charset=utf-8"
    feed = ET.fromstring(client.get("/feed.atom?q=police&limit=5").content)
    ids = [e.findtext(f"{ATOM}id") for e in feed.findall(f"{ATOM}entry")]
    assert [item["id"] for item in told.json()["items"]] == ids
    assert told.json()["version"] == "https://jsonfeed.org/version/1.1"
    assert all(item["content_text"] and item["date_modified"] for item in told.json()["items"])


def test_an_undated_article_has_the_date_of_the_index_and_was_not_published_then() -> None:
    undated = hit(date=PublicationDate())
    entry = ET.fromstring(atom(results(undated), ABOUT)).find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}updated") == "2026-03-04T05:06:07Z"
    assert entry.find(f"{ATOM}published") is None
    item = json_feed(results(undated), ABOUT)["items"][0]
    assert item["date_modified"] == "2026-03-04T05:06:07Z"
    assert "date_published" not in item


def test_a_feed_without_entries_is_as_old_as_the_index() -> None:
    feed = ET.fromstring(atom(results(), ABOUT))
    assert feed.findtext(f"{ATOM}updated") == "2026-03-04T05:06:07Z"


def test_names_of_entries_and_feeds_are_the_same_whenever_they_are_made() -> None:
    later = About(datetime(2030, 1, 1, tzinfo=timezone.utc), "http://other:9/feed.atom")
    one, two = (ET.fromstring(atom(results(hit(3)), about)) for about in (ABOUT, later))
    for path in (f"{ATOM}id", f"{ATOM}entry/{ATOM}id"):
        assert one.findtext(path) == two.findtext(path)
        assert str(one.findtext(path)).startswith("tag:searchkit.invalid,2026:")
    other = ET.fromstring(atom(results(hit(3), text="drugs"), ABOUT))
    assert other.findtext(f"{ATOM}id") != one.findtext(f"{ATOM}id")


@given(st.text(max_size=60), st.text(max_size=60))
@example("\ufffe\x00\x1b[31m", "a\uffff\x0b]]>")
@settings(max_examples=60)
def test_r21_whatever_stands_in_an_article_the_feed_is_well_formed(one: str, other: str) -> None:
    bad = hit(title=one, lead=other, url=other, tags=(Tag(one, other, "title"),))
    feed = ET.fromstring(atom(results(bad, text=one), replace(ABOUT, link=other, title=one)))
    entry = feed.find(f"{ATOM}entry")
    assert entry is not None
    assert all(not list(child) for child in entry if child.tag != f"{ATOM}author")
    json_feed(results(bad, text=other), ABOUT)


def test_r21_only_addresses_of_the_web_are_linked_to() -> None:
    for address in ("javascript:alert(1)", "data:text/html,x", "https://a b", 'http://x/"y', ""):
        entry = ET.fromstring(atom(results(hit(url=address)), ABOUT)).find(f"{ATOM}entry")
        assert entry is not None
        assert entry.find(f"{ATOM}link") is None
        assert "url" not in json_feed(results(hit(url=address)), ABOUT)["items"][0]
    linked = ET.fromstring(atom(results(hit(url="https://x.org/?a=1&b=2")), ABOUT))
    link = linked.find(f"{ATOM}entry/{ATOM}link")
    assert link is not None
    assert link.get("href") == "https://x.org/?a=1&b=2"
