"""What is wrong with the data: defects counted over every article, by force.

Floor 5.  Articles are read one at a time, twice: what repeats is only known after the first
look.  Between articles only fingerprints, days and counts are kept, so memory grows by some two
hundred bytes an article.  Invariant: each count is of articles, every one counted once.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import pairwise

from .analysis import fold
from .article import LONDON, Article, Precision
from .defects import COLUMN_OF, defects_of
from .engines.base import Engine
from .forces import forces
from .ingest.boilerplate import is_contact_line

REPEATED_LEAST, REPEATED_SHARE = 15, 0.01
"""A line is repeated when so many articles of a force hold it, and this share of them."""

SILENT_DAYS, SILENT_GAPS = 7, 3
"""A force is silent after more than this many days, and this many times its usual gap."""

STRAY_DAYS, STRAY_GAPS, STRAY_SHARE = 60, 10, 0.005
"""Last days are stray after a pause of more than so many days, and so many times the usual gap,
where they hold one article or this share of the force's."""

_LINE_LENGTH = 60
_LINE_ENDS = frozenset(".!?:;,\"”'’)")
_LEAST_GAPS = 10


@dataclass(frozen=True, slots=True)
class RepeatedLine:
    """A short line that is no sentence, the id of the force that repeats it, in how many
    articles."""

    text: str
    force: str
    articles: int


@dataclass(frozen=True, slots=True)
class ForceQuality:
    """What is wrong with the articles of one force; ``id`` is empty for those of no known force.

    ``defects`` and ``columns`` map names and columns of ``DEFECTS`` to articles; ``examples`` maps
    names to ids.  ``newest`` is the last day (for a month its first), future and stray days aside;
    ``behind`` is how many days the newest article of the index is newer.  ``usual_gap`` is the
    pause in days that 19 of 20 pauses of the force do not exceed, ``None`` where there are too
    few to tell; ``silent`` whether ``behind`` is unusual.
    """

    id: str
    name: str
    articles: int
    defects: Mapping[str, int]
    columns: Mapping[str, int]
    examples: Mapping[str, tuple[str, ...]]
    newest: date | None = None
    behind: int | None = None
    usual_gap: int | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Quality:
    """What is wrong with the articles of an index, as seen on the day ``today``.

    ``forces`` are those with articles, in order of name; ``absent`` are the ids of the gazetteer's
    forces without any; ``repeated`` the lines that are counted as such, most frequent first.
    """

    generation: str
    today: date
    newest: date | None
    forces: tuple[ForceQuality, ...]
    absent: tuple[str, ...]
    repeated: tuple[RepeatedLine, ...]

    @property
    def articles(self) -> int:
        return sum(force.articles for force in self.forces)

    @property
    def defects(self) -> Mapping[str, int]:
        """Articles by defect, over all forces."""
        return _sum(force.defects for force in self.forces)

    @property
    def columns(self) -> Mapping[str, int]:
        """Articles by column, over all forces."""
        return _sum(force.columns for force in self.forces)

    def only(self, ids: Iterable[str]) -> Quality:
        """The same of some forces alone, counted as before."""
        chosen = frozenset(ids)
        return replace(
            self,
            forces=tuple(force for force in self.forces if force.id in chosen),
            absent=tuple(force for force in self.absent if force in chosen),
            repeated=tuple(line for line in self.repeated if line.force in chosen),
        )


def measure(engine: Engine, *, examples: int = 0, today: date | None = None) -> Quality:
    """What is wrong with the articles that ``engine`` holds, with up to ``examples`` ids of each
    defect and force.  ``today`` (by default the day it is in London) bounds believable dates."""
    day = today or datetime.now(LONDON).date()
    tally = _Tally(examples, day)
    for article in engine.articles():
        tally.look(article)
    repeated = tally.repeated()
    lines = {(line.force, line.text) for line in repeated}
    strays = tally.strays()
    for article in engine.articles():
        force = _force(article)
        if any((force, line) in lines for line in _short_lines(article.body)):
            tally.note(force, article.id, ["repeated-lines"])
        if _day(article) in strays.get(force, ()):
            tally.note(force, article.id, ["stray-date"])
    return tally.quality(engine.generation, repeated)


@dataclass(slots=True)
class _Held:
    """What is known of one force so far: ``days`` maps the first day of each article that is dated
    to the month or better to articles, ``exact`` are those of the ones dated to the day."""

    articles: int = 0
    defects: Counter[str] = field(default_factory=Counter)
    columns: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    days: Counter[date] = field(default_factory=Counter)
    exact: set[date] = field(default_factory=set)

    def usual_gap(self) -> int | None:
        """The pause in days that 19 of 20 pauses do not exceed, where there are enough."""
        gaps = sorted((b - a).days for a, b in pairwise(sorted(self.exact)))
        return gaps[(len(gaps) * 19 - 1) // 20] if len(gaps) >= _LEAST_GAPS else None

    def strays(self) -> frozenset[date]:
        """The last days, where they lie far behind all others and hold next to nothing."""
        usual = self.usual_gap()
        if usual is None:
            return frozenset()
        days = sorted(self.days)
        for at in range(len(days) - 1, 0, -1):
            if sum(self.days[day] for day in days[at:]) > max(1, STRAY_SHARE * self.articles):
                break
            if (days[at] - days[at - 1]).days > max(STRAY_DAYS, STRAY_GAPS * usual):
                return frozenset(days[at:])
        return frozenset()

    def newest(self) -> date | None:
        """The last day that can be believed."""
        return max(self.days.keys() - self.strays(), default=None)


class _Pairs:
    """Tells which articles share a text, holding a fingerprint of each."""

    def __init__(self) -> None:
        self._first: dict[bytes, tuple[str, str] | None] = {}

    def add(self, text: str, force: str, article_id: str) -> list[tuple[str, str]]:
        """The (force, id) of articles now known to share ``text`` that were not before."""
        key = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).digest()
        if key not in self._first:
            self._first[key] = (force, article_id)
            return []
        first, self._first[key] = self._first[key], None
        return [*([first] if first else []), (force, article_id)]


class _Tally:
    """Counts, article by article."""

    def __init__(self, examples: int, today: date) -> None:
        self._examples, self._today = examples, today
        self._held: dict[str, _Held] = {}
        self._texts, self._headlines = _Pairs(), _Pairs()
        self._lines: Counter[tuple[str, str]] = Counter()

    def look(self, article: Article) -> None:
        """Count ``article`` and what is wrong with it, repeated lines aside."""
        force = _force(article)
        held = self._held.setdefault(force, _Held())
        held.articles += 1
        day, first = _day(article), article.date.first_day
        if first is not None and first <= self._today and article.date.precision != Precision.YEAR:
            held.days[first] += 1
            if day is not None:
                held.exact.add(day)
        self.note(force, article.id, list(defects_of(article, self._today)))
        text = " ".join(fold(article.body).split())
        if text:
            for other, twin in self._texts.add(text, force, article.id):
                self.note(other, twin, ["copy"])
        if day is not None:
            headline = f"{force}\n{day}\n{' '.join(fold(article.title).split())}"
            for other, twin in self._headlines.add(headline, force, article.id):
                self.note(other, twin, ["twin"])
        self._lines.update((force, line) for line in _short_lines(article.body))

    def note(self, force: str, article_id: str, defects: list[str]) -> None:
        """Count the ``defects`` of one article."""
        held = self._held[force]
        for defect in defects:
            held.defects[defect] += 1
            if held.defects[defect] <= self._examples:
                held.examples.setdefault(defect, []).append(article_id)
        held.columns.update({COLUMN_OF[defect] for defect in defects})

    def repeated(self) -> tuple[RepeatedLine, ...]:
        """The lines that stand in many articles and do not tell how to reach the police."""
        found = [
            RepeatedLine(line, force, count)
            for (force, line), count in self._lines.items()
            if count >= REPEATED_LEAST
            and count >= REPEATED_SHARE * self._held[force].articles
            and not is_contact_line(line)
        ]
        return tuple(sorted(found, key=lambda line: (-line.articles, line.force, line.text)))

    def strays(self) -> Mapping[str, frozenset[date]]:
        """The days that no article of a force can be believed to be of."""
        return {force: days for force, held in self._held.items() if (days := held.strays())}

    def quality(self, generation: str, repeated: tuple[RepeatedLine, ...]) -> Quality:
        """The counts as they stand."""
        newest = max(filter(None, (held.newest() for held in self._held.values())), default=None)
        names = {force.id: force.area for force in forces()}
        found = [
            _force_quality(force, names.get(force, force), held, newest)
            for force, held in self._held.items()
        ]
        return Quality(
            generation,
            self._today,
            newest,
            tuple(sorted(found, key=lambda force: (not force.id, force.name))),
            tuple(force for force in names if force not in self._held),
            repeated,
        )


def _force_quality(force: str, name: str, held: _Held, newest: date | None) -> ForceQuality:
    last, usual = held.newest(), held.usual_gap()
    behind = (newest - last).days if last is not None and newest is not None else None
    return ForceQuality(
        id=force,
        name=name or "(no known force)",
        articles=held.articles,
        defects=dict(held.defects),
        columns=dict(held.columns),
        examples={name: tuple(ids) for name, ids in held.examples.items()},
        newest=last,
        behind=behind,
        usual_gap=usual,
        silent=behind is not None
        and usual is not None
        and behind > max(SILENT_DAYS, SILENT_GAPS * usual),
    )


def _day(article: Article) -> date | None:
    """The day of publication, where that is known."""
    exact = article.date.precision in (Precision.MINUTE, Precision.DAY)
    return article.date.first_day if exact else None


def _force(article: Article) -> str:
    return article.force.id if article.force else ""


def _short_lines(body: str) -> Iterator[str]:
    """The lines of ``body`` that are too short for a paragraph and end like no sentence, once."""
    lines = set(body.split("\n"))
    return (line for line in lines if 0 < len(line) <= _LINE_LENGTH and line[-1] not in _LINE_ENDS)


def _sum(counts: Iterable[Mapping[str, int]]) -> Mapping[str, int]:
    whole: Counter[str] = Counter()
    for some in counts:
        whole.update(some)
    return dict(whole)
