"""Lines that a force repeats are learned from its articles, and known whatever their numbers."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest

from searchkit.article import Article, ForceMatch
from searchkit.ingest.candidates import Candidate
from searchkit.ingest.contact import contact_spans
from searchkit.ingest.repeats import ENOUGH, Learning, Marker, Repeats, enough, line_key
from searchkit.ingest.sampling import Sample

LINE = "Watch our film about the 3 signs of fraud."


def articles(count: int, repeated: int, force: str = "kent", line: str = LINE) -> list[Article]:
    """``count`` releases with headlines of their own, ``repeated`` of which end in ``line``."""
    return [
        Article(
            f"{force}{n}",
            f"Headline {'abcdefghijklmnopqrstuvwxyz'[n % 26] * (n // 26 + 1)}",
            f"Story {'xyz'[n % 3] * n} of {n}." + (f"\n\n{line}" if n < repeated else ""),
            force=ForceMatch(force, force, "area"),
        )
        for n in range(count)
    ]


def learned(*groups: list[Article], pinned: str = "", released: str = "") -> Repeats:
    learning = Learning()
    for group in groups:
        for article in group:
            learning.look(article)
    return learning.learned([pinned] if pinned else (), [released] if released else ())


def texts(repeats: Repeats) -> list[tuple[str, str, int]]:
    return [(line.text, line.force, line.articles) for line in repeats.lines]


def test_a_line_that_a_force_repeats_is_learned_for_that_force() -> None:
    repeats = learned(articles(40, 5), articles(40, 1, "essex"))
    assert texts(repeats) == [(LINE, "kent", 5)]
    assert repeats.read == {"kent": 40, "essex": 40}
    kent, essex = articles(1, 1)[0], articles(1, 1, "essex")[0]
    marker = Marker(repeats)
    assert marker.marked(kent).contact == LINE
    assert marker.marked(essex) is essex


@pytest.mark.parametrize(
    ("read", "needed"), [(30, 4), (400, 4), (1_000, 10), (1_500, 15), (50_000, 15)]
)
def test_how_often_is_often_enough(read: int, needed: int) -> None:
    assert enough(read) == needed


def test_of_a_force_with_few_articles_nothing_is_learned() -> None:
    assert not learned(articles(ENOUGH - 1, ENOUGH - 1)).lines


def test_a_release_that_was_published_many_times_teaches_nothing() -> None:
    same = [replace(a, title=f"Update {n}") for n, a in enumerate(articles(40, 40))]
    assert not learned(same).lines


@pytest.mark.parametrize(
    "line", ["12190123456", "Sentencing", "Sergeant Marlowe said:", "Please call 101."]
)
def test_numbers_single_words_speakers_and_contact_lines_are_not_learned(line: str) -> None:
    group = [replace(a, boilerplate=contact_spans(a.body)) for a in articles(40, 20, line=line)]
    assert not learned(group).lines


def test_numbers_and_signs_do_not_tell_lines_apart() -> None:
    assert line_key("* Reports, 1 of 12: “fraud”") == line_key("Reports (3 of 4) - FRAUD")
    assert line_key("Report fraud") != line_key("Report a fraud")


@pytest.mark.parametrize("seed", range(5))
def test_order_teaches_nothing(seed: int) -> None:
    group = articles(60, 9) + articles(60, 7, "essex", "Another line of 4 words")
    shuffled = list(group)
    random.Random(seed).shuffle(shuffled)
    assert learned(shuffled) == learned(group)


def test_lines_can_be_pinned_and_released() -> None:
    own = "Sign up for our letter 7"
    repeats = learned(articles(40, 9), pinned=own, released=LINE.upper())
    assert texts(repeats) == [(own, "", 0)]
    for force in ("kent", "essex"):
        article = articles(1, 1, force, "Sign up for our letter 8")[0]
        assert Marker(repeats).marked(article).contact == "Sign up for our letter 8"


def test_an_article_of_nothing_but_learned_lines_keeps_them() -> None:
    whole = replace(articles(1, 0)[0], body=LINE)
    assert Marker(learned(articles(40, 9))).marked(whole) is whole


def test_marking_anew_forgets_what_was_marked_before() -> None:
    article = replace(articles(1, 0)[0], body="A fox.\n\nPlease call 101.", boilerplate=((0, 6),))
    assert Marker(Repeats()).marked_anew(article).contact == "Please call 101."


def test_what_was_learned_travels_as_json() -> None:
    repeats = learned(articles(40, 9), pinned="Our own line")
    assert Repeats.from_dict(json.loads(json.dumps(repeats.to_dict()))) == repeats
    for wrong in ({}, {"lines": [["a", 1, 2]], "read": {}}, {"lines": [], "read": {"kent": "1"}}):
        with pytest.raises((LookupError, TypeError, ValueError)):
            Repeats.from_dict(wrong)


def candidates(folder: str, count: int) -> list[Candidate]:
    keys = [f"{folder}/{n}.md" for n in range(count)]
    return [Candidate(key, key) for key in keys]


def sampled(most: int, offered: list[Candidate]) -> list[str]:
    sample = Sample(most)
    for candidate in offered:
        sample.offer(candidate)
    return [candidate.key for candidate in sample.chosen()]


@pytest.mark.parametrize("seed", range(5))
def test_a_sample_is_spread_over_folders_whatever_the_order(seed: int) -> None:
    offered = candidates("Kent", 900) + candidates("Essex", 300) + candidates("Rutland", 20)
    kept = sampled(300, offered)
    counts = {area: sum(key.startswith(area) for key in kept) for area in ("Kent", "Essex", "Rut")}
    assert counts == {"Kent": 100, "Essex": 100, "Rut": 20}
    random.Random(seed).shuffle(offered)
    assert sampled(300, offered) == kept


def test_a_sample_does_not_depend_on_where_the_folders_lie() -> None:
    here, there = candidates("Kent", 900), candidates("/srv/news/Kent", 900)
    assert [f"/srv/news/{key}" for key in sampled(256, here)] == sampled(256, there)


def test_of_few_candidates_all_are_taken_but_large_ones_in_memory() -> None:
    large = Candidate("a.zip!/x.md", "a.zip", data=b"x" * 100_000)
    assert sampled(256, [*candidates("Kent", 90), large]) == sorted(
        f"Kent/{n}.md" for n in range(90)
    )
