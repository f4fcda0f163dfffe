"""What plain words of a query stand for beside themselves: synonyms, forces, dates, near words.

Floor 2.  Texts side by side are looked up, the longest first; what they stand for is put beside
their nodes in the tree, at less weight (``nodes.Widened``).  Literal words (``=word``, phrases,
``--exact``) and excluded ones stand for themselves alone.
Invariant: an article that a tree matches is matched by the widened tree too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from ..analysis import stem
from ..analysis import words as analysed
from ..forces import forces, resolve_force
from ..synonyms import Vocabulary, Words
from .nodes import And, AtLeast, Filter, Fuzzy, Node, Or, Phrase, Term, Widened
from .parsed import Parsed, join
from .words import ParsedWord

SYNONYM, SPELLING, FORCE, DATE, NEAR = "synonym", "spelling", "force", "date", "near"
"""Why a text stands for others."""

_NARROWING = frozenset({FORCE, DATE})

SHARES: Mapping[str, float] = {SYNONYM: 0.4, SPELLING: 0.9, FORCE: 2.0, DATE: 4.0, NEAR: 0.01}
"""What the others weigh beside what was typed: near words nearly nothing, so that articles with
the word itself come first."""

_ONE_SLIP, _TWO_SLIPS = 5, 9  # letters from which so many slips are allowed
_NAME = re.compile(r"[^\W\d_][\w\s&'’.-]*")
_WORDS_TOO = frozenset({"beds", "met", "mps", "mod"})
"""Short names of forces that are words too: only with a capital letter are they forces."""

_MONTHS = frozenset("jan feb mar apr may jun jul aug sep oct nov dec".split())
_YEAR = re.compile(r"(?:19|20)\d\d")
_DATED = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d\d)")
_LONGEST_DATE = 3  # words: 12 March 2020
_MONTH_FIRST = re.compile(r"(?:\d{1,2}(?:st|nd|rd|th)?\s+)?[a-z]{3,9}\.?,?\s+\d{4}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What ``text``, a part of a query, is counted as too: ``others``, and why (``kind``).
    ``plurals`` are those of the others before them."""

    text: str
    kind: str
    others: tuple[Node, ...]
    plurals: frozenset[Node] = frozenset()


@dataclass(frozen=True, slots=True)
class Meanings:
    """The meanings of one query: of single words by their nodes, and of several words together."""

    single: Mapping[Node, tuple[Meaning, ...]]
    several: tuple[tuple[tuple[Node, ...], Meaning], ...]

    def __iter__(self) -> Iterator[Meaning]:
        yield from (meaning for _, meaning in self.several)
        yield from (meaning for meanings in self.single.values() for meaning in meanings)

    def naming(self) -> frozenset[Node]:
        """The words that name a force or a date."""
        found = [((node,), meaning) for node, all_of in self.single.items() for meaning in all_of]
        named = [nodes for nodes, meaning in (*found, *self.several) if meaning.kind in _NARROWING]
        return frozenset(node for nodes in named for node in nodes)

    def widen(self, node: Node) -> Node:
        """``node`` with the meanings beside the words; below a ``Not`` nothing changes."""
        if not (self.single or self.several):
            return node
        if isinstance(node, And):
            return join(And, self._together(list(node.nodes)))
        if isinstance(node, AtLeast):
            clauses = self._together(list(node.nodes))
            fewer = len(node.nodes) - len(clauses)
            return AtLeast(max(1, node.minimum - fewer), tuple(clauses))
        if isinstance(node, Or):
            return Or(tuple(map(self.widen, node.nodes)))
        for meaning in self.single.get(node, ()):
            node = Widened(node, meaning.others, SHARES[meaning.kind])
        return node

    def _together(self, nodes: list[Node]) -> list[Node]:
        """The clauses that are asked for together, those that mean something together as one."""
        made: dict[Node, Node] = {}
        for typed, meaning in self.several:
            if set(typed) <= set(nodes):
                own = join(And, [self.widen(node) for node in typed])
                made[typed[0]] = Widened(own, meaning.others, SHARES[meaning.kind])
                nodes = [node for node in nodes if node not in typed[1:]]
        return [made.get(node) or self.widen(node) for node in nodes]


NO_MEANINGS = Meanings({}, ())


def meanings(
    parsed: Parsed, table: Vocabulary | None, today: date, *, near: bool = False, most: int = 24
) -> Meanings:
    """What the plain words of ``parsed`` stand for: by ``table`` (``None``: nothing beside
    themselves), and words ``near`` them.  ``most`` bounds the others of all words together."""
    single: dict[Node, tuple[Meaning, ...]] = {}
    several: list[tuple[tuple[Node, ...], Meaning]] = []
    for group, meaning in _found(parsed, table, today, near):
        nodes = tuple(dict.fromkeys(word.node for word in group if not word.dropped))
        if meaning.kind != NEAR:
            meaning = replace(meaning, others=meaning.others[:most])
            most -= len(meaning.others)
        if not meaning.others or not nodes:
            continue
        if len(nodes) > 1:
            several.append((nodes, meaning))
        else:
            single[nodes[0]] = (*single.get(nodes[0], ()), meaning)
    return Meanings(single, tuple(several)) if single or several else NO_MEANINGS


_Found = Iterator[tuple[Sequence[ParsedWord], Meaning]]


def _found(parsed: Parsed, table: Vocabulary | None, today: date, near: bool) -> _Found:
    for run in _runs(parsed):
        at = 0
        while table and at < len(run):
            taken = 1
            for size in range(min(len(run) - at, _longest(run[at], table)), 0, -1):
                group = run[at : at + size]
                meant = list(_meanings(parsed.text, group, table, today))
                if meant:
                    yield from ((group, meaning) for meaning in meant)
                    taken = size
                    break
            at += taken
        for word in run if near else ():
            if not word.dropped:
                yield from (((word,), meaning) for meaning in _near(word))


def _longest(word: ParsedWord, table: Vocabulary) -> int:
    """How many words a text that begins with ``word`` and means something can have."""
    first = word.surfaces[0]
    dated = first[0].isdigit() or first[:3] in _MONTHS
    named, meant = _longest_names().get(first, 1), table.longest.get(stem(first), 1)
    return max(named, meant, _LONGEST_DATE if dated else 1)


@lru_cache(maxsize=1)
def _longest_names() -> Mapping[str, int]:
    """The words of the longest name of a force, by the first of each."""
    found: dict[str, int] = {}
    for name in (analysed(name) for force in forces() for name in force.names):
        found[name[0]] = max(len(name), found.get(name[0], 0))
    return found


def _runs(parsed: Parsed) -> Iterator[list[ParsedWord]]:
    """The words to be looked up, those side by side in one field together."""
    run: list[ParsedWord] = []
    for word in parsed.words:
        if run and (word.field != run[-1].field or parsed.text[run[-1].end : word.start].strip()):
            yield run
            run = []
        if word.exact or word.negated:
            if run:
                yield run
            run = []
        else:
            run.append(word)
    if run:
        yield run


def _meanings(
    text: str, group: Sequence[ParsedWord], table: Vocabulary, today: date
) -> Iterator[Meaning]:
    """What the words of ``group`` together stand for."""
    typed, field = text[group[0].start : group[-1].end], group[0].field
    if field is None:
        other = _force(typed) or _period(typed, len(group), today)
        if other:
            yield other
            return
    surfaces = [surface for word in group for surface in word.surfaces]
    others = table.of(surfaces)
    if others:
        nodes = [_nodes(other, field) for other in others]
        if len(surfaces) == 1:
            nodes += [[plural] for plural in _nodes((surfaces[0],), field)[1:]]
        plurals = frozenset(plural for _, *more in nodes for plural in more)
        own = Term(surfaces[0], field)
        found = dict.fromkeys(n for several in nodes for n in several if n != own)
        yield Meaning(typed, SYNONYM, tuple(found), plurals)
    if len(surfaces) == 1:
        spelt = table.spellings(surfaces[0])
        if spelt:
            yield Meaning(typed, SPELLING, tuple(Term(other, field, exact=True) for other in spelt))


def _nodes(words: Words, field: str | None) -> list[Node]:
    """A word in any of its forms, and its plural if its stem is another (``PCSOs``); several as a
    phrase, and one with the last in the plural."""
    last = words[-1]
    plural = _plural(last) if last.isalpha() and not last.endswith("s") else ""
    if len(words) == 1:
        apart = plural and stem(plural) != stem(last)
        return [Term(last, field), *([Term(plural, field)] if apart else [])]
    return [Phrase(words, field), *([Phrase((*words[:-1], plural), field)] if plural else [])]


def _plural(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in tuple("aeiou"):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("ch", "sh", "x", "z")) else f"{word}s"


def _force(typed: str) -> Meaning | None:
    """The force that ``typed`` names; names that are words too count with a capital letter."""
    if typed in _WORDS_TOO or "." in typed or not _NAME.fullmatch(typed):
        return None
    force = resolve_force(typed)
    if force is None:
        return None
    return Meaning(typed, FORCE, (Filter(Term(force.id, "force", exact=True)),))


def _period(typed: str, size: int, today: date) -> Meaning | None:
    """The days that ``typed`` names: a year, a month of a year or a day of one."""
    if size == 1:
        year = _YEAR.fullmatch(typed) and int(typed) <= today.year
        wanted = bool(year or _DATED.fullmatch(typed))
    else:
        wanted = size <= _LONGEST_DATE and bool(_MONTH_FIRST.fullmatch(typed))
    if not wanted:
        return None
    # Most queries hold no date, and the spellings of dates take time to import.
    from .dates import BadDate, parse_period
    from .nodes import DateRange

    try:
        period = parse_period(typed, today)
    except BadDate:
        return None
    return Meaning(typed, DATE, (Filter(DateRange(period.first, period.last)),))


def _near(word: ParsedWord) -> Iterator[Meaning]:
    """Words that differ from a single word of letters by a slip, or two where it is long."""
    if len(word.surfaces) == 1 and word.surfaces[0].isalpha():
        slips = slips_in(word.surfaces[0])
        if slips:
            yield Meaning(word.text, NEAR, (Fuzzy(word.surfaces[0], word.field, slips),))


def slips_in(word: str) -> int:
    """How many slips a word of so many letters may have."""
    return (len(word) >= _ONE_SLIP) + (len(word) >= _TWO_SLIPS)
