"""What the first hits of a long question have in common, learnt from their texts.

Floor 4.  *Neighbours*: hits that are like other good hits gain (F. Diaz, "Regularizing ad hoc
retrieval scores", CIKM 2005).  *Feedback*: the telling words of the first hits are looked for too,
with less weight (J. Rocchio, "Relevance feedback in information retrieval", 1971; as relevance
models weigh it, by the scores of the hits).  Texts are cut into words again, so that an index
needs no second list of what each document holds; that takes milliseconds, which only long
questions are worth.  How telling words are, and what those learnt add, each engine finds out.
Invariant: nothing is ever taken off a score.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..analysis import faces, stem
from ..article import Article
from ..fields import SEARCHED, text_values
from ..query.questions import FUNCTION_WORDS
from ..tokens import Array
from .bm25 import DECIMALS, K1, B, idf

DEPTH = 100
"""So many first hits of a long question are looked at again, and stay before all others."""

TEXTS = 20
"""The texts of so many first hits are looked at."""

NEIGHBOURS = 5
"""A hit gains by so many of those that are most like it."""

NEIGHBOURS_SHARE = 0.4
"""The part of the mean of likeness times score of its neighbours that a hit gains."""

TEACHERS = 10
"""New words are learnt from so many of the first hits."""

WORDS = 40
"""So many words are learnt."""

WORDS_SHARE = 0.7
"""What the best of them counts, beside a word that was typed."""

COMMON = 0.1
"""Words of more than this part of all documents are not learnt (but ten documents are few)."""

ALIKE = "like other good hits"
"""What a gain by neighbours is called."""

Idfs = Callable[[Sequence[str]], Sequence[float]]
"""Tells the idf of each of some stems."""

_STOPPED = frozenset(stem(word) for word in FUNCTION_WORDS)


@dataclass(frozen=True, slots=True)
class Learnt:
    """A stem that the first hits have in common, and what it counts, up to 1."""

    stem: str
    worth: float


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of some texts: ``weights`` has a row for each text and a column for each of
    ``stems``, saturated as BM25F does; ``idfs`` are those of the stems."""

    stems: Sequence[str]
    weights: Array
    idfs: Array

    def rows(self, order: Array) -> Texts:
        """The texts in another order."""
        return Texts(self.stems, self.weights[order], self.idfs)

    def likeness(self) -> Array:
        """The cosine of each two texts; 0 of a text and itself."""
        vectors = self.weights * self.idfs
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        alike: Array = vectors @ vectors.T
        np.fill_diagonal(alike, 0.0)
        return alike


class _Numbers(dict[str, int]):
    """Stems to numbers, in the order in which they are first asked for."""

    def __missing__(self, stemmed: str) -> int:
        number = self[stemmed] = len(self)
        return number


@dataclass(frozen=True, slots=True)
class Taught:
    """What each of some hits gains: by those it is ``alike``, and by words ``learnt``, and which
    ``words`` those are."""

    alike: Array
    learnt: Array
    words: Sequence[Learnt]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What there is to learn from: ``texts`` reads those of the hits at some places; words of an
    idf of ``common`` or less tell nothing; ``added`` tells what words learnt add to each hit."""

    texts: Callable[[Sequence[int]], Texts]
    common: float
    added: Callable[[Sequence[Learnt]], Array]

    def taught(self, scores: Array) -> Taught:
        """What hits with these ``scores``, two at least, gain."""
        known = best(scores)[:TEXTS]
        texts = self.texts(known.tolist())
        alike = np.zeros(len(scores))
        alike[known] = neighbours(texts, scores[known])
        scores = scores + alike
        order = best(scores[known])
        words = learnt(texts.rows(order), scores[known][order], self.common)
        return Taught(alike, first_stays_first(scores, self.added(words)), words)


def read(articles: Sequence[Article], averages: Callable[[str], float], idfs: Idfs) -> Texts:
    """The words of ``articles``; ``averages`` tells how many tokens an average field has."""
    numbers = _Numbers()
    cells: list[tuple[int, list[int], float]] = []
    for row, article in enumerate(articles):
        values = text_values(article)
        for field in SEARCHED:
            found = [numbers[stemmed] for _, stemmed in faces(values[field.name])]
            relative = len(found) / (averages(field.name) or 1.0)
            cells.append((row, found, field.weight / (1.0 - B + B * relative)))
    weights = np.zeros((len(articles), len(numbers)))
    for row, found, once in cells:
        if found:
            weights[row] += once * np.bincount(found, minlength=len(numbers))
    stems = tuple(numbers)
    return Texts(stems, weights * (K1 + 1.0) / (K1 + weights), np.array(idfs(stems)))


def idf_of_common(documents: int) -> float:
    """The idf that a word of ``documents`` documents has to exceed to be learnt."""
    return idf(documents, max(10, int(COMMON * documents)))


def best(scores: Array) -> Array:
    """The places of ``scores``, best first."""
    order: Array = np.argsort(-scores.round(DECIMALS), kind="stable")
    return order


def first_stays_first(scores: Array, gained: Array) -> Array:
    """``gained``, and for the best of ``scores`` what keeps it best: what was learnt from the first
    hits is not let displace the one that taught most of it."""
    first = int(best(scores)[0])
    lead = float((scores + gained).max() - scores[first]) + 2.0 * 10.0**-DECIMALS
    kept: Array = gained.copy()
    kept[first] = max(lead, kept[first])
    return kept


def told(words: Sequence[Learnt]) -> str:
    """What a gain by ``words`` is called."""
    return f"words the first hits share ({', '.join(one.stem for one in words[:8])} ...)"


def neighbours(texts: Texts, scores: Array) -> Array:
    """What each text gains by those most like it, given the ``scores`` of all."""
    alike = texts.likeness()
    if len(alike) > NEIGHBOURS:
        least = -np.partition(-alike, NEIGHBOURS - 1, axis=1)[:, NEIGHBOURS - 1 : NEIGHBOURS]
        alike = np.where(alike >= least, alike, 0.0)
    gained: Array = NEIGHBOURS_SHARE / NEIGHBOURS * (alike @ scores)
    return gained


def learnt(texts: Texts, scores: Array, common: float) -> list[Learnt]:
    """The words that the first ``TEACHERS`` of ``texts`` have in common, best first; a word with
    an idf of ``common`` or less is too common to tell anything."""
    count = min(TEACHERS, len(scores))
    shares = scores[:count] / np.log2(np.arange(count) + 2.0)
    held = (shares / shares.sum()) @ texts.weights[:count]
    worth = np.where(texts.idfs > common, held * texts.idfs, 0.0)
    order = np.argsort(-worth, kind="stable")
    most = [at for at in order.tolist() if worth[at] > 0 and _telling(texts.stems[at])][:WORDS]
    highest = max((held[at] for at in most), default=1.0)
    return [Learnt(texts.stems[at], float(held[at] / highest)) for at in most]


def _telling(stemmed: str) -> bool:
    return len(stemmed) > 2 and not stemmed.isdigit() and stemmed not in _STOPPED
