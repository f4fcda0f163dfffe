"""Python, searchkit and its packages: which there are, and which are needed.

Floor 6.  What is needed is read from searchkit's own metadata, so the one list of it is
``pyproject.toml``.  Invariant: no package is imported, so that a broken one is still told of.
"""

from __future__ import annotations

import operator
import platform
import re
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from itertools import zip_longest
from pathlib import Path

from .. import __version__
from .checks import Check, Topic, ok, problem, warning

_OLDEST = (3, 10)
_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)\s*(?:\[[^]]*\])?\s*\(?([^;()]*)\)?\s*(?:;\s*(.*))?")
_BOUND = re.compile(r"(>=|<=|==|!=|~=|<|>)\s*([0-9][0-9.]*)")
_PYTHON = re.compile(r"""python_version\s*(<|>=)\s*["']([0-9.]+)["']""")
_RIVALS = ("Whoosh", "whoosh-reloaded", "Whoosh-Reloaded")
_REPLACED = {"tzdata": "the time zones of the system serve as long as it has them"}
_INSTALL = "install it:  pip install searchkit, or in its folder:  script/run"

_COMPARE: dict[str, Callable[[int], bool]] = {
    ">=": lambda order: order >= 0,
    "<=": lambda order: order <= 0,
    "==": lambda order: order == 0,
    "!=": lambda order: order != 0,
    "<": lambda order: order < 0,
    ">": lambda order: order > 0,
}


def installation() -> Iterator[Check]:
    """Python, searchkit, every package it needs, and packages in each other's way."""
    topic = Topic.INSTALLATION
    python = f"{platform.python_version()} ({sys.executable or 'unknown'})"
    if sys.version_info < _OLDEST:
        yield problem(topic, "Python", python, "searchkit needs Python 3.10 or later")
    else:
        yield ok(topic, "Python", python)
    yield _own_version()
    yield from _packages()
    for name in _RIVALS:
        version = _version(name)
        if version is not None:
            yield warning(
                topic,
                name,
                f"{version}, which lies in the same folder as whoosh3: either may be broken",
                f"pip uninstall {name} whoosh3, then pip install whoosh3",
            )
            break


def _own_version() -> Check:
    folder = Path(__file__).resolve().parent.parent
    text = f"{__version__} in {folder}"
    installed = _version("searchkit")
    if installed is None:
        return warning(
            Topic.INSTALLATION,
            "searchkit",
            f"{text}, run without being installed: what it needs cannot be told",
            _INSTALL,
        )
    if installed != __version__:
        return warning(
            Topic.INSTALLATION,
            "searchkit",
            f"{text}; but version {installed} is installed",
            "install it again, or leave the folder whose searchkit hides the installed one",
        )
    return ok(Topic.INSTALLATION, "searchkit", text)


def _packages() -> Iterator[Check]:
    topic = Topic.INSTALLATION
    try:
        needed = metadata.requires("searchkit") or []
    except metadata.PackageNotFoundError:
        return
    for line in needed:
        requirement = _REQUIREMENT.match(line)
        if requirement is None or not _applies(requirement[3] or ""):
            continue
        name, bounds = requirement[1], requirement[2].replace(" ", "")
        version = _version(name)
        if version is None and name in _REPLACED:
            yield warning(
                topic, name, f"missing; {_REPLACED[name]}", f'pip install "{name}{bounds}"'
            )
        elif version is None:
            found, advice = f"missing; {bounds} is needed", f'pip install "{name}{bounds}"'
            yield problem(topic, name, found, advice)
        elif not satisfies(version, bounds):
            found, advice = f"{version}; {bounds} is needed", f'pip install "{name}{bounds}"'
            yield problem(topic, name, found, advice)
        else:
            yield ok(topic, name, f"{version} ({bounds or 'any'})")


def _applies(marker: str) -> bool:
    """Whether a requirement with this marker is one of this Python's, extras aside."""
    if "extra" in marker:
        return False
    python = _PYTHON.search(marker)
    if python is None:
        return True
    compare = operator.lt if python[1] == "<" else operator.ge
    wanted = tuple(int(part) for part in python[2].split("."))
    return bool(compare(sys.version_info[: len(wanted)], wanted))


def satisfies(version: str, bounds: str) -> bool:
    """Whether ``version`` lies within ``bounds`` such as ``>=3.54,<4``; what follows the digits of
    a version (``rc1``) does not count."""
    for sign, bound in _BOUND.findall(bounds):
        order = _order(version, bound)
        if sign == "~=":
            if order < 0 or _numbers(version)[: bound.count(".")] != _numbers(bound)[:-1]:
                return False
        elif not _COMPARE[sign](order):
            return False
    return True


def _order(one: str, other: str) -> int:
    """Below zero where ``one`` is the older version, zero where they are the same."""
    pairs = zip_longest(_numbers(one), _numbers(other), fillvalue=0)
    return next((a - b for a, b in pairs if a != b), 0)


def _numbers(version: str) -> list[int]:
    digits = re.match(r"\d+(?:\.\d+)*", version)
    return [int(part) for part in digits[0].split(".")] if digits else [0]


def _version(name: str) -> str | None:
    """The version of an installed package; ``None`` for none, "" where it does not say."""
    try:
        found: str | None = metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
    return found or ""
