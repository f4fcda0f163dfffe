"""The scores of ``scoring`` for Whoosh's matchers: BM25 in Python's own numbers.

Floor 4.  Stated a second time, posting by posting, so that the arrays of ``plan`` have something
to be held against; idf and average length come from all segments together.
Invariant: what is scored here and what a plan scores differ by single precision alone.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from typing import Any

from whoosh.scoring import BaseScorer, WeightingModel, WeightScorer

from ...fields import BY_NAME
from .schema import TEXT_OF
from .scoring import K1, B, idf


class Formula:
    """The score of something that stands so many times in a text field.

    ``field`` is a Whoosh field, of stems or surfaces; ``telling`` the idf of the term, or the sum
    of those of several.
    """

    def __init__(self, searcher: Any, field: str, telling: float) -> None:
        everything = searcher.get_parent()
        documents = everything.doc_count_all()
        self._searcher, self._field = searcher, field
        self._factor = (BY_NAME[TEXT_OF[field]].weight or 1.0) * telling
        self._average = everything.reader().field_length(field) / (documents or 1) or 1.0

    def of(self, frequency: float, length: int) -> float:
        """The score of ``frequency`` occurrences among ``length`` tokens."""
        norm = K1 * (1.0 - B + B * length / self._average)
        return self._factor * frequency * (K1 + 1.0) / (frequency + norm)

    def at(self, document: int, frequency: float) -> float:
        """The score of ``frequency`` occurrences in a document."""
        return self.of(frequency, self._searcher.doc_field_length(document, self._field, 1))


class TermFormula(Formula, BaseScorer):
    """The score of one term, with bounds for its postings."""

    def __init__(self, searcher: Any, field: str, text: Any) -> None:
        super().__init__(searcher, field, telling(searcher, field, text))
        info = searcher.term_info(field, text)
        self._bound = self.of(info.max_weight(), info.min_length())

    def score(self, matcher: Any) -> float:
        return self.at(matcher.id(), matcher.weight())

    def supports_block_quality(self) -> bool:
        return True

    def max_quality(self) -> float:
        return self._bound

    def block_quality(self, matcher: Any) -> float:
        return self.of(matcher.block_max_weight(), matcher.block_min_length())


def telling(searcher: Any, field: str, *texts: Any) -> float:
    """The idf of ``texts`` taken for one term, in all segments that ``searcher`` is part of."""
    everything = searcher.get_parent()
    holding = sum(everything.doc_frequency(field, text) for text in texts)
    return idf(everything.doc_count_all(), holding)


class Weighting(WeightingModel):
    """The scores of searchkit as a weighting model of Whoosh's; keywords weigh 1."""

    def scorer(self, searcher: Any, fieldname: str, text: Any, qf: int = 1) -> Any:
        if fieldname not in TEXT_OF:
            return WeightScorer.for_(searcher, fieldname, text)
        return TermFormula(searcher, fieldname, text)
