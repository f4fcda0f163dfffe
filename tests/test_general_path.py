"""Whoosh's own searcher and matchers, over the same segments, find and score the same.

What Whoosh cannot say is left out: ``AtLeast`` (its ``minmatch`` does nothing), phrases as parts of
a score (it scores their words), unscored nodes in an ``Or`` (a score of 0 is no match to it), and
a ``Not`` by itself (it scores 1).  ``AndNot`` is not used: where the first unwanted document comes
before the first wanted one, Whoosh does not look whether that is unwanted too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import whoosh.query as wq
from corpus import articles, revised
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.analysis import stem
from searchkit.engines import whoosh
from searchkit.engines.base import Request
from searchkit.engines.whoosh import general
from searchkit.fields import BY_NAME, SEARCHED, Kind
from searchkit.query.nodes import And, Every, Filter, Node, Not, Or, Phrase, Prefix, Term

WORDS = (
    "diversity diverse stop search and police officers burglary burglars the of years running "
    "cafe 2300 1.2kg mans arrest aldermere quay bicycle bicycles absentword a in"
).split()
FIELDS = (None, "title", "lead", "body", "address", "links", "category")


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


def translated(node: Node) -> wq.Query:
    """``node`` as Whoosh would say it."""
    if isinstance(node, And):
        added = [translated(n) for n in node.nodes if not isinstance(n, (Not, Filter))]
        query: wq.Query = wq.And(added)
        for child in node.nodes:
            if isinstance(child, (Not, Filter)):
                query = wq.Require(query, translated(child))
        return query
    if isinstance(node, Or):
        return wq.Or([translated(child) for child in node.nodes])
    if isinstance(node, Not):
        return wq.Not(translated(node.node))
    if isinstance(node, Filter):
        return translated(node.node)
    if isinstance(node, Every):
        return wq.Every()
    assert isinstance(node, (Term, Phrase, Prefix))
    if node.field is not None and BY_NAME[node.field].kind is Kind.KEYWORD:
        assert isinstance(node, Term)
        return wq.Term(node.field, node.word)
    names = [f.name for f in SEARCHED] if node.field is None else [BY_NAME[node.field].name]
    return wq.Or([part for name in names for part in _in_field(node, name)])


def _in_field(node: Term | Phrase | Prefix, name: str) -> list[wq.Query]:
    if isinstance(node, Phrase):
        return [wq.Phrase(f"{name}_x", list(node.words))]
    if isinstance(node, Prefix):
        return [wq.Prefix(f"{name}_x", node.word)]
    if node.exact:
        return [wq.Term(f"{name}_x", node.word)]
    return [wq.Term(name, stem(node.word)), wq.Term(f"{name}_x", node.word, boost=0.25)]


def found_by_whoosh(engine: whoosh.WhooshEngine, query: wq.Query) -> dict[str, float]:
    with general.searcher(engine._leaves) as searcher:
        results = searcher.search(query, limit=None)
        return {searcher.stored_fields(number)["id"]: score for score, number in results.top_n}


def found(engine: whoosh.WhooshEngine, node: Node) -> dict[str, float]:
    matches = engine.search(Request(node, limit=1000)).matches
    return {match.article.id: match.score for match in matches}


terms = st.builds(Term, st.sampled_from(WORDS), st.sampled_from(FIELDS), st.booleans())
scored = st.recursive(
    terms,
    lambda children: st.one_of(
        st.lists(children, min_size=1, max_size=4).map(lambda nodes: And(tuple(nodes))),
        st.lists(children, min_size=1, max_size=4).map(lambda nodes: Or(tuple(nodes))),
        st.tuples(children, children).map(lambda pair: And((pair[0], Not(pair[1])))),
        st.tuples(children, st.sampled_from(["essex", "kent", "nowhere"])).map(
            lambda pair: And((pair[0], Filter(Term(pair[1], "force"))))
        ),
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(scored)
def test_random_trees_of_words_match_and_score_alike(
    engine: whoosh.WhooshEngine, node: Node
) -> None:
    ours, theirs = found(engine, node), found_by_whoosh(engine, translated(node))
    assert ours.keys() == theirs.keys()
    assert ours == pytest.approx(theirs, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize(
    "node",
    [
        Phrase(("stop", "and", "search")),
        Phrase(("police", "officers"), "body"),
        Phrase(("years", "and", "years")),
        Phrase(("absentword", "and")),
        Prefix("burgl"),
        Prefix("bicy", "title"),
    ],
    ids=str,
)
def test_phrases_and_prefixes_match_alike(engine: whoosh.WhooshEngine, node: Node) -> None:
    assert found(engine, node).keys() == found_by_whoosh(engine, translated(node)).keys()


def test_other_query_types_of_whoosh_are_answered_too(engine: whoosh.WhooshEngine) -> None:
    expected = found(engine, Or((Term("burglary", exact=True), Term("burglars", exact=True))))
    for query in (wq.Wildcard("body_x", "burgl?r*"), wq.Regex("body_x", "burgl.r.*")):
        assert found_by_whoosh(engine, query).keys() <= expected.keys()
        assert found_by_whoosh(engine, query)
    near = found_by_whoosh(engine, wq.FuzzyTerm("body_x", "burglery", maxdist=1))
    assert near.keys() <= expected.keys()


def test_the_best_few_are_those_of_the_whole_list(engine: whoosh.WhooshEngine) -> None:
    query = translated(Or(tuple(map(Term, ("police", "diversity", "burglary", "search")))))
    with general.searcher(engine._leaves) as searcher:
        whole = [score for score, _ in searcher.search(query, limit=None).top_n]
        few = [score for score, _ in searcher.search(query, limit=5).top_n]
    assert few == pytest.approx(whole[:5])


def test_terms_are_listed_in_order_with_what_whoosh_asks_of_them(
    engine: whoosh.WhooshEngine,
) -> None:
    reader = general.reader(engine._leaves)
    listed = list(reader.lexicon("body_x"))
    assert listed == sorted(set(listed))
    info = reader.term_info("body_x", b"police")
    assert info.doc_frequency() <= info.weight()
    assert 1 <= info.min_length() <= info.max_length()
    assert reader.doc_count() == engine.search(Request(Every())).total
    assert ("body_x", b"zzz") not in reader


def test_an_empty_index_has_a_general_path(tmp_path: Path) -> None:
    whoosh.create(tmp_path / "index")
    with whoosh.open_reader(tmp_path / "index") as engine:
        assert general.reader(engine._leaves).doc_count() == 0
