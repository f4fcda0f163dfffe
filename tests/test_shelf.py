"""Articles shown before are at hand, and never more of them than there is room for."""

from __future__ import annotations

from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from searchkit.article import Article
from searchkit.engines.whoosh.leaf import Leaf
from searchkit.engines.whoosh.shelf import Shelf
from searchkit.packing import pack


class Counted:
    """A segment of articles with longer and longer bodies that counts how often it is read."""

    def __init__(self) -> None:
        self.read: list[int] = []

    def blob(self, document: int) -> bytes:
        self.read.append(document)
        return pack(Article(str(document), "A title", "word " * 200 * document))


def fresh(limit: int) -> tuple[Counted, Leaf, Shelf]:
    segment = Counted()
    return segment, cast(Leaf, segment), Shelf(limit)


def test_an_article_shown_again_is_not_unpacked_again() -> None:
    segment, leaf, shelf = fresh(1 << 20)
    assert shelf.article(leaf, 3)[0].id == "3"
    assert shelf.article(leaf, 3) is shelf.article(leaf, 3)
    assert segment.read == [3]


def test_segments_are_told_apart() -> None:
    shelf = Shelf()
    one, other = Counted(), Counted()
    shelf.article(cast(Leaf, one), 1)
    shelf.article(cast(Leaf, other), 1)
    assert (one.read, other.read) == ([1], [1])


def test_what_was_shown_longest_ago_goes_first() -> None:
    segment, leaf, shelf = fresh(21_000)
    for document in (1, 2, 1, 3, 4, 1):
        shelf.article(leaf, document)
    assert segment.read == [1, 2, 3, 4]
    shelf.article(leaf, 2)
    assert segment.read == [1, 2, 3, 4, 2]


@given(st.lists(st.integers(0, 12), max_size=40), st.integers(0, 60_000))
def test_never_more_is_kept_than_there_is_room_for(shown: list[int], limit: int) -> None:
    _, leaf, shelf = fresh(limit)
    for document in shown:
        assert shelf.article(leaf, document)[0].id == str(document)
        assert shelf.size <= limit
        assert len(shelf) <= limit // 4096
