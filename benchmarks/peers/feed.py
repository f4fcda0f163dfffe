"""Articles for the peers: cleaned by searchkit from files, or read back clean.

Everyone gets the same cleaning in the same number of processes.  Invariant: articles come in
the order of the files' names, each id once, so that every engine holds the same documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from searchkit.article import Article
from searchkit.ingest.pool import ParserPool
from searchkit.ingest.sources import Candidate, scan

JOBS = 2
"""Parsing processes of every engine."""


def cleaned(corpus: Path) -> Iterator[Article]:
    """The articles of the folder ``corpus``, parsed by ``JOBS`` processes."""
    candidates = ((c, "") for c in scan(corpus, base=corpus.parent) if isinstance(c, Candidate))
    with ParserPool(JOBS, plain=True) as pool:
        outcomes = (parsed.outcome for parsed in pool.parse(candidates))
        yield from _distinct(a for a in outcomes if isinstance(a, Article))


def keep(articles: Iterable[Article], path: Path) -> int:
    """Write ``articles`` to ``path``, one line of JSON each; returns how many."""
    count = 0
    with path.open("wb") as file:
        for article in articles:
            file.write(article.to_json() + b"\n")
            count += 1
    return count


def kept(path: Path) -> Iterator[Article]:
    """The articles that ``keep`` wrote."""
    with path.open("rb") as file:
        for line in file:
            yield Article.from_json(line)


def _distinct(articles: Iterable[Article]) -> Iterator[Article]:
    seen: set[str] = set()
    for article in articles:
        if article.id not in seen:
            seen.add(article.id)
            yield article
