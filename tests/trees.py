"""Random query trees over the words of given articles, the same for the same seed.

Words come as often as articles have them, phrases stand in some article (or nearly), prefixes and
misspellings are of real words; a tree has up to ten leaves of every kind of node there is.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from searchkit.analysis import words
from searchkit.article import Article
from searchkit.fields import SEARCHED, keyword_values, text_values
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
)

LETTERS = "abcdefghijklmnopqrstuvwxyz"
FIELDS = (None, None, None, "title", "lead", "body", "address", "links", "category", "headline")


class Trees:
    """Trees of what is in ``articles``."""

    def __init__(self, articles: Sequence[Article], seed: int) -> None:
        self._chance = random.Random(seed)
        self._texts = [
            text
            for article in articles
            for name, value in text_values(article).items()
            for text in [words(value)]
            if text and (name in {field.name for field in SEARCHED} or self._chance.random() < 0.2)
        ]
        self._values = sorted(
            {
                (name, value)
                for article in articles[:200]
                for name, several in keyword_values(article).items()
                for value in several
            }
        )

    def some(self, count: int) -> Iterator[Node]:
        """``count`` trees."""
        for _ in range(count):
            yield self._tree(self._chance.choice((1, 1, 2, 3, 5, 10)))

    def _tree(self, leaves: int) -> Node:
        chance = self._chance
        if leaves <= 1:
            leaf = self._leaf()
            return chance.choice((leaf, leaf, leaf, leaf, Not(leaf), Filter(leaf)))
        parts = []
        while leaves > 0:
            taken = chance.randint(1, max(1, leaves - 1))
            parts.append(self._tree(taken))
            leaves -= taken
        several = tuple(parts)
        joined: Node = chance.choice(
            (And(several), And(several), Or(several), AtLeast(chance.randint(0, 3), several))
        )
        return chance.choice((joined, joined, joined, joined, Not(joined), Filter(joined)))

    def _leaf(self) -> Node:
        kinds = [self._term] * 8 + [self._phrase] * 4 + [self._prefix, self._fuzzy] * 2
        kinds += [self._keyword, self._period] * 2 + [self._other]
        return self._chance.choice(kinds)()

    def _word(self) -> str:
        return self._chance.choice(self._chance.choice(self._texts))

    def _field(self) -> str | None:
        return self._chance.choice(FIELDS)

    def _term(self) -> Node:
        word = self._word() if self._chance.random() < 0.97 else "absentword"
        return Term(word, self._field(), self._chance.random() < 0.3)

    def _phrase(self) -> Node:
        chance = self._chance
        text = chance.choice(self._texts)
        start, size = chance.randrange(len(text)), chance.randint(1, 4)
        slop = chance.choice((0, 0, 0, 1, 2, 6))
        held = text[start : start + size + slop]
        if slop:
            held = chance.sample(held, min(size, len(held)))
        return Phrase(tuple(held), self._field(), slop)

    def _prefix(self) -> Node:
        word = next(word for word in iter(self._word, "") if len(word) > 2)
        return Prefix(word[: self._chance.randint(3, 6)], self._field())

    def _fuzzy(self) -> Node:
        chance = self._chance
        word = self._word()
        edits = chance.choice((1, 1, 2))
        for _ in range(chance.randint(0, edits)):
            at = chance.randrange(len(word))
            replacement = chance.choice(("", chance.choice(LETTERS), word[at : at + 2][::-1]))
            word = word[:at] + replacement + word[at + max(1, len(replacement)) :] or word
        return Fuzzy(word, self._field(), edits)

    def _keyword(self) -> Node:
        name, value = self._chance.choice(self._values)
        node = Term(value, name)
        return self._chance.choice((node, Filter(node)))

    def _period(self) -> Node:
        chance = self._chance
        first = date(2017, 6, 1) + timedelta(days=chance.randrange(1500))
        last = first + timedelta(days=chance.choice((0, 30, 400)))
        return DateRange(chance.choice((first, None)), chance.choice((last, None)))

    def _other(self) -> Node:
        return self._chance.choice((Every(), Nothing(), And(()), Or(()), Phrase(())))
