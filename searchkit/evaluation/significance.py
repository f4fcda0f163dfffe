"""Whether one run is better than another, or only luckier with these topics.

Floor 7.  A paired randomisation test, after Smucker, Allan and Carterette, "A comparison of
statistical significance tests for information retrieval evaluation", CIKM 2007: if the runs were
alike, each topic's two values could as well be exchanged.  Invariant: the same values give the
same p, on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

ROUNDS = 20_000
_SEED = 2_007
_EXACT = 14
"""Up to so many topics that differ, every exchange is tried instead of a sample."""

_CLOSE = 1e-12
_BLOCK = 1_000


def randomisation(first: Sequence[float], second: Sequence[float], rounds: int = ROUNDS) -> float:
    """The two-sided p value of the mean difference between the paired values of two runs.

    Exact where few topics differ, else of ``rounds`` random exchanges, (hits + 1) / (rounds + 1),
    which is never 0.  Raises ``ValueError`` where the runs have different numbers of values.
    """
    if len(first) != len(second):
        raise ValueError("paired values come in pairs")
    differences = np.asarray(second, np.float64) - np.asarray(first, np.float64)
    differences = differences[np.abs(differences) > _CLOSE]
    if not len(differences):
        return 1.0
    observed = abs(float(differences.sum())) - _CLOSE
    if len(differences) <= _EXACT:
        masks = np.arange(2 ** len(differences))[:, None] >> np.arange(len(differences)) & 1
        sums = np.abs((1 - 2 * masks) @ differences)
        return float(np.count_nonzero(sums >= observed) / len(sums))
    dice = np.random.Generator(np.random.PCG64(_SEED))
    hits = 0
    for start in range(0, rounds, _BLOCK):
        shape = min(_BLOCK, rounds - start), len(differences)
        signs = dice.integers(0, 2, shape) * 2 - 1
        hits += int(np.count_nonzero(np.abs(signs @ differences) >= observed))
    return (hits + 1) / (rounds + 1)
