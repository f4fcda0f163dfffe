"""An article as a document of the cluster: its tokens, what they count, and how it is filed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from corpus import articles
from hypothesis import given
from hypothesis import strategies as st

from searchkit.analysis import BESIDE as MARK
from searchkit.analysis import indexed, stem
from searchkit.article import Article
from searchkit.engines.bm25 import B
from searchkit.engines.opensearch import norms, shape
from searchkit.engines.opensearch.documents import Documents, Place, fields_of
from searchkit.engines.opensearch.norms import SCALE, TYPICAL, Norms, learnt
from searchkit.fields import BY_NAME, SEARCHED, TEXTS, text_values
from searchkit.packing import unpack
from searchkit.prepared import Preparer


def document_of(article: Article, **more: Any) -> dict[str, Any]:
    return Documents().document(Preparer().prepare([article])[0], **more)


def placed(text: str) -> list[set[str]]:
    """The words at each place of a text of a document, as the cluster parts it."""
    return [set(place.split(shape.BESIDE)) for place in text.split()]


def expected(text: str) -> list[set[str]]:
    places: list[set[str]] = []
    for surface in indexed(text):
        if surface.startswith(MARK):
            places[-1].add(surface.removeprefix(MARK))
        else:
            places.append({surface})
    return places


def weights(text: str) -> dict[str, int]:
    pairs = (pair.rsplit(shape.WEIGHT, 1) for pair in text.split())
    return {word: int(weight) for word, weight in pairs}


@given(st.text(max_size=300))
def test_any_text_arrives_with_its_tokens_at_their_places(text: str) -> None:
    found = document_of(Article("a1", "", text))
    assert placed(found.get("body", "")) == expected(text)
    stems = [{stem(word) for word in place} for place in expected(text)]
    assert placed(found.get(shape.stems_of("body"), "")) == stems


def test_every_text_field_has_its_words_and_stems_and_an_empty_one_has_none() -> None:
    for article in articles(40):
        found = document_of(article)
        for name, text in text_values(article).items():
            assert placed(found.get(name, "")) == expected(text)
            assert (name in found) == bool(expected(text)) == (shape.stems_of(name) in found)


def test_a_word_counts_by_the_weights_and_lengths_of_the_fields_it_stands_in() -> None:
    body = "knife anti-social knife " + "word " * 200
    article = replace(Article("a1", "Knife found", body), lead="A knife")
    found = document_of(article)
    lengths = {name: len(indexed(text)) for name, text in text_values(article).items()}

    def counts(name: str, times: int) -> float:
        scale = 1.0 - B + B * lengths[name] / TYPICAL[name]
        return SCALE * BY_NAME[name].weight * times / scale

    words = weights(found[shape.WORDS])
    total = counts("title", 1) + counts("lead", 1) + counts("body", 2)
    assert words["knife"] == pytest.approx(total, abs=0.51)
    assert words["antisocial"] == pytest.approx(counts("body", 1), abs=0.51)
    assert weights(found[shape.STEMS])["knife"] == words["knife"]


def test_forms_of_a_word_count_as_one_stem() -> None:
    found = document_of(Article("a1", "", "arrest arrested arrests"))
    words, stems = weights(found[shape.WORDS]), weights(found[shape.STEMS])
    assert sorted(words) == ["arrest", "arrested", "arrests"]
    assert stems == {"arrest": pytest.approx(sum(words.values()), abs=3)}


def test_what_never_counts_less_than_one_is_found_in_the_longest_text() -> None:
    found = document_of(Article("a1", "", "needle " + "hay " * 200_000))
    assert weights(found[shape.WORDS])["needle"] >= 1


def test_only_searched_fields_are_where_plain_words_are_looked_for() -> None:
    article = replace(Article("a1", "Title", "text"), links=("https://example.org/hidden",))
    found = document_of(article)
    assert "hidden" in found["links"].split()
    assert "hidden" not in weights(found[shape.WORDS])


def test_average_lengths_are_learned_and_few_articles_hardly_count() -> None:
    at = TEXTS.index("body")
    short = [0] * len(TEXTS)
    short[at] = 28
    few, many = learnt([short] * 3), learnt([short] * norms.LEARN_FROM)
    assert few.averages["body"] > 0.9 * TYPICAL["body"]
    assert many.averages["body"] == pytest.approx(28, rel=0.5)
    assert set(few.averages) == {field.name for field in SEARCHED}
    assert Norms(many.averages).averages == many.averages


def test_the_article_comes_back_from_what_is_stored() -> None:
    from base64 import b64decode

    for article in articles(20):
        assert unpack(b64decode(document_of(article)[shape.STORED])) == article


def test_copies_are_filed_by_their_cluster_and_others_by_themselves() -> None:
    alone = document_of(Article("a1", "", "text"))
    assert (alone[shape.GROUP], alone[shape.MEMBER], shape.CLUSTER in alone) == ("a1", 0, False)
    copy = document_of(Article("a1", "", "text"), place=Place("a0", 2))
    assert (copy[shape.GROUP], copy[shape.CLUSTER], copy[shape.MEMBER]) == ("a0", "a0", 2)


def test_words_are_told_once_with_their_fields_and_how_many_articles_hold_them() -> None:
    documents, preparer = Documents(), Preparer()
    batch = [Article("a1", "Knife", "knife crime"), Article("a2", "Other", "knife")]
    for ready in preparer.prepare(batch):
        documents.document(ready)
    told = documents.words()
    assert {word: (fields_of(bits), held) for word, (bits, held) in told.items()} == {
        "knife": (["title", "body"], 2),
        "crime": (["body"], 1),
        "other": (["title"], 1),
    }
    assert documents.words() == {}


def test_undated_articles_are_filed_as_such_and_imprecise_ones_in_no_narrow_period() -> None:
    counted: Counter[str] = Counter()
    for article in articles(120):
        found = document_of(article)
        first = article.date.first_day
        if first is None:
            assert {found[kind] for kind in ("year", "month", "week", "day")} == {"undated"}
            assert shape.FIRST not in found
            counted["undated"] += 1
        else:
            assert found[shape.FIRST] == first.toordinal()
            assert ("day" in found) == (first == article.date.last_day)
            counted["day" if "day" in found else "imprecise"] += 1
    assert min(counted.values()) > 0
    assert len(counted) > 1


def test_shards_grow_with_an_index() -> None:
    assert [shape.shards_for(n) for n in (0, 100_000, 3_000_000, 10_000_000)] == [1, 1, 1, 4]
