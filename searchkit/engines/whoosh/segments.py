"""Segments: built from documents in memory, merged term by term, kept few.

Floor 4.  Writes through Whoosh's codec interface alone, so neither its segment writer, its
sorting pool nor its merge policies take part.  Invariant: a segment is complete, synced and
described by its SHA-256 before anything names it.
"""

from __future__ import annotations

import heapq
import itertools
import math
import shutil
from collections.abc import Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from . import schema
from .codec import CODEC, INDEX_NAME, Ints
from .generations import StoredSegment, stored_file
from .leaf import Leaf
from .storage import StoreStorage

_TIER = 8
"""So many segments of about one size are merged into one; sizes differ by the same factor."""

_DELETED_SHARE = 0.33
"""A segment with a larger share of deleted documents is written anew without them."""


class SegmentWriter:
    """Writes one segment into ``folder``: documents first, then terms in order."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._storage = StoreStorage(folder)
        self._segment = CODEC.new_segment(self._storage, INDEX_NAME)
        self._documents = CODEC.per_document_writer(self._storage, self._segment)
        self._terms = CODEC.field_writer(self._storage, self._segment)
        self._count = 0
        self._lengths: dict[str, list[int]] = {}

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

    def add_term(self, term: bytes, postings: Iterator[tuple[int, float, bytes]]) -> None:
        """Add one term of the field begun; ``postings`` are ascending by document."""
        add = self._terms.add
        self._terms.start_term(term)
        for document, frequency, value in postings:
            add(document, frequency, value, None)
        self._terms.finish_term()

    def finish(self) -> StoredSegment:
        """Close the segment into one file, sync it and describe it."""
        self._documents.close()
        self._terms.close()
        segment = self._segment
        segment.set_doc_count(self._count)
        segment.create_compound_file(self._storage)
        self._remove_temporary()
        file = stored_file(self._folder / segment.make_filename(segment.COMPOUND_EXT))
        lengths = {name: int(n) for name, n in sorted(segment._fieldlengths.items())}
        return StoredSegment(segment.segid, file, self._count, lengths)

    def abandon(self) -> None:
        """Delete whatever was written."""
        for entry in self._folder.glob(f"{self._segment.segment_id()}.*"):
            entry.unlink(missing_ok=True)
        self._remove_temporary()

    def _remove_temporary(self) -> None:
        shutil.rmtree(self._storage.temp_folder, ignore_errors=True)


class SegmentBuilder:
    """Collects documents and inverts them in memory, until ``write`` makes a segment of them."""

    def __init__(self) -> None:
        self.documents: list[schema.Document] = []
        self.posting_count = 0

    def add(self, document: schema.Document) -> int:
        """Add one document; its number in the segment to be."""
        self.documents.append(document)
        self.posting_count += len(document.postings)
        return len(self.documents) - 1

    def write(self, folder: Path) -> StoredSegment:
        """Write the documents as one segment of the store ``folder``."""
        writer = SegmentWriter(folder)
        try:
            for document in self.documents:
                writer.add_document(document.lengths, document.columns)
            for name, terms in self._inverted():
                writer.start_field(name)
                for term in sorted(terms):
                    writer.add_term(term, iter(terms[term]))
                writer.finish_field()
            return writer.finish()
        except BaseException:
            writer.abandon()
            raise

    def _inverted(self) -> Iterator[tuple[str, dict[bytes, list[tuple[int, float, bytes]]]]]:
        fields: dict[str, dict[bytes, list[tuple[int, float, bytes]]]] = {}
        for number, document in enumerate(self.documents):
            for name, term, frequency, value in document.postings:
                terms = fields.get(name)
                if terms is None:
                    terms = fields[name] = {}
                posting = (number, float(frequency), value)
                if term in terms:
                    terms[term].append(posting)
                else:
                    terms[term] = [posting]
        for name in sorted(fields):
            yield name, fields.pop(name)


def merge(folder: Path, leaves: Sequence[Leaf]) -> StoredSegment:
    """One segment with the live documents of ``leaves``, in their order."""
    writer = SegmentWriter(folder)
    try:
        numbers = [_copy_documents(writer, leaf) for leaf in leaves]
        for name in schema.TERM_FIELDS:
            _copy_terms(writer, name, list(zip(leaves, numbers, strict=True)))
        return writer.finish()
    except BaseException:
        writer.abandon()
        raise


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
        postings = [
            posting for _, at in group for posting in _live_postings(*sources[at], name, term)
        ]
        if postings:
            if not started:
                started = True
                writer.start_field(name)
            writer.add_term(term, iter(postings))
    if started:
        writer.finish_field()


def _numbered(leaf: Leaf, name: str, at: int) -> Iterator[tuple[bytes, int]]:
    for term, _ in leaf.vocabulary(name):
        yield term, at


def _live_postings(
    leaf: Leaf, numbers: Ints, name: str, term: bytes
) -> Iterator[tuple[int, float, bytes]]:
    found = leaf.postings(name, term)
    values = found.values or (b"",) * len(found.documents)
    renumbered = numbers[found.documents].tolist()
    for number, frequency, value in zip(
        renumbered, found.frequencies.tolist(), values, strict=True
    ):
        if number >= 0:
            yield number, frequency, value


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
