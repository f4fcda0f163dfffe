"""From a word to the surfaces the index really holds: prefixes, near misses, other forms.

Floor 4.  Works on the sorted surfaces of the searched fields.  Invariant: an expansion is complete
or an error, never a silent part of itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from ...errors import Diagnostic, QueryError
from ...fields import SEARCHED
from ...settings import QUERY_LIMITS
from .columns import Array, Bools
from .layout import surfaces
from .leaf import Leaf

Expansion: TypeAlias = Mapping[str, Mapping[Leaf, Sequence[int]]]
"""Term numbers by text field and leaf, of their surfaces."""


def starting_with(leaves: Sequence[Leaf], fields: Iterable[str], prefix: str) -> Expansion:
    """The surfaces that start with ``prefix``.  Raises ``QueryError`` where there are too many."""
    start = prefix.encode()
    found = {
        field: {
            leaf: leaf.postings(surfaces(field)).terms.starting(start) if prefix else range(0)
            for leaf in leaves
        }
        for field in fields
    }
    if (
        sum(len(n) for by_leaf in found.values() for n in by_leaf.values())
        > QUERY_LIMITS.expansions
    ):
        distinct = {
            term
            for field, by_leaf in found.items()
            for leaf, numbers in by_leaf.items()
            for term in leaf.postings(surfaces(field)).terms.listed(numbers)
        }
        _check(len(distinct), f"words that start with {prefix!r}")
    return found


def near(leaves: Sequence[Leaf], fields: Iterable[str], word: str, edits: int) -> Expansion:
    """The surfaces with the first letter of ``word``, at most ``edits`` away from it.

    Raises ``QueryError`` where there are too many.
    """
    names = list(fields)
    candidates: set[bytes] = set()
    for leaf in leaves if word else ():
        for name in names:
            terms = leaf.postings(surfaces(name)).terms
            candidates.update(terms.listed(terms.starting(word[0].encode())))
    words = [
        other for other in map(bytes.decode, candidates) if abs(len(other) - len(word)) <= edits
    ]
    wanted = [words[i].encode() for i in np.flatnonzero(within(word, words, edits)).tolist()]
    _check(len(wanted), f"words close to {word!r}")
    return {
        name: {leaf: leaf.postings(surfaces(name)).terms.find_all(wanted) for leaf in leaves}
        for name in names
    }


def _check(count: int, what: str) -> None:
    limit = QUERY_LIMITS.expansions
    if count > limit:
        message = f"{count:,} {what}: more than {limit:,}"
        hint = "write more of the word"
        raise QueryError([Diagnostic("limit-expansions", message, 0, 0, hint, fatal=True)])


def forms(leaves: Sequence[Leaf], stem: str) -> dict[str, int]:
    """The surfaces of ``stem``, each with the number of live articles that hold it
    in a searched field; most frequent first."""
    counts: Counter[str] = Counter()
    for leaf in leaves if stem else ():
        held: dict[bytes, list[Array]] = {}
        for field in SEARCHED:
            number = leaf.postings(field.name).terms.find(stem.encode())
            postings = leaf.postings(surfaces(field.name))
            for form in leaf.forms(field.name, number).tolist() if number >= 0 else ():
                documents = postings.documents[postings.slice(form)]
                held.setdefault(postings.terms[form], []).append(documents)
        for term, lists in held.items():
            counts[term.decode()] += _live_in_any(leaf, lists)
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return {surface: count for surface, count in ordered if count}


def _live_in_any(leaf: Leaf, lists: Sequence[Array]) -> int:
    """How many live documents stand in any of ``lists``."""
    if len(lists) == 1:
        return len(lists[0]) if leaf.whole else int(np.count_nonzero(leaf.live[lists[0]]))
    mark = np.zeros(len(leaf), np.bool_)
    for documents in lists:
        mark[documents] = True
    return int(np.count_nonzero(mark if leaf.whole else mark & leaf.live))


def within(word: str, others: Sequence[str], edits: int) -> Bools:
    """For which of ``others`` the restricted Damerau-Levenshtein distance is at most ``edits``.

    Insertions, deletions, substitutions and swaps of neighbours cost 1 each, and no letter is
    edited twice (optimal string alignment; L. Boytsov, ACM JEA 16, 2011, section 2.2).  The table
    ``costs[i, j]`` of prefixes is filled for all words at once, ``edits`` beside its diagonal.
    """
    longest = len(word) + edits
    close: Bools = np.array([abs(len(other) - len(word)) <= edits for other in others], np.bool_)
    if not close.any() or not word:
        return close
    fitting = [other[:longest] for other in others]
    letters = np.array(fitting, f"<U{longest}").view(np.uint32).reshape(len(others), longest)
    own = [ord(letter) for letter in word]
    far = np.full(len(others), edits + 1, np.int16)
    costs = {(0, j): np.full(len(others), j, np.int16) for j in range(min(edits, longest) + 1)}
    for i in range(1, len(word) + 1):
        for j in range(max(0, i - edits), min(longest, i + edits) + 1):
            if j == 0:
                costs[i, 0] = np.full(len(others), i, np.int16)
                continue
            best = costs[i - 1, j - 1] + (letters[:, j - 1] != own[i - 1])
            best = np.minimum(best, costs.get((i - 1, j), far) + 1)
            best = np.minimum(best, costs.get((i, j - 1), far) + 1)
            if i > 1 and j > 1 and (i - 2, j - 2) in costs:
                swapped = (letters[:, j - 2] == own[i - 1]) & (letters[:, j - 1] == own[i - 2])
                best = np.where(swapped, np.minimum(best, costs[i - 2, j - 2] + 1), best)
            costs[i, j] = best
    for j in range(max(0, len(word) - edits), longest + 1):
        ends = np.array([len(other) == j for other in others], np.bool_)
        close &= ~ends | (costs[len(word), j] <= edits)
    return close
