"""The catalogue: what the index holds, from where, and of which content.

Floor 5.  One entry for every source key that was read as an article; an engine keeps
the serialised catalogue beside the generation it describes.  Invariant: for every
article id exactly one entry is live, the one whose content the engine holds; the
others are copies or older versions of the same URL.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, field, replace
from datetime import timezone

from .article import Article
from .errors import IndexIncompatible
from .ingest.members import holds_articles, is_archive
from .ukdates import parse_uk_date

CATALOGUE_VERSION = 1


@dataclass(frozen=True, slots=True)
class Entry:
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
    def of(cls, article: Article, container: str, sequence: int) -> Entry:
        """The entry of an article just read; not live until elected."""
        return cls(
            key=article.path,
            container=container,
            sha256=article.sha256,
            article_id=article.id,
            version=version_of(article),
            sequence=sequence,
            live=False,
            force=article.force.id if article.force else "",
            published=article.date.iso[:10],
            precision=article.date.precision.value,
            dated_by=article.date.source.value,
        )


@dataclass(slots=True)
class Catalogue:
    """All entries by key, the sources they came from, and the signatures of their containers."""

    entries: dict[str, Entry] = field(default_factory=dict)
    signatures: dict[str, str] = field(default_factory=dict)
    sources: list[str] = field(default_factory=list)
    sequence: int = 0
    cleaning: str = ""

    @classmethod
    def load(cls, data: bytes, path: str) -> Catalogue:
        """The catalogue that ``dump`` wrote (an empty one from no bytes).

        Raises ``IndexIncompatible`` when another version of searchkit wrote it.
        """
        if not data:
            return cls()
        values = json.loads(data)
        if values.get("version") != CATALOGUE_VERSION:
            raise IndexIncompatible(
                path,
                f"the index in {path} was written by another version of searchkit",
                "rebuild it with:  searchkit index --full",
            )
        entries = (Entry(*row) for row in values["entries"])
        return cls(
            {entry.key: entry for entry in entries},
            values["signatures"],
            values["sources"],
            values["sequence"],
            values["cleaning"],
        )

    def dump(self) -> bytes:
        """The catalogue as UTF-8 JSON."""
        rows = [astuple(entry) for entry in self.entries.values()]
        values = {
            "version": CATALOGUE_VERSION,
            "cleaning": self.cleaning,
            "sequence": self.sequence,
            "sources": self.sources,
            "signatures": self.signatures,
            "entries": rows,
        }
        return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()

    def same_as(self, other: Catalogue) -> bool:
        """Whether both describe the same content, from the same places."""
        return (
            self.entries == other.entries
            and self.sources == other.sources
            and self.signatures == other.signatures
        )

    def remember_sources(self, sources: Iterable[str], base: str) -> None:
        """Add ``sources`` to those of later runs, in place of any that lie in them."""
        self.sources[:] = outermost([*self.sources, *sources], base)

    def live(self) -> dict[str, Entry]:
        """The live entry of every article id."""
        return {e.article_id: e for e in self.entries.values() if e.live}

    def elect(self, ids: set[str]) -> dict[str, Entry]:
        """Decide anew which entry of each id in ``ids`` is live; returns the winners by id."""
        rivals: dict[str, list[Entry]] = {}
        for entry in self.entries.values():
            if entry.article_id in ids:
                rivals.setdefault(entry.article_id, []).append(entry)
        winners = {article_id: _newest(group) for article_id, group in rivals.items()}
        for article_id, group in rivals.items():
            for entry in group:
                wins = entry is winners[article_id]
                if entry.live != wins:
                    self.entries[entry.key] = replace(entry, live=wins)
        return {article_id: self.entries[e.key] for article_id, e in winners.items()}


def _newest(rivals: Iterable[Entry]) -> Entry:
    """The entry that stands for an article: latest version; of equal content, the first seen."""
    first_seen: dict[str, Entry] = {}
    for entry in rivals:
        known = first_seen.get(entry.sha256)
        if known is None or (entry.sequence, entry.key) < (known.sequence, known.key):
            first_seen[entry.sha256] = entry
    return max(first_seen.values(), key=lambda e: (e.version, e.sequence, e.key))


def version_of(article: Article) -> str:
    """When the article says it was last changed or published: ISO 8601 in UTC, or ""."""
    stamps = [parse_uk_date(article.meta.get(name, "")) for name in _CHANGED_KEYS]
    starts = [when.start for when in (*stamps, article.date) if when and when.start]
    if not starts:
        return ""
    return max(starts).astimezone(timezone.utc).isoformat(timespec="seconds")


_CHANGED_KEYS = ("article.modified.time", "og.updated.time")


def ancestors(key: str) -> Iterator[str]:
    """``key`` itself and everything it lies in: file, archive, folders."""
    yield key
    for cut in reversed([match.start() for match in _LEVELS.finditer(key)]):
        yield key[:cut]


_LEVELS = re.compile(r"!/|(?<!!)/|[:#](?=\d+$)")
_PIECE = re.compile(r"[:#]\d+")
_PIECE_END = re.compile(r"[:#]\d+$")


def lies_in(source: str, key: str, base: str) -> bool:
    """Whether ``key`` is of ``source`` (the file itself, below the folder, inside the archive, or
    a line of the file); ``base`` is the folder that relative keys start from.

    Never true of what came by a stream: that is not there to be looked for again.
    """
    if is_streamed(key):
        return False
    root, place = _absolute(source, base), _absolute(key, base)
    if place == root or place.startswith(root.rstrip("/") + "/"):
        return True
    # A neighbour may be called ``news!`` or ``news:2``: only a file that holds many has an inside.
    inner = place.removeprefix(root)
    if inner == place:
        return False
    if is_archive(root) and inner.startswith("!/"):
        return True
    return holds_articles(root) and _PIECE.fullmatch(inner) is not None


def outermost(sources: Iterable[str], base: str) -> list[str]:
    """Those of ``sources`` that lie in no other of them, each once, in their order."""
    distinct = list(dict.fromkeys(sources))
    roots = Roots(distinct, base)
    return [source for source in distinct if not roots.hold(source, itself=False)]


class Roots:
    """Many sources at once, to ask whether a key is of one of them."""

    def __init__(self, sources: Iterable[str], base: str) -> None:
        self._base = base
        self._by_place = {_absolute(source, base): source for source in sources}

    def hold(self, key: str, *, itself: bool = True) -> bool:
        """Whether ``key`` ``lies_in`` one of the sources, where ``itself`` is false another one."""
        for place in _around(_absolute(key, self._base)):
            source = self._by_place.get(place)
            if source is None or (source == key and not itself):
                continue
            if lies_in(source, key, self._base):
                return True
        return False


def _around(place: str) -> Iterator[str]:
    """Every name that something which holds ``place`` could have, innermost first."""
    yield place
    piece = _PIECE_END.search(place)
    if piece:
        yield place[: piece.start()]
    cut = place.rfind("/")
    while cut > 0:
        yield place[:cut]
        if place[cut - 1] == "!":
            yield place[: cut - 1]
        cut = place.rfind("/", 0, cut)
    yield "/"


def is_streamed(key: str) -> bool:
    """Whether an article came by standard input or another stream."""
    return key.startswith("stdin:")


def _absolute(key: str, base: str) -> str:
    if key.startswith("/"):
        return key
    return base if key == "." else f"{base.rstrip('/')}/{key}"
