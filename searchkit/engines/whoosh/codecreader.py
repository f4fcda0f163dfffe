"""The reading half of the codec: what Whoosh's readers read a segment through.

Floor 4.  Terms, postings, lengths, columns of numbers and stored fields, each from the arrays of a
``Leaf``.  Stored are ``id`` and ``article``, the latter as ``packing.unpack`` takes it; columns
are the parts of ``stored.WHEN``.  There are no term vectors.
Invariant: nothing here changes a segment.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from collections.abc import Iterator, Set
from functools import lru_cache
from typing import Any

import numpy as np
from whoosh import columns
from whoosh.codec import base
from whoosh.matching.mcore import Matcher
from whoosh.reading import TermInfo, TermNotFound

from .columns import Array
from .layout import POSTINGS
from .leaf import Leaf
from .matcher import ColumnMatcher
from .schema import ARTICLE, TEXT_OF, WHEN_FIELDS
from .stored import WHEN
from .terms import Terms

_REMEMBERED = 10_000
"""So many terms are remembered with their numbers."""

_PART_OF = dict(zip(WHEN_FIELDS, WHEN.names or (), strict=True))


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
        # Whoosh asks for the frequency of a term once for each segment and scorer.
        self._number = lru_cache(_REMEMBERED)(self._find)

    def _find(self, field: str, term: bytes) -> int:
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
        if fieldname not in TEXT_OF:
            return TermInfo(weight=len(documents), minlength=1, maxlength=1, maxweight=1, **info)
        lengths = self._leaf.lengths(TEXT_OF[fieldname])[documents]
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
    """What one leaf knows by document number; ``deleted`` may grow while it is open."""

    def __init__(self, leaf: Leaf, deleted: Set[int]) -> None:
        self._leaf = leaf
        self._deleted = deleted

    def doc_count(self) -> int:
        return len(self._leaf) - len(self._deleted)

    def doc_count_all(self) -> int:
        return len(self._leaf)

    def has_deletions(self) -> bool:
        return bool(self._deleted)

    def is_deleted(self, docnum: int) -> bool:
        return docnum in self._deleted

    def deleted_docs(self) -> list[int]:
        return sorted(self._deleted)

    def supports_columns(self) -> bool:
        return True

    def has_column(self, fieldname: str) -> bool:
        return fieldname in _PART_OF

    def list_columns(self) -> list[str]:
        return list(_PART_OF)

    def column_reader(self, fieldname: str, column: Any) -> Numbers:
        return Numbers(self._leaf.when(_PART_OF[fieldname]))

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        if fieldname not in TEXT_OF:
            return default
        return int(self._leaf.lengths(TEXT_OF[fieldname])[docnum]) or default

    def field_length(self, fieldname: str) -> int:
        return self._leaf.stored.lengths.get(TEXT_OF.get(fieldname, ""), 0)

    def min_field_length(self, fieldname: str) -> int:
        return int(self._leaf.lengths(TEXT_OF[fieldname]).min())

    def max_field_length(self, fieldname: str) -> int:
        return int(self._leaf.lengths(TEXT_OF[fieldname]).max())

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        return {"id": self._leaf.id(docnum), ARTICLE: self._leaf.blob(docnum)}


class Numbers(columns.ColumnReader):
    """One number for each document."""

    def __init__(self, numbers: Array) -> None:
        self._numbers = numbers
        self._sign = 1

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, docnum: int) -> int:
        return int(self._numbers[docnum])

    def __iter__(self) -> Iterator[int]:
        return iter(self._numbers.tolist())

    def sort_key(self, docnum: int) -> Any:
        return self._sign * self[docnum]

    def load(self) -> list[int]:
        return list(self)

    def set_reverse(self) -> None:
        self._sign = -1
