"""Long questions: which words of them tell something, and how much each is worth.

Floor 2.  A few words are all required; a sentence is a description, of which no text has every
word, so any of them will do and the telling ones decide.
Invariant: every word of ``any_of`` was typed, and is not one of ``FUNCTION_WORDS`` unless all are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from ..analysis import STOP_WORDS
from .nodes import And, Node, Not, Or, Weighed
from .parsed import Parsed, join
from .words import ParsedWord

LONG = 6
"""A text of so many different telling words is a question: any of them will do."""

RUN = 4, 16
"""From so many plain words up to so many are looked for side by side, too."""

_OFTEN = 8.0
"""A word asked for ``n`` times counts ``(1 + 8) n / (8 + n)`` times (``k3`` of Robertson and
Zaragoza 2009, 3.4.3)."""

FUNCTION_WORDS = STOP_WORDS | frozenset(
    """
    i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she
    her hers herself it its itself they them their theirs themselves what which who whom this that
    these those am is are was were be been being have has had having do does did doing would
    should could ought im youre hes shes theyre ive youve weve theyve id youd hed wed theyd
    ill youll theyll isnt arent wasnt werent hasnt havent hadnt doesnt dont didnt wont wouldnt
    shant shouldnt cant cannot couldnt mustnt lets thats whos whats heres theres whens wheres whys
    hows a an the and but if or because as until while of at by for with about against between
    into through during before after above below to from up down in out on off over under again
    further then once here there when where why how all any both each few more most other some
    such no nor not only own same so than too very can will may might must shall also et al etc
    among within without upon onto towards toward whether either neither per via
    """.split()
)
"""Words that hold a sentence together and say nothing of its subject."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What hits are put in order by, beside what they match: the plain ``words`` in the order they
    were typed, and whether to ``learn`` from the first hits what else the question is about.
    ``run`` is all that was typed, where that may be a phrase remembered without its quotes."""

    words: tuple[str, ...]
    learn: bool = False
    run: tuple[str, ...] = ()


def asked(parsed: Parsed, *, learn: bool) -> Asked | None:
    """The words of ``parsed`` that hits are put in order by; ``None`` where that is one or none
    and there is nothing to ``learn`` for."""
    told = [word for word in parsed.words if _tells(word) and word.field is None]
    surfaces = [surface for word in told for surface in word.surfaces]
    if not learn and len(set(surfaces)) < 2:
        return None
    return Asked(tuple(surfaces), learn, _run(parsed))


def _run(parsed: Parsed) -> tuple[str, ...]:
    """All words of ``parsed``, common ones too, where they may be a phrase."""
    typed = [surface for word in parsed.words for surface in word.surfaces]
    may_be = parsed.plain and not any(word.negated for word in parsed.words)
    return tuple(typed) if may_be and RUN[0] <= len(typed) <= RUN[1] else ()


def is_long(parsed: Parsed, naming: Collection[Node] = ()) -> bool:
    """Whether ``parsed`` is plain words, ``LONG`` different telling ones or more beside those
    ``naming`` a force or a date, which do not describe but narrow."""
    telling = {word.node for word in parsed.words if _tells(word)}
    return parsed.plain and len(telling.difference(naming)) >= LONG


def any_of(parsed: Parsed) -> Node | None:
    """Any of the plain words of ``parsed``, each worth the more the more often it was typed;
    ``None`` where other than plain words were typed, or fewer than two."""
    counts = Counter(word.node for word in counting(parsed))
    if not parsed.plain or len(counts) < 2:
        return None
    words = [node if n == 1 else Weighed(node, _worth(n)) for node, n in counts.items()]
    excluded: list[Node] = [Not(word.node) for word in parsed.words if word.negated]
    return join(And, [Or(tuple(words)), *excluded])


def counting(parsed: Parsed) -> list[ParsedWord]:
    """The words that ``any_of`` looks for: those that tell something, or all where none does."""
    typed = [word for word in parsed.words if not word.negated]
    return [word for word in typed if _tells(word)] or typed


def _tells(word: ParsedWord) -> bool:
    return not (word.negated or word.dropped or FUNCTION_WORDS.issuperset(word.surfaces))


def _worth(often: int) -> float:
    return (1.0 + _OFTEN) * often / (_OFTEN + often)
