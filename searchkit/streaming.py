"""All that a question finds, one hit after the other, however many there are.

Floor 5.  Invariant: no more than ``_AT_ONCE`` articles are in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from itertools import count, islice
from types import TracebackType

from .engines.base import Engine, Request
from .query.describe import describe
from .query.nodes import Every
from .question import Question
from .results import Hit, QueryEcho
from .snippets import SnippetOptions, highlight_all

_AT_ONCE = 32
"""Hits whose words are looked for together."""


class Stream(Iterator[Hit]):
    """All hits of one question, one after the other, and what is known before the first.

    ``total``       how many there are; ``with_copies``: those that others stand for, too
    ``held``        how many articles there are in the index
    ``generation``  of the index, which stays open to the last hit, or to ``close``
    ``query``       the question as it was understood
    """

    def __init__(
        self,
        lease: AbstractContextManager[Engine],
        question: Question,
        request: Request,
        options: SnippetOptions,
    ) -> None:
        self._open = ExitStack()
        engine = self._open.enter_context(lease)
        try:
            found = engine.search(replace(request, limit=0, facets=()))
        except BaseException:
            self.close()
            raise
        self.total, self.with_copies = found.total, found.with_copies
        self.held = engine.count(Every())
        self.generation = engine.generation
        self.query = QueryEcho(
            question.parsed.text,
            describe(question.query),
            question.filters.shown(),
            request.sort.value,
            0,
            found.total,
            request.copies.value,
        )
        self.warnings = question.parsed.diagnostics
        self._hits = hits(engine, question, request, options)

    def __next__(self) -> Hit:
        try:
            return next(self._hits)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Stream:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the index."""
        self._open.close()

    def __del__(self) -> None:
        self.close()


def hits(
    engine: Engine, question: Question, request: Request, options: SnippetOptions
) -> Iterator[Hit]:
    """Every hit of ``request`` from its offset on, which asks ``question``, in its order."""
    matches, ranks = engine.matches(request), count(request.offset + 1)
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
