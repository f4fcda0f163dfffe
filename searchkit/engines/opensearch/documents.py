"""An article as a document of the cluster: its tokens as text that Lucene only parts.

Floor 4.  Words come as numbers of a vocabulary (``prepared``); what they look like in each field is
worked out once a word, and a text is put together from those pieces.
Invariant: a document's tokens are those of ``analysis.indexed``, at the same places.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from ...analysis import BESIDE as MARK
from ...analysis import stems
from ...fields import KEYWORDS, PERIODS, SEARCHED, TEXTS
from ...prepared import Prepared
from ...tokens import Array
from ..periods import NAMED, UNDATED
from . import shape
from .norms import Norms

_VOCABULARIES = 16
"""Chunks of articles come from a few processes, in turn: so many vocabularies are known at once."""

_FIRST_ROOM = 1 << 12
_SEARCHED = np.array([name in {field.name for field in SEARCHED} for name in TEXTS])


class Place(NamedTuple):
    """A document among its copies: their ``cluster``, "" where it has none, and which ``member`` of
    it, from the earliest on."""

    cluster: str = ""
    member: int = 0


ALONE = Place()


class Documents:
    """Makes documents, and learns the words of each text field on the way."""

    def __init__(self, norms: Norms | None = None) -> None:
        self._norms = Norms() if norms is None else norms
        self._known: dict[int, _Vocabulary] = {}
        self.spoken = Spoken()

    def document(self, ready: Prepared, place: Place = ALONE) -> dict[str, Any]:
        """The document of an article."""
        words = self._vocabulary(ready.vocabulary)
        tokens = np.frombuffer(ready.tokens, np.uint32)
        lengths = np.array(ready.lengths, np.int64)
        found: dict[str, Any] = {
            shape.STORED: b64encode(ready.stored).decode(),
            shape.SIGNATURE: b64encode(ready.signature).decode(),
            shape.GROUP: place.cluster or ready.id,
            shape.MEMBER: place.member,
        }
        if place.cluster:
            found[shape.CLUSTER] = place.cluster
        start = 0
        for number, (name, length) in enumerate(zip(TEXTS, ready.lengths, strict=True)):
            if length:
                held = tokens[start : start + length]
                words.fields[held] |= 1 << number
                found[name], found[shape.stems_of(name)] = words.texts(held)
                start += length
        searched = np.repeat(_SEARCHED, lengths)
        weights = np.repeat(self._norms.weights(lengths), lengths)[searched]
        found[shape.WORDS], found[shape.STEMS] = words.weighed(tokens[searched], weights)
        found |= _keywords(ready)
        return found | _when(*ready.facts.when)

    def words(self) -> Mapping[str, tuple[int, int]]:
        """The words of all documents made since the last time: the text fields each stands in, as
        bits by their number in ``TEXTS``, and how many documents held it in a searched field."""
        for one in self._known.values():
            one.tell(self.spoken)
        told, self.spoken = self.spoken, Spoken()
        return told.words

    def _vocabulary(self, listed: list[str]) -> _Vocabulary:
        known = self._known.pop(id(listed), None)
        if known is None:
            known = _Vocabulary(listed)
        self._known[id(listed)] = known
        if len(self._known) > _VOCABULARIES:
            self._known.pop(next(iter(self._known))).tell(self.spoken)
        known.grow()
        return known


class Spoken:
    """Words with the fields they stand in and the documents that hold them."""

    def __init__(self) -> None:
        self.words: dict[str, tuple[int, int]] = {}

    def add(self, word: str, fields: int, held: int) -> None:
        before = self.words.get(word)
        if before is not None:
            fields, held = fields | before[0], held + before[1]
        self.words[word] = fields, held


class _Vocabulary:
    """What the words of one vocabulary look like; it keeps the list, so that none has its id."""

    def __init__(self, listed: list[str]) -> None:
        self.listed = listed
        self._words: list[str] = []
        self._stems: list[str] = []
        self._word_pieces: list[str] = []
        self._stem_pieces: list[str] = []
        self.fields: Array = np.zeros(_FIRST_ROOM, np.uint32)
        self._held: Array = np.zeros(_FIRST_ROOM, np.uint32)

    def grow(self) -> None:
        """Learn the words that have come since the last time."""
        known, size = len(self._words), len(self.listed)
        if known == size:
            return
        for came in self.listed[known:]:
            word = came.removeprefix(MARK)
            self._words.append(word)
            self._word_pieces.append((shape.BESIDE if came[0] == MARK else " ") + word)
        for came, stem in zip(self.listed[known:], stems(self._words[known:]), strict=True):
            self._stems.append(stem)
            self._stem_pieces.append((shape.BESIDE if came[0] == MARK else " ") + stem)
        if size > len(self.fields):
            room = np.zeros(2 * size, np.uint32)
            room[:known] = self.fields[:known]
            self.fields = room
            room = np.zeros(2 * size, np.uint32)
            room[:known] = self._held[:known]
            self._held = room

    def texts(self, tokens: Array) -> tuple[str, str]:
        """A text as its surfaces, and as its stems."""
        numbers = tokens.tolist()
        words = "".join(map(self._word_pieces.__getitem__, numbers))
        return words[1:], "".join(map(self._stem_pieces.__getitem__, numbers))[1:]

    def weighed(self, tokens: Array, weights: Array) -> tuple[str, str]:
        """Each different word, and each stem, with the weights of its ``tokens`` added."""
        numbers, places = np.unique(tokens, return_inverse=True)
        sums = np.bincount(places, weights, minlength=len(numbers)).tolist()
        self._held[numbers] += 1
        by_word: dict[str, float] = {}
        by_stem: dict[str, float] = {}
        for number, weight in zip(numbers.tolist(), sums, strict=True):
            word, stem = self._words[number], self._stems[number]
            by_word[word] = by_word.get(word, 0.0) + weight
            by_stem[stem] = by_stem.get(stem, 0.0) + weight
        return _with_weights(by_word), _with_weights(by_stem)

    def tell(self, spoken: Spoken) -> None:
        """Tell which words stood in documents, and forget it."""
        stood = np.flatnonzero(self.fields)
        fields, held = self.fields[stood].tolist(), self._held[stood].tolist()
        for number, bits, count in zip(stood.tolist(), fields, held, strict=True):
            spoken.add(self._words[number], bits, count)
        self.fields[:] = 0
        self._held[:] = 0


def _with_weights(weights: Mapping[str, float]) -> str:
    pairs = weights.items()
    return " ".join([f"{word}{shape.WEIGHT}{round(weight) or 1}" for word, weight in pairs])


def fields_of(bits: int) -> list[str]:
    """The text fields that ``bits`` of ``Documents.words`` stand for."""
    return [name for number, name in enumerate(TEXTS) if bits >> number & 1]


def _keywords(ready: Prepared) -> dict[str, Any]:
    values = dict(zip(KEYWORDS, ready.facts.keywords, strict=True))
    found = {
        name: sorted({value for value in several if value}) for name, several in values.items()
    }
    found["force"] = found["force"] or [""]
    return {name: several for name, several in found.items() if several}


@lru_cache(maxsize=4096)
def _days(first: int, last: int) -> dict[str, str]:
    """The periods in which both days lie."""
    if not first:
        return dict.fromkeys(PERIODS, UNDATED)
    days = date.fromordinal(first), date.fromordinal(last)
    named = {kind: {NAMED[kind](day) for day in days} for kind in PERIODS}
    return {kind: several.pop() for kind, several in named.items() if len(several) == 1}


def _when(first: int, last: int, second: int) -> dict[str, Any]:
    known = _days(first, last)
    if not first:
        return dict(known)
    return {**known, shape.FIRST: first, shape.LAST: last, shape.NEWEST: second}
