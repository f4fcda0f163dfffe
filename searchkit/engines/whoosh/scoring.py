"""BM25F: what a word is worth in a document, over all fields at once.

Floor 4.  S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond",
Foundations and Trends in Information Retrieval 3(4), 2009, section 3.6: the frequencies of a word
are divided by the relative lengths of the fields, weighed, added, and saturated once.  The
logarithm of the idf is kept above zero by adding one, as Lucene does.
Invariant: what a word scores in a document is decided in ``word_scores`` alone, and is above 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..bm25 import K1, B
from .columns import Array
from .sets import Matches, union


class Occurrences(NamedTuple):
    """How often a word stands in one field: ``documents`` (or their places among those looked at)
    ascend, ``frequencies`` and the ``scales`` of those documents in step; ``share`` is the weight
    of the field."""

    documents: Array
    frequencies: Array
    scales: Array
    share: float

    def weights(self) -> Array:
        """``share f / (1 - B + B l / a)`` of each."""
        weights: Array = self.frequencies * self.scales
        if self.share != 1.0:
            weights *= self.share
        return weights


def word_scores(fields: Sequence[Occurrences], size: int, telling: float) -> Matches:
    """The score of a word with the idf ``telling`` in each document (below ``size``) that has it
    in any of ``fields``."""
    found = [Matches(one.documents, one.weights()) for one in fields]
    documents, weights = union(found, size, positive=True)
    return Matches(documents, saturated(weights, telling))


def saturated(weights: Array, telling: float) -> Array:
    """``telling (K1 + 1) w / (K1 + w)``."""
    scores: Array = weights / (weights + K1)
    scores *= telling * (K1 + 1.0)
    return scores


def scales(lengths: Array, average: float) -> Array:
    """What one occurrence counts in each document, ``1 / (1 - B + B l / a)``; lengths count
    tokens."""
    scaled: Array = 1.0 / (1.0 - B + B / (average or 1.0) * lengths.astype(np.float64))
    return scaled
