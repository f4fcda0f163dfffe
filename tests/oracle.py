"""What a search must answer, worked out by brute force from the definitions of the nodes.

Reads every article for every query, with ``analysis.tokens`` alone: slow, plain, and written
without a look at any engine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from itertools import product
from operator import contains

from searchkit.analysis import compounds, stem, tokens
from searchkit.article import Article
from searchkit.engines.base import Sort
from searchkit.fields import BY_NAME, PERIODS, SEARCHED, Kind, keyword_values, text_values
from searchkit.forces import known_force
from searchkit.query.nodes import (
    And,
    AtLeast,
    DateRange,
    Every,
    Filter,
    Fuzzy,
    Node,
    Not,
    Nothing,
    Or,
    Phrase,
    Prefix,
    Term,
    Weighed,
    Widened,
)


def matching(articles: Iterable[Article], node: Node) -> set[str]:
    """The ids of the articles that ``node`` matches."""
    return {article.id for article in articles if matches(article, node)}


def matches(article: Article, node: Node) -> bool:
    """Whether ``node`` matches ``article``."""
    return _RULES[type(node)](article, node)


def facet(articles: Iterable[Article], name: str) -> dict[str, int]:
    """How many of ``articles`` have each value of a facet."""
    counts: Counter[str] = Counter()
    for article in articles:
        counts.update(_facet_values(article, name))
    return dict(counts)


def in_order(articles: Iterable[Article], sort: Sort) -> list[str]:
    """The ids in a date order: undated last, ties by id (newest first for ``RELEVANCE``)."""
    sign = 1 if sort is Sort.OLDEST else -1

    def key(article: Article) -> tuple[bool, float, str]:
        start = article.date.start
        return (start is None, sign * int(start.timestamp()) if start else 0, article.id)

    return [article.id for article in sorted(articles, key=key)]


def forms(articles: Iterable[Article], word: str) -> dict[str, int]:
    """The surfaces with the stem of ``word``, and the articles that have each in a searched
    field."""
    counts: Counter[str] = Counter()
    for article in articles:
        held = {s for f in SEARCHED for s, _ in _faces(text_values(article)[f.name])}
        counts.update(s for s in held if stem(s) == stem(word))
    return dict(counts)


@lru_cache(maxsize=100_000)
def _faces(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((token.surface, token.stem) for token in [*tokens(text), *compounds(text)])


@lru_cache(maxsize=100_000)
def _places(text: str) -> tuple[tuple[str, ...], ...]:
    """The surfaces at each position."""
    found = [(token.surface,) for token in tokens(text)]
    for token in compounds(text):
        found[token.position] += (token.surface,)
    return tuple(found)


def _texts(article: Article, field: str | None) -> list[tuple[tuple[str, str], ...]]:
    """The tokens of each text that a node with ``field`` looks in."""
    names = [f.name for f in SEARCHED] if field is None else [BY_NAME[field].name]
    values = text_values(article)
    return [_faces(values[name]) for name in names]


def _term(article: Article, node: Term) -> bool:
    if node.field is not None and BY_NAME[node.field].kind is Kind.KEYWORD:
        return node.word in keyword_values(article)[BY_NAME[node.field].name]
    wanted = node.word if node.exact else stem(node.word)
    return any(
        wanted == (surface if node.exact else stemmed)
        for text in _texts(article, node.field)
        for surface, stemmed in text
    )


def _phrase(article: Article, node: Phrase) -> bool:
    if not node.words:
        return False
    names = [f.name for f in SEARCHED] if node.field is None else [BY_NAME[node.field].name]
    values = text_values(article)
    return any(_has_phrase(_places(values[name]), node) for name in names)


def _has_phrase(places: tuple[tuple[str, ...], ...], node: Phrase) -> bool:
    size = len(node.words) + max(node.slop, 0)
    for start in range(len(places)):
        window = places[start : start + size]
        if node.slop > 0:
            held = Counter(surface for place in window for surface in place)
            if not Counter(node.words) - held:
                return True
        elif len(window) == size and all(map(contains, window, node.words)):
            return True
    return False


def _prefix(article: Article, node: Prefix) -> bool:
    return any(
        surface.startswith(node.word) for text in _texts(article, node.field) for surface, _ in text
    )


def _fuzzy(article: Article, node: Fuzzy) -> bool:
    return any(
        surface[:1] == node.word[:1] and distance(node.word, surface) <= node.edits
        for text in _texts(article, node.field)
        for surface, _ in text
    )


@lru_cache(maxsize=100_000)
def distance(a: str, b: str) -> int:
    """The restricted Damerau-Levenshtein distance, by its recursive definition."""
    if not a or not b:
        return len(a) + len(b)
    costs = [
        distance(a[:-1], b) + 1,
        distance(a, b[:-1]) + 1,
        distance(a[:-1], b[:-1]) + (a[-1] != b[-1]),
    ]
    if len(a) > 1 and len(b) > 1 and a[-1] == b[-2] and a[-2] == b[-1]:
        costs.append(distance(a[:-2], b[:-2]) + 1)
    return min(costs)


def _dates(article: Article, node: DateRange) -> bool:
    first, last = article.date.first_day, article.date.last_day
    if first is None or last is None:
        return False
    return (node.first is None or last >= node.first) and (node.last is None or first <= node.last)


def _facet_values(article: Article, name: str) -> tuple[str, ...]:
    if name == "force":
        return (article.force.id if article.force else "",)
    if name == "mentions":
        return article.mentions
    if name in ("type", "stage"):
        return article.tagged(name)
    if name == "region":
        known = known_force(article.force.id) if article.force else None
        return (known.region if known else "",)
    first, last = article.date.first_day, article.date.last_day
    if first is None or last is None:
        return ("undated",)
    periods = {_period(first, name), _period(last, name)}
    return tuple(periods) if len(periods) == 1 else ()


def _period(day: date, kind: str) -> str:
    if kind == "week":
        year, week, _ = day.isocalendar()
        return date.fromisocalendar(year, week, 1).isoformat()
    return day.isoformat()[: {"year": 4, "month": 7, "day": 10}[kind]]


def crossed(articles: Iterable[Article], names: Iterable[str]) -> dict[tuple[str, ...], int]:
    """How many of ``articles`` have each combination of values of facets; an empty value stands
    for a date that is not known so precisely."""
    counts: Counter[tuple[str, ...]] = Counter()
    for article in articles:
        each = [_facet_values(article, n) or (("",) if n in PERIODS else ()) for n in names]
        counts.update(product(*each))
    return dict(counts)


_RULES: dict[type, Callable[..., bool]] = {
    Term: _term,
    Phrase: _phrase,
    Prefix: _prefix,
    Fuzzy: _fuzzy,
    DateRange: _dates,
    And: lambda article, node: all(matches(article, n) for n in node.nodes),
    Or: lambda article, node: any(matches(article, n) for n in node.nodes),
    AtLeast: lambda article, node: sum(matches(article, n) for n in node.nodes) >= node.minimum,
    Not: lambda article, node: not matches(article, node.node),
    Weighed: lambda article, node: matches(article, node.node),
    Filter: lambda article, node: matches(article, node.node),
    Widened: lambda article, node: any(matches(article, n) for n in (node.node, *node.others)),
    Every: lambda article, node: True,
    Nothing: lambda article, node: False,
}
