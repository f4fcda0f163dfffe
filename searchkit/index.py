"""``Index``: create, open, add, search, look up, count.  The only class users construct.

Floor 6.  Joins the query parser, an engine and the snippet maker; knows no markup and
prints nothing.  Invariant: every answer comes from one generation, the newest there was
when the question was asked.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from . import bounds
from .article import LONDON, Article
from .engines import whoosh as embedded
from .engines.base import Engine, Sort
from .errors import ArticleNotFound, IndexExists
from .question import Filters, Match, ask
from .readers import Readers
from .results import Results
from .search import Search
from .settings import QUERY_LIMITS, QueryLimits
from .synonyms import Vocabulary, shipped

if TYPE_CHECKING:
    from .catalogue import Catalogue
    from .ingest.repeats import Repeats
    from .quality import Quality
    from .removals import Removal
    from .report import IndexReport, Progress
    from .run import Source
    from .stats import ForceCount, Stats
    from .takedown import RemovalReport
    from .versions import CopiesOf

DEFAULT_PATH = "index"


class Index:
    """An index of police news in a folder.

        ix = Index.open("index")
        for hit in ix.search("diversity", area="Essex"):
            print(hit.title, hit.date.display, hit.snippet)

    Safe to share between threads.  A search sees the newest generation; ``close`` (or the end
    of a ``with`` block) lets go of the files.
    """

    def __init__(self, path: Path, limits: QueryLimits = QUERY_LIMITS) -> None:
        """Not to be called directly: use ``open``, ``create`` or ``build``."""
        self._path = path
        self._limits = limits
        self._readers = Readers(lambda: embedded.open_reader(path))

    @classmethod
    def open(
        cls, path: str | os.PathLike[str] = DEFAULT_PATH, *, limits: QueryLimits = QUERY_LIMITS
    ) -> Index:
        """Open an existing index.

        Raises ``IndexNotFound``, ``IndexCorrupt`` or ``IndexIncompatible``.
        """
        index = cls(Path(path), limits)
        with index._readers.lease():
            return index

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str] = DEFAULT_PATH,
        *,
        exist_ok: bool = False,
        limits: QueryLimits = QUERY_LIMITS,
    ) -> Index:
        """Make an empty index.  Raises ``IndexExists`` where there is one already, unless
        ``exist_ok``; then even a damaged one is taken, for ``add(..., full=True)`` to rebuild."""
        folder = Path(path)
        try:
            embedded.create(folder)
        except IndexExists:
            if not exist_ok:
                raise
        return cls(folder, limits)

    @classmethod
    def build(cls, source: Source, path: str | os.PathLike[str] = DEFAULT_PATH) -> Index:
        """Create an index (or take the one there is), add ``source``, and return it open."""
        index = cls.create(path, exist_ok=True)
        index.add(source)
        return index

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files.  A later search opens them again."""
        self._readers.close()

    @property
    def path(self) -> Path:
        """The folder the index lies in."""
        return self._path

    @property
    def generation(self) -> str:
        """The name of the newest generation: another after each run that changed something."""
        with self._readers.lease() as engine:
            return engine.generation

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources added so far, as they can be given to ``add`` again."""
        with self._readers.lease() as engine:
            catalogue = self._catalogue(engine)
        return tuple(str(self._path.resolve().parent / source) for source in catalogue.sources)

    def add(
        self,
        *sources: Source,
        full: bool = False,
        dry_run: bool = False,
        on_error: str = "skip",
        yes: bool = False,
        jobs: int | None = None,
        containment: float | None = None,
        pinned: Iterable[str] = (),
        released: Iterable[str] = (),
        lock_timeout: float = 30.0,
        progress: Callable[[Progress], None] | None = None,
        on_wait: Callable[[str], None] | None = None,
    ) -> IndexReport:
        """Bring the index up to date with ``sources`` (none: those added before).

        A source is a folder, a file, an archive or a binary stream.  What vanished from a source
        is removed.  The options are those of ``report.IndexOptions``; ``lock_timeout`` is in
        seconds, ``on_wait`` is told once who holds the lock.

        Raises ``SourceError``, ``IndexLocked``, ``MassRemoval``, ``IndexIncompatible``, and
        ``ArticleError`` where ``on_error`` is ``"fail"``.  The index is then as it was.
        """
        # The indexer brings the parsers along, which no search needs.
        from .indexer import update
        from .report import IndexOptions

        options = IndexOptions(full, dry_run, on_error, yes, jobs, progress=progress)
        options = replace(options, pinned=tuple(pinned), released=tuple(released))
        options = replace(options, containment=containment)
        return update(self._path, sources, options, lock_timeout=lock_timeout, on_wait=on_wait)

    def remove(
        self,
        ids: str | Iterable[str],
        *,
        purge: bool = False,
        reason: str = "",
        lock_timeout: float = 30.0,
        on_wait: Callable[[str], None] | None = None,
    ) -> RemovalReport:
        """Take articles down, all or none: they are found no more, and not indexed again.

        ``ids`` name them as for ``find``; those removed before may be among them.  With ``purge``
        no text of them is left in the folder of the index.  ``reason`` is kept.

        Raises ``ArticleNotFound``, ``IndexLocked``, ``IndexCorrupt``, ``EngineError``.
        """
        from .takedown import Desk, remove

        wanted = [self._removable(one) for one in ([ids] if isinstance(ids, str) else ids)]
        desk = Desk(self._path, lock_timeout, on_wait)
        return remove(desk, wanted, purge=purge, reason=reason)

    def undo_removal(self, ids: str | Iterable[str], *, lock_timeout: float = 30.0) -> str:
        """Let removed articles (ids, the starts of ids, or URLs) in again with the next ``add`` of
        their sources; the name of the new generation.  Raises as ``remove`` does."""
        from .takedown import Desk, named, undo

        removed = self.removals()
        wanted = [named(one, removed) for one in ([ids] if isinstance(ids, str) else ids)]
        return undo(Desk(self._path, lock_timeout), wanted)

    def removals(self) -> tuple[Removal, ...]:
        """What was taken down and is kept out, first to last."""
        with self._readers.lease() as engine:
            return tuple(self._catalogue(engine).removals.values())

    def search(
        self,
        text: str = "",
        *,
        area: str | Iterable[str] = (),
        since: object = None,
        until: object = None,
        on: object = None,
        sort: str | Sort | None = None,
        limit: int = 10,
        offset: int = 0,
        facets: str | Iterable[str] = (),
        copies: str = "group",
        match: str | Match | None = None,
        exact: bool = False,
        synonyms: bool | Vocabulary = True,
        fuzzy: bool = False,
        include_undated: bool = False,
        include_boilerplate: bool = False,
        snippets: str = "auto",
        fragments: int = 2,
        width: int = 240,
        explain: bool = False,
    ) -> Results:
        """Search the index.

        ``text``      in the query language (``docs/query-language.md``); empty: every article
        ``synonyms``  whether plain words count what they stand for, too (``docs/vocabulary.md``);
                      a ``Vocabulary`` says what; ``fuzzy`` counts words spelt nearly like them
        ``area``      names or ids of forces; several mean any of them
        ``since``, ``until``, ``on``  days or periods, as text or ``datetime.date``; the end of
                      an imprecise ``until`` is the end of its period
        ``include_boilerplate``  words are looked for in contact lines, too
        ``match``     how many of plain words an article needs: ``all``, ``most``, ``any``, or
                      ``auto`` (default): all; most, where none has all; any of a sentence.  With
                      ``any``, the text is plain words, and nothing in it an operator
        ``sort``      ``relevance`` (default with words), ``newest`` (default without), ``oldest``
        ``limit``, ``offset``  which hits to return, counted from 0
        ``facets``    names of ``fields.FACETS`` to count over all matches
        ``copies``    ``group``: one article stands for its copies; ``all``: every article;
                      ``only``: one of each release that has copies
        ``snippets``  ``auto``, ``lead`` or ``none``; ``fragments`` and ``width`` (characters)
                      bound each hit's snippets

        Raises ``QueryError`` (``UnknownField``, ``UnknownForce``) for what cannot be answered.
        """
        started = time.perf_counter()
        limits, days = self._limits, (since, until, on)
        switches = Filters(
            include_undated=include_undated,
            exact=exact,
            include_boilerplate=include_boilerplate,
            synonyms=bool(synonyms),
            fuzzy=fuzzy,
        )
        filters = bounds.filters(switches, area, days, match, limits)
        today = datetime.now(LONDON).date()
        table = synonyms if isinstance(synonyms, Vocabulary) else shipped()
        question = ask(bounds.text_of(text), filters, today=today, limits=limits, table=table)
        question = question.matching(bounds.match_of(match))
        page = bounds.request(question, sort, (limit, offset), facets, limits)
        page = replace(page, copies=bounds.copies(copies))
        options = bounds.snippets(snippets, fragments, width, limits)
        with self._readers.lease() as engine:
            return Search(engine, question, page, options, explain).results(started)

    def get(self, article_id: str) -> Article | None:
        """The article of this id, or ``None``.  Raises ``QueryError`` for what can be no id."""
        article_id = bounds.address(article_id, self._limits)
        with self._readers.lease() as engine:
            return engine.get(article_id)

    def find(self, wanted: str) -> Article:
        """The article that ``wanted`` names: an id, the start of one (six characters or more
        that fit a single article), a path or a URL.  Raises ``ArticleNotFound``,
        and ``QueryError`` for what can be none of these."""
        article = self._found(wanted)
        if article is None:
            raise ArticleNotFound(wanted, "searchkit query WORDS lists articles with their ids")
        return article

    def raw(self, article: Article) -> bytes:
        """The original bytes of ``article``, from where it was read.

        Raises ``SourceError`` where they are gone, or are no longer those that were indexed.
        """
        from .ingest.originals import unchanged

        return unchanged(article.path, article.sha256, self._path.resolve().parent)

    def copies(self, wanted: str) -> CopiesOf:
        """The article that ``wanted`` names (as for ``find``) and its copies, sentence by
        sentence.  Raises ``ArticleNotFound``."""
        from .versions import compare

        article = self.find(wanted)
        with self._readers.lease() as engine:
            ids = engine.copies(article.id)
            others = [found for one in ids if one != article.id and (found := engine.get(one))]
        return compare(article, others)

    def forces(self) -> tuple[ForceCount, ...]:
        """Every force of the gazetteer, with what the index holds of it."""
        from .stats import force_counts

        with self._readers.lease() as engine:
            return force_counts(self._catalogue(engine))

    def stats(self) -> Stats:
        """What the index holds and of what it is made."""
        from .stats import gather

        with self._readers.lease() as engine:
            held, size = self._catalogue(engine), engine.size()
            return gather(held, size_bytes=size, generation=engine.generation, path=str(self._path))

    def boilerplate(self) -> Repeats:
        """The lines that were learned as boilerplate when the index was last built."""
        with self._readers.lease() as engine:
            return self._catalogue(engine).repeats

    def quality(self, *, examples: int = 0, today: date | None = None) -> Quality:
        """What is wrong with the articles, by force; the arguments are ``quality.measure``'s."""
        from .quality import measure

        with self._readers.lease() as engine:
            return measure(engine, examples=examples, today=today)

    def articles(self) -> Iterator[Article]:
        """Every article of the index, in bounded memory."""
        with self._readers.lease() as engine:
            yield from engine.articles()

    def _found(self, wanted: str) -> Article | None:
        from .finding import find

        wanted = bounds.address(wanted, self._limits)
        base = self._path.resolve().parent
        with self._readers.lease() as engine:
            return find(engine, wanted, base, lambda: self._catalogue(engine).live())

    def _removable(self, wanted: str) -> str:
        """The id of the article, in the index or removed from it, that ``wanted`` names."""
        from .takedown import named

        article = self._found(wanted)
        return article.id if article else named(wanted, self.removals())

    def _catalogue(self, engine: Engine) -> Catalogue:
        # It knows sources and archives, which no search needs.
        from .catalogue import Catalogue

        return Catalogue.load(engine.catalogue(), str(self._path))
