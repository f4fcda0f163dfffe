"""R14 and R16: no query text can ask for more than its limits, and refusing it is quick."""

from __future__ import annotations

import time
from datetime import date

import pytest

from searchkit.query.nodes import Fuzzy, Nothing, Phrase, Prefix, children
from searchkit.query.parser import Parsed, parse
from searchkit.settings import QUERY_LIMITS, QueryLimits

TODAY = date(2021, 9, 3)


def read(text: str, limits: QueryLimits = QUERY_LIMITS) -> Parsed:
    return parse(text, today=TODAY, limits=limits)


WITHIN_AND_OVER = {
    "limit-characters": ("knife " + " " * 994, "knife " + " " * 995),
    "limit-terms": (" ".join(f"w{n}" for n in range(64)), " ".join(f"w{n}" for n in range(65))),
    "limit-word": ("x" * 64, "x" * 65),
    "limit-depth": ("(" * 8 + "knife" + ")" * 8, "(" * 9 + "knife" + ")" * 9),
    "limit-prefix-letters": ("kni*", "kn*"),
    "limit-prefixes": ("aaa* bbb* ccc* ddd*", "aaa* bbb* ccc* ddd* eee*"),
    "limit-fuzzies": ("aaa~ bbb~ ccc~ ddd~", "aaa~ bbb~ ccc~ ddd~ eee~"),
    "limit-edits": ("knife~2", "knife~3"),
    "limit-ranges": ("date:2019 " * 4, "date:2019 " * 5),
    "limit-slop": ('"knife crime"~50', '"knife crime"~51'),
}


@pytest.mark.parametrize("kind", WITHIN_AND_OVER)
def test_R14_a_query_at_a_limit_is_answered(kind: str) -> None:
    within, _ = WITHIN_AND_OVER[kind]
    assert not read(within).fatal
    assert read(within).query != Nothing()


@pytest.mark.parametrize("kind", WITHIN_AND_OVER)
def test_R14_a_query_over_a_limit_is_refused_once_with_the_limit_named(kind: str) -> None:
    _, over = WITHIN_AND_OVER[kind]
    (diagnostic,) = [d for d in read(over).diagnostics if d.fatal]
    assert diagnostic.kind == kind
    assert any(c.isdigit() for c in diagnostic.message + diagnostic.hint)
    assert read(over).query == Nothing()


def test_R14_words_of_phrases_compounds_and_values_count() -> None:
    for text in (
        '"' + "w " * 65 + '"',
        "-".join("w" * 65),
        " ".join(f"ref:{n}" for n in range(65)),
    ):
        assert "limit-terms" in [d.kind for d in read(text).diagnostics]


@pytest.mark.parametrize(
    "text", ["knife~99999999999", '"a b"~' + "9" * 900, "knife~0.8", "knife~1.5"]
)
def test_R14_absurd_numbers_are_over_the_limit(text: str) -> None:
    assert read(text).fatal


def test_the_library_can_raise_every_limit() -> None:
    generous = QueryLimits(
        characters=5000,
        terms=500,
        word=500,
        depth=20,
        prefixes=9,
        prefix_letters=1,
        fuzzies=9,
        edits=3,
        ranges=9,
        slop=500,
    )
    for _, over in WITHIN_AND_OVER.values():
        assert not read(over, generous).fatal


def test_a_lowered_limit_counts() -> None:
    assert read("knife crime", QueryLimits(terms=1)).fatal


def test_brackets_are_never_read_deeper_than_the_stack_allows() -> None:
    endless = QueryLimits(characters=10**6, depth=10**6)
    deepest = "-(" * 64 + "knife" + ")" * 64
    assert not read(deepest, endless).fatal
    kinds = [d.kind for d in read("(" * 10_000 + "knife" + ")" * 10_000, endless).diagnostics]
    assert "limit-depth" in kinds


HOSTILE = {
    "a megabyte": "word " * 200_000,
    "ten thousand brackets": "(" * 10_000,
    "brackets to the limit": "(" * 1_000,
    "a long word": "x" * 1_000,
    "many words": "ab " * 333,
    "many stars": "*a" * 500,
    "many tildes": "~1" * 500,
    "many quotation marks": '"' * 1_000,
    "many apostrophes": "'a " * 333,
    "many fields": "title:" * 166,
    "many unknown fields": "zzz:y " * 166,
    "many bad dates": "date:z " * 142,
    "a long bad date": "date:" + "1/" * 490,
    "a long force": "force:" + "y" * 990,
    "a long region": "region:" + "y" * 990,
    "many signs": "-=" * 500,
    "surrogates": "\ud800" * 1_000,
    "marks without letters": "a" + "\u0301" * 998,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_R16_a_hostile_text_is_answered_at_once(name: str) -> None:
    read("warm force:essex date:2020 zzz:x")
    text = HOSTILE[name]
    fastest = 1.0
    for _ in range(5):
        begun = time.process_time()
        read(text)
        fastest = min(fastest, time.process_time() - begun)
    assert fastest < 0.05


@pytest.mark.parametrize("text", ["word " * 200_000, "(" * 10_000, "a*" * 5_000])
def test_R14_too_long_a_text_is_refused_in_under_ten_milliseconds(text: str) -> None:
    fastest = 1.0
    for _ in range(5):
        begun = time.process_time()
        parsed = read(text)
        fastest = min(fastest, time.process_time() - begun)
    assert fastest < 0.01
    assert [d.kind for d in parsed.diagnostics] == ["limit-characters"]


@pytest.mark.parametrize(
    "piece", ["word ", "'a ", '"', "🙂 ", "\x00 ", "~1", "-a ", "*", "a:", "(a) ", "OR ", ". "]
)
def test_reading_takes_time_in_proportion_to_length(piece: str) -> None:
    endless = QueryLimits(characters=10**7, terms=10**7, word=10**7)

    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        best = 60.0
        for _ in range(3):
            begun = time.process_time()
            read(text, endless)
            best = min(best, time.process_time() - begun)
        return best

    assert seconds(8_000) < 16 * max(seconds(1_000), 0.001)


def test_nothing_costly_is_left_in_a_tree() -> None:
    stack = [read('aaa* bbb~2 "c d"~50').query]
    while stack:
        node = stack.pop()
        stack.extend(children(node))
        if isinstance(node, Prefix):
            assert len(node.word) >= QUERY_LIMITS.prefix_letters
        if isinstance(node, Fuzzy):
            assert node.edits <= QUERY_LIMITS.edits
        if isinstance(node, Phrase):
            assert node.slop <= QUERY_LIMITS.slop


def test_what_is_not_read_for_its_depth_is_not_called_unbalanced() -> None:
    said = read("(" * 9 + "knife" + ")" * 9).diagnostics
    assert [remark.kind for remark in said] == ["limit-depth"]
