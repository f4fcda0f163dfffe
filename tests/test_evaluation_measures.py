"""What answers are worth: worked examples of every measure, and what holds for all rankings."""

from __future__ import annotations

import random
from math import log2
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.evaluation.metrics import (
    KNOWN,
    RANKED,
    average_precision,
    ndcg,
    recall,
    reciprocal_rank,
    success,
)
from searchkit.evaluation.significance import randomisation

EVERY = {**RANKED, **KNOWN}

documents = st.lists(st.sampled_from("abcdefghijklmnop"), unique=True)
judgements = st.dictionaries(st.sampled_from("abcdefghijklmnop"), st.integers(-1, 4))


class TestWorkedExamples:
    """``a`` has grade 3, ``b`` 2, ``c`` 1; ``x`` was judged and is not relevant."""

    judged: ClassVar = {"a": 3, "b": 2, "c": 1, "x": 0}

    def test_gain_is_the_grade_and_the_discount_the_logarithm_of_the_rank_after(self) -> None:
        best = 3 + 2 / log2(3) + 1 / 2
        assert ndcg("abc", self.judged, 10) == 1.0
        assert ndcg("cxa", self.judged, 10) == pytest.approx((1 + 3 / 2) / best)
        assert ndcg("zyxa", self.judged, 3) == 0.0

    def test_the_best_order_is_cut_as_the_ranking_is(self) -> None:
        assert ndcg("a", self.judged, 1) == 1.0
        assert ndcg("b", self.judged, 1) == pytest.approx(2 / 3)

    def test_average_precision_counts_what_is_not_found(self) -> None:
        assert average_precision("xaxb", self.judged) == pytest.approx((1 / 2 + 2 / 4) / 3)
        assert average_precision("cba", self.judged) == 1.0

    def test_reciprocal_rank_looks_at_the_first_alone(self) -> None:
        assert reciprocal_rank("xzca", self.judged) == pytest.approx(1 / 3)
        assert reciprocal_rank("xyz", self.judged) == 0.0

    def test_recall_is_a_share_of_all_that_is_relevant(self) -> None:
        assert recall("axb", self.judged, 2) == pytest.approx(1 / 3)
        assert recall("axbc", self.judged, 100) == 1.0

    def test_success_is_whether_anything_is_there(self) -> None:
        assert [success("xa", self.judged, cut) for cut in (1, 2)] == [0.0, 1.0]


class TestEveryMeasure:
    @settings(max_examples=25)
    @given(ranking=documents, judged=judgements)
    def test_it_lies_between_nothing_and_all(
        self, ranking: list[str], judged: dict[str, int]
    ) -> None:
        for worth in EVERY.values():
            assert 0.0 <= worth(ranking, judged) <= 1.0 + 1e-12

    @settings(max_examples=25)
    @given(judged=judgements)
    def test_the_best_order_is_worth_all_and_none_nothing(self, judged: dict[str, int]) -> None:
        best = sorted(judged, key=lambda one: -judged[one])
        relevant = any(grade > 0 for grade in judged.values())
        for worth in EVERY.values():
            assert worth(best, judged) == pytest.approx(1.0 if relevant else 0.0)
            assert worth([], judged) == 0.0

    @settings(max_examples=25)
    @given(ranking=documents, judged=judgements, place=st.integers(0, 14))
    def test_a_relevant_document_further_up_is_never_worse(
        self, ranking: list[str], judged: dict[str, int], place: int
    ) -> None:
        upper, lower = [*ranking[place : place + 2], "", ""][:2]
        if judged.get(lower, 0) > 0 >= judged.get(upper, 0):
            better = [*ranking[:place], lower, upper, *ranking[place + 2 :]]
            for worth in EVERY.values():
                assert worth(better, judged) >= worth(ranking, judged) - 1e-12


class TestSignificance:
    def test_equal_runs_do_not_differ(self) -> None:
        assert randomisation([0.2, 0.4], [0.2, 0.4]) == 1.0

    def test_few_topics_are_exchanged_in_every_way(self) -> None:
        # Of the 16 ways only two are as far from 0: all one way, and all the other.
        assert randomisation([0, 0, 0, 0], [0.1, 0.2, 0.3, 0.1]) == pytest.approx(2 / 16)

    def test_topics_without_a_difference_say_nothing(self) -> None:
        few = randomisation([0, 0, 0], [0.1, 0.2, 0.3])
        assert randomisation([0, 0, 0, *[0.5] * 50], [0.1, 0.2, 0.3, *[0.5] * 50]) == few

    def test_a_clear_difference_on_many_topics_is_no_chance(self) -> None:
        first = [number / 100 for number in range(50)]
        assert randomisation(first, [value + 0.1 for value in first]) < 0.001

    def test_a_difference_that_goes_both_ways_may_be_one(self) -> None:
        first = [0.5] * 40
        second = [0.6, 0.4] * 19 + [0.6, 0.45]
        assert randomisation(first, second) > 0.5

    @settings(max_examples=25)
    @given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=30))
    def test_it_does_not_matter_which_run_is_first(self, pairs: list[tuple[float, float]]) -> None:
        first, second = [a for a, _ in pairs], [b for _, b in pairs]
        p = randomisation(first, second, rounds=200)
        assert p == randomisation(second, first, rounds=200)
        assert 0 < p <= 1

    def test_sampling_comes_near_to_every_way(self) -> None:
        # Fifteen topics are sampled, fourteen of the same differences are not.
        chance = random.Random(1)
        differences = [chance.uniform(-0.5, 0.8) for _ in range(14)]
        exact = randomisation([0] * 14, differences)
        sampled = randomisation([0] * 15, [*differences, 1e-9])
        assert 0.02 < exact < 0.98
        assert sampled == pytest.approx(exact, abs=0.01)

    def test_runs_of_different_lengths_are_no_pairs(self) -> None:
        with pytest.raises(ValueError, match="pairs"):
            randomisation([0.1], [0.1, 0.2])
