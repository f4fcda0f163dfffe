"""searchkit's columns as a Whoosh codec: the extension point ``whoosh.codec.base``, both halves.

Floor 4.  ``codecreader`` answers Whoosh's readers from the arrays of a ``Leaf``; ``codecwriter``
takes what Whoosh's ``SegmentWriter`` adds, deletes and merges, and writes the files that ``leaf``
opens.  An index that Whoosh makes of ``schema.build()`` and a ``writer(codec=CODEC)`` is one of
Whoosh's own, table of contents and all; searchkit's own indexes have neither.  Fulfilled are
``Codec``, ``Segment``, ``PerDocumentWriter``, ``FieldWriter``, ``TermsReader``,
``PerDocumentReader``, ``FieldCursor`` and ``Automata``.  Not: files of postings by themselves
(``postings_writer``, ``postings_reader``), storage that is no folder, writers in several
processes (``procs``).
Invariant: a file of columns never changes; deletions are the segment's, beside it.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.codec import base
from whoosh.filedb.filestore import FileStorage

from ...errors import EngineError
from .codecreader import PerDocumentReader, TermsReader
from .codecwriter import Documents, FieldWriter, PerDocumentWriter
from .generations import StoredSegment
from .layout import segment_name
from .leaf import Leaf

INDEX_NAME = segment_name("").split("_")[0]
"""The only name of an index in its folder that the files of segments go by."""


class Segment(base.Segment):
    """Whoosh's description of a segment, which a table of contents keeps: ``stored``, and which
    documents are deleted.  A new one gathers ``documents`` until it is written."""

    def __init__(self, stored: StoredSegment | None = None) -> None:
        super().__init__(INDEX_NAME)
        self.documents = Documents()
        self.deleted: set[int] = set()
        self._stored: StoredSegment | None = None
        self._leaf: Leaf | None = None
        if stored is not None:
            self.settle(stored)

    @classmethod
    def of(cls, leaf: Leaf) -> Segment:
        """The segment that is open as ``leaf``, with the documents deleted that are so there."""
        made = cls(leaf.stored)
        made.deleted = set(np.flatnonzero(~leaf.live).tolist())
        made._leaf = leaf
        return made

    def settle(self, stored: StoredSegment) -> None:
        """The segment has been written as ``stored``."""
        self._stored, self.segid = stored, stored.id
        self.deleted = set(stored.deleted)
        self.documents = Documents()

    def described(self) -> StoredSegment:
        """What a generation says of this segment.  Raises ``EngineError`` for an unwritten one."""
        if self._stored is None:
            raise EngineError(
                "this segment has not been written; several processes cannot share it"
            )
        return replace(self._stored, deleted=tuple(sorted(self.deleted)))

    def leaf(self, storage: Any) -> Leaf:
        """The segment, open; its ``live`` is that of the moment of opening."""
        if self._leaf is None:
            self._leaf = Leaf(folder_of(storage), self.described())
        return self._leaf

    def __reduce__(self) -> tuple[type[Segment], tuple[StoredSegment]]:
        """To another process goes what is written, which that opens anew."""
        return Segment, (self.described(),)

    def codec(self) -> Codec:
        return CODEC

    def should_assemble(self) -> bool:
        return False

    def set_doc_count(self, doccount: int) -> None:
        """Whoosh tells how many documents it added; a segment that was written knows."""
        if self._stored is not None and self._stored.documents != doccount:
            raise EngineError(f"{doccount} documents were added, {self._stored.documents} written")

    def doc_count_all(self) -> int:
        return self._stored.documents if self._stored else len(self.documents.blobs)

    def deleted_count(self) -> int:
        return len(self.deleted)

    def deleted_docs(self) -> Iterator[int]:
        return iter(sorted(self.deleted))

    def delete_document(self, docnum: int, delete: bool = True) -> None:
        if delete:
            self.deleted.add(docnum)
        else:
            self.deleted.discard(docnum)

    def is_deleted(self, docnum: int) -> bool:
        return docnum in self.deleted


class Codec(base.Codec):
    """Reads and writes the segments of searchkit for Whoosh."""

    length_stats = False  # lengths are columns of the file, which is read when it is complete

    def new_segment(self, storage: Any, indexname: str) -> Segment:
        """A segment to be written.  Raises ``EngineError`` where there is no folder to map a file
        from, or for an index of another name than ``INDEX_NAME``."""
        folder_of(storage)
        if indexname != INDEX_NAME:
            raise EngineError(f"an index of columns is named {INDEX_NAME!r}, not {indexname!r}")
        return Segment()

    def per_document_writer(self, storage: Any, segment: Segment) -> PerDocumentWriter:
        return PerDocumentWriter(segment.documents)

    def field_writer(self, storage: Any, segment: Segment) -> FieldWriter:
        return FieldWriter(folder_of(storage), segment.documents, segment.settle)

    def terms_reader(self, storage: Any, segment: Segment) -> TermsReader:
        return TermsReader(segment.leaf(storage))

    def per_document_reader(self, storage: Any, segment: Segment) -> PerDocumentReader:
        return PerDocumentReader(segment.leaf(storage), segment.deleted)

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> Any:
        raise EngineError("a segment is one file, which holds no postings by themselves")

    def postings_reader(self, *_: Any, **__: Any) -> Any:
        raise EngineError("a segment is one file, which holds no postings by themselves")


def folder_of(storage: Any) -> Path:
    """The folder of ``storage``.  Raises ``EngineError`` where it has none."""
    if not isinstance(storage, FileStorage):
        raise EngineError(f"columns are mapped from files, and {storage!r} is no folder")
    return Path(storage.folder)


CODEC = Codec()
