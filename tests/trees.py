"""Random query trees over the words of given articles, the same for the same seed.

Words come as often as articles have them, phrases stand in some article (or nearly), prefixes and
misspellings are of real words; most of the words of a tree are from one article, so that they are
found together.  A tree has up to ten leaves, of every kind of node there is.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from searchkit.analysis import words
from searchkit.article import Article
from searchkit.fields import keyword_values, text_values
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

LETTERS = "abcdefghijklmnopqrstuvwxyz"
FIELDS = (None, "title", "lead", "body", "boilerplate", "address", "links", "category", "headline")


class _Home(NamedTuple):
    """What an article can be found by: its texts and keywords, by field, and its days."""

    texts: list[tuple[str, list[str]]]
    values: list[tuple[str, str]]
    days: list[date]

    @classmethod
    def of(cls, article: Article) -> _Home:
        texts = [(name, words(text)) for name, text in text_values(article).items()]
        keywords = keyword_values(article).items()
        return cls(
            [(name, text) for name, text in texts if text],
            [(name, value) for name, several in keywords for value in several],
            [day for day in (article.date.first_day, article.date.last_day) if day],
        )


class Trees:
    """Trees of what is in ``articles``."""

    def __init__(self, articles: Sequence[Article], seed: int) -> None:
        self._chance = random.Random(seed)
        self._homes = [_Home.of(article) for article in articles]

    def some(self, count: int) -> Iterator[Node]:
        """``count`` trees."""
        for _ in range(count):
            self._home = self._chance.choice(self._homes)
            yield self._tree(self._chance.choice((1, 1, 2, 3, 5, 10)))

    def _tree(self, leaves: int) -> Node:
        chance = self._chance
        if leaves <= 1:
            leaf = self._leaf()
            return self._turned(leaf, 0.12)
        parts = []
        while leaves > 0:
            taken = chance.randint(1, max(1, leaves - 1))
            parts.append(self._tree(taken))
            leaves -= taken
        several = tuple(parts)
        widened = Widened(several[0], several[1:], chance.choice((0.01, 0.4, 0.9)))
        joined: Node = chance.choice(
            (
                And(several),
                And(several),
                Or(several),
                AtLeast(chance.randint(0, 3), several),
                widened,
            )
        )
        return self._turned(joined, 0.06)

    def _turned(self, node: Node, share: float) -> Node:
        """``node``, or in a ``share`` of cases its contrary or a filter by it."""
        if self._chance.random() >= share:
            return node
        return self._chance.choice((Not(node), Filter(node), Weighed(node, 2.5)))

    def _leaf(self) -> Node:
        kinds = [self._term] * 16 + [self._phrase] * 8 + [self._prefix, self._fuzzy] * 4
        kinds += [self._keyword, self._period] * 2 + [self._other]
        return self._chance.choice(kinds)()

    def _somewhere(self) -> _Home:
        return self._home if self._chance.random() < 0.85 else self._chance.choice(self._homes)

    def _text(self) -> tuple[list[str], str | None]:
        """A text of an article, and the field to look in."""
        name, text = self._chance.choice(self._somewhere().texts)
        if self._chance.random() < 0.1:
            return text, self._chance.choice(FIELDS)
        plain = name in ("title", "lead", "body") and self._chance.random() < 0.6
        return text, None if plain else name

    def _word(self) -> tuple[str, str | None]:
        text, field = self._text()
        return self._chance.choice(text), field

    def _term(self) -> Node:
        word, field = self._word()
        chance = self._chance.random()
        return Term(word, field, exact=chance < 0.3, loosely=chance > 0.8)

    def _phrase(self) -> Node:
        chance = self._chance
        text, field = self._text()
        start, size = chance.randrange(len(text)), chance.randint(1, 4)
        slop = chance.choice((0, 0, 0, 1, 2, 6))
        held = text[start : start + size + slop]
        if slop:
            held = chance.sample(held, min(size, len(held)))
        return Phrase(tuple(held), field, slop)

    def _prefix(self) -> Node:
        word, field = next(one for one in iter(self._word, ("", None)) if len(one[0]) > 2)
        return Prefix(word[: self._chance.randint(3, 6)], field)

    def _fuzzy(self) -> Node:
        chance = self._chance
        word, field = self._word()
        edits = chance.choice((1, 1, 2))
        for _ in range(chance.randint(0, edits)):
            at = chance.randrange(len(word))
            replacement = chance.choice(("", chance.choice(LETTERS), word[at : at + 2][::-1]))
            word = word[:at] + replacement + word[at + max(1, len(replacement)) :] or word
        return Fuzzy(word, field, edits)

    def _keyword(self) -> Node:
        name, value = self._chance.choice(self._somewhere().values)
        node = Term(value, name)
        return self._chance.choice((node, Filter(node)))

    def _period(self) -> Node:
        chance = self._chance
        days = self._somewhere().days or [date(2019, 6, 1)]
        first = chance.choice(days) + timedelta(days=chance.choice((-400, -30, 0, 0, 0, 1)))
        last = chance.choice(days) + timedelta(days=chance.choice((400, 30, 0, 0, 0, -1)))
        return DateRange(chance.choice((first, None)), chance.choice((last, None)))

    def _other(self) -> Node:
        absent = (Term("absentword"), Nothing(), Or(()), Phrase(()))
        return self._chance.choice((Every(), And(()), *absent))
