"""The writing half of the codec: what Whoosh's ``SegmentWriter`` hands over, as columns.

Floor 4.  Whoosh tells the values of a document, then, at the end, all postings by field, term and
document; both are gathered in arrays and written whole, by the functions that ``builder`` writes
with.  Held is what ``schema`` has: frequencies, positions, lengths, the stored ``article``, the
columns of ``WHEN_FIELDS``.  Refused, as ``EngineError``: other fields and columns, term vectors,
boosts (weights that are no frequencies), other posting values, articles without an ``id``.
Invariant: what is written is what ``builder`` would have written of the same articles.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.codec import base

from ...analysis import stem
from ...errors import EngineError
from ...fields import KEYWORDS, TEXTS
from ...packing import unpack
from ...prepared import signature_of
from ...shingles import signatures_of
from .columns import ColumnWriter
from .generations import StoredSegment
from .layout import (
    CODED,
    POSTINGS,
    new_segment,
    surfaces,
    write_articles,
    write_codes,
    write_forms,
    write_periods,
    write_signatures,
)
from .postings import Inverted, write_postings
from .schema import ARTICLE, TEXT_OF, WHEN_FIELDS
from .stored import WHEN

_PLACE = array("I").itemsize


class Documents:
    """What is known of the documents of a segment beside their postings, in their order."""

    def __init__(self) -> None:
        self.blobs: list[bytes] = []
        self.when: list[tuple[int, ...]] = []
        self.lengths = {name: array("I") for name in TEXTS}


class PerDocumentWriter(base.PerDocumentWriter):
    """Gathers the values of one document after the other in ``documents``."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._open = False
        self.is_closed = False

    def start_doc(self, docnum: int) -> None:
        if self._open or docnum != len(self._documents.blobs):
            # Whoosh keeps the postings of a document that failed, for the next one.
            raise EngineError("a document could not be added: cancel this writer")
        self._open = True
        self._blob = b""
        self._lengths: dict[str, int] = {}
        self._when = dict.fromkeys(WHEN_FIELDS, 0)

    def add_field(self, fieldname: str, fieldobj: Any, value: Any, length: int) -> None:
        if fieldname == ARTICLE:
            self._blob = value
        elif fieldname in TEXT_OF:
            name = TEXT_OF[fieldname]
            if self._lengths.setdefault(name, length) != length:
                raise EngineError(f"{name} and {surfaces(name)} must be given the same text")

    def add_column_value(self, fieldname: str, columnobj: Any, value: int) -> None:
        if fieldname not in self._when:
            raise EngineError(f"there is no column for {fieldname}")
        self._when[fieldname] = value

    def add_vector_items(self, fieldname: str, fieldobj: Any, items: Any) -> None:
        raise EngineError(f"term vectors are not held, of {fieldname} or any field")

    def cancel_doc(self) -> None:
        """Whoosh gives up the document; the writer can only be cancelled now."""

    def finish_doc(self) -> None:
        if not self._blob:
            raise EngineError(f"a document without its {ARTICLE!r} cannot be added")
        self._open = False
        self._documents.blobs.append(self._blob)
        self._documents.when.append(tuple(self._when.values()))
        for name, column in self._documents.lengths.items():
            column.append(self._lengths.get(name, 0))

    def close(self) -> None:
        self.is_closed = True


class FieldWriter(base.FieldWriter):
    """Gathers postings, and writes the segment when it is closed; nothing where none came, as when
    Whoosh's writer is cancelled.  ``settle`` is told what was written."""

    def __init__(
        self, folder: Path, documents: Documents, settle: Callable[[StoredSegment], None]
    ) -> None:
        self._folder, self._documents, self._settle = folder, documents, settle
        self._fields: dict[str, _Gathered] = {}
        self.is_closed = False

    def start_field(self, fieldname: str, fieldobj: Any) -> None:
        if fieldname not in POSTINGS:
            raise self._refused(f"there are no columns for postings of {fieldname}")
        self._current = self._fields[fieldname] = _Gathered(fieldname)

    def start_term(self, text: bytes) -> None:
        self._current.start(text)

    def add(self, docnum: int, weight: float, vbytes: bytes, length: int) -> None:
        if docnum >= len(self._documents.blobs):
            raise self._refused(f"document {docnum} could not be added: cancel this writer")
        try:
            self._current.add(docnum, weight, vbytes)
        except EngineError as error:
            raise self._refused(str(error)) from error

    def _refused(self, reason: str) -> EngineError:
        """The error for ``reason``; what came before it is dropped, so that a writer that is then
        cancelled can close this one."""
        self._fields = {}
        return EngineError(reason)

    def finish_term(self) -> None:
        """The next term or field says as much."""

    def close(self) -> None:
        self.is_closed = True
        if not self._fields:
            return
        documents = self._documents
        lengths = {name: np.array(held, np.uint32) for name, held in documents.lengths.items()}
        with new_segment(self._folder) as segment:
            sizes = np.fromiter(map(len, documents.blobs), np.int64, len(documents.blobs))
            write_articles(segment.writer, b"".join(documents.blobs), sizes)
            for name in TEXTS:
                self._write_text(segment.writer, name)
            for name in KEYWORDS:
                self._write_keyword(segment.writer, name)
            write_periods(segment.writer, np.array(documents.when, WHEN))
            signed = [signature_of(unpack(blob)) for blob in documents.blobs]
            write_signatures(segment.writer, signatures_of(signed))
            self._settle(segment.finish(len(documents.blobs), lengths))

    def _write_text(self, writer: ColumnWriter, name: str) -> None:
        stems, words = self._inverted(name), self._inverted(surfaces(name))
        write_postings(writer, name, stems)
        write_postings(writer, surfaces(name), words)
        numbers = {term: number for number, term in enumerate(stems.terms)}
        stem_of = [numbers.get(stem(word.decode()).encode(), -1) for word in words.terms]
        write_forms(writer, name, np.array(stem_of, np.int64), len(stems.terms))

    def _write_keyword(self, writer: ColumnWriter, name: str) -> None:
        inverted = self._inverted(name)
        write_postings(writer, name, inverted)
        if name in CODED:
            count, held = len(self._documents.blobs), inverted.documents
            if len(np.unique(held)) != len(held) or (name == "id" and len(held) != count):
                raise EngineError(f"a document has one {name!r}")
            write_codes(writer, name, inverted.sizes, held, count)

    def _inverted(self, field: str) -> Inverted:
        return self._fields.get(field, _Gathered(field)).inverted()


class _Gathered:
    """The postings of one field, as they come: by term, then by document."""

    def __init__(self, field: str) -> None:
        self._field = field
        self._counted = field in TEXT_OF
        self._placed = self._counted and field != TEXT_OF[field]
        self._terms: list[bytes] = []
        self._starts = array("L")
        self._documents = array("i")
        self._frequencies = array("I")
        self._positions = array("I")

    def start(self, term: bytes) -> None:
        self._terms.append(term)
        self._starts.append(len(self._documents))

    def add(self, document: int, weight: float, value: bytes) -> None:
        """Raises ``EngineError`` where the posting says what the columns cannot hold."""
        frequency = int(weight)
        if frequency != weight or frequency < 1 or not (self._counted or frequency == 1):
            raise EngineError(f"a weight of {weight} in {self._field} is no frequency: no boosts")
        if len(value) != (frequency * _PLACE if self._placed else 0):
            raise EngineError(f"{self._field} has postings with values that are not held")
        if len(self._documents) > self._starts[-1] and self._documents[-1] >= document:
            raise EngineError(f"{self._terms[-1]!r} came twice for one document: cancel the writer")
        self._documents.append(document)
        self._frequencies.append(frequency)
        self._positions.frombytes(value)

    def inverted(self) -> Inverted:
        sizes = np.diff(np.array([*self._starts, len(self._documents)], np.int64))
        return Inverted(
            self._terms,
            sizes,
            np.array(self._documents, np.int32),
            np.array(self._frequencies, np.uint32) if self._counted else None,
            np.array(self._positions, np.uint32) if self._placed else None,
        )
