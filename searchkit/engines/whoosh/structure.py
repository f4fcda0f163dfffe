"""Whether the columns of a segment are what ``layout`` says, all of them, value by value.

Floor 4.  For ``searchkit check``: a second or so for thirty thousand articles.  What a search
relies on is stated here once more, from the definitions.  Invariant: a segment of which nothing
is said here can be searched and merged without meeting a value that cannot be.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from ...analysis import stem as stem_of
from ...fields import TEXTS
from .columns import Array, offsets
from .layout import (
    ARTICLES,
    ARTICLES_AT,
    CODED,
    POSTINGS,
    SHINGLES,
    SHINGLES_AT,
    surfaces,
)
from .leaf import Leaf
from .postings import Postings

_LAST_DAY = 3_652_059  # date.max as an ordinal


def faults(leaf: Leaf) -> Iterator[str]:
    """What is wrong with the columns of ``leaf``, in words; nothing where all is well."""
    broken = set()
    for field in POSTINGS:
        found = list(_of_postings(leaf, field))
        yield from found
        if found:
            broken.add(field)
    # What follows takes the postings for granted.
    for name in TEXTS:
        if name not in broken and surfaces(name) not in broken:
            yield from _of_lengths(leaf, name)
            yield from _of_forms(leaf, name)
    for field in CODED:
        if field not in broken:
            yield from _of_codes(leaf, field)
    yield from _of_periods(leaf)
    if not _in_a_row(leaf.column(ARTICLES_AT), len(leaf.column(ARTICLES))):
        yield "the stored articles do not stand in a row"
    yield from _of_signatures(leaf)


def _of_postings(leaf: Leaf, field: str) -> Iterator[str]:
    postings = leaf.postings(field)
    terms = list(_of_terms(leaf, field))
    yield from terms
    if terms:
        return
    if not _in_a_row(postings.at, len(postings.documents), strictly=True):
        yield f"{field}: the postings do not stand in a row"
        return
    documents = postings.documents
    if len(documents):
        if documents.min() < 0 or documents.max() >= len(leaf):
            yield f"{field}: there are postings of documents that are not there"
        falls = np.flatnonzero(documents[1:] <= documents[:-1]) + 1
        if len(np.setdiff1d(falls, postings.at, assume_unique=True)):
            yield f"{field}: the documents of a term do not ascend"
    if len(postings.frequencies) and postings.frequencies.min() < 1:
        yield f"{field}: a term stands in a document without standing there"
    if postings.placed:
        yield from _of_positions(postings, field)


def _of_terms(leaf: Leaf, field: str) -> Iterator[str]:
    at, size = leaf.column(f"{field}.terms_at"), len(leaf.column(f"{field}.terms"))
    if not _in_a_row(at, size, strictly=True):
        yield f"{field}: the terms do not stand in a row"
        return
    terms = leaf.postings(field).terms.listed()
    if not all(one < other for one, other in pairwise(terms)):
        yield f"{field}: the terms are not sorted"
    heads = np.frombuffer(b"".join([t[:8].ljust(8, b"\0") for t in terms]), ">u8")
    if not np.array_equal(heads, leaf.column(f"{field}.heads")):
        yield f"{field}: the beginnings of terms are not theirs"
    try:
        for term in terms:
            term.decode()
    except UnicodeDecodeError:
        yield f"{field}: a term is no text"


def _of_positions(postings: Postings, field: str) -> Iterator[str]:
    starts = offsets(postings.frequencies)
    if starts[-1] != len(postings.positions):
        yield f"{field}: there are not as many positions as words"
    elif not np.array_equal(postings.spots, starts[postings.at[:-1]]):
        yield f"{field}: the positions of a term do not begin where they should"
    else:
        positions = postings.positions
        falls = np.flatnonzero(positions[1:] <= positions[:-1]) + 1
        if len(np.setdiff1d(falls, starts, assume_unique=True)):
            yield f"{field}: the positions of a word do not ascend"


def _of_lengths(leaf: Leaf, name: str) -> Iterator[str]:
    lengths = leaf.lengths(name)
    for field in (name, surfaces(name)):
        postings = leaf.postings(field)
        words = np.bincount(postings.documents, postings.frequencies, len(leaf))
        if not np.array_equal(words.astype(np.int64), lengths.astype(np.int64)):
            yield f"{field}: there are not as many words as the lengths say"
    if int(lengths.sum(dtype=np.int64)) != leaf.stored.lengths.get(name, 0):
        yield f"{name}: the lengths do not add up to what the generation says"


def _of_forms(leaf: Leaf, name: str) -> Iterator[str]:
    """Every surface stands among the forms of its stem, and nowhere else."""
    stems = leaf.postings(name).terms.listed()
    words = leaf.postings(surfaces(name)).terms.listed()
    forms, at = leaf.column(f"{name}.forms"), leaf.column(f"{name}.forms_at")
    if not _in_a_row(at, len(forms)) or (len(forms) and forms.max() >= len(words)):
        yield f"{name}: the forms of stems do not stand in a row"
        return
    numbers = {stem: number for number, stem in enumerate(stems)}
    wanted = [numbers.get(stem_of(word.decode()).encode(), -1) for word in words]
    sizes: Array = np.diff(at.astype(np.int64))
    listed = np.repeat(np.arange(len(stems)), sizes)
    found = np.full(len(words), -1, np.int64)
    found[forms] = listed
    if len(np.unique(forms)) != len(forms) or found.tolist() != wanted:
        yield f"{name}: a stem has other forms than its own"


def _of_codes(leaf: Leaf, field: str) -> Iterator[str]:
    postings, codes = leaf.postings(field), leaf.column(f"{field}.codes")
    wanted = np.zeros(len(leaf), np.int64)
    sizes: Array = np.diff(postings.at.astype(np.int64))
    wanted[postings.documents] = np.repeat(np.arange(1, len(sizes) + 1), sizes)
    if not np.array_equal(wanted, codes):
        yield f"{field}: a document has another value than its postings say"
    elif field == "id" and len(codes) and not codes.min():
        yield "id: a document has none"


def _of_periods(leaf: Leaf) -> Iterator[str]:
    first, last = leaf.when("first"), leaf.when("last")
    if len(first) and (first.min() < 0 or last.max() > _LAST_DAY or (first > last).any()):
        yield "there are days of publication that cannot be"
    if (leaf.when("second")[first == 0] != 0).any() or (last[first == 0] != 0).any():
        yield "a document without a day of publication has a time of it"


def _of_signatures(leaf: Leaf) -> Iterator[str]:
    at, shingles = leaf.column(SHINGLES_AT), leaf.column(SHINGLES)
    if not _in_a_row(at, len(shingles)):
        yield "the shingles that copies are found by do not stand in a row"
        return
    falls = np.flatnonzero(shingles[1:] <= shingles[:-1]) + 1
    if len(np.setdiff1d(falls, at)):
        yield "the shingles that copies are found by do not ascend"


def _in_a_row(at: Array, end: int, *, strictly: bool = False) -> bool:
    """Whether ``at`` begins at 0, ends at ``end`` and never falls; ``strictly``: always rises."""
    if len(at) == 0 or at[0] != 0 or at[-1] != end:
        return False
    rising = at[1:] > at[:-1] if strictly else at[1:] >= at[:-1]
    return bool(rising.all())
