"""R21 in a real browser: what stands in an article, a tag or a query is text, and runs nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import pytest
from browsing import Visit, serving, visiting
from corpus import Place, Placed, fill_index
from payloads import PAYLOADS

from searchkit import Index
from searchkit.article import (
    LONDON,
    Article,
    DateSource,
    ForceMatch,
    Precision,
    PublicationDate,
    Tag,
)
from searchkit.forces import Force, forces
from searchkit.guarded.reading import read
from searchkit.render.analysis import timeline_to_dict
from searchkit.render.envelope import to_dict
from searchkit.web.templating import page as template
from searchkit.web.views.address import Address
from searchkit.web.views.article import article_view
from searchkit.web.views.search import FACETS, search_view
from searchkit.web.views.timeline import timeline_view

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytest.importorskip("playwright.sync_api", reason="the tests of pages need playwright")

RUN = [number for number in range(1, 51) if f"alert({number})" in "".join(PAYLOADS)]
"""The numbers of the payloads that would say theirs."""

STRANGE = """
() => [...document.querySelectorAll(
  "img, image, iframe, object, embed, base, style, video, audio, marquee, math, animate, textarea, "
  + "meta[http-equiv], form:not([action^='/']), link[href^=data], *:not(svg, svg *)[x], [srcdoc]"
)].map(one => one.outerHTML.slice(0, 120))
  .concat([...document.querySelectorAll("*")].flatMap(one => [...one.attributes]
    .filter(a => a.name.startsWith("on") || /^\\s*(java|data)/i.test(a.value) && a.name === "href")
    .map(a => one.tagName + " " + a.name)))
  .concat([...document.querySelectorAll("script")].filter(one => !one.src.includes("/static/"))
    .map(one => one.outerHTML))
"""
"""What no page of ours has, and every payload would make."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, placed: Placed) -> Place:
    """An index of fifty articles of many forces, each with a payload in all that it tells.  It is
    written past the parser, which would leave little of them."""
    areas = list(islice(forces(), 16))
    batch = [
        _hostile(number, payload, areas[number % 16] if number % 5 else None)
        for number, payload in enumerate(PAYLOADS)
    ]
    return fill_index(placed(tmp_path_factory.mktemp("hostile") / "index"), batch)


def _hostile(number: int, payload: str, force: Force | None) -> Article:
    day = datetime(2015 + number % 6, 3, 1, tzinfo=LONDON)
    body = "\n\n".join(
        f"Officers said mark{number} {other} again."
        for other in PAYLOADS[number // 5 * 5 : number // 5 * 5 + 5]
    )
    contact = f"Call 101 about {payload}."
    return Article(
        id=f"{number:016x}",
        title=f"Mark{number} burglary {payload}",
        lead=f"Robbery {payload}.",
        body=f"{body}\n\n{contact}",
        boilerplate=((len(body) + 2, len(body) + 2 + len(contact)),),
        area=force.area if force else payload,
        force=ForceMatch(force.id, force.name, "area") if force else None,
        date=PublicationDate(day, Precision.DAY, DateSource.BODY_HEAD, payload),
        url=f"https://example.org/{number}?x={payload}" if number % 2 else payload,
        category=payload,
        references=(payload,),
        operations=(payload,),
        notes=(payload,),
        tags=(Tag("type:burglary", payload, "title"), Tag(f"type:{payload}", payload, "lead")),
    )


@pytest.fixture(scope="module")
def hostile_site(hostile: Place) -> Iterator[str]:
    with serving(hostile) as url:
        yield url


def assert_inert(page: Page) -> None:
    page.wait_for_timeout(30)
    assert page.evaluate(STRANGE) == []


def test_fifty_payloads_in_titles_leads_labels_and_areas(
    browser: Browser, hostile_site: str
) -> None:
    with visiting(browser) as page:
        page.goto(f"{hostile_site}/search?q=burglary&limit=100")
        assert page.locator(".hit").count() == 50
        text = page.locator("#results").inner_text()
        assert all(f"alert({number})" in text for number in RUN)
        assert "<script>alert(1)</script>" in text
        assert_inert(page)
        for path in ("/", "/timeline?q=mark&split=force", "/forces"):
            page.goto(hostile_site + path)
            assert_inert(page)


def test_fifty_payloads_in_texts(browser: Browser, hostile_site: str) -> None:
    seen = ""
    with visiting(browser) as page:
        for number in (*range(0, len(PAYLOADS), 5), PAYLOADS.index("javascript:alert(33)")):
            page.goto(f"{hostile_site}/articles/{number:016x}?q=officers")
            assert page.locator("mark").count() >= 5
            page.evaluate("document.querySelector('.contact').open = true")
            assert_inert(page)
            seen += page.locator(".text").inner_text()
    assert all(f"alert({number})" in seen for number in RUN)


def test_fifty_payloads_in_queries_and_filters(browser: Browser, site: str) -> None:
    with visiting(browser) as page:
        for first in range(0, len(PAYLOADS), 5):
            several = " ".join(PAYLOADS[first : first + 5]).replace("\x00", "")
            page.goto(f"{site}/search?q={quote_plus(several)}")
            assert_inert(page)
            assert page.locator("#q").input_value().startswith(several.strip()[:6])
            fields = "".join(
                f"&{name}={quote_plus(payload)}"
                for name, payload in zip(
                    ("area", "type", "since", "on", "until-month"),
                    PAYLOADS[first : first + 5],
                    strict=True,
                )
            )
            page.goto(f"{site}/search?{fields}")
            assert page.locator("#summary").is_visible()
            assert_inert(page)


def planted(value: Any, payload: str) -> Any:
    """``value`` with ``payload`` in every text that people write."""
    if isinstance(value, dict):
        return {
            name: inner if name in _OURS else planted(inner, payload)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [planted(inner, payload) for inner in value]
    return f"{value}{payload}" if isinstance(value, str) else value


_OURS = frozenset(
    "schema id iso source precision where cluster period month kind match sort value facets by "
    "split generation raw parts periods series".split()
)
"""What searchkit itself writes."""


def test_fifty_payloads_in_every_field_of_a_view_without_any_policy(
    browser: Browser, hostile: Place, site: str
) -> None:
    """The templates alone, without the headers that would stop a script."""
    with Index.open(hostile) as index:
        found = to_dict(index.search("burglary", facets=FACETS, limit=3))
        one = read(index, {"wanted": found["hits"][0]["id"], "text": "burglary"})
        counts = timeline_to_dict(index.timeline("burglary", by="year", split="type"), {})
    one["copies"]["articles"] *= 2
    visit = Visit(browser)
    try:
        visit.page.goto("about:blank")
        for first in range(0, len(PAYLOADS), 5):
            payload = " ".join(PAYLOADS[first : first + 5])
            address = Address(text=payload, area=(payload,), type=(payload,), on=payload)
            views = {
                "search.html": search_view(address, planted(found, payload), most_offset=10_000),
                "article.html": article_view(address, planted(one, payload)),
                "timeline.html": timeline_view(address, planted(counts, payload)),
            }
            html = "".join(
                bytes(template(name, view, here="").body).decode() for name, view in views.items()
            )
            visit.page.set_content(html.replace("/static/pages.js", "/static/none.js"))
            assert visit.page.evaluate(STRANGE) == []
        assert [fault for fault in visit.faults if fault.startswith("dialog")] == []
    finally:
        visit.context.close()


def test_a_template_that_trusted_its_text_would_be_found_out(browser: Browser, site: str) -> None:
    visit = Visit(browser)
    try:
        visit.page.goto("about:blank")
        visit.page.set_content(f"<main>{PAYLOADS[5]}</main>")
        visit.page.wait_for_timeout(200)
        assert visit.page.evaluate(STRANGE) != []
        assert visit.faults[0] == "dialog: 6"
    finally:
        visit.context.close()


def test_the_policy_stops_what_a_template_would_let_through(browser: Browser, site: str) -> None:
    visit = Visit(browser)
    try:
        visit.page.goto(f"{site}/tips")
        visit.page.evaluate(
            "document.querySelector('main').innerHTML = '<img src=x onerror=alert(1)>'"
        )
        visit.page.wait_for_timeout(200)
        assert any(fault.startswith("policy: script-src") for fault in visit.seen())
        assert not any(fault.startswith("dialog") for fault in visit.seen())
    finally:
        visit.context.close()


def test_a_force_is_found_among_many(browser: Browser, hostile_site: str) -> None:
    with visiting(browser) as page:
        page.goto(f"{hostile_site}/search?q=burglary")
        options = page.locator("#options-area li")
        assert options.count() > 8
        page.get_by_label("Find a force").fill("DERBY")
        names = page.locator("#options-area li:visible").all_inner_texts()
        assert len(names) == 1
        assert names[0].startswith("Derbyshire Constabulary")
        page.get_by_label("Find a force").press("Enter")
        assert page.get_by_label("Derbyshire Constabulary").is_checked()
    with visiting(browser, scripts=False) as page:
        page.goto(f"{hostile_site}/search?q=burglary")
        assert page.locator("#find-force").is_hidden()
        assert page.locator("#options-area li:visible").count() == options_of(page)


def options_of(page: Page) -> int:
    return page.locator("#options-area li").count()
