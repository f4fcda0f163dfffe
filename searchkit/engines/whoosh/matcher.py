"""The postings of one term as a Whoosh matcher: a place in two arrays.

Floor 4.  Invariant: ``id``, ``weight`` and ``value`` speak of the same posting, and the documents
only ever ascend.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any

import numpy as np
from whoosh.matching.mcore import Matcher, NoQualityAvailable, ReadTooFar

from .columns import Array
from .leaf import Leaf
from .schema import TEXT_OF

BLOCK = 128
"""So many postings share one bound of quality."""


class ColumnMatcher(Matcher):
    """Term number ``number`` of the Whoosh field ``field`` of ``leaf``."""

    def __init__(
        self, leaf: Leaf, field: str, number: int, format_: Any, scorer: Any = None
    ) -> None:
        self._made_of = (leaf, field, number, format_, scorer)
        postings = leaf.postings(field)
        here = postings.slice(number)
        self._postings, self._number = postings, number
        self._documents: Array = postings.documents[here]
        frequencies = postings.frequencies[here]
        self._weights = frequencies if len(frequencies) else np.ones(len(self._documents))
        name = TEXT_OF.get(field)
        self._lengths = leaf.lengths(name) if name else np.ones(len(leaf), np.int64)
        self._term = (field, postings.terms[number])
        self._format, self._scorer = format_, scorer
        self._at, self._end = 0, len(self._documents)

    def is_active(self) -> bool:
        return self._at < self._end

    def reset(self) -> None:
        self._at = 0

    def copy(self) -> ColumnMatcher:
        twin = self.__class__(*self._made_of)
        twin._at = self._at
        return twin

    def term(self) -> tuple[str, bytes]:
        return self._term

    def id(self) -> int:
        if not self.is_active():
            raise ReadTooFar
        return int(self._documents[self._at])

    def all_ids(self) -> Iterator[int]:
        return iter(self._documents[self._at :].tolist())

    def next(self) -> None:
        if not self.is_active():
            raise ReadTooFar
        self._at += 1

    def skip_to(self, id: int) -> None:
        if not self.is_active():
            raise ReadTooFar
        self._at += int(self._documents[self._at :].searchsorted(id))

    def weight(self) -> float:
        return float(self._weights[self._at])

    def supports(self, astype: str) -> bool:
        return bool(self._format.supports(astype))

    def value(self) -> bytes:
        """The positions of the posting, packed as ``schema.Positions`` reads them."""
        if not self._postings.placed:
            return b""
        positions, _ = self._postings.places(self._number, np.array([self._at]))
        return array("I", positions.tolist()).tobytes()

    def value_as(self, astype: str) -> Any:
        return self._format.decoder(astype)(self.value())

    def score(self) -> float:
        return float(self._scorer.score(self))

    def supports_block_quality(self) -> bool:
        return self._scorer is not None and bool(self._scorer.supports_block_quality())

    def max_quality(self) -> float:
        if self._scorer is None:
            raise NoQualityAvailable(self.__class__)
        return float(self._scorer.max_quality())

    def block_quality(self) -> float:
        if self._scorer is None:
            raise NoQualityAvailable(self.__class__)
        return float(self._scorer.block_quality(self))

    def _block(self) -> slice:
        start = self._at - self._at % BLOCK
        return slice(start, start + BLOCK)

    def block_max_weight(self) -> float:
        return float(np.max(self._weights[self._block()]))

    def block_min_length(self) -> int:
        return int(np.min(self._lengths[self._documents[self._block()]]))

    def block_max_length(self) -> int:
        return int(np.max(self._lengths[self._documents[self._block()]]))

    def skip_to_quality(self, minquality: float) -> int:
        """Go on to the next block that may score above ``minquality``; blocks passed over."""
        skipped = 0
        while self.is_active() and self.block_quality() <= minquality:
            self._at = min(self._block().stop, self._end)
            skipped += 1
        return skipped
