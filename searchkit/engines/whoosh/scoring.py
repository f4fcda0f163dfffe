"""BM25, field by field.

Floor 4.  S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond",
Foundations and Trends in Information Retrieval 3(4), 2009, formula 3.15, with the logarithm kept
above zero by adding one, as Lucene does.  A field's score is multiplied by its weight, and the
fields of a word are added.
"""

from __future__ import annotations

import math

from .blocks import Floats

K1 = 1.2
B = 0.75

EXACT_BONUS = 0.25
"""What the very surface adds to its stem, as a share of its own score: exact forms come first."""


def idf(documents: int, holding: int) -> float:
    """How telling a term is that ``holding`` of ``documents`` documents have."""
    holding = min(holding, documents)
    return math.log(1.0 + (documents - holding + 0.5) / (holding + 0.5))


def bm25(frequencies: Floats, lengths: Floats, average: float, factor: float) -> Floats:
    """The score of each document: ``factor`` is weight times idf, lengths count tokens."""
    norm = K1 * (1.0 - B + B * lengths / (average or 1.0))
    return factor * frequencies * (K1 + 1.0) / (frequencies + norm)
