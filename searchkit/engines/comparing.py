"""What may be copies, read and compared: each pair of texts once, in bounded pieces.

Floor 4.  What two stored articles share does not change as long as they do not, so what is known
of them is taken over.  Invariant: what is told of a pair is what comparing the articles tells that
stand for both texts now.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np

from ..article import Article
from ..likeness import Likeness, StoryReader, are_copies, compared, promising
from ..neighbours import Pairs, Texts, components
from ..packing import unpack
from ..tokens import Array
from .judged import PARTS, Judged, story_number

_PAIRS_AT_ONCE = 500


class Signed(Protocol):
    """The documents that can have copies, by the texts they have.

    ``text`` says, of each document, which of the texts it has; ``numbers``, of each text, what its
    documents are signed with, ascending; ``find`` which texts are signed with some numbers, -1 for
    none.  ``representatives`` are the documents of the lowest ids that have some texts,
    ``circumstances`` whether those of pairs are of one force and how many days lie between them,
    -1 where one is undated; ``blobs`` stored articles.
    """

    @property
    def text(self) -> Array: ...
    @property
    def numbers(self) -> Array: ...
    def find(self, numbers: Array) -> Array: ...
    def texts(self) -> Texts: ...
    def representatives(self, texts: Array) -> Array: ...
    def circumstances(self, near: Pairs) -> tuple[Array, Array]: ...
    def blobs(self, documents: Sequence[int]) -> Iterator[bytes]: ...


def judge(signed: Signed, near: Pairs, known: Judged, threshold: float) -> Judged:
    """What the texts of those of the pairs ``near`` share that may be copies, and whether they
    are, as far as it goes by what is ``known``."""
    same, days = signed.circumstances(near)
    chosen = promising(near.shorter, near.longer, same, days, threshold)
    near, same, days = near.where(chosen), same[chosen], days[chosen]
    ends = np.union1d(near.first, near.second)
    first, second = ends.searchsorted(near.first), ends.searchsorted(near.second)
    reading = _Reading(signed, ends)
    texts = signed.numbers[ends]
    # Only what is known of may be found to be the same.
    reading.number(np.flatnonzero(np.isin(texts, known.texts)))
    places = known.places(texts, reading.stories, first, second)
    likeness = np.zeros((len(places), PARTS), np.uint16)
    found = places >= 0
    likeness[found] = known.likeness[places[found]]
    rest = np.flatnonzero(~found)
    for numbers, rows in _compared(reading, first[rest], second[rest]):
        likeness[rest[numbers]] = rows
    agreed = are_copies(likeness.astype(np.int64), same, days, threshold)
    return Judged(texts, reading.stories, first, second, likeness, agreed.astype(np.uint8))


class _Reading:
    """The articles that stand for the texts ``ends``, and a number of each that was read."""

    def __init__(self, signed: Signed, ends: Array) -> None:
        self._signed = signed
        self._documents = signed.representatives(ends)
        self.stories: Array = np.zeros(len(ends), np.uint64)

    def number(self, places: Array) -> None:
        """Read the articles at some places among the texts, for their numbers alone."""
        for _ in self._blobs(places.tolist()):
            pass

    def articles(self, places: Sequence[int]) -> list[Article]:
        """The articles at some places among the texts."""
        return list(map(unpack, self._blobs(places)))

    def _blobs(self, places: Sequence[int]) -> Iterator[bytes]:
        held = self._signed.blobs(self._documents[places].tolist())
        for place, blob in zip(places, held, strict=True):
            self.stories[place] = story_number(blob)
            yield blob


def _compared(reading: _Reading, first: Array, second: Array) -> Iterator[tuple[Array, Array]]:
    """The likeness of some pairs, a part of them at a time: their numbers, and rows."""
    # Texts that are compared with each other are read together, and let go of together.
    labels = components(first, second, len(reading.stories))
    order = np.argsort(labels[first], kind="stable")
    reader = StoryReader()
    for start in range(0, len(order), _PAIRS_AT_ONCE):
        part = order[start : start + _PAIRS_AT_ONCE]
        ones, others = first[part].tolist(), second[part].tolist()
        wanted = sorted({*ones, *others})
        held = dict(zip(wanted, reader.stories(reading.articles(wanted)), strict=True))
        rows: list[Likeness] = [
            compared(held[one], held[other]) for one, other in zip(ones, others, strict=True)
        ]
        yield part, np.array(rows, np.uint16)
