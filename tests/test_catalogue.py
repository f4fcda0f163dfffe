"""The catalogue knows which source key stands for which article."""

from __future__ import annotations

import pytest

from searchkit.catalogue import Catalogue, Entry
from searchkit.errors import IndexIncompatible
from searchkit.roots import Roots, ancestors, lies_in, outermost


def entry(key: str, sha: str = "a", version: str = "", sequence: int = 1) -> Entry:
    return Entry(key, key, sha, "id", version, sequence, live=False)


def elected(*entries: Entry) -> str:
    catalogue = Catalogue({e.key: e for e in entries})
    catalogue.elect({"id"})
    assert [e.live for e in catalogue.entries.values()].count(True) == 1
    return catalogue.live()["id"].key


def test_of_several_versions_the_latest_stands_for_the_article() -> None:
    assert elected(entry("old", "a", "2020-01-01"), entry("new", "b", "2021-01-01")) == "new"


def test_of_versions_that_do_not_say_when_the_one_indexed_last_stands() -> None:
    assert elected(entry("second", "b", sequence=2), entry("first", "a", sequence=1)) == "second"


def test_of_equal_content_the_first_seen_stays() -> None:
    assert elected(entry("z", "a", sequence=1), entry("a", "a", sequence=2)) == "z"


def test_a_catalogue_survives_being_stored() -> None:
    catalogue = Catalogue({"k": entry("k")}, {"k": "1,2,3"}, ["seeds"], 7, "1")
    assert Catalogue.load(catalogue.dump(), "index") == catalogue
    assert Catalogue.load(b"", "index") == Catalogue()


def test_a_catalogue_of_another_version_is_named_as_such() -> None:
    with pytest.raises(IndexIncompatible) as caught:
        Catalogue.load(b'{"version":999}', "index")
    assert "--full" in caught.value.hint


@pytest.mark.parametrize(
    ("source", "key", "inside"),
    [
        ("seeds", "seeds/a.txt", True),
        ("seeds", "seeds2/a.txt", False),
        ("seeds", "seeds", True),
        ("news.zip", "news.zip!/Kent/a.md", True),
        ("news.jsonl", "news.jsonl:12", True),
        ("news.json", "news.json#3", True),
        (".", "seeds/a.txt", True),
        (".", "/elsewhere/a.txt", False),
        ("/data", "seeds/a.txt", True),
        ("/data/project/seeds", "seeds/a.txt", True),
        ("/", "seeds/a.txt", True),
        ("seeds", "stdin:0123", False),
        (".", "stdin:0123", False),
    ],
)
def test_a_key_lies_in_the_source_it_was_read_from(source: str, key: str, inside: bool) -> None:
    assert lies_in(source, key, "/data/project") is inside


def test_a_key_lies_in_its_archive_and_its_folders() -> None:
    assert list(ancestors("a/b.zip!/c/d.jsonl:7")) == [
        "a/b.zip!/c/d.jsonl:7",
        "a/b.zip!/c/d.jsonl",
        "a/b.zip!/c",
        "a/b.zip",
        "a",
    ]


def test_a_source_takes_the_place_of_those_within_it() -> None:
    catalogue = Catalogue()
    for source in ("news/kent", "news/essex", "other", "news", "news/kent"):
        catalogue.remember_sources([source], "/data")
    assert catalogue.sources == ["other", "news"]


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ("news", "news#old/a.md"),
        ("news", "news!/a.md"),
        ("news", "news:2/a.md"),
        ("news", "news:2"),
        ("news.md", "news.md:2"),
        ("news.jsonl", "news.jsonl:2/a.md"),
    ],
)
def test_a_neighbour_with_a_mark_in_its_name_lies_in_no_source(source: str, key: str) -> None:
    assert not lies_in(source, key, "/data")
    assert outermost([source, key], "/data") == [source, key]


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ("news", "news/a.md"),
        ("/", "news/a.md"),
        ("news!", "news!/a.md"),
        ("news.zip", "news.zip!/a/b.jsonl:7"),
        ("news.jsonl.gz", "news.jsonl.gz:7"),
        ("news.json", "news.json#7"),
    ],
)
def test_many_sources_are_asked_at_once_as_each_would_be(source: str, key: str) -> None:
    assert lies_in(source, key, "/data")
    assert Roots(["other", source], "/data").hold(key)
    assert outermost([key, source, key], "/data") == [source]
