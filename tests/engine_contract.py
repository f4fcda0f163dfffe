"""What every engine must do, whatever it is made of.

An engine's test module subclasses ``EngineContract``, adds nothing, and gives it an ``opener``
fixture: something that creates an index and opens readers and writers of it.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Protocol

import pytest
from corpus import articles, revised
from releases import joint, release, text

from searchkit.article import Article, Precision
from searchkit.copies import CopiesMode
from searchkit.engines.base import Engine, Request, Sort, Writer
from searchkit.engines.bm25 import K1
from searchkit.errors import QueryError, SearchkitError, UnknownField
from searchkit.fields import FACETS
from searchkit.query.nodes import (
    And,
    AtLeast,
    DateRange,
    Every,
    Filter,
    Fuzzy,
    Node,
    Not,
    Nothing,
    Or,
    Phrase,
    Prefix,
    Term,
)
from searchkit.query.questions import Asked

PATIENT = 60.0
"""Seconds: what is to come in the end may take its time on a busy machine."""


class Opener(Protocol):
    """Makes readers and writers of one fresh index."""

    def reader(self) -> Engine: ...
    def writer(self) -> Writer: ...


def article(article_id: str, body: str, title: str = "", **more: object) -> Article:
    return replace(Article(article_id, title, body), **more)


def fill(opener: Opener, *batch: Article) -> Engine:
    """An engine on an index to which ``batch`` was added in one run."""
    writer = opener.writer()
    for one in batch:
        writer.put(one)
    writer.commit(b"")
    return opener.reader()


def ids(engine: Engine, node: Node, sort: Sort = Sort.RELEVANCE) -> list[str]:
    return [m.article.id for m in engine.search(Request(node, sort, 0, 100)).matches]


class EngineContract:
    """The suite; ``opener`` comes from the subclass's module."""

    def test_a_new_index_is_empty(self, opener: Opener) -> None:
        engine = opener.reader()
        found = engine.search(Request(Every(), facets=FACETS))
        assert (found.total, found.matches) == (0, ())
        assert not any(found.facets.values())
        assert list(engine.articles()) == []
        assert engine.catalogue() == b""
        assert engine.get("00") is None
        assert engine.forms("police") == {}
        assert engine.near("police", 2) == ()

    def test_an_article_comes_back_whole(self, opener: Opener) -> None:
        batch = articles(20)
        engine = fill(opener, *batch)
        for one in batch:
            assert engine.get(one.id) == one
        assert sorted(engine.articles(), key=lambda a: a.id) == sorted(batch, key=lambda a: a.id)

    def test_a_word_finds_its_other_forms_and_an_exact_word_does_not(self, opener: Opener) -> None:
        engine = fill(
            opener,
            article("a1", "our diversity"),
            article("a2", "a diverse place"),
            article("a3", "elsewhere"),
        )
        assert set(ids(engine, Term("diversity"))) == {"a1", "a2"}
        assert ids(engine, Term("diversity", exact=True)) == ["a1"]
        assert engine.forms("diversity") == {"diverse": 1, "diversity": 1}

    def test_near_words_come_by_edits_then_by_articles_and_never_the_word_itself(
        self, opener: Opener
    ) -> None:
        engine = fill(
            opener,
            article("a1", "a burglary, a burglar", title="burglary"),
            article("a2", "burglary and burgled", title="burglar"),
            article("a3", "burgles"),
            article("a4", "élan in buŗgles"),
        )
        assert engine.near("burglery", 2) == (
            ("burglary", 1, 2),
            ("burglar", 2, 2),
            ("burgles", 2, 2),
            ("burgled", 2, 1),
        )
        assert engine.near("burglry", 1) == (("burglary", 1, 2),)
        assert engine.near("burgle", 1) == (("burgles", 1, 2), ("burgled", 1, 1))
        assert engine.near("burglary", 1) == (("burglar", 1, 2),)
        assert engine.near("burgle", 0) == ()
        assert engine.near("ourglary", 2) == ()
        assert engine.near("elam", 1) == (("elan", 1, 1),)
        assert engine.near("", 2) == ()

    def test_words_of_deleted_articles_are_not_near(self, opener: Opener) -> None:
        fill(opener, article("a1", "burglary"), article("a2", "burglary burglars"))
        writer = opener.writer()
        writer.delete("a2")
        writer.commit(b"")
        engine = opener.reader()
        assert engine.near("burglery", 1) == (("burglary", 1, 1),)
        assert engine.near("burglers", 1) == ()

    def test_the_exact_form_comes_before_other_forms(self, opener: Opener) -> None:
        engine = fill(opener, article("a1", "diverse streets"), article("a2", "diversity streets"))
        assert ids(engine, Term("diversity")) == ["a2", "a1"]
        assert ids(engine, Term("diverse")) == ["a1", "a2"]

    def test_the_headline_counts_more_than_the_text(self, opener: Opener) -> None:
        engine = fill(
            opener,
            article("a1", "knife word word", title="other word"),
            article("a2", "other word word", title="knife word"),
        )
        assert ids(engine, Term("knife")) == ["a2", "a1"]

    def test_words_of_links_are_found_only_when_their_field_is_named(self, opener: Opener) -> None:
        engine = fill(opener, article("a1", "text", links=("https://example.org/diversity",)))
        assert engine.count(Term("diversity")) == 0
        assert engine.count(Term("diversity", "links")) == 1
        assert engine.count(Term("diversity", "link")) == 1

    def test_a_phrase_is_words_side_by_side_in_one_field(self, opener: Opener) -> None:
        engine = fill(
            opener,
            article("a1", "a stop and search power"),
            article("a2", "search and stop"),
            article("a3", "search power", title="stop and"),
            article("a4", "stopped and searched"),
        )
        assert ids(engine, Phrase(("stop", "and", "search"))) == ["a1"]
        assert set(ids(engine, Phrase(("search", "stop"), slop=1))) == {"a1", "a2"}
        assert ids(engine, Phrase(("stop", "and"), "title")) == ["a3"]

    def test_words_near_each_other_stand_within_their_window(self, opener: Opener) -> None:
        engine = fill(
            opener,
            article("a1", "one x two"),
            article("a2", "two x x one"),
            article("a3", "one x one x two"),
        )
        assert set(ids(engine, Phrase(("one", "two"), slop=1))) == {"a1", "a3"}
        assert set(ids(engine, Phrase(("one", "two"), slop=2))) == {"a1", "a2", "a3"}
        assert ids(engine, Phrase(("one", "two", "one"), slop=1)) == []
        assert ids(engine, Phrase(("one", "two", "one"), slop=2)) == ["a3"]

    def test_a_near_phrase_needs_as_many_words_as_it_names(self, opener: Opener) -> None:
        engine = fill(opener, article("a1", "one two"), article("a2", "one two one"))
        assert ids(engine, Phrase(("one", "one"), slop=1)) == ["a2"]

    def test_prefixes_and_near_misses_go_by_the_word_as_written(self, opener: Opener) -> None:
        engine = fill(
            opener,
            article("a1", "burglary"),
            article("a2", "burglars"),
            article("a3", "bruglary"),
            article("a4", "surgery"),
        )
        assert set(ids(engine, Prefix("burgl"))) == {"a1", "a2"}
        assert set(ids(engine, Fuzzy("burglary", edits=1))) == {"a1", "a2", "a3"}
        assert ids(engine, Fuzzy("zurglary", edits=1)) == []

    def test_too_wide_a_prefix_is_an_error_and_not_a_part_of_the_answer(
        self, opener: Opener
    ) -> None:
        words = " ".join(f"word{number}" for number in range(1_100))
        engine = fill(opener, article("a1", words))
        with pytest.raises(QueryError) as caught:
            engine.count(Prefix("word"))
        assert caught.value.diagnostics[0].kind == "limit-expansions"
        assert engine.count(Prefix("word10")) == 1

    def test_expansions_of_one_query_share_one_limit(self, opener: Opener) -> None:
        words = " ".join(f"{word}{number}" for word in ("left", "right") for number in range(600))
        engine = fill(opener, article("a1", words, title=words))
        assert engine.count(Prefix("left")) == engine.count(Prefix("right")) == 1
        with pytest.raises(QueryError) as caught:
            engine.count(And((Prefix("left"), Or((Prefix("right"), Fuzzy("right1"))))))
        (remark,) = caught.value.diagnostics
        assert (remark.kind, "1,200 words together" in remark.message) == ("limit-expansions", True)
        assert engine.count(And((Prefix("left"), Prefix("right1")))) == 1

    def test_keywords_match_whole_and_as_they_stand(self, opener: Opener) -> None:
        engine = fill(opener, article("a1", "x", path="Essex/One.txt", references=("35/1/20",)))
        assert engine.count(Term("Essex/One.txt", "path")) == 1
        assert engine.count(Term("essex/one.txt", "path")) == 0
        assert engine.count(Term("35/1/20", "reference")) == 1
        assert engine.count(Term("a1", "id")) == 1

    def test_an_unknown_field_is_an_error(self, opener: Opener) -> None:
        engine = fill(opener, article("a1", "x"))
        with pytest.raises(UnknownField):
            engine.count(Term("x", "colour"))
        with pytest.raises(UnknownField):
            engine.search(Request(Every(), facets=("colour",)))

    def test_a_date_range_takes_every_article_that_may_fall_in_it(self, opener: Opener) -> None:
        batch = articles(120)
        engine = fill(opener, *batch)
        first, last = date(2019, 3, 10), date(2019, 3, 20)
        expected = {
            a.id
            for a in batch
            if a.date.first_day
            and a.date.last_day
            and a.date.last_day >= first
            and a.date.first_day <= last
        }
        assert set(ids(engine, DateRange(first, last))) == expected
        dated = sum(a.date.start is not None for a in batch)
        assert engine.count(DateRange()) == dated
        assert engine.count(Not(DateRange())) == 120 - dated

    def test_nodes_combine_as_sets(self, opener: Opener) -> None:
        engine = fill(
            opener,
            article("a1", "red green"),
            article("a2", "green blue"),
            article("a3", "blue red"),
            article("a4", "red green blue"),
        )
        red, green, blue = Term("red"), Term("green"), Term("blue")
        assert set(ids(engine, And((red, green)))) == {"a1", "a4"}
        assert set(ids(engine, And((red, Not(green))))) == {"a3"}
        assert len(ids(engine, Or((red, green, blue)))) == 4
        assert ids(engine, AtLeast(3, (red, green, blue))) == ["a4"]
        assert len(ids(engine, AtLeast(0, (red,)))) == 4
        assert ids(engine, Or(())) == []
        assert len(ids(engine, And(()))) == 4
        assert ids(engine, And((red, Nothing()))) == []
        assert ids(engine, Not(Every())) == []

    def test_a_filter_adds_nothing_to_the_score(self, opener: Opener) -> None:
        engine = fill(opener, article("a1", "red green"), article("a2", "red"))
        plain = engine.search(Request(Term("red"))).matches
        narrowed = engine.search(Request(And((Term("red"), Filter(Term("green")))))).matches
        assert narrowed[0].score == next(m.score for m in plain if m.article.id == "a1")
        assert engine.search(Request(Filter(Term("red")))).matches[0].score == 0.0
        assert engine.search(Request(Every())).matches[0].score == 0.0

    def test_a_filter_of_a_filter_in_an_or_still_matches(self, opener: Opener) -> None:
        engine = fill(opener, article("a1", "red"), article("a2", "green"))
        assert set(ids(engine, Or((Filter(Term("red")), Term("green"))))) == {"a1", "a2"}

    def test_a_wide_and_a_deep_query_are_answered(self, opener: Opener) -> None:
        engine = fill(opener, *articles(30))
        wide = Or((*(Term(f"word{n}") for n in range(63)), Term("police")))
        assert engine.count(wide) == engine.count(Term("police"))
        deep: Node = Term("police")
        for _ in range(40):
            deep = Not(Not(deep))
        assert engine.count(deep) == engine.count(Term("police"))

    def test_undated_articles_come_last_in_both_date_orders(self, opener: Opener) -> None:
        batch = articles(80)
        engine = fill(opener, *batch)
        undated = sorted(a.id for a in batch if a.date.start is None)
        for sort in (Sort.NEWEST, Sort.OLDEST):
            assert ids(engine, Every(), sort)[-len(undated) :] == undated

    def test_pages_fit_together_and_the_total_is_exact(self, opener: Opener) -> None:
        engine = fill(opener, *articles(50))
        whole = ids(engine, Every())
        for offset in range(0, 60, 9):
            found = engine.search(Request(Every(), offset=offset, limit=9))
            assert found.total == 50
            assert [m.article.id for m in found.matches] == whole[offset : offset + 9]
        assert engine.search(Request(Every(), limit=0)).matches == ()

    def test_facets_count_every_match_not_just_the_page(self, opener: Opener) -> None:
        batch = articles(90)
        engine = fill(opener, *batch)
        facets = engine.search(Request(Every(), limit=1, facets=("force", "year"))).facets
        assert sum(facets["force"].values()) == 90
        assert facets["force"][""] == sum(a.force is None for a in batch)
        assert facets["year"]["undated"] == sum(a.date.start is None for a in batch)

    def test_an_explanation_adds_up_to_the_score(self, opener: Opener) -> None:
        engine = fill(opener, *articles(40))
        query = And((Or((Term("police"), Term("diversity"))), Filter(Not(Term("nowhere")))))
        for match in engine.search(Request(query)).matches:
            lines = engine.explain(Request(query), match.article.id)
            assert sum(amount for _, amount in lines) == pytest.approx(match.score, abs=1e-4)
            assert all(" in " in what for what, _ in lines)
        assert engine.explain(Request(Term("nowhere")), match.article.id) == ()

    def test_a_put_replaces_and_the_old_words_find_nothing(self, opener: Opener) -> None:
        fill(opener, article("a1", "oldword"), article("a2", "other"))
        engine = fill(opener, article("a1", "newword"))
        assert engine.count(Term("oldword")) == 0
        assert ids(engine, Term("newword")) == ["a1"]
        assert engine.count(Every()) == 2
        assert engine.forms("oldword") == {}

    def test_of_several_operations_on_one_id_the_last_counts(self, opener: Opener) -> None:
        writer = opener.writer()
        writer.put(article("a1", "first"))
        writer.put(article("a1", "second"))
        writer.put(article("a2", "gone"))
        writer.delete("a2")
        writer.delete("a3")
        writer.put(article("a3", "back"))
        writer.commit(b"")
        engine = opener.reader()
        assert {a.id: a.body for a in engine.articles()} == {"a1": "second", "a3": "back"}
        assert engine.count(Every()) == 2
        assert engine.count(Term("first")) == 0

    def test_a_deleted_article_is_gone_from_everything(self, opener: Opener) -> None:
        fill(opener, *articles(10))
        victim = articles(10)[3]
        writer = opener.writer()
        writer.delete(victim.id)
        writer.delete("0000000000000000")
        writer.commit(b"")
        engine = opener.reader()
        assert engine.get(victim.id) is None
        assert engine.count(Term(victim.id, "id")) == 0
        assert victim.id not in {a.id for a in engine.articles()}
        assert engine.explain(Request(Every()), victim.id) == ()

    def test_a_rejected_article_leaves_its_neighbours_alone(self, opener: Opener) -> None:
        writer = opener.writer()
        writer.put(article("a1", "before"))
        for bad in (article("a2", "poison \ud800"), article("", "poison")):
            with pytest.raises(SearchkitError):
                writer.put(bad)
        writer.put(article("a3", "after"))
        writer.commit(b"")
        engine = opener.reader()
        assert engine.count(Term("poison")) == 0
        assert set(ids(engine, Every())) == {"a1", "a3"}
        assert ids(engine, Term("after")) == ["a3"]

    def test_nothing_is_visible_before_commit_or_after_cancel(self, opener: Opener) -> None:
        before = fill(opener, article("a1", "one"))
        writer = opener.writer()
        writer.put(article("a2", "two"))
        writer.delete("a1")
        assert ids(opener.reader(), Every()) == ["a1"]
        writer.cancel()
        writer.cancel()
        after = opener.reader()
        assert ids(after, Every()) == ["a1"]
        assert after.generation == before.generation
        assert before.is_current()

    def test_a_reader_keeps_its_generation_through_later_commits(self, opener: Opener) -> None:
        batch = articles(30)
        reader = fill(opener, *batch)
        answers = ids(reader, Term("police"))
        for round_ in range(4):
            fill(opener, *(revised(a, f"round{round_}") for a in batch))
        assert not reader.is_current()
        assert ids(reader, Term("police")) == answers
        assert {a.id: a for a in reader.articles()} == {a.id: a for a in batch}
        assert reader.count(Term("round3")) == 0
        assert opener.reader().count(Term("round3")) == 30

    def test_the_catalogue_is_committed_with_the_articles(self, opener: Opener) -> None:
        writer = opener.writer()
        assert writer.catalogue() == b""
        first = writer.commit(b"\x00first")
        assert opener.reader().catalogue() == b"\x00first"
        assert opener.reader().generation == first
        writer = opener.writer()
        assert writer.catalogue() == b"\x00first"
        writer.cancel()
        assert opener.reader().catalogue() == b"\x00first"

    def test_a_commit_without_a_change_is_a_generation_too(self, opener: Opener) -> None:
        before = fill(opener, *articles(5))
        engine = fill(opener)
        assert engine.generation != before.generation
        assert engine.count(Every()) == 5

    def test_an_index_emptied_can_be_filled_again(self, opener: Opener) -> None:
        fill(opener, *articles(5))
        writer = opener.writer()
        for one in articles(5):
            writer.delete(one.id)
        writer.commit(b"")
        assert opener.reader().count(Every()) == 0
        assert fill(opener, *articles(3)).count(Every()) == 3

    def test_words_of_any_script_are_found(self, opener: Opener) -> None:
        engine = fill(
            opener,
            article("a1", "Heddlu Dyfed-Powys: Llanfairpwll ŵyl café Ⅷ 東京"),
            article("a2", ""),
        )
        for word in ("heddlu", "wyl", "cafe", "東京"):
            assert ids(engine, Term(word)) == ["a1"]

    def test_copies_are_told_of_and_one_can_stand_for_all(self, opener: Opener) -> None:
        batch = joint(1)
        engine = fill(opener, *batch, release("alone", text(9)), *articles(10))
        every = engine.search(Request(Term("seen"), limit=10))
        assert (every.total, every.with_copies) == (4, 4)
        told = {match.article.path: match.copies for match in every.matches}
        assert told.pop("alone") is None
        assert {(c.count, c.exact, c.collapsed) for c in told.values() if c} == {(2, False, 0)}
        grouped = engine.search(Request(Term("seen"), copies=CopiesMode.GROUP))
        assert (grouped.total, grouped.with_copies, len(grouped.matches)) == (2, 4, 2)
        only = engine.search(Request(Term("seen"), facets=("force",), copies=CopiesMode.ONLY))
        assert (only.total, only.with_copies) == (1, 3)
        assert only.facets["force"] == {"dorset": 1, "essex": 1, "kent": 1}
        shown = only.matches[0]
        assert shown.copies is not None
        assert shown.copies.collapsed == 2
        assert shown.article.force is not None
        assert {*shown.copies.forces, shown.article.force.id} == {"dorset", "essex", "kent"}

    def test_copies_are_named_by_any_of_them_the_earliest_first(self, opener: Opener) -> None:
        batch = joint(1)
        engine = fill(opener, *batch, *articles(5))
        for one in batch:
            assert engine.copies(one.id) == tuple(each.id for each in batch)
        assert engine.copies(articles(1)[0].id) == ()
        assert engine.copies("00") == ()

    def test_what_is_deleted_is_nobodys_copy(self, opener: Opener) -> None:
        batch = joint(1)
        fill(opener, *batch)
        writer = opener.writer()
        writer.delete(batch[0].id)
        writer.commit(b"")
        engine = opener.reader()
        assert engine.copies(batch[0].id) == ()
        assert engine.copies(batch[1].id) == (batch[1].id, batch[2].id)

    def test_matches_stream_in_the_order_of_the_pages_however_many(self, opener: Opener) -> None:
        batch = articles(90)
        engine = fill(opener, *batch)
        for sort in Sort:
            pages = engine.search(Request(Every(), sort, 0, 100)).matches
            for offset in (0, 3, 90):
                streamed = list(engine.matches(Request(Every(), sort, offset, limit=1)))
                rest = pages[offset:]
                assert [m.article for m in streamed] == [m.article for m in rest]
                assert [m.score for m in streamed] == [m.score for m in rest]
                assert [m.sentences for m in streamed] == [m.sentences for m in rest]

    def test_a_question_learns_what_its_first_hits_have_in_common(self, opener: Opener) -> None:
        about = "trawler harbour smuggling"
        engine = fill(
            opener,
            *[article(f"a{n}", f"boat {about} number{n} extra{n}") for n in range(6)],
            article("z1", "boat garden flowers one two three"),
            article("z2", "boat trawler harbour one two three"),
            *[article(f"b{n:02}", "nothing of that is in here") for n in range(60)],
        )
        plain = engine.search(Request(Term("boat"), limit=20))
        request = Request(Term("boat"), limit=20, asked=Asked(("boat",), learn=True))
        learnt = engine.search(request)
        listed = [match.article.id for match in learnt.matches]
        assert (learnt.total, sorted(listed)) == (8, sorted(m.article.id for m in plain.matches))
        assert listed.index("z2") < listed.index("z1")
        lines = dict(engine.explain(request, "z2"))
        (said,) = [what for what in lines if what.startswith("words the first hits share")]
        assert "trawler" in said
        assert "like other good hits" in lines
        assert engine.explain(request, "b01") == ()

    def test_words_close_to_each_other_add_by_the_tokens_between_them(self, opener: Opener) -> None:
        bodies = {
            "beside": "red car on a road by the old bridge at night",
            "turned": "car red on a road by the old bridge at night",
            "apart": "red and car on a road by the old bridge late",
            "far": "red on a road by the old bridge at night car",
        }
        engine = fill(opener, *[article(name, body) for name, body in bodies.items()])
        plain = Request(And((Term("red"), Term("car"))))
        before = {m.article.id: m.score for m in engine.search(plain).matches}
        close = engine.search(replace(plain, asked=Asked(("red", "car")))).matches
        gained = {m.article.id: m.score - before[m.article.id] for m in close}
        assert gained["far"] == pytest.approx(0.0, abs=1e-5)
        assert gained["beside"] > 0
        assert gained["turned"] == pytest.approx(gained["beside"], rel=0.01)
        # The second word counts as much at once, and half as much with one word in between.
        once, half = 1.0 / (1.0 + K1), 0.5 / (0.5 + K1)
        assert gained["apart"] / gained["beside"] == pytest.approx(half / once, rel=0.01)

    def test_what_was_learnt_never_displaces_the_first_hit(self, opener: Opener) -> None:
        engine = fill(
            opener,
            article("first", "boat boat boat alone"),
            *[article(f"a{n}", f"boat trawler harbour smuggling {n}") for n in range(8)],
            *[article(f"b{n:02}", "nothing of that is in here") for n in range(60)],
        )
        request = Request(Term("boat"), limit=20, asked=Asked(("boat",), learn=True))
        matches = engine.search(request).matches
        assert (matches[0].article.id, len(matches)) == ("first", 9)

    def test_a_question_with_one_answer_or_none_has_nothing_to_learn(self, opener: Opener) -> None:
        engine = fill(opener, article("a1", "boat"), article("a2", "nothing of that"))
        for word, total in (("boat", 1), ("zebra", 0)):
            plain = Request(Term(word))
            asked = replace(plain, asked=Asked((word,), learn=True))
            assert engine.search(asked) == engine.search(plain)
            assert list(engine.matches(asked)) == list(engine.matches(plain))
            assert engine.explain(asked, "a1") == engine.explain(plain, "a1")
            assert engine.search(asked).total == total

    def test_what_is_learnt_moves_the_first_hits_alone_on_all_pages(self, opener: Opener) -> None:
        engine = fill(opener, *articles(170), *joint(1), *joint(2, ("kent", "essex")))
        node = Or(tuple(map(Term, ("police", "burglary", "search", "diversity", "seen"))))
        words = ("police", "burglary", "stop", "search", "seen")
        for mode in CopiesMode:
            plain = Request(node, limit=500, copies=mode, facets=("force",))
            request = replace(plain, asked=Asked(words, learn=True))
            whole, before = engine.search(request), engine.search(plain)
            # Closeness comes before: what it moves may come from farther back than it looks.
            close = engine.search(replace(plain, asked=Asked(words)))
            assert whole.matches
            assert (whole.total, whole.with_copies) == (before.total, before.with_copies)
            assert whole.facets == before.facets
            listed = [match.article.id for match in whole.matches]
            assert sorted(listed) == sorted(match.article.id for match in before.matches)
            if mode is not CopiesMode.ONLY:
                assert listed != [match.article.id for match in close.matches]
            scores = [match.score for match in whole.matches]
            assert scores == sorted(scores, reverse=True)
            for offset, limit in ((0, 7), (95, 10), (100, 5), (99, 1), (130, 40), (400, 5)):
                page = engine.search(replace(request, offset=offset, limit=limit))
                assert page.matches == whole.matches[offset : offset + limit]
                assert (page.total, page.facets) == (whole.total, whole.facets)
            for offset in (0, 3, 100, 130, 400):
                streamed = tuple(engine.matches(replace(request, offset=offset, limit=1)))
                assert [m.article for m in streamed] == [m.article for m in whole.matches[offset:]]
                assert [m.score for m in streamed] == pytest.approx(scores[offset:], abs=1e-5)
            for match in whole.matches[:3]:
                lines = engine.explain(request, match.article.id)
                assert sum(amount for _, amount in lines) == pytest.approx(match.score, abs=1e-4)
            by_date = replace(request, sort=Sort.NEWEST)
            assert engine.search(by_date) == engine.search(replace(by_date, asked=None))

    def test_one_of_each_cluster_streams_where_copies_are_grouped(self, opener: Opener) -> None:
        engine = fill(opener, *joint(1), *articles(5))
        request = Request(Every(), copies=CopiesMode.GROUP)
        assert len(list(engine.matches(request))) == 6
        assert len(list(engine.matches(replace(request, copies=CopiesMode.ALL)))) == 8

    def test_facets_are_crossed_over_all_matches_copies_among_them(self, opener: Opener) -> None:
        batch = [*joint(1), *articles(90)]
        engine = fill(opener, *batch)
        counts = engine.crossed(Request(Every(), facets=("force", "year"), copies=CopiesMode.GROUP))
        expected = Counter(
            (a.force.id if a.force else "", a.date.iso[:4] or "undated") for a in batch
        )
        assert counts == expected
        assert engine.crossed(Request(Nothing(), facets=("force", "year"))) == {}

    def test_what_is_known_to_the_year_only_is_crossed_with_no_month(self, opener: Opener) -> None:
        batch = articles(90)
        counts = fill(opener, *batch).crossed(Request(Every(), facets=("month",)))
        assert counts[("",)] == sum(a.date.precision is Precision.YEAR for a in batch) > 0
        assert sum(counts.values()) == len(batch)

    def test_what_cannot_be_counted_cannot_be_crossed(self, opener: Opener) -> None:
        engine = fill(opener, *articles(2))
        with pytest.raises(UnknownField):
            engine.crossed(Request(Every(), facets=("force", "colour")))

    def test_words_that_begin_alike_are_listed_by_the_articles_that_hold_them(
        self, opener: Opener
    ) -> None:
        texts = ("burglary burglars", "burglary", "burger", "anti-burglary")
        engine = fill(opener, *(article(f"{n:08}", text) for n, text in enumerate(texts)))
        assert list(engine.starting("burg", 2)) == [("burglary", 3), ("burger", 1)]
        assert list(engine.starting("zebra", 2)) == []

    def test_the_size_counts_the_bytes_on_disk(self, opener: Opener) -> None:
        small, larger = fill(opener, *articles(5)), fill(opener, *articles(60))
        given_up = time.monotonic() + PATIENT
        # A cluster measures its files every ten seconds, and may have done so when they were empty.
        while not 0 < small.size() < larger.size():
            assert time.monotonic() < given_up, (small.size(), larger.size())
            time.sleep(0.1)

    def test_a_closed_reader_says_so(self, opener: Opener) -> None:
        engine = fill(opener, *articles(2))
        engine.close()
        engine.close()
        with pytest.raises(SearchkitError, match="closed"):
            engine.count(Every())
