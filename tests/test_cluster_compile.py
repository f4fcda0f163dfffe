"""Query nodes as the query DSL says them, without a cluster."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from corpus import articles
from trees import Trees

from searchkit.analysis import MAX_WORD
from searchkit.engines.bm25 import EXACT, K1, WINDOW, idf
from searchkit.engines.opensearch import norms
from searchkit.engines.opensearch.closeness import looked_again
from searchkit.engines.opensearch.compile import FILTER, Compiler, stemmed
from searchkit.engines.opensearch.plan import Clause, Leaf
from searchkit.engines.opensearch.statistics import (
    Expansion,
    Extent,
    Known,
    expansion_of,
    needs_of,
)
from searchkit.errors import QueryError, UnknownField, UnsupportedQuery
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
    Widened,
)
from searchkit.query.questions import Asked

MATCH_ALL = {"match_all": {}}
ALL_FIELDS = ("title", "lead", "body")


def known_of(
    node: Node,
    holding: int = 10,
    words: int = 3,
    articles_held: int = 1_000,
    asked: Asked | None = None,
) -> Known:
    """What a query of ``node`` would be told of an index."""
    needs = needs_of(node, scored=True, asked=asked)
    return Known(
        articles_held,
        dict.fromkeys(needs.stems, holding),
        dict.fromkeys(needs.words, holding),
        dict.fromkeys(needs.expansions, Extent(words, holding)),
    )


def clause_of(node: Node, **known: int) -> Clause:
    return Compiler(known_of(node, **known)).compile(node)


def said(node: Node, **known: int) -> dict[str, Any]:
    return clause_of(node, **known).query()


def test_a_plain_word_is_its_stem_and_may_be_the_very_word() -> None:
    factor = (K1 + 1) / (K1 * norms.SCALE + 1)
    assert said(Term("policing")) == {
        "bool": {
            "must": [{"term": {"stems": {"value": "polic", "boost": factor}}}],
            "should": [{"term": {"words": {"value": "policing", "boost": factor * EXACT}}}],
        }
    }


def test_a_word_of_a_named_field_is_looked_for_there_by_any_of_its_names() -> None:
    assert said(Term("policing", "headline")) == said(Term("policing", "title"))
    (stem,) = said(Term("policing", "title"))["bool"]["must"]
    assert stem["term"]["title_stem"]["value"] == "polic"
    assert set(said(Term("policing", "url", exact=True))["term"]) == {"address"}


def test_a_filter_says_no_scores() -> None:
    stem = {"bool": {"filter": [{"term": {"stems": {"value": "polic"}}}]}}
    assert said(Filter(Term("policing"))) == stem
    assert said(Not(Term("policing"))) == {
        "bool": {"filter": [MATCH_ALL], "must_not": [stem]},
    }
    assert not clause_of(Filter(Weighed(Prefix("bur"), 2.0))).scored


def test_keywords_and_dates_add_nothing_to_a_score() -> None:
    keyword = {"bool": {"filter": [{"term": {"force": {"value": "essex"}}}]}}
    assert said(Term("essex", "area")) == keyword
    first, last = date(2020, 1, 1), date(2020, 12, 31)
    assert said(DateRange(first, last)) == {
        "bool": {
            "filter": [
                {"bool": {"filter": [{"range": {"last": {"gte": first.toordinal()}}}]}},
                {"bool": {"filter": [{"range": {"first": {"lte": last.toordinal()}}}]}},
            ]
        }
    }
    assert said(DateRange()) == {"bool": {"filter": [{"exists": {"field": "first"}}]}}


def test_nobody_asks_for_the_mark_of_articles_without_a_force() -> None:
    assert said(Term("", "force")) == {"match_none": {}}


@pytest.mark.parametrize(
    "node", [Nothing(), Or(()), Phrase(()), Prefix(""), AtLeast(2, (Every(),))]
)
def test_what_cannot_match_is_said_so(node: Node) -> None:
    assert said(node) == {"match_none": {}}


def test_and_parts_what_scores_what_filters_and_what_is_excluded() -> None:
    node = And((Term("knife"), Term("essex", "force"), Not(Term("drill"))))
    kinds = said(node)["bool"]
    assert {kind: len(queries) for kind, queries in kinds.items()} == {
        "must": 1,
        "filter": 1,
        "must_not": 1,
    }
    assert said(And((Not(Term("a")), Not(Term("b")))))["bool"]["filter"] == [MATCH_ALL]


def test_at_least_none_is_every_article_and_scores_what_matches() -> None:
    node = said(AtLeast(0, (Term("knife"), Term("drill"))))["bool"]
    assert len(node["should"]) == 3
    assert node["minimum_should_match"] == 1
    assert said(AtLeast(2, (Term("a"), Term("b"), Term("c"))))["bool"]["minimum_should_match"] == 2


def test_words_in_order_are_phrases_and_words_near_each_other_spans() -> None:
    assert set(said(Phrase(("stop", "and", "search"), "body"))) == {"match_phrase"}
    near = said(Phrase(("stop", "search"), "body", slop=3))["span_near"]
    assert (near["slop"], near["in_order"], len(near["clauses"])) == (3, False, 2)
    everywhere = said(Phrase(("stop", "search")))["dis_max"]
    assert [list(one["match_phrase"]) for one in everywhere["queries"]] == [[f] for f in ALL_FIELDS]


def test_words_in_order_need_no_analyzer_of_the_index() -> None:
    words = ("one", "two", "one")
    # The cluster's own leaves 255 units whole, of which a letter has two at most.
    assert 2 * MAX_WORD <= 255
    phrase = said(Phrase(words, "body"))["match_phrase"]["body"]
    assert (phrase["query"], phrase["analyzer"]) == ("one two one", "whitespace")
    near = said(Phrase(words, "body", slop=2))["intervals"]["body"]["all_of"]
    assert {one["match"]["analyzer"] for one in near["intervals"]} == {"whitespace"}


def test_a_word_named_twice_is_counted_twice() -> None:
    repeated = said(Phrase(("one", "two", "one"), "body", slop=2))["intervals"]["body"]["all_of"]
    assert len(repeated["intervals"]) == 3
    assert repeated["filter"] == {"script": {"source": "interval.end - interval.start < 5"}}


def test_weights_stand_at_leaves_alone() -> None:
    plain, twice = (leaves(clause_of(one)) for one in (Term("a"), Weighed(Term("a"), 2.0)))
    assert [one.boost for one in twice] == pytest.approx([2 * (one.boost or 0) for one in plain])
    for node in Trees(articles(30), 3).some(150):
        query = clause_of(node).query()
        assert '"boost"' not in json.dumps(outside_leaves(query))


def test_another_word_counts_no_more_than_those_typed() -> None:
    rare, common = Term("burglary"), Term("theft")
    node = Widened(rare, (common, Filter(Term("essex", "force"))), 0.4)
    known = Known(1_000, {"burglari": 500, "theft": 5})
    held = Compiler(known).compile(node)
    typed, other, force = pick(held)
    assert other.boost == pytest.approx((typed.boost or 0) * 0.4 * idf(1_000, 500) / idf(1_000, 5))
    assert force.boost == pytest.approx(0.4 * idf(1_000, 500))


def test_a_phrase_counts_as_much_as_its_different_words_tell_together() -> None:
    known = Known(1_000, held={"stop": 500, "and": 900, "search": 5})
    node = Phrase(("stop", "and", "search", "and"))
    for leaf in leaves(Compiler(known).compile(node)):
        told = sum(idf(1_000, held) for held in (500, 900, 5))
        assert (leaf.boost or 0) * len(node.words) == pytest.approx(told)


def test_what_a_filter_needs_to_know_is_only_how_wide_it_is() -> None:
    node = And((Phrase(("a", "b")), Widened(Term("c"), (Term("d"),), 0.4), Prefix("bur")))
    needs = needs_of(node, scored=False)
    assert (needs.stems, needs.words, len(needs.expansions)) == (frozenset(), frozenset(), 1)


def test_expansions_share_one_limit() -> None:
    node = And((Prefix("left"), Fuzzy("right")))
    assert clause_of(node, words=500).scored
    with pytest.raises(QueryError, match="1,200 words together"):
        clause_of(node, words=600)
    with pytest.raises(QueryError, match="1,100 words that start with 'left'"):
        clause_of(Prefix("left"), words=1_100)


def test_expansions_leave_no_word_out() -> None:
    wide = said(Prefix("burgl", "body"))["prefix"]["body"]
    assert wide["rewrite"] == "constant_score"
    close = said(Fuzzy("burglary", "body", 2))["fuzzy"]["body"]
    assert (close["fuzziness"], close["prefix_length"], close["rewrite"]) == (
        2,
        1,
        "constant_score",
    )
    assert expansion_of(Fuzzy("knife")) == Expansion("knife", 1, ALL_FIELDS)


def test_what_cannot_be_asked_is_refused() -> None:
    for node in (Term("x", "colour"), Phrase(("a", "b"), "force"), Prefix("a", "date")):
        with pytest.raises(UnknownField):
            clause_of(Or((Term("y"), Not(node))))
    with pytest.raises(UnsupportedQuery, match="at most 2 edits"):
        clause_of(Fuzzy("burglary", edits=3))


def test_the_second_look_is_optional_and_adds_no_match() -> None:
    node = And((Term("stop"), Term("search")))
    asked = Asked(("stop", "search"), run=("stop", "and", "search", "police"))
    compiler = Compiler(known_of(node, asked=asked))
    clause = compiler.compile(node)
    query = looked_again(compiler, clause, asked).query()["bool"]
    assert query["must"] == [clause.query()]
    assert len(query["should"]) == 2
    assert looked_again(compiler, clause, None) is clause


def test_two_words_are_close_in_either_order_and_the_closer_of_them_counts() -> None:
    node, asked = And((Term("stop"), Term("search"))), Asked(("stop", "search"))
    compiler = Compiler(known_of(node, asked=asked))
    query = looked_again(compiler, compiler.compile(node), asked).query()["bool"]
    (near,) = query["should"]
    for name, one in zip(("title", "body"), near["dis_max"]["queries"], strict=True):
        assert one["dis_max"]["tie_breaker"] == 0
        found = [either["match_phrase"][name] for either in one["dis_max"]["queries"]]
        assert [either["query"] for either in found] == ["stop search", "search stop"]
        assert {either["slop"] for either in found} == {WINDOW - 1}


def test_a_word_that_was_learnt_counts_a_share_of_one_typed() -> None:
    (typed,) = said(Weighed(Term("policing"), 0.3))["bool"]["must"]
    assert stemmed("polic", 0.3)["term"]["stems"] == pytest.approx(typed["term"]["stems"])


def test_an_explanation_takes_only_what_adds_to_the_score() -> None:
    node = Or((And((Term("a"), Term("b"))), Widened(Term("c"), (Term("d"), Term("e")), 0.5)))
    clause = clause_of(node)
    names = {one.label: one.name for one in leaves(clause)}
    held = {"stem a": 1.0, "stem c": 2.0, "instead: stem d": 0.5, "instead: stem e": 0.7}
    scores = {names[f"{label} in all searched fields"]: n for label, n in held.items()}
    lines = dict(clause.reasons(scores) or ())
    # The first half needs both words; of what stands for others, the best counts.
    assert lines == {
        "stem c in all searched fields": 2.0,
        "instead: stem e in all searched fields": 0.7,
    }
    assert clause.reasons({}) is None
    assert clause_of(Not(Term("a"))).reasons({}) == []


def test_every_leaf_has_a_name_of_its_own() -> None:
    for node in Trees(articles(30), 4).some(100):
        clause = clause_of(node)
        found = [one.name for one in leaves(clause)]
        assert len(found) == len(set(found))
        query = json.dumps(clause.query(named=True))
        assert "match_none" in query or query.count('"_name"') == len(found)


def test_a_filter_of_any_tree_scores_nothing() -> None:
    for node in Trees(articles(30), 5).some(100):
        clause = Compiler(known_of(node)).compile(node, FILTER)
        assert not clause.scored
        assert '"boost"' not in json.dumps(clause.query())


def leaves(clause: Any) -> list[Leaf]:
    """The leaves of a clause, in their order."""
    if isinstance(clause, Leaf):
        return [clause]
    held = [getattr(clause, name, ()) for name in ("required", "part", "parts", "more")]
    several = [one for some in held for one in (some if isinstance(some, tuple) else (some,))]
    return [leaf for one in several for leaf in leaves(one)]


def pick(clause: Clause) -> tuple[Leaf, Leaf, Leaf]:
    """The stem typed, the stem in its place, and the filter in its place."""
    by_label = {one.label: one for one in leaves(clause)}
    return (
        by_label["stem burglari in all searched fields"],
        by_label["instead: stem theft in all searched fields"],
        by_label["instead: the force or the date"],
    )


def outside_leaves(query: Any) -> Any:
    """``query`` without what stands in its leaves."""
    if isinstance(query, list):
        return [outside_leaves(one) for one in query]
    kept = {}
    for kind, body in query.items():
        if kind == "bool":
            kept[kind] = {
                part: outside_leaves(several)
                for part, several in body.items()
                if isinstance(several, (list, dict))
            }
        elif kind == "dis_max":
            kept[kind] = outside_leaves(body["queries"])
    return kept
