"""The pages in a real browser: with and without scripts, by keyboard alone, narrow, and by axe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browsing import visiting

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytest.importorskip("playwright.sync_api", reason="the tests of pages need playwright")

SCREENS = (
    "/",
    "/search?q=diversity&limit=6",
    "/search?q=police&area=essex&area=kent&since=2018&page=2&limit=5",
    "/search?q=diversity&until=1999",
    "/search?q=burglary+date:31/02/2021",
    "/search?q=police&area=kent&since-day=31&since-month=2&since-year=2021",
    "/timeline?q=police&by=year&split=force&share=1",
    "/timeline?q=zzzzzz",
    "/forces",
    "/tips",
    "/about",
    "/nowhere",
)


def open_article(page: Page) -> None:
    page.locator(".hit h3 a").first.click()
    page.wait_for_url("**/articles/**")


def show_filters(page: Page) -> None:
    """Open what a narrow screen folds."""
    toggle = page.locator("button.toggle")
    if toggle.is_visible() and toggle.get_attribute("aria-expanded") == "false":
        toggle.click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
@pytest.mark.parametrize("width", [1280, 320], ids=["wide", "narrow"])
def test_search_filter_page_sort_open_and_go_back(
    browser: Browser, site: str, scripts: bool, width: int
) -> None:
    with visiting(browser, scripts=scripts, width=width) as page:
        page.goto(f"{site}/")
        page.get_by_label("Words to search for").fill("police")
        page.get_by_role("button", name="Search", exact=True).click()
        page.wait_for_url("**/search?q=police")
        everything = int(page.locator("#count").inner_text().split()[0])

        show_filters(page)
        page.get_by_label("Essex Police").check()
        page.locator("#since-year").fill("2018")
        page.get_by_role("button", name="Apply filters").click()
        page.wait_for_url("**/search?q=police&area=essex&since=2018**")
        some = int(page.locator("#count").inner_text().split()[0])
        assert 0 < some < everything
        assert page.get_by_role("link", name="Remove filter Essex Police").is_visible()

        page.get_by_label("Sort by").select_option("oldest")
        page.get_by_role("button", name="Apply order").click()
        page.wait_for_url("**sort=oldest**")
        days = [one.get_attribute("datetime") or "" for one in page.locator(".hit time").all()]
        years = [day[:4] for day in days]
        assert years == sorted(years)

        page.get_by_role("link", name="Clear all filters").click()
        page.wait_for_url("**/search?q=police")
        page.get_by_role("link", name="Next page").click()
        page.wait_for_url("**page=2")
        assert "page 2 of" in page.title()
        second = page.locator(".hit h3").first.inner_text()

        open_article(page)
        assert page.locator("h1").inner_text() == second
        page.get_by_role("link", name="Back to results").click()
        page.wait_for_url("**/search?q=police&page=2")
        assert page.locator(".hit h3").first.inner_text() == second


def test_the_keyboard_alone_suffices(browser: Browser, site: str) -> None:
    with visiting(browser) as page:
        page.goto(f"{site}/")
        press = page.keyboard.press
        press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        box = page.locator("#q")
        for _ in range(12):
            if box.evaluate("one => one === document.activeElement"):
                break
            press("Tab")
        page.keyboard.type("police")
        press("Enter")
        page.wait_for_url("**/search?q=police")
        press("Tab")
        press("Tab")
        press("Enter")
        assert page.evaluate("document.activeElement.id") == "results"
        for _ in range(20):
            press("Tab")
            if page.evaluate("document.activeElement.matches('.hit h3 a')"):
                break
        outline = page.evaluate("getComputedStyle(document.activeElement).boxShadow")
        assert outline != "none"
        press("Enter")
        page.wait_for_url("**/articles/**")


def test_every_focus_can_be_seen(browser: Browser, site: str) -> None:
    with visiting(browser) as page:
        page.goto(f"{site}/search?q=police")
        for _ in range(30):
            page.keyboard.press("Tab")
            look = page.evaluate(
                "(() => { const s = getComputedStyle(document.activeElement);"
                " return [document.activeElement.tagName, s.outlineStyle, s.boxShadow]; })()"
            )
            assert look[1] == "solid" or look[2] != "none", look


@pytest.mark.parametrize("url", SCREENS)
def test_a_narrow_screen_never_scrolls_sideways(browser: Browser, site: str, url: str) -> None:
    with visiting(browser, width=320) as page:
        page.goto(site + url)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_what_is_touched_is_large_enough(browser: Browser, site: str) -> None:
    small = """
    () => [...document.querySelectorAll("button, input, select, summary, .chip, .number, .menu a")]
      .filter(one => one.offsetParent !== null)
      .map(one => [one.outerHTML.slice(0, 60), one.getBoundingClientRect()])
      .filter(([_, box]) => box.height < 24 || (box.width < 24 && !_.includes("checkbox")))
      .map(([text]) => text)
    """
    boxes = """
    () => [...document.querySelectorAll(".options li")].filter(li => li.offsetParent !== null)
      .filter(li => li.getBoundingClientRect().height < 24).length
    """
    with visiting(browser) as page:
        page.goto(f"{site}/search?q=police&area=kent&limit=5")
        checkboxes = [text for text in page.evaluate(small) if "checkbox" not in text]
        assert checkboxes == []
        assert page.evaluate(boxes) == 0


def violations(page: Page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{one['id']}: {[node['html'][:120] for node in one['nodes']]}" for one in found]


@pytest.mark.parametrize("url", [*SCREENS, "article"])
def test_axe_finds_nothing_in_light_and_dark(browser: Browser, site: str, url: str) -> None:
    with visiting(browser) as page:
        page.emulate_media(color_scheme="light")
        if url == "article":
            page.goto(f"{site}/search?q=diversity&area=essex")
            open_article(page)
        else:
            page.goto(site + url)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert violations(page) == []
        page.emulate_media(color_scheme="dark")
        assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == (
            "rgb(16, 23, 29)"
        )
        assert violations(page) == []


def test_axe_would_find_a_field_without_a_label(browser: Browser, site: str) -> None:
    with visiting(browser) as page:
        page.goto(f"{site}/search")
        page.evaluate("document.querySelector('label[for=q]').remove()")
        assert [one.partition(":")[0] for one in violations(page)] == ["label"]


def test_typing_suggests_words_forces_and_headlines(browser: Browser, site: str) -> None:
    with visiting(browser) as page:
        page.goto(f"{site}/search")
        box = page.get_by_role("combobox", name="Words to search for")
        box.press_sequentially("ess")
        offers = page.get_by_role("listbox", name="Suggestions")
        offers.wait_for()
        assert box.get_attribute("aria-expanded") == "true"
        force = offers.get_by_role("option", name="Essex Police")
        for _ in range(offers.get_by_role("option").count()):
            box.press("ArrowDown")
            if force.get_attribute("aria-selected") == "true":
                break
        assert box.get_attribute("aria-activedescendant") == force.get_attribute("id")
        assert box.input_value() == "ess"
        assert violations(page) == []
        box.press("Enter")
        page.wait_for_url("**/search?area=essex")


def test_escape_closes_what_is_suggested_and_keeps_what_was_typed(
    browser: Browser, site: str
) -> None:
    with visiting(browser) as page:
        page.goto(f"{site}/search")
        box = page.get_by_role("combobox", name="Words to search for")
        box.press_sequentially("burg")
        page.get_by_role("listbox").wait_for()
        box.press("ArrowDown")
        box.press("Escape")
        assert page.get_by_role("listbox").count() == 0
        assert box.input_value() == "burg"
        assert box.get_attribute("aria-expanded") == "false"


def test_filters_fold_on_a_narrow_screen_and_stay_open_without_scripts(
    browser: Browser, site: str
) -> None:
    with visiting(browser, width=320) as page:
        page.goto(f"{site}/search?q=police")
        toggle = page.get_by_role("button", name="Show filters")
        assert not page.locator("#filter-panel").is_visible()
        toggle.click()
        assert page.locator("#filter-panel").is_visible()
        assert page.get_by_role("button", name="Hide filters").get_attribute("aria-expanded") == (
            "true"
        )
    with visiting(browser, width=320, scripts=False) as page:
        page.goto(f"{site}/search?q=police")
        assert page.locator("#filter-panel").is_visible()
        assert page.locator("button.toggle").is_hidden()


def test_the_next_match_is_a_button_with_scripts_and_a_link_without(
    browser: Browser, site: str
) -> None:
    for scripts in (True, False):
        with visiting(browser, scripts=scripts) as page:
            page.goto(f"{site}/search?q=diversity&area=essex")
            open_article(page)
            if scripts:
                page.get_by_role("button", name="Next match").click()
                assert page.locator("mark.here").get_attribute("id") == "match-1"
            else:
                page.get_by_role("link", name="Next match").click()
                assert page.url.endswith("#match-1")


def test_an_error_takes_the_focus_and_leads_to_the_field(browser: Browser, site: str) -> None:
    with visiting(browser) as page:
        page.goto(f"{site}/search?q=police&until-day=27&until-year=2021")
        assert page.evaluate("document.activeElement.id") == "summary"
        page.get_by_role("link", name="To date must include a month").click()
        assert page.evaluate("document.activeElement.id") == "until-month"


def test_print_leaves_out_what_paper_cannot_do(browser: Browser, site: str) -> None:
    with visiting(browser) as page:
        page.goto(f"{site}/search?q=police&limit=5")
        page.emulate_media(media="print")
        for name in (".filters", ".searchbar", ".pages", ".menu"):
            assert page.locator(name).first.is_hidden(), name
        assert page.locator(".hit").count() == 5
        assert all(one.is_visible() for one in page.locator(".hit h3").all())


def test_motion_is_asked_for(browser: Browser, site: str) -> None:
    moving = "getComputedStyle(document.documentElement).scrollBehavior"
    with visiting(browser) as page:
        page.goto(site)
        assert page.evaluate(moving) == "auto"
        page.emulate_media(reduced_motion="no-preference")
        assert page.evaluate(moving) == "smooth"
