"""Frozen, slotted dataclasses at a third of the price: a start-up makes some seventy of them.

Floor 0: imports nothing of searchkit.  ``dataclasses`` compiles six functions for every class;
here all but ``__init__`` are shared, and look at the class's own table of fields.
Invariant: what is made here is a dataclass for ``fields``, ``replace``, ``asdict``, ``match``,
``pickle`` and type checkers, equal to what the standard library makes but for how long it takes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

T = TypeVar("T")

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(*, frozen: bool, slots: bool) -> Callable[[type[T]], type[T]]:
        """As ``dataclasses.dataclass(frozen=True, slots=True)``, for a class with a docstring
        and without base classes, ``__post_init__`` and special kinds of fields."""
        if not (frozen and slots):
            raise TypeError("made for classes that are both frozen and slotted")
        return _made


def _made(plain: type[T]) -> type[T]:
    """``plain`` as a dataclass: its fields and slots by the standard library, its methods here."""
    make = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)
    made: Any = make(plain)
    names = tuple(field.name for field in dataclasses.fields(made))
    made.__init__ = _initialiser(made)
    values = _values(names)

    def same(self: object, other: object) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return values(self) == values(other)

    def number(self: object) -> int:
        return hash(values(self))

    made.__eq__, made.__hash__ = same, number
    made.__repr__ = _shown
    made.__setattr__, made.__delattr__ = _keep, _keep
    made.__reduce__ = _recipe
    return made  # type: ignore[no-any-return]


def _values(names: tuple[str, ...]) -> Callable[[object], tuple[Any, ...]]:
    """What reads the fields ``names`` of an instance, as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda self: tuple([getattr(self, name) for name in names])


def _initialiser(made: type) -> Callable[..., None]:
    """``__init__`` of a class: sets each slot by its own descriptor, which nothing can refuse."""
    scope: dict[str, Any] = {"_missing": dataclasses.MISSING}
    parameters, lines = [], []
    for field in dataclasses.fields(made):
        name, value = field.name, field.name
        scope[f"_set_{name}"] = made.__dict__[name].__set__
        parameter = name
        if field.default is not dataclasses.MISSING:
            scope[f"_default_{name}"] = field.default
            parameter = f"{name}=_default_{name}"
        elif field.default_factory is not dataclasses.MISSING:
            scope[f"_make_{name}"] = field.default_factory
            parameter = f"{name}=_missing"
            value = f"_make_{name}() if {name} is _missing else {name}"
        parameters.append(parameter)
        lines.append(f" _set_{name}(self, {value})\n")
    text = f"def __init__(self, {', '.join(parameters)}):\n{''.join(lines) or ' pass'}"
    exec(text, scope)
    initialiser: Callable[..., None] = scope["__init__"]
    initialiser.__qualname__ = f"{made.__qualname__}.__init__"
    return initialiser


def _shown(self: Any) -> str:
    fields = dataclasses.fields(self)
    inside = ", ".join([f"{field.name}={getattr(self, field.name)!r}" for field in fields])
    return f"{self.__class__.__qualname__}({inside})"


def _keep(self: object, name: str, *value: object) -> None:
    verb = "assign to" if value else "delete"
    raise dataclasses.FrozenInstanceError(f"cannot {verb} field {name!r}")


def _recipe(self: Any) -> tuple[type, tuple[Any, ...]]:
    return self.__class__, tuple([getattr(self, f.name) for f in dataclasses.fields(self)])
