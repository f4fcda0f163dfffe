"""Queries for articles that somebody has read before: what is remembered, to find the article by.

Floor 7.  Known-item search after Azzopardi, de Rijke and Balog, "Building simulated queries for
known-item topics", SIGIR 2007: words are drawn from an article by how much they tell it from
others.  Words are cut out of the text by a rule of this module alone, and counted in the texts,
so that no engine is asked in its own words.
Invariant: the same articles, kind and seed give the same queries, in any order of the articles.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from math import log

from ..analysis import STOP_WORDS
from ..article import Article, Precision
from ..forces import known_force
from .mistyped import can_slip, slip
from .topics import Topic

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_RUN = re.compile(rf"{_WORD.pattern}(?: {_WORD.pattern}){{3,}}")
_SHORTEST = 3
_PRIOR = 5
"""Added to the articles that have a word: one that only the article has is no better than one that
a few others have, because who remembers it would not search long."""

_PHRASES = (4, 5, 6)
_LEADS, _BODIES, _PLACED = (2, 3, 4), (3, 4, 5), (2, 3)
_DATED = (Precision.MINUTE, Precision.DAY, Precision.MONTH)


@dataclass(frozen=True, slots=True)
class Sample:
    """Articles to look for.  ``holding`` counts the articles of all that have a word; ``same`` maps
    an id to those of all articles with the very same text, its own among them."""

    articles: tuple[Article, ...]
    total: int
    holding: Mapping[str, int]
    same: Mapping[str, frozenset[str]]

    def worth(self, word: str) -> float:
        """How much ``word`` tells an article from others: its inverse document frequency."""
        return log(1 + self.total / (self.holding.get(word, 0) + _PRIOR))


def draw(articles: Iterable[Article], size: int, seed: int) -> Sample:
    """Up to ``size`` of ``articles`` with a text, drawn by ``seed``, and what all of them hold."""
    holding: Counter[str] = Counter()
    texts: dict[bytes, list[str]] = {}
    total = 0

    def counted() -> Iterable[tuple[bytes, str, Article]]:
        nonlocal total
        for article in articles:
            total += 1
            holding.update(set(words(f"{article.title}\n{article.lead}\n{article.body}")))
            texts.setdefault(_digest(article), []).append(article.id)
            if article.prose.strip():
                key = hashlib.sha256(f"{seed} {article.id}".encode()).digest()
                yield key, article.id, article

    chosen = [article for _, _, article in nsmallest(size, counted(), key=lambda one: one[:2])]
    same = {article.id: frozenset(texts[_digest(article)]) for article in chosen}
    return Sample(tuple(chosen), total, holding, same)


def topics(sample: Sample, kind: str, seed: int) -> tuple[Topic, ...]:
    """A topic of ``kind`` (of ``KINDS``) for each article of ``sample`` that has what it takes."""
    derived = []
    for article in sample.articles:
        text = KINDS[kind](article, sample, random.Random(f"{seed} {article.id}"))
        if text:
            judged = dict.fromkeys(sorted(sample.same[article.id]), 1)
            derived.append(Topic(f"{kind}-{article.id}", text, judged))
    return tuple(derived)


def words(text: str) -> list[str]:
    """The words of ``text`` in lower case, as people would type them."""
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]


def _lead(article: Article, sample: Sample, dice: random.Random) -> str:
    return " ".join(_salient(article.lead, _LEADS, sample, dice))


def _body(article: Article, sample: Sample, dice: random.Random) -> str:
    return " ".join(_salient(article.prose, _BODIES, sample, dice))


def _phrase(article: Article, sample: Sample, dice: random.Random) -> str:
    """Some words in a row, in quotation marks; the more they tell, the likelier."""
    size = dice.choice(_PHRASES)
    windows: list[tuple[str, ...]] = []
    for run in _RUN.findall(article.prose):
        row = run.split(" ")
        windows += [tuple(row[at : at + size]) for at in range(len(row) - size + 1)]
    if not windows:
        return ""
    weights = [sum(map(sample.worth, words(" ".join(window)))) ** 2 for window in windows]
    (chosen,) = dice.choices(windows, weights)
    return f'"{" ".join(chosen).lower()}"'


def _misspelt(article: Article, sample: Sample, dice: random.Random) -> str:
    """The query of ``_lead`` with a slip in one word, which makes it one that no article has."""
    typed = _salient(article.lead, _LEADS, sample, dice)
    places = [place for place, word in enumerate(typed) if can_slip(word)]
    dice.shuffle(places)
    for place in places:
        wrong = slip(typed[place], dice)
        if wrong not in sample.holding:
            return " ".join([*typed[:place], wrong, *typed[place + 1 :]])
    return ""


def _force_month(article: Article, sample: Sample, dice: random.Random) -> str:
    """A few words, who published it, and when."""
    remembered = _salient(article.lead, _PLACED, sample, dice)
    when = article.date.start
    if article.force is None or when is None or article.date.precision not in _DATED:
        return ""
    force = known_force(article.force.id)
    if force is None:
        return ""
    name = dice.choice((force.area, force.area, f"{force.area} police", *force.stems[1:]))
    month = _MONTHS[when.month - 1]
    return " ".join([*remembered, name.lower(), month, str(when.year)]) if remembered else ""


KINDS: Mapping[str, Callable[[Article, Sample, random.Random], str]] = {
    "lead": _lead,
    "body": _body,
    "phrase": _phrase,
    "misspelt": _misspelt,
    "force-month": _force_month,
}
"""What is remembered, and how a query is made of it (an empty one where it cannot)."""

_MONTHS = (
    "january february march april may june july august september october november december"
).split()


def _salient(text: str, sizes: Sequence[int], sample: Sample, dice: random.Random) -> list[str]:
    """Some words of ``text`` in its order, drawn by how much they tell; none where it has fewer
    than it takes."""
    held = Counter(words(text))
    known = [word for word in held if len(word) >= _SHORTEST and word not in STOP_WORDS]
    size = dice.choice(sizes)
    if len(known) < size:
        return []
    weights = {word: (1 + log(held[word])) * sample.worth(word) for word in known}
    chosen: set[str] = set()
    while len(chosen) < size:
        left = [word for word in known if word not in chosen]
        chosen.update(dice.choices(left, [weights[word] for word in left]))
    return [word for word in known if word in chosen]


def _digest(article: Article) -> bytes:
    """Stands for the text of ``article``, whatever its spaces and capitals."""
    return hashlib.sha256(" ".join(article.body.lower().split()).encode()).digest()
