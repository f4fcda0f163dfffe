"""Markdown to plain text: no marks, no addresses, no invisible characters; twice is once."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.ingest.characters import fold, unescape
from searchkit.ingest.links import _ADDRESS, _GAPPED, Addresses, _shown, shorten
from searchkit.ingest.markup import plain, stripped, tidied


def text(markdown: str) -> str:
    return plain(markdown).text


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("# Title\n\nText **bold** and _soft_.", "Title\n\nText bold and soft."),
        ("* ### One\n\n * ### Two\n\nAfter", "One\nTwo\n\nAfter"),
        ("* a\n* b\n    * c\n\nd", "a\nb\nc\n\nd"),
        ("• one\n• two", "one\ntwo"),
        ("1. First\n2. Second", "1. First\n2. Second"),
        ("2019. It was a year.", "2019. It was a year."),
        ("> quoted\n\n* * *\n\nafter", "quoted\n\nafter"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a, b\n1, 2"),
        ("line one  \nline two", "line one\nline two"),
        ("    four spaces are no code", "four spaces are no code"),
        ("```\ncode words\n```", "code words"),
        ("Heading\n=======\n\ntext", "Heading\n\ntext"),
        ("###Tight\n\n#Hashtag stays", "Tight\n\n#Hashtag stays"),
        ("1986\\. A year \\- and \\[more\\]", "1986. A year - and [more]"),
    ],
)
def test_marks_go_and_words_stay(markdown: str, expected: str) -> None:
    assert text(markdown) == expected


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("** **\n\nText\n\n****", "Text"),
        ("said**:** yes", "said: yes"),
        ("**Det Insp Poe, said:\n**\nmore", "Det Insp Poe, said:\n\nmore"),
        ('**_" If you live there._**\n\n**_" It may._', '" If you live there.\n\n" It may.'),
        ("** 5220260401 ** is it", "5220260401 is it"),
        ("UPDATE***Appeal", "UPDATE Appeal"),
        ("Essex 's chief haven 't , said .", "Essex's chief haven't, said."),
        ("[Name]: said this", "[Name]: said this"),
        ("call __ _ _ us", "call us"),
    ],
)
def test_marks_that_scrapers_left_unpaired_go_too(markdown: str, expected: str) -> None:
    assert text(markdown) == expected


@pytest.mark.parametrize(
    "prose",
    [
        "an officer(*), of whom\n\n(*) Period covered: one month",
        "reference 19*684815 of the force",
        'told them to "f*** off" and called one a b*****d',
        "by 21%* since July.\n\n*Source: a survey",
        "snake_case_name and user_name@example.org",
        "5 < 6 and a <name withheld> & B&M; store",
        "we're 2 * 3 fine",
    ],
)
def test_stars_and_lines_that_are_prose_stay(prose: str) -> None:
    assert text(prose) == prose


def test_links_keep_their_words_and_give_up_their_address() -> None:
    found = plain("See [our page](https://a.example/x?y=1) and <https://b.example/z>.")
    assert found.text == "See our page and b.example/…."
    assert set(found.links) == {"https://b.example/z", "https://a.example/x?y=1"}


def test_references_and_angle_brackets_are_links_too() -> None:
    found = plain("[a]: https://x.uk/y\n\nSee [here][a], [there](<https://e.uk/r>).")
    assert found.text == "See here, there."
    assert set(found.links) == {"https://x.uk/y", "https://e.uk/r"}


def test_an_address_in_a_sentence_is_shown_as_its_site() -> None:
    found = plain("Visit hertsofficer.co.uk/diversity, or www.a.uk. Mail x@b.org.")
    assert found.text == "Visit hertsofficer.co.uk/…, or www.a.uk. Mail x@b.org."
    assert found.links == ("hertsofficer.co.uk/diversity", "www.a.uk")


def test_lines_of_nothing_but_an_address_are_dropped() -> None:
    found = plain("https://m.example/film.mp4\n\nText.\n\n**https://youtu.be/abc**\n\nwww.a.uk/b")
    assert found.text == "Text."
    assert found.media == ("https://m.example/film.mp4", "https://youtu.be/abc")
    assert found.links == ("www.a.uk/b",)


def test_pictures_go_to_the_media_with_their_alternative_text() -> None:
    found = plain("Before ![a face](/img/face.jpg) after")
    assert (found.text, found.media) == ("Before after", ("/img/face.jpg",))


def test_the_first_top_heading_is_kept_apart() -> None:
    assert plain("## Two\n\n# The *one*\n\n# Other").heading == "The one"


def test_html_in_markdown_is_resolved() -> None:
    markdown = "<p>One<br>two</p><script>x()</script><a href='https://a.uk/b'>there</a> &lt;b&gt;"
    found = plain(markdown)
    assert found.text == "One\ntwo\n\nthere"
    assert found.links == ("https://a.uk/b",)


def test_hard_wrapped_paragraphs_are_joined_but_meant_line_ends_stay() -> None:
    wrapped = (
        "Officers in the town were called to the high street at nine\n"
        "in the evening after a shopkeeper heard the breaking of the\n"
        "glass of the door.\n\nNobody was hurt."
    )
    assert text(wrapped).count("\n") == 2
    assert text("Call 101\nWrite to us\nVisit us") == "Call 101\nWrite to us\nVisit us"


def test_site_codes_go() -> None:
    assert text('Lock it.[[{"fid":"1","fields":{"a[und][0]":"b"}}]] Now.') == "Lock it. Now."
    assert stripped("[video]here[/video]Police were called") == "here Police were called"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("&amp;amp;quot;Hi&amp;quot;", '"Hi"'),
        ("&#8230; &#x2019; &nbsp;|", "… ’ \xa0|"),
        ("&#146;s", "’s"),
        ("Q&As; and B&M; & co &notathing;", "Q&As; and B&M; & co &notathing;"),
        ("?a=1&copy=2", "?a=1&copy=2"),
    ],
)
def test_character_references_are_resolved_however_often_escaped(written: str, meant: str) -> None:
    assert unescape(written) == meant


def test_characters_are_folded_but_curly_quotes_stay() -> None:
    assert fold("a\xa0b\u200bc\xadd\u2028e\r\nf “q” cafe\u0301") == "a bcd\ne\nf “q” café"
    assert fold("\x93quoted\x94\x07") == "“quoted”"


def test_metadata_loses_tags_and_line_ends() -> None:
    assert stripped("<p>One &hellip;</p>\n<p>two</p>") == "One … two"


PIECES = st.sampled_from(
    "* ** _ __ # ## - + > 1. ` ``` [a](b) ![i](x.png) [ ] ( ) <b> </b> < > &amp; &lt; & &#42; \\ "
    "http://a.uk/x www.b.com/ c.co.uk/d | --- === ~~ • word Word. 's , /… … @ **** f*** : . £5 12 "
    "[x]: [video] [[{ }]] ~ \n \n\n \t \xa0 \u200b e\u0301 **~**".split(" ")
)


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=12).map(lambda found: "".join(found).replace("~", " ")))
def test_cleaning_is_idempotent(markdown: str) -> None:
    once = text(markdown)
    assert text(once) == once


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_folding_and_unescaping_are_idempotent(anything: str) -> None:
    assert fold(fold(anything)) == fold(anything)
    assert unescape(unescape(anything)) == unescape(anything)


@pytest.mark.parametrize(
    "unit",
    ["[", "*a ", "_a ", "`a", "<a ", "> ", "# ", "![", "[a](", "&amp;", "<!--", "[[{", "a.uk/("],
)
def test_hostile_repetition_takes_no_more_than_moments(unit: str) -> None:
    start = time.process_time()
    text(unit * 10_000 + "x")
    assert time.process_time() - start < 3


untidy = " |  |\t|\n|\n | \n|\n\n\n|'s|’t|'|,|.|a|Z|”|1|)|…|*|\xa0".split("|")
loose = st.lists(st.sampled_from(untidy), max_size=12).map("".join)


@settings(max_examples=500)
@given(loose)
def test_tidy_text_stays_as_it_is(text: str) -> None:
    once = tidied(text)
    assert tidied(once) == once


bits = (
    "www.|kent|.police|.uk|.co|.com|http://|HTTPS:/|/a_b|(c)|(|?d=e|…|/…| | |: |](|]: |@|.|5 p.m.|-"
    "|x.me/|,|\t|\\_|youtu.be/f|.jpg|WWW.A.ORG"
).split("|")
near_addresses = st.lists(st.sampled_from(bits), max_size=10).map("".join)


@settings(max_examples=500)
@given(near_addresses)
def test_looking_only_where_a_hint_is_finds_every_address(line: str) -> None:
    found, everywhere = Addresses(), Addresses()
    line = f"prose {line} prose"
    shown = shorten(line, found)
    line = _GAPPED.sub(r"\1", line)
    assert shown == _ADDRESS.sub(lambda match: _shown(match, everywhere), line)
    assert found == everywhere


def test_a_long_word_of_many_addresses_takes_time_in_proportion() -> None:
    started = time.process_time()
    shorten("a.co.uk," * 20_000, Addresses())
    shorten("prose " + "a.com.b" * 20_000, Addresses())
    assert time.process_time() - started < 5
