"""What one occurrence of a word counts in a document: BM25F's part that is known beforehand.

Floor 4.  The length of a field beside that of an average one, and the weight of the field, are put
into the frequency that the cluster stores, as a whole number; saturation and idf are left to it.
Averages are learned from the first articles of a full run and stay those of all runs after it, so
that equal texts have equal scores.  Source: as of ``engines.bm25``.
Invariant: frequencies are above 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ...fields import SEARCHED, TEXTS
from ...tokens import Array
from ..bm25 import B

LEARN_FROM, LEARN_BYTES = 4_000, 16_000_000
"""So many articles tell how long an average one is, or fewer that are so large together: they wait
in memory, and nothing is sent meanwhile."""

TYPICAL: Mapping[str, float] = {"title": 9.0, "lead": 25.0, "body": 280.0}
"""Tokens in the fields of an average release."""

_BELIEF = 50
"""What is typical counts as much as so many articles."""

SCALE = 128
"""The weight of one occurrence in the body of an average article, as it is stored."""

_WEIGHTS = np.array([{f.name: f.weight for f in SEARCHED}.get(name, 0.0) for name in TEXTS])


class Norms:
    """What occurrences count where fields have these ``averages`` of tokens, by name."""

    def __init__(self, averages: Mapping[str, float] = TYPICAL) -> None:
        self.averages = dict(averages)
        listed = [self.averages.get(name, 1.0) for name in TEXTS]
        self._averages = np.maximum(np.array(listed), 1.0)

    def weights(self, lengths: Array) -> Array:
        """What one occurrence counts in each field of ``TEXTS`` of an article that has ``lengths``
        tokens there; 0 in fields that are not searched."""
        scaled: Array = SCALE * _WEIGHTS / (1.0 - B + B * lengths / self._averages)
        return scaled


def learnt(articles: Iterable[Sequence[int]]) -> Norms:
    """The norms of an index whose first ``articles`` have these lengths, a row in the order of
    ``TEXTS`` for each."""
    rows = np.array(list(articles), np.float64).reshape(-1, len(TEXTS))
    typical = np.array([TYPICAL.get(name, 0.0) for name in TEXTS])
    averages = (rows.sum(axis=0) + _BELIEF * typical) / (len(rows) + _BELIEF)
    found = dict(zip(TEXTS, averages.round(3).tolist(), strict=True))
    return Norms({field.name: found[field.name] for field in SEARCHED})
