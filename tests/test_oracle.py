"""The engine answers what brute force answers, for any query and any history of commits."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import oracle
import pytest
from corpus import articles, revised
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.article import Article
from searchkit.engines import whoosh
from searchkit.engines.base import Request, Sort
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


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Answers]:
    """An index after several commits with updates and deletions, and what it should hold."""
    path = tmp_path_factory.mktemp("index")
    whoosh.create(path)
    model: dict[str, Article] = {}
    everything = articles(240)
    for start in range(0, 240, 60):
        batch = everything[start : start + 60]
        with whoosh.open_writer(path, lock_timeout=1) as writer:
            for article in batch:
                writer.put(article)
                model[article.id] = article
            for article in everything[start // 2 : start : 7]:
                changed = revised(article, "burglary burglars")
                writer.put(changed)
                model[changed.id] = changed
            for article in everything[start // 3 : start : 11]:
                writer.delete(article.id)
                model.pop(article.id, None)
            writer.commit(b"")
    with whoosh.open_reader(path) as engine:
        yield _Answers(engine, model)


CROSSED = (("month",), ("year", "type"), ("type", "stage"), ("week", "force", "mentions"))


class _Answers:
    """An engine beside the model of what it holds."""

    def __init__(self, engine: whoosh.WhooshEngine, model: dict[str, Article]) -> None:
        self.engine = engine
        self.model = model

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
            for offset in range(0, len(whole), 7)
            for match in self.engine.search(Request(node, offset=offset, limit=7)).matches
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


@settings(
    max_examples=int(os.environ.get("SEARCHKIT_EXAMPLES", "60")),
    deadline=None,
)
@given(trees)
def test_any_query_gets_the_total_matches_facets_and_order_of_brute_force(
    history: _Answers, node: Node
) -> None:
    history.check(node)


@pytest.mark.parametrize("word", WORDS)
def test_forms_of_a_word_are_counted_as_by_reading_everything(history: _Answers, word: str) -> None:
    assert dict(history.engine.forms(word)) == oracle.forms(history.model.values(), word)


def test_a_keyword_id_finds_its_one_article(history: _Answers) -> None:
    wanted = next(iter(history.model))
    history.check(Term(wanted, "id"))


def test_every_article_comes_back_as_it_was_put(history: _Answers) -> None:
    assert {article.id: article for article in history.engine.articles()} == history.model


def test_real_articles_are_found_as_by_reading_everything(
    real_articles: Path, tmp_path: Path
) -> None:
    """Real text has words no invented one has: figures, Welsh, curly quotes, long lists."""
    files = sorted(real_articles.glob("*/*.md"))[::150]
    model = {}
    whoosh.create(tmp_path)
    with whoosh.open_writer(tmp_path, lock_timeout=1) as writer:
        for file in files:
            text = file.read_text(encoding="utf-8", errors="replace")
            title, _, body = text.rpartition("`" * 3)
            article = Article(id=file.stem[:16], title=title[-80:], body=body, lead=body[:150])
            writer.put(article)
            model[article.id] = article
        writer.commit(b"")
    with whoosh.open_reader(tmp_path) as engine:
        answers = _Answers(engine, model)
        for node in (
            Term("diversity"),
            And((Term("stop"), Term("search"))),
            Phrase(("stop", "and", "search")),
            Phrase(("police", "officer"), slop=6),
            Or((Prefix("arrest"), Fuzzy("burglery", edits=2))),
            AtLeast(2, (Term("knife"), Term("drug"), Term("heddlu"))),
            Not(Term("police")),
        ):
            answers.check(node)
        for word in ("arrested", "communities", "heddlu", "dying", "skies", "organised"):
            assert dict(engine.forms(word)) == oracle.forms(model.values(), word)
