"""Suggestions while somebody types: what begins so, and is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from corpus import Placed

from searchkit import Index
from searchkit.errors import IndexNotFound, QueryError

NEWS = {
    "one": ("Burglary in Aldermere", "Essex"),
    "two": ("Burglar jailed after Aldermere burglaries", "Essex"),
    "three": ("Knife found on the county line", "Kent"),
    "four": ("County lines week: knives seized", "Kent"),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, placed: Placed) -> Index:
    folder = tmp_path_factory.mktemp("suggesting")
    (folder / "news").mkdir()
    for number, (name, (title, area)) in enumerate(NEWS.items()):
        text = (
            f"```yaml\narea: {area}\ntitle: '{title}'\npublish.date: {number + 1}/2/2020\n```\n\n"
        )
        text += f"{title}. Officers of the {area} force are asking for help.\n"
        (folder / "news" / f"{name}.md").write_text(text)
    return Index.build(folder / "news", placed(folder / "index"))


def test_the_last_word_may_be_a_beginning(index: Index) -> None:
    told = index.suggest("aldermere burg")
    assert [one.text for one in told.titles] == [NEWS["two"][0], NEWS["one"][0]]
    assert {one.text for one in told.words} == {
        "aldermere burglary", "aldermere burglar", "aldermere burglaries",
    }  # fmt: skip


def test_what_is_suggested_finds_as_many_as_it_says(index: Index) -> None:
    for text in ("burg", "county li", "kni", "officers of the ess"):
        for one in index.suggest(text).words:
            *before, last = one.text.split()
            assert one.count == index.count(" ".join([*before, f"={last}"]), synonyms=False) > 0


def test_forces_are_found_by_the_beginning_of_any_name_of_theirs(index: Index) -> None:
    assert [one.id for one in index.suggest("ess").forces] == ["essex"]
    assert index.suggest("essex pol").forces[0].text == "Essex Police"
    assert index.suggest("essex pol").forces[0].count == 2
    assert index.suggest("cheshire").forces == (), "the index holds nothing of it"


def test_too_little_is_no_beginning(index: Index) -> None:
    for text in ("", "b", "knife ", "knife -", '"'):
        told = index.suggest(text)
        assert (told.titles, told.forces, told.words) == ((), (), ())
    assert index.suggest("bu").titles == ()
    assert index.suggest("bu").words


def test_no_more_are_suggested_than_were_asked_for(index: Index) -> None:
    assert len(index.suggest("burg", limit=1).words) == 1
    assert len(index.suggest("burg", limit=1).titles) == 1
    assert index.suggest("burg", limit=0).titles == ()


def test_only_text_and_numbers_within_limits_are_taken(index: Index) -> None:
    with pytest.raises(QueryError, match="text"):
        index.suggest(b"burg")  # type: ignore[arg-type]
    with pytest.raises(QueryError, match="limit"):
        index.suggest("burg", limit=1_000)
    assert index.suggest("x" * 5_000).words == ()
    assert index.suggest("word " * 500).words == ()


def test_an_index_tells_when_it_was_last_changed(index: Index, tmp_path: Path) -> None:
    before = index.updated
    assert before.tzinfo is not None
    (tmp_path / "new.md").write_text("A headline\n\nAnother article, about a barn.\n")
    index.add(tmp_path)
    assert index.updated > before
    with pytest.raises(IndexNotFound):
        _ = Index(tmp_path / "none").updated
