"""One search: ask the engine, widen where nothing fits, and dress the hits.

Floor 5.  Invariant: what was asked and what was answered are both in the ``Results``,
with every remark on how one became the other.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace

from .copies import CopiesMode
from .counting import facets
from .engines.base import Engine, Found, Request
from .errors import Diagnostic
from .forces import get_force
from .query.describe import describe, in_short
from .query.nodes import Node, Not, Term, Widened, children
from .query.questions import counting
from .question import Match, Question
from .results import Contribution, Counted, Hit, QueryEcho, Results, WordForms
from .snippets import SnippetOptions, highlight_all
from .spelling import suggestions


class Search:
    """One question to one engine, and which part of the answer to show how."""

    def __init__(
        self,
        engine: Engine,
        question: Question,
        page: Request,
        options: SnippetOptions,
        explain: bool,
    ) -> None:
        self._engine = engine
        self._question = question
        self._page = page
        self._options = options
        self._explain = explain

    def results(self, started: float) -> Results:
        """The answer; ``started`` is the ``perf_counter`` time of the question."""
        question, page = self._question, self._page
        found = self._engine.search(page)
        looser = question.relaxed() if found.total == 0 else None
        without = self._without() if found.total == 0 else {}
        boilerplate = tuple(self._in_boilerplate()) if found.total == 0 else ()
        others = self._totals(suggestions(self._engine, question, found.with_copies), found.total)
        relaxed = False
        if looser is not None:
            second = self._engine.search(replace(page, query=looser.query))
            if second.total:
                found, question, relaxed = second, looser, True
        undated = question.undated
        return Results(
            query=self._echo(question),
            total=found.total,
            total_with_copies=found.with_copies,
            hits=self._hits(found, question),
            facets=facets(self._engine, question, page, found),
            forms=tuple(self._forms(question)),
            counted=tuple(self._counted(question)),
            undated_excluded=0 if undated is None else self._engine.count(undated),
            without=without,
            suggestions=tuple(others),
            suggested_totals=others,
            warnings=(
                *question.parsed.diagnostics,
                *self._absent(),
                *boilerplate,
                *self._recovery(),
            ),
            took_ms=(time.perf_counter() - started) * 1000,
            relaxed=relaxed,
            match=_matched(question),
            generation=self._engine.generation,
        )

    def _without(self) -> dict[str, int]:
        """What the question finds without each filter that it finds nothing with."""
        return {left: self._total(other.query) for left, other in self._question.widened()}

    def _total(self, query: Node) -> int:
        """How many articles a search for ``query`` would show."""
        if self._page.copies is CopiesMode.ALL:
            return self._engine.count(query)
        return self._engine.search(Request(query, limit=0, copies=self._page.copies)).total

    def _totals(self, others: Iterable[str], least: int) -> dict[str, int]:
        """How many articles each of ``others`` would show in place of the text of this question,
        where that is more than ``least``."""
        found = {}
        for text in others:
            other = self._question.retyped(text)
            looser = other.relaxed() if other else None
            both = [self._total(one.query) for one in (other, looser) if one is not None]
            found[text] = next(filter(None, both), 0)
        return {text: total for text, total in found.items() if total > least}

    def _absent(self) -> Iterator[Diagnostic]:
        """A remark on forces asked for of which the index holds nothing at all."""
        wanted = dict.fromkeys(_forces(self._question.query))
        absent = [get_force(force).name for force, term in wanted if not self._engine.count(term)]
        if absent:
            message = f"the index holds no articles of {', '.join(absent)}"
            yield Diagnostic("empty-force", message, 0, 0, "searchkit forces lists what it holds")

    def _in_boilerplate(self) -> Iterator[Diagnostic]:
        """A remark on the articles that answer the question with nothing but boilerplate."""
        wider = self._question.in_boilerplate
        count = 0 if wider is None else self._engine.count(wider.query)
        if count:
            said = "1 article mentions" if count == 1 else f"{count:,} articles mention"
            hint = "--include-boilerplate finds them, too"
            message = f"{said} this only in contact boilerplate"
            yield Diagnostic("only-boilerplate", message, 0, 0, hint)

    def _recovery(self) -> Iterator[Diagnostic]:
        """A remark where the newest generation is damaged and an older one answers."""
        fault = self._engine.recovered
        if fault:
            message = f"the newest state of the index cannot be read, an older one answers: {fault}"
            yield Diagnostic(
                "older-generation", message, 0, 0, "repair it with:  searchkit check --repair"
            )

    def _echo(self, question: Question) -> QueryEcho:
        return QueryEcho(
            text=question.parsed.text,
            parsed=describe(question.query),
            filters=question.filters.shown(),
            sort=self._page.sort.value,
            offset=self._page.offset,
            limit=self._page.limit,
            copies=self._page.copies.value,
        )

    def _hits(self, found: Found, question: Question) -> tuple[Hit, ...]:
        hits = []
        matches, query = found.matches, question.wanted
        all_shown = highlight_all([(m.article, m.sentences) for m in matches], query, self._options)
        places = range(self._page.offset + 1, self._page.offset + 1 + len(matches))
        for place, match, shown in zip(places, matches, all_shown, strict=True):
            reasons: tuple[Contribution, ...] = ()
            if self._explain:
                page = replace(self._page, query=question.query)
                parts = self._engine.explain(page, match.article.id)
                reasons = tuple(Contribution(what, amount) for what, amount in parts)
            hits.append(
                Hit(
                    place,
                    match.score,
                    match.article,
                    shown.snippets,
                    shown.matched_terms,
                    shown.matched_fields,
                    reasons,
                    match.copies,
                )
            )
        return tuple(hits)

    def _forms(self, question: Question) -> Iterator[WordForms]:
        """How the words of the query were widened; nothing for words taken literally."""
        parsed = question.parsed
        for word in counting(parsed) if question.match is Match.ANY else parsed.words:
            if word.negated or word.exact or word.dropped or len(word.surfaces) != 1:
                continue
            surface = word.surfaces[0]
            known = self._engine.forms(surface)
            others = tuple([form for form in known if form != surface])
            yield WordForms(surface, known.get(surface, 0), others)

    def _counted(self, question: Question) -> Iterator[Counted]:
        """What words were counted as too; of other spellings and synonyms of one word, what the
        index holds."""
        for meaning in question.meanings:
            nodes = [n for n in meaning.others if n not in meaning.plurals and self._held(n)]
            if nodes:
                yield Counted(meaning.text, meaning.kind, tuple([in_short(n) for n in nodes]))

    def _held(self, node: Node) -> bool:
        """Whether the index may hold ``node``; sure of single words only."""
        if not isinstance(node, Term):
            return True
        known = self._engine.forms(node.word)
        return node.word in known if node.exact else bool(known)


def _matched(question: Question) -> str:
    return str((Match.ALL if question.match is Match.AUTO else question.match).value)


def _forces(node: Node) -> Iterator[tuple[str, Term]]:
    """The ids of the forces asked for, each with the node that asks."""
    if isinstance(node, Term) and node.field == "force":
        yield node.word, node
    elif isinstance(node, Widened):
        yield from _forces(node.node)
    elif not isinstance(node, Not):
        for child in children(node):
            yield from _forces(child)
