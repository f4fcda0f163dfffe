"""Which columns a segment has, but for those of postings: the names, and who writes them.

Floor 4.  For each text field ``f``: the stems' postings under ``f``, the surfaces' under ``f_x``,
``f.lengths`` (tokens by document) and, for each stem ``s``, its surfaces, as numbers, from
``f.forms_at[s]`` on in ``f.forms``.  Invariant: columns by document have one entry a document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ...fields import KEYWORDS, TEXTS
from ...shingles import Signatures
from .columns import Array, ColumnWriter, narrow, offsets
from .generations import StoredSegment, stored_file
from .storage import discard, random_name

CODED = ("id", "force")
"""Keyword fields with at most one value an article: ``f.codes`` is the number of each document's
term and one more, 0 where it has none."""

ARTICLES, ARTICLES_AT, WHEN = "articles", "articles_at", "when"

TEXT_NUMBERS, HEADLINES = "copies.texts", "copies.headlines"
"""Of each document: the numbers that equal texts and equal headlines share, 0 where its text is
not compared with others."""

SHINGLES, SHINGLES_AT = "copies.shingles", "copies.at"
"""The signed shingles of all documents, ascending in each, and where those of each begin."""


def surfaces(name: str) -> str:
    """The field that holds the surfaces of the text field ``name``."""
    return f"{name}_x"


POSTINGS = (*TEXTS, *map(surfaces, TEXTS), *KEYWORDS)
"""Every field with postings."""


def segment_name(segment_id: str) -> str:
    """The file of a segment."""
    return f"MAIN_{segment_id}.seg"


class SegmentFile:
    """A segment being written to the store ``folder``: columns to ``writer``, then ``finish``."""

    def __init__(self, folder: Path) -> None:
        self._id = random_name()
        self._path = folder / segment_name(self._id)
        self.writer = ColumnWriter(self._path)

    def finish(self, documents: int, lengths: Mapping[str, Array]) -> StoredSegment:
        """Add the lengths of the text fields, close the file, sync and describe it."""
        for name, column in lengths.items():
            self.writer.add(f"{name}.lengths", narrow(column))
        self.writer.finish()
        totals = {name: int(column.sum(dtype=np.int64)) for name, column in lengths.items()}
        return StoredSegment(self._id, stored_file(self._path), documents, totals)

    def discard(self) -> None:
        """Remove what has been written."""
        discard(self._path)


@contextmanager
def new_segment(folder: Path) -> Iterator[SegmentFile]:
    """A segment to write; where that fails, there is none."""
    segment = SegmentFile(folder)
    try:
        with segment.writer:
            yield segment
    except BaseException:
        segment.discard()
        raise


def write_articles(writer: ColumnWriter, stored: bytes | bytearray, sizes: Array) -> None:
    """Add the ``stored`` articles, which lie end to end, by their ``sizes`` in bytes."""
    writer.add(ARTICLES, np.frombuffer(stored, np.uint8))
    writer.add(ARTICLES_AT, narrow(offsets(sizes)))


def write_periods(writer: ColumnWriter, when: Array) -> None:
    """Add the periods of all documents, as ``stored.WHEN``."""
    for part in when.dtype.names or ():
        writer.add(f"{WHEN}.{part}", when[part])


def write_signatures(writer: ColumnWriter, signed: Signatures) -> None:
    """Add what copies are found by."""
    writer.add(TEXT_NUMBERS, signed.texts.astype("<u8"))
    writer.add(HEADLINES, signed.headlines.astype("<u8"))
    writer.add(SHINGLES, signed.shingles.astype("<u4"))
    writer.add(SHINGLES_AT, narrow(offsets(signed.sizes)))


def write_codes(
    writer: ColumnWriter, field: str, sizes: Array, documents: Array, count: int
) -> None:
    """Add the codes of a ``CODED`` field of ``count`` documents, by the postings of its terms."""
    codes = np.zeros(count, np.int64)
    codes[documents] = np.repeat(np.arange(1, len(sizes) + 1), sizes)
    writer.add(f"{field}.codes", narrow(codes, len(sizes)))


def write_forms(writer: ColumnWriter, field: str, stems: Array, count: int) -> None:
    """Add the forms of ``count`` stems: ``stems[s]`` is the stem of surface ``s``, -1 for none."""
    order = np.argsort(stems, kind="stable")
    order = order[np.count_nonzero(stems < 0) :]
    sizes = np.bincount(stems[order], minlength=count)
    writer.add(f"{field}.forms", narrow(order))
    writer.add(f"{field}.forms_at", narrow(offsets(sizes)))
