"""Known articles looked for in an index, as the person would who types the query.

Floor 7.  A query goes the way of every search: all words, then most of them.  ``CORRECTED`` is
the kind ``misspelt`` again, for somebody who takes what "did you mean" offers first.
Invariant: nothing but the query text is known to the search.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..index import Index
from ..results import Results
from .judged import Ask, Evaluation, evaluate
from .known import KINDS, Sample, topics
from .metrics import KNOWN
from .runs import Ranked
from .topics import Topic

PAGE = 10
"""Hits that are looked at: the first page."""

SAMPLE = 500
"""Articles looked for."""

MISSPELT, CORRECTED = "misspelt", "corrected"
LOOKED_FOR = (*KINDS, CORRECTED)
"""Every kind there is."""


def known_topics(sample: Sample, seed: int) -> dict[str, tuple[Topic, ...]]:
    """The topics of every kind, ``CORRECTED`` after ``MISSPELT`` with the same queries."""
    derived = {}
    for kind in KINDS:
        asked = topics(sample, kind, seed)
        if asked:
            derived[kind] = asked
            if kind == MISSPELT:
                derived[CORRECTED] = asked
    return derived


def evaluate_known(
    index: Index, sample: Sample, seed: int
) -> Iterator[tuple[Evaluation, tuple[Topic, ...]]]:
    """The evaluation of each kind, with its topics."""
    for kind, asked in known_topics(sample, seed).items():
        ask = following(index) if kind == CORRECTED else typing(index)
        yield evaluate(kind, asked, ask, documents=sample.total, measures=KNOWN), asked


def typing(index: Index) -> Ask:
    """Asks ``index`` what is typed; documents go by the id of the article."""

    def ask(text: str) -> Sequence[Ranked]:
        return _ranked(_search(index, text))

    return ask


def following(index: Index) -> Ask:
    """The same; where the answer offers another query, the answer to the first such counts."""

    def ask(text: str) -> Sequence[Ranked]:
        found = _search(index, text)
        return _ranked(_search(index, found.suggestions[0]) if found.suggestions else found)

    return ask


def _search(index: Index, text: str) -> Results:
    return index.search(text, sort="relevance", limit=PAGE, copies="all", snippets="none")


def _ranked(found: Results) -> list[Ranked]:
    return [Ranked(hit.id, hit.score) for hit in found]
