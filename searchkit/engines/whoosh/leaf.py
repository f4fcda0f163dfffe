"""One segment, open for reading: its terms, its postings and its columns as arrays.

Floor 4.  Invariant: a leaf never changes after it is opened but for ``live``, which only the
writer's own leaves lose documents from; several threads may read it at once.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...article import Article
from . import schema
from .blocks import Floats, Postings
from .codec import CODEC, stored_segment
from .generations import StoredSegment
from .storage import SegmentStorage

Bools = npt.NDArray[np.bool_]
_WHEN = np.dtype([("first", ">i4"), ("last", ">i4"), ("second", ">i8")])


class Leaf:
    """The segment that ``stored`` describes, in the store folder ``folder``."""

    def __init__(self, folder: Path, stored: StoredSegment) -> None:
        self.stored = stored
        segment = stored_segment(stored.id, stored.documents)
        storage = SegmentStorage(folder / stored.file.name)
        self._terms: Any = CODEC.terms_reader(storage, segment)
        self._documents: Any = CODEC.per_document_reader(storage, segment)
        self.live: Bools = np.ones(stored.documents, np.bool_)
        self.live[list(stored.deleted)] = False

    def __len__(self) -> int:
        """Documents, deleted ones included."""
        return self.stored.documents

    def live_count(self) -> int:
        return int(np.count_nonzero(self.live))

    def postings(self, field: str, term: bytes) -> Postings:
        found: Postings = self._terms.postings(field, term)
        return found

    def frequency(self, field: str, term: bytes) -> int:
        """Documents with ``term``, deleted ones included."""
        return int(self._terms.frequency_of(field, term))

    def vocabulary(self, field: str, prefix: bytes = b"") -> Iterator[tuple[bytes, int]]:
        """(term, document frequency) in byte order."""
        found: Iterator[tuple[bytes, int]] = self._terms.vocabulary(field, prefix)
        return found

    def lengths(self, field: str) -> Floats:
        """Tokens of ``field`` in each document."""
        known = self._lengths.get(field)
        if known is None:
            known = self._lengths[field] = self._documents.field_lengths(field)
        return known

    @cached_property
    def _lengths(self) -> dict[str, Floats]:
        return {}

    def column(self, name: str) -> Any:
        """Whoosh's reader of a column: ``column(name)[document]``."""
        return self._documents.column_reader(name, schema.SCHEMA[name].column_type)

    @cached_property
    def _articles(self) -> Any:
        return self.column(schema.ARTICLE)

    @cached_property
    def when(self) -> npt.NDArray[Any]:
        """First day, last day and first second of each document; zeros where undated."""
        file, base, size = self._documents._get_column_file(schema.WHEN)
        return np.frombuffer(file.get(base, size), _WHEN)

    @cached_property
    def _ids(self) -> Any:
        return self.column(schema.ID)

    def id(self, document: int) -> str:
        """The article id of one document."""
        return bytes(self._ids[document]).decode()

    def article(self, document: int) -> Article:
        """The stored article of one document."""
        return Article.from_json(zlib.decompress(self._articles[document]))

    def find(self, article_id: str) -> int | None:
        """The live document of ``article_id``, if there is one."""
        for document in self.postings(schema.ID, article_id.encode()).documents:
            if self.live[document]:
                return int(document)
        return None
