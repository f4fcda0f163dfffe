"""The table of police forces, read from ``data/forces.yaml`` and checked.

Floor 1.  A ``Gazetteer`` is a value: nothing changes it after it was built.  The shipped table is
read from ``data/forces.json``, the same in a form that is read twenty times as fast;
``script/gazetteer`` writes it.
Invariant: no two forces share an id, a host or a name in any spelling that
``resolve`` treats as equal, so that an answer is never a guess.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from .. import tables
from ..errors import SettingsError

_SHIPPED = Path(__file__).parent.parent / "data" / "forces.json"
_NOT_ALNUM = re.compile(r"[\W_]+")
# What a short name may be followed by: "Kent" gives "Kent Police" and "Kent Constabulary".
_KINDS = ("Police", "Constabulary")
FILLERS = frozenset("police constabulary service force heddlu the".split())

_TEXTS = ("id", "area", "name", "region", "nation")
_LISTS = ("former", "welsh", "short", "aliases", "written", "title_suffixes", "hosts")


@dataclass(frozen=True, slots=True)
class Force:
    """One police force; the keys of ``data/forces.yaml``, whose head explains them.

    ``title_suffixes`` holds every name that may follow a headline after a dash or a bar,
    longest first.
    """

    id: str
    area: str
    name: str
    former: tuple[str, ...] = ()
    welsh: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    title_suffixes: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    region: str = ""
    nation: str = ""

    @property
    def stems(self) -> tuple[str, ...]:
        """The short names that say "police force" only with ``Police`` or ``Constabulary``."""
        return (self.area, *self.short)

    @property
    def full_names(self) -> tuple[str, ...]:
        """Names that mean the force and never just the place, without repetition."""
        kinds = [f"{stem} {kind}" for stem in self.stems for kind in _KINDS]
        return tuple(dict.fromkeys((self.name, *self.former, *self.welsh, *kinds)))

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that ``resolve_force`` takes for this force, addresses aside."""
        return tuple(
            dict.fromkeys((self.id, *self.stems, *self.full_names, *self.aliases, *self.written))
        )


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """The forces in order of area, and where each is found: under its names as written and as
    ``key`` spells them, under its title suffixes, and at its addresses.

    ``fingerprint`` changes with every byte of ``read``, the files the table was read from;
    ``origin`` is the last of them.  The ways to a force are made when they are first taken: most
    searches only want the names of some ids.
    """

    forces: tuple[Force, ...]
    regions: Mapping[str, str]
    nations: Mapping[str, str]
    origin: str
    read: tuple[bytes, ...]

    @cached_property
    def by_id(self) -> Mapping[str, Force]:
        return {force.id: force for force in self.forces}

    @cached_property
    def by_key(self) -> Mapping[str, Force]:
        return _unique(_keys(self.forces), self.origin)

    @cached_property
    def by_suffix(self) -> Mapping[str, Force]:
        pairs = ((key(name), force) for force in self.forces for name in force.title_suffixes)
        return _unique(pairs, self.origin)

    @cached_property
    def by_address(self) -> Mapping[str, tuple[tuple[str, Force], ...]]:
        return _addresses(self.forces, self.origin)

    @cached_property
    def fingerprint(self) -> str:
        return hashlib.sha256(b"".join(self.read)).hexdigest()[:16]

    def check(self) -> None:
        """Raise ``SettingsError`` where two forces answer to one name or address."""
        _ = self.by_key, self.by_suffix, self.by_address


def key(text: str) -> str:
    """``text`` as names are compared: no case, accents, punctuation or spaces, ``&`` as ``and``."""
    return _NOT_ALNUM.sub("", _plain(text))


def bare_key(text: str) -> str:
    """``key`` of ``text`` without the words every force has (``Police``, ``Constabulary``, ...)."""
    return "".join(word for word in _NOT_ALNUM.split(_plain(text)) if word not in FILLERS)


def _plain(text: str) -> str:
    """``text`` in lower case, its accents standing as characters of their own."""
    return unicodedata.normalize("NFKD", text.casefold().replace("&", " and "))


def load_gazetteer(extra: Path | None = None) -> Gazetteer:
    """The shipped table, changed by the file ``extra`` if one is given.

    ``extra`` has the form of the shipped file, in YAML or TOML.  A force with a known id replaces
    the texts it states and adds to the lists; any other force is new.  Raises ``SettingsError``
    when a file is unreadable or two forces claim one name.
    """
    shipped = _SHIPPED.read_bytes()
    table = _checked(json.loads(shipped), _SHIPPED.name)
    if extra is None:
        return _gazetteer(table, _SHIPPED.name, (shipped,))
    origin = str(extra)
    own = tables.bytes_of(extra)
    table = _merged(table, _checked(tables.parsed(own, origin), origin), origin)
    gazetteer = _gazetteer(table, origin, (shipped, own))
    gazetteer.check()
    return gazetteer


class _InForce:
    """The gazetteer of this process, the user's own table in it, read at first use, once for all
    threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._value: Gazetteer | None = None

    def __call__(self) -> Gazetteer:
        if self._value is None:
            with self._lock:
                if self._value is None:
                    own = tables.chosen().forces
                    self._value = load_gazetteer(Path(own) if own else None)
        return self._value


in_force = _InForce()


def _checked(table: object, origin: str) -> dict[str, Any]:
    """``table`` if it is a mapping with the keys this module knows."""
    if not isinstance(table, dict) or not set(table) <= {"forces", "regions", "nations"}:
        raise SettingsError(origin, "must be a mapping with 'forces', and nothing else but tables")
    forces = table.get("forces") or []
    if not isinstance(forces, list) or not all(isinstance(row, dict) for row in forces):
        raise SettingsError(origin, "'forces' must be a list of forces, each with an 'id'")
    for row in forces:
        _check_row(row, origin)
    table["forces"] = forces
    return table


def _check_row(row: Mapping[str, Any], origin: str) -> None:
    """Raise ``SettingsError`` unless the keys and the kinds of values of a force are right."""
    name = row.get("id")
    if not isinstance(name, str) or not name:
        raise SettingsError(origin, f"a force has no 'id': {dict(row)}")
    for field, value in row.items():
        if field in _TEXTS:
            right = isinstance(value, str) and bool(value)
        elif field in _LISTS:
            right = isinstance(value, list) and all(isinstance(v, str) and v for v in value)
        else:
            known = ", ".join((*_TEXTS, *_LISTS))
            raise SettingsError(origin, f"force {name!r} has an unknown key {field!r}", known)
        if not right:
            kind = "a text" if field in _TEXTS else "a list of texts"
            raise SettingsError(origin, f"{field!r} of force {name!r} must be {kind}")


def _merged(table: dict[str, Any], own: Mapping[str, Any], origin: str) -> dict[str, Any]:
    """``table`` with the forces of a user's file changed or added."""
    if own.get("regions") or own.get("nations"):
        raise SettingsError(origin, "only 'forces' can be changed, not the tables of regions")
    rows = {row["id"]: dict(row) for row in table["forces"]}
    for row in own["forces"]:
        old = rows.setdefault(row["id"], {})
        for field, value in row.items():
            old[field] = [*old.get(field, ()), *value] if field in _LISTS else value
    return {**table, "forces": list(rows.values())}


def _gazetteer(table: Mapping[str, Any], origin: str, read: tuple[bytes, ...]) -> Gazetteer:
    regions = _places(table["regions"])
    nations = _places(table["nations"])
    forces = tuple(_force(row, table, origin) for row in table["forces"])
    ids = [force.id for force in forces]
    repeated = sorted({i for i in ids if ids.count(i) > 1})
    if repeated:
        raise SettingsError(origin, f"two forces have the id {repeated[0]!r}")
    return Gazetteer(
        forces=tuple(sorted(forces, key=lambda force: force.area)),
        regions=regions,
        nations=nations,
        origin=origin,
        read=read,
    )


def _force(row: Mapping[str, Any], table: Mapping[str, Any], origin: str) -> Force:
    missing = [field for field in ("area", "name") if field not in row]
    if missing:
        raise SettingsError(origin, f"force {row['id']!r} has no {missing[0]!r}")
    for field, known in (("region", table["regions"]), ("nation", table["nations"])):
        if row.get(field, "") not in ("", *known):
            raise SettingsError(
                origin,
                f"{field} {row[field]!r} of force {row['id']!r} does not exist",
                f"one of: {', '.join(known)}",
            )
    values: dict[str, Any] = {field: row.get(field, "") for field in _TEXTS}
    values |= {field: tuple(row.get(field, ())) for field in _LISTS}
    force = Force(**values)
    suffixes = sorted({*force.title_suffixes, *force.full_names}, key=lambda s: (-len(s), s))
    return replace(force, title_suffixes=tuple(suffixes))


def _places(table: Mapping[str, list[str]]) -> dict[str, str]:
    """Key of every name and alias of a place -> the place."""
    return {key(name): place for place, others in table.items() for name in (place, *others)}


def _keys(forces: Iterable[Force]) -> Iterator[tuple[str, Force]]:
    for force in forces:
        for name in force.names:
            yield name, force
            yield key(name), force
        for name in (*force.stems, force.name, *force.former, *force.welsh):
            yield bare_key(name), force


def _unique(pairs: Iterable[tuple[str, Force]], origin: str) -> dict[str, Force]:
    found: dict[str, Force] = {}
    for name, force in pairs:
        other = found.setdefault(name, force)
        if other is not force:
            raise SettingsError(origin, f"{other.id} and {force.id} both answer to {name!r}")
    return found


def _addresses(forces: Iterable[Force], origin: str) -> dict[str, tuple[tuple[str, Force], ...]]:
    """Host -> (beginning of the path, force), longest beginning first."""
    whole = _unique(
        ((address.lower().removeprefix("www."), f) for f in forces for address in f.hosts), origin
    )
    found: dict[str, list[tuple[str, Force]]] = {}
    for address, force in whole.items():
        host, slash, path = address.partition("/")
        found.setdefault(host, []).append((slash + path, force))
    return {
        host: tuple(sorted(paths, key=lambda pair: -len(pair[0]))) for host, paths in found.items()
    }
