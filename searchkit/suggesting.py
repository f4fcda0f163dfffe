"""What somebody who is typing may want: headlines, forces, words.

Floor 5.  The last word may be a beginning, those before it are whole.  Invariant: what is suggested
finds something, and nothing is looked for that a search may not look for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .analysis import fold, words
from .copies import CopiesMode
from .engines.base import Engine, Request, Sort
from .errors import QueryError
from .forces import forces
from .query.nodes import And, Node, Prefix, Term
from .settings import QueryLimits

_LAST_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*$")
_FEWEST_LETTERS = 2
_FORCES, _MOST_WORDS = 4, 12


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One suggestion: ``text`` is the query to ask, the headline, or the name of the force, ``id``
    that of the article or the force, and ``count`` how many articles have the words or are of the
    force; ``force`` and ``date`` are of an article, for people."""

    text: str
    count: int = 0
    id: str = ""
    force: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What fits ``text``, as far as it was typed: of each kind the best first."""

    text: str
    titles: tuple[Suggestion, ...] = ()
    forces: tuple[Suggestion, ...] = ()
    words: tuple[Suggestion, ...] = ()
    generation: str = ""


def suggest(engine: Engine, text: str, most: int, limits: QueryLimits) -> Suggestions:
    """Up to ``most`` headlines and words, and a few forces, that begin as ``text`` does."""
    typed = text[: limits.characters]
    last = _LAST_WORD.search(typed)
    found = words(typed)[: limits.terms]
    if not found or not last or len(last.group()) < _FEWEST_LETTERS:
        return Suggestions(text, generation=engine.generation)
    return Suggestions(
        text,
        tuple(_titles(engine, found, most, limits)),
        tuple(_forces(engine, typed.strip(), found[-1])),
        tuple(_words(engine, typed, last.start(), found, most)),
        engine.generation,
    )


def _titles(
    engine: Engine, found: list[str], most: int, limits: QueryLimits
) -> Iterator[Suggestion]:
    """The newest headlines with all the words, the last of them as a beginning."""
    *whole, last = found
    if len(last) < limits.prefix_letters or max(map(len, found)) > limits.word:
        return
    nodes: list[Node] = [Term(word, "title", True) for word in dict.fromkeys(whole)]
    nodes.append(Prefix(last, "title"))
    query = nodes[0] if len(nodes) == 1 else And(tuple(nodes))
    request = Request(query, Sort.NEWEST, limit=most, copies=CopiesMode.GROUP)
    try:
        matches = engine.search(request).matches
    except QueryError:
        return  # too many words begin so: more has to be typed first
    for match in matches:
        article = match.article
        force = article.force.name if article.force else ""
        yield Suggestion(article.title, 1, article.id, force, article.date.display)


def _forces(engine: Engine, typed: str, last: str) -> Iterator[Suggestion]:
    """The forces that are called so, or of whose area a word begins so."""
    start, shown = fold(typed).lower(), 0
    for force in forces():
        names = (*force.names, *force.welsh)
        called = any(fold(name).lower().startswith(start) for name in names)
        if called or any(word.startswith(last) for word in words(force.area)):
            count = engine.count(Term(force.id, "force", True))
            if count:
                yield Suggestion(force.name, count, force.id)
                shown += 1
        if shown == _FORCES:
            return


def _words(engine: Engine, typed: str, at: int, found: list[str], most: int) -> list[Suggestion]:
    """What is typed with its last word completed, in the ways that most articles have it."""
    before = tuple(Term(word) for word in dict.fromkeys(found[:-1]))
    completed = []
    for word, held in engine.starting(found[-1], min(most, _MOST_WORDS)):
        count = engine.count(And((*before, Term(word, None, True)))) if before else held
        if count:
            completed.append(Suggestion(f"{typed[:at]}{word}", count))
    return sorted(completed, key=lambda one: -one.count)
