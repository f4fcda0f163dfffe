"""A cluster answers what brute force answers, and what the embedded engine answers.

The two engines hold the same articles, and are asked the same random trees and the queries of
``police.txt``: totals, matches, facets and groups of copies are equal.  ``SEARCHKIT_TREES`` sets
how many trees are asked, ``SEARCHKIT_EXAMPLES`` how many of brute force.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import oracle
import pytest
from answers import WORDS, Answers, lived, trees
from cluster import Cluster
from corpus import articles
from hypothesis import given, settings
from releases import joint
from trees import Trees

from searchkit import parse_article
from searchkit.analysis import words as words_of
from searchkit.article import Article
from searchkit.copies import CopiesMode
from searchkit.engines import opensearch, whoosh
from searchkit.engines.base import Engine, Found, Request, Sort
from searchkit.engines.opensearch.address import Address
from searchkit.errors import QueryError
from searchkit.fields import FACETS
from searchkit.query.nodes import Every, Filter, Node, Or, Term
from searchkit.query.parser import parse
from searchkit.query.questions import Asked, asked

TREES = int(os.environ.get("SEARCHKIT_TREES", "300"))
"""So many trees are asked of invented articles, a third of it of real ones."""

MOST = 1_000


def by_id(found: Found) -> dict[str, Article]:
    return {match.article.id: match.article for match in found.matches}


def answered(engine: Engine, request: Request) -> tuple[Found | None, str]:
    """The answer of ``engine``, or why there is none."""
    try:
        return engine.search(request), ""
    except QueryError as refused:
        return None, str(refused)


class Beside(NamedTuple):
    """Two engines with the same articles."""

    embedded: Engine
    cluster: Engine
    articles: Sequence[Article]

    def same(self, node: Node, mode: CopiesMode = CopiesMode.ALL) -> int:
        """Hold the answers against each other; how many articles match."""
        request = Request(node, limit=MOST, facets=FACETS, copies=mode)
        expected, refused = answered(self.embedded, request)
        found, refused_too = answered(self.cluster, request)
        assert refused_too == refused
        if expected is None or found is None:
            return 0
        assert (found.total, found.with_copies) == (expected.total, expected.with_copies)
        assert len(found.matches) == found.total
        if mode is CopiesMode.ALL:
            assert by_id(found) == by_id(expected)
        for name in FACETS:
            held = {value: count for value, count in expected.facets[name].items() if count}
            assert found.facets[name] == held
        return found.total


def beside(cluster: Cluster, folder: Path, batch: Sequence[Article]) -> Iterator[Beside]:
    """The articles of ``batch`` in an index of each kind."""
    whoosh.create(folder)
    with whoosh.open_writer(folder, lock_timeout=1) as writer:
        for article in batch:
            writer.put(article)
        writer.commit(b"")
    address = Address.parse(cluster.address("beside"))
    opensearch.create(address)
    other = opensearch.open_writer(address, lock_timeout=1)
    for article in batch:
        other.put(article)
    other.commit(b"")
    with whoosh.open_reader(folder) as one, opensearch.open_reader(address) as two:
        yield Beside(one, two, batch)


@pytest.fixture(scope="module")
def history(cluster: Cluster) -> Iterator[Answers]:
    """An index after several commits with updates and deletions, and what it should hold."""
    address = Address.parse(cluster.address("history"))
    opensearch.create(address)
    model = lived(lambda: opensearch.open_writer(address, lock_timeout=1))
    with opensearch.open_reader(address) as engine:
        yield Answers(engine, model, page=40)


@pytest.fixture(scope="module")
def invented(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    batch = [*articles(170), *joint(1), *joint(2, ("kent", "essex"))]
    yield from beside(cluster, tmp_path_factory.mktemp("invented"), batch)


@pytest.fixture(scope="module")
def real(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory, real_articles: Path
) -> Iterator[Beside]:
    """Every 40th real article."""
    files = sorted(real_articles.glob("*/*.md"))[::40]
    batch = [parse_article(f.read_bytes(), path=f"{f.parent.name}/{f.name}") for f in files]
    yield from beside(cluster, tmp_path_factory.mktemp("real"), batch)


@settings(
    max_examples=int(os.environ.get("SEARCHKIT_EXAMPLES", "15")),
)
@given(trees)
def test_any_query_gets_the_total_matches_facets_and_order_of_brute_force(
    history: Answers, node: Node
) -> None:
    history.check(node)


def test_forms_of_words_are_counted_as_by_reading_everything(history: Answers) -> None:
    for word in WORDS:
        assert dict(history.engine.forms(word)) == oracle.forms(history.model.values(), word)


def test_every_article_comes_back_as_it_was_put(history: Answers) -> None:
    assert {article.id: article for article in history.engine.articles()} == history.model


def test_random_trees_match_what_the_embedded_engine_matches(invented: Beside) -> None:
    ask(invented, Trees(invented.articles, 1).some(TREES))


def test_random_trees_of_real_articles(real: Beside) -> None:
    ask(real, Trees(real.articles, 2).some(TREES // 3))


def ask(both: Beside, nodes: Iterable[Node]) -> None:
    """Ask both engines; most of what is asked must match something."""
    counts = [both.same(node) for node in nodes]
    assert sum(count > 0 for count in counts) > len(counts) // 2


def test_what_is_asked_of_police_news(real: Beside, shared: Path) -> None:
    lines = (shared / "queries" / "police.txt").read_text(encoding="utf-8").splitlines()
    understood = [parse(line, today=date(2024, 6, 1)) for line in lines if line.strip()]
    assert len(understood) == 189
    for one in understood:
        total = real.same(one.query)
        # What puts hits in order adds none.
        look = Request(one.query, limit=MOST, asked=asked(one, learn=False))
        assert real.cluster.search(look).total == total


def test_questions_are_answered_in_nearly_the_order_of_the_embedded_engine(real: Beside) -> None:
    shared, asked_for = 0, real.articles[::97]
    for article in asked_for:
        words = tuple(dict.fromkeys(words_of(article.body)[5:40:3]))
        node = Or(tuple(map(Term, words)))
        request = Request(node, asked=Asked(words, learn=True))
        expected, found = real.embedded.search(request), real.cluster.search(request)
        assert found.total == expected.total
        shared += len(by_id(found).keys() & by_id(expected).keys())
        for match in found.matches[:2]:
            lines = real.cluster.explain(request, match.article.id)
            assert sum(amount for _, amount in lines) == pytest.approx(match.score, abs=1e-4)
    assert shared > 8 * len(asked_for)


@pytest.mark.parametrize("mode", [CopiesMode.GROUP, CopiesMode.ONLY])
def test_groups_of_copies_are_counted_alike(invented: Beside, mode: CopiesMode) -> None:
    for node in (Every(), Term("seen"), Filter(Term("kent", "force")), Term("harvest")):
        assert invented.same(node, mode) or mode is CopiesMode.ONLY
        told = [
            {
                m.article.id: m.copies
                for m in engine.search(Request(node, Sort.NEWEST, 0, 100, (), mode)).matches
            }
            for engine in (invented.embedded, invented.cluster)
        ]
        assert told[0] == told[1]


def test_pages_behind_the_window_are_walked_to(
    invented: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    for sort in Sort:
        for mode in CopiesMode:
            request = Request(Term("the"), sort, copies=mode, limit=MOST)
            whole = invented.cluster.search(request).matches
            assert len(whole) > 1
            with monkeypatch.context() as patch:
                patch.setattr("searchkit.engines.opensearch.shape.PAGE_WINDOW", 0)
                patch.setattr("searchkit.engines.opensearch.pages._WALKED", 7)
                for offset in (0, 1, 13, len(whole)):
                    page = invented.cluster.search(replace(request, offset=offset, limit=5))
                    assert page.matches == whole[offset : offset + 5]
                    assert page.total == len(whole)
            assert tuple(invented.cluster.matches(replace(request, offset=1))) == whole[1:]


def test_close_words_and_beginnings_are_those_of_the_embedded_engine(real: Beside) -> None:
    for word in ("officers", "burglery", "polcie", "arest", "a", "zzz", "criminel"):
        for edits in (1, 2):
            expected = real.embedded.near(word, edits)
            found = real.cluster.near(word, edits)
            if len(expected) < 24:
                assert found == expected
            assert len(found) == len(expected)
    for letters in ("pol", "burg", "z", "str"):
        assert list(real.cluster.starting(letters, 5)) == list(real.embedded.starting(letters, 5))
