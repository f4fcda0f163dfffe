"""What the value of a setting may be: checks that turn what a user wrote into a value.

Floor 0.  Each raises ``ValueError`` with words that follow the name of the setting.  Invariant: a
``Secret`` is told without the value that was written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Value = str | int | float | bool | tuple[str, ...]


class Secret(ValueError):
    """What was written may hold a password."""


def some_text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be some text")
    return value.strip()


def a_path(value: Any) -> str:
    """A path, or nothing."""
    if not isinstance(value, str):
        raise ValueError("must be a path")
    return value.strip()


def one_of(*choices: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return str(value)

    return check


def number(low: float, high: float, kind: type[int] | type[float]) -> Callable[[Any], Value]:
    def check(value: Any) -> Value:
        try:
            wanted = kind(str(value))
        except ValueError:
            whole = "a whole number" if kind is int else "a number"
            raise ValueError(f"must be {whole}") from None
        if isinstance(value, bool) or not low <= wanted <= high:
            raise ValueError(f"must be from {low:,g} to {high:,g}")
        return wanted

    return check


def a_switch(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if str(value).lower() not in known:
        raise ValueError("must be true or false")
    return known[str(value).lower()]


def some_names(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        raise ValueError("must be names, separated by commas")
    return tuple(name.strip() for name in value if name.strip())


def snippet_width(value: Any) -> str:
    """A width in characters, or ``none`` or ``lead``."""
    if value in ("none", "lead"):
        return str(value)
    try:
        return str(number(40, 2_000, int)(value))
    except ValueError:
        raise ValueError("must be none, lead or a number of characters from 40 to 2,000") from None


def a_place(value: Any) -> str:
    """A folder, or the address of an index on a cluster, which has no password in it."""
    written = some_text(value)
    if "@" in written.partition("://")[2].partition("/")[0]:
        raise Secret("has a user or a password in it, which would be printed and kept")
    return written
