"""What is wrong with the data is counted exactly, named by example, and found in bounded memory."""

from __future__ import annotations

import json
import tracemalloc
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from corpus import write_files
from hypothesis import given
from hypothesis import strategies as st

from searchkit import Index
from searchkit.analysis import fold
from searchkit.article import LONDON, Article, DateSource, ForceMatch, Precision, PublicationDate
from searchkit.cli import main
from searchkit.cli.exits import Exit
from searchkit.defects import COLUMN_OF, DEFECTS, defects_of, leftover
from searchkit.engines.base import Engine
from searchkit.quality import REPEATED_LEAST, Quality, measure
from searchkit.render.layout import Look
from searchkit.render.quality import render_quality

TODAY = date(2021, 6, 1)
SENTENCE = (
    "Officers in Aldermere are appealing for witnesses after a bicycle was stolen on the quay."
)
Captured = pytest.CaptureFixture[str]


class Shelf:
    """As much of an engine as is needed: it holds articles."""

    generation = "1-test"

    def __init__(self, articles: Iterable[Article]) -> None:
        self._articles = tuple(articles)

    def articles(self) -> Iterator[Article]:
        return iter(self._articles)


def measured(*articles: Article, examples: int = 100) -> Quality:
    return measure(cast(Engine, Shelf(articles)), examples=examples, today=TODAY)


def dated(day: date, precision: Precision = Precision.DAY) -> PublicationDate:
    start = datetime(day.year, day.month, day.day, tzinfo=LONDON)
    return PublicationDate(start, precision, DateSource.PUBLISH_DATE, str(day))


def sound(number: int, **more: Any) -> Article:
    """An article with nothing wrong."""
    article = Article(
        id=f"{number:016x}",
        title=f"Bicycle number {number} found",
        body=f"{SENTENCE} It has the number {number}.",
        lead=SENTENCE,
        force=ForceMatch("essex", "Essex Police", "area"),
        date=dated(date(2021, 1, 1) + timedelta(days=number % 100)),
    )
    return replace(article, **more)


FAULTY: dict[str, dict[str, Any]] = {
    "undated": {"date": PublicationDate()},
    "imprecise-date": {"date": dated(date(2021, 1, 1), Precision.MONTH)},
    "fallback-title": {"title_source": "heading"},
    "generic-title": {"title": "News article"},
    "title-leftovers": {"title": "Theft &amp; burglary"},
    "lead-leftovers": {"lead": "<p>Officers in Aldermere</p>"},
    "body-leftovers": {"body": f"{SENTENCE} It has **many** friends."},
    "cut-lead": {"lead": "Officers in Aldermere…"},
    "empty-body": {"body": " \n "},
    "short-body": {"body": "He has been found."},
    "force-conflict": {"notes": ("area says Essex, host says Kent",)},
    "date-conflict": {"notes": ("date: publish.date says 2020-01-01, url-day says 2021-01-01",)},
    "future-date": {"date": dated(TODAY + timedelta(days=1))},
    "early-date": {"date": dated(date(1994, 12, 31))},
}
BESIDE_OTHERS = {"copy", "twin", "repeated-lines", "stray-date"}


def test_a_sound_article_has_no_defect() -> None:
    assert list(defects_of(sound(1), TODAY)) == []
    found = measured(*(sound(n) for n in range(60)))
    assert (found.articles, found.defects, found.columns) == (60, {}, {})


@pytest.mark.parametrize("name", FAULTY)
def test_each_defect_is_found_alone_and_named(name: str) -> None:
    faulty = sound(1000, **FAULTY[name])
    assert list(defects_of(faulty, TODAY)) == [name]
    found = measured(*(sound(n) for n in range(30)), faulty)
    assert found.defects == {name: 1}
    assert found.columns == {COLUMN_OF[name]: 1}
    assert found.forces[0].examples == {name: (faulty.id,)}


def test_every_row_of_the_table_is_tried_here() -> None:
    assert FAULTY.keys() | BESIDE_OTHERS == {defect.name for defect in DEFECTS}


def test_two_defects_of_one_column_count_one_article() -> None:
    found = measured(sound(1, title="A &amp; B", lead="<p>C</p>"))
    assert found.defects == {"title-leftovers": 1, "lead-leftovers": 1}
    assert found.columns == {"mark": 1}


@pytest.mark.parametrize(
    "text",
    [
        "&M; and AT&T; R&DEPT; 5 < 6 > 4, snake_case__name and 2*3*4",
        "told him to f*** off, you b****, and f***ing left",
        "17.4%acquaintances",
        "* a bullet\n- another",
        "café, naïve, £5, “quoted”, œuvre",
    ],
)
def test_what_people_write_is_no_leftover(text: str) -> None:
    assert leftover(text) == ""


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a &nbsp; b", "&nbsp;"),
        ("a &#8217; b", "&#8217;"),
        ("see <br/> here", "<br/>"),
        ("a [link](https://x.org)", "](https:"),
        ("so **very bold** it is", "**very bold**"),
        ("x\n## Heading", "## "),
        ("call us.â€™ ", "â€"),
        ("zero\u200bwidth", "\u200b"),
    ],
)
def test_what_cleaning_missed_is_named(text: str, what: str) -> None:
    assert leftover(text) == what


def test_copies_count_every_article_of_the_same_text_whatever_its_force() -> None:
    kent = ForceMatch("kent", "Kent Police", "area")
    twice = [sound(1), sound(2, body=f" {sound(1).body.upper()}\n"), sound(3)]
    found = measured(*twice, sound(4, body=sound(1).body, force=kent))
    assert {force.id: force.defects for force in found.forces} == {
        "essex": {"copy": 2},
        "kent": {"copy": 1},
    }


def test_twins_are_of_one_force_and_day() -> None:
    kent = ForceMatch("kent", "Kent Police", "area")
    title, day = "The same headline", dated(date(2021, 2, 2))
    pair = [sound(n, title=title, date=day) for n in (1, 2)]
    other = sound(3, title=title, date=dated(date(2021, 2, 3)))
    vague = sound(4, title=title, date=dated(date(2021, 2, 1), Precision.MONTH))
    found = measured(*pair, other, vague, sound(5, title=title, date=day, force=kent))
    assert found.defects == {"twin": 2, "imprecise-date": 1}
    assert found.forces[0].examples["twin"] == (pair[0].id, pair[1].id)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), max_size=30))
def test_pairs_are_those_of_a_plain_count(drawn: list[tuple[str, str]]) -> None:
    day = dated(date(2021, 2, 2))
    batch = [
        sound(n, title=title, body=f"{SENTENCE} {body}", date=day)
        for n, (title, body) in enumerate(drawn)
    ]
    found = measured(*batch).defects
    for name, texts in (
        ("copy", [fold(article.body) for article in batch]),
        ("twin", [article.title for article in batch]),
    ):
        several = [count for count in Counter(texts).values() if count > 1]
        assert found.get(name, 0) == sum(several)


def test_lines_that_a_force_repeats_are_counted_and_shown() -> None:
    line = "Share price of this page"
    batch = [sound(n, body=f"{sound(n).body}\n{line}") for n in range(REPEATED_LEAST)]
    batch += [sound(n + 100, body=f"{sound(n).body} {n}\nCall 101") for n in range(REPEATED_LEAST)]
    found = measured(*batch)
    assert found.defects == {"repeated-lines": REPEATED_LEAST}
    assert [(r.text, r.force, r.articles) for r in found.repeated] == [
        (line, "essex", REPEATED_LEAST)
    ]
    assert measured(*batch[1:]).defects == {}


def test_a_force_is_silent_after_an_unusual_pause() -> None:
    kent = ForceMatch("kent", "Kent Police", "area")
    start = date(2021, 1, 1)
    daily = [sound(n, date=dated(start + timedelta(days=n))) for n in range(110)]
    weekly = [
        sound(200 + n, force=kent, date=dated(start + timedelta(days=7 * n))) for n in range(14)
    ]
    essex, other = measured(*daily[:83], *weekly).forces
    assert (essex.behind, essex.usual_gap, essex.silent) == (9, 1, True)
    assert (other.behind, other.usual_gap, other.silent) == (0, 7, False)
    essex, other = measured(*daily, *weekly).forces
    assert (essex.behind, essex.silent) == (0, False)
    assert (other.behind, other.silent) == (18, False)
    essex, other = measured(*daily, *weekly[:-1]).forces
    assert (other.behind, other.silent) == (25, True)


def test_a_lone_date_far_behind_the_others_is_stray_and_not_the_newest() -> None:
    start = date(2020, 10, 1)
    daily = [sound(n, date=dated(start + timedelta(days=n))) for n in range(60)]
    stray = sound(500, date=dated(date(2021, 5, 31)))
    found = measured(*daily, stray)
    assert found.defects == {"stray-date": 1}
    assert found.forces[0].examples == {"stray-date": (stray.id,)}
    assert found.newest == start + timedelta(days=59)


def test_examples_are_no_more_than_asked_for_and_counts_stay_exact() -> None:
    found = measured(*(sound(n, date=PublicationDate()) for n in range(7)), examples=2)
    assert found.defects == {"undated": 7}
    assert len(found.forces[0].examples["undated"]) == 2


def test_a_force_has_the_same_numbers_when_it_is_shown_alone() -> None:
    kent = ForceMatch("kent", "Kent Police", "area")
    found = measured(sound(1), sound(2, body=sound(1).body, force=kent), sound(3, force=None))
    alone = found.only(["kent", "gwent"])
    assert alone.defects == {"copy": 1}
    assert alone.articles == 1
    assert alone.absent == ("gwent",)
    assert {force.id for force in found.forces} == {"essex", "kent", ""}
    assert "essex" not in found.absent


def test_memory_does_not_grow_with_the_texts() -> None:
    class Long(Shelf):
        def articles(self) -> Iterator[Article]:
            for n in range(60):
                yield sound(n, body=f"{SENTENCE} {n} " * 1_000)

    measured(sound(1))
    tracemalloc.start()
    found = measure(cast(Engine, Long(())), today=TODAY)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.articles == 60
    assert peak < 2_800_000  # all the texts are 5.7 MB


def test_the_command_counts_what_the_index_holds(tmp_path: Path, capsys: Captured) -> None:
    write_files(tmp_path / "news", 60)
    place = str(tmp_path / "index")
    with Index.build(tmp_path / "news", place) as index:
        found = index.quality(examples=3)
        held = list(index.articles())
    undated = [article.id for article in held if article.date.start is None]
    assert found.defects["undated"] == len(undated) > 0
    assert found.articles == len(held)
    capsys.readouterr()
    assert main(["quality", "--json", "--examples", "3", "--index", place]) == Exit.OK
    told = json.loads(capsys.readouterr().out)
    assert told["defects"]["undated"] == len(undated)
    assert sum(force["articles"] for force in told["forces"]) == len(held)
    for force in told["forces"]:
        assert set(force["examples"]["undated"]) <= set(undated)
    assert main(["quality", "--force", "kent", "--index", place]) == Exit.OK
    shown = capsys.readouterr().out
    assert "Kent" in shown
    assert "Essex" not in shown
    assert main(["quality", "--area", "kemt", "--index", place]) == Exit.USAGE
    assert "did you mean Kent (kent)?" in capsys.readouterr().err


def test_the_table_fits_a_hundred_columns() -> None:
    kent = ForceMatch("devon-and-cornwall", "Devon and Cornwall Police", "area")
    odd = [sound(n, force=kent, **changes) for n, changes in enumerate(FAULTY.values(), 500)]
    same = [sound(n, force=kent, body=SENTENCE, title="A", date=dated(TODAY)) for n in range(2)]
    line = [sound(n, force=kent, body=f"{SENTENCE} {n}\nA line") for n in range(20, 40)]
    lines = list(render_quality(measured(*odd, *same, *line), Look(100), examples=3))
    assert {"undated", "copy", "twin", "odd", "line"} <= set(lines[0].split())
    assert max(map(len, lines)) <= 100


def test_an_empty_index_is_said_to_be_empty(tmp_path: Path, capsys: Captured) -> None:
    Index.create(tmp_path / "index").close()
    assert main(["quality", "--index", str(tmp_path / "index")]) == Exit.OK
    assert capsys.readouterr().out.startswith("no articles\n")
