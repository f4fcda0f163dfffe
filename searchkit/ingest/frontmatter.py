"""The metadata in front of an article: found by its fence, read strictly, flattened to text.

Floor 2.  Accepts a ```` ```yaml ```` fence or ``---`` lines.  Every scalar stays the text that
was written (``12:30`` is ``12:30``); anchors, aliases, tags, merge keys, duplicate keys,
deep nesting and sizes over the limit are refused before anything is built.
Invariant: only the parser's flat events are used; no tree is composed, nothing recurses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from ..errors import ArticleError
from ..settings import INGEST_LIMITS, IngestLimits
from .plainyaml import read_plain

_Loader: type[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Without libyaml PyYAML has the slower one only; its events are the same."""

_OPENING = re.compile(r"\s*?^(?:(?P<ticks>`{3,})[ \t]*ya?ml|(?P<dashes>---))[ \t]*\n", re.M | re.I)
_CLOSING_DASHES = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """``values``: flattened keys to text as written; ``body``: what follows the fence."""

    values: dict[str, str]
    body: str
    found: bool


def split(text: str, path: str = "", limits: IngestLimits = INGEST_LIMITS) -> FrontMatter:
    """The front matter and the body of ``text`` (line ends ``\\n``, no byte order mark).

    Text without a fence in front has no front matter.  Raises ``ArticleError`` with the
    line in the file for a fence that does not end, and for YAML that is refused.
    """
    opening = _OPENING.match(text)
    if opening is None:
        return FrontMatter({}, text, found=False)
    first = text.count("\n", 0, opening.end()) + 1
    ticks = opening["ticks"]
    ending = re.compile(rf"^{ticks}`*[ \t]*$", re.MULTILINE) if ticks else _CLOSING_DASHES
    start = opening.end()
    if ticks:  # found faster than the expression finds it
        start = text.find(f"\n{ticks}", start - 1) + 1
    closing = ending.search(text, start) if start else None
    if closing is None:
        mark = ticks or "---"
        raise ArticleError(path, first - 1, f"the front matter has no end: no closing {mark} line")
    block = text[opening.end() : closing.start()]
    size = len(block.encode())
    if size > limits.front_matter_bytes:
        limit = limits.front_matter_bytes
        raise ArticleError(
            path, first, f"the front matter has {size:,} bytes, the limit is {limit:,}"
        )
    values = read_yaml(block, path, first, limits.front_matter_depth)
    return FrontMatter(values, text[closing.end() :], found=True)


def read_yaml(block: str, path: str, first_line: int, depth: int) -> dict[str, str]:
    """The flattened values of ``block``, a YAML mapping that begins on ``first_line``.

    Lists of plain values are joined by commas; mappings in lists are numbered from 0.
    Raises ``ArticleError`` with the line in the file for anything refused.
    """
    values = read_plain(block, depth)
    return values if values is not None else _read_all(block, path, first_line, depth)


def _read_all(block: str, path: str, first_line: int, depth: int) -> dict[str, str]:
    """``read_yaml`` with a parser of the whole of YAML."""
    try:
        return _Strict(path, first_line, depth).read(block)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + mark.line if mark else first_line
        problem = error.problem or error.context or "not understood"
        raise ArticleError(path, line, f"the front matter is not valid YAML: {problem}") from error
    except yaml.reader.ReaderError as error:
        line = first_line + block.count("\n", 0, error.position)
        raise ArticleError(
            path, line, f"the front matter holds a character YAML does not allow: {error.reason}"
        ) from error
    except yaml.YAMLError as error:
        raise ArticleError(
            path, first_line, f"the front matter is not valid YAML: {error}"
        ) from error


def flattened(tree: Mapping[str, Any], path: str, depth: int) -> dict[str, str]:
    """The values of a JSON object as text, with the key rules of ``read_yaml``.

    Raises ``ArticleError`` for objects and lists nested more than ``depth`` deep.
    """
    values: dict[str, str] = {}
    pending: list[tuple[str, Any, int]] = [("", tree, 1)]
    while pending:
        prefix, node, level = pending.pop()
        if level > depth:
            raise ArticleError(path, None, f"JSON refused: nested more than {depth} deep")
        entries = node.items() if isinstance(node, Mapping) else enumerate(node)
        plain: list[str] = []
        for key, value in entries:
            if isinstance(value, (Mapping, list)):
                pending.append((f"{prefix}{key}.", value, level + 1))
            elif isinstance(node, list):
                plain.append(_text_of(value))
            else:
                values.setdefault(f"{prefix}{key}", _text_of(value))
        if plain:
            values.setdefault(prefix[:-1], ", ".join(plain))
    return values


def _text_of(value: Any) -> str:
    """A JSON scalar as text."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


@dataclass(slots=True)
class _Level:
    """One open mapping or list: ``key`` is the pending key of a mapping, ``count`` the entries
    of a list so far, ``plain`` the plain values of a list so far."""

    prefix: str
    is_list: bool
    keys: set[str]
    plain: list[str]
    key: str | None = None
    count: int = 0


class _Strict:
    """Walks parse events with a stack of its own: nothing recurses, nothing is composed."""

    def __init__(self, path: str, first_line: int, depth: int) -> None:
        self._path = path
        self._first_line = first_line
        self._depth = depth
        self._values: dict[str, str] = {}
        self._levels: list[_Level] = []
        self._documents = 0

    def read(self, block: str) -> dict[str, str]:
        loader = _Loader(block)
        try:
            while True:
                event: Any = loader.get_event()
                kind = type(event)
                if kind is yaml.ScalarEvent:
                    self._check(event)
                    self._scalar(event)
                elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                    self._check(event)
                    self._open(event)
                elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                    self._close(event)
                elif kind is yaml.AliasEvent:
                    raise self._refused(event, "an alias (*name)")
                elif kind is yaml.DocumentStartEvent:
                    self._documents += 1
                    if self._documents > 1:
                        raise self._refused(event, "there is a second YAML document in it")
                elif kind is yaml.StreamEndEvent:
                    return self._values
        finally:
            loader.dispose()

    def _refused(self, event: yaml.Event, reason: str) -> ArticleError:
        mark = event.start_mark
        line = self._first_line + (mark.line if mark else 0)
        return ArticleError(self._path, line, f"front matter refused: {reason}")

    def _check(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        """Refuse what can refer or retype."""
        if event.anchor is not None:
            raise self._refused(event, "an anchor (&name)")
        if event.tag is not None:
            raise self._refused(event, "a tag (!name)")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        value: str = event.value
        if not self._levels:
            # An empty document is an empty scalar; anything else is text without keys.
            if value or event.style:
                raise self._refused(event, "it is not a list of keys and values")
            return
        level = self._levels[-1]
        if level.is_list:
            level.plain.append(value)
            level.count += 1
        elif level.key is None:
            self._name(event, level, value)
        else:
            self._store(event, level.prefix + level.key, value)
            level.key = None

    def _name(self, event: yaml.ScalarEvent, level: _Level, name: str) -> None:
        """Take ``name`` for the key of the value that follows."""
        if name == "<<" and not event.style:
            raise self._refused(event, "a merge key (<<)")
        if name in level.keys:
            raise self._refused(event, f"the key {name!r} is there twice")
        level.keys.add(name)
        level.key = name

    def _store(self, event: yaml.Event, key: str, value: str) -> None:
        if key in self._values:
            raise self._refused(event, f"the key {key!r} is there twice")
        self._values[key] = value

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        is_list = isinstance(event, yaml.SequenceStartEvent)
        if len(self._levels) >= self._depth:
            raise self._refused(event, f"nested more than {self._depth} deep")
        prefix = ""
        if not self._levels:
            if is_list:
                raise self._refused(event, "it is a list, not keys and values")
        else:
            above = self._levels[-1]
            if above.is_list:
                prefix = f"{above.prefix}{above.count}."
                above.count += 1
            elif above.key is None:
                raise self._refused(event, "a key that is itself a list or a mapping")
            else:
                prefix = f"{above.prefix}{above.key}."
        self._levels.append(_Level(prefix, is_list, set(), []))

    def _close(self, event: yaml.Event) -> None:
        level = self._levels.pop()
        if level.is_list and (level.plain or not level.count):
            self._store(event, level.prefix[:-1], ", ".join(level.plain))
        if self._levels:
            self._levels[-1].key = None
