"""The scores of ``scoring`` for Whoosh's matchers: BM25F in Python's own numbers.

Floor 4.  Stated a second time, posting by posting, so that the arrays of ``plan`` have something
to be held against; idf and average length come from all segments together.
Invariant: what is scored here and what a plan scores differ by single precision alone.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from whoosh.scoring import BaseScorer, WeightingModel, WeightScorer

from ...fields import BY_NAME
from ..bm25 import K1, B, idf
from .schema import TEXT_OF


class Share:
    """What so many occurrences in a text field weigh.

    ``field`` is a Whoosh field, of stems or surfaces.
    """

    def __init__(self, searcher: Any, field: str) -> None:
        everything = searcher.get_parent()
        documents = everything.doc_count_all()
        self._searcher, self._field = searcher, field
        self._weight = BY_NAME[TEXT_OF[field]].weight or 1.0
        self._average = everything.reader().field_length(field) / (documents or 1) or 1.0

    def of(self, frequency: float, length: int) -> float:
        """The weight of ``frequency`` occurrences among ``length`` tokens."""
        return self._weight * frequency / (1.0 - B + B * length / self._average)

    def at(self, document: int, frequency: float) -> float:
        """The weight of ``frequency`` occurrences in a document."""
        return self.of(frequency, self._searcher.doc_field_length(document, self._field, 1))


def saturated(weight: float, telling: float) -> float:
    """The score of something with the idf ``telling`` that weighs ``weight`` in a document."""
    return telling * (K1 + 1.0) * weight / (K1 + weight)


class TermFormula(BaseScorer):
    """The score of one term in one field, with bounds for its postings."""

    def __init__(self, searcher: Any, field: str, text: Any) -> None:
        self._share = Share(searcher, field)
        self._telling = telling(searcher, [(field, [text])])
        info = searcher.term_info(field, text)
        self._bound = self._score(self._share.of(info.max_weight(), info.min_length()))

    def _score(self, weight: float) -> float:
        return saturated(weight, self._telling)

    def score(self, matcher: Any) -> float:
        return self._score(self._share.at(matcher.id(), matcher.weight()))

    def supports_block_quality(self) -> bool:
        return True

    def max_quality(self) -> float:
        return self._bound

    def block_quality(self, matcher: Any) -> float:
        # More occurrences and fewer tokens only ever score higher.
        return self._score(self._share.of(matcher.block_max_weight(), matcher.block_min_length()))


def telling(searcher: Any, held: Iterable[tuple[str, Iterable[Any]]]) -> float:
    """The idf of terms taken for one, by the field that most documents hold them in, in all
    segments that ``searcher`` is part of."""
    everything = searcher.get_parent()
    most = max(
        (sum(everything.doc_frequency(field, text) for text in texts) for field, texts in held),
        default=0,
    )
    return idf(everything.doc_count_all(), most)


class Weighting(WeightingModel):
    """The scores of searchkit as a weighting model of Whoosh's; keywords weigh 1."""

    def scorer(self, searcher: Any, fieldname: str, text: Any, qf: int = 1) -> Any:
        if fieldname not in TEXT_OF:
            return WeightScorer.for_(searcher, fieldname, text)
        return TermFormula(searcher, fieldname, text)
