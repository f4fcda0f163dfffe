"""How many requests a question on a cluster takes, and that none of them was needed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import opensearchpy
import pytest
from corpus import write_files

from searchkit import Index
from searchkit.engines import opensearch
from searchkit.engines.opensearch.address import Address
from searchkit.spelling import FEW

if TYPE_CHECKING:
    from cluster import Cluster

QUERY = "police officers"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The requests that are made from now on."""
    made: list[str] = []
    perform = opensearchpy.Transport.perform_request

    def seen(self: Any, method: str, url: str, *given: Any, **named: Any) -> Any:
        made.append(f"{method} {url}")
        return perform(self, method, url, *given, **named)

    monkeypatch.setattr(opensearchpy.Transport, "perform_request", seen)
    return made


@pytest.fixture
def index(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEARCHKIT_OPENSEARCH_REPLICAS", "0")
    write_files(tmp_path / "news", 40)
    with Index.build("news", cluster.address()) as one:
        yield one


def add(index: Index, word: str) -> None:
    """Commit an article about ``word``, as another process would."""
    path = Path("news") / f"{word}.txt"
    text = sorted(Path("news").rglob("*.txt"))[0].read_text(encoding="utf-8")
    path.write_text(f"{text}\n\n{word} {word}.\n", encoding="utf-8")
    with Index.open(index.address) as other:
        other.add("news")


def test_a_question_is_three_requests_and_one_when_it_is_asked_again(
    index: Index, asked: list[str]
) -> None:
    assert index.count() == 40
    asked.clear()
    first = index.search(QUERY, copies="all", facets=("force", "year"))
    assert first.total > FEW
    assert len(asked) <= 3
    asked.clear()
    again = index.search(QUERY, copies="all", facets=("force", "year"))
    assert [hit.id for hit in again.hits] == [hit.id for hit in first.hits]
    assert len(asked) == 1


def test_a_commit_is_seen_by_the_next_question_whether_anything_is_found_or_not(
    index: Index, asked: list[str]
) -> None:
    assert [index.search(word).total for word in ("xyzzy", "plugh")] == [0, 0]
    add(index, "xyzzy")
    assert index.search("xyzzy").total >= 1
    add(index, "plugh")
    assert index.count("plugh") >= 1
    before = index.search("").total
    add(index, "frotz")
    assert index.facets("force", "frotz")["force"].buckets
    assert index.search("", copies="all").total >= before
    asked.clear()
    index.search("frotz")
    index.search("frotz")
    assert not [one for one in asked if "_alias" in one]


@pytest.mark.parametrize("query", ["xyzzy", "police officers in leeds", '"police officers"'])
def test_who_has_a_generation_open_that_is_gone_is_answered_from_the_newest(
    index: Index, cluster: Cluster, query: str
) -> None:
    assert index.search("police").total
    name = Address.parse(index.address).name
    (old,) = cluster.ask(f"_alias/{name}")
    add(index, "xyzzy")
    cluster.ask(f"{old},{old}-words,{old}-catalogue", "DELETE")
    with Index.open(index.address) as other:
        assert index.search(query).total == other.search(query).total


def test_an_index_whose_name_was_taken_away_answers_as_it_did(
    index: Index, cluster: Cluster
) -> None:
    total = index.search(QUERY).total
    name = Address.parse(index.address).name
    (physical,) = cluster.ask(f"_alias/{name}")
    cluster.ask(f"{physical}/_alias/{name}", "DELETE")
    assert index.search(QUERY).total == total
    assert index.search("robbery or burglary").total >= 0
    cluster.ask(f"{physical}/_alias/{name}", "PUT")
    assert index.search(QUERY).total == total


def test_the_forms_of_words_are_the_same_all_at_once_and_one_by_one(index: Index) -> None:
    words = ["police", "officers", "appealing", "xyzzy", "the"]
    with opensearch.open_reader(Address.parse(index.address)) as one:
        single = {word: one.forms(word) for word in words}
    with opensearch.open_reader(Address.parse(index.address)) as other:
        other.foresee(words)
        assert {word: other.forms(word) for word in words} == single
        assert [list(other.forms(word).items()) for word in words] == [
            list(held.items()) for held in single.values()
        ]


def test_words_that_are_foreseen_are_not_asked_for_again(index: Index, asked: list[str]) -> None:
    with opensearch.open_reader(Address.parse(index.address)) as reader:
        asked.clear()
        reader.foresee(["police", "officers", "xyzzy"])
        assert len(asked) == 2
        for word in ("police", "officers", "xyzzy"):
            reader.forms(word)
        assert len(asked) == 2
