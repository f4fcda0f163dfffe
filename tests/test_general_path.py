"""Whoosh's own searcher over the segments of the engine: what else it can be asked, and bounds.

That both find and score the same is ``test_equality``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from corpus import articles, revised
from whoosh.query import FuzzyTerm, Query, Regex, Term, Wildcard
from whoosh.sorting import FieldFacet

from searchkit.analysis import words
from searchkit.engines import bm25, whoosh
from searchkit.engines.base import Request, Sort
from searchkit.engines.whoosh import general
from searchkit.fields import BY_NAME
from searchkit.query import nodes


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[whoosh.WhooshEngine]:
    """Several segments, with deletions in them."""
    path = tmp_path_factory.mktemp("index")
    whoosh.create(path)
    everything = articles(300)
    for start in range(0, 300, 100):
        with whoosh.open_writer(path, lock_timeout=1) as writer:
            for article in everything[start : start + 100]:
                writer.put(article)
            for article in everything[start // 2 : start : 9]:
                writer.put(revised(article, "burglary burglars"))
            for article in everything[start // 2 + 1 : start : 9]:
                writer.delete(article.id)
            writer.commit(b"")
    with whoosh.open_reader(path) as opened:
        assert len(opened._leaves) == 3
        assert not all(leaf.whole for leaf in opened._leaves)
        yield opened


def found_by_whoosh(engine: whoosh.WhooshEngine, query: Query) -> dict[str, float]:
    with general.searcher(engine._leaves) as searcher:
        results = searcher.search(query, limit=None)
        return {searcher.stored_fields(number)["id"]: score for score, number in results.top_n}


def found(engine: whoosh.WhooshEngine, node: nodes.Node) -> dict[str, float]:
    matches = engine.search(Request(node, limit=1000)).matches
    return {match.article.id: match.score for match in matches}


def test_other_query_types_of_whoosh_are_answered_too(engine: whoosh.WhooshEngine) -> None:
    forms = [nodes.Term(word, "body", exact=True) for word in ("burglary", "burglars")]
    expected = found(engine, nodes.Or(tuple(forms))).keys()
    assert found_by_whoosh(engine, Wildcard("body_x", "burgl?r*")).keys() == expected
    assert found_by_whoosh(engine, Regex("body_x", "burgl.r.*")).keys() == expected
    near = found_by_whoosh(engine, FuzzyTerm("body_x", "burglery", maxdist=1))
    assert near.keys() == found(engine, forms[0]).keys()


@pytest.mark.parametrize(("text", "slop"), [("stop and search", 0), ("search stop", 1)])
def test_a_phrase_scores_as_one_word_with_the_idf_of_all_of_its_own(
    engine: whoosh.WhooshEngine, text: str, slop: int
) -> None:
    """Worked out from the formula and the texts alone, for the titles with ``text``."""
    leaves = engine._leaves
    held = [words(leaf.article(n).title) for leaf in leaves for n in range(len(leaf))]
    telling = sum(
        bm25.idf(len(held), sum(word in title for title in held)) for word in text.split()
    )
    average = sum(map(len, held)) / len(held)
    scores = found_by_whoosh(
        engine, general.query(nodes.Phrase(tuple(text.split()), "title", slop))
    )
    assert scores
    for article_id, score in scores.items():
        article = engine.get(article_id)
        assert article is not None
        title = words(article.title)
        assert title.count("stop") == title.count("search") == 1
        weight = BY_NAME["title"].weight / (1 - bm25.B + bm25.B * len(title) / average)
        assert score == pytest.approx(telling * (bm25.K1 + 1) * weight / (bm25.K1 + weight))


def test_the_best_few_are_those_of_the_whole_list(engine: whoosh.WhooshEngine) -> None:
    several = map(nodes.Term, ("police", "diversity", "burglary", "search"))
    query = general.query(nodes.Or(tuple(several)))
    with general.searcher(engine._leaves) as searcher:
        whole = [score for score, _ in searcher.search(query, limit=None).top_n]
        few = [score for score, _ in searcher.search(query, limit=5).top_n]
    assert few == pytest.approx(whole[:5])


def test_whoosh_sorts_by_the_columns_of_numbers(engine: whoosh.WhooshEngine) -> None:
    node = nodes.And((nodes.Term("police"), nodes.DateRange()))
    seconds = []
    with general.searcher(engine._leaves) as searcher:
        newest = FieldFacet("when_second", reverse=True)
        for hit in searcher.search(general.query(node), limit=None, sortedby=newest):
            article = engine.get(hit["id"])
            assert article is not None
            assert article.date.start is not None
            seconds.append(article.date.start.timestamp())
    matches = engine.search(Request(node, Sort.NEWEST, limit=1000)).matches
    starts = [match.article.date.start for match in matches]
    assert seconds == [start.timestamp() for start in starts if start is not None]
    assert len(set(seconds)) > 10


def test_terms_are_listed_in_order_with_what_whoosh_asks_of_them(
    engine: whoosh.WhooshEngine,
) -> None:
    reader = general.reader(engine._leaves)
    listed = list(reader.lexicon("body_x"))
    assert listed == sorted(set(listed))
    info = reader.term_info("body_x", b"police")
    assert info.doc_frequency() <= info.weight()
    assert 1 <= info.min_length() <= info.max_length()
    assert reader.min_field_length("title") <= reader.max_field_length("title")
    assert reader.doc_count() == engine.search(Request(nodes.Every())).total
    assert ("body_x", b"zzz") not in reader


def test_a_keyword_weighs_one(engine: whoosh.WhooshEngine) -> None:
    assert set(found_by_whoosh(engine, Term("force", "essex")).values()) == {1.0}


def test_an_empty_index_has_a_general_path(tmp_path: Path) -> None:
    whoosh.create(tmp_path / "index")
    with whoosh.open_reader(tmp_path / "index") as engine:
        assert general.reader(engine._leaves).doc_count() == 0
        assert found_by_whoosh(engine, general.query(nodes.Term("police"))) == {}
