"""The Whoosh codec as searchkit uses it: stock files, names of our own, postings as arrays.

Floor 4.  The only module that knows how postings lie on disk, so another codec replaces it and
nothing else.  Invariant: a term's documents come back ascending, deleted ones included.
"""

from __future__ import annotations

import io
import pickle
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from whoosh.codec.whoosh3 import (
    WHOOSH3_HEADER_MAGIC,
    W3Codec,
    W3PerDocReader,
    W3Segment,
    W3TermInfo,
    W3TermsReader,
)
from whoosh.system import _INT_SIZE, unpack_int
from whoosh.util.numeric import byte_to_length

from .storage import random_name

INDEX_NAME = "MAIN"

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

_LENGTHS: Floats = np.array([byte_to_length(n) for n in range(256)], dtype=np.float64)
"""Whoosh keeps a field length in one byte; the decoded lengths, by that byte."""


class Postings(NamedTuple):
    """The documents of one term, how often each holds it, and their packed positions."""

    documents: Ints
    frequencies: Floats
    values: tuple[bytes, ...] | None


NO_POSTINGS = Postings(np.empty(0, np.int32), np.empty(0), ())


class Segment(W3Segment):  # type: ignore[misc,unused-ignore]
    """A segment named from ``secrets``: Whoosh's names come from the global ``random``, so
    seeding it twice made two segments collide (retired when Whoosh does the same)."""

    @classmethod
    def _random_id(cls, size: int = 16) -> str:
        return random_name()


class TermsReader(W3TermsReader):  # type: ignore[misc,unused-ignore]
    """Terms and postings of one segment, without any shared file position."""

    def postings(self, field: str, term: bytes) -> Postings:
        """Every posting of ``term`` in ``field``; none where the segment lacks it."""
        key = self._keycoder(field, term)
        for position, length in self._tindex.ranges_for_key(key):
            info = W3TermInfo.from_bytes(self._dbfile.get(position, length))
            offset, size = info.extent()
            return _decode(self._postfile.get(offset, size))
        return NO_POSTINGS

    def frequency_of(self, field: str, term: bytes) -> int:
        """In how many documents ``term`` occurs, deleted ones included."""
        key = self._keycoder(field, term)
        for position, _ in self._tindex.ranges_for_key(key):
            return int(W3TermInfo.read_doc_freq(self._dbfile, position))
        return 0

    def vocabulary(self, field: str, prefix: bytes = b"") -> Iterator[tuple[bytes, int]]:
        """(term, document frequency) of ``field``, in byte order, from those with ``prefix``."""
        if field not in self._fieldmap:
            return
        start = self._keycoder(field, prefix)
        skip = len(start) - len(prefix)
        for at, size, data, _ in self._tindex.ranges_from(start):
            key = self._dbfile.get(at, size)
            if not key.startswith(start):
                return
            yield key[skip:], int(W3TermInfo.read_doc_freq(self._dbfile, data))


def _decode(data: bytes) -> Postings:
    """Whoosh's posting blocks: a length, pickled block facts, then pickled columns that may be
    compressed; the last block has a negative length (``W3PostingsWriter._write_block``)."""
    if data[:4] != WHOOSH3_HEADER_MAGIC:
        raise ValueError("postings without their header")
    documents: list[Ints] = []
    frequencies: list[Floats] = []
    values: list[bytes] | None = []
    at, last = 4, False
    while not last:
        length = unpack_int(data[at : at + _INT_SIZE])[0]
        last, length = length < 0, abs(length)
        at += _INT_SIZE
        block = io.BytesIO(data[at : at + length])
        at += length
        count, _, _, compressed, _, _ = pickle.load(block)  # noqa: S301
        rest = block.read()
        ids, weights, payload = pickle.loads(  # noqa: S301
            zlib.decompress(rest) if compressed else rest
        )
        documents.append(np.cumsum(np.array(ids, np.int32), dtype=np.int32))
        frequencies.append(_frequencies(weights, count))
        if payload is None or values is None:
            values = None
        else:
            values.extend(payload)
    if len(documents) == 1:
        return Postings(documents[0], frequencies[0], None if values is None else tuple(values))
    return Postings(
        np.concatenate(documents),
        np.concatenate(frequencies),
        None if values is None else tuple(values),
    )


def _frequencies(weights: Any, count: int) -> Floats:
    if weights is None:
        return np.ones(count)
    if isinstance(weights, float):
        return np.full(count, weights)
    return np.array(weights, np.float64)


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
    """Whoosh's third codec with the readers above."""

    def terms_reader(self, storage: Any, segment: Any) -> TermsReader:
        name = segment.make_filename(self.TERMS_EXT)
        return TermsReader(
            self,
            storage.open_file(name),
            storage.file_length(name),
            segment.open_file(storage, self.POSTS_EXT),
        )

    def per_document_reader(self, storage: Any, segment: Any) -> PerDocReader:
        return PerDocReader(storage, segment)

    def new_segment(self, storage: Any, indexname: str) -> Segment:
        return Segment(self, indexname)


CODEC = Codec()
