"""Articles gathered in memory, as numbers, until they make a segment.

Floor 4.  A token costs four bytes and no Python object: numbers of the vocabulary it came with,
turned into numbers of this segment's surfaces by one array look-up a field and vocabulary.
Invariant: document numbers count articles in the order in which they were added.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...analysis import BESIDE
from ...analysis import stems as stems_of
from ...fields import KEYWORDS, TEXTS
from ...prepared import Prepared
from ...shingles import signatures_of
from .columns import Array, ColumnWriter
from .generations import StoredSegment
from .inversion import Postings, invert_text, regroup
from .layout import (
    CODED,
    new_segment,
    surfaces,
    write_articles,
    write_codes,
    write_forms,
    write_periods,
    write_signatures,
)
from .postings import Inverted, invert, write_postings
from .stored import WHEN

_MAPPINGS = 16
"""So many vocabularies are remembered with their numbers."""


class _Vocabulary:
    """A vocabulary that tokens came with, and the numbers of its words in a segment."""

    def __init__(self, words: list[str], known: dict[str, int]) -> None:
        self.words = words
        self._known = known
        self._numbers = array("I")

    def numbers(self) -> Array:
        """``numbers()[n]`` is the segment's number of ``words[n]``; new words get the next one."""
        known, numbers = self._known, self._numbers
        if len(numbers) < len(self.words):
            new = self.words[len(numbers) :]
            self._numbers = numbers + array("I", [known.setdefault(w, len(known)) for w in new])
        return np.frombuffer(self._numbers, np.uint32)


class SegmentBuilder:
    """Collects documents, until ``write`` makes a segment of them."""

    def __init__(self) -> None:
        self._surfaces: dict[str, int] = {}
        self._vocabularies: dict[int, _Vocabulary] = {}
        self._current: _Vocabulary | None = None
        self._raw = bytearray()
        self._tokens: list[Array] = []
        self._lengths = array("I")
        self._keywords: tuple[list[tuple[str, int]], ...] = tuple([] for _ in KEYWORDS)
        # One piece of memory, which goes back whole where many small ones leave gaps.
        self._stored = bytearray()
        self._sizes = array("I")
        self._signatures: list[bytes] = []
        self._when = array("q")
        self.token_count = 0

    def __len__(self) -> int:
        """Documents added so far."""
        return len(self._sizes)

    def add(self, ready: Prepared) -> int:
        """Add one document; its number in the segment to be."""
        number = len(self._sizes)
        self._come_with(ready.vocabulary)
        self._raw += ready.tokens
        self._lengths.extend(ready.lengths)
        self.token_count += len(ready.tokens) // 4
        for pairs, values in zip(self._keywords, ready.facts.keywords, strict=True):
            if len(values) == 1:
                if values[0]:
                    pairs.append((values[0], number))
            elif values:
                pairs.extend([(value, number) for value in set(values) if value])
        self._stored += ready.stored
        self._sizes.append(len(ready.stored))
        self._signatures.append(ready.signature)
        self._when.extend(ready.facts.when)
        return number

    def _come_with(self, words: list[str]) -> None:
        """The tokens that follow are numbers of ``words``."""
        current = self._current
        if current is not None and current.words is words:
            return
        self._settle()
        known = self._vocabularies.pop(id(words), None)
        if known is None:
            known = _Vocabulary(words, self._surfaces)
        self._vocabularies[id(words)] = self._current = known
        if len(self._vocabularies) > _MAPPINGS:
            del self._vocabularies[next(iter(self._vocabularies))]

    def _settle(self) -> None:
        """Renumber what was added since the last time; all of it came with one vocabulary."""
        if self._current is not None and self._raw:
            raw, self._raw = self._raw, bytearray()
            self._tokens.append(self._current.numbers()[np.frombuffer(raw, np.uint32)])

    def write(self, folder: Path) -> StoredSegment:
        """Write the documents as one segment of the store ``folder``; the builder is used up."""
        self._settle()
        rows = np.frombuffer(self._lengths, np.uint32).reshape(-1, len(TEXTS))
        lengths = {name: rows[:, n].copy() for n, name in enumerate(TEXTS)}
        with new_segment(folder) as segment:
            stored, self._stored = self._stored, bytearray()
            write_articles(segment.writer, stored, np.frombuffer(self._sizes, np.uint32))
            del stored
            self._write_texts(segment.writer, lengths)
            for name, pairs in zip(KEYWORDS, self._keywords, strict=True):
                inverted = _inverted_keywords(pairs)
                write_postings(segment.writer, name, inverted)
                if name in CODED:
                    write_codes(
                        segment.writer,
                        name,
                        inverted.sizes,
                        inverted.documents,
                        len(self),
                    )
            write_periods(segment.writer, _columns(self._when))
            write_signatures(segment.writer, signatures_of(self._signatures))
            return segment.finish(len(self), lengths)

    def _by_field(self, lengths: dict[str, Array]) -> dict[str, Array]:
        """The tokens of each text field, document after document; they are let go of here."""
        parts, self._tokens = self._tokens, []
        tokens = np.concatenate(parts) if parts else np.empty(0, np.uint32)
        fields = np.tile(np.arange(len(TEXTS), dtype=np.uint8), len(self))
        of = np.repeat(fields, np.frombuffer(self._lengths, np.uint32))
        return {name: tokens[of == number] for number, name in enumerate(TEXTS)}

    def _write_texts(self, writer: ColumnWriter, lengths: dict[str, Array]) -> None:
        texts = self._by_field(lengths)
        words, ranks, marked = _ranked(self._surfaces)
        stems = stems_of(words)
        listed = sorted(set(stems))
        numbers = {stem: number for number, stem in enumerate(listed)}
        stem_numbers = np.fromiter(map(numbers.__getitem__, stems), np.uint32, len(stems))
        vocabulary = [word.encode() for word in words]
        stem_terms = [stem.encode() for stem in listed]
        for name in TEXTS:
            came = texts.pop(name)
            beside, came = marked[came], ranks[came]
            held = invert_text(came, lengths[name], len(words), beside)
            del came, beside
            exact = _Kept(vocabulary, held)
            stemmed = _Kept(stem_terms, regroup(held, stem_numbers, len(listed)))
            del held
            write_postings(writer, name, stemmed.inverted)
            write_postings(writer, surfaces(name), exact.inverted)
            local = np.full(len(listed) + 1, -1, np.int64)
            local[stemmed.chosen] = np.arange(len(stemmed.chosen))
            write_forms(writer, name, local[stem_numbers[exact.chosen]], len(stemmed.chosen))


def _ranked(numbers: dict[str, int]) -> tuple[list[str], Array, Array]:
    """The surfaces among the keys, sorted, and by number of a key, which of them it is and
    whether it is marked by ``BESIDE``."""
    words = sorted({word.removeprefix(BESIDE) for word in numbers})
    places = {word: place for place, word in enumerate(words)}
    ranks = np.empty(len(numbers), np.uint32)
    marked = np.zeros(len(numbers), np.bool_)
    for word, number in numbers.items():
        ranks[number] = places[word.removeprefix(BESIDE)]
        marked[number] = word[0] == BESIDE
    return words, ranks, marked


def _columns(when: array[int]) -> Array:
    """The periods of all documents as ``stored.WHEN``."""
    rows = np.frombuffer(when, np.int64).reshape(-1, 3)
    columns = np.empty(len(rows), WHEN)
    for number, part in enumerate(WHEN.names or ()):
        columns[part] = rows[:, number]
    return columns


class _Kept:
    """A field inverted, and which terms of all there are occur in it."""

    def __init__(self, terms: Sequence[bytes], held: Postings) -> None:
        self.chosen = np.flatnonzero(held.sizes)
        kept = [terms[number] for number in self.chosen.tolist()]
        self.inverted = Inverted(
            kept, held.sizes[self.chosen], held.documents, held.frequencies, held.positions
        )


def _inverted_keywords(pairs: list[tuple[str, int]]) -> Inverted:
    listed = sorted({value for value, _ in pairs})
    numbers = {value: number for number, value in enumerate(listed)}
    terms = np.fromiter((numbers[value] for value, _ in pairs), np.uint32, len(pairs))
    documents = np.fromiter((document for _, document in pairs), np.int32, len(pairs))
    sizes, documents, _ = invert(terms, documents, len(listed))
    return Inverted([value.encode() for value in listed], sizes, documents)
