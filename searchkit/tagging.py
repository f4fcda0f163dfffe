"""What kind of crime an article is about, and at which stage: words of one table, no guesses.

Floor 1.  The table is read from ``data/tags.json``, which ``script/gazetteer`` writes from
``data/tags.yaml``.  Its phrases form one tree by their words, so that a text is gone through once
however many there are.  Invariant: a tag always says which words of the article it has, and where.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any, TypeAlias

from . import tables
from .article import Tag
from .errors import SettingsError

TYPE = "type"

_SHIPPED = Path(__file__).parent / "data" / "tags.json"
_LEAD = 400
"""Characters of the lead that are looked at."""

_TOKEN = re.compile(r"\w+|[.!?;:](?=\s)|(?<= )[-–—|](?= )")
"""Words, and the signs that part them: no phrase goes on over one of these."""

_ANY, _START, _END, _LEAF = "*", "^", "$", ""
_PLACES = {"head": 0, "title": 1, "alone": 2, "not_if": 3}
_HEAD, _TITLE, _ALONE, _NOT_IF = range(4)

_Leaf: TypeAlias = "tuple[tuple[str, int], ...]"
_Tree: TypeAlias = "dict[str, Any]"
_Evidence: TypeAlias = "dict[str, tuple[str, str]]"


@dataclass(frozen=True, slots=True)
class KnownTag:
    """One row of the table: the tags that forbid it, that which it needs, that which it follows."""

    id: str
    label: str
    unless: tuple[str, ...] = ()
    needs: str = ""
    like: str = ""

    @property
    def kind(self) -> str:
        """``type`` or ``stage``."""
        return self.id.partition(":")[0]

    @property
    def value(self) -> str:
        """The id without its kind, as it stands in a query."""
        return self.id.partition(":")[2]


@dataclass(frozen=True, slots=True, eq=False)
class TagTable:
    """The tags and the tree of the phrases that give them: from word to tree, and under an empty
    word what a phrase that ends there says.  ``order`` is the place of each tag by its id,
    ``followers`` are those that are like another."""

    known: tuple[KnownTag, ...]
    tree: _Tree
    order: Mapping[str, int]
    followers: tuple[KnownTag, ...]


@lru_cache(maxsize=1)
def _rows() -> Mapping[str, Any]:
    rows: dict[str, Any] = json.loads(_SHIPPED.read_bytes())
    own = tables.chosen().tags
    return _merged(rows, Path(own)) if own else rows


def _merged(rows: dict[str, Any], own: Path) -> dict[str, Any]:
    """``rows`` with those of the user's file: a tag with a known id replaces the texts it states
    and adds to the lists, or stands in its place with ``replace = true``; any other tag is new.

    Raises ``SettingsError``.
    """
    mine = _checked(tables.parsed(tables.bytes_of(own), str(own)), str(own))
    known = {row["id"]: row for row in rows["tags"]}
    for row in mine["tags"]:
        row = dict(row)
        old = {} if row.pop("replace", False) else known.get(row["id"], {})
        new = {k: [*old.get(k, ()), *v] if isinstance(v, list) else v for k, v in row.items()}
        known[row["id"]] = {**old, **new}
        if "label" not in known[row["id"]]:
            raise SettingsError(str(own), f"tag {row['id']!r} has no 'label'")
    for row in known.values():
        others = [*row.get("unless", ()), *filter(None, (row.get("with"), row.get("like")))]
        for other in others:
            if other not in known:
                raise SettingsError(str(own), f"tag {row['id']!r} names {other!r}, which is none")
    return {"never": [*rows["never"], *mine["never"]], "tags": list(known.values())}


def _checked(table: object, origin: str) -> dict[str, Any]:
    """``table`` if it has the form of the shipped one."""
    if not isinstance(table, dict) or not set(table) <= {"never", "tags"}:
        raise SettingsError(origin, "must be a mapping with 'tags', 'never', or both")
    never, rows = table.get("never", []), table.get("tags", [])
    if not _texts(never):
        raise SettingsError(origin, "'never' must be a list of texts")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SettingsError(origin, "'tags' must be a list of tags, each with an 'id'")
    for row in rows:
        name = row.get("id")
        if not isinstance(name, str) or not _ID.fullmatch(name):
            raise SettingsError(origin, f"a tag has no 'id' such as type:fraud: {dict(row)}")
        for field, value in row.items():
            check = _FORM.get(field)
            if check is None:
                raise SettingsError(origin, f"tag {name!r} has an unknown key {field!r}")
            if not check(value):
                raise SettingsError(origin, f"{field!r} of tag {name!r} has another form")
    return {"never": never, "tags": rows}


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_text, value))


_ID = re.compile(r"(?:type|stage):[a-z][a-z0-9-]*")
_FORM: Mapping[str, Callable[[object], bool]] = {
    **dict.fromkeys(("id", "label", "with", "like"), _text),
    **dict.fromkeys((*_PLACES, "unless"), _texts),
    "replace": lambda value: isinstance(value, bool),
}
"""The keys of a tag, and what their values have to be."""


@lru_cache(maxsize=1)
def in_force() -> TagTable:
    """The shipped table, with what the user's own adds to it and changes."""
    return tag_table(_rows())


@lru_cache(maxsize=1)
def known_tags() -> Mapping[str, KnownTag]:
    """The tags of that table by their ids, in its order."""
    return {tag.id: tag for tag in map(_known, _rows()["tags"])}


def tag_table(rows: Mapping[str, Any]) -> TagTable:
    """The table that ``rows`` say, in the form of ``data/tags.yaml``.  Raises ``KeyError`` for a
    tag without id or label."""
    tree: _Tree = {}
    for phrase in rows["never"]:
        _plant(tree, phrase, ())
    for row in rows["tags"]:
        for name, place in _PLACES.items():
            for phrase in row.get(name, ()):
                _plant(tree, phrase, ((row["id"], place),))
    _close(tree)
    known = tuple(map(_known, rows["tags"]))
    order = {tag.id: at for at, tag in enumerate(known)}
    return TagTable(known, tree, order, tuple([tag for tag in known if tag.like]))


def _known(row: Mapping[str, Any]) -> KnownTag:
    unless = tuple(row.get("unless", ()))
    return KnownTag(row["id"], row["label"], unless, row.get("with", ""), row.get("like", ""))


def _plant(tree: _Tree, phrase: str, says: _Leaf) -> None:
    """Put every reading of ``phrase`` into ``tree``."""
    for words in product(*(part.split("|") for part in phrase.split(" "))):
        node = tree
        for word in filter(None, words):
            node = node.setdefault(word, {})
        node[_LEAF] = tuple(dict.fromkeys((*node.get(_LEAF, ()), *says)))


def known_values(kind: str) -> tuple[str, ...]:
    """The values of the field ``kind``, ``type`` or ``stage``, in the order of the table."""
    return tuple(tag.value for tag in known_tags().values() if tag.kind == kind)


def tag_value(kind: str, text: str) -> str:
    """The value of the tag that ``text`` means, as it stands in a query or by its label
    (``Anti-social behaviour``); empty for none."""
    wanted = " ".join(text.lower().split())
    for tag in known_tags().values():
        if tag.kind == kind and wanted in (tag.value, tag.label):
            return tag.value
    return ""


def labels_of(values: Iterable[str]) -> str:
    """What the types ``values`` are called; the values where they are in no table (an index of
    another version)."""
    known = known_tags()
    ids = [f"{TYPE}:{value}" for value in values]
    return ", ".join([known[i].label if i in known else i for i in ids])


def tags_of(title: str, lead: str, category: str, table: TagTable | None = None) -> tuple[Tag, ...]:
    """The tags of an article, in the order of the table: each with the first words that give it,
    in small letters, and where they stand: ``title``, ``category`` or ``lead``."""
    table = table or in_force()
    found: _Evidence = {}
    spare: _Evidence = {}
    barred: set[str] = set()
    for where, text, most in (
        ("title", title, _TITLE),
        ("category", category, _TITLE),
        ("lead", lead[:_LEAD], _HEAD),
    ):
        for evidence, says in _phrases(table.tree, text) if text else ():
            for tag, place in says:
                if place <= most:
                    found.setdefault(tag, (evidence, where))
                elif place == _ALONE:
                    spare.setdefault(tag, (evidence, where))
                elif place == _NOT_IF:
                    barred.add(tag)
    if spare:
        kinds = {tag.partition(":")[0] for tag in found}
        found.update({t: held for t, held in spare.items() if t.partition(":")[0] not in kinds})
    return tuple(_kept(table, found, barred))


def _close(tree: _Tree) -> None:
    """Let a phrase that ends with the text say what it says elsewhere, too."""
    for word, node in tree.items():
        if word == _LEAF:
            continue
        if word == _END and _LEAF in tree:
            node[_LEAF] = tuple(dict.fromkeys((*node[_LEAF], *tree[_LEAF])))
        _close(node)


def _kept(table: TagTable, found: _Evidence, barred: set[str]) -> Iterator[Tag]:
    """The tags of ``found`` that nothing forbids, those that follow another among them."""
    held = dict(found)
    for tag in table.followers:
        if tag.like in found:
            held[tag.id] = found[tag.like]
    for at, tag_id in sorted([(table.order[tag_id], tag_id) for tag_id in held]):
        tag = table.known[at]
        if (
            tag_id in barred
            or (tag.needs and tag.needs not in found)
            or (tag.unless and any(o in found and o not in barred for o in tag.unless))
        ):
            continue
        yield Tag(tag_id, *held[tag_id])


def _phrases(tree: _Tree, text: str) -> list[tuple[str, _Leaf]]:
    """The phrases in ``text`` from left to right, none over another: their words, in small
    letters, and what they say."""
    words = [_START, *_TOKEN.findall(text.lower().replace("’", "").replace("'", "")), _END]
    found, free = [], 0
    for start, node in [(at, tree[word]) for at, word in enumerate(words) if word in tree]:
        # Most words that begin phrases are followed by none that goes on with one.
        following = words[start + 1]
        if start < free or not (following in node or _LEAF in node or _ANY in node):
            continue
        free, says = _longest(node, words, start + 1)
        if says:
            phrase = [word for word in words[start:free] if word not in (_START, _END)]
            found.append((" ".join(phrase), says))
    return found


def _longest(node: _Tree, words: Sequence[str], at: int) -> tuple[int, _Leaf]:
    """Where the longest phrase of ``node`` that goes on with ``words[at:]`` ends, and what it
    says; 0 where there is none."""
    best: tuple[int, _Leaf] = (at, node[_LEAF]) if _LEAF in node else (0, ())
    if at == len(words):
        return best
    word = words[at]
    if word in node:
        best = max(best, _longest(node[word], words, at + 1))
    if _ANY in node and word.isalnum():
        best = max(best, _longest(node[_ANY], words, at + 1))
    return best
