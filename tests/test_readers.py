"""Which engine is asked: the newest there is, also where that is told by its answers alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest

from searchkit.engines.base import Engine
from searchkit.errors import ClusterUnreachable, EngineError
from searchkit.readers import Readers


class Far:
    """An engine whose answers tell whether it is current, where ``tells`` says so."""

    def __init__(self, name: str, *, tells: bool = True) -> None:
        self.name = name
        self.current, self.tells, self.open = True, tells, True
        self.looks = 0
        self.fails: Exception | None = None

    @contextmanager
    def watching(self) -> Iterator[SimpleNamespace]:
        sight = SimpleNamespace(newest=False)
        self._sight = sight
        yield sight

    def foresee(self, words: object) -> None:
        raise AssertionError("nothing is foreseen here")

    def ask(self) -> str:
        self._sight.newest = self.tells and self.current
        if self.fails:
            raise self.fails
        return self.name

    def is_current(self) -> bool:
        self.looks += 1
        return self.current

    def close(self) -> None:
        self.open = False


ASK = cast("Callable[[Engine], Any]", Far.ask)


def readers_of(*engines: Far) -> Readers:
    """Readers that have the first of ``engines`` open."""
    left = list(engines)
    readers = Readers(lambda: cast(Engine, left.pop(0)))
    with readers.lease():
        return readers


def test_an_answer_that_tells_saves_the_look() -> None:
    far = Far("one")
    readers = readers_of(far)
    assert [readers.answer(ASK) for _ in range(3)] == ["one"] * 3
    assert far.looks == 0


def test_where_it_does_not_tell_there_is_a_look() -> None:
    far = Far("one", tells=False)
    assert readers_of(far).answer(ASK) == "one"
    assert far.looks == 1


def test_an_answer_of_a_generation_that_was_replaced_is_not_given() -> None:
    one, two = Far("one"), Far("two")
    readers = readers_of(one, two)
    one.current = False
    assert readers.answer(lambda engine: cast(Far, engine).name) == "two"
    assert not one.open
    assert readers.answer(ASK) == "two"


def test_nor_is_an_error_of_one() -> None:
    one, two = Far("one"), Far("two")
    readers = readers_of(one, two)
    one.current, one.fails = False, EngineError("it is there no more")
    assert readers.answer(lambda engine: cast(Far, engine).fails or "none") == "none"


@pytest.mark.parametrize("error", [EngineError("odd"), ClusterUnreachable("there", "no", "again")])
def test_an_error_of_the_newest_is_told_and_a_cluster_that_is_away_not_asked_again(
    error: EngineError,
) -> None:
    one = Far("one")
    readers = readers_of(one)
    one.fails = error
    with pytest.raises(type(error)):
        readers.answer(ASK)
    assert one.looks == (0 if isinstance(error, ClusterUnreachable) else 1)
    one.fails = None
    assert readers.answer(ASK) == "one"


def test_what_is_asked_of_stays_open_until_it_answered() -> None:
    one = Far("one")
    readers = readers_of(one)

    def closing(engine: Engine) -> bool:
        readers.close()
        return cast(Far, engine).open

    assert readers.answer(closing)
    assert not one.open
