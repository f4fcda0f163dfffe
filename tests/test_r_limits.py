"""R14: every limit of a query and its options, on the library and the command line alike: what is
over it is refused in under ten milliseconds, by a typed error that names the limit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import fields
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest
from corpus import Placed

from searchkit import Index
from searchkit.cli import main
from searchkit.cli.exits import Exit
from searchkit.errors import ArticleNotFound, QueryError
from searchkit.settings import LISTING_LIMITS, QUERY_LIMITS, QueryLimits

ROOT = Path(__file__).resolve().parent.parent
Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, placed: Placed) -> Iterator[Index]:
    place = placed(tmp_path_factory.mktemp("limits") / "index")
    with Index.build(ROOT / "seeds", place) as built:
        built.search("warm force:essex date:2020", area="essex", since="2019", facets="force")
        yield built


OPTIONS: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    # Within and over the limit, the kind of the refusal, and the number that it names.
    "page": ({"limit": 100}, {"limit": 101}, "limit-limit", "100"),
    "offset": ({"offset": 10_000}, {"offset": 10_001}, "limit-offset", "10,000"),
    "areas": ({"area": ["essex"] * 64}, {"area": ["essex"] * 65}, "limit-area", "64"),
    "endless areas": ({"area": ["met"]}, {"area": repeat("met")}, "limit-area", "64"),
    "area": ({"area": "essex"}, {"area": "x" * 201}, "limit-area", "200"),
    "since": ({"since": "2020"}, {"since": "1/" * 101}, "limit-since", "200"),
    "until": ({"until": "2020"}, {"until": "9" * 10**6}, "limit-until", "200"),
    "on": ({"on": "2020"}, {"on": "february" * 26}, "limit-on", "200"),
    "facets": ({"facets": ["year"] * 16}, {"facets": ["year"] * 17}, "limit-facets", "16"),
    "endless facets": ({"facets": ["year"]}, {"facets": repeat("year")}, "limit-facets", "16"),
    "fragments": ({"fragments": 10}, {"fragments": 11}, "limit-fragments", "10"),
    "width": ({"width": 2_000}, {"width": 2_001}, "limit-width", "2,000"),
    "a huge width": ({"width": 0}, {"width": 10**5000}, "limit-width", "2,000"),
    "a negative page": ({"limit": 0}, {"limit": -1}, "limit-limit", "100"),
    "characters": ({"text": "a " * 10}, {"text": "a " * 10**6}, "limit-characters", "1,000"),
    "terms": ({"text": "w " * 64}, {"text": "w " * 65}, "limit-terms", "64"),
    "word": ({"text": "w" * 64}, {"text": "w" * 65}, "limit-word", "64"),
    "depth": ({"text": "(" * 8 + "a"}, {"text": "(" * 9 + "a"}, "limit-depth", "8"),
    "letters": ({"text": "pol*"}, {"text": "po*"}, "limit-prefix-letters", "3"),
    "wildcards": ({"text": "abc* " * 4}, {"text": "abc* " * 5}, "limit-prefixes", "4"),
    "near": ({"text": "abc~ " * 4}, {"text": "abc~ " * 5}, "limit-fuzzies", "4"),
    "edits": ({"text": "abcd~2"}, {"text": "abcd~3"}, "limit-edits", "2"),
    "ranges": ({"text": "date:2020 " * 4}, {"text": "date:2020 " * 5}, "limit-ranges", "4"),
    "window": ({"text": '"a b"~50'}, {"text": '"a b"~51'}, "limit-slop", "50"),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_r14_at_the_limit_is_answered_and_over_it_is_refused_by_name(
    index: Index, name: str
) -> None:
    within, over, kind, limit = OPTIONS[name]
    assert index.search(**within).total >= 0
    fastest = 1.0
    for _ in range(3):
        begun = time.process_time()
        with pytest.raises(QueryError) as caught:
            index.search(**over)
        fastest = min(fastest, time.process_time() - begun)
    (fatal,) = [one for one in caught.value.diagnostics if one.fatal]
    assert fatal.kind == kind
    assert limit in f"{fatal.message} {fatal.hint}"
    assert len(fatal.message) < 200
    assert fastest < 0.01


@pytest.mark.parametrize("text", ["*", "*knife", "kn*fe", "/kni.*/", "a?c"])
def test_r14_no_wildcard_leads_or_stands_alone_and_there_is_no_regex(
    index: Index, text: str
) -> None:
    with pytest.raises(QueryError) as caught:
        index.search(text)
    assert "wildcard" in caught.value.diagnostics[0].kind


def test_r14_a_near_word_keeps_its_first_letter(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("A headline\n\nThe bnife lay there, and a knive.\n")
    with Index.build(tmp_path / "a.md", tmp_path / "index") as built:
        assert built.search("knife~1").hits[0].matched_terms == ("knive",)


def test_r14_too_many_expanded_terms_are_refused_with_the_limit(tmp_path: Path) -> None:
    words = " ".join(f"abc{n:05}" for n in range(QUERY_LIMITS.expansions + 1))
    (tmp_path / "a.md").write_text(f"A headline\n\n{words}\n")
    with Index.build(tmp_path / "a.md", tmp_path / "index") as built:
        with pytest.raises(QueryError, match="1,025 words that start with 'abc': more than 1,024"):
            built.search("abc*")
        assert built.search("abc00*").total == 1


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "bytes": ({"text": b"police"}, "bad-text"),
    "nothing": ({"text": None}, "bad-text"),
    "a number of areas": ({"area": 5}, "bad-area"),
    "bytes of areas": ({"area": [b"met"]}, "bad-area"),
    "a date": ({"since": 2020}, "bad-date"),
    "a fraction": ({"limit": 1.5}, "bad-limit"),
    "words": ({"offset": "ten"}, "bad-offset"),
    "truth": ({"limit": True}, "bad-limit"),
    "an order": ({"sort": "random"}, "bad-sort"),
    "snippets": ({"snippets": "all"}, "bad-snippets"),
    "facets": ({"facets": 7}, "bad-facets"),
    "a facet": ({"facets": "colour"}, "unknown-facet"),
}


@pytest.mark.parametrize("name", WRONG)
def test_r14_an_option_of_the_wrong_kind_is_a_query_error(index: Index, name: str) -> None:
    options, kind = WRONG[name]
    with pytest.raises(QueryError) as caught:
        index.search(**options)
    assert [one.kind for one in caught.value.diagnostics if one.fatal] == [kind]
    assert caught.value.hint


@pytest.mark.parametrize("look", [Index.find, Index.get])
def test_r14_what_names_an_article_has_a_limit_too(
    index: Index, look: Callable[[Index, Any], object]
) -> None:
    for wanted, kind in (("x" * 4_097, "limit-address"), (b"id", "bad-address")):
        fastest = 1.0
        for _ in range(5):
            begun = time.process_time()
            with pytest.raises(QueryError) as caught:
                look(index, wanted)
            fastest = min(fastest, time.process_time() - begun)
        assert fastest < 0.01
        assert caught.value.diagnostics[0].kind == kind


@pytest.mark.parametrize("wanted", ["", "\0", "a\0b", "\ud800", "x" * 4_096, "../..", "://", "%"])
def test_r16_what_names_no_article_is_not_found_whatever_it_is(index: Index, wanted: str) -> None:
    assert index.get(wanted) is None
    with pytest.raises(ArticleNotFound):
        index.find(wanted)


def test_r14_the_library_raises_every_limit_by_one_table(index: Index) -> None:
    wide = QueryLimits(
        page_size=500, offset=50_000, areas=200, facets=50, fragments=50, width=9_000
    )
    with Index.open(index.address, limits=wide) as other:
        assert (
            other.search(
                "police", limit=500, offset=0, area=["essex"] * 200, fragments=50, width=9_000
            ).total
            >= 0
        )
    for field in fields(QueryLimits):
        assert getattr(LISTING_LIMITS, field.name) >= getattr(QUERY_LIMITS, field.name)


COMMANDS = {
    "words": (["query", "w " * 65], "64"),
    "characters": (["query", "w" * 100_000], "1,000"),
    "an area": (["query", "police", "--area", "x" * 300], "200"),
    "areas": (["query", "police", *["--area", "met"] * 65], "64"),
    "a date": (["query", "police", "--since", "1/" * 200], "200"),
    "results": (["query", "police", "--limit", "1000001"], "1000001"),
    "a page": (["query", "police", "--page", "9" * 30], "1,000,000"),
    "fragments": (["query", "police", "--fragments", "11"], "10"),
    "a width": (["query", "police", "--snippet", "2001"], "2,000"),
    "an id": (["show", "x" * 5_000], "4,096"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_r14_the_command_line_says_in_a_line_which_limit_it_was(
    index: Index, capsys: Captured, name: str
) -> None:
    arguments, limit = COMMANDS[name]
    assert main([*arguments, "--index", index.address]) == Exit.USAGE
    told = capsys.readouterr()
    assert told.out == ""
    lines = told.err.splitlines()
    assert lines[0].startswith("error: ")
    assert len(lines) <= 2
    assert limit in told.err
    assert len(told.err) < 400
