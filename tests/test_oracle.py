"""The engine answers what brute force answers, for any query and any history of commits."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import oracle
import pytest
from answers import WORDS, Answers, lived, trees
from hypothesis import given, settings

from searchkit.article import Article
from searchkit.engines import whoosh
from searchkit.query.nodes import (
    And,
    AtLeast,
    Fuzzy,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Term,
)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answers]:
    """An index after several commits with updates and deletions, and what it should hold."""
    path = tmp_path_factory.mktemp("index")
    whoosh.create(path)
    model = lived(lambda: whoosh.open_writer(path, lock_timeout=1))
    with whoosh.open_reader(path) as engine:
        yield Answers(engine, model)


@settings(
    max_examples=int(os.environ.get("SEARCHKIT_EXAMPLES", "60")),
)
@given(trees)
def test_any_query_gets_the_total_matches_facets_and_order_of_brute_force(
    history: Answers, node: Node
) -> None:
    history.check(node)


@pytest.mark.parametrize("word", WORDS)
def test_forms_of_a_word_are_counted_as_by_reading_everything(history: Answers, word: str) -> None:
    assert dict(history.engine.forms(word)) == oracle.forms(history.model.values(), word)


def test_a_keyword_id_finds_its_one_article(history: Answers) -> None:
    wanted = next(iter(history.model))
    history.check(Term(wanted, "id"))


def test_every_article_comes_back_as_it_was_put(history: Answers) -> None:
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
        answers = Answers(engine, model)
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
