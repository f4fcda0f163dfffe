"""The second look: the first hits in a better order, by what only few documents can be asked.

Floor 4.  The first pass finds and scores everything; what was typed may be a phrase, and scores as
one too where it stands so.  Of that order, only the first ``DEPTH`` hits (``DEPTH_LONG`` of a long
question) are looked at again, and stay before all others, since scores only gain.
Invariant: pages fit together, whatever their size, and no total changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import groupby, islice
from operator import attrgetter

import numpy as np

from ...query.nodes import Phrase
from ...query.questions import Asked
from .. import feedback
from ..base import Sort
from ..bm25 import DECIMALS
from . import closeness
from .columns import Array
from .compile import Compiler
from .leaf import Leaf
from .order import Found, Placed, every, page
from .plan import Plan, Reasons
from .sets import Matches

DEPTH = 30
DEPTH_LONG = feedback.DEPTH


@dataclass(frozen=True, slots=True)
class Looked:
    """The first hits, with what each gained and why, in the order of the first pass."""

    hits: Sequence[Placed]
    close: Array
    alike: Array
    learnt: Array
    words: Sequence[feedback.Learnt]

    def placed(self) -> list[Placed]:
        """The hits in their new order."""
        if not (self.close.any() or self.alike.any() or self.learnt.any()):
            return list(self.hits)
        old = np.array([hit.score for hit in self.hits])
        scores = (old + (self.close + self.alike + self.learnt)).round(DECIMALS)
        order = np.argsort(-scores, kind="stable").tolist()
        rows = [
            self.hits[at]._replace(score=score)
            for at, score in zip(order, scores[order].tolist(), strict=True)
        ]
        found: list[Placed] = []
        for _, group in groupby(rows, _score):
            tied = list(group)
            if len(tied) > 1:
                tied.sort(key=_age)
            found += tied
        return found


_score = attrgetter("score")


def _age(hit: Placed) -> tuple[int, str]:
    """What parts hits of equal scores: newest first, then by id."""
    return int(hit.leaf.newest[hit.document]), hit.leaf.id(hit.document)


class Second:
    """Looks again at the first hits of ``found``."""

    def __init__(self, compiler: Compiler, found: Found, asked: Asked) -> None:
        self._compiler = compiler
        self._first = found
        self._asked = asked

    # Not worked out where the head is known and the page lies in it.
    @cached_property
    def _run(self) -> Plan | None:
        return self._compiler.compile(Phrase(self._asked.run)) if self._asked.run else None

    @cached_property
    def _found(self) -> Found:
        return self._first if self._run is None else _with_run(self._run, self._first)

    @property
    def depth(self) -> int:
        """So many first hits are looked at again."""
        return DEPTH_LONG if self._asked.learn else DEPTH

    def head(self) -> list[Placed]:
        """The first ``depth`` hits, in their new order."""
        return self._look(page(self._found, Sort.RELEVANCE, 0, self.depth)).placed()

    def page(self, head: Sequence[Placed], offset: int, limit: int) -> list[Placed]:
        """The hits from ``offset`` on, ``limit`` of them, given the ``head``."""
        end = offset + limit
        start = max(offset, self.depth)
        rest = page(self._found, Sort.RELEVANCE, start, end - start) if end > start else []
        return [*head[offset:end], *rest]

    def every(self) -> Iterator[Placed]:
        """All hits, in the order of the pages."""
        yield from self.head()
        yield from islice(every(self._found, Sort.RELEVANCE), self.depth, None)

    def explain(self, leaf: Leaf, document: int) -> Reasons:
        """What the second look adds to one document."""
        first = page(self._found, Sort.RELEVANCE, 0, self.depth)
        looked = self._look(first)
        run = self._run.explain(leaf, document) if self._run else None
        for at, hit in enumerate(looked.hits):
            if hit.leaf is leaf and hit.document == document:
                # Where nothing was added, as to a single hit, there is nothing to tell.
                words = self._asked.words if looked.close[at] else ()
                close = closeness.reasons(self._compiler, leaf, document, words)
                return [*(run or ()), *close, *_gains(looked, at)]
        return run or []

    def _look(self, hits: Sequence[Placed]) -> Looked:
        nothing = np.zeros(len(hits))
        if len(hits) < 2:
            return Looked(hits, nothing, nothing, nothing, ())
        close = self._close(hits)
        if not self._asked.learn:
            return Looked(hits, close, nothing, nothing, ())
        scores = np.array([hit.score for hit in hits]) + close
        common = feedback.idf_of_common(self._compiler.documents)
        lesson = feedback.Lesson(partial(self._texts, hits), common, partial(self._learnt, hits))
        taught = lesson.taught(scores)
        return Looked(hits, close, taught.alike, taught.learnt, taught.words)

    def _texts(self, hits: Sequence[Placed], places: Sequence[int]) -> feedback.Texts:
        """The words of the hits at ``places``."""
        articles = [hits[at].leaf.article(hits[at].document) for at in places]
        return feedback.read(articles, self._compiler.average, self._compiler.idfs_of)

    def _close(self, hits: Sequence[Placed]) -> Array:
        """What the words that stand close to each other add."""
        several = closeness.pairs(self._compiler, self._asked.words)

        def added(leaf: Leaf, documents: Array) -> Array:
            sums = np.zeros(len(documents))
            for more in closeness.added(self._compiler, leaf, documents, several):
                sums += more
            return sums

        return _by_leaf(hits, added)

    def _learnt(self, hits: Sequence[Placed], words: Sequence[feedback.Learnt]) -> Array:
        """What the words learnt add."""
        plans = [(self._compiler.stemmed(one.stem), one.worth) for one in words]

        def added(leaf: Leaf, documents: Array) -> Array:
            sums = np.zeros(len(documents))
            for plan, worth in plans:
                places, scores = plan.among(leaf, documents)
                sums[places] += feedback.WORDS_SHARE * worth * scores
            return sums

        return _by_leaf(hits, added)


def _with_run(run: Plan, found: Found) -> Found:
    """``found``, where those that have all that was typed side by side score that phrase too."""
    together = []
    for leaf, (documents, scores) in found:
        places, more = run.among(leaf, documents)
        if len(places):
            scores = scores.copy()
            scores[places] += more
        together.append((leaf, Matches(documents, scores)))
    return together


def _by_leaf(hits: Sequence[Placed], added: Callable[[Leaf, Array], Array]) -> Array:
    """What ``added`` gives for the hits of each leaf, which it gets in ascending order."""
    sums = np.zeros(len(hits))
    places: dict[Leaf, list[int]] = {}
    for place, hit in enumerate(hits):
        places.setdefault(hit.leaf, []).append(place)
    for leaf, several in places.items():
        several.sort(key=lambda place: hits[place].document)
        documents = np.array([hits[place].document for place in several], np.int32)
        sums[several] = added(leaf, documents)
    return sums


def _gains(looked: Looked, at: int) -> Iterator[tuple[str, float]]:
    if looked.alike[at]:
        yield feedback.ALIKE, float(looked.alike[at])
    if looked.learnt[at]:
        yield feedback.told(looked.words), float(looked.learnt[at])
