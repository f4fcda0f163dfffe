"""Copies of one release side by side: the sentences that all have, and those that some have.

Floor 5.  Forces add a quote of their own to a joint release, and leave out what is not theirs.
Invariant: the sentences of an article are those marked as its own, in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from .analysis import words
from .article import Article
from .copies import cluster_name, cluster_number
from .likeness import text_of
from .sentences import sentences

_Words: TypeAlias = "tuple[str, ...]"


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence, as the first of ``articles`` has it: the numbers of all that have its words,
    ascending."""

    text: str
    articles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CopiesOf:
    """The articles of a cluster, that asked for first, and all of their sentences, contact lines
    aside; one without copies is alone."""

    articles: tuple[Article, ...]
    lines: tuple[Line, ...]

    @property
    def cluster(self) -> str:
        """The name of the cluster; empty for an article without copies."""
        ids = [article.id for article in self.articles]
        return cluster_name(cluster_number(ids)) if len(ids) > 1 else ""


def compare(article: Article, others: Sequence[Article]) -> CopiesOf:
    """``article`` beside ``others``.  A sentence is the same where its words are, and stands where
    the first article that has it puts it: before the next one that others have too."""
    articles = (article, *others)
    order: list[_Words] = []
    texts: dict[_Words, str] = {}
    holders: dict[_Words, list[int]] = {}
    for number, one in enumerate(articles):
        after, waiting = 0, list[_Words]()
        for key, text in _sentences(one):
            held = holders.setdefault(key, [])
            if number in held:
                continue
            held.append(number)
            if len(held) == 1:
                texts[key] = text
                waiting.append(key)
                continue
            at = order.index(key)
            if at >= after:
                order[at:at] = waiting
                after, waiting = at + len(waiting) + 1, []
        order[after:after] = waiting
    return CopiesOf(articles, tuple(Line(texts[key], tuple(holders[key])) for key in order))


def _sentences(article: Article) -> list[tuple[_Words, str]]:
    """The sentences of an article, each with its words; those without any are none."""
    text = text_of(article)
    spans = [text[start:end] for start, end in sentences(text)]
    return [(key, span) for span in spans if (key := tuple(words(span)))]
