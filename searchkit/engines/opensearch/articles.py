"""Stored articles fetched from a physical index by their ids, some at a time.

Floor 4.  By id, the newest version of a document is found whether it is visible yet or not.
Invariant: what comes back stands in the order of what was asked for.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from ...errors import ClusterProblem, IndexCorrupt
from . import shape
from .connection import Cluster
from .generations import REBUILD
from .patience import patiently

Hit = dict[str, Any]

_AT_ONCE = 200
_KEPT = {"scroll": "5m"}


def held(
    cluster: Cluster, physical: str, ids: Sequence[str], fields: Sequence[str]
) -> Iterator[dict[str, str] | None]:
    """Fields of the documents ``ids`` as they were given; ``None`` where there is none."""
    for start in range(0, len(ids), _AT_ONCE):
        part = ids[start : start + _AT_ONCE]
        for one in patiently(partial(_fetched, cluster, physical, part, fields)):
            yield one["_source"] if one.get("found") else None


def _fetched(
    cluster: Cluster, physical: str, ids: Sequence[str], fields: Sequence[str]
) -> list[dict[str, Any]]:
    body, params = {"ids": list(ids)}, {"_source": ",".join(fields)}
    with cluster.asking() as client:
        documents: list[dict[str, Any]] = client.mget(index=physical, body=body, params=params)[
            "docs"
        ]
    for one in documents:
        cluster.check_document(one)
    return documents


def stored(cluster: Cluster, physical: str, ids: Sequence[str]) -> Iterator[bytes]:
    """The stored articles ``ids``, all of which are there.  Raises ``IndexCorrupt``."""
    found = held(cluster, physical, ids, [shape.STORED])
    for article_id, source in zip(ids, found, strict=True):
        yield _blob(cluster, article_id, source)


def _blob(cluster: Cluster, article_id: str, source: Mapping[str, str] | None) -> bytes:
    try:
        if source is None:
            raise ValueError("it is missing")
        return b64decode(source[shape.STORED], validate=True)
    except (KeyError, TypeError, ValueError, Error) as error:
        where = str(cluster.address)
        reason = f"the index {where} is damaged: article {article_id}: {error}"
        raise IndexCorrupt(where, reason, REBUILD) from error


def pages(cluster: Cluster, physical: str, body: Mapping[str, Any]) -> Iterator[list[Hit]]:
    """All articles of a physical index that nobody writes now, a page at a time; ``body`` says
    what of each."""
    scroll = ""
    try:
        with cluster.asking() as client:
            answer = client.search(index=physical, body={"sort": ["_doc"], **body}, params=_KEPT)
        while True:
            cluster.check_whole(answer)
            scroll, hits = answer["_scroll_id"], answer["hits"]["hits"]
            if not hits:
                return
            yield hits
            with cluster.asking() as client:
                answer = client.scroll(body={"scroll_id": scroll}, params=_KEPT)
    finally:
        if scroll:
            # It ends by itself, and what was read stays what it is.
            with suppress(ClusterProblem), cluster.asking() as client:
                client.clear_scroll(body={"scroll_id": [scroll]}, params={"ignore": 404})
