"""The postings of one field as columns, from its sorted terms to the positions in each document.

Floor 4.  For a field ``f``: ``f.at[t]`` is where the postings of term ``t`` begin (one entry more
than terms), ``f.documents`` and ``f.frequencies`` stand in step, and ``f.spots[t]`` is where its
positions begin in ``f.positions``, ``frequency`` of them for each posting.
Invariant: the documents of a term ascend, deleted ones included; each stands there once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .columns import Array, ColumnFile, ColumnWriter, narrow, offsets, spans
from .faults import Unsound
from .terms import Terms, write_terms


class Inverted(NamedTuple):
    """A field inverted, in memory: ``sizes[t]`` postings of ``terms[t]``, in order; frequencies
    and positions only where the field has them."""

    terms: Sequence[bytes]
    sizes: Array
    documents: Array
    frequencies: Array | None = None
    positions: Array | None = None


class Postings:
    """The postings of ``field`` in ``file``, a segment of ``count`` documents."""

    def __init__(self, file: ColumnFile, field: str, count: int) -> None:
        self._field = field
        self._count = count
        self._sound: set[int] = set()
        self._known: dict[int, tuple[int, int]] = {}
        self._begins: dict[int, Array] = {}
        self._kept = 0
        self.terms = Terms(file, field)
        self.at = file.column(f"{field}.at")
        self.documents = file.column(f"{field}.documents")
        self.frequencies = _optional(file, f"{field}.frequencies")
        self.spots = _optional(file, f"{field}.spots")
        self.positions = _optional(file, f"{field}.positions")
        self.placed = f"{field}.spots" in file

    def _bounds(self, term: int) -> tuple[int, int]:
        """Where the postings of term number ``term`` begin and end; kept, since a query asks for it
        several times.  Raises ``Unsound`` where that is nowhere."""
        known = self._known.get(term)
        if known is None:
            start, end = self.at[term : term + 2].tolist()
            if not start <= end <= len(self.documents):
                raise Unsound(f"term {term} of {self._field} has postings that are not there")
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            known = self._known[term] = (start, end)
        return known

    def slice(self, term: int) -> slice:
        """Where the postings of term number ``term`` stand.  Raises ``Unsound`` where that is
        nowhere."""
        start, end = self._bounds(term)
        return slice(start, end)

    def held(self, term: int) -> Array:
        """The documents that hold term number ``term``, deleted ones included.

        Raises ``Unsound`` where they do not ascend, or are none of this segment: an array as long
        as the largest of them could take any amount of memory.
        """
        return self._checked(term, self.documents[self.slice(term)])

    def counted(self, term: int) -> tuple[Array, Array]:
        """As ``held``, and how often the term stands in each of the documents."""
        here = self.slice(term)
        return self._checked(term, self.documents[here]), self.frequencies[here]

    def _checked(self, term: int, documents: Array) -> Array:
        if term not in self._sound:
            if len(documents) and not (
                documents.item(0) >= 0
                and documents.item(-1) < self._count
                and not (documents[1:] <= documents[:-1]).any()
            ):
                raise Unsound(f"term {term} of {self._field} has documents that cannot be")
            self._sound.add(term)
        return documents

    def holding(self, term: int) -> int:
        """How many documents hold term number ``term``, deleted ones included."""
        start, end = self._bounds(term)
        return end - start

    def holding_any(self, terms: Sequence[int]) -> int:
        """How many postings the term numbers ``terms`` have together."""
        if len(terms) == 1:
            return self.holding(terms[0])
        if isinstance(terms, range) and terms.step == 1 and terms:
            total = int(self.at[terms.stop]) - int(self.at[terms.start])
        else:
            total = sum(self.holding(term) for term in terms)
        if not 0 <= total <= len(self.documents):
            raise Unsound(f"terms of {self._field} share postings")
        return total

    def spread(self, terms: Array) -> tuple[Array, Array]:
        """The documents of the postings of several terms, in no particular order, and how often a
        term stands in each.

        Raises ``Unsound`` where they are more than there are, or of no document.
        """
        starts, ends = self.at[terms].astype(np.int64), self.at[terms + 1].astype(np.int64)
        within = len(starts) == 0 or (starts.min() >= 0 and ends.max() <= len(self.documents))
        sizes = ends - starts
        if not within or (sizes < 0).any() or sizes.sum() > len(self.documents):
            raise Unsound(f"terms of {self._field} share postings")
        spots = spans(starts, sizes)
        documents = self.documents[spots]
        # As numbers without a sign, those below 0 are beyond all others.
        if len(documents) and documents.view(np.uint32).max() >= self._count:
            raise Unsound(f"{self._field} has postings of documents that cannot be")
        return documents, self.frequencies[spots]

    def places(self, term: int, chosen: Array | None) -> tuple[Array, Array]:
        """The positions of term number ``term`` in its postings ``chosen`` (ascending numbers,
        from 0; ``None``: in all of them), end to end, and how many each posting has."""
        starts = self._begins.get(term)
        if starts is None:
            starts = self._begin(term)
        counts = self.frequencies[self.slice(term)]
        if chosen is None:
            return self.positions[starts.item(0) : starts.item(-1)].astype(np.int64), counts
        counts, starts = counts.take(chosen), starts.take(chosen)
        if counts.max(initial=0) > 1:
            starts = spans(starts, counts)
        return self.positions.take(starts).astype(np.int64), counts

    def _begin(self, term: int) -> Array:
        """Where the positions of each posting of ``term`` begin; kept for the next query."""
        starts = offsets(self.frequencies[self.slice(term)])
        starts += self.spots.item(term)
        # Those of all postings stand in a row, so that what is chosen ends before the last.
        if starts.item(-1) > len(self.positions):
            raise Unsound(f"term {term} of {self._field} has positions that are not there")
        if self._kept + len(starts) > _MOST_KEPT:
            self._begins, self._kept = {}, 0
        self._begins[term] = starts
        self._kept += len(starts)
        return starts


_NONE = np.empty(0, np.uint8)
_MOST_KNOWN = 1 << 14
"""Of so many terms of a field it is remembered where their postings stand."""

_MOST_KEPT = 1 << 20
"""So many beginnings of positions are kept for a field of a segment, at eight bytes each."""


def _optional(file: ColumnFile, name: str) -> Array:
    return file.column(name) if name in file else _NONE


def write_postings(writer: ColumnWriter, field: str, inverted: Inverted) -> None:
    """Add the columns of one field."""
    write_terms(writer, field, inverted.terms)
    at = offsets(inverted.sizes)
    writer.add(f"{field}.at", narrow(at))
    writer.add(f"{field}.documents", inverted.documents.astype(np.int32, copy=False))
    if inverted.frequencies is not None:
        writer.add(f"{field}.frequencies", narrow(inverted.frequencies))
    if inverted.frequencies is not None and inverted.positions is not None:
        spots = offsets(inverted.frequencies)[at[:-1]]
        writer.add(f"{field}.spots", narrow(spots))
        writer.add(f"{field}.positions", narrow(inverted.positions))


def invert(terms: Array, documents: Array, count: int) -> tuple[Array, Array, Array]:
    """Postings of tokens in any order: for term numbers below ``count`` and documents in step, the
    postings of each term, and the document and frequency of each posting by term and document.

    Sorts ``term << 32 | document``; equal keys stand together, so their number is the frequency.
    """
    keys = terms.astype(np.uint64)
    keys <<= np.uint64(32)
    keys |= documents.astype(np.uint64)
    keys.sort()
    first = _changes(keys)
    frequencies = np.diff(np.append(first, len(keys)))
    keys = keys[first]
    sizes = np.bincount((keys >> np.uint64(32)).astype(np.int64), minlength=count)
    return sizes, keys.astype(np.uint32).astype(np.int32), frequencies


def _changes(keys: Array) -> Array:
    """Where a value begins that differs from the one before."""
    new = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=new[1:])
    return np.flatnonzero(new)
