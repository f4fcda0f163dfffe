"""The Whoosh schema, and how an article becomes a document of it.

Floor 4.  Built from ``fields.FIELDS``: every text field is two Whoosh fields, ``body`` (stems,
with frequencies, for ranking) and ``body_x`` (surfaces, with positions, for exact words,
phrases and expansions).  Invariant: each text is analysed once, by ``analysis``.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import struct
import zlib
from array import array
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from whoosh import columns, fields, formats

from ...analysis import faces
from ...article import Article
from ...errors import EngineError
from ...fields import FIELDS, Kind, keyword_values, text_values

ARTICLE, WHEN, ID = "article_json", "when", "id"
WHEN_SPEC = "!iiq"
"""First and last day as proleptic Gregorian ordinals (0: undated), first second since 1970."""


def surfaces(name: str) -> str:
    """The Whoosh field that holds the surfaces of the text field ``name``."""
    return f"{name}_x"


class Counts(formats.Format):  # type: ignore[misc,unused-ignore]
    """Postings whose weight is the frequency and that carry nothing else."""

    posting_size = 0


class Positions(formats.Format):  # type: ignore[misc,unused-ignore]
    """Postings that carry token positions, as ``encode_positions`` packs them."""

    posting_size = -1


def encode_positions(positions: Sequence[int]) -> bytes:
    """Ascending positions as 2-byte numbers, or as 4-byte ones behind an odd leading byte."""
    if positions[-1] < 65_536:
        return array("H", positions).tobytes()
    return b"\x01" + array("I", positions).tobytes()


def decode_positions(data: bytes) -> array[int]:
    """The positions that ``encode_positions`` packed."""
    if len(data) % 2:
        return array("I", data[1:])
    return array("H", data)


class Indexed(fields.FieldType):  # type: ignore[misc,unused-ignore]
    """A field whose postings are made here, not by a Whoosh analyser."""

    def __init__(self, format: formats.Format, scorable: bool) -> None:
        self.format, self.scorable, self.stored, self.unique = format, scorable, False, False


class Valued(fields.FieldType):  # type: ignore[misc,unused-ignore]
    """A field that is not searched but read by document number."""

    indexed = False

    def __init__(self, column: columns.Column) -> None:
        self.column_type = column


def build() -> fields.Schema:
    """The schema every segment is written and read with."""
    made: dict[str, fields.FieldType] = {
        ARTICLE: Valued(columns.VarBytesColumn()),
        WHEN: Valued(columns.StructColumn(WHEN_SPEC, (0, 0, 0))),
    }
    for field in FIELDS:
        if field.kind is Kind.TEXT:
            made[field.name] = Indexed(Counts(), scorable=True)
            made[surfaces(field.name)] = Indexed(Positions(), scorable=True)
        elif field.kind is Kind.KEYWORD:
            made[field.name] = Indexed(Counts(), scorable=False)
    made[ID].column_type = columns.VarBytesColumn()
    return fields.Schema(**made)


SCHEMA = build()
COLUMNS: tuple[str, ...] = (ARTICLE, ID, WHEN)
TERM_FIELDS: tuple[str, ...] = tuple(sorted(n for n, f in SCHEMA.items() if f.indexed))


Posting: TypeAlias = tuple[bytes, int, bytes]
"""One term of one document: the term, its frequency, packed positions or nothing.  A plain
tuple, because the garbage collector lets go of those, and there are millions."""


class Document(NamedTuple):
    """An article ready to be written: nothing in it can fail any more.

    ``postings`` and ``lengths`` (in tokens) are by Whoosh field.
    """

    id: str
    postings: dict[str, list[Posting]]
    lengths: dict[str, int]
    columns: dict[str, Any]


def document(article: Article) -> Document:
    """``article`` as a document.  Raises ``EngineError`` for one that cannot be stored."""
    if not article.id:
        raise EngineError(f"an article without an id cannot be stored: {article.path!r}")
    try:
        blob = zlib.compress(article.to_json(), 6)
        if Article.from_json(zlib.decompress(blob)).id != article.id:
            raise ValueError("it does not survive being stored")
        postings, lengths = _postings(article)
        when = _when(article)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, struct.error) as error:
        raise EngineError(f"article {article.id} cannot be stored: {error}") from error
    return Document(
        article.id, postings, lengths, {ARTICLE: blob, ID: article.id.encode(), WHEN: when}
    )


def _postings(article: Article) -> tuple[dict[str, list[Posting]], dict[str, int]]:
    postings: dict[str, list[Posting]] = {}
    lengths: dict[str, int] = {}
    for name, text in text_values(article).items():
        known = faces(text) if text else ()
        if known:
            exact = surfaces(name)
            postings[name], postings[exact] = _text_postings(known)
            lengths[name] = lengths[exact] = len(known)
    for name, values in keyword_values(article).items():
        if values:
            postings[name] = [(value.encode(), 1, b"") for value in set(values) if value]
    return postings, lengths


def _text_postings(tokens: Sequence[tuple[str, str]]) -> tuple[list[Posting], list[Posting]]:
    """The postings of the stems and of the surfaces of one text."""
    stems: dict[str, int] = {}
    positions: dict[str, list[int]] = {}
    for position, (surface, stem) in enumerate(tokens):
        stems[stem] = stems.get(stem, 0) + 1
        if surface in positions:
            positions[surface].append(position)
        else:
            positions[surface] = [position]
    stems.pop("", None)  # a letter may fold to nothing, and still takes up its place
    positions.pop("", None)
    return (
        [(stem.encode(), count, b"") for stem, count in stems.items()],
        [(word.encode(), len(at), encode_positions(at)) for word, at in positions.items()],
    )


def _when(article: Article) -> tuple[int, int, int]:
    when = article.date
    first, last = when.first_day, when.last_day
    if when.start is None or first is None or last is None:
        return (0, 0, 0)
    value = (first.toordinal(), last.toordinal(), int(when.start.timestamp()))
    struct.pack(WHEN_SPEC, *value)
    return value
