"""The postings of some documents against their stored texts, analysed once more.

Floor 4.  The stored articles are made ready and inverted as if they were new, into a small
segment beside; what the checked segment has of those documents must be the same, posting by
posting.  Invariant: a document of which nothing is said here is found by the words of its text
and by no others.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...article import Article
from ...prepared import Preparer
from .builder import SegmentBuilder
from .columns import Array, offsets, spans
from .layout import CODED, HEADLINES, POSTINGS, SHINGLES, SHINGLES_AT, TEXT_NUMBERS
from .leaf import Leaf
from .stored import WHEN

AT_ONCE = 2_000
"""So many articles are analysed together."""


class Known(NamedTuple):
    """What an article says of itself, and whether its document is ``live``."""

    id: str
    path: str
    sha256: str
    live: bool


def faults(leaf: Leaf, documents: Sequence[int], known: list[Known]) -> Iterator[str]:
    """What is wrong with ``documents`` (ascending) of ``leaf``, whose structure is sound; what
    their articles say of themselves is added to ``known``."""
    for start in range(0, len(documents), AT_ONCE):
        yield from _of_some(leaf, documents[start : start + AT_ONCE], known)


def _of_some(leaf: Leaf, documents: Sequence[int], known: list[Known]) -> Iterator[str]:
    articles: list[Article] = []
    readable: list[int] = []
    for document in documents:
        try:
            article = leaf.article(document)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            yield f"the article of document {document} cannot be read ({error})"
            continue
        if article.id != leaf.id(document):
            yield f"document {document} has another id than its article, {article.id}"
        known.append(Known(article.id, article.path, article.sha256, bool(leaf.live[document])))
        articles.append(article)
        readable.append(document)
    if articles:
        chosen = np.array(readable, np.int64)
        with tempfile.TemporaryDirectory(prefix="searchkit-check-") as folder:
            yield from _differences(leaf, chosen, _made_of(articles, Path(folder)))


def _made_of(articles: Sequence[Article], folder: Path) -> Leaf:
    """A segment of ``articles``, in their order."""
    builder, preparer = SegmentBuilder(), Preparer()
    for ready in preparer.prepare(articles):
        builder.add(ready)
    return Leaf(folder, builder.write(folder))


def _differences(leaf: Leaf, chosen: Array, fresh: Leaf) -> Iterator[str]:
    for field in POSTINGS:
        held, wanted = _part(leaf, field, chosen), _part(fresh, field, np.arange(len(fresh)))
        if held.terms != wanted.terms:
            odd = sorted(set(held.terms) ^ set(wanted.terms)) or held.terms
            word = odd[0].decode(errors="replace")
            yield f"{field}: the texts and the index do not agree on {word!r}"
        elif not all(map(np.array_equal, held[1:], wanted[1:])):
            yield f"{field}: the index has words in other places than the texts have them"
    for part in WHEN.names or ():
        if not np.array_equal(leaf.when(part)[chosen], fresh.when(part)):
            yield f"when.{part}: other days of publication than the articles have"
    for name in (TEXT_NUMBERS, HEADLINES):
        if not np.array_equal(leaf.column(name)[chosen], fresh.column(name)):
            yield f"{name}: copies are found by another text than the articles have"
    if not np.array_equal(_shingles(leaf, chosen), _shingles(fresh, np.arange(len(fresh)))):
        yield f"{SHINGLES}: copies are found by other words than the texts have"
    for field in CODED:
        if (
            leaf.column(f"{field}.codes")[chosen].astype(bool).tolist()
            != fresh.column(f"{field}.codes").astype(bool).tolist()
        ):
            yield f"{field}: an article has a value that its document lacks, or lacks one"


def _shingles(leaf: Leaf, chosen: Array) -> Array:
    """The signed shingles of the documents ``chosen``, each after the number of its document
    among them."""
    at = leaf.column(SHINGLES_AT).astype(np.int64)
    sizes = np.diff(at)[chosen]
    held = leaf.column(SHINGLES)[spans(at[chosen], sizes)]
    return np.stack([np.repeat(np.arange(len(chosen)), sizes), held])


class _Part(NamedTuple):
    """The postings of some documents, which are numbered from 0."""

    terms: list[bytes]
    sizes: Array
    documents: Array
    frequencies: Array
    positions: Array


def _part(leaf: Leaf, field: str, chosen: Array) -> _Part:
    """The postings that the documents ``chosen`` of ``leaf`` have in ``field``."""
    postings = leaf.postings(field)
    numbers = np.full(len(leaf), -1, np.int64)
    numbers[chosen] = np.arange(len(chosen))
    documents = numbers[postings.documents]
    kept = np.flatnonzero(documents >= 0)
    sizes: Array = np.diff(postings.at.astype(np.int64))
    of = np.repeat(np.arange(len(sizes)), sizes)[kept]
    held = np.bincount(of, minlength=len(sizes))
    terms = [postings.terms[number] for number in np.flatnonzero(held).tolist()]
    frequencies = positions = np.empty(0, np.int64)
    if len(postings.frequencies):
        frequencies = postings.frequencies[kept].astype(np.int64)
    if postings.placed:
        starts = offsets(postings.frequencies)[:-1][kept]
        positions = postings.positions[spans(starts, frequencies)]
    return _Part(terms, held[held > 0], documents[kept], frequencies, positions)
