"""Whoosh's own search finds what the vectorised search finds, for any query.

Three paths: the engine's plans; Whoosh's searcher over the same segments (``general``), with equal
totals, matches, scores and order; Whoosh's searcher over an index in Whoosh's own format, with
equal matches.  ``SEARCHKIT_TREES`` sets how many random trees are asked.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from corpus import articles, revised
from trees import Trees
from whooshes import InStock, StockIndex

from searchkit import parse_article
from searchkit.article import Article
from searchkit.engines import whoosh
from searchkit.engines.base import Request, Sort
from searchkit.engines.whoosh import general, merge, order, sets
from searchkit.query.nodes import Node
from searchkit.query.parser import Parsed, parse, relax

RELATIVE, ABSOLUTE = 2e-6, 2e-6
"""Plans score in single precision and round to six decimals; the general path does neither."""

TIED = 1e-9
"""Scores of the general path that are so close are sums of the same numbers."""

TREES = int(os.environ.get("SEARCHKIT_TREES", "1500"))
"""So many trees are asked of invented articles, a twentieth of it of real ones."""


class Paths:
    """Paths over the same articles, written in ``parts`` commits with changes between; one is in
    the format of Whoosh where ``stock`` says so."""

    def __init__(
        self, folder: Path, everything: Sequence[Article], parts: int, *, stock: bool
    ) -> None:
        self.model: dict[str, Article] = {}
        self.stock = StockIndex(folder / "stock") if stock else None
        whoosh.create(folder / "own")
        size = -(-len(everything) // parts)
        for start in range(0, len(everything), size):
            held = list(self.model.values())
            changed = [revised(article, "burglary burglars") for article in held[::13]]
            gone = [article.id for article in held[4::13]]
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(merge, "_TIER", parts + 1)  # as many segments as commits
                self._commit(folder / "own", [*everything[start : start + size], *changed], gone)
        self.engine = whoosh.open_reader(folder / "own")
        self.leaves = self.engine._leaves
        assert len(self.leaves) == parts
        assert sum(not leaf.whole for leaf in self.leaves) > 1
        self.ids = [leaf.id(number) for leaf in self.leaves for number in range(len(leaf))]
        self.rank = {a.id: (-_second(a), a.id) for a in self.model.values()}
        self.general = general.searcher(self.leaves)
        self.in_stock = self.stock.searcher() if self.stock else None

    def _commit(self, path: Path, put: list[Article], gone: list[str]) -> None:
        with whoosh.open_writer(path, lock_timeout=1) as writer:
            for article_id in gone:
                writer.delete(article_id)
                del self.model[article_id]
            for article in put:
                writer.put(article)
                self.model[article.id] = article
            writer.commit(b"")
        if self.stock:
            self.stock.commit(put, gone)

    def close(self) -> None:
        self.general.close()
        self.engine.close()
        if self.in_stock:
            self.in_stock.close()

    def ours(self, node: Node) -> dict[str, float]:
        """The scores of all matches by id, in their order, as the plans have them."""
        found = self.engine._matches(node)
        total = sum(len(matches.documents) for _, matches in found)
        page = order.page(found, Sort.RELEVANCE, 0, total)
        listed = {placed.leaf.id(placed.document): placed.score for placed in page}
        assert total == len(page) == len(listed)
        return listed

    def same_in_general(self, node: Node) -> int:
        """Hold the plans against the general path; how many articles match."""
        ours = self.ours(node)
        results = self.general.search(general.query(node), limit=None)
        theirs = {self.ids[number]: score for score, number in results.top_n}
        assert len(results.top_n) == len(ours)
        assert theirs.keys() == ours.keys()
        for article_id, score in theirs.items():
            assert math.isclose(ours[article_id], score, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
        self._check_order(list(ours), theirs)
        return len(ours)

    def same_in_stock(self, node: Node) -> int:
        """Hold the plans against an index in the format of Whoosh; how many articles match."""
        ours = self.ours(node)
        numbers = list(self.in_stock.docs_for_query(InStock().query(node)))
        assert {self.in_stock.stored_fields(n)["id"] for n in numbers} == ours.keys()
        assert len(numbers) == len(ours)
        return len(ours)

    def _check_order(self, listed: list[str], scores: dict[str, float]) -> None:
        """Best scores first; among equal ones the newest, then by id."""
        for first, second in pairwise(listed):
            higher, lower = scores[first], scores[second]
            assert higher >= lower - ABSOLUTE - RELATIVE * lower
            if abs(higher - lower) <= TIED:
                assert self.rank[first] < self.rank[second]


def _second(article: Article) -> float:
    start = article.date.start
    return -math.inf if start is None else int(start.timestamp())


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paths]:
    paths = Paths(tmp_path_factory.mktemp("invented"), articles(180), 4, stock=True)
    yield paths
    paths.close()


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory, real_articles: Path) -> Iterator[Paths]:
    """Every 20th real article."""
    everything = parsed(sorted(real_articles.glob("*/*.md"))[::20])
    paths = Paths(tmp_path_factory.mktemp("real"), everything, 3, stock=False)
    yield paths
    paths.close()


@pytest.fixture(scope="module")
def fewer(tmp_path_factory: pytest.TempPathFactory, real_articles: Path) -> Iterator[Paths]:
    """Every 150th real article, in the format of Whoosh too, which takes its time to write."""
    everything = parsed(sorted(real_articles.glob("*/*.md"))[::150])
    paths = Paths(tmp_path_factory.mktemp("fewer"), everything, 3, stock=True)
    yield paths
    paths.close()


def parsed(files: Sequence[Path]) -> list[Article]:
    return [parse_article(f.read_bytes(), path=f"{f.parent.name}/{f.name}") for f in files]


@pytest.fixture(scope="module")
def asked(shared: Path) -> list[Parsed]:
    """The queries of police.txt."""
    lines = (shared / "queries" / "police.txt").read_text(encoding="utf-8").splitlines()
    understood = [parse(line, today=date(2024, 6, 1)) for line in lines if line.strip()]
    assert len(understood) == 189
    return understood


def ask(check: Callable[[Node], int], nodes: Iterable[Node]) -> None:
    """Check all of ``nodes``, most of which should match something."""
    found = [check(node) for node in nodes]
    assert sum(map(bool, found)) > len(found) / 2


def random_trees(paths: Paths, seed: int, count: int) -> Iterator[Node]:
    return Trees(list(paths.model.values()), seed).some(count)


def test_random_trees_on_invented_articles(invented: Paths) -> None:
    ask(invented.same_in_general, random_trees(invented, 1, TREES))


@pytest.mark.parametrize("often", [0, 10**9], ids=["few among many", "many among many"])
def test_random_trees_whichever_way_sets_are_joined(
    invented: Paths, monkeypatch: pytest.MonkeyPatch, often: int
) -> None:
    for bound in ("_DENSE", "_SEARCH"):
        monkeypatch.setattr(sets, bound, often)
    ask(invented.same_in_general, random_trees(invented, 6, TREES // 15))


def test_random_trees_in_the_format_of_whoosh(invented: Paths) -> None:
    ask(invented.same_in_stock, random_trees(invented, 2, TREES // 8))


def test_random_trees_on_real_articles(real: Paths) -> None:
    ask(real.same_in_general, random_trees(real, 3, TREES // 20))


def test_random_trees_on_real_articles_in_the_format_of_whoosh(fewer: Paths) -> None:
    ask(fewer.same_in_stock, random_trees(fewer, 4, TREES // 20))


def test_what_is_asked_of_police_news(real: Paths, asked: list[Parsed]) -> None:
    ask(real.same_in_general, (one.query for one in asked))


def test_what_is_asked_of_police_news_in_the_format_of_whoosh(
    fewer: Paths, asked: list[Parsed]
) -> None:
    ask(fewer.same_in_stock, (one.query for one in asked))


def test_queries_for_most_of_their_words(fewer: Paths, asked: list[Parsed]) -> None:
    nodes = [looser for looser in map(relax, asked) if looser is not None]
    ask(fewer.same_in_general, nodes)
    ask(fewer.same_in_stock, nodes)


def test_a_page_is_the_beginning_of_the_whole_order(invented: Paths) -> None:
    for node in random_trees(invented, 5, TREES // 40):
        whole = invented.engine.search(Request(node, limit=1000)).matches
        few = invented.engine.search(Request(node, limit=7)).matches
        assert few == whole[:7]
