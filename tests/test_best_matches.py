"""A page holds what a full sort of all matches would put there, however much is left out or kept.

Several segments with deletions, and the same text under many ids, so that pages end among ties.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest
from corpus import articles, revised
from engine_contract import article
from hypothesis import given
from hypothesis import strategies as st
from test_engine_whoosh import run_together

from searchkit.engines import whoosh
from searchkit.engines.base import Request, Sort
from searchkit.engines.whoosh.compile import Compiler
from searchkit.engines.whoosh.leaf import Leaf
from searchkit.engines.whoosh.lists import MOST, Lists
from searchkit.engines.whoosh.order import Placed, page
from searchkit.engines.whoosh.sets import Matches, among, meet, union, unscored
from searchkit.query.nodes import And, AtLeast, Filter, Node, Not, Or, Phrase, Prefix, Term

WORDS = (
    "diversity diverse stop search and police officers burglary burglars the of years running "
    "cafe 2300 1.2kg mans arrest aldermere quay bicycle bicycles absentword a in brackwell fraud "
    "reference quote monday witnesses appealing gorsley hartwold"
).split()

Keys: TypeAlias = dict[Leaf, list[tuple[int, str] | None]]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[whoosh.WhooshEngine]:
    path = tmp_path_factory.mktemp("index")
    whoosh.create(path)
    batch = articles(420)
    copies = [replace(one, id=f"{n:04x}{one.id[4:]}") for n, one in enumerate(batch[:60] * 8)]
    everything = [*batch, *copies]
    for start in range(0, len(everything), 225):
        with whoosh.open_writer(path, lock_timeout=1) as writer:
            for one in everything[start : start + 225]:
                writer.put(one)
            for one in everything[start // 2 : start : 9]:
                writer.put(revised(one, "burglary burglars"))
            for one in everything[start // 2 + 1 : start : 9]:
                writer.delete(one.id)
            writer.commit(b"")
    with whoosh.open_reader(path) as opened:
        assert len(opened._leaves) == 4
        assert not all(leaf.whole for leaf in opened._leaves)
        yield opened


@pytest.fixture(scope="module")
def keys(engine: whoosh.WhooshEngine) -> Keys:
    """What parts equal scores, by leaf and document: date, then id; ``None`` where deleted."""
    return {
        leaf: [
            (second, leaf.id(document)) if live else None
            for document, (second, live) in enumerate(
                zip(leaf.newest.tolist(), leaf.live.tolist(), strict=True)
            )
        ]
        for leaf in engine._leaves
    }


def in_full(node: Node, keys: Keys) -> list[Placed]:
    """Every match with its score to six decimals, best first, then newest, then by id."""
    plan = Compiler(tuple(keys)).compile(node)
    rows = []
    for leaf, own in keys.items():
        documents, scores = plan.evaluate(leaf)
        for document, score in zip(documents.tolist(), scores.round(6).tolist(), strict=True):
            if own[document] is not None:
                rows.append((-score, own[document], leaf, document))
    rows.sort(key=lambda row: row[:2])
    return [Placed(leaf, document, -negated) for negated, _, leaf, document in rows]


def some_query(chance: random.Random) -> Node:
    """Mostly words joined by ``Or``; sometimes most of them, or with a filter or a phrase."""
    words = tuple(Term(word) for word in chance.sample(WORDS, chance.randint(1, 14)))
    shape = chance.random()
    if shape < 0.6:
        return Or(words)
    if shape < 0.75:
        return AtLeast(chance.randint(1, len(words)), words)
    if shape < 0.9:
        force = chance.choice(("essex", "kent"))
        return And((Or(words), Filter(Term(force, "force"))))
    return Or((*words, Phrase(("stop", "and", "search"))))


def test_thousands_of_random_unions_get_the_page_of_a_full_sort(
    engine: whoosh.WhooshEngine, keys: Keys
) -> None:
    chance = random.Random(3)
    ending_in_a_tie = 0
    for _ in range(1_000):
        node = some_query(chance)
        whole = in_full(node, keys)
        found = engine._matches(node)
        assert sum(len(matches.documents) for _, matches in found) == len(whole)
        for _ in range(2):
            offset, limit = chance.choice((0, 0, 0, 3, 40)), chance.choice((1, 2, 3, 5, 10, 50))
            got = page(found, Sort.RELEVANCE, offset, limit)
            end = offset + limit
            assert [row[:2] for row in got] == [row[:2] for row in whole[offset:end]]
            assert [p.score for p in got] == pytest.approx([p.score for p in whole[offset:end]])
            ending_in_a_tie += end < len(whole) and whole[end - 1].score == whole[end].score
    assert ending_in_a_tie > 100


def test_scores_closer_than_six_decimals_are_ties(engine: whoosh.WhooshEngine) -> None:
    """Noise of sums taken in another order, at the end of a page, decides nothing."""
    leaf = max(engine._leaves, key=len)
    chance = np.random.default_rng(1)
    documents = np.arange(len(leaf), dtype=np.int32)
    clean = chance.choice([1.25, 2.5, 7.75], len(leaf))
    noisy = clean + chance.uniform(-4e-7, 4e-7, len(leaf))
    for limit in (1, 4, 10, 100):
        for offset in (0, 7):
            expected = page([(leaf, Matches(documents, clean))], Sort.RELEVANCE, offset, limit)
            got = page([(leaf, Matches(documents, noisy))], Sort.RELEVANCE, offset, limit)
            assert got == expected


def test_whether_lists_are_kept_or_not_changes_no_answer(engine: whoosh.WhooshEngine) -> None:
    chance = random.Random(5)
    kept, forgotten = Compiler(engine._leaves), Compiler(engine._leaves, Lists(0))
    for _ in range(400):
        words = tuple(Term(w, exact=chance.random() < 0.3) for w in chance.sample(WORDS, 3))
        node: Node = And((*words[:2], Not(words[2])))
        if chance.random() < 0.4:
            node = And((Prefix(words[0].word[:3]), Or(words[1:])))
        for leaf in engine._leaves:
            one, other = kept.compile(node).evaluate(leaf), forgotten.compile(node).evaluate(leaf)
            assert one.documents.tolist() == other.documents.tolist()
            assert one.scores.tolist() == pytest.approx(other.scores.tolist(), abs=1e-9)
    assert kept.lists.size > 0
    assert forgotten.lists.size == 0


def test_a_list_that_queries_do_without_is_made_in_the_end(tmp_path: Path) -> None:
    whoosh.create(tmp_path)
    with whoosh.open_writer(tmp_path, lock_timeout=1) as writer:
        for n in range(12_000):
            rare = " rare" if n % 6_000 == 17 else ""
            writer.put(article(f"{n:05}", f"common{rare}", title="common", lead="common"))
        writer.commit(b"")
    with whoosh.open_reader(tmp_path) as engine:
        lists, seen = engine._compiler.lists, []
        for _ in range(4):
            scores = [m.score for m in engine.search(Request(_ALL_OF)).matches]
            seen.append((len(lists), scores))
    assert [count for count, _ in seen] == [1, 1, 2, 2]
    assert all(scores == pytest.approx(seen[0][1], abs=1e-6) for _, scores in seen)
    assert len(seen[0][1]) == 2


_ALL_OF = And((Term("common"), Term("rare")))


class TestLists:
    """What is kept of words."""

    @staticmethod
    def _matches(count: int) -> Matches:
        return unscored(np.arange(count, dtype=np.int32))

    def test_they_never_take_more_than_their_limit(self) -> None:
        lists = Lists(12_000)
        for number in range(200):
            lists.keep(number, self._matches(number % 120))
            held = [lists.get(key) for key in range(number + 1)]
            taken = sum(a.nbytes for kept in held if kept for a in kept)
            assert taken == lists.size <= 12_000
        assert len(lists) > 8

    def test_there_are_never_more_than_so_many_of_words_that_nothing_has(self) -> None:
        lists = Lists()
        lists.keep("seldom", self._matches(3))
        for number in range(MOST + 50):
            lists.keep(number, self._matches(0))
        assert (len(lists), lists.size) == (MOST, 0)
        assert lists.get("seldom") is None

    def test_the_one_used_longest_ago_goes_first(self) -> None:
        lists = Lists(12_000)
        for key in "abcdefgh":
            lists.keep(key, self._matches(125))
        assert lists.get("a") is not None
        lists.keep("i", self._matches(125))
        assert lists.get("b") is None
        assert all(lists.get(key) is not None for key in "acdefghi")

    def test_one_list_does_not_drive_out_the_others(self) -> None:
        lists = Lists(12_000)
        lists.keep("a", self._matches(100))
        lists.keep("long", self._matches(126))
        assert (len(lists), lists.get("long")) == (1, None)

    def test_a_key_kept_twice_counts_once(self) -> None:
        lists = Lists(12_000)
        lists.keep("a", self._matches(100))
        lists.keep("a", self._matches(50))
        assert (len(lists), lists.size) == (1, 600)

    def test_what_is_kept_cannot_be_written_to(self) -> None:
        lists = Lists()
        lists.keep("a", self._matches(5))
        kept = lists.get("a")
        assert kept is not None
        with pytest.raises(ValueError, match="read-only"):
            kept.scores[0] = 1.0

    def test_what_was_spent_adds_up_until_the_list_is_kept(self) -> None:
        lists = Lists()
        assert [lists.spend("a", 5), lists.spend("a", 7), lists.spend("b", 1)] == [5, 12, 1]
        lists.keep("a", self._matches(3))
        assert lists.spend("a", 2) == 2

    def test_many_threads_may_use_them(self, engine: whoosh.WhooshEngine) -> None:
        compiler = Compiler(engine._leaves, Lists(40_000))
        nodes = [Or((Term(a), Term(b))) for a, b in pairwise(WORDS)]
        expected = [answers(Compiler(engine._leaves), node, engine._leaves) for node in nodes]
        wrong: list[Node] = []

        def ask() -> None:
            for node, answer in [*zip(nodes, expected, strict=True)] * 5:
                if answers(compiler, node, engine._leaves) != answer:
                    wrong.append(node)

        run_together([ask] * 4)
        assert wrong == []
        assert 0 < compiler.lists.size <= 40_000


def answers(
    compiler: Compiler, node: Node, leaves: tuple[Leaf, ...]
) -> list[tuple[list[int], list[float]]]:
    plan = compiler.compile(node)
    found = [plan.evaluate(leaf) for leaf in leaves]
    return [(documents.tolist(), scores.tolist()) for documents, scores in found]


sizes = st.sampled_from([1, 40, 3_000])


@given(st.data())
def test_sets_meet_and_join_as_sets_do(data: st.DataObject) -> None:
    size = data.draw(sizes)
    several = data.draw(
        st.lists(
            st.dictionaries(st.integers(0, size - 1), st.floats(0.1, 9.0), max_size=60), min_size=1
        )
    )
    found = [
        Matches(np.array(sorted(held), np.int32), np.array([held[d] for d in sorted(held)], float))
        for held in several
    ]
    wanted = found[0].documents
    places, spots = meet(wanted, found[-1].documents, size)
    common = sorted(several[0].keys() & several[-1].keys())
    assert wanted[places].tolist() == found[-1].documents[spots].tolist() == common
    assert among(found[-1], wanted, size).scores.tolist() == [several[-1][d] for d in common]
    for minimum in (1, 2):
        enough = [d for d in range(size) if sum(d in held for held in several) >= minimum]
        for positive in (True, False):
            documents, scores = union(found, size, minimum, positive=positive)
            assert documents.tolist() == enough
            sums = [sum(held.get(d, 0.0) for held in several) for d in enough]
            assert scores.tolist() == pytest.approx(sums)
