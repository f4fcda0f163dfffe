"""Other spellings of a query that finds little: ``polcie`` for which ``police`` was meant.

Floor 5, below ``search``.  Only words that next to no article holds are doubted; what takes their
place is a word that far more hold, two words it was put together from, or one that two words make.
Invariant: nothing is rewritten; a suggestion is a query text that finds more than was found.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from heapq import nsmallest
from itertools import pairwise, product
from operator import attrgetter
from typing import NamedTuple

from .analysis import stem, words
from .engines.base import Engine
from .engines.distant import Distant
from .forces import forces, resolve_force
from .query.nodes import Phrase
from .query.parser import ParsedWord
from .query.widening import slips_in
from .query.words import words_of_phrase
from .question import Question
from .slips import is_near, unlikeliness
from .synonyms import Vocabulary

FEW = 5  # articles: a query or a word with more is not doubted
SHOWN = 3
_TIMES = 20  # so many times more articles must hold a word than one that some hold
_SLIP = 4.5  # a slip is so unlikely as being e ** 4.5 times rarer
_MUCH_LESS = 7.0  # what is so much less likely than the likeliest is not shown
_JOINT = 1.0  # price of a space left out or put in, in slips
_DOUBTED = 4  # words of one query
_OPTIONS = 3  # of each of them
_TRIED = 8  # rewritten queries are counted
_PARTS = 3  # letters at least on both sides of a missing space
_SPLITS = 2  # ways to part a word are looked up


class _Option(NamedTuple):
    """What may have been meant by the characters from ``start`` to ``end``; the lower the
    ``price`` the likelier.  Empty ``text`` leaves them as they are."""

    price: float
    text: str
    start: int
    end: int


def suggestions(engine: Engine, question: Question, found: int) -> Mapping[str, int]:
    """Query texts to try instead of ``question``, which found ``found`` articles, and how many
    each of them finds (of one that finds none with all words: with most of them); the likeliest
    first, at most ``SHOWN``."""
    if found > FEW:
        return {}
    places = list(_places(engine, question))[:_DOUBTED]
    tried = nsmallest(_TRIED, product(*places), key=_price) if places else []
    counted: list[tuple[float, str, int]] = []
    for options in tried:
        text = _rewritten(question.parsed.text, options)
        other = None if text == question.parsed.text else question.retyped(text)
        total = engine.count(other.query) if other else 0
        if total > found:
            counted.append((_price(options) - math.log(total), text, total))
    likeliest = min(counted, default=(0.0, "", 0))[0]
    kept = sorted(one for one in counted if one[0] <= likeliest + _MUCH_LESS)[:SHOWN]
    others = {text: total for _, text, total in kept}
    first = _rewritten(question.parsed.text, tried[0]) if tried else question.parsed.text
    if found or first in others or first == question.parsed.text or len(others) == SHOWN:
        return others
    return others | _for_most(engine, question, first)


def _for_most(engine: Engine, question: Question, text: str) -> dict[str, int]:
    """``text``, where more articles have most of its words than have most of those typed."""
    other = question.retyped(text)
    looser, typed = other.relaxed() if other else None, question.relaxed()
    total = engine.count(looser.query) if looser else 0
    return {text: total} if total > (engine.count(typed.query) if typed else 0) else {}


def _price(options: Sequence[_Option]) -> float:
    return sum(option.price for option in options)


def _rewritten(text: str, options: Sequence[_Option]) -> str:
    """``text`` with what ``options`` put in place of parts of it."""
    for option in sorted(options, key=lambda option: -option.start):
        if option.text:
            text = f"{text[: option.start]}{option.text}{text[option.end :]}"
    return text


def _places(engine: Engine, question: Question) -> Iterator[list[_Option]]:
    """For each part of the query that may be a slip, what may have been meant; likeliest first."""
    typed = [word for word in question.parsed.words if not (word.negated or word.dropped)]
    for phrase in question.parsed.phrases:
        typed += words_of_phrase(phrase)
    typed.sort(key=attrgetter("start"))
    taken: set[int] = set()
    _foresee(engine, [f"{one.surfaces[0]}{other.surfaces[0]}" for one, other in pairwise(typed)])
    for one, other in pairwise(typed):
        if one.start not in taken and question.parsed.text[one.end : other.start] == " ":
            joined = list(_joined(engine, one, other))
            if joined:
                taken |= {one.start, other.start}
                yield [*joined, _Option(_SLIP * _JOINT, "", one.start, one.start)]
    for word in typed:
        if len(word.surfaces) == 1 and word.start not in taken:
            alike: dict[str, _Option] = {}
            for option in sorted(_meant(engine, question, word)):
                alike.setdefault(stem(option.text), option)
            if alike:
                yield list(alike.values())[:_OPTIONS]


def _joined(engine: Engine, one: ParsedWord, other: ParsedWord) -> Iterator[_Option]:
    """The word that two words side by side make, where far more articles hold it than hold the
    rarer of them."""
    if one.exact or len(one.surfaces) != 1 or len(other.surfaces) != 1:
        return
    whole = one.surfaces[0] + other.surfaces[0]
    held = _held(engine, whole) if whole.isalpha() else 0
    side_by_side = Phrase((one.surfaces[0], other.surfaces[0]))
    if held and held > engine.count(side_by_side):
        yield _Option(_SLIP * _JOINT - math.log(held), whole, one.start, other.end)


def _meant(engine: Engine, question: Question, word: ParsedWord) -> Iterator[_Option]:
    """What may have been meant by a single word of letters that next to no article holds."""
    surface = word.surfaces[0]
    slips = _most_slips(len(surface))
    if not slips or not surface.isalpha() or resolve_force(word.text):
        return
    held = sum(engine.forms(surface).values())
    if held > FEW:
        return
    if held:
        yield _Option(-math.log(held), "", word.start, word.end)
    least = _TIMES * (held + 1) if held else 1
    near = {} if held else dict.fromkeys(_names_near(question.table, surface, slips), 1)
    near |= {
        other: count
        for other, steps, count in engine.near(surface, slips)
        if count >= least and steps <= slips_in(other)
    }
    for other, count in near.items():
        price = _SLIP * unlikeliness(surface, other) - math.log(count)
        yield _Option(price, other, word.start, word.end)
    yield from _split(engine, word, least)


def _most_slips(size: int) -> int:
    """How many slips make a word of ``size`` letters of one that may have so many: with one letter
    left out it was a letter longer."""
    return max(slips for slips in (0, 1, 2) if slips <= slips_in("x" * (size + slips)))


def _split(engine: Engine, word: ParsedWord, least: int) -> Iterator[_Option]:
    """The two words that a word was put together from, where ``least`` articles have them side by
    side."""
    surface = word.surfaces[0]
    parted = [(surface[:at], surface[at:]) for at in range(_PARTS, len(surface) - _PARTS + 1)]
    _foresee(engine, [part for parts in parted for part in parts])
    rarer = sorted(((min(_held(engine, a), _held(engine, b)), a, b) for a, b in parted))
    for held, one, other in rarer[-_SPLITS:]:
        together = engine.count(Phrase((one, other))) if held >= least else 0
        if together >= least:
            price = _SLIP * _JOINT - math.log(together)
            yield _Option(price, f"{one} {other}", word.start, word.end)


def _foresee(engine: Engine, surfaces: Iterable[str]) -> None:
    """Have the forms of several words at hand, where each would be a question far away."""
    if isinstance(engine, Distant):
        engine.foresee(surfaces)


def _held(engine: Engine, surface: str) -> int:
    """How many articles hold the very word ``surface``."""
    return engine.forms(surface).get(surface, 0)


def _names_near(table: Vocabulary | None, word: str, slips: int) -> Iterator[str]:
    """The words of names of forces and of the vocabulary that are near ``word``."""
    names = _names(table).get(word[:1], ())
    return (
        name for name in names if name != word and is_near(word, name, min(slips, slips_in(name)))
    )


@lru_cache(maxsize=4)
def _names(table: Vocabulary | None) -> Mapping[str, Sequence[str]]:
    """Words of names of forces and of ``table``, by their first letter."""
    texts = [tuple(words(name)) for force in forces() for name in force.names]
    texts += [other for others in (table.others.values() if table else ()) for other in others]
    found: dict[str, list[str]] = {}
    for word in dict.fromkeys(word for text in texts for word in text if slips_in(word)):
        if word.isalpha():
            found.setdefault(word[0], []).append(word)
    return found
