"""Inversion by ranges of terms finds what a walk over the tokens finds."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.engines.whoosh import inversion
from searchkit.engines.whoosh.columns import ColumnFile, ColumnWriter
from searchkit.engines.whoosh.inversion import invert_text, regroup

TERMS = 12

documents = st.lists(st.lists(st.integers(0, TERMS - 1), max_size=30), max_size=20)


def walked(texts: list[list[int]], groups: list[int]) -> list[dict[int, list[int]]]:
    """For each group of terms: its documents with the positions in each."""
    found: list[dict[int, list[int]]] = [defaultdict(list) for _ in range(max(groups) + 1)]
    for document, text in enumerate(texts):
        for position, term in enumerate(text):
            found[groups[term]][document].append(position)
    return found


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inversion, "_AT_ONCE", 7)
    monkeypatch.setattr(inversion, "_STRETCH", 5)


@settings(max_examples=150)
@given(documents, st.lists(st.integers(0, 4), min_size=TERMS, max_size=TERMS))
def test_postings_are_those_of_the_tokens(texts: list[list[int]], groups: list[int]) -> None:
    terms = np.array([term for text in texts for term in text], np.uint32)
    lengths = np.array([len(text) for text in texts], np.uint32)
    held = invert_text(terms, lengths, TERMS)
    expected = walked(texts, list(range(TERMS)))
    expected += [{}] * (TERMS - len(expected))
    assert held.sizes.tolist() == [len(one) for one in expected]
    assert held.documents.tolist() == [d for one in expected for d in one]
    spots = [places for one in expected for places in one.values()]
    assert held.frequencies.tolist() == [len(places) for places in spots]
    assert held.positions is not None
    assert held.positions.tolist() == [place for places in spots for place in places]

    grouped = regroup(held, np.array(groups), 5)
    expected = walked(texts, groups)
    expected += [{}] * (5 - len(expected))
    assert grouped.sizes.tolist() == [len(one) for one in expected]
    assert grouped.documents.tolist() == [d for one in expected for d in one]
    assert grouped.frequencies.tolist() == [
        len(places) for one in expected for places in one.values()
    ]
    assert grouped.positions is None


def test_what_does_not_fit_into_one_number_is_refused() -> None:
    lengths = np.array([1], np.uint64) << np.uint64(40)
    with pytest.raises(OverflowError, match="too many"):
        invert_text(np.zeros(0, np.uint32), lengths, 1 << 30)


def test_reserved_columns_are_filled_while_others_are_written(tmp_path: Path) -> None:
    with ColumnWriter(tmp_path / "file") as writer:
        first = writer.reserve("first", np.uint16, 5)
        writer.add("between", np.arange(3))
        second = writer.reserve("second", np.uint8, 4)
        first.add(np.array([1, 2]))
        second.add(np.array([9, 8, 7]))
        first.add(np.array([300, 4, 5]))
        writer.add("last", np.arange(2))
        second.add(np.array([6]))
        writer.finish()
    file = ColumnFile(tmp_path / "file")
    assert file.column("first").tolist() == [1, 2, 300, 4, 5]
    assert file.column("between").tolist() == [0, 1, 2]
    assert file.column("second").tolist() == [9, 8, 7, 6]
    assert file.column("last").tolist() == [0, 1]


@settings(max_examples=150)
@given(st.lists(st.lists(st.tuples(st.integers(0, TERMS - 1), st.booleans()), max_size=30)))
def test_a_token_beside_another_stands_at_its_position(texts: list[list[tuple[int, bool]]]) -> None:
    terms = np.array([term for text in texts for term, _ in text], np.uint32)
    lengths = np.array([len(text) for text in texts], np.uint32)
    beside = np.array([n > 0 and b for text in texts for n, (_, b) in enumerate(text)], np.bool_)
    expected: list[tuple[int, int, int]] = []
    for document, text in enumerate(texts):
        position = -1
        for number, (term, marked) in enumerate(text):
            position += not (marked and number > 0)
            expected.append((term, document, position))
    held = invert_text(terms, lengths, TERMS, beside)
    assert held.positions is not None
    owners = np.repeat(np.arange(TERMS), held.sizes)
    found = zip(
        np.repeat(owners, held.frequencies).tolist(),
        np.repeat(held.documents, held.frequencies).tolist(),
        held.positions.tolist(),
        strict=True,
    )
    assert list(found) == sorted(expected)
