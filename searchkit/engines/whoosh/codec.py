"""searchkit's columns as a Whoosh codec: what Whoosh's own readers read a segment through.

Floor 4.  Whoosh extends its storage by ``whoosh.codec.base``; these classes answer its questions
from the arrays of a ``Leaf``.  Segments are written by ``builder`` and ``merge`` alone, for whole
columns at once: Whoosh's writers go posting by posting.
Invariant: nothing here is pickled, and nothing changes a segment.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from whoosh.codec import base
from whoosh.matching.mcore import Matcher
from whoosh.reading import TermInfo, TermNotFound

from ...errors import EngineError
from .layout import POSTINGS, TEXTS, surfaces
from .leaf import Leaf
from .matcher import ColumnMatcher
from .terms import Terms

_TEXT_OF = {**{name: name for name in TEXTS}, **{surfaces(name): name for name in TEXTS}}
"""The text field that a Whoosh field was made of."""


class Segment(base.Segment):
    """One leaf as Whoosh's description of a segment; deletions are those of its generation."""

    def __init__(self, leaf: Leaf) -> None:
        self.leaf = leaf
        self.indexname, self.segid, self.compound = "MAIN", leaf.stored.id, False

    def codec(self) -> Codec:
        return CODEC

    def doc_count_all(self) -> int:
        return len(self.leaf)

    def deleted_count(self) -> int:
        return len(self.leaf) - self.leaf.live_count()

    def deleted_docs(self) -> Iterator[int]:
        return iter(np.flatnonzero(~self.leaf.live).tolist())

    def delete_document(self, docnum: int, delete: bool = True) -> None:
        raise EngineError("deletions belong to a generation, not to a segment")

    def is_deleted(self, docnum: int) -> bool:
        return docnum < len(self.leaf) and not self.leaf.live[docnum]


class Cursor(base.FieldCursor):
    """A place among the terms of one field; Whoosh reads texts, not bytes, from it."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._at = 0

    def is_valid(self) -> bool:
        return self._at < len(self._terms)

    def text(self) -> str | None:
        return self._terms[self._at].decode() if self.is_valid() else None

    def first(self) -> str | None:
        self._at = 0
        return self.text()

    def find(self, string: str | bytes) -> str | None:
        """Go to the first term that is not before ``string``."""
        self._at = self._terms.least(string.encode() if isinstance(string, str) else string)
        return self.text()

    def next(self) -> str | None:
        self._at += 1
        return self.text()


class TermsReader(base.TermsReader):
    """Terms and postings of one leaf."""

    def __init__(self, leaf: Leaf) -> None:
        self._leaf = leaf

    def _number(self, field: str, term: bytes) -> int:
        return self._leaf.postings(field).terms.find(term) if field in POSTINGS else -1

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._number(*term) >= 0

    def indexed_field_names(self) -> list[str]:
        return sorted(POSTINGS)

    def cursor(self, fieldname: str, fieldobj: Any) -> Cursor:
        return Cursor(self._leaf.postings(fieldname).terms)

    def terms(self) -> Iterator[tuple[str, bytes]]:
        for field in self.indexed_field_names():
            yield from self._from(field, b"")

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        yield from self._from(fieldname, prefix)
        for field in self.indexed_field_names():
            if field > fieldname:
                yield from self._from(field, b"")

    def _from(self, field: str, start: bytes) -> Iterator[tuple[str, bytes]]:
        terms = self._leaf.postings(field).terms
        for number in range(terms.least(start), len(terms)):
            yield field, terms[number]

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        for term in self.terms():
            yield term, self.term_info(*term)

    def items_from(
        self, fieldname: str, prefix: bytes
    ) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        for term in self.terms_from(fieldname, prefix):
            yield term, self.term_info(*term)

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        number = self._number(fieldname, text)
        if number < 0:
            raise KeyError((fieldname, text))
        postings = self._leaf.postings(fieldname)
        here = postings.slice(number)
        documents, frequencies = postings.documents[here], postings.frequencies[here]
        info = {"df": len(documents), "minid": int(documents[0]), "maxid": int(documents[-1])}
        if fieldname not in _TEXT_OF:
            return TermInfo(weight=len(documents), minlength=1, maxlength=1, maxweight=1, **info)
        lengths = self._leaf.lengths(_TEXT_OF[fieldname])[documents]
        return TermInfo(
            weight=int(frequencies.sum(dtype=np.int64)),
            minlength=int(lengths.min()),
            maxlength=int(lengths.max()),
            maxweight=int(frequencies.max()),
            **info,
        )

    def frequency(self, fieldname: str, text: bytes) -> int:
        return int(self.term_info(fieldname, text).weight())

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        number = self._number(fieldname, text)
        return self._leaf.postings(fieldname).holding(number) if number >= 0 else 0

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> Matcher:
        number = self._number(fieldname, text)
        if number < 0:
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        return ColumnMatcher(self._leaf, fieldname, number, format_, scorer)


class PerDocumentReader(base.PerDocumentReader):
    """What one leaf knows by document number."""

    def __init__(self, leaf: Leaf) -> None:
        self._leaf = leaf

    def doc_count(self) -> int:
        return self._leaf.live_count()

    def doc_count_all(self) -> int:
        return len(self._leaf)

    def has_deletions(self) -> bool:
        return not bool(self._leaf.live.all())

    def is_deleted(self, docnum: int) -> bool:
        # Whoosh's InverseMatcher also asks about the number after the last one.
        return docnum < len(self._leaf) and not self._leaf.live[docnum]

    def deleted_docs(self) -> list[int]:
        deleted: list[int] = np.flatnonzero(~self._leaf.live).tolist()
        return deleted

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        if fieldname not in _TEXT_OF:
            return default
        return int(self._leaf.lengths(_TEXT_OF[fieldname])[docnum]) or default

    def field_length(self, fieldname: str) -> int:
        return self._leaf.stored.lengths.get(_TEXT_OF.get(fieldname, ""), 0)

    def min_field_length(self, fieldname: str) -> int:
        return int(self._leaf.lengths(_TEXT_OF[fieldname]).min(initial=0))

    def max_field_length(self, fieldname: str) -> int:
        return int(self._leaf.lengths(_TEXT_OF[fieldname]).max(initial=0))

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        return {"id": self._leaf.id(docnum)}


class Codec(base.Codec):
    """Reads the segments of searchkit for Whoosh."""

    def terms_reader(self, storage: Any, segment: Segment) -> TermsReader:
        return TermsReader(segment.leaf)

    def per_document_reader(self, storage: Any, segment: Segment) -> PerDocumentReader:
        return PerDocumentReader(segment.leaf)

    def _not_here(self, *_: Any) -> Any:
        raise EngineError("segments are written whole, and hold no files of postings")

    per_document_writer = field_writer = new_segment = _not_here
    postings_writer = postings_reader = _not_here


CODEC = Codec()
