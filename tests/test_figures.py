"""Cheap expressions that come before careful ones: they must never hide what those would find."""

from __future__ import annotations

import re
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.forces import mentions
from searchkit.forces.gazetteer import in_force
from searchkit.forces.mentions import _KIND, _OTHER_BODY, _prose
from searchkit.ingest import (
    contact,
    datestamps,
    mentioned,
    officers,
    reader,
    references,
    repeats,
    titles,
)
from searchkit.ingest.figures import shape

_NEVER = re.compile("(?!)")
_ALWAYS = re.compile("")


def scraps(words: str, size: int = 24) -> st.SearchStrategy[str]:
    """Texts made of ``words`` (between bars), with spaces and line ends among them."""
    parts = [*words.split("|"), *[" "] * 20, "\n\n", "\xa0", "\x1c", "\t", "é", "ſ", "’", "٣"]
    return st.lists(st.sampled_from(parts), max_size=size).map("".join)


def in_turn(*choices: str) -> st.SearchStrategy[str]:
    """One of each of ``choices`` (between bars), one after the other."""
    return st.tuples(*(st.sampled_from(choice.split("|")) for choice in choices)).map("".join)


_MONTHS = "January|Jan|JAN|March|MARCH|April|May|June|JULY|August|Sept|SEPT|October|December|Dec"
_BLANKS = " |  |\n\n|\xa0|\u2003 |\x1c|\n \n|"
DATES = st.lists(
    in_turn(
        "|the |a.|X|é|£|(|-|3,", _MONTHS, "|.|,", _BLANKS, "1|21|31|2020|123", "|st|nd|%|:30|pm"
    )
    | in_turn("|on |-|3/|£|é|٣", "1|21|31|03|2020|12345", "|st|th", _BLANKS, "|of |of\xa0", _MONTHS)
    | in_turn(
        "| |.|-|,|x", "1|12|2020", "/|-|.", "3|12|130", "/|-|.", "20|2020|1|٣", "| |.|.5|/|-1"
    )
    | st.sampled_from([" ", ", ", " 2020", ", 2021 ", " 1999 hrs", "\n\n", "number 5 ", "12"]),
    max_size=6,
).map("".join)
NUMBERS = st.lists(
    in_turn(
        "|the |X|-|\n|www. ",
        "crime|Incident|reference|quoting|log|CAD|ISR|call 101 quoting|police report",
        " |:|-| - |\xa0|: |",
        "number|no|numbers|ref|is|the|",
        " |: |. |(|\n| ** |_|\xa0|(s) |",
        "|NYP-|NYP |CC-|PR/P|HW/FM/|A|ab/ |A-",
        "44200401677|35/60797/20|21*97936|22102020-0391|19275677|123|1234/5 Mar|12|2020",
        "| of 3 May|.|, | and 124|%|:30",
    )
    | st.sampled_from(
        [" ", "\n\n", " aged 35 ", " 0800 555 111 ", " 12,21*97936 ", "PR/P19275677"]
    ),
    max_size=4,
).map("".join) | scraps(
    "crime|incident|reference|ref|(s)|log|CAD|number|the|is|no|quoting|NYP|NYP-|CC-|PR/|PR/P|HW/FM/"
    "|A|44200401677|35/60797/20|21*97936|22102020|0391|19275677|1|12|101|/|-|:|,|.|*|_|(|www.|Covid-"
)
ADDRESSES = scraps(
    "https|http|://|www.|essex.police.uk|/|news|?|#|;|=|utm_source|&|@|:|80|443|%|;jsessionid=1|A|[|]",
    12,
)
NAMES = scraps(
    "the|The|Met|Metropolitan|Police|police|Federation|Constabulary|Constabularies|and|,|Kent|Norfolk"
    "|Heddlu|GMP|Dyfed-Powys|-|'s|Crime|Scotland|Yard|Service|of|Yorkshire|West|M|t"
)
TITLES = scraps("Kent Police|–|-|»|*|:|;|Man jailed|35-year-old|_|`|<b>|&amp;|[a](b)|.|,|'s", 14)


@given(st.text(max_size=60) | DATES)
def test_offsets_in_a_shape_are_offsets_in_its_text(text: str) -> None:
    flat = shape(text)
    assert len(flat) == len(text)
    written = [match.span() for match in re.finditer("[0-9][0-9/*:.,-]*", text)]
    assert [match.span() for match in references._FIGURE.finditer(flat)] == written


STAMP_STARTS = (
    "", "The ", "the", "There ", "Published: ", "posted on ", "Last updated ", "Date: ", "Dated ",
    "Release date: ", "Noon, ", "midday on ", "Mon ", "Story posted ", "Page last modified: ",
    "*Posted* ", "ſ", "iſſued ", "First published ", "Officers ", "On ", "Originally issued on ",
)  # fmt: skip
OFFICERS = st.lists(
    in_turn(
        "|x|É|(|, | ",
        "|D/|T/|Acting |Temporary |Special |Police |Community |Det. |Detective |Case |Chief ",
        "PC|P.C|PCSO|DS|DI|SC|Constable|Sgt|Inspector|Supt|Investigator|Investigating Officer",
        " |. |x|",
        "1234|A12|Smith|O’Brien|J. Smith|smith",
        "| |, call ",
    ),
    max_size=4,
).map("".join)


@settings(max_examples=400)
@given(DATES)
def test_no_date_in_prose_is_missed(text: str) -> None:
    written = [*mentioned._PROSE_NUMBER.finditer(text), *mentioned._PROSE_MONTH.finditer(text)]
    written.sort(key=re.Match.start)
    spans = [match.span() for match in written]
    assert [match.span() for match in mentioned._matches(text, shape(text))] == spans


@settings(max_examples=200)
@given(NUMBERS)
def test_no_reference_is_missed(text: str) -> None:
    with (
        patch.object(references, "_may_announce", lambda word: True),
        patch.object(references, "_MARKED", re.compile(b"")),
    ):
        careful = references.references(text)
    assert references.references(text) == careful


@settings(max_examples=200)
@given(DATES.map(lambda text: text.replace("\n", " ")), st.sampled_from(STAMP_STARTS))
def test_no_stamp_is_missed(text: str, start: str) -> None:
    for line in (start + text, start.upper() + text.strip()):
        with patch.object(datestamps, "_PROSE", _NEVER):
            careful = datestamps.find_stamps([line])
        assert datestamps.find_stamps([line]) == careful


@settings(max_examples=200)
@given(OFFICERS)
def test_no_officer_is_missed(text: str) -> None:
    with patch.object(officers, "_OFFICER_STARTS", _ALWAYS):
        careful = officers.without_officers(text, 1, len(text))
    assert officers.without_officers(text, 1, len(text)) == careful


@given(scraps("The|Anyone|É|İ|ß|3|101|-|*|“|call|Σ") | st.text(max_size=60))
def test_the_first_word_of_a_line_is_that_of_the_line_folded(line: str) -> None:
    assert repeats._first_folded(line) == repeats._first_word(contact.folded(line[:40]))


@settings(max_examples=200)
@given(NAMES)
def test_forces_are_found_as_one_plain_expression_finds_them(text: str) -> None:
    prose = _prose(in_force())
    longest_first = sorted(prose.ids, key=lambda form: (form in prose.stems, -len(form), form))
    forms = "|".join(
        re.escape(form) + (_KIND if form in prose.stems else "") for form in longest_first
    )
    plain = re.compile(rf"(?<![\w-])(?:{forms})(?![\w-]){_OTHER_BODY}")
    with patch.object(prose, "form", plain), patch.object(prose, "prefixes", [""]):
        careful = mentions(text, "")
    assert mentions(text, "") == careful


@settings(max_examples=200)
@given(ADDRESSES)
def test_a_usual_address_is_normalised_like_any_other(text: str) -> None:
    for url in (text, "https://www.essex.police.uk" + text):
        with patch.object(reader, "_PLAIN_URL", _NEVER):
            careful = reader.normal_url(url)
        assert reader.normal_url(url) == careful


@settings(max_examples=200)
@given(TITLES)
def test_a_title_without_separators_has_none_to_cut_at(text: str) -> None:
    anywhere = re.compile(r"\s*[|–—»]\s*|\s+-\s*|\s*-\s+")
    with (
        patch.object(titles, "_SEPARATING", _ALWAYS),
        patch.object(titles, "_SEPARATOR", anywhere),
    ):
        careful = titles.clean_title(text, ("Kent Police",))
    assert titles.clean_title(text, ("Kent Police",)) == careful
