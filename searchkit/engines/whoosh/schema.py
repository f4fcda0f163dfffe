"""The Whoosh schema of an index, built from ``fields.FIELDS``.

Floor 4.  Every text field is two Whoosh fields, ``body`` (stems, with frequencies) and ``body_x``
(surfaces, with positions); a keyword field is one.  Only the general path reads it.
Invariant: its indexed fields are those of ``layout.POSTINGS``.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from array import array
from typing import Any

from whoosh import fields, formats

from .layout import KEYWORDS, TEXTS, surfaces


class Counts(formats.Format):
    """Postings whose weight is the frequency and that carry nothing else."""

    posting_size = 0

    def decode_frequency(self, _: bytes) -> int:
        return 1


class Positions(formats.Format):
    """Postings that carry token positions, as native unsigned 4-byte numbers."""

    posting_size = -1

    def decode_positions(self, value: bytes) -> list[int]:
        return array("I", value).tolist()

    def decode_frequency(self, value: bytes) -> int:
        return len(value) // array("I").itemsize


class Indexed(fields.FieldType):
    """A field whose terms are made by ``analysis``, not by a Whoosh analyser."""

    def __init__(self, format: formats.Format, scorable: bool) -> None:
        self.format, self.scorable, self.stored, self.unique = format, scorable, False, False

    def process_text(self, qstring: str, mode: str = "", **_: Any) -> Any:
        return iter([qstring])


def build() -> fields.Schema:
    """The schema every segment is written and read with."""
    made: dict[str, fields.FieldType] = {}
    for name in TEXTS:
        made[name] = Indexed(Counts(), scorable=True)
        made[surfaces(name)] = Indexed(Positions(), scorable=True)
    for name in KEYWORDS:
        made[name] = Indexed(Counts(), scorable=False)
    return fields.Schema(**made)


SCHEMA = build()
