"""What searchkit asks and Whoosh has no query for, as queries of Whoosh's.

Floor 4.  They read any codec's matchers, one document at a time, and gather what matches of a
segment in a ``ListMatcher``, as Whoosh's own constant scores do; phrases and expansions are scored
by ``weighting.Formula``.  Each is written from the definition of its node in ``query.nodes``, with
no look at the arrays of ``plan``.
Invariant: no deleted document ever matches.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

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
from .weighting import Formula, telling


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
            telling = own if stems is None else _telling_anywhere(searcher, stems)
            factor = self.share * (min(1.0, own / telling) if telling else 1.0)
            found = query.matcher(searcher, context)
            for number in _steps(found):
                score = self.share * own if stems is None else factor * found.score()
                best[number] = max(best.get(number, 0.0), score)
        return _listed({n: typed.get(n, 0.0) + best.get(n, 0.0) for n in typed.keys() | best})


def _telling_anywhere(searcher: Any, stems: Iterable[str]) -> float:
    """The idf of ``stems``, each in the searched field that most documents hold it in, added."""
    names = [field.name for field in SEARCHED]
    return sum(min(telling(searcher, name, stem) for name in names) for stem in stems)


class Together(Query):
    """``words`` of the field ``fieldname`` side by side or, with ``slop`` > 0, in any order within
    ``len(words) + slop`` tokens.

    Scored by how often they stand so, with the sum of their idf; Whoosh's ``Phrase`` adds up the
    scores of its words, wherever they stand.
    """

    def __init__(self, fieldname: str, words: Sequence[str], slop: int = 0) -> None:
        self.fieldname, self.words, self.slop = fieldname, tuple(words), max(slop, 0)

    def estimate_size(self, ixreader: Any) -> int:
        return int(ixreader.doc_count())

    def matcher(self, searcher: Any, context: Any = None) -> Matcher:
        field, different = self.fieldname, tuple(dict.fromkeys(self.words))
        if not all((field, word) in searcher.reader() for word in different):
            return _listed({})
        held = [searcher.postings(field, word) for word in different]
        every = reduce(IntersectionMatcher, held)
        counts: Counter[int] = Counter()
        for number in _steps(every):
            places = [matcher.value_as("positions") for matcher in held]
            counts[number] = self._count(dict(zip(different, places, strict=True)))
        weight = sum(telling(searcher, field, word) for word in different)
        return _scored(counts, Formula(searcher, field, weight))

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


class Expanded(Query):
    """Any of several terms of the field ``fieldname``, scored as if they were one."""

    def __init__(self, fieldname: str, word: str) -> None:
        self.fieldname, self.word = fieldname, word

    @abstractmethod
    def terms_in(self, reader: Any) -> Iterable[bytes]:
        """The terms of ``reader`` that are meant."""

    def estimate_size(self, ixreader: Any) -> int:
        return int(ixreader.doc_count())

    def matcher(self, searcher: Any, context: Any = None) -> Matcher:
        field, reader = self.fieldname, searcher.reader()
        terms = list(self.terms_in(searcher.get_parent().reader())) if self.word else []
        frequencies: Counter[int] = Counter()
        for term in terms:
            if (field, term) in reader:
                found = reader.postings(field, term)
                for number in _steps(found):
                    frequencies[number] += found.weight()
        return _scored(frequencies, Formula(searcher, field, telling(searcher, field, *terms)))


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


def _steps(matcher: Matcher) -> Iterator[int]:
    """The documents of ``matcher``, which stands at each as long as nobody moves it on."""
    while matcher.is_active():
        yield matcher.id()
        matcher.next()


def _scored(frequencies: Counter[int], formula: Formula) -> Matcher:
    """A matcher of the documents that hold something so many times."""
    return _listed({n: formula.at(n, often) for n, often in frequencies.items() if often})


def _listed(scores: Mapping[int, float]) -> Matcher:
    """A matcher of the documents of ``scores``; to Whoosh, weights without a scorer are scores."""
    documents = sorted(scores)
    matcher: Matcher = ListMatcher(documents, [scores[number] for number in documents])
    return matcher if documents else NullMatcher()
