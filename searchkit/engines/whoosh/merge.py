"""Joining segments: columns of several to columns of one, without their deleted documents.

Floor 4.  Terms are renumbered by merging the sorted lists, documents by leaving out the deleted;
the rest is done for a range of terms at a time, so memory is bounded.  Invariant: the postings of
a merged segment are those of a segment built from its documents.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...fields import KEYWORDS, TEXTS
from ...shingles import Signatures
from .columns import Array, ColumnWriter, narrow, offsets, spans
from .generations import StoredSegment
from .layout import (
    ARTICLES,
    ARTICLES_AT,
    CODED,
    HEADLINES,
    SHINGLES,
    SHINGLES_AT,
    TEXT_NUMBERS,
    new_segment,
    surfaces,
    write_codes,
    write_forms,
    write_periods,
    write_signatures,
)
from .leaf import Leaf
from .postings import Postings
from .stored import WHEN
from .terms import write_terms

_TIER = 4
"""So many segments of about one size are merged into one; sizes differ by the same factor."""

_LARGEST = 250_000
"""Segments of so many live documents are left alone, which bounds how long a merge takes."""

_DELETED_SHARE = 0.33
"""A segment with a larger share of deleted documents is written anew without them."""

_POSTINGS_AT_ONCE = 1_000_000
_ARTICLES_AT_ONCE = 10_000


def to_merge(leaves: Sequence[Leaf]) -> list[Leaf]:
    """The leaves to make one of, in their order; empty when the index is tidy enough.

    A tier holds segments whose live documents differ by less than a factor; a full tier is merged,
    as is, alone, a segment with many deletions.
    """
    tiers: dict[int, list[Leaf]] = {}
    for leaf in leaves:
        live = leaf.live_count()
        if live < len(leaf) * (1 - _DELETED_SHARE):
            return [leaf]
        if live < _LARGEST:
            tiers.setdefault(int(math.log(max(live, 1), _TIER)), []).append(leaf)
    return next((tier for _, tier in sorted(tiers.items()) if len(tier) >= _TIER), [])


class _Source(NamedTuple):
    """The postings of one field of a segment, and the new number of each of its documents;
    ``whole`` where none of them is deleted."""

    postings: Postings
    documents: Array
    whole: bool

    def counts(self) -> tuple[int, int]:
        """How many postings it has in live documents, and how many tokens those are."""
        if self.whole:
            return len(self.postings.documents), len(self.postings.positions)
        held, tokens = 0, 0
        for start in range(0, len(self.postings.documents), _POSTINGS_AT_ONCE):
            part = slice(start, start + _POSTINGS_AT_ONCE)
            live = self.documents[self.postings.documents[part]] >= 0
            held += int(np.count_nonzero(live))
            if self.postings.placed:
                tokens += int(self.postings.frequencies[part][live].sum(dtype=np.int64))
        return held, tokens


class _Part(NamedTuple):
    """The live postings of a range of terms, by term and document: ``sizes`` postings of each
    term, their documents and frequencies, ``tokens`` of each term, and the positions of those."""

    sizes: Array
    documents: Array
    frequencies: Array
    tokens: Array
    positions: Array


def merge(folder: Path, leaves: Sequence[Leaf]) -> StoredSegment:
    """One segment with the live documents of ``leaves``, in their order."""
    renumbered, count = _renumbered(leaves)
    with new_segment(folder) as segment:
        for name in TEXTS:
            stems = _merge_field(segment.writer, name, leaves, renumbered)
            words = _merge_field(segment.writer, surfaces(name), leaves, renumbered)
            _merge_forms(segment.writer, name, leaves, stems, words)
        for name in KEYWORDS:
            _merge_field(segment.writer, name, leaves, renumbered, count)
        when = np.empty(count, WHEN)
        for part in WHEN.names or ():
            when[part] = np.concatenate([leaf.when(part)[leaf.live] for leaf in leaves])
        _merge_articles(segment.writer, leaves)
        write_periods(segment.writer, when)
        write_signatures(segment.writer, _signatures(leaves))
        lengths = {
            name: np.concatenate([leaf.lengths(name)[leaf.live] for leaf in leaves])
            for name in TEXTS
        }
        return segment.finish(count, lengths)


def _signatures(leaves: Sequence[Leaf]) -> Signatures:
    """What copies are found by, of the live documents."""
    texts, headlines = (
        np.concatenate([leaf.column(name)[leaf.live] for leaf in leaves])
        for name in (TEXT_NUMBERS, HEADLINES)
    )
    sizes: list[Array] = [np.diff(leaf.column(SHINGLES_AT).astype(np.int64)) for leaf in leaves]
    shingles = [
        leaf.column(SHINGLES)[np.repeat(leaf.live, held)]
        for leaf, held in zip(leaves, sizes, strict=True)
    ]
    live = [held[leaf.live] for leaf, held in zip(leaves, sizes, strict=True)]
    return Signatures(texts, headlines, np.concatenate(shingles), np.concatenate(live))


def _merge_articles(writer: ColumnWriter, leaves: Sequence[Leaf]) -> None:
    """Copy the stored articles, a stretch of documents at a time."""
    sizes = [np.diff(leaf.column(ARTICLES_AT).astype(np.int64)) for leaf in leaves]
    live = [size[leaf.live] for leaf, size in zip(leaves, sizes, strict=True)]
    room = writer.reserve(ARTICLES, np.uint8, sum(int(size.sum()) for size in live))
    for leaf in leaves:
        data, at = leaf.column(ARTICLES), leaf.column(ARTICLES_AT).astype(np.int64)
        for start in range(0, len(leaf), _ARTICLES_AT_ONCE):
            kept = leaf.live[start : start + _ARTICLES_AT_ONCE]
            bounds = at[start : start + len(kept) + 1]
            room.add(data[bounds[0] : bounds[-1]][np.repeat(kept, np.diff(bounds))])
            leaf.forget()
    writer.add(ARTICLES_AT, narrow(offsets(np.concatenate(live))))


def _renumbered(leaves: Sequence[Leaf]) -> tuple[list[Array], int]:
    """The new number of each document of each leaf, -1 where deleted, and how many there are."""
    numbers, count = [], 0
    for leaf in leaves:
        new = np.cumsum(leaf.live, dtype=np.int32) + np.int32(count - 1)
        count += leaf.live_count()
        numbers.append(np.where(leaf.live, new, np.int32(-1)))
    return numbers, count


def _merge_field(
    writer: ColumnWriter,
    name: str,
    leaves: Sequence[Leaf],
    renumbered: Sequence[Array],
    documents: int = 0,
) -> list[Array]:
    """Merge the field ``name``; the new number of each old term of each leaf, -1 where it has no
    live document left.  Codes are written for ``documents`` documents where the field has them."""
    sources = [
        _Source(leaf.postings(name), numbers, leaf.whole)
        for leaf, numbers in zip(leaves, renumbered, strict=True)
    ]
    listed = [source.postings.terms.listed() for source in sources]
    terms = sorted(set().union(*listed))
    numbers = {term: number for number, term in enumerate(terms)}
    maps = [np.fromiter(map(numbers.__getitem__, own), np.int64, len(own)) for own in listed]
    del listed, numbers
    columns = _Columns(writer, name, sources)
    for leaf in leaves:
        leaf.forget()
    for start, end in _ranges(sources, maps, len(terms)):
        columns.add(_join(sources, maps, start, end))
        for leaf in leaves:
            leaf.forget()
    sizes = columns.finish(documents)
    kept = np.flatnonzero(sizes)
    write_terms(writer, name, [terms[number] for number in kept.tolist()])
    final = np.full(len(terms) + 1, -1, np.int64)
    final[kept] = np.arange(len(kept))
    return [final[own] for own in maps]


class _Columns:
    """The columns of the postings of one field, filled range by range."""

    def __init__(self, writer: ColumnWriter, name: str, sources: Sequence[_Source]) -> None:
        self._writer = writer
        self._name = name
        counts = [source.counts() for source in sources]
        held, tokens = (sum(count[n] for count in counts) for n in range(2))
        read = [source.postings for source in sources]
        self._documents = writer.reserve(f"{name}.documents", np.int32, held)
        self._frequencies = self._positions = None
        if name not in KEYWORDS:
            dtype = np.result_type(np.uint8, *(one.frequencies for one in read))
            self._frequencies = writer.reserve(f"{name}.frequencies", dtype, held)
        if read[0].placed:
            dtype = np.result_type(np.uint8, *(one.positions for one in read))
            self._positions = writer.reserve(f"{name}.positions", dtype, tokens)
        self._sizes: list[Array] = []
        self._tokens: list[Array] = []
        self._coded: list[Array] = []

    def add(self, part: _Part) -> None:
        """The next range of terms."""
        self._sizes.append(part.sizes)
        self._documents.add(part.documents)
        if self._frequencies is not None:
            self._frequencies.add(part.frequencies)
        if self._positions is not None:
            self._positions.add(part.positions)
            self._tokens.append(part.tokens)
        if self._name in CODED:
            self._coded.append(part.documents)

    def finish(self, documents: int) -> Array:
        """Add the columns by term, and codes for ``documents`` documents where the field has
        them; how many postings each term has, those without any included."""
        name, sizes = self._name, _concatenated(self._sizes)
        kept = sizes > 0
        self._writer.add(f"{name}.at", narrow(offsets(sizes[kept])))
        if self._positions is not None:
            spots = offsets(_concatenated(self._tokens)[kept])[:-1]
            self._writer.add(f"{name}.spots", narrow(spots))
        if name in CODED:
            held = _concatenated(self._coded)
            write_codes(self._writer, name, sizes[kept], held, documents)
        return sizes


def _concatenated(parts: Sequence[Array]) -> Array:
    return np.concatenate(parts) if parts else np.empty(0, np.int64)


def _ranges(
    sources: Sequence[_Source], maps: Sequence[Array], count: int
) -> Iterator[tuple[int, int]]:
    """Ranges of new term numbers with about ``_POSTINGS_AT_ONCE`` postings each."""
    sizes = np.zeros(count, np.int64)
    for source, own in zip(sources, maps, strict=True):
        held: Array = np.diff(source.postings.at.astype(np.int64))
        sizes[own] += held
    ends = np.cumsum(sizes)
    start = 0
    while start < count:
        reached = (int(ends[start - 1]) if start else 0) + _POSTINGS_AT_ONCE
        end = max(start + 1, int(np.searchsorted(ends, reached, "right")))
        yield start, end
        start = end


def _join(sources: Sequence[_Source], maps: Sequence[Array], start: int, end: int) -> _Part:
    """The live postings of the new terms ``start`` to ``end`` of all sources."""
    parts = [_live(source, own, start, end) for source, own in zip(sources, maps, strict=True)]
    sizes = np.stack([part.sizes for part in parts], axis=1)
    tokens = np.stack([part.tokens for part in parts], axis=1)
    return _Part(
        sizes.sum(axis=1),
        _interleaved([part.documents for part in parts], sizes),
        _interleaved([part.frequencies for part in parts], sizes),
        tokens.sum(axis=1),
        _interleaved([part.positions for part in parts], tokens),
    )


def _interleaved(parts: Sequence[Array], sizes: Array) -> Array:
    """The numbers of all ``parts`` by term, for each term part after part: ``sizes[t, p]`` of part
    ``p`` are of term ``t``.  A part that is empty, whatever its sizes say, has none."""
    if not any(len(part) for part in parts):
        return parts[0][:0]
    starts = offsets(sizes.ravel())[:-1].reshape(sizes.shape)
    joined = np.empty(int(sizes.sum()), np.result_type(*parts))
    for number, part in enumerate(parts):
        joined[spans(starts[:, number], sizes[:, number])] = part
    return joined


def _live(source: _Source, own: Array, start: int, end: int) -> _Part:
    """The live postings of one source, as in ``_join``."""
    postings = source.postings
    low, high = (int(n) for n in np.searchsorted(own, [start, end]))
    at: Array = postings.at[low : high + 1].astype(np.int64)
    first, last = int(at[0]), int(at[-1])
    documents = source.documents[postings.documents[first:last]]
    frequencies = postings.frequencies[first:last]
    held, placed = np.diff(at), np.zeros(high - low, np.int64)
    positions = postings.positions[:0]
    if postings.placed and last > first:
        ends = offsets(frequencies)
        placed = np.diff(ends[at - first])
        begin = int(postings.spots[low])
        positions = postings.positions[begin : begin + int(ends[-1])]
    if not source.whole:
        live = documents >= 0
        if postings.placed:
            positions = positions[np.repeat(live, frequencies)]
        documents, frequencies = documents[live], frequencies[live[: len(frequencies)]]
        held = np.diff(offsets(live)[at - first])
        if postings.placed:
            placed = np.diff(offsets(frequencies)[offsets(held)])
    terms = own[low:high] - start
    sizes, tokens = np.zeros((2, end - start), np.int64)
    sizes[terms], tokens[terms] = held, placed
    return _Part(sizes, documents, frequencies, tokens, positions)


def _merge_forms(
    writer: ColumnWriter,
    name: str,
    leaves: Sequence[Leaf],
    stems: Sequence[Array],
    words: Sequence[Array],
) -> None:
    """Merge which surfaces each stem has, given the new numbers of the old ones."""
    count = max((int(own.max(initial=-1)) for own in words), default=-1) + 1
    stem_of = np.full(count, -1, np.int64)
    for leaf, new_stems, new_words in zip(leaves, stems, words, strict=True):
        forms, at = leaf.column(f"{name}.forms"), leaf.column(f"{name}.forms_at")
        target = new_words[forms]
        sizes: Array = np.diff(at.astype(np.int64))
        source = np.repeat(new_stems, sizes)
        held = target >= 0
        stem_of[target[held]] = source[held]
    writer_count = max((int(own.max(initial=-1)) for own in stems), default=-1) + 1
    write_forms(writer, name, stem_of, writer_count)
