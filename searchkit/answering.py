"""What an index answers: searches, counts, timelines, all matches, single articles.

Floor 6.  The reading half of ``Index``; joins questions, an engine and the snippet maker, and
prints nothing.  Invariant: every answer comes from one generation, the newest there was when the
question was asked.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from . import bounds
from .article import Article
from .asking import Asking
from .asking import question as asking_of
from .counting import counted
from .engines.base import Engine, Request, Sort
from .errors import ArticleNotFound
from .homes import Place, home_of
from .question import Question
from .readers import Readers
from .results import Facet, Results
from .search import Search
from .settings import QUERY_LIMITS, QueryLimits
from .streaming import Stream

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .catalogue import Catalogue
    from .suggesting import Suggestions
    from .timeline import Timeline
    from .versions import CopiesOf


class Answers:
    """What is asked of the index at ``place``.  Safe to share between threads."""

    def __init__(self, place: Place, limits: QueryLimits = QUERY_LIMITS) -> None:
        """Not to be called directly: use ``open``, ``create`` or ``build``."""
        self._home = home_of(place)
        self._limits = limits
        self._readers = Readers(self._home.open_reader)

    def search(
        self,
        text: str = "",
        *,
        sort: str | Sort | None = None,
        limit: int = 10,
        offset: int = 0,
        facets: str | Iterable[str] = (),
        copies: str = "group",
        snippets: str = "auto",
        fragments: int = 2,
        width: int = 240,
        explain: bool = False,
        **asking: Unpack[Asking],
    ) -> Results:
        """Search the index.

        ``text``      in the query language (``docs/query-language.md``); empty: every article
        ``asking``    the options of ``asking.Asking``: forces, days, how words match
        ``sort``      ``relevance`` (default with words), ``newest`` (default without), ``oldest``
        ``limit``, ``offset``  which hits to return, counted from 0
        ``facets``    names of ``fields.FACETS`` to count over all matches; one that an option
                      filters by counts what each other value of it would find
        ``copies``    ``group``: one article stands for its copies; ``all``: every article;
                      ``only``: one of each release that has copies
        ``snippets``  ``auto``, ``lead`` or ``none``; ``fragments`` and ``width`` (characters)
                      bound each hit's snippets

        Raises ``QueryError`` (``UnknownField``, ``UnknownForce``) for what cannot be answered.
        """
        started = time.perf_counter()
        limits = self._limits
        question = asking_of(text, limits, **asking)
        page = bounds.request(question, sort, (limit, offset), facets, limits)
        page = replace(page, copies=bounds.copies(copies))
        options = bounds.snippets(snippets, fragments, width, limits)
        return self._readers.answer(
            lambda engine: Search(engine, question, page, options, explain).results(started)
        )

    def count(self, text: str = "", *, copies: str = "all", **asking: Unpack[Asking]) -> int:
        """How many articles answer; arguments and errors are those of ``search``.  All words of a
        plain text are needed, unless ``match`` says otherwise."""
        question, request = self._counted(text, copies, asking)
        page = replace(request, query=question.query, limit=0)
        return self._readers.answer(lambda engine: engine.search(page).total)

    def facets(
        self, names: str | Iterable[str], text: str = "", **asking: Unpack[Asking]
    ) -> dict[str, Facet]:
        """The articles that answer, counted by each of ``fields.FACETS`` that ``names`` has.  One
        that an option filters by counts what each other value of it would find.  Raises as
        ``count`` does."""
        question, request = self._counted(text, "all", asking)
        request = bounds.request(question, None, (0, 0), names, self._limits)
        return self._readers.answer(lambda engine: counted(engine, question, request))

    def timeline(
        self,
        text: str = "",
        *,
        by: str = "month",
        split: str = "",
        share: bool = False,
        **asking: Unpack[Asking],
    ) -> Timeline:
        """How many articles answer in each period of ``fields.PERIODS``; ``split`` divides them by
        one of ``timeline.SPLITS``, ``share`` counts all articles of each period beside them.
        Raises as ``count`` does."""
        from .timeline import timeline

        question, _ = self._counted(text, "all", asking)
        return self._readers.answer(
            lambda engine: timeline(engine, question, by, split, share=share)
        )

    def suggest(self, text: str, *, limit: int = 8) -> Suggestions:
        """Up to ``limit`` headlines and words, and a few forces, that begin as ``text`` does, whose
        last word may be unfinished.  Raises ``QueryError`` for what is no text or number."""
        from .suggesting import suggest

        typed, most = bounds.text_of(text), bounds.limit(limit, self._limits)
        return self._readers.answer(lambda engine: suggest(engine, typed, most, self._limits))

    def iter(
        self,
        text: str = "",
        *,
        sort: str | Sort | None = None,
        offset: int = 0,
        copies: str = "all",
        snippets: str = "auto",
        **asking: Unpack[Asking],
    ) -> Stream:
        """Every article that answers, in order, from the one at ``offset`` on, however many; a few
        in memory at a time.  Raises as ``count`` does, at once."""
        question, request = self._counted(text, copies, asking)
        page = bounds.request(question, sort, (0, 0), (), self._limits)
        options = bounds.snippets(snippets, 1, 240, self._limits)
        page = replace(page, copies=request.copies, offset=offset)
        return Stream(self._readers.lease(), question, page, options)

    def get(self, article_id: str) -> Article | None:
        """The article of this id, or ``None``.  Raises ``QueryError`` for what can be no id."""
        article_id = bounds.address(article_id, self._limits)
        return self._readers.answer(lambda engine: engine.get(article_id))

    def find(self, wanted: str) -> Article:
        """The article that ``wanted`` names: an id, the start of one (six characters or more
        that fit a single article), a path or a URL.  Raises ``ArticleNotFound``,
        and ``QueryError`` for what can be none of these."""
        article = self._found(wanted)
        if article is None:
            raise ArticleNotFound(wanted, "searchkit query WORDS lists articles with their ids")
        return article

    def copies(self, wanted: str) -> CopiesOf:
        """The article that ``wanted`` names (as for ``find``) and its copies, sentence by
        sentence.  Raises ``ArticleNotFound``."""
        from .versions import compare

        article = self.find(wanted)
        with self._readers.lease() as engine:
            ids = engine.copies(article.id)
            others = [found for one in ids if one != article.id and (found := engine.get(one))]
        return compare(article, others)

    def highlights(
        self, article: Article, text: str, **asking: Unpack[Asking]
    ) -> dict[str, tuple[tuple[int, int], ...]]:
        """Where ``article`` answers a question: the (start, end) of each place in its ``title``,
        ``lead`` and ``body``.  The options and errors are those of ``search``."""
        from .snippets import places

        question = asking_of(text, self._limits, **asking)
        return places(article, question.wanted)

    def _counted(self, text: str, copies: str, asking: Asking) -> tuple[Question, Request]:
        """The question, with all of its words needed where nothing else was said."""
        if asking.get("match") is None:
            asking = {**asking, "match": "all"}
        question = asking_of(text, self._limits, **asking)
        return question, Request(question.query, copies=bounds.copies(copies))

    def _found(self, wanted: str) -> Article | None:
        from .finding import find

        wanted = bounds.address(wanted, self._limits)
        with self._readers.lease() as engine:
            return find(engine, wanted, self._home.base, lambda: self._catalogue(engine).live())

    def _catalogue(self, engine: Engine) -> Catalogue:
        # It knows sources and archives, which no search needs.
        from .catalogue import Catalogue

        return Catalogue.load(engine.catalogue(), self._home.name)
