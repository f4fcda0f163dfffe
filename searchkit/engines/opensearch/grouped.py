"""One match for each cluster of copies, and what a match tells of its copies.

Floor 4.  A group is a cluster, or an article that has no copies; the first of its matches stands
for all.  A cluster goes by the lowest id in it.  Invariant: what is left out has a match in its
place, and totals say exactly how many groups match.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ...copies import Copies, CopiesMode, cluster_name, cluster_number
from . import shape
from .counts import combinations
from .plan import Query
from .requests import Ahead, Answer, Asker, Hit, Search

MOST_CLUSTERS = 30_000
"""So many clusters are counted with the hits; of more, one page after the other."""

_PAGE = 1_000
_REMEMBERED = 20_000
_TEXT_NUMBER = 11
"""Characters of base64 that hold the eight bytes by which equal texts are known."""


class Member(NamedTuple):
    """An article of a cluster, and the force that published it, "" for no known one."""

    id: str
    force: str


@dataclass(frozen=True, slots=True)
class Family:
    """The members of a cluster, the earliest first, and whether all have the very same text."""

    name: str
    members: tuple[Member, ...]
    exact: bool

    def told(self, article_id: str, collapsed: int) -> Copies:
        """What a hit tells of its copies, ``collapsed`` of which match and are not shown."""
        others = [member for member in self.members if member.id != article_id]
        forces = tuple(sorted({member.force for member in others}))
        return Copies(self.name, len(others), forces, self.exact, collapsed)


def narrowed(query: Query, mode: CopiesMode) -> Query:
    """``query``, or only those of its matches that have copies."""
    if mode is not CopiesMode.ONLY:
        return query
    return {"bool": {"must": [query], "filter": [{"exists": {"field": shape.CLUSTER}}]}}


def counted(clusters: int) -> Query:
    """The aggregation that counts how many of a few ``clusters`` match, and their articles."""
    terms = {"field": shape.CLUSTER, "size": clusters, "shard_size": clusters, "min_doc_count": 2}
    return {
        "several": {"terms": terms},
        "copies": {"stats_bucket": {"buckets_path": "several>_count"}},
    }


def surplus(answer: Answer) -> int:
    """By how many articles matches are more than groups, in an answer with ``counted``."""
    told = answer["aggregations"]["copies"]
    return int(told["sum"] or 0) - int(told["count"])


def surplus_of(asker: Asker, query: Query) -> int:
    """By how many articles matches of ``query`` are more than groups, of however many clusters."""
    members = {"bool": {"filter": [query, {"exists": {"field": shape.CLUSTER}}]}}
    return sum(count - 1 for _, count in combinations(asker, members, [shape.CLUSTER]))


class Families:
    """The clusters of the generation that ``asker`` asks about; for several threads."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._known: dict[str, Family] = {}

    def of(self, clusters: Iterable[str]) -> Mapping[str, Family]:
        """These ``clusters``."""
        return self._told(clusters, None)[0]

    def told(
        self, hits: Sequence[Hit], query: Query | None, ahead: Ahead | None = None
    ) -> tuple[Mapping[str, Family], Mapping[str, int]]:
        """The clusters that ``hits`` are of, and how many matches of ``query`` each of those has;
        none where there is no query, since all matches are shown.  ``ahead`` is asked with it."""
        clusters = {hit["_source"].get(shape.CLUSTER, "") for hit in hits} - {""}
        return self._told(clusters, query, ahead)

    def _told(
        self, clusters: Iterable[str], query: Query | None, ahead: Ahead | None = None
    ) -> tuple[dict[str, Family], dict[str, int]]:
        wanted = sorted(clusters)
        found = {one: self._known[one] for one in wanted if one in self._known}
        missing = [one for one in wanted if one not in found]
        searches = [_members(missing, None)] if missing else []
        if wanted and query is not None:
            searches.append(_matching(wanted, query))
        answers = self._asker.together(searches, ahead)
        if missing:
            found |= self._read(missing, answers[0]["hits"]["hits"])
        counts: dict[str, int] = {}
        if wanted and query is not None:
            buckets = answers[-1]["aggregations"]["matching"]["buckets"]
            counts = {bucket["key"]: bucket["doc_count"] for bucket in buckets}
        return found, counts

    def _read(self, clusters: Sequence[str], hits: Sequence[Hit]) -> dict[str, Family]:
        """The ``clusters`` whose first members are ``hits``; kept."""
        members: dict[str, list[Member]] = {one: [] for one in clusters}
        texts: dict[str, set[str]] = {one: set() for one in clusters}
        while True:
            for hit in hits:
                fields, source = hit["fields"], hit["_source"]
                cluster = source[shape.CLUSTER]
                members[cluster].append(Member(hit["_id"], fields["force"][0]))
                texts[cluster].add(source[shape.SIGNATURE][:_TEXT_NUMBER])
            if len(hits) < _PAGE:
                break
            hits = self._asker.search(_members(clusters, hits[-1]["sort"]))["hits"]["hits"]
        found = {
            one: Family(cluster_name(cluster_number([one])), tuple(several), len(texts[one]) == 1)
            for one, several in members.items()
        }
        if len(self._known) + len(found) > _REMEMBERED:
            self._known.clear()
        self._known.update(found)
        return found


def _members(clusters: Sequence[str], after: Sequence[Any] | None) -> Search:
    """A search for the members of ``clusters``, cluster by cluster, the earliest first."""
    body: Query = {
        "query": {"bool": {"filter": [{"terms": {shape.CLUSTER: list(clusters)}}]}},
        "size": _PAGE,
        "track_total_hits": False,
        "_source": [shape.CLUSTER, shape.SIGNATURE],
        "docvalue_fields": ["force"],
        "sort": [{shape.CLUSTER: "asc"}, {shape.MEMBER: "asc"}, {"id": "asc"}],
    }
    return Search(body if after is None else {**body, "search_after": after})


def _matching(clusters: Sequence[str], query: Query) -> Search:
    """A search that counts the matches of ``query`` in each of ``clusters``."""
    within = {"terms": {shape.CLUSTER: list(clusters)}}
    terms = {"field": shape.CLUSTER, "size": len(clusters), "shard_size": len(clusters)}
    body = {
        "query": {"bool": {"filter": [query, within]}},
        "size": 0,
        "track_total_hits": False,
        "aggs": {"matching": {"terms": terms}},
    }
    return Search(body)
