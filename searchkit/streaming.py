"""All that a question finds, one hit after the other, however many there are.

Floor 5.  Invariant: no more than ``_AT_ONCE`` articles are in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice

from .engines.base import Engine, Request
from .question import Question
from .results import Hit
from .snippets import SnippetOptions, highlight_all

_AT_ONCE = 32
"""Hits whose words are looked for together."""


def hits(
    engine: Engine, question: Question, request: Request, options: SnippetOptions
) -> Iterator[Hit]:
    """Every hit of ``request``, which asks ``question``, in its order."""
    matches, ranks = engine.matches(request), count(1)
    while several := list(islice(matches, _AT_ONCE)):
        texts = [(match.article, match.sentences) for match in several]
        shown = highlight_all(texts, question.wanted, options)
        for match, one in zip(several, shown, strict=True):
            yield Hit(
                next(ranks),
                match.score,
                match.article,
                one.snippets,
                one.matched_terms,
                one.matched_fields,
                copies=match.copies,
            )
