"""Questions of many kinds, drawn from articles, and their answers, to be compared.

Invariant: equal answers have the same number, the same ids in the same order and the same counts.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from searchkit import Article, Index

State = dict[str, Article]
_FACETS = ("force", "year", "type")
_WORD = re.compile(r"[a-z]{4,}")


class Answer(NamedTuple):
    """How many matched, the ids that were given, and the counts of the facets."""

    total: int
    ids: tuple[str, ...]
    facets: frozenset[tuple[str, str, int]] = frozenset()


@dataclass(frozen=True, eq=False)
class Question:
    """A search, or an export of all matches; ``sure`` where every engine gives the same order."""

    text: str
    options: dict[str, Any] = field(default_factory=dict)
    exported: bool = False
    sure: bool = False

    def __str__(self) -> str:
        said = " ".join(f"{name}={value}" for name, value in self.options.items())
        return f"{'export of ' if self.exported else ''}{self.text!r} {said}".strip()

    def ask(self, index: Index, heard: Callable[[], None] = lambda: None) -> Answer:
        """The answer of ``index``; ``heard`` is called for all of it that comes in parts.  Raises
        ``SearchkitError``."""
        if self.exported:
            stream, ids = index.iter(self.text, **self.options), []
            for hit in stream:
                heard()
                ids.append(hit.id)
            return Answer(stream.total, tuple(ids))
        found = index.search(self.text, facets=_FACETS, **self.options)
        counts = ((name, one.value, one.count) for name in _FACETS for one in found.facets[name])
        return Answer(found.total, tuple(hit.id for hit in found.hits), frozenset(counts))

    def shared(self, answer: Answer) -> Answer:
        """``answer`` without what is an engine's own: the order of what it ranks."""
        if self.sure:
            return answer
        return answer._replace(ids=tuple(sorted(answer.ids)) if self.exported else ())


def questions(articles: list[Article], dice: random.Random, count: int) -> list[Question]:
    """``count`` questions about ``articles``: words, phrases, fields, beginnings, filters, all in
    turn, sorted or ranked, some of them exports."""
    found = [Question("", {"sort": "newest"}, sure=True), Question("", exported=True)]
    kinds = _kinds()
    while len(found) < count:
        article = dice.choice(articles)
        words = _WORD.findall(article.title.lower())
        if len(words) > 2:
            found.append(kinds[len(found) % len(kinds)](words, article))
    return found


def _kinds() -> list[Callable[[list[str], Article], Question]]:
    newest = {"sort": "newest"}
    return [
        lambda words, _: Question(words[0]),
        lambda words, _: Question(f"{words[0]} {words[-1]}"),
        lambda words, _: Question(f'"{words[0]} {words[1]}" {words[2]}'),
        lambda words, _: Question(f"title:{words[1]} -{words[0]}", newest, sure=True),
        lambda words, _: Question(f"{words[0][:4]}*", newest, sure=True),
        lambda words, _: Question(
            f"{words[0]} OR {words[2]}", {"match": "all", **newest}, sure=True
        ),
        lambda words, one: Question(
            words[1], {"since": f"{one.date.start:%Y}"} if one.date.start else {}
        ),
        lambda words, _: Question(" ".join(words[:5]), {"match": "any", "limit": 50}),
        lambda words, _: Question(words[0], exported=True),
        lambda words, _: Question(words[-1], {"copies": "all", "offset": 3, **newest}, sure=True),
    ]


def held(index: Index) -> State:
    """Every article that ``index`` holds, by its id."""
    found = {article.id: article for article in index.articles()}
    total = index.search("", limit=0, copies="all").total
    if total != len(found):
        raise AssertionError(f"it holds {len(found)} articles, and counts {total}")
    return found


def differences(index: Index, wanted: State) -> Iterator[str]:
    """What the articles of ``index`` are other than ``wanted``, in words."""
    try:
        there = held(index)
    except AssertionError as error:
        yield str(error)
        return
    lost, more = wanted.keys() - there.keys(), there.keys() - wanted.keys()
    other = [one for one in wanted.keys() & there.keys() if wanted[one] != there[one]]
    for said, ids in (("lost", lost), ("not wanted", more), ("other", other)):
        if ids:
            yield f"{len(ids)} articles {said}, as {min(ids)}"


def disagreements(index: Index, asked: list[Question], model: Index) -> Iterator[str]:
    """Which questions ``index`` answers otherwise than ``model``."""
    for question in asked:
        here, there = question.shared(question.ask(index)), question.shared(question.ask(model))
        if here != there:
            yield f"{question}: {_told(here)}, not {_told(there)}"


def _told(answer: Answer) -> str:
    return f"{answer.total} matches {len(answer.ids)} ids {sum(one[2] for one in answer.facets)}"
