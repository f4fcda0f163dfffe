"""Answers of an engine beside those of brute force, after a history of commits; random trees.

For every engine: what it answers must be what ``oracle`` reads out of the articles.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import oracle
import pytest
from corpus import articles, revised
from hypothesis import strategies as st

from searchkit.article import Article
from searchkit.engines.base import Engine, Request, Sort, Writer
from searchkit.fields import FACETS
from searchkit.query.nodes import (
    And,
    AtLeast,
    DateRange,
    Every,
    Filter,
    Fuzzy,
    Node,
    Not,
    Nothing,
    Or,
    Phrase,
    Prefix,
    Term,
    Weighed,
)

WORDS = (
    "diversity diverse stop search and police officers burglary burglars the of years running "
    "cafe 2300 1.2kg mans arrest aldermere quay bicycle bicycles absentword a in"
).split()
TEXT_FIELDS = (None, "title", "lead", "body", "address", "links", "category", "headline")
KEYWORDS = (
    Term("essex", "force"),
    Term("kent", "area"),
    Term("gwent", "mentions"),
    Term("quill", "op"),
    Term("Essex/00003.txt", "path"),
    Term("nowhere", "force"),
)


def lived(writer: Callable[[], Writer]) -> dict[str, Article]:
    """What an index should hold after several commits with updates and deletions, each made with
    a ``writer`` of its own."""
    model: dict[str, Article] = {}
    everything = articles(240)
    for start in range(0, 240, 60):
        run = writer()
        for article in everything[start : start + 60]:
            run.put(article)
            model[article.id] = article
        for article in everything[start // 2 : start : 7]:
            changed = revised(article, "burglary burglars")
            run.put(changed)
            model[changed.id] = changed
        for article in everything[start // 3 : start : 11]:
            run.delete(article.id)
            model.pop(article.id, None)
        run.commit(b"")
    return model


CROSSED = (("month",), ("year", "type"), ("type", "stage"), ("week", "force", "mentions"))


class Answers:
    """An engine beside the model of what it holds."""

    def __init__(self, engine: Engine, model: dict[str, Article], page: int = 7) -> None:
        self.engine = engine
        self.model = model
        self.page = page

    def check(self, node: Node) -> None:
        expected = oracle.matching(self.model.values(), node)
        held = [self.model[i] for i in expected]
        for sort in Sort:
            found = self.engine.search(Request(node, sort, 0, 1000, FACETS))
            ids = [match.article.id for match in found.matches]
            assert found.total == len(expected)
            assert set(ids) == expected
            assert len(ids) == len(expected)
            for name in FACETS:
                assert found.facets[name] == oracle.facet(held, name)
            if sort is not Sort.RELEVANCE:
                assert ids == oracle.in_order(held, sort)
            streamed = self.engine.matches(Request(node, sort, 5, 1))
            assert [match.article.id for match in streamed] == ids[5:]
        for names in CROSSED:
            counts = self.engine.crossed(Request(node, facets=names))
            assert counts == oracle.crossed(held, names)
        self._check_relevance(node, held)
        assert self.engine.count(node) == len(expected)

    def _check_relevance(self, node: Node, held: list[Article]) -> None:
        """Better scores first; among equals newest first, then by id.  Pages fit together."""
        whole = self.engine.search(Request(node, limit=1000)).matches
        scores = {match.article.id: match.score for match in whole}
        newest = oracle.in_order(held, Sort.NEWEST)
        expected = sorted(newest, key=lambda i: -scores[i])
        assert [match.article.id for match in whole] == expected
        pages = [
            match.article.id
            for offset in range(0, len(whole), self.page)
            for match in self.engine.search(Request(node, offset=offset, limit=self.page)).matches
        ]
        assert pages == expected
        for match in whole[:3]:
            lines = self.engine.explain(Request(node), match.article.id)
            assert sum(amount for _, amount in lines) == pytest.approx(match.score, abs=1e-4)


words = st.sampled_from(WORDS)
text_fields = st.sampled_from(TEXT_FIELDS)
days = st.none() | st.dates(date(2017, 6, 1), date(2021, 6, 1))
leaves = st.one_of(
    st.builds(Term, words, text_fields, st.booleans()),
    st.sampled_from(KEYWORDS),
    st.builds(
        Phrase,
        st.lists(words, min_size=1, max_size=3).map(tuple),
        text_fields,
        st.integers(0, 4),
    ),
    st.just(Phrase(("stop", "and", "search"))),
    st.just(Phrase(("years", "and", "years"))),
    st.just(Phrase(("years", "years"), slop=1)),
    st.builds(Prefix, words.map(lambda w: w[:3]), text_fields),
    st.builds(Fuzzy, words, text_fields, st.integers(1, 2)),
    st.builds(DateRange, days, days),
    st.just(Every()),
    st.just(Nothing()),
)


def _above(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(children, max_size=4).map(tuple)
    return st.one_of(
        st.builds(And, several),
        st.builds(Or, several),
        st.builds(AtLeast, st.integers(0, 4), several),
        st.builds(Not, children),
        st.builds(Filter, children),
        st.builds(Weighed, children, st.sampled_from((0.5, 3.0))),
    )


trees = st.recursive(leaves, _above, max_leaves=8)
