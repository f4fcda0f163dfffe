"""The general path: Whoosh's own searcher over the segments of a generation.

Floor 4.  Answers every query type Whoosh has, one posting at a time, with the scores of
``scoring``; the engine's own plans answer the nodes of searchkit with whole arrays, and tests hold
the two against each other.  Whoosh differs in three ways: its unions take a score of 0 for no
match, ``Or(minmatch=)`` does nothing, and a phrase scores as its words do.
Invariant: a term scores here what ``scoring.bm25`` gives it.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from whoosh.reading import EmptyReader, IndexReader, MultiReader, SegmentReader
from whoosh.scoring import WeightingModel, WeightLengthScorer, WeightScorer
from whoosh.searching import Searcher

from ...fields import BY_NAME
from .codec import CODEC, Segment
from .layout import TEXTS
from .leaf import Leaf
from .schema import SCHEMA
from .scoring import K1, B, idf


class Scorer(WeightLengthScorer):
    """``scoring.bm25`` of one term, one posting at a time, in Python's own numbers."""

    def __init__(self, searcher: Any, field: str, text: Any) -> None:
        everything = searcher.get_parent()
        name = field.removesuffix("_x")
        documents = everything.doc_count_all()
        weight = BY_NAME[name].weight or 1.0
        self._factor = weight * idf(documents, everything.doc_frequency(field, text))
        self._average = everything.reader().field_length(field) / (documents or 1) or 1.0
        self.setup(searcher, field, text)

    def _score(self, weight: float, length: int) -> float:
        norm = K1 * (1.0 - B + B * length / self._average)
        return self._factor * weight * (K1 + 1.0) / (weight + norm)


class Weighting(WeightingModel):
    """The scores of searchkit for Whoosh's matchers."""

    def scorer(self, searcher: Any, fieldname: str, text: Any, qf: int = 1) -> Any:
        if fieldname.removesuffix("_x") not in TEXTS:
            return WeightScorer.for_(searcher, fieldname, text)
        return Scorer(searcher, fieldname, text)


def reader(leaves: Sequence[Leaf]) -> IndexReader:
    """A Whoosh reader of ``leaves``."""
    no_storage: Any = None
    readers: list[IndexReader] = [
        SegmentReader(no_storage, SCHEMA, Segment(leaf), codec=CODEC) for leaf in leaves
    ]
    if not readers:
        return EmptyReader(SCHEMA)
    return readers[0] if len(readers) == 1 else MultiReader(readers)


def searcher(leaves: Sequence[Leaf]) -> Searcher:
    """A Whoosh searcher of ``leaves``, to be closed; stored fields are the article's ``id``."""
    return Searcher(reader(leaves), weighting=Weighting())
