"""What can still be had of an index on a cluster that cannot be read as it should be.

Floor 4.  A rebuild wants the catalogue, for the sources it names, and the articles that came by a
stream.  Invariant: nothing here writes, and an article is only given out where its stored bytes
unpack to it.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from ...article import Article
from ...errors import IndexCorrupt, IndexProblem
from ...packing import unpack
from . import articles, catalogues, shape
from .connection import Cluster, Missing
from .generations import REBUILD, Blob, physical, pointed

_BAD = (ValueError, KeyError, TypeError)
_PAGE = 500


def salvaged_catalogue(cluster: Cluster) -> bytes:
    """The newest catalogue that is whole, whatever else is damaged or of another version; empty
    where there is none."""
    for index, told in _known(cluster):
        try:
            data = catalogues.read(
                cluster, index, catalogues.CATALOGUE, Blob(**told[catalogues.CATALOGUE])
            )
        except (IndexProblem, *_BAD):
            continue
        if data:
            return data
    return b""


def salvaged(cluster: Cluster, wanted: set[str]) -> Iterator[Article]:
    """The articles with the ids ``wanted`` that can still be read."""
    left = set(wanted)
    for index, _ in _known(cluster):
        ids = sorted(left)
        try:
            for article_id, source in zip(
                ids, articles.held(cluster, index, ids, [shape.STORED]), strict=True
            ):
                article = _article(source)
                if article is not None and article.id == article_id:
                    left.discard(article_id)
                    yield article
        except Missing:
            continue


def _article(source: Mapping[str, Any] | None) -> Article | None:
    """A stored article, where it still unpacks to one."""
    try:
        return None if source is None else unpack(b64decode(source[shape.STORED]))
    except _BAD:
        return None


def _known(cluster: Cluster) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The articles of the newest generation and of the one before, as far as they are there."""
    found = pointed(cluster)
    if found is None:
        return
    yield found
    previous = found[1].get("previous")
    told = physical(cluster).get(str(previous))
    if told is not None:
        yield str(previous), told


def verify(cluster: Cluster, index: str) -> None:
    """Read every article of a physical index.  Raises ``IndexCorrupt``."""
    where, body = str(cluster.address), {"size": _PAGE, "_source": [shape.STORED]}
    for hit in chain.from_iterable(articles.pages(cluster, index, body)):
        article = _article(hit["_source"])
        if article is None or article.id != hit["_id"]:
            reason = f"the index {where} is damaged: article {hit['_id']}"
            raise IndexCorrupt(where, reason, REBUILD)
