"""What two texts share: shingles as a plain loop finds them, the rule for copies, what is known."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from searchkit.engines.judged import PARTS, Judged
from searchkit.likeness import Likeness, are_copies
from searchkit.shingles import WIDTH, Signer, shingled

_WRAP = 1 << 64
TEXTS = st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=30), min_size=1, max_size=6)


def by_hand(values: list[int], sampling: int) -> list[int]:
    """The shingles of one text, one after the other."""
    found = set()
    for start in range(len(values) - WIDTH + 1):
        mixed = 0
        for value in values[start : start + WIDTH]:
            mixed = (mixed * 0x9E3779B97F4A7C15 + value) % _WRAP
            mixed ^= mixed >> 29
        found.add((mixed * 0xC2B2AE3D27D4EB4F % _WRAP) >> 32)
    return sorted(number for number in found if number % sampling == 0)


@given(TEXTS, st.sampled_from([1, 2, 8]), st.sets(st.integers(0, 5)))
def test_shingles_lie_within_one_text_and_are_those_of_its_words(
    texts: list[list[str]], sampling: int, left_out: set[int]
) -> None:
    words = [zlib.crc32(word.encode()) for text in texts for word in text]
    lengths = np.array([len(text) for text in texts], np.int64)
    starts = np.cumsum(lengths) - lengths
    sizes = np.array([0 if n in left_out else len(text) for n, text in enumerate(texts)])
    bounds, held = shingled(np.array(words, np.uint64), starts, sizes, sampling)
    for n, text in enumerate(texts):
        own = [] if n in left_out else [zlib.crc32(word.encode()) for word in text]
        assert held[bounds[n] : bounds[n + 1]].tolist() == by_hand(own, sampling)


def test_the_numbers_of_words_follow_a_vocabulary_that_grows() -> None:
    vocabulary = ["one"]
    signer = Signer(vocabulary)
    assert signer.hashes().tolist() == [zlib.crc32(b"one")]
    vocabulary += [f"word{n}" for n in range(10_000)]
    assert signer.hashes().tolist() == [zlib.crc32(word.encode()) for word in vocabulary]


PAIRS = st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda p: p[0] < p[1]))


def judged(held: set[tuple[int, int]], stories: Callable[[int], int]) -> Judged:
    """What is known of the pairs ``held`` of texts, whose articles have numbers by ``stories``."""
    texts = sorted({text for pair in held for text in pair})
    ends = np.array([[texts.index(one) for one in pair] for pair in sorted(held)], np.int64)
    first, second = ends.reshape(-1, 2).T
    return Judged(
        np.array(texts, np.uint64),
        np.array([stories(text) for text in texts], np.uint64),
        first,
        second,
        np.zeros((len(held), PARTS), np.uint16),
        np.zeros(len(held), np.uint8),
    )


@given(PAIRS, PAIRS, st.sets(st.integers(0, 5)))
def test_what_is_known_of_a_pair_is_found_and_of_no_other(
    known: set[tuple[int, int]], asked: set[tuple[int, int]], other: set[int]
) -> None:
    wanted = judged(asked, lambda text: text + 10 * (text in other))
    places = judged(known, lambda text: text).places(
        wanted.texts, wanted.stories, wanted.first, wanted.second
    )
    order = sorted(known)
    assert places.tolist() == [
        order.index(pair) if pair in known and not other & {*pair} else -1 for pair in sorted(asked)
    ]


def agreed(same_force: bool, days: int, **parts: int) -> bool:
    """Whether long texts of one headline that share all but ``parts`` are copies."""
    equal = Likeness(1000, 1000, 1000, 500, 0, 1)._replace(**parts)
    rows = np.array([equal], np.int64)
    return bool(are_copies(rows, np.array([same_force]), np.array([days]), 0.6)[0])


def test_forces_that_publish_together_share_six_tenths_and_half_of_the_facts() -> None:
    assert agreed(False, 0, shorter=600, facts=500)
    assert not agreed(False, 0, shorter=599)
    assert not agreed(False, 0, facts=499)
    assert agreed(False, 31, shorter=600)
    assert not agreed(False, 32, shorter=899)
    assert agreed(False, -1, shorter=600)


def test_one_force_that_publishes_again_shares_nine_tenths_or_the_day_and_headline() -> None:
    assert agreed(True, 9, longer=900)
    assert not agreed(True, 9, longer=899)
    assert agreed(True, 2, longer=750)
    assert not agreed(True, 2, longer=749)
    assert not agreed(True, 2, longer=899, headline=0)
    assert not agreed(True, -1, longer=899)


def test_names_that_were_exchanged_make_other_news_unless_all_else_is_equal() -> None:
    assert agreed(True, 1, exchanged=1, longer=900, facts=900)
    assert not agreed(True, 1, exchanged=1, facts=899)
    assert not agreed(True, 3, exchanged=1)


def test_short_texts_share_more() -> None:
    assert agreed(False, 0, words=80, shorter=600, facts=500)
    assert not agreed(False, 0, words=79, shorter=799)
    assert not agreed(False, 0, words=79, facts=749)
    assert agreed(False, 0, words=79, shorter=800, facts=750)
