"""The Whoosh schema, and how an article becomes a document of it.

Floor 4.  Built from ``fields.FIELDS``: every text field is two Whoosh fields, ``body`` (stems,
with frequencies, for ranking) and ``body_x`` (surfaces, with positions, for exact words,
phrases and expansions).  Invariant: each text is analysed once, by ``analysis``.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from collections.abc import Iterable
from typing import Any, NamedTuple

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


def encode_positions(positions: Iterable[int]) -> bytes:
    """Ascending positions as 2-byte numbers, or as 4-byte ones behind an odd leading byte."""
    packed = array("I", positions)
    if packed[-1] < 65_536:
        return array("H", packed).tobytes()
    return b"\x01" + packed.tobytes()


def decode_positions(data: bytes) -> array[int]:
    """The positions that ``encode_positions`` packed."""
    if len(data) % 2:
        return array("I", data[1:])
    return array("H", data)


class Indexed(fields.FieldType):  # type: ignore[misc,unused-ignore]
    """A field whose postings are made here, not by a Whoosh analyser."""

    def __init__(self, format: formats.Format, scorable: bool) -> None:
        super().__init__(format, analyzer=None, scorable=scorable)


class Valued(fields.FieldType):  # type: ignore[misc,unused-ignore]
    """A field that is not searched but read by document number."""

    indexed = False

    def __init__(self, column: columns.Column) -> None:
        super().__init__(None, analyzer=None, sortable=column)


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
    return fields.Schema(**made)


SCHEMA = build()
COLUMNS: tuple[str, ...] = (ARTICLE, WHEN)
TERM_FIELDS: tuple[str, ...] = tuple(sorted(n for n, f in SCHEMA.items() if f.indexed))


class Posting(NamedTuple):
    """One term of one document: Whoosh field, term, frequency, packed positions or nothing."""

    field: str
    term: bytes
    frequency: int
    value: bytes


class Document(NamedTuple):
    """An article ready to be written: nothing in it can fail any more."""

    id: str
    postings: list[Posting]
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
    return Document(article.id, postings, lengths, {ARTICLE: blob, WHEN: when})


def _postings(article: Article) -> tuple[list[Posting], dict[str, int]]:
    postings: list[Posting] = []
    lengths: dict[str, int] = {}
    for name, text in text_values(article).items():
        if text:
            count = _text_postings(name, text, postings)
            if count:
                lengths[name] = lengths[surfaces(name)] = count
    for name, values in keyword_values(article).items():
        for value in set(values):
            if value:
                postings.append(Posting(name, value.encode(), 1, b""))
    return postings, lengths


def _text_postings(name: str, text: str, postings: list[Posting]) -> int:
    """Append the postings of one text; its number of tokens."""
    stems: dict[str, int] = {}
    positions: dict[str, list[int]] = {}
    count = 0
    for count, (surface, stem) in enumerate(faces(text), 1):
        if not surface:
            continue
        stems[stem] = stems.get(stem, 0) + 1
        if surface in positions:
            positions[surface].append(count - 1)
        else:
            positions[surface] = [count - 1]
    exact = surfaces(name)
    postings.extend(Posting(name, stem.encode(), n, b"") for stem, n in stems.items() if stem)
    postings.extend(
        Posting(exact, surface.encode(), len(at), encode_positions(at))
        for surface, at in positions.items()
    )
    return count


def _when(article: Article) -> tuple[int, int, int]:
    when = article.date
    first, last = when.first_day, when.last_day
    if when.start is None or first is None or last is None:
        return (0, 0, 0)
    value = (first.toordinal(), last.toordinal(), int(when.start.timestamp()))
    struct.pack(WHEN_SPEC, *value)
    return value
