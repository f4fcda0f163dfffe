"""What the table of a segment must say: which columns, of which types, how long beside each other.

Floor 4.  Looked at once, when a segment is opened, from the table alone: nothing of the columns
is read.  Invariant: what passes can be indexed by what the table promises without leaving the
file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...fields import KEYWORDS, TEXTS
from .faults import Unsound

Table = Mapping[str, tuple[str, int, int]]
"""Of each column: dtype, offset in the file, count."""

_BYTES = frozenset({"|u1"})
_NATURAL = frozenset({"|u1", "<u2", "<u4", "<u8"})
_SMALL = _NATURAL - {"<u8"}
"""Of what is added up, or takes half of a number of 64 bits: no sum of them overflows."""

_DOCUMENTS = frozenset({"<i4"})
_HEADS = frozenset({"<u8"})
_SHINGLES = frozenset({"<u4"})
_SECONDS = frozenset({"<i8"})


def check(table: Table, documents: int) -> None:
    """Raise ``Unsound`` unless ``table`` is that of a segment of ``documents`` documents."""
    for name, kinds, count in _expected(table, documents):
        if name not in table:
            raise Unsound(f"there is no column {name}")
        kind, _, held = table[name]
        if kind not in kinds:
            raise Unsound(f"the column {name} has the type {kind}")
        if count is not None and held != count:
            raise Unsound(f"the column {name} has {held:,} entries instead of {count:,}")


def _expected(table: Table, documents: int) -> Iterator[tuple[str, frozenset[str], int | None]]:
    """Every column with the types it may have and, where that is known, its length."""
    for name in TEXTS:
        yield from _postings(table, name, documents, counted=True)
        yield from _postings(table, f"{name}_x", documents, counted=True)
        exact = f"{name}_x"
        yield f"{exact}.spots", _NATURAL, _count(table, f"{exact}.heads")
        yield f"{exact}.positions", _SMALL, None
        yield f"{name}.lengths", _NATURAL, documents
        yield f"{name}.forms", _NATURAL, None
        yield f"{name}.forms_at", _NATURAL, _count(table, f"{name}.heads") + 1
    for name in KEYWORDS:
        yield from _postings(table, name, documents, counted=False)
    for name in ("id", "force"):
        yield f"{name}.codes", _NATURAL, documents
    yield "when.first", _DOCUMENTS, documents
    yield "when.last", _DOCUMENTS, documents
    yield "when.second", _SECONDS, documents
    yield "articles", _BYTES, None
    yield "articles_at", _NATURAL, documents + 1
    yield "copies.texts", _HEADS, documents
    yield "copies.headlines", _HEADS, documents
    yield "copies.shingles", _SHINGLES, None
    yield "copies.at", _NATURAL, documents + 1


def _postings(
    table: Table, field: str, documents: int, *, counted: bool
) -> Iterator[tuple[str, frozenset[str], int | None]]:
    terms = _count(table, f"{field}.heads")
    yield f"{field}.heads", _HEADS, None
    yield f"{field}.terms", _BYTES, None
    yield f"{field}.terms_at", _NATURAL, terms + 1
    yield f"{field}.at", _NATURAL, terms + 1
    held = documents if field == "id" else None
    yield f"{field}.documents", _DOCUMENTS, held
    if counted:
        yield f"{field}.frequencies", _SMALL, _count(table, f"{field}.documents")


def _count(table: Table, name: str) -> int:
    return table[name][2] if name in table else 0
