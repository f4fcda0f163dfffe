"""Pages of hits, and all of them: in which order they come, and what a hit is made of.

Floor 4.  A page is asked for by its offset, as far as the cluster takes that; beyond, hits are
walked to.  Copies are left out by the cluster, or here, where all hits come by in their order.
Invariant: pages fit together, whatever their size, and with the walk over all.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...article import Article
from ...copies import CopiesMode
from ...errors import IndexCorrupt
from ...packing import Sentences, unpack_all
from ..base import Match, Request, Sort
from . import grouped, shape
from .connection import Cluster
from .generations import REBUILD
from .grouped import Family
from .plan import Query
from .requests import Ahead, Answer, Asker, Hit, Search, Walk

_WALKED = 5_000
"""So many hits are passed at once on the way to a page."""

_SHOWN = [shape.STORED, shape.CLUSTER]
_PASSED = [shape.CLUSTER]
_NEWEST = {shape.NEWEST: {"order": "desc", "missing": "_last"}}
_OLDEST = {shape.NEWEST: {"order": "asc", "missing": "_last"}}
_BY_ID = {"id": {"order": "asc"}}


@dataclass(frozen=True, slots=True)
class Order:
    """In which order matches come: by ``sort``, whether they are ``scored``, and from which copies
    of the shards (``requests.preference``)."""

    sort: Sort
    scored: bool
    prefers: str

    def keys(self, mode: CopiesMode) -> list[Any]:
        """The keys of the order, the last of which parts all articles.  Where copies are grouped,
        they also say which one is shown: of equal scores the earliest; of equal dates, that with
        the lowest id, which is the earliest."""
        if self.sort is Sort.OLDEST:
            return [_OLDEST, _BY_ID]
        if not self.scored:
            return [_NEWEST, _BY_ID]
        if mode is CopiesMode.ALL:
            return ["_score", _NEWEST, _BY_ID]
        return ["_score", {shape.MEMBER: "asc"}, _NEWEST, _BY_ID]


@dataclass(frozen=True, slots=True)
class Page:
    """Pages of the matches of ``query``, in an index with so many ``clusters`` of copies."""

    asker: Asker
    query: Query
    order: Order
    clusters: int

    def first(self, request: Request, aggregations: Query, ahead: Ahead | None = None) -> Answer:
        """The answer with all counts and, where it is near enough, the page itself; ``ahead`` is
        asked with it."""
        return self.asker.together([self.search(request, aggregations)], ahead)[0]

    def search(self, request: Request, aggregations: Query) -> Search:
        """What asks for ``first``."""
        near = request.offset + request.limit <= shape.PAGE_WINDOW
        body: Query = {
            "query": self.query,
            "from": request.offset if near else 0,
            "size": request.limit if near else 0,
            "track_total_hits": True,
            "_source": _SHOWN,
        }
        if body["size"]:
            body["sort"] = self.order.keys(request.copies)
        else:
            body["from"] = 0
        if request.copies is not CopiesMode.ALL:
            if body["size"]:
                body["collapse"] = {"field": shape.GROUP}
            if self._is_counted:
                aggregations = aggregations | grouped.counted(self.clusters)
        if aggregations:
            body["aggs"] = aggregations
        left_out = "aggregations.several" if self._is_counted else ""
        return replace(self._search(body), left_out=left_out)

    @property
    def _is_counted(self) -> bool:
        """Whether clusters are counted with the hits."""
        return 0 < self.clusters <= grouped.MOST_CLUSTERS

    def _search(self, body: Query) -> Search:
        return Search(body, scored=self.order.scored, prefers=self.order.prefers)

    def surplus(self, mode: CopiesMode, answer: Answer) -> int:
        """By how many articles matches are more than what can be shown."""
        if mode is CopiesMode.ALL or not self.clusters:
            return 0
        if self._is_counted:
            return grouped.surplus(answer)
        return grouped.surplus_of(self.asker, self.query)

    def hits(self, request: Request, answer: Answer) -> Sequence[Hit]:
        """The hits of the page, whose ``first`` answer this is."""
        if request.offset + request.limit <= shape.PAGE_WINDOW or not request.limit:
            hits: Sequence[Hit] = answer["hits"]["hits"]
            return hits
        if request.offset >= answer["hits"]["total"]["value"]:
            return []
        found: list[Hit] = []
        size = min(request.limit, _WALKED)
        for more in every(self.asker, self.query, self.order, request, size):
            found += more
            if len(found) >= request.limit:
                break
        return found[: request.limit]


def of_ids(ids: Sequence[str]) -> Search:
    """A search for the articles ``ids``, in no order, to be shown."""
    among = {"bool": {"filter": [{"terms": {"id": list(ids)}}]}}
    body = {"query": among, "size": len(ids), "track_total_hits": False, "_source": _SHOWN}
    return Search(body)


def every(
    asker: Asker,
    query: Query,
    order: Order,
    request: Request,
    size: int,
    but: Collection[str] = (),
) -> Iterator[Sequence[Hit]]:
    """All hits from the offset of ``request`` on, about ``size`` at a time, as if there were none
    of the groups ``but``."""
    seen = set(but)
    passed, after = 0, None
    keys = order.keys(request.copies)
    body: Query = {"query": query, "sort": keys}
    search = Search(body, scored=order.scored, prefers=order.prefers)
    if request.offset:
        ahead = replace(search, body={**body, "_source": _PASSED})
        for hits in Walk(asker, ahead, min(request.offset + len(but), _WALKED)):
            for hit in hits:
                if passed == request.offset:
                    break
                passed += _is_first(hit, request.copies, seen)
                after = hit["sort"]
            if passed == request.offset:
                break
        else:
            return
    shown = replace(search, body={**body, "_source": _SHOWN})
    for hits in Walk(asker, shown, size, after):
        yield [hit for hit in hits if _is_first(hit, request.copies, seen)]


def _is_first(hit: Hit, mode: CopiesMode, seen: set[str]) -> bool:
    """Whether a hit is shown: the first of its group, which was not ``seen``."""
    group = group_of(hit, mode)
    if group in seen:
        return False
    # What has no copies, or is shown beside them, comes by once.
    if mode is not CopiesMode.ALL and shape.CLUSTER in hit["_source"]:
        seen.add(group)
    return True


def group_of(hit: Hit, mode: CopiesMode) -> str:
    """What a hit stands for: its cluster, where one of each is shown, or itself."""
    cluster: str = "" if mode is CopiesMode.ALL else hit["_source"].get(shape.CLUSTER, "")
    return cluster or hit["_id"]


def match_in(
    cluster: Cluster,
    hit: Hit,
    families: Mapping[str, Family],
    matching: Mapping[str, int],
) -> Match:
    """The match that a hit is; ``matching`` is how many matches its cluster has."""
    source = hit["_source"]
    article, sentences = article_in(cluster, hit["_id"], source)
    family, copies = source.get(shape.CLUSTER), None
    if family:
        copies = families[family].told(article.id, max(0, matching.get(family, 1) - 1))
    return Match(article, hit.get("_score") or 0.0, sentences, copies)


def article_in(
    cluster: Cluster, article_id: str, source: Mapping[str, Any]
) -> tuple[Article, Sentences]:
    """The stored article of a document.  Raises ``IndexCorrupt``."""
    try:
        return unpack_all(b64decode(source[shape.STORED], validate=True))
    except (KeyError, TypeError, ValueError, Error) as error:
        where = str(cluster.address)
        reason = f"the index {where} is damaged: article {article_id}: {error}"
        raise IndexCorrupt(where, reason, REBUILD) from error
