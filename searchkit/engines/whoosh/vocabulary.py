"""From a word to the surfaces the index really holds: prefixes, near misses, other forms.

Floor 4.  Works on the sorted surfaces of the searched fields.  Invariant: an expansion is complete
or an error, never a silent part of itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from ...fields import SEARCHED
from ...query.nodes import Fuzzy
from .. import refusals
from ..edits import distances
from ..refusals import Budget
from .columns import Array
from .layout import surfaces
from .leaf import Leaf
from .postings import Postings

_FEW = 200
"""Below so many postings a set of numbers is cheaper than an array as long as the leaf."""

_MOST_CLOSE = 24
"""So many close words are counted."""

_SPARE = 4
"""So many times the words wanted are counted of each segment: others have other favourites."""

Expansion: TypeAlias = Mapping[str, Mapping[Leaf, Sequence[int]]]
"""Term numbers by text field and leaf, of their surfaces."""


def starting_with(
    leaves: Sequence[Leaf], fields: Iterable[str], prefix: str, budget: Budget
) -> Expansion:
    """The surfaces that start with ``prefix``.  Raises ``QueryError`` where there are too many."""
    start = prefix.encode()
    found = {
        field: {
            leaf: leaf.postings(surfaces(field)).terms.starting(start) if prefix else range(0)
            for leaf in leaves
        }
        for field in fields
    }

    def distinct() -> int:
        return len(
            {
                term
                for field, by_leaf in found.items()
                for leaf, numbers in by_leaf.items()
                for term in leaf.postings(surfaces(field)).terms.listed(numbers)
            }
        )

    bound = sum(len(numbers) for by_leaf in found.values() for numbers in by_leaf.values())
    budget.take(bound, distinct, refusals.starting(prefix))
    return found


def frequent(leaves: Sequence[Leaf], letters: str, most: int) -> tuple[tuple[str, int], ...]:
    """The ``most`` words of titles and bodies that start with ``letters`` and most articles hold in
    one of the two, those first; in many segments, a rare word may be counted short."""
    held: Counter[str] = Counter()
    for field in ("title", "body"):
        counts: Counter[str] = Counter()
        for leaf in leaves:
            postings = leaf.postings(surfaces(field))
            numbers = postings.terms.starting(letters.encode())
            sizes = np.diff(postings.at[numbers.start : numbers.stop + 1].astype(np.int64))
            best = np.argsort(-sizes, kind="stable")[: _SPARE * most]
            for at in best.tolist():
                counts[postings.terms[numbers.start + at].decode()] += int(sizes[at])
        for word, count in counts.items():
            held[word] = max(held[word], count)
    return tuple(sorted(held.items(), key=lambda pair: (-pair[1], pair[0]))[:most])


def near(leaves: Sequence[Leaf], fields: Iterable[str], node: Fuzzy, budget: Budget) -> Expansion:
    """The surfaces with the first letter of the word of ``node``, at most its edits away from it.

    Raises ``QueryError`` where there are too many.
    """
    names = list(fields)
    parts = _close(leaves, names, node.word, node.edits)
    budget.take(
        sum(len(part.numbers) for part in parts),
        lambda: len({term for part in parts for _, _, term in part}),
        refusals.close(node.word),
    )
    found: dict[str, dict[Leaf, Sequence[int]]] = {name: {} for name in names}
    for part in parts:
        found[part.field][part.leaf] = part.numbers
    return found


def close(leaves: Sequence[Leaf], word: str, edits: int) -> tuple[tuple[str, int, int], ...]:
    """The surfaces at most ``edits`` from ``word`` that most live articles hold in a searched
    field, ``word`` itself left out: each with its edits and how many hold it; of fewest edits
    first, then those that most hold.  No more than ``_MOST_CLOSE`` of them."""
    held: dict[tuple[int, bytes], dict[Leaf, list[tuple[Postings, int]]]] = {}
    for part in _close(leaves, [field.name for field in SEARCHED], word, edits):
        postings = part.leaf.postings(surfaces(part.field))
        postings.holding_any(part.numbers)
        for number, steps, term in part:
            held.setdefault((steps, term), {}).setdefault(part.leaf, []).append((postings, number))
    # No more articles can hold a word than it has postings: most words need not be counted.
    bounds = {
        key: sum(postings.holding(n) for several in by_leaf.values() for postings, n in several)
        for key, by_leaf in held.items()
        if key[0]
    }
    likely = sorted(bounds, key=lambda key: (-bounds[key], key))[:_MOST_CLOSE]
    counted = [
        (
            steps,
            -sum(
                _live_in_any(leaf, [postings.held(number) for postings, number in several])
                for leaf, several in held[steps, term].items()
            ),
            term.decode(),
        )
        for steps, term in likely
    ]
    return tuple((term, steps, -count) for steps, count, term in sorted(counted) if count)


@dataclass(frozen=True, slots=True)
class _Part:
    """The close surfaces of one field in one leaf: their numbers, ascending, and how many edits
    away each of them is."""

    field: str
    leaf: Leaf
    numbers: list[int]
    steps: list[int]

    def __iter__(self) -> Iterator[tuple[int, int, bytes]]:
        """Number, edits and bytes of each of them."""
        terms = self.leaf.postings(surfaces(self.field)).terms
        return zip(self.numbers, self.steps, map(terms.__getitem__, self.numbers), strict=True)


def _close(leaves: Sequence[Leaf], fields: Sequence[str], word: str, edits: int) -> list[_Part]:
    """The surfaces with the first letter of ``word`` at most ``edits`` away from it, in every
    field and leaf.  They are compared all at once: letters down, words along."""
    reach = np.arange(len(word) + edits)[:, None]
    homes, numbers, letters, lengths = [], [], [], []
    for field in fields:
        for leaf in leaves:
            terms = leaf.postings(surfaces(field)).terms
            alike = terms.starting(word[0].encode()) if word else range(0)
            spelled, at = terms.spelled(alike)
            sizes = np.diff(at)
            fitting = np.flatnonzero(np.abs(sizes - len(word)) <= edits)
            homes.append((field, leaf))
            numbers.append(fitting + alike.start)
            lengths.append(sizes[fitting])
            letters.append(spelled.take(at[fitting] + reach, mode="clip"))
    if not homes:
        return []
    far = distances(word, np.hstack(letters), np.concatenate(lengths), edits)
    ends = np.cumsum([len(some) for some in numbers])
    parts = []
    for (field, leaf), some, steps in zip(homes, numbers, np.split(far, ends[:-1]), strict=True):
        close = steps <= edits
        parts.append(_Part(field, leaf, some[close].tolist(), steps[close].tolist()))
    return parts


def forms(leaves: Sequence[Leaf], stem: str) -> dict[str, int]:
    """The surfaces of ``stem``, each with the number of live articles that hold it
    in a searched field; most frequent first."""
    counts: Counter[str] = Counter()
    for leaf in leaves if stem else ():
        held: dict[bytes, list[Array]] = {}
        for field in SEARCHED:
            number = leaf.postings(field.name).terms.find(stem.encode())
            postings = leaf.postings(surfaces(field.name))
            known = leaf.forms(field.name, number).tolist() if number >= 0 else []
            postings.holding_any(known)
            for form in known:
                documents = postings.held(form)
                held.setdefault(postings.terms[form], []).append(documents)
        for term, lists in held.items():
            counts[term.decode()] += _live_in_any(leaf, lists)
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return {surface: count for surface, count in ordered if count}


def _live_in_any(leaf: Leaf, lists: Sequence[Array]) -> int:
    """How many live documents stand in any of ``lists``."""
    if len(lists) == 1:
        return len(lists[0]) if leaf.whole else int(np.count_nonzero(leaf.live[lists[0]]))
    if leaf.whole and sum(map(len, lists)) < _FEW:
        return len({document for documents in lists for document in documents.tolist()})
    mark = np.zeros(len(leaf), np.bool_)
    for documents in lists:
        mark[documents] = True
    return int(np.count_nonzero(mark if leaf.whole else mark & leaf.live))
