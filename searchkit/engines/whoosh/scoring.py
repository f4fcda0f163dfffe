"""BM25, field by field.

Floor 4.  S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond",
Foundations and Trends in Information Retrieval 3(4), 2009, formula 3.15, with the logarithm kept
above zero by adding one, as Lucene does.  A field's score is multiplied by its weight, and the
fields of a word are added.  Invariant: what a word scores in a document is decided in
``word_scores`` alone, and is above 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .columns import Array
from .sets import Matches, union

K1 = 1.2
B = 0.75

EXACT_BONUS = 0.25
"""What the very surface adds to its stem, as a share of its own score: exact forms come first."""


class Occurrences(NamedTuple):
    """How often a word stands in one field: ``documents`` (or their places among those looked at)
    ascend, ``frequencies`` and the ``norms`` of those documents in step; ``factor`` is weight times
    idf."""

    documents: Array
    frequencies: Array
    norms: Array
    factor: float


def word_scores(fields: Sequence[Occurrences], size: int) -> Matches:
    """The score of a word in each document (below ``size``) that has it in any of ``fields``."""
    found = [Matches(one.documents, bm25(one.frequencies, one.norms, one.factor)) for one in fields]
    return union(found, size, positive=True)


def idf(documents: int, holding: int) -> float:
    """How telling a term is that ``holding`` of ``documents`` documents have."""
    holding = min(holding, documents)
    return math.log(1.0 + (documents - holding + 0.5) / (holding + 0.5))


def norms(lengths: Array, average: float) -> Array:
    """The part of the formula that only a document's length decides, ``K1 (1 - B + B l / a)``;
    lengths count tokens."""
    made: Array = np.float32(K1 * (1.0 - B)) + np.float32(
        K1 * B / (average or 1.0)
    ) * lengths.astype(np.float32)
    return made


def bm25(frequencies: Array, norm: Array, factor: float) -> Array:
    """The score of each posting: ``factor`` is weight times idf, ``norm`` is that of its
    document; ``factor (K1 + 1) f / (f + norm)``, in single precision, widened to be added."""
    scores = frequencies.astype(np.float32)
    norm = norm + scores
    scores *= np.float32(factor * (K1 + 1.0))
    scores /= norm
    return scores.astype(np.float64)
