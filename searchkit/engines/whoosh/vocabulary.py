"""From a word to the surfaces the index really holds: prefixes, near misses, other forms.

Floor 4.  Walks the sorted surfaces of the searched fields.  Invariant: an expansion is complete
or an error, never a silent part of itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from ...analysis import stem as stem_of
from ...errors import Diagnostic, QueryError
from ...fields import SEARCHED
from ...settings import QUERY_LIMITS
from .leaf import Leaf
from .schema import surfaces

_SHORT_STEM = 3
"""Stems this short may differ from their forms in every letter but the first (dying: die)."""


def starting_with(leaves: Sequence[Leaf], fields: Iterable[str], prefix: str) -> tuple[bytes, ...]:
    """The surfaces that start with ``prefix``.  Raises ``QueryError`` where there are too many."""
    if not prefix:
        return ()
    return _expansion(leaves, fields, prefix, lambda _: True, f"words that start with {prefix!r}")


def near(leaves: Sequence[Leaf], fields: Iterable[str], word: str, edits: int) -> tuple[bytes, ...]:
    """The surfaces with the first letter of ``word``, at most ``edits`` away from it.

    Raises ``QueryError`` where there are too many.
    """
    if not word:
        return ()

    def is_near(surface: str) -> bool:
        return within(word, surface, edits)

    return _expansion(leaves, fields, word[0], is_near, f"words close to {word!r}")


def _expansion(
    leaves: Sequence[Leaf],
    fields: Iterable[str],
    prefix: str,
    wanted: Callable[[str], bool],
    what: str,
) -> tuple[bytes, ...]:
    found = sorted(t for t in walk(leaves, fields, prefix) if wanted(t.decode()))
    limit = QUERY_LIMITS.expansions
    if len(found) > limit:
        raise QueryError(
            [
                Diagnostic(
                    "limit-expansions",
                    f"{len(found):,} {what}: more than {limit:,}",
                    0,
                    0,
                    "write more of the word",
                    fatal=True,
                )
            ]
        )
    return tuple(found)


def walk(leaves: Sequence[Leaf], fields: Iterable[str], prefix: str) -> set[bytes]:
    """The surfaces of ``fields`` that start with ``prefix``."""
    start = prefix.encode()
    names = [surfaces(name) for name in fields]
    return {term for leaf in leaves for name in names for term, _ in leaf.vocabulary(name, start)}


def forms(leaves: Sequence[Leaf], word: str) -> dict[str, int]:
    """The surfaces with the stem of ``word``, each with the number of live articles that hold it
    in a searched field; most frequent first."""
    stem = stem_of(word)
    if not stem:
        return {}
    fields = [field.name for field in SEARCHED]
    prefix = stem[: len(stem) - 1] if len(stem) > _SHORT_STEM else stem[:1]
    counts = {
        term.decode(): live_count(leaves, fields, term)
        for term in walk(leaves, fields, prefix)
        if stem_of(term.decode()) == stem
    }
    return {
        surface: count
        for surface, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        if count
    }


def live_count(leaves: Sequence[Leaf], fields: Iterable[str], term: bytes) -> int:
    """Live articles that hold the surface ``term`` in any of ``fields``."""
    names = [surfaces(name) for name in fields]
    total = 0
    for leaf in leaves:
        held = np.concatenate([leaf.postings(name, term).documents for name in names])
        total += int(np.count_nonzero(leaf.live[np.unique(held)]))
    return total


def within(word: str, other: str, edits: int) -> bool:
    """Whether the restricted Damerau-Levenshtein distance is at most ``edits``.

    Insertions, deletions, substitutions and swaps of neighbours cost 1 each, and no letter is
    edited twice (optimal string alignment; L. Boytsov, ACM JEA 16, 2011, section 2.2).
    """
    if abs(len(word) - len(other)) > edits:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        older, before, row = before, row, [i] * (len(other) + 1)
        for j, opposite in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != opposite))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == opposite:
                cost = min(cost, older[j - 2] + 1)
            row[j] = cost
        if min(row) > edits and min(before) > edits:
            return False
    return row[-1] <= edits
