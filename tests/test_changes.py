"""Joining a few texts that changed, beside joining all of them once more."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from searchkit import changes, neighbours
from searchkit.changes import Change, concerned
from searchkit.neighbours import Pairs, Spread, Texts, pairs
from searchkit.tokens import Array

Held = dict[int, frozenset[int]]
"""The shingles of some texts, by a number that a text keeps."""

HELD = st.dictionaries(
    st.integers(0, 30), st.frozensets(st.integers(0, 40), max_size=12), max_size=24
)


def joinable(held: Held) -> Texts:
    """``held`` as texts to be joined, in pieces of three."""
    order = sorted(held)
    rows = [np.array(sorted(held[key]), np.uint32) << np.uint32(26) for key in order]

    def pieces() -> Iterator[tuple[Array, Array]]:
        for start in range(0, len(rows), 3):
            part = rows[start : start + 3]
            sizes = [len(row) for row in part]
            yield np.concatenate(part), np.repeat(np.arange(start, start + len(part)), sizes)

    def of(chosen: Array) -> tuple[Array, Array]:
        held = [rows[n] for n in chosen.tolist()]
        return np.concatenate([np.empty(0, np.uint32), *held]), chosen.repeat(
            [len(row) for row in held]
        )

    return Texts(len(rows), sum(map(len, rows)), pieces, of)


def rows_of(held: Held, found: Pairs) -> set[tuple[float, ...]]:
    """Pairs by the numbers that texts keep, with what they share."""
    keys = sorted(held)
    columns = (column.tolist() for column in found)
    return {
        (keys[first], keys[second], shorter, longer)
        for first, second, shorter, longer in zip(*columns, strict=True)
    }


def change_of(before: Held, after: Held, touched: set[int], spread: Spread) -> Change:
    keys = sorted(after)
    gone = {key: before[key] for key in before.keys() - after.keys()}
    return Change(
        np.array([n for n, key in enumerate(keys) if key not in before], np.int64),
        np.array([n for n, key in enumerate(keys) if key in touched and key in before], np.int64),
        joinable(gone).held(np.arange(len(gone)))[0],
        len(before),
        spread,
    )


@pytest.mark.parametrize("most", [2, 4, 64])
@settings(max_examples=30)
@given(
    HELD, HELD, st.sets(st.integers(0, 30), max_size=4), st.sampled_from([0.1, 0.5]), st.booleans()
)
def test_what_changed_and_what_did_not_are_all_pairs_together(
    most: int, before: Held, other: Held, touched: set[int], least: float, few: bool
) -> None:
    # What a text says is its name: one of other words is another text.
    changed = dict(sorted(other.items())[:3] if few else other)
    after = {key: before.get(key, held) for key, held in changed.items()}
    after |= {key: held for key, held in before.items() if key % 7}
    with pytest.MonkeyPatch.context() as patch:
        for module in (neighbours, changes):
            patch.setattr(module, "MOST_TEXTS", most)
        patch.setattr(changes, "_MOST_CHANGED", 1.0)
        patch.setattr(neighbours, "_AT_ONCE", 60)
        patch.setattr(neighbours, "_COUNTED_AT_ONCE", 40)
        patch.setattr(changes, "_TEXTS_AT_ONCE", 10)
        old, spread = pairs(joinable(before), least)
        new, now = pairs(joinable(after), least)
        found = concerned(joinable(after), change_of(before, after, touched, spread), least)
        same = neighbours.most_texts(spread.times, len(before)) == neighbours.most_texts(
            now.times, len(after)
        )
    assert (found is not None) == same
    assume(found is not None)
    assert found is not None
    marked = {key for n, key in enumerate(sorted(after)) if found.texts[n]}
    assert marked >= (after.keys() - before.keys()) | (touched & after.keys())
    kept = {
        row
        for row in rows_of(before, old)
        if {row[0], row[1]} <= after.keys() and not {row[0], row[1]} & marked
    }
    assert [part.tolist() for part in found.spread] == [part.tolist() for part in now]
    assert not kept & rows_of(after, found.pairs)
    assert kept | rows_of(after, found.pairs) == rows_of(after, new)


def test_a_change_of_many_texts_is_left_to_a_join_of_all() -> None:
    before = {n: frozenset({n, 40}) for n in range(20)}
    after = {n: frozenset({n, 40}) for n in range(23)}
    _, spread = pairs(joinable(before), 0.1)
    assert concerned(joinable(after), change_of(before, after, set(), spread), 0.1) is not None
    after = {n: frozenset({n, 40}) for n in range(28)}
    assert concerned(joinable(after), change_of(before, after, set(), spread), 0.1) is None


def test_a_spread_that_cannot_be_is_not_gone_on_from() -> None:
    before = {n: frozenset({n}) for n in range(20)}
    after = {n: frozenset({n}) for n in range(1, 20)}
    _, spread = pairs(joinable(before), 0.1)
    change = change_of(before, after, set(), spread._replace(times=spread.times * 0))
    assert concerned(joinable(after), change, 0.1) is None
