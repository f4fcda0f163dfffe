"""One segment, open for reading: its terms, its postings and its columns as arrays.

Floor 4.  Invariant: a leaf never changes after it is opened but for ``live``, which only the
writer's own leaves lose documents from; several threads may read it at once.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np

from ...article import Article
from ...packing import unpack
from . import shape
from .columns import Array, Bools, ColumnFile
from .faults import Unsound
from .generations import StoredSegment
from .layout import ARTICLES, ARTICLES_AT, WHEN
from .postings import Postings
from .scoring import scales
from .stored import periods


class Leaf:
    """The segment that ``stored`` describes, in the store folder ``folder``."""

    def __init__(self, folder: Path, stored: StoredSegment) -> None:
        self.stored = stored
        self._file = ColumnFile(folder / stored.file.name)
        # Before anything as long as the segment is made: the count is only a number in a file.
        shape.check(self._file.table, stored.documents)
        self.live: Bools = np.ones(stored.documents, np.bool_)
        self.live[list(stored.deleted)] = False
        self.whole = not stored.deleted
        self._fields: dict[str, Postings] = {}
        self._values: dict[str, list[str]] = {}
        self._scales: dict[tuple[str, float], Array] = {}

    def __len__(self) -> int:
        """Documents, deleted ones included."""
        return self.stored.documents

    def live_count(self) -> int:
        return int(np.count_nonzero(self.live))

    def column(self, name: str) -> Array:
        """A column of the file, by its full name."""
        return self._file.column(name)

    def forget(self) -> None:
        """Let go of the memory of what was read of the file so far."""
        self._file.forget()

    def postings(self, field: str) -> Postings:
        """The postings of a field of ``layout.POSTINGS``."""
        known = self._fields.get(field)
        if known is None:
            known = self._fields[field] = Postings(self._file, field, len(self))
        return known

    def forms(self, name: str, stem: int) -> Array:
        """The numbers of the surfaces that the stem number ``stem`` of a text field has."""
        forms, at = self.column(f"{name}.forms"), self.column(f"{name}.forms_at")
        start, end = int(at[stem]), int(at[stem + 1])
        if not start <= end <= len(forms):
            raise Unsound(f"stem {stem} of {name} has forms that are not there")
        return forms[start:end]

    def values(self, name: str) -> list[str]:
        """The values of a keyword field, in the order of their numbers; kept."""
        known = self._values.get(name)
        if known is None:
            known = [term.decode() for term in self.postings(name).terms.listed()]
            self._values[name] = known
        return known

    def lengths(self, name: str) -> Array:
        """Tokens of the text field ``name`` in each document."""
        return self._file.column(f"{name}.lengths")

    def scales(self, name: str, average: float) -> Array:
        """What ``scoring.scales`` makes of the lengths of a text field; kept."""
        known = self._scales.get((name, average))
        if known is None:
            known = self._scales[name, average] = scales(self.lengths(name), average)
        return known

    def when(self, part: str) -> Array:
        """One part of ``stored.WHEN`` for each document."""
        return self._file.column(f"{WHEN}.{part}")

    @cached_property
    def dated(self) -> Bools:
        """Which documents have a date."""
        return self.when("first") > 0

    @cached_property
    def newest(self) -> Array:
        """Ascending in the order newest first, undated last: seconds, negated."""
        return np.where(self.dated, -self.when("second"), np.iinfo(np.int64).max)

    @cached_property
    def oldest(self) -> Array:
        """Ascending in the order oldest first, undated last: seconds."""
        return np.where(self.dated, self.when("second"), np.iinfo(np.int64).max)

    @cached_property
    def forces(self) -> Array:
        """The force of each document: the number of its value and one more, 0 for none."""
        codes = self.column("force.codes")
        if codes.max(initial=0) > len(self.postings("force").terms):
            raise Unsound("a document has a force that is not there")
        return codes

    @cached_property
    def _periods(self) -> dict[str, tuple[Array, list[str]]]:
        return {}

    def periods(self, kind: str) -> tuple[Array, list[str]]:
        """A code for each document, and what each code stands for: the period of ``kind`` (of
        ``fields.PERIODS``), ``undated``, or empty where a date is not known so precisely."""
        known = self._periods.get(kind)
        if known is None:
            known = self._periods[kind] = periods(self.when("first"), self.when("last"), kind)
        return known

    @cached_property
    def _blobs(self) -> tuple[memoryview, Array]:
        return self.column(ARTICLES).data, self.column(ARTICLES_AT)

    @cached_property
    def _id_codes(self) -> Array:
        return self.column("id.codes")

    def id(self, document: int) -> str:
        """The article id of one document."""
        code = int(self._id_codes[document])
        if code < 1:
            raise Unsound(f"document {document} has no id")
        return self.postings("id").terms[code - 1].decode()

    def blob(self, document: int) -> bytes:
        """The stored article of one document, as it is stored."""
        data, at = self._blobs
        start, end = int(at[document]), int(at[document + 1])
        if not start <= end <= len(data):
            raise Unsound(f"the article of document {document} is not there")
        return data[start:end].tobytes()

    def article(self, document: int) -> Article:
        """The stored article of one document."""
        return unpack(self.blob(document))

    def find(self, article_id: str) -> int | None:
        """The live document of ``article_id``, if there is one."""
        ids = self.postings("id")
        number = ids.terms.find(article_id.encode())
        if number >= 0:
            for document in ids.held(number).tolist():
                if self.live[document]:
                    return int(document)
        return None

    def drop(self, article_ids: list[str]) -> None:
        """Mark the documents of ``article_ids`` as deleted."""
        ids = self.postings("id")
        for number in ids.terms.find_all([article_id.encode() for article_id in article_ids]):
            self.live[ids.held(number)] = False
            self.whole = False
