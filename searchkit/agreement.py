"""Whether the articles of an index and its catalogue agree, by what the engine answers.

Floor 5.  For indexes whose files are not ours to look at.  Invariant: an answer of an article is
compared with the entry that stands for it, never with another answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

from .article import Article
from .catalogue import Catalogue, Entry
from .engines.base import Engine
from .errors import IndexCorrupt
from .homes import Home
from .query.nodes import Every
from .stats import summarise

_TOLD = 3
"""So many ids are named where many differ."""

Disagreement = tuple[str, str]
"""Where, and what."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """``articles`` that are found, ``compared`` of them with their entries, what is wrong, and the
    ``size`` of the index in bytes."""

    generation: str = ""
    size: int = 0
    articles: int = 0
    compared: int = 0
    faults: tuple[Disagreement, ...] = ()


def agreement(home: Home, most: int | None) -> Agreement:
    """Hold the articles of the index at ``home`` against its catalogue: their number, and what
    ``most`` of them (``None``: all) say of themselves.

    Raises what opening the index raises, but ``IndexCorrupt``.
    """
    try:
        engine = home.open_reader()
    except IndexCorrupt as error:
        return Agreement(faults=(("index", error.reason),))
    with closing(engine):
        faults = [("index", engine.recovered)] if engine.recovered else []
        held = engine.count(Every())
        try:
            catalogue = Catalogue.load(engine.catalogue(), home.name)
            summarise(catalogue)
        except (IndexCorrupt, ValueError) as error:
            faults.append(("catalogue", str(error)))
            return Agreement(engine.generation, engine.size(), held, 0, tuple(faults))
        looked = _Comparison(catalogue)
        faults += looked.numbers(held)
        faults += looked.all(engine) if most is None else looked.some(engine, most)
        return Agreement(engine.generation, engine.size(), held, looked.compared, tuple(faults))


class _Comparison:
    """Articles beside the live entries of ``catalogue``; ``compared`` counts them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.compared = 0
        self._entries = catalogue.entries
        self._live: Mapping[str, Entry] = catalogue.live()

    def numbers(self, held: int) -> Iterator[Disagreement]:
        """Where there are as many of one as of the other."""
        if len(self._live) != sum(entry.live for entry in self._entries.values()):
            yield "catalogue", "two entries stand for one article"
        # An index that the library writes by itself need not have a catalogue at all.
        if self._entries and held != len(self._live):
            yield "catalogue", f"it names {len(self._live):,} articles, and {held:,} are found"

    def some(self, engine: Engine, most: int) -> Iterator[Disagreement]:
        """``most`` entries, from all parts of the catalogue."""
        ids = sorted(self._live)[:: max(1, -(-len(self._live) // most))]
        found = {one: engine.get(one) for one in ids}
        yield from self._told([one for one, article in found.items() if article is None])
        yield from self._differing(article for article in found.values() if article is not None)

    def all(self, engine: Engine) -> Iterator[Disagreement]:
        """Every article, and every entry."""
        seen: set[str] = set()

        def met() -> Iterator[Article]:
            for article in engine.articles():
                seen.add(article.id)
                yield article

        yield from self._differing(met())
        yield from self._told(self._live.keys() - seen)
        strange = seen - self._live.keys() if self._entries else set()
        if strange:
            yield "catalogue", f"{_named(strange)}: found, though the catalogue has none of them"

    def _told(self, missing: Iterable[str]) -> Iterator[Disagreement]:
        lost = sorted(missing)
        if lost:
            yield "articles", f"{_named(lost)}: not found, though the catalogue has all of them"

    def _differing(self, articles: Iterable[Article]) -> Iterator[Disagreement]:
        for article in articles:
            self.compared += 1
            entry = self._live.get(article.id)
            if entry and (entry.key, entry.sha256) != (article.path, article.sha256):
                yield "catalogue", f"the entry of {article.id} is of another content"


def _named(ids: Iterable[str]) -> str:
    """How many there are, and which, where they are few."""
    known = sorted(ids)
    more = ", ..." if len(known) > _TOLD else ""
    word = "article" if len(known) == 1 else "articles"
    return f"{len(known):,} {word} ({', '.join(known[:_TOLD])}{more})"
