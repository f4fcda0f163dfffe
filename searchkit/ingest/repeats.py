"""Lines that a force prints again and again: learned from some articles, known in all.

Floor 2.  Lines are compared by their words, with every number as one.  A line counts once for each
headline, so that a release published many times teaches nothing.
Invariant: the same articles, in whatever order, teach the same lines.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..article import Article
from ..masks import outside, united
from .contact import contact_spans, folded
from .leads import first_sentence

LEAST, SHARE = 15, 0.01
"""A line is boilerplate in so many articles of a force, or in this share of them..."""

AT_LEAST, ENOUGH = 4, 30
"""...but in no fewer than ``AT_LEAST``, and of a force of which ``ENOUGH`` articles were read."""

_LONGEST = 600
_NUMBERS = re.compile(r"\d+")
_SIGNS = re.compile(r"[\W_]+")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_SPOKEN = re.compile(r"\b(?:said|says|added|commented|explained)\b")


@dataclass(frozen=True, slots=True)
class LearnedLine:
    """A line as one article has it, the id of the force that repeats it, and how many of the
    articles read for learning hold it; a line that was pinned has no force, and no articles."""

    text: str
    force: str = ""
    articles: int = 0


@dataclass(frozen=True, slots=True)
class Repeats:
    """What was learned: ``lines``, most frequent first, and how many articles of each force were
    ``read`` for it."""

    lines: tuple[LearnedLine, ...] = ()
    read: Mapping[str, int] = field(default_factory=dict)

    def only(self, forces: Iterable[str]) -> Repeats:
        """What concerns ``forces``, by id, and what was pinned for all."""
        chosen = frozenset(forces)
        lines = tuple([line for line in self.lines if not line.force or line.force in chosen])
        return Repeats(lines, {force: n for force, n in self.read.items() if force in chosen})

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON can hold it."""
        lines = [[line.text, line.force, line.articles] for line in self.lines]
        return {"lines": lines, "read": dict(self.read)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Repeats:
        """What ``to_dict`` made.  Raises ``ValueError``, ``TypeError`` or ``LookupError`` for
        anything else."""
        lines = tuple([LearnedLine(*line) for line in values["lines"]])
        read = dict(values["read"])
        texts = {type(text) for line in lines for text in (line.text, line.force)}
        numbers = {type(number) for number in (*read.values(), *[one.articles for one in lines])}
        if not (texts <= {str} and numbers <= {int}):
            raise TypeError("what was learned holds other values than it should")
        return cls(lines, read)


NO_REPEATS = Repeats()


def line_key(line: str) -> str:
    """What two lines have in common that differ in numbers and signs alone."""
    return _SIGNS.sub(" ", _NUMBERS.sub("0", folded(line))).strip()


class Learning:
    """Counts lines, one article after the other."""

    def __init__(self) -> None:
        self._read: Counter[str] = Counter()
        self._headlines: dict[tuple[str, str], set[str]] = {}
        self._texts: dict[tuple[str, str], str] = {}

    def look(self, article: Article) -> None:
        """Count the lines of ``article`` but for those that are known to be contact lines."""
        force = article.force.id if article.force else ""
        self._read[force] += 1
        headline = line_key(article.title)
        for line in _rests(article):
            key = line_key(line)
            if _may_repeat(key):
                self._headlines.setdefault((force, key), set()).add(headline)
                known = self._texts.setdefault((force, key), line)
                self._texts[force, key] = min(known, line)

    def learned(self, pinned: Iterable[str] = (), released: Iterable[str] = ()) -> Repeats:
        """What was learned; ``pinned`` lines are boilerplate anywhere, ``released`` nowhere."""
        free = {line_key(line) for line in released}
        lines = [
            LearnedLine(self._texts[force, key].strip(), force, len(headlines))
            for (force, key), headlines in self._headlines.items()
            if key not in free and len(headlines) >= enough(self._read[force])
        ]
        lines.sort(key=lambda line: (-line.articles, line.force, line.text))
        own = [LearnedLine(line) for line in dict.fromkeys(pinned) if line_key(line)]
        return Repeats((*own, *lines), dict(sorted(self._read.items())))


def _rests(article: Article) -> Iterator[str]:
    """The lines of the body that hold more than known contact lines, but for long ones."""
    body, spans, start, at = article.body, article.boilerplate, 0, 0
    for line in body.split("\n"):
        end = start + len(line)
        while at < len(spans) and spans[at][1] <= start:
            at += 1
        if not line or len(line) > _LONGEST:
            rest = False
        elif at == len(spans) or spans[at][0] >= end:
            rest = not line.isspace()
        else:
            within = [(max(a, start) - start, b - start) for a, b in spans[at:] if a < end]
            rest = any(line[a:b].strip() for a, b in outside(within, len(line)))
        if rest:
            yield line
        start = end + 1


def enough(read: int) -> float:
    """In how many of ``read`` articles of a force a line has to stand."""
    return math.inf if read < ENOUGH else min(LEAST, max(AT_LEAST, math.ceil(SHARE * read)))


def _may_repeat(key: str) -> bool:
    """Whether a line can be learned: a number is none, nor is who said something."""
    return " " in key and _FIRST_WORD.search(key) is not None and not _SPOKEN.search(key)


class Marker:
    """Knows learned lines in articles."""

    def __init__(self, repeats: Repeats) -> None:
        self._keys: dict[str, set[str]] = {}
        for line in repeats.lines:
            self._keys.setdefault(line.force, set()).add(line_key(line.text))
        pinned = self._keys.pop("", set())
        for keys in self._keys.values():
            keys |= pinned
        self._pinned = pinned
        self._words: dict[str, set[str]] = {
            force: set(map(_first_word, keys))
            for force, keys in (*self._keys.items(), ("", pinned))
        }

    def marked(self, article: Article) -> Article:
        """``article`` with its learned lines among its boilerplate, unless that left nothing."""
        force = article.force.id if article.force else ""
        keys = self._keys.get(force, self._pinned)
        if not keys:
            return article
        words = self._words.get(force, self._words[""])
        found, start = [], 0
        for line in article.body.split("\n"):
            end = start + len(line)
            if line and _first_folded(line) in words and line_key(line) in keys:
                found.append((start, end))
            start = end + 1
        if not found:
            return article
        spans = united(article.body, (*article.boilerplate, *found))
        rest = any(article.body[a:b].strip() for a, b in outside(spans, len(article.body)))
        return _led(replace(article, boilerplate=spans)) if rest else article

    def marked_anew(self, article: Article) -> Article:
        """``article`` with its boilerplate as this version and these lines have it."""
        return self.marked(replace(article, boilerplate=contact_spans(article.body)))


def _led(article: Article) -> Article:
    """``article``, no longer led by a line that is boilerplate."""
    if article.lead and article.lead in article.contact and article.lead not in article.prose:
        return replace(article, lead=first_sentence(article.prose))
    return article


def _first_folded(line: str) -> str:
    """The first word of ``line`` as keys have it, if it stands near its beginning."""
    word = _FIRST_WORD.search(line, 0, 40)
    if word is None:
        return ""
    first = word.group()
    # Whether a letter of ASCII is in lower case never depends on the letters beside it.
    return first.lower() if first.isascii() else _first_word(folded(line[:40]))


def _first_word(line: str) -> str:
    word = _FIRST_WORD.search(line)
    return word.group() if word else ""


def marking(read: Callable[..., Any], repeats: Repeats) -> Callable[..., Any]:
    """The reader ``read`` with the lines of ``repeats`` marked in what it reads."""
    if not repeats.lines:
        return read
    marker = Marker(repeats)

    def reading(data: bytes, **options: Any) -> Generator[Any, None, Any]:
        found = read(data, **options)
        article = (yield from found) if isinstance(found, Generator) else found
        return marker.marked(article) if isinstance(article, Article) else article

    return reading


def standing(repeats: Repeats, articles: Iterable[Article]) -> Repeats:
    """``repeats`` without the learned lines that none of ``articles`` holds, the others each in the
    words of one that does: its own, where one has just those."""
    learned = {(line.force, line_key(line.text)): line.text for line in repeats.lines if line.force}
    words: dict[str, set[str]] = {}
    for force, key in learned:
        words.setdefault(force, set()).add(_first_word(key))
    held: dict[tuple[str, str], str] = {}
    for article in articles:
        force = article.force.id if article.force else ""
        for line in map(str.strip, article.body.split("\n") if force in words else ()):
            if _first_word(folded(line[:40])) in words[force]:
                place = force, line_key(line)
                if place in learned and held.get(place) != learned[place]:
                    own = line == learned[place] or place not in held
                    held[place] = line if own else min(line, held[place])
    lines = [
        replace(line, text=held.get((line.force, line_key(line.text)), "")) if line.force else line
        for line in repeats.lines
    ]
    return replace(repeats, lines=tuple([line for line in lines if line.text]))
