"""Results as JSON, as lines for pipes and as text for people."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib import resources
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_results import (
    BURGLARY,
    CONTRIBUTIONS,
    FORMS,
    HOSTILE,
    MINUTE,
    NAMELESS,
    SNIPPETS,
    WARNING,
    hit,
    results,
)

from searchkit.article import DateSource, Precision, PublicationDate
from searchkit.errors import Diagnostic
from searchkit.render.article import render_article
from searchkit.render.characters import printable, to_json
from searchkit.render.envelope import article_to_dict, to_dict
from searchkit.render.layout import Look, bar, columns_of, link, place, shorten, wrap
from searchkit.render.lines import jsonl, paths, plain
from searchkit.render.terminal import View, render
from searchkit.results import Contribution, Counted, QueryEcho, Results

ESCAPES = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;;[^\x1b\x07]*\x1b\\")
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    text = resources.files("searchkit").joinpath("data/results.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


PLAIN = Look()
VIEW = View()


def text_of(found: Results, look: Look = PLAIN, view: View = VIEW) -> str:
    return "\n".join(render(found, look, view))


class TestEnvelope:
    def test_it_fits_the_published_schema(self, schema: dict[str, Any]) -> None:
        whole = results(
            hit(explanation=CONTRIBUTIONS),
            hit(NAMELESS, 2, snippets=()),
            total=42,
            forms=FORMS,
            warnings=(WARNING,),
            suggestions=("quad bikes",),
            undated_excluded=9,
        )
        value = json.loads(to_json(to_dict(whole)))
        jsonschema.validate(value, schema)
        assert value["next"] == {"offset": 2, "page": 1}
        assert value["hits"][1]["force"] is None
        assert value["hits"][1]["date"]["precision"] == "none"

    def test_the_schema_refuses_what_is_no_envelope(self, schema: dict[str, Any]) -> None:
        value = to_dict(results(hit()))
        for broken in ({**value, "total": "3"}, {**value, "hits": [{}]}, {**value, "schema": "2"}):
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.validate(broken, schema)

    def test_highlights_point_into_the_text_of_their_snippet(self) -> None:
        snippet = to_dict(results(hit()))["hits"][0]["snippets"][0]
        start, end = snippet["highlights"][0]
        assert snippet["text"][start:end] == "quad bike"

    def test_the_last_page_has_no_next(self) -> None:
        assert to_dict(results(hit()))["next"] is None

    def test_the_date_says_where_it_comes_from(self) -> None:
        assert to_dict(results(hit()))["hits"][0]["date"] == {
            "iso": "2021-02-02T19:05:00+00:00",
            "display": "2 February 2021, 7:05pm",
            "precision": "minute",
            "source": "body-head",
            "raw": "19:05 02/02/2021",
        }

    def test_an_article_is_given_whole(self) -> None:
        value = article_to_dict(BURGLARY)
        assert value["body"] == BURGLARY.body
        assert value["meta"] == {"title": "Farm shop"}

    def test_control_characters_are_escaped_in_json(self) -> None:
        text = to_json(to_dict(results(hit(HOSTILE))), indent=2)
        assert not CONTROLS.search(text)
        assert json.loads(text)["hits"][0]["title"] == HOSTILE.title


class TestLines:
    def test_plain_is_date_force_title_url_and_path_between_tabs(self) -> None:
        assert list(plain(results(hit()))) == [
            "2021-02-02T19:05:00+00:00\tessex\tFarm shop in Lower Wexcombe broken into\t"
            f"{BURGLARY.url}\tarchive/one.md\n"
        ]

    def test_a_plain_line_has_five_columns_whatever_the_article_holds(self) -> None:
        (line,) = plain(results(hit(HOSTILE)))
        assert line.count("\t") == 4
        assert line.count("\n") == 1
        assert not CONTROLS.search(line.replace("\t", ""))

    def test_jsonl_is_one_object_a_line(self) -> None:
        lines = list(jsonl(results(hit(), hit(HOSTILE, 2))))
        assert [json.loads(line)["rank"] for line in lines] == [1, 2]
        assert all(line.count("\n") == 1 for line in lines)

    def test_paths_are_lines_or_end_in_nul(self) -> None:
        found = results(hit(), hit(HOSTILE, 2))
        assert list(paths(found)) == ["archive/one.md\n", "odd name .md\n"]
        assert list(paths(found, null=True)) == ["archive/one.md\0", "odd\tname\n.md\0"]


class TestTerminal:
    def test_a_hit_is_headline_then_who_and_when_then_words_then_address(self) -> None:
        assert text_of(results(hit(), total=42)).splitlines()[:9] == [
            "42 articles match quad bike  ·  area essex",
            "",
            " 1  Farm shop in Lower Wexcombe broken into",
            "    Essex Police · 2 February 2021, 7:05pm · Appeal · 00112233",
            "    A quad bike was stolen from a farm shop. … the quad bike is green …",
            "    https://www.example.org/news/2021/february/farm-shop-in-lower-wexcombe-broken-into/",
            "",
            "Forces  Essex 30 · Kent 12",
            "Years   2021 ▇▇▇ 40 · 2020 ▇ 2",
        ]

    def test_it_says_what_is_not_shown_and_how_to_see_it(self) -> None:
        text = text_of(results(hit(), total=42, undated_excluded=9))
        assert "Not shown: 9 undated (--include-undated).  Page 1 of 5: --page 2" in text

    def test_it_names_the_next_commands_as_a_shell_takes_them(self) -> None:
        query = QueryEcho('"quad bike"', "", {}, "relevance", 0, 10)
        view = View(words=('"quad bike"',))
        text = text_of(results(hit(), query=query), view=view)
        assert text.splitlines()[-2:] == [
            "More:   searchkit show 1   ·   searchkit query '\"quad bike\"' --area essex",
            "        --json",
        ]

    def test_scores_are_shown_only_when_asked_for(self) -> None:
        assert "7.81" not in text_of(results(hit()), Look())
        assert "score 7.81" in text_of(results(hit()), Look(), View(scores=True))

    def test_an_explanation_adds_a_line_a_part(self) -> None:
        text = text_of(results(hit(explanation=CONTRIBUTIONS)), Look(), View(explain=True))
        assert "+3.500  quad in title" in text

    def test_the_parts_of_a_score_stand_in_a_column(self) -> None:
        parts = (Contribution("knife in title", 12.5), Contribution("knife in body", 1.25))
        lines = text_of(results(hit(explanation=parts)), Look(), View(explain=True)).splitlines()
        assert "     +12.500  knife in title" in lines
        assert "      +1.250  knife in body" in lines

    def test_it_says_which_other_forms_were_counted(self) -> None:
        text = text_of(results(hit(), forms=FORMS), Look())
        assert "also counting: diverse, diversify; use --exact for the word itself" in text

    def test_it_says_when_only_the_headline_matches(self) -> None:
        assert "(only the headline matches)" in text_of(
            results(hit(matched_fields=("title",), snippets=SNIPPETS[:1]))
        )

    def test_it_says_when_not_all_words_could_be_had(self) -> None:
        lines = text_of(results(hit(), relaxed=True), Look()).splitlines()
        assert lines[:2] == [
            "No article has all of: quad bike",
            "1 article with most of them  ·  area essex",
        ]

    def test_nothing_found_suggests_what_has_results_with_the_same_options(self) -> None:
        found = results(suggestions=("quad bikes",), undated_excluded=2)
        view = View(("quad", "bikse"), ("--area", "essex"), ("--index", "news"))
        assert text_of(found, Look(), view).splitlines() == [
            "No articles match quad bike  ·  area essex",
            "Did you mean   searchkit query quad bikes --area essex --index news",
            "Read as: quad AND bike",
            "Not shown: 2 undated (--include-undated)",
        ]

    def test_nothing_found_without_a_suggestion_says_what_to_try(self) -> None:
        assert "\nTry:     use fewer words" in text_of(results(), Look())
        one = results(query=replace(results().query, text="zebra"))
        assert "\nTry:     word* for beginnings" in text_of(one, Look())
        unread = Diagnostic("nothing-to-search", "nothing", 0, 1)
        assert "Try:" not in text_of(results(warnings=(unread,)), Look())

    def test_near_spellings_are_told_in_words(self) -> None:
        found = results(hit(), counted=(Counted("knfie", "near", ("knfie~1",)),))
        assert "below the words typed: near spellings of knfie\n" in text_of(found, Look())

    def test_nothing_found_with_filters_says_what_there_is_without_them(self) -> None:
        found = results(without={"area": 1200, "force:kent": 0, "-london": 7, "all": 3400})
        assert text_of(found, Look()).splitlines()[-1] == (
            "But:     1,200 without --area · 7 without -london · 3,400 without any of these"
        )

    def test_it_says_when_filters_are_not_the_reason(self) -> None:
        found = results(without={"area": 0})
        assert "But:     none without filters, either" in text_of(found, Look())

    def test_most_words_within_a_filter_come_with_how_many_have_all_outside(self) -> None:
        found = results(hit(), relaxed=True, without={"area": 12})
        assert text_of(found, Look()).splitlines()[2] == "But:     12 without --area"

    def test_a_page_beyond_the_last_names_the_last(self) -> None:
        text = text_of(results(total=42), Look(), View(page=9))
        assert "There is no page 9: the last is --page 5" in text

    def test_browsing_says_how_many_and_in_which_order(self) -> None:
        query = QueryEcho("", "", {}, "newest", 0, 10)
        assert text_of(results(hit(), query=query), Look()).startswith("1 article, newest first")

    def test_facets_asked_for_are_tables_side_by_side(self) -> None:
        view = View(facets=(("force", 10), ("year", 1)))
        text = text_of(results(hit()), Look(), view)
        assert "Forces                     Years\n" in text
        assert "  Essex  30 ▇▇▇▇▇▇▇▇▇▇       2021  40 ▇▇▇▇▇▇▇▇▇▇\n" in text
        assert "  Kent   12 ▇▇▇▇             … and 1 more\n" in text

    def test_an_article_without_anything_is_still_shown(self) -> None:
        text = text_of(results(hit(NAMELESS, snippets=())), Look())
        assert "(no headline)" in text
        assert "unknown force · undated" in text

    @pytest.mark.parametrize("color", [False, True])
    def test_escape_sequences_of_an_article_are_neutralised(self, color: bool) -> None:
        look = Look(color=color, links=color)
        snippets = (replace(SNIPPETS[0], text=HOSTILE.body, highlights=((5, 9),)),)
        for text in (
            text_of(results(hit(HOSTILE, snippets=snippets)), look),
            "\n".join(render_article(HOSTILE, look)),
        ):
            assert not CONTROLS.search(ESCAPES.sub("", text))

    def test_without_colour_there_is_no_escape_sequence(self) -> None:
        assert "\x1b" not in text_of(results(hit()), Look(links=True))

    def test_with_colour_headline_and_matches_stand_out(self) -> None:
        text = text_of(results(hit()), Look(color=True))
        assert "\x1b[1mFarm shop in Lower Wexcombe broken into\x1b[0m" in text
        assert "\x1b[1;33mquad bike\x1b[0m" in text

    def test_with_links_the_address_is_a_link_and_fits_the_line(self) -> None:
        text = text_of(results(hit()), Look(width=60, color=True, links=True))
        assert f"\x1b]8;;{BURGLARY.url}\x1b\\" in text
        assert all(len(ESCAPES.sub("", line)) <= 60 for line in text.splitlines())


class TestArticle:
    def test_it_tells_where_the_date_comes_from(self) -> None:
        text = "\n".join(render_article(BURGLARY, Look()))
        assert "date from   the stamp above the text: 19:05 02/02/2021 (to the minute)" in text

    def test_an_address_that_gave_the_date_is_not_shown_twice(self) -> None:
        date = PublicationDate(MINUTE.start, Precision.YEAR, DateSource.URL_YEAR, BURGLARY.url)
        text = "\n".join(render_article(replace(BURGLARY, date=date), Look(width=200)))
        assert "date from   the URL, which names a year (to the year)\n" in text
        assert text.count(BURGLARY.url) == 1

    def test_the_whole_text_is_shown_with_contact_lines_dimmed(self) -> None:
        text = "\n".join(render_article(BURGLARY, Look(color=True)))
        assert "A quad bike was stolen from a farm shop." in text
        assert "\x1b[2mCall 101 with information." in text


class TestLayout:
    def test_lines_break_at_white_space_within_the_width(self) -> None:
        lines = wrap([("one two three four five six seven", "")], Look(width=24), 4)
        assert lines == ["    one two three four", "    five six seven"]

    def test_wide_characters_count_as_two_columns(self) -> None:
        assert len(wrap([("警察 " * 8, "")], Look(width=20))) == 2

    def test_the_middle_of_a_long_address_is_left_out(self) -> None:
        assert shorten("https://example.org/a/very/long/path/indeed", 20) == "https://exampl…ndeed"

    def test_a_bar_is_never_empty_for_a_count(self) -> None:
        assert (bar(1, 1_000, 10), bar(0, 1_000, 10), bar(5, 5, 3)) == ("▇", "", "▇▇▇")

    def test_numbers_stand_to_the_right(self) -> None:
        assert columns_of([("a", "1"), ("bb", "23")], numeric=(1,)) == ["a    1", "bb  23"]

    def test_an_address_is_no_folder(self) -> None:
        assert place("archive/") == place("archive") == "archive/"
        assert place("opensearch://one:9200/news") == "opensearch://one:9200/news"

    def test_a_link_cannot_be_broken_out_of(self) -> None:
        text = link("x", "https://example.org/\x1b\\evil", Look(color=True, links=True))
        assert text.count("\x1b]8;;") == 2
        assert "\x1b\\evil" not in text

    @given(st.text(max_size=80))
    def test_printable_keeps_the_length_and_drops_every_control(self, text: str) -> None:
        safe = printable(text)
        assert len(safe) == len(text)
        assert not CONTROLS.search(safe)
        assert "\n" not in safe

    @given(st.text(max_size=120), st.integers(20, 60))
    def test_wrapping_keeps_every_word(self, text: str, width: int) -> None:
        joined = " ".join(line.strip() for line in wrap([(text, "")], Look(width=width)))
        assert joined.split() == printable(text).split()
