"""What searchkit asks and Whoosh has no query for, as queries of Whoosh's.

Floor 4.  They read any codec's matchers, one document at a time, and gather what matches of a
segment in a ``ListMatcher``, as Whoosh's own constant scores do; phrases and expansions are scored
by ``weighting``.  Each is written from the definition of its node in ``query.nodes``, with
no look at the arrays of ``plan``.
Invariant: no deleted document ever matches.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import math
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

from whoosh.matching.binary import IntersectionMatcher
from whoosh.matching.mcore import ListMatcher, Matcher, NullMatcher
from whoosh.query.compound import CompoundQuery, Or
from whoosh.query.qcore import Query
from whoosh.query.wrappers import WrappingQuery
from whoosh.support.levenshtein import damerau_levenshtein

from ...fields import SEARCHED
from .weighting import Share, saturated, telling


class AnyOf(Or):
    """Whoosh's ``Or``, kept from its array of scores, to which a score of 0 is no match.

    To be an ``Or`` again when ``whoosh.matching.ArrayUnionMatcher`` tells the two apart.
    """

    matcher_type = Or.DEFAULT_MATCHER


class Unscored(WrappingQuery):
    """Matches as ``child`` does, with a score of 0.

    Whoosh's ``ConstantScoreQuery`` makes 1 of a score of 0; its ``ColumnQuery`` finds deleted
    documents and cannot estimate how many there are.
    """

    def estimate_size(self, ixreader: Any) -> int:
        return int(ixreader.doc_count())

    def matcher(self, searcher: Any, context: Any = None) -> Matcher:
        deleted = searcher.reader().is_deleted
        found = self.child.matcher(searcher, searcher.boolean_context())
        return _listed({number: 0.0 for number in _steps(found) if not deleted(number)})


class Times(WrappingQuery):
    """Matches as ``child`` does, with ``weight`` times its score."""

    def __init__(self, child: Query, weight: float) -> None:
        super().__init__(child)
        self.weight = weight

    def estimate_size(self, ixreader: Any) -> int:
        return int(ixreader.doc_count())

    def matcher(self, searcher: Any, context: Any = None) -> Matcher:
        found = self.child.matcher(searcher, context)
        scores: dict[int, float] = {}
        for number in _steps(found):
            scores[number] = found.score() * self.weight
        return _listed(scores)


class AtLeast(CompoundQuery):
    """At least ``minimum`` of ``queries``, their scores added; Whoosh's ``minmatch`` is without
    effect."""

    JOINT = " ATLEAST "

    def __init__(self, queries: Sequence[Query], minimum: int) -> None:
        super().__init__(queries)
        self.minimum = minimum

    def matcher(self, searcher: Any, context: Any = None) -> Matcher:
        scores: dict[int, list[float]] = {}
        for query in self.subqueries:
            found = query.matcher(searcher, context)
            for number in _steps(found):
                scores.setdefault(number, []).append(found.score())
        return _listed({n: sum(held) for n, held in scores.items() if len(held) >= self.minimum})


class Widened(WrappingQuery):
    """``child``, or at ``share`` of their weight ``others``: the score of ``child`` and that share
    of the best of theirs.

    ``stems`` are those of ``child``; each other has its own, or ``None`` where each match scores
    as much as ``stems`` are telling.
    """

    def __init__(
        self,
        child: Query,
        stems: Sequence[str],
        others: Sequence[tuple[Query, Sequence[str] | None]],
        share: float,
    ) -> None:
        super().__init__(child)
        self.stems, self.others, self.share = stems, others, share

    def estimate_size(self, ixreader: Any) -> int:
        return int(ixreader.doc_count())

    def matcher(self, searcher: Any, context: Any = None) -> Matcher:
        own = _telling_anywhere(searcher, self.stems)
        found = self.child.matcher(searcher, context)
        typed = {number: found.score() for number in _steps(found)}
        best: dict[int, float] = {}
        for query, stems in self.others:
            other = own if stems is None else _telling_anywhere(searcher, stems)
            factor = self.share * (min(1.0, own / other) if other else 1.0)
            found = query.matcher(searcher, context)
            for number in _steps(found):
                score = self.share * own if stems is None else factor * found.score()
                best[number] = max(best.get(number, 0.0), score)
        return _listed({n: typed.get(n, 0.0) + best.get(n, 0.0) for n in typed.keys() | best})


def _telling_anywhere(searcher: Any, stems: Iterable[str]) -> float:
    """The idf of ``stems``, each in the searched field that most documents hold it in, added."""
    names = [field.name for field in SEARCHED]
    return sum(telling(searcher, [(name, [stem]) for name in names]) for stem in stems)


class Counted(Query):
    """Something that stands in the field ``fieldname`` so many times in each document."""

    def __init__(self, fieldname: str) -> None:
        self.fieldname = fieldname

    @abstractmethod
    def counts(self, searcher: Any) -> Counter[int]:
        """How often it stands in each document of a segment that has it."""

    @abstractmethod
    def groups(self, searcher: Any) -> Sequence[Sequence[Any]]:
        """What its idf is the sum of: terms that are taken for one."""

    def estimate_size(self, ixreader: Any) -> int:
        return int(ixreader.doc_count())

    def matcher(self, searcher: Any, context: Any = None) -> Matcher:
        return InFields([self]).matcher(searcher, context)


class InFields(Query):
    """One thing in any of several fields, scored as BM25F has it: the weights of ``parts``, one
    for each field, are added, and their sum is saturated."""

    def __init__(self, parts: Sequence[Counted]) -> None:
        self.parts = tuple(parts)

    def estimate_size(self, ixreader: Any) -> int:
        return int(ixreader.doc_count())

    def matcher(self, searcher: Any, context: Any = None) -> Matcher:
        weights: dict[int, float] = {}
        for part in self.parts:
            scale = Share(searcher, part.fieldname)
            for number, often in part.counts(searcher).items():
                if often:
                    weights[number] = weights.get(number, 0.0) + scale.at(number, often)
        fields = [part.fieldname for part in self.parts]
        words = zip(*[part.groups(searcher) for part in self.parts], strict=True)
        idfs = [telling(searcher, zip(fields, word, strict=True)) for word in words]
        return _listed({n: saturated(weight, sum(idfs)) for n, weight in weights.items()})


class OneTerm(Counted):
    """One term."""

    def __init__(self, fieldname: str, text: str) -> None:
        super().__init__(fieldname)
        self.text = text

    def counts(self, searcher: Any) -> Counter[int]:
        return _counts(searcher.reader(), self.fieldname, self.text)

    def groups(self, searcher: Any) -> Sequence[Sequence[Any]]:
        return [[self.text]]


class Together(Counted):
    """``words`` side by side or, with ``slop`` > 0, in any order within ``len(words) + slop``
    tokens.

    Scored by how often they stand so, with the sum of their idf; Whoosh's ``Phrase`` adds up the
    scores of its words, wherever they stand.
    """

    def __init__(self, fieldname: str, words: Sequence[str], slop: int = 0) -> None:
        super().__init__(fieldname)
        self.words, self.slop = tuple(words), max(slop, 0)

    def groups(self, searcher: Any) -> Sequence[Sequence[Any]]:
        return [[word] for word in dict.fromkeys(self.words)]

    def counts(self, searcher: Any) -> Counter[int]:
        field, different = self.fieldname, tuple(dict.fromkeys(self.words))
        counts: Counter[int] = Counter()
        if not different or any((field, word) not in searcher.reader() for word in different):
            return counts
        held = [searcher.postings(field, word) for word in different]
        every = reduce(IntersectionMatcher, held)
        for number in _steps(every):
            places = [matcher.value_as("positions") for matcher in held]
            counts[number] = self._count(dict(zip(different, places, strict=True)))
        return counts

    def _count(self, places: Mapping[str, Sequence[int]]) -> int:
        """How often the words stand as they should, given the positions of each."""
        if not self.slop:
            return sum(
                all(start + i in places[word] for i, word in enumerate(self.words))
                for start in places[self.words[0]]
            )
        width, wanted = len(self.words) + self.slop, Counter(self.words)
        starts = [start for held in places.values() for start in held]
        return sum(
            all(
                sum(start <= place < start + width for place in places[word]) >= often
                for word, often in wanted.items()
            )
            for start in starts
        )


class Expanded(Counted):
    """Any of several terms, counted as if they were one."""

    def __init__(self, fieldname: str, word: str) -> None:
        super().__init__(fieldname)
        self.word = word

    @abstractmethod
    def terms_in(self, reader: Any) -> Iterable[bytes]:
        """The terms of ``reader`` that are meant."""

    def groups(self, searcher: Any) -> Sequence[Sequence[Any]]:
        return [list(self.terms_in(searcher.get_parent().reader())) if self.word else []]

    def counts(self, searcher: Any) -> Counter[int]:
        counts: Counter[int] = Counter()
        for term in self.groups(searcher)[0]:
            counts.update(_counts(searcher.reader(), self.fieldname, term))
        return counts


class StartingWith(Expanded):
    """Any term that starts with ``word``."""

    def terms_in(self, reader: Any) -> Iterable[bytes]:
        expanded: Iterable[bytes] = reader.expand_prefix(self.fieldname, self.word)
        return expanded


class NearTo(Expanded):
    """Any term with the first letter of ``word`` within ``edits`` edits of it.

    Whoosh's ``FuzzyTerm`` walks an automaton in which a swap of neighbours costs two edits.
    """

    def __init__(self, fieldname: str, word: str, edits: int) -> None:
        super().__init__(fieldname, word)
        self.edits = edits

    def terms_in(self, reader: Any) -> Iterator[bytes]:
        for term in reader.expand_prefix(self.fieldname, self.word[0]):
            other = term.decode()
            if (
                abs(len(other) - len(self.word)) <= self.edits
                and damerau_levenshtein(self.word, other) <= self.edits
            ):
                yield term


def _counts(reader: Any, field: str, term: Any) -> Counter[int]:
    """How often ``term`` stands in each document of a segment that holds it."""
    counts: Counter[int] = Counter()
    if (field, term) in reader:
        found = reader.postings(field, term)
        for number in _steps(found):
            counts[number] = int(found.weight())
    return counts


def _steps(matcher: Matcher) -> Iterator[int]:
    """The documents of ``matcher``, which stands at each as long as nobody moves it on."""
    while matcher.is_active():
        yield matcher.id()
        matcher.next()


class Scores(ListMatcher):
    """Documents with scores.  Their bound is no bound at all: where Whoosh replaces matchers of a
    union by what their bounds leave, it can lose the best document."""

    def max_quality(self) -> float:
        return math.inf


def _listed(scores: Mapping[int, float]) -> Matcher:
    """A matcher of the documents of ``scores``; to Whoosh, weights without a scorer are scores."""
    documents = sorted(scores)
    matcher: Matcher = Scores(documents, [scores[number] for number in documents])
    return matcher if documents else NullMatcher()
