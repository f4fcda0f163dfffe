"""What a pointer file may say: the JSON of a generation, checked before anything is made of it.

Floor 4.  The bytes carry their own checksum, which says that they were written whole, not that
they were written by searchkit.  Invariant: what ``parsed`` returns has the very keys and types of
a generation, names that stay in their folder, and numbers that fit each other.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from .faults import Unsound

_BRACKETS = 100_000
"""More than any generation has; what is nested deep or wide is refused before it is parsed."""

_LARGEST = 1 << 48
"""No honest size or count is larger."""

_NAME = re.compile(r"[0-9a-z]{1,64}", re.ASCII)
_FILE = re.compile(r"[A-Za-z0-9_-]{1,128}\.(seg|bin)", re.ASCII)
_GENERATION = re.compile(r"[0-9A-Za-z-]{1,64}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


def digest(body: Mapping[str, Any]) -> str:
    """The SHA-256 of ``body`` as canonical JSON."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def loaded(data: bytes) -> dict[str, Any]:
    """The JSON object in ``data``, which may say anything.  Raises ``Unsound``."""
    if data.count(b"[") + data.count(b"{") > _BRACKETS:
        raise Unsound("it has too many parts")
    try:
        body = json.loads(data)
    except RecursionError as error:
        raise Unsound("it is nested too deep") from error
    except ValueError as error:
        raise Unsound(f"it is no JSON ({error})") from error
    if not isinstance(body, dict):
        raise Unsound("it is no description of a generation")
    return body


def parsed(data: bytes) -> dict[str, Any]:
    """The JSON object in ``data``, its checksum taken out, which fits.  Raises ``Unsound``."""
    body = loaded(data)
    known = body.pop("sha256", "")
    try:
        if known != digest(body):
            raise Unsound("its checksum does not fit")
    except RecursionError as error:
        raise Unsound("it is nested too deep") from error
    return body


def check(body: Mapping[str, Any]) -> None:
    """Raise ``Unsound`` unless ``body`` has the form of a generation, but for its versions."""
    _keys("the generation", body, _OF_GENERATION)
    live = 0
    for segment in body["segments"]:
        _keys("a segment", segment, _OF_SEGMENT)
        _keys("a file", segment["file"], _OF_FILE)
        count, deleted = segment["documents"], segment["deleted"]
        ascending = all(map(int.__lt__, deleted, deleted[1:]))
        if deleted and not (ascending and deleted[0] >= 0 and deleted[-1] < count):
            raise Unsound("a segment has other documents deleted than it holds")
        live += count - len(deleted)
    for name in ("catalogue", "copies"):
        if body[name] is not None:
            _keys("a file", body[name], _OF_FILE)
    if live != body["articles"]:
        raise Unsound(f"it counts {body['articles']:,} articles, its segments {live:,}")


def _keys(what: str, value: Any, wanted: Mapping[str, Callable[[Any], bool]]) -> None:
    if not isinstance(value, dict) or value.keys() != wanted.keys():
        raise Unsound(f"{what} lacks something, or has something nobody knows")
    for name, fits in wanted.items():
        if not fits(value[name]):
            raise Unsound(f"{what} has a wrong {name}")


def _count(value: Any) -> bool:
    return type(value) is int and 0 <= value < _LARGEST


def _matching(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _numbers(value: Any) -> bool:
    return isinstance(value, list) and set(map(type, value)) <= {int}


def _counts(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_count, value.values()))


_OF_FILE: Mapping[str, Callable[[Any], bool]] = {
    "name": _matching(_FILE),
    "size": _count,
    "sha256": _matching(_SHA256),
}
_OF_SEGMENT: Mapping[str, Callable[[Any], bool]] = {
    "id": _matching(_NAME),
    "file": lambda value: isinstance(value, dict),
    "documents": _count,
    "lengths": _counts,
    "deleted": _numbers,
}
_OF_GENERATION: Mapping[str, Callable[[Any], bool]] = {
    "number": _count,
    "name": _matching(_GENERATION),
    "store": _matching(_NAME),
    "articles": _count,
    "segments": lambda value: isinstance(value, list),
    "catalogue": lambda value: value is None or isinstance(value, dict),
    "copies": lambda value: value is None or isinstance(value, dict),
}
