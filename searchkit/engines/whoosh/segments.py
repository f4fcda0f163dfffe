"""Segments: built from documents in memory, merged term by term, kept few.

Floor 4.  Writes through Whoosh's codec interface alone, so neither its segment writer, its
sorting pool nor its merge policies take part.  Invariant: a segment is complete, synced and
described by its SHA-256 before anything names it.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from . import schema
from .blocks import Ints
from .codec import CODEC, INDEX_NAME
from .generations import StoredSegment, stored_file
from .leaf import Leaf
from .storage import StoreStorage

_TIER = 8
"""So many segments of about one size are merged into one; sizes differ by the same factor."""

_DELETED_SHARE = 0.33
"""A segment with a larger share of deleted documents is written anew without them."""


Inverted: TypeAlias = tuple[list[int], list[int], list[bytes]]
"""The postings of one term: documents, ascending, frequencies and values, in step."""


class SegmentWriter:
    """Writes one segment: documents first, then terms in order."""

    def __init__(self, storage: StoreStorage) -> None:
        self._storage = storage
        self._segment: Any = CODEC.new_segment(storage, INDEX_NAME)
        self._documents: Any = CODEC.per_document_writer(storage, self._segment)
        self._terms: Any = CODEC.field_writer(storage, self._segment)
        self._count = 0

    def add_document(self, lengths: dict[str, int], columns: dict[str, Any]) -> int:
        """Add one document; its number."""
        number, writer = self._count, self._documents
        writer.start_doc(number)
        for name, length in lengths.items():
            writer.add_field(name, schema.SCHEMA[name], None, length)
        for name, value in columns.items():
            writer.add_column_value(name, schema.SCHEMA[name].column_type, value)
        writer.finish_doc()
        self._count += 1
        return number

    def start_field(self, name: str) -> None:
        self._terms.start_field(name, schema.SCHEMA[name])

    def finish_field(self) -> None:
        self._terms.finish_field()

    def add_term(self, term: bytes, inverted: Inverted) -> None:
        """Add one term of the field begun."""
        self._terms.add_term(term, *inverted)

    def finish(self) -> StoredSegment:
        """Close the segment into one file, sync it and describe it."""
        self._documents.close()
        self._terms.close()
        segment = self._segment
        segment.set_doc_count(self._count)
        segment.create_compound_file(self._storage)
        self._storage.finish()
        file = stored_file(Path(self._storage.folder) / segment.make_filename(segment.COMPOUND_EXT))
        lengths = {name: int(n) for name, n in sorted(segment._fieldlengths.items())}
        return StoredSegment(segment.segid, file, self._count, lengths)


@contextmanager
def _new_segment(folder: Path) -> Iterator[SegmentWriter]:
    """A writer of a new segment; where that fails, ``generations.prune`` deletes what there is."""
    storage = StoreStorage(folder)
    try:
        yield SegmentWriter(storage)
    except BaseException:
        storage.abandon()
        raise


class SegmentBuilder:
    """Collects documents and inverts them in memory, until ``write`` makes a segment of them."""

    def __init__(self) -> None:
        self._documents: list[tuple[dict[str, int], dict[str, Any]]] = []
        self._fields: dict[str, dict[bytes, Inverted]] = {}
        self.posting_count = 0

    def add(self, document: schema.Document) -> int:
        """Add one document; its number in the segment to be."""
        number = len(self._documents)
        self._documents.append((document.lengths, document.columns))
        for name, postings in document.postings.items():
            terms = self._fields.setdefault(name, {})
            self.posting_count += len(postings)
            for term, frequency, value in postings:
                inverted = terms.get(term)
                if inverted is None:
                    terms[term] = ([number], [frequency], [value])
                else:
                    inverted[0].append(number)
                    inverted[1].append(frequency)
                    inverted[2].append(value)
        return number

    def write(self, folder: Path) -> StoredSegment:
        """Write the documents as one segment of the store ``folder``; the builder is used up."""
        with _new_segment(folder) as writer:
            for lengths, columns in self._documents:
                writer.add_document(lengths, columns)
            for name in sorted(self._fields):
                terms = self._fields.pop(name)
                writer.start_field(name)
                for term in sorted(terms):
                    writer.add_term(term, terms[term])
                writer.finish_field()
            return writer.finish()


def merge(folder: Path, leaves: Sequence[Leaf]) -> StoredSegment:
    """One segment with the live documents of ``leaves``, in their order."""
    with _new_segment(folder) as writer:
        numbers = [_copy_documents(writer, leaf) for leaf in leaves]
        for name in schema.TERM_FIELDS:
            _copy_terms(writer, name, list(zip(leaves, numbers, strict=True)))
        return writer.finish()


def _copy_documents(writer: SegmentWriter, leaf: Leaf) -> Ints:
    """Copy the live documents; the new number of each old one, -1 where deleted."""
    columns = {name: leaf.column(name) for name in schema.COLUMNS}
    lengths = {
        name: leaf.lengths(name) for name in schema.TERM_FIELDS if schema.SCHEMA[name].scorable
    }
    numbers = np.full(len(leaf), -1, np.int32)
    for old in np.flatnonzero(leaf.live):
        numbers[old] = writer.add_document(
            {name: int(known[old]) for name, known in lengths.items() if known[old]},
            {name: column[old] for name, column in columns.items()},
        )
    return numbers


def _copy_terms(writer: SegmentWriter, name: str, sources: list[tuple[Leaf, Ints]]) -> None:
    streams = [_numbered(leaf, name, at) for at, (leaf, _) in enumerate(sources)]
    started = False
    for term, group in itertools.groupby(heapq.merge(*streams), key=itemgetter(0)):
        inverted: Inverted = ([], [], [])
        for _, at in group:
            _copy_postings(*sources[at], name, term, inverted)
        if inverted[0]:
            if not started:
                started = True
                writer.start_field(name)
            writer.add_term(term, inverted)
    if started:
        writer.finish_field()


def _numbered(leaf: Leaf, name: str, at: int) -> Iterator[tuple[bytes, int]]:
    for term, _ in leaf.vocabulary(name):
        yield term, at


def _copy_postings(leaf: Leaf, numbers: Ints, name: str, term: bytes, inverted: Inverted) -> None:
    """Append the live postings of ``term`` to ``inverted``, renumbered."""
    found = leaf.postings(name, term)
    renumbered = numbers[found.documents]
    keep = np.flatnonzero(renumbered >= 0)
    inverted[0].extend(renumbered[keep].tolist())
    inverted[1].extend(found.frequencies[keep].astype(int).tolist())
    inverted[2].extend(found.value(i) for i in keep.tolist())


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
        tiers.setdefault(int(math.log(max(live, 1), _TIER)), []).append(leaf)
    return next((tier for _, tier in sorted(tiers.items()) if len(tier) >= _TIER), [])
