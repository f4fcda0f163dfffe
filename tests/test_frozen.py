"""Frozen classes are dataclasses in all that matters: compared with the standard library's."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import field
from typing import Any

import pytest

from searchkit import frozen


@frozen.dataclass(frozen=True, slots=True)
class Ours:
    """A class of every kind of field."""

    name: str
    count: int = 3
    tags: list[str] = field(default_factory=list)


@dataclasses.dataclass(frozen=True, slots=True)
class Theirs:
    """The same, by the standard library."""

    name: str
    count: int = 3
    tags: list[str] = field(default_factory=list)


@frozen.dataclass(frozen=True, slots=True)
class Pair:
    """Of values that can be hashed."""

    one: object
    two: object = None


@frozen.dataclass(frozen=True, slots=True)
class Other:
    """As ``Pair``, but another class."""

    one: object
    two: object = None


@frozen.dataclass(frozen=True, slots=True)
class Single:
    """With one field."""

    one: object


@frozen.dataclass(frozen=True, slots=True)
class Empty:
    """Without fields."""


def test_it_is_made_shown_and_taken_apart_like_the_standard_one() -> None:
    ours, theirs = Ours("a", tags=["x"]), Theirs("a", tags=["x"])
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert dataclasses.asdict(ours) == dataclasses.asdict(theirs)
    assert [f.name for f in dataclasses.fields(ours)] == ["name", "count", "tags"]
    assert dataclasses.replace(ours, count=5) == Ours("a", 5, ["x"])
    assert Ours.__match_args__ == Theirs.__match_args__
    assert Ours.__init__.__qualname__ == "Ours.__init__"


def test_each_instance_has_its_own_default() -> None:
    assert Ours("a").tags == []
    assert Ours("a").tags is not Ours("a").tags


def test_instances_are_equal_by_class_and_values() -> None:
    assert Pair(1, 2) == Pair(1, 2)
    assert Pair(1, 2) != Pair(1, 3)
    assert Pair(1, 2) != Other(1, 2)
    assert Pair(1, 2) != (1, 2)
    assert Single((1, 2)) != Single(1)
    assert Empty() == Empty()


def test_equal_instances_have_one_hash() -> None:
    assert len({Pair(1, 2), Pair(1, 2), Single(1), Single(1), Empty(), Empty()}) == 3
    with pytest.raises(TypeError):
        hash(Ours("a"))


@pytest.mark.parametrize("name", ["one", "three"])
def test_nothing_can_be_changed(name: str) -> None:
    pair = Pair(1)
    with pytest.raises(dataclasses.FrozenInstanceError, match=f"cannot assign to field '{name}'"):
        setattr(pair, name, 2)
    with pytest.raises(dataclasses.FrozenInstanceError, match=f"cannot delete field '{name}'"):
        delattr(pair, name)
    assert not hasattr(pair, "__dict__")


@pytest.mark.parametrize("value", [Ours("a", 1, ["b"]), Pair(1, Single(2)), Empty()])
def test_it_travels_and_is_copied(value: Any) -> None:
    assert pickle.loads(pickle.dumps(value)) == value
    assert copy.copy(value) == value
    assert copy.deepcopy(value) == value


def test_missing_and_unknown_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match=r"Pair\.__init__\(\) missing 1 required"):
        Pair()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'three'"):
        Pair(1, three=3)  # type: ignore[call-arg]


def test_it_is_made_for_frozen_slotted_classes_only() -> None:
    with pytest.raises(TypeError, match="both frozen and slotted"):
        frozen.dataclass(frozen=True, slots=False)
