"""How much two articles are one text: shared shingles counted exactly, facts held side by side.

Floor 3.  Press offices fill in forms: another missing person in the same words is another story,
while a joint release with a local quote is the same one.  So the words decide together with what
stands in them: names, numbers, and when and by whom it was published.
Invariant: what is said of two articles depends on those two alone, not on their order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from .analysis import words
from .article import Article
from .forces import forces
from .shingles import SHORT_WORDS, Signer, shingled
from .tokens import Array, Tokeniser

JOINT_DAYS, ONE_DAYS = 31, 2
"""A joint release is published by all forces within so many days; a text that one force publishes
twice under one headline, within so many."""

OTHER_DAYS = 0.9
"""So much is shared where the texts were not published at one time."""

REPEATED, CORRECTED = 0.9, 0.75
"""One force that publishes a text again shares so much of the longer one; so much where headline
and day are the same.  With less it is news: an arrest, a sentence, another week's figures."""

SHORT, SHORT_FACTS = 0.8, 0.75
"""Texts of fewer than ``SHORT_WORDS`` share so much, and so many names and numbers."""

FACTS = 0.5
"""Forces share so many of the names and numbers of the text with fewer: officers, places and
figures of their own stand beside those of all."""

SAMPLED = 2 / 3
"""Where a sample says that two texts share this much of what they have to, they are compared."""

LIKENESS_VERSION = 2
"""Raised whenever the same two articles would be said to share something else than before, or
would no longer be compared, or be copies for other reasons."""


class Story(NamedTuple):
    """What is compared of an article: its shingles, ascending; names and numbers in its text; how
    many words it has; the words of its headline."""

    shingles: Array
    facts: frozenset[str]
    words: int
    headline: tuple[str, ...]


class Likeness(NamedTuple):
    """What two stories share.

    ``shorter``, ``longer``  thousandths of the shingles of the one and the other
    ``facts``      thousandths of the names and numbers of the one with fewer
    ``words``      of the shorter, at most ``_MANY``
    ``exchanged``  1 where each has a name or number that the other has not
    ``headline``   1 where they have the same
    """

    shorter: int
    longer: int
    facts: int
    words: int
    exchanged: int
    headline: int


def text_of(article: Article) -> str:
    """The text that is compared: what the article says of its own, without its boilerplate."""
    return article.prose


class StoryReader:
    """Makes stories of articles; what it has learned of words serves for the next ones."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._tokeniser = Tokeniser()
        self._signer = Signer(self._tokeniser.vocabulary)

    def stories(self, articles: Sequence[Article]) -> list[Story]:
        """The stories of some articles."""
        if self._tokeniser.is_full:
            self._begin()
        texts = [text_of(article) for article in articles]
        numbers, lengths = self._tokeniser.tokens(texts)
        values = self._signer.hashes()[numbers]
        bounds, held = shingled(values, np.cumsum(lengths) - lengths, lengths)
        parts = [held[start:end] for start, end in pairwise(bounds.tolist())]
        return [
            Story(part, _facts(article, text, size), size, tuple(words(article.title)))
            for article, text, part, size in zip(
                articles, texts, parts, lengths.tolist(), strict=True
            )
        ]


def stories(articles: Sequence[Article]) -> list[Story]:
    """The stories of some articles."""
    return StoryReader().stories(articles)


def _facts(article: Article, text: str, size: int) -> frozenset[str]:
    """The names and numbers in ``text``, but for names of forces; of a short one also the words
    of its headline."""
    held = set(_DIGITS.findall(text))
    held |= _NUMBERS.intersection(text.lower().split())
    held.update(map(str.lower, _NAME.findall(text)))
    if size < SHORT_WORDS:
        held.update(word for word in words(article.title) if len(word) >= _TELLING)
    return frozenset(held - _common())


_DIGITS = re.compile(r"\d\d*(?:[.,:/]\d+)*")
_NUMBERS = frozenset(
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety".split()
)
# What stands before is looked at last: a capital is found much sooner.
_NAME = re.compile(r"[A-Z](?<=[\w,;] [A-Z])[a-z]\w+")
_TELLING = 4
_MANY = 10_000


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    """The words that names of forces are made of."""
    names = [name for force in forces() for name in (force.name, force.area, *force.aliases)]
    return frozenset(words(" ".join(names)))


def compared(one: Story, other: Story) -> Likeness:
    """What two stories share."""
    shared = _shared(one.shingles, other.shingles)
    sizes = sorted((len(one.shingles), len(other.shingles)))
    facts = len(one.facts & other.facts)
    fewer = min(len(one.facts), len(other.facts))
    return Likeness(
        1000 * shared // max(sizes[0], 1),
        1000 * shared // max(sizes[1], 1),
        1000 * facts // fewer if fewer else 1000,
        min(one.words, other.words, _MANY),
        int(facts < fewer),
        int(one.headline == other.headline),
    )


def _shared(one: Array, other: Array) -> int:
    """How many numbers both have, each of which ascend."""
    if not len(other):
        return 0
    return int(np.count_nonzero(other.take(other.searchsorted(one), mode="clip") == one))


def promising(shorter: Array, longer: Array, same_force: Array, days: Array, least: float) -> Array:
    """Which pairs may be copies, by what samples say that they share; ``least`` is the threshold
    of ``are_copies``."""
    needed = np.where(days > JOINT_DAYS, max(least, OTHER_DAYS), least) * SAMPLED
    alone = np.where(days > ONE_DAYS, REPEATED, CORRECTED) * SAMPLED
    chosen: Array = (shorter >= needed) & ((longer >= alone) | ~same_force)
    return chosen


def are_copies(likeness: Array, same_force: Array, days: Array, threshold: float) -> Array:
    """Which pairs of articles are one release, by a row of ``likeness`` for each, whether both are
    of the same force, and how many ``days`` lie between them, -1 where one has no day;
    ``threshold`` is the least share of shingles."""
    shorter, longer, facts, words, exchanged, headline = likeness.T
    short = words < SHORT_WORDS
    least = np.where(short, max(threshold, SHORT), threshold)
    least = np.where(days > JOINT_DAYS, np.maximum(least, OTHER_DAYS), least)
    needed = np.where(short, SHORT_FACTS, FACTS)
    joint = (shorter >= 1000 * least) & (facts >= 1000 * needed)
    at_once = (headline == 1) & (days >= 0) & (days <= ONE_DAYS)
    repeated = 1000 * np.maximum(least, REPEATED)
    altered = at_once & (np.minimum(longer, facts) >= repeated)
    same = longer >= np.where(at_once, 1000 * np.maximum(least, CORRECTED), repeated)
    own = np.where(exchanged == 1, altered, same)
    copies: Array = np.where(same_force, own, joint)
    return copies
