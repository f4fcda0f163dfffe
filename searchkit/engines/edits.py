"""How far each of many words is from one word: edit distance over arrays.

Floor 3.  Words are columns of code points, so that one step of the comparison is one operation
on all of them.  Invariant: a distance above the limit is told as the limit and one, never less.
"""

from __future__ import annotations

import numpy as np

from ..tokens import Array

_FEW = 64
"""So few words are compared to the end: taking some of them out costs more."""


def distances(word: str, letters: Array, sizes: Array, edits: int) -> Array:
    """The restricted Damerau-Levenshtein distance of ``word`` to each of ``n`` others.

    ``letters[j, k]`` is the code point of letter ``j`` of the other word ``k``, anything behind
    its end; ``sizes[k]`` counts its letters, at most ``len(letters)``.  The result has ``n``
    numbers, ``edits + 1`` for whatever is further away than ``edits``.

    Insertions, deletions, substitutions and swaps of neighbours cost 1 each, and no letter is
    edited twice (optimal string alignment; L. Boytsov, ACM JEA 16, 2011, section 2.2).  Row ``i``
    of the table has the costs of the first ``i`` letters of ``word``, ``edits`` beside the
    diagonal; words for which two rows hold nothing small enough are taken out: no later row will.
    """
    found = np.full(len(sizes), edits + 1, np.int8)
    kept = np.arange(len(sizes))
    before: dict[int, Array] = {}
    above = {j: np.full(len(kept), j, np.int8) for j in range(min(edits, len(letters)) + 1)}
    for i in range(1, len(word) + 1):
        row = _row(word, i, letters, before, above, edits)
        before, above = above, row
        if len(kept) > _FEW:
            least = np.minimum.reduce([*before.values(), *above.values()])
            near = np.flatnonzero(least <= edits)
            if 2 * len(near) < len(kept):
                kept, letters = kept[near], letters[:, near]
                before = {j: costs[near] for j, costs in before.items()}
                above = {j: costs[near] for j, costs in above.items()}
    for j, costs in above.items():
        ends = (sizes[kept] == j) & (costs <= edits)
        found[kept[ends]] = costs[ends]
    return found


def _row(
    word: str, i: int, letters: Array, before: dict[int, Array], above: dict[int, Array], edits: int
) -> dict[int, Array]:
    """Row ``i`` of the table, by letters of the other words, from the two rows over it."""
    own, last = ord(word[i - 1]), ord(word[i - 2])
    row: dict[int, Array] = {}
    for j in range(max(0, i - edits), min(len(letters), i + edits) + 1):
        if j == 0:
            row[0] = np.full(letters.shape[1], i, np.int8)
            continue
        best = above[j - 1] + (letters[j - 1] != own)
        if j in above:
            best = np.minimum(best, above[j] + 1)
        if j - 1 in row:
            best = np.minimum(best, row[j - 1] + 1)
        if i > 1 and j - 2 in before:
            swapped = (letters[j - 2] == own) & (letters[j - 1] == last)
            best = np.minimum(best, before[j - 2] + np.where(swapped, 1, edits + 1))
        row[j] = best.astype(np.int8, copy=False)
    return row
