"""The Whoosh codec as searchkit uses it: stock files, names of our own, postings as columns.

Floor 4.  The only module that knows which files a segment is made of, so another codec replaces
it and nothing else.  Invariant: a term's documents come back ascending, deleted ones included.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from whoosh.codec.whoosh3 import (
    W3Codec,
    W3FieldWriter,
    W3PerDocReader,
    W3Segment,
    W3TermsReader,
)
from whoosh.system import pack_ushort
from whoosh.util.numeric import byte_to_length

from .blocks import NO_POSTINGS, Floats, Postings, decode, encode
from .storage import random_name

INDEX_NAME = "MAIN"

_ENTRY = struct.Struct("<Iqq")
"""A term's entry: number of postings, then offset and size of their bytes."""

_LENGTHS: Floats = np.array([byte_to_length(n) for n in range(256)], dtype=np.float64)
"""Whoosh keeps a field length in one byte; the decoded lengths, by that byte."""


class Segment(W3Segment):  # type: ignore[misc,unused-ignore]
    """A segment named from ``secrets``: Whoosh's names come from the global ``random``, so
    seeding it twice made two segments collide (retired when Whoosh does the same)."""

    @classmethod
    def _random_id(cls, size: int = 16) -> str:
        return random_name()


class FieldWriter(W3FieldWriter):  # type: ignore[misc,unused-ignore]
    """Writes terms whole, into Whoosh's ordered hash and a file of posting columns."""

    def add_term(
        self,
        term: bytes,
        documents: Sequence[int],
        frequencies: Sequence[int],
        values: Sequence[bytes],
    ) -> None:
        """Add one term of the field begun; its postings are ascending by document."""
        data = encode(documents, frequencies, values)
        entry = _ENTRY.pack(len(documents), self._postfile.tell(), len(data))
        self._postfile.write(data)
        self._tindex.add(pack_ushort(self._fieldid) + term, entry)


class TermsReader(W3TermsReader):  # type: ignore[misc,unused-ignore]
    """Terms and postings of one segment, without any shared file position."""

    def postings(self, field: str, term: bytes) -> Postings:
        """Every posting of ``term`` in ``field``; none where the segment lacks it."""
        count, offset, size = self._entry(field, term)
        return decode(self._postfile.get(offset, size), count) if count else NO_POSTINGS

    def frequency_of(self, field: str, term: bytes) -> int:
        """In how many documents ``term`` occurs, deleted ones included."""
        return self._entry(field, term)[0]

    def _entry(self, field: str, term: bytes) -> tuple[int, int, int]:
        for position, length in self._tindex.ranges_for_key(self._keycoder(field, term)):
            count, offset, size = _ENTRY.unpack(self._dbfile.get(position, length))
            return count, offset, size
        return 0, 0, 0

    def vocabulary(self, field: str, prefix: bytes = b"") -> Iterator[tuple[bytes, int]]:
        """(term, document frequency) of ``field``, in byte order, of those with ``prefix``."""
        if field not in self._fieldmap:
            return
        start = self._keycoder(field, prefix)
        skip = len(start) - len(prefix)
        for at, size, data, length in self._tindex.ranges_from(start):
            key = self._dbfile.get(at, size)
            if not key.startswith(start):
                return
            yield key[skip:], _ENTRY.unpack(self._dbfile.get(data, length))[0]


class PerDocReader(W3PerDocReader):  # type: ignore[misc,unused-ignore]
    """What a segment knows by document number."""

    def field_lengths(self, field: str) -> Floats:
        """Tokens of ``field`` in each document, as precisely as Whoosh keeps them."""
        lengths = np.zeros(self._doccount)
        column = f"_{field}_len"
        if self.has_column(column):
            file, base, size = self._get_column_file(column)
            codes = np.frombuffer(file.get(base, size), np.uint8)[: self._doccount]
            lengths[: len(codes)] = _LENGTHS[codes]
        return lengths


class Codec(W3Codec):  # type: ignore[misc,unused-ignore]
    """Whoosh's third codec with the readers and writers above."""

    def terms_reader(self, storage: Any, segment: Any) -> TermsReader:
        name = segment.make_filename(self.TERMS_EXT)
        return TermsReader(
            self,
            storage.open_file(name),
            storage.file_length(name),
            segment.open_file(storage, self.POSTS_EXT),
        )

    def field_writer(self, storage: Any, segment: Any) -> FieldWriter:
        return FieldWriter(self, storage, segment)

    def per_document_reader(self, storage: Any, segment: Any) -> PerDocReader:
        return PerDocReader(storage, segment)

    def new_segment(self, storage: Any, indexname: str) -> Segment:
        return Segment(self, indexname)


CODEC: Any = Codec()


def stored_segment(segment_id: str, documents: int) -> Any:
    """The Whoosh segment of that id, all its documents live."""
    return Segment(CODEC, INDEX_NAME, documents, segment_id)
