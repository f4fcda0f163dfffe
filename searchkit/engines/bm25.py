"""The numbers of BM25F that every engine ranks by; the formula is each engine's own.

Floor 3.  S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond",
Foundations and Trends in Information Retrieval 3(4), 2009.  The weights of fields are in
``fields``.  Invariant: an engine takes them from here, so that none ranks by others.
"""

from __future__ import annotations

import math

K1 = 1.6
B = 0.75

EXACT, LOOSE = 0.4, 0.1
"""What the very surface adds to its stem, as a share of what it would score as a word of its own:
exact forms come first, the more so the rarer they are; less so where words are taken loosely."""

WINDOW = 8
"""Words farther apart than so many tokens are not close."""

CLOSE = 0.3
"""What two words side by side add, as a share of what the more common one would score."""

DECIMALS = 6
"""Scores closer than this are equal, so that sums taken in another order do not part ties."""


def idf(documents: int, holding: int) -> float:
    """How telling a term is that ``holding`` of ``documents`` documents have."""
    holding = min(holding, documents)
    return math.log(1.0 + (documents - holding + 0.5) / (holding + 0.5))
