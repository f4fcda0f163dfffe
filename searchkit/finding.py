"""Which article a person means by an id, the start of one, a path or a URL.

Floor 5.  Invariant: what fits several articles names none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from .article import Article
from .engines.base import Engine, Request
from .errors import ArticleNotFound
from .query.nodes import Term

_SHORTEST = 6
"""The start of an id has at least so many characters."""


def find(
    engine: Engine, wanted: str, base: Path, live: Callable[[], Iterable[str]]
) -> Article | None:
    """The article that ``wanted`` names, if there is one; ``base`` is the folder that paths are
    relative to, ``live`` gives the ids of all articles.

    Raises ``ArticleNotFound`` where the start of an id fits several.
    """
    article = engine.get(wanted) or _by_address(engine, wanted) or _by_path(engine, wanted, base)
    if article is None and len(wanted) >= _SHORTEST:
        known = starting(wanted, live())
        article = engine.get(known) if known else None
    return article


def starting(wanted: str, ids: Iterable[str]) -> str:
    """The one of ``ids`` that starts with ``wanted``; empty where none does, or ``wanted`` is too
    short to tell.  Raises ``ArticleNotFound`` where several do."""
    fitting = [known for known in ids if known.startswith(wanted.lower())]
    if len(wanted) < _SHORTEST or not fitting:
        return ""
    if len(fitting) > 1:
        raise ArticleNotFound(wanted, f"{len(fitting)} ids begin so; give more of it")
    return fitting[0]


def id_of(address: str) -> str:
    """The id that the article with the URL ``address`` has; empty for what is no URL."""
    if "://" not in address:
        return ""
    # The rules for addresses stand with the parsers, which no search needs.
    from .ingest.reader import article_id

    return article_id(address, "")


def _by_address(engine: Engine, wanted: str) -> Article | None:
    known = id_of(wanted)
    return engine.get(known) if known else None


def _by_path(engine: Engine, wanted: str, base: Path) -> Article | None:
    from .ingest.candidates import source_key

    for key in {wanted, source_key(Path(wanted), base)}:
        found = engine.search(Request(Term(key, "path", True), limit=1))
        if found.matches:
            return found.matches[0].article
    return None
