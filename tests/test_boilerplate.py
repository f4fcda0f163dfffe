"""Furniture, contact lines and labels; and how a page's text is laid out as a release."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.ingest import boilerplate
from searchkit.ingest.boilerplate import (
    FURNITURE_WITH,
    is_contact_line,
    is_furniture,
    is_label,
)
from searchkit.ingest.layout import lay_out


@pytest.mark.parametrize(
    "line",
    [
        "Find out more here",
        "Share by email",
        "Updated News Post",
        "[email protected]",
        "Email – [email protected]",
        "View | Download (JPG - 57 KB)",
        "View all 9 images",
        "Last modified: 9 May 2018 at 10:21am",
        "Posted on 9 May 2018 at 10:21am in News stories",
        "Author ID: 641",
        "There is 1 related update to this story",
        "ENDS",
        "* * *",
        "**Issued by AB, Corporate Communications**",
        "Boat 2.jpgDownload",
        "Your email",
    ],
)
def test_page_furniture_is_known(line: str) -> None:
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line",
    [
        "Find out more about our recruitment at the open day.",
        "Officers shared the appeal by email.",
        "The last modified car was seized on 9 May 2018 by officers in Barchester.",
        "The trial ends today.",
        "Visit the station here in Barchester",
        "He was jailed.",
        "Appeal",
    ],
)
def test_prose_is_not_furniture(line: str) -> None:
    assert not is_furniture(line)


@pytest.mark.parametrize(
    "line",
    [
        "Anyone with information is asked to call 101 quoting 35/1/20.",
        "Alternatively, contact Crimestoppers anonymously on 0800 555 111.",
        "In an emergency always dial 999.",
        "If you can help, please contact PC Poe by emailing a.poe@example.police.uk",
        "Follow us on Twitter @Example",
    ],
)
def test_contact_lines_are_known(line: str) -> None:
    assert is_contact_line(line)
    assert not is_furniture(line)


@pytest.mark.parametrize(
    "line",
    [
        "A man who stole 101 bicycles has been jailed.",
        "Officers are appealing for witnesses after a robbery in Barchester.",
        "“We stopped 112 drivers,” said Sergeant Poe.",
    ],
)
def test_news_is_not_contact(line: str) -> None:
    assert not is_contact_line(line)


def test_labels_are_whole_lines() -> None:
    assert is_label("Appeal")
    assert is_label("Derry City & Strabane")
    assert not is_label("Appeal after a robbery")


def laid_out(text: str, *titles: str) -> tuple[str, str]:
    layout = lay_out(text, {}, "", titles)
    return layout.body, layout.category


def test_a_repeated_headline_and_a_date_stamp_go() -> None:
    text = "Man Jailed!\n\n19:05 02/02/2021\n\nA man was jailed.\n\nHe was 30."
    assert laid_out(text, "Man jailed") == ("A man was jailed.\n\nHe was 30.", "")
    assert lay_out(text, {}, "", ()).dated.date.iso == "2021-02-02T19:05:00+00:00"


def test_a_label_above_or_below_becomes_the_category() -> None:
    assert laid_out("Appeal\nBelfast\n\nA man was robbed.") == (
        "A man was robbed.",
        "Appeal, Belfast",
    )
    assert laid_out("A man was robbed.\n\nCharged") == ("A man was robbed.", "Charged")
    assert laid_out("Appeal") == ("Appeal", "")


def test_captions_with_their_buttons_go_and_other_short_lines_stay() -> None:
    text = "A man\n\nView | Download (JPG - 9 KB)\n\nPolice\n\nA man was robbed."
    assert laid_out(text) == ("Police\n\nA man was robbed.", "")


def test_lists_of_related_updates_go() -> None:
    text = (
        "There are 2 related updates to this story\n\n19 Jul 2020: First update\n"
        "18 Jul 2020: Second update\n\n17 July: a fire broke out."
    )
    assert laid_out(text) == ("17 July: a fire broke out.", "")


def test_bylines_initials_and_doubled_standfirsts_go() -> None:
    first = "A man who robbed a shop in Barchester was jailed"
    assert laid_out(f"From:\nA Constabulary\n\n{first}.\n\n{first} on Monday.\n\nKB") == (
        f"{first} on Monday.",
        "",
    )


def test_line_ends_and_empty_lines_between_kept_lines_stay() -> None:
    assert laid_out("One.\nTwo.\n\nShare by email\n\nThree.")[0] == "One.\nTwo.\n\nThree."


@given(
    st.sampled_from(FURNITURE_WITH).flatmap(
        lambda row: st.tuples(st.just(row[0]), st.from_regex(row[1], fullmatch=True))
    )
)
def test_what_such_furniture_holds_is_in_every_line_of_it(held_and_line: tuple[str, str]) -> None:
    held, line = held_and_line
    assert held in line


@given(
    st.sampled_from((*boilerplate.FURNITURE, *[form for _, form in FURNITURE_WITH])).flatmap(
        lambda form: st.from_regex(form, fullmatch=True)
    )
)
@settings(max_examples=400)
def test_the_quick_test_lets_all_furniture_pass(line: str) -> None:
    assert boilerplate._may_be_furniture(line)
    assert boilerplate._may_be_furniture(line[0].upper() + line[1:])


@pytest.mark.parametrize("pattern", [pattern for _, pattern in boilerplate.CONTACT])
@settings(max_examples=60)
@given(data=st.data())
def test_what_matches_a_contact_pattern_holds_one_of_its_signs(
    pattern: str, data: st.DataObject
) -> None:
    line = data.draw(st.from_regex(pattern, alphabet=st.characters(max_codepoint=0x2020)))
    assert is_contact_line(line) == any(
        re.search(other, line.lower()) for _, other in boilerplate.CONTACT
    )
