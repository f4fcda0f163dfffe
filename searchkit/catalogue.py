"""The catalogue: what the index holds, from where, and of which content.

Floor 5.  One entry for every source key that was read as an article; an engine keeps
the serialised catalogue beside the generation it describes.  Invariant: for every
article id exactly one entry is live, the one whose content the engine holds; the
others are copies or older versions of the same URL.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from sys import intern
from typing import Any, NamedTuple

from .errors import IndexCorrupt, IndexIncompatible
from .ingest.repeats import Repeats
from .prepared import Facts
from .removals import Removal, decoded, encoded
from .roots import outermost

CATALOGUE_VERSION = 3

_WORTH_A_GENERATION = 1_000
"""So many articles are read again sooner than a generation is written that says they need not be,
also on a busy cluster."""

_BLOCK = 10_000
"""Entries that are serialised together, which bounds what that takes beside them."""


class Entry(NamedTuple):
    """One source key.

    ``container``  the file the key lies in (itself, for a plain file)
    ``sha256``     of the content, 64 hexadecimal digits
    ``version``    when the article says it was last published or changed, ISO 8601 in UTC, or ""
    ``sequence``   the number of the run that first saw this content under this key
    ``live``       whether the engine holds this content
    ``force``      the gazetteer id of the force that published it, or ""
    ``published``  its publication date as far as known: ISO 8601 to the day, month or year, or ""
    ``precision`` and ``dated_by``  the values of ``Precision`` and ``DateSource``
    """

    key: str
    container: str
    sha256: str
    article_id: str
    version: str = ""
    sequence: int = 0
    live: bool = True
    force: str = ""
    published: str = ""
    precision: str = ""
    dated_by: str = ""

    @classmethod
    def of(cls, facts: Facts, key: str, container: str, sequence: int) -> Entry:
        """The entry of an article just read from ``key``; not live until elected."""
        return cls(
            key,
            container,
            facts.sha256,
            facts.id,
            facts.version,
            sequence,
            False,
            # There are few of these, and many entries.
            intern(facts.force),
            intern(facts.published),
            intern(facts.precision),
            intern(facts.dated_by),
        )


@dataclass(slots=True)
class Catalogue:
    """All entries by key, the sources they came from, the signatures of their containers, the
    articles that were taken down, by id, the lines that were learned as boilerplate, and the share
    of a text that its copies were asked to hold (``None``: nobody said)."""

    entries: dict[str, Entry] = field(default_factory=dict)
    signatures: dict[str, str] = field(default_factory=dict)
    sources: list[str] = field(default_factory=list)
    sequence: int = 0
    cleaning: str = ""
    removals: dict[str, Removal] = field(default_factory=dict)
    repeats: Repeats = field(default_factory=Repeats)
    containment: float | None = None

    @classmethod
    def load(cls, data: bytes, path: str) -> Catalogue:
        """The catalogue that ``dump`` wrote (an empty one from no bytes).

        Raises ``IndexIncompatible`` when another version of searchkit wrote it, ``IndexCorrupt``
        where these are other bytes.
        """
        try:
            return cls._loaded(data, path) if data else cls()
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            reason = f"the index in {path} is damaged: its catalogue cannot be read ({error})"
            raise IndexCorrupt(path, reason, _REPAIR) from error

    @classmethod
    def _loaded(cls, data: bytes, path: str) -> Catalogue:
        lines = iter(data.splitlines())
        values = json.loads(next(lines, b""))
        if values.get("version") != CATALOGUE_VERSION:
            raise IndexIncompatible(
                path,
                f"the index in {path} was written by another version of searchkit",
                _REBUILD,
            )
        if not _are(str, [*values["sources"], values["cleaning"]]):
            raise ValueError("its sources are no names")
        catalogue = cls(
            sources=list(values["sources"]),
            sequence=int(values["sequence"]),
            cleaning=values["cleaning"],
            removals=decoded(values),
            repeats=Repeats.from_dict(values["boilerplate"]),
            containment=_share(values.get("containment")),
        )
        for line in islice(lines, values["blocks"]):
            catalogue._add(json.loads(line))
        for line in lines:
            catalogue.signatures.update(json.loads(line))
        return catalogue

    def _add(self, block: dict[str, list[Any]]) -> None:
        """Take up the entries of a block that ``_blocks`` made."""
        signatures, keys = block.pop("signature"), block["key"]
        texts = [block[name] for name in _TEXTS]
        if not all(_are(str, column) for column in (signatures, *texts)):
            raise ValueError("an entry has other values than text")
        if not (_are(int, block["sequence"]) and _are(bool, block["live"])):
            raise ValueError("an entry has other values than it should")
        if not all(map(_PUBLISHED.fullmatch, set(block["published"]))):
            raise ValueError("an entry has a day that is none")
        block["container"] = list(map(_or_else, block["container"], keys))
        for name in _REPEATED:
            block[name] = list(map(intern, block[name]))
        entries = map(Entry, *map(block.__getitem__, Entry._fields))
        self.entries.update(zip(keys, entries, strict=True))
        pairs = zip(keys, signatures, strict=True)
        self.signatures.update((key, signature) for key, signature in pairs if signature)

    def dump(self) -> bytes:
        """The catalogue as lines of UTF-8 JSON: what there is once, then blocks of entries as
        columns, then the signatures of containers of another name than their entries."""
        rows = iter(self.entries.values())
        blocks = [
            _encoded(self._block(block)) for block in iter(lambda: list(islice(rows, _BLOCK)), [])
        ]
        values = {
            "version": CATALOGUE_VERSION,
            "cleaning": self.cleaning,
            "sequence": self.sequence,
            "sources": self.sources,
            "blocks": len(blocks),
            "removals": encoded(self.removals.values()),
            "boilerplate": self.repeats.to_dict(),
            "containment": self.containment,
        }
        others = {key: s for key, s in self.signatures.items() if key not in self.entries}
        return b"\n".join((_encoded(values), *blocks, _encoded(others)))

    def _block(self, entries: list[Entry]) -> dict[str, Sequence[Any]]:
        """``entries`` as columns; an entry that is its own container has none, and its
        signature is in a column of its own."""
        block: dict[str, Sequence[Any]] = dict(
            zip(Entry._fields, zip(*entries, strict=True), strict=True)
        )
        block["container"] = ["" if e.container == e.key else e.container for e in entries]
        block["signature"] = [self.signatures.get(e.key, "") for e in entries]
        return block

    def same_as(self, other: Catalogue) -> bool:
        """Whether both describe the same content, from the same places.

        Signatures spare reading and tell nothing else: those of a few articles make no difference.
        """
        return (
            self.entries == other.entries
            and self.sources == other.sources
            and self.removals == other.removals
            and self._signed_anew(other) < _WORTH_A_GENERATION
        )

    def _signed_anew(self, other: Catalogue) -> int:
        """How many articles lie in containers whose signature is another than in ``other``."""
        now, then = self.signatures.get, other.signatures.get
        return sum(now(e.container) != then(e.container) for e in self.entries.values())

    def remember_sources(self, sources: Iterable[str], base: str) -> None:
        """Add ``sources`` to those of later runs, in place of any that lie in them."""
        self.sources[:] = outermost([*self.sources, *sources], base)

    def live(self) -> dict[str, Entry]:
        """The live entry of every article id."""
        return {e.article_id: e for e in self.entries.values() if e.live}

    def take_down(self, ids: Iterable[str], when: str, reason: str) -> None:
        """Forget the articles ``ids``, but for a ``Removal`` of each that there is."""
        groups: dict[str, list[Entry]] = {article_id: [] for article_id in ids}
        for entry in self.entries.values():
            if entry.article_id in groups:
                groups[entry.article_id].append(entry)
        for article_id, group in groups.items():
            for entry in group:
                del self.entries[entry.key]
                self.signatures.pop(entry.key, None)
            if group:
                hashes = tuple(sorted({entry.sha256 for entry in group}))
                self.removals[article_id] = Removal(article_id, hashes, when, reason)

    def elect(self, ids: set[str]) -> dict[str, Entry]:
        """Decide anew which entry of each id in ``ids`` is live; returns the winners by id."""
        winners: dict[str, Entry] = {}
        rivals: dict[str, list[Entry]] = {}  # of the few that have any
        for entry in self.entries.values():
            if entry.article_id in ids:
                first = winners.setdefault(entry.article_id, entry)
                if first is not entry:
                    rivals.setdefault(entry.article_id, [first]).append(entry)
        for article_id, group in rivals.items():
            winners[article_id] = _newest(group)
            for entry in group:
                if entry.live and entry is not winners[article_id]:
                    self.entries[entry.key] = entry._replace(live=False)
        for article_id, entry in winners.items():
            if not entry.live:
                entry = self.entries[entry.key] = entry._replace(live=True)
                winners[article_id] = entry
        return winners


_REBUILD = "rebuild it with:  searchkit index --full"
_REPAIR = "repair it with:  searchkit check --repair"
_PUBLISHED = re.compile(r"(\d{4}(-\d\d(-\d\d)?)?)?", re.ASCII)
_TEXTS = tuple(name for name in Entry._fields if name not in ("sequence", "live"))

_REPEATED = ("force", "published", "precision", "dated_by")
"""Columns of few different values."""


def removals_of(data: bytes) -> dict[str, Removal]:
    """The removals of a catalogue of whatever version; none where they cannot be told."""
    try:
        return decoded(json.loads(data.partition(b"\n")[0]))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}


def _share(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 1:
        raise ValueError("what copies have in common is no share")
    return float(value)


def _are(kind: type, values: Iterable[object]) -> bool:
    """Whether every one of ``values`` is of the very type ``kind``."""
    return set(map(type, values)) <= {kind}


def _encoded(values: object) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def _or_else(container: str, key: str) -> str:
    return container or key


def _newest(rivals: Iterable[Entry]) -> Entry:
    """The entry that stands for an article: latest version; of equal content, the first seen."""
    first_seen: dict[str, Entry] = {}
    for entry in rivals:
        known = first_seen.get(entry.sha256)
        if known is None or (entry.sequence, entry.key) < (known.sequence, known.key):
            first_seen[entry.sha256] = entry
    return max(first_seen.values(), key=lambda e: (e.version, e.sequence, e.key))
