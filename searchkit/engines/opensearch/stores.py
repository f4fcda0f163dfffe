"""The physical indices of a generation: begun empty or as a clone, published, and removed.

Floor 4.  Until the alias of the index is moved, only aliases of their own lead to them, by which
they are written; moving it, blocking writes and taking those aliases away is one request.
Invariant: an index without ``_meta`` that says it is ours is never removed.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from ...errors import ClusterBusy, ClusterDegraded, ClusterProblem, EngineError
from . import placement, shape
from .bulk import Bulk
from .connection import Cluster, Conflict, Full
from .generations import PARTS, Generation, number_of, physical, pointed
from .patience import insist, patiently

if TYPE_CHECKING:
    from .connection import OpenSearch

GRACE = timedelta(minutes=10)
"""A generation that was replaced is kept for so long for readers that have it open, and for as long
as one of them holds a point in time; the one before the newest is kept anyway."""

FIRST_SECONDS = 30.0
"""Before anything is written, replicas are waited for so long."""

REPLICA_SECONDS = 60.0
"""A commit waits so long for replicas."""

_PRIMARY_SECONDS = 120
_MADE = {
    "wait_for_active_shards": "1",
    "timeout": f"{_PRIMARY_SECONDS}s",
    "request_timeout": _PRIMARY_SECONDS + 30,
}
"""A clone says whose it is when its first copy is there, and not before."""

_DELAY = "unassigned.node_left.delayed_timeout"
_AT_ONCE = "0"
"""While an index is written, copies that a node had are made anew at once when it is lost."""

_CLOSED = {"index.blocks.write": True, f"index.{_DELAY}": None}
_PATIENT = {"cluster_manager_timeout": "60s", "timeout": "60s", "request_timeout": 90}
"""A manager that was lost is replaced by then."""

_LATE = 408
_BEFORE_DONE = {
    "wait_for_events": "urgent",
    "timeout": "30s",
    "request_timeout": 40,
    "ignore": _LATE,
}


class Store:
    """The physical indices of a generation that is being made.

    ``before`` is what the alias of the index points to, "" for nothing yet, which has so many
    ``articles``; with ``clone`` they begin as what that holds.
    """

    def __init__(self, cluster: Cluster, before: str, articles: int, *, clone: bool) -> None:
        self._cluster = cluster
        self._shards = cluster.options.shards or shape.shards_for(articles)
        self._before = before
        name = cluster.address.name
        number, random = number_of(name, before) + 1 if before else 0, secrets.token_hex(4)
        self.physical = shape.physical_name(name, number, random)
        self.generation = Generation(f"{number}-{random}", number, self.physical, before)
        self.fresh = not clone
        try:
            self._make()
            # Before it is worth anything: what has no copy yet goes with its node.
            placement.settle(cluster, self.indices, FIRST_SECONDS)
        except BaseException:
            remove(cluster, self.indices)
            raise

    @property
    def indices(self) -> list[str]:
        """Articles, words and catalogue."""
        return [self.physical + part for part in PARTS]

    def _make(self) -> None:
        options = self._cluster.options
        plain = {
            "number_of_replicas": options.replicas,
            "refresh_interval": f"{options.refresh}s" if options.refresh else "-1",
            _DELAY: _AT_ONCE,
        }
        articles = {**plain, "number_of_shards": self._shards}
        bodies = [
            shape.articles_body(articles),
            shape.words_body(plain),
            shape.catalogue_body(plain),
        ]
        # Asked for at once, their shards are started in one go.
        with ThreadPoolExecutor(len(PARTS), thread_name_prefix="making") as threads:
            made = [
                threads.submit(self._make_part, part, body)
                for part, body in zip(PARTS, bodies, strict=True)
            ]
        for one in made:
            one.result()

    def _make_part(self, part: str, body: dict[str, Any]) -> None:
        target = self.physical + part
        if self.fresh or part == PARTS[-1]:
            body["mappings"]["_meta"] = self._told(part)
            self._make_one(target, {**body, "aliases": {shape.written(target): {}}})
        else:
            self._clone_one(self._before + part, target)

    def _make_one(self, index: str, body: Mapping[str, Any]) -> None:
        try:
            answer = insist(
                self._cluster,
                lambda client: client.indices.create(index=index, body=body, params=_MADE),
            )
        except Conflict:
            # The answer to an earlier try was lost: nobody else makes this name.
            return
        self._check_active(index, answer)

    def _clone_one(self, source: str, index: str) -> None:
        options = self._cluster.options
        settings = {
            f"index.{_DELAY}": _AT_ONCE,
            "index.blocks.write": None,
            "index.number_of_replicas": options.replicas,
        }
        body = {"settings": settings, "aliases": {shape.written(index): {}}}
        try:
            answer = insist(
                self._cluster,
                lambda client: client.indices.clone(
                    index=source, target=index, body=body, params=_MADE
                ),
            )
        except Conflict:
            return
        self._check_active(index, answer)

    def _check_active(self, index: str, answer: Mapping[str, Any]) -> None:
        if not answer.get("shards_acknowledged"):
            reason = f"no node takes {index} within {_PRIMARY_SECONDS} seconds"
            raise ClusterDegraded(str(self._cluster.address), reason, placement.NODES)

    def _told(self, part: str) -> dict[str, Any]:
        return {shape.OURS: {**shape.VERSIONS, "of": self._cluster.address.name, "part": part}}

    def bulk(self, part: str = "") -> Bulk:
        """Writes documents."""
        return Bulk(self._cluster, self.physical + part, self.generation.number)

    def refresh(self, part: str = "") -> None:
        """Make what was written visible to those who look into this very index."""
        index = self.physical + part
        insist(
            self._cluster,
            lambda client: self._cluster.check_done(client.indices.refresh(index=index)),
        )

    def count(self, part: str = "") -> int:
        """Documents that are visible."""
        index = self.physical + part

        def counted(client: OpenSearch) -> int:
            answer = client.count(index=index)
            self._cluster.check_whole(answer)
            return int(answer["count"])

        return insist(self._cluster, counted)

    def publish(self, generation: Generation) -> None:
        """Point the alias to this generation, which is told of in ``generation``."""
        placement.settle(self._cluster, self.indices, REPLICA_SECONDS)
        name, told = self._cluster.address.name, generation.meta(self._cluster.address.name)

        def close(client: OpenSearch) -> None:
            client.indices.put_mapping(index=self.physical, body={"_meta": told}, params=_PATIENT)
            # Everything that was asked for is done, so that no write has to be waited for.
            client.indices.put_settings(index=",".join(self.indices), body=_CLOSED, params=_PATIENT)

        insist(self._cluster, close)
        actions: list[dict[str, Any]] = [
            {"remove": {"index": index, "alias": shape.written(index)}} for index in self.indices
        ]
        if self._before:
            before = {"index": self._before, "alias": name, "must_exist": True}
            actions.append({"remove": before})
        actions.append({"add": {"index": self.physical, "alias": name}})

        def point(client: OpenSearch) -> None:
            client.indices.update_aliases(body={"actions": actions}, params=_PATIENT)

        try:
            # Only what was refused is asked for again: done twice it would fail.
            insist(self._cluster, point, (ClusterBusy,))
        except ClusterProblem:
            # What was lost may be the answer alone.
            if not _is_visible(self._cluster, self):
                raise


def outcome(cluster: Cluster, store: Store) -> str:
    """What became of the commit of ``store``, in words, as the cluster tells it."""
    try:
        if _is_visible(cluster, store):
            return "the run was committed"
    except EngineError:
        return "whether the run was committed cannot be told: the cluster does not answer"
    return "the run was not committed: the index is as it was"


def _is_visible(cluster: Cluster, store: Store) -> bool:
    """Whether ``store`` is the newest generation.  Raises ``ClusterProblem``."""
    with cluster.asking() as client:
        # An alias that it was asked to move before is moved by then.  What is less urgent need not
        # be waited for: a cluster that many use always has some of it to do.
        client.cluster.health(params=_BEFORE_DONE)
    found = pointed(cluster)
    return found is not None and found[0] == store.physical


def prune(cluster: Cluster, keep_previous: bool = True) -> tuple[str, Mapping[str, Any]] | None:
    """Remove what dead runs left, and generations that nobody needs any more; what ``pointed``
    gives.

    The newest is kept and, with ``keep_previous``, the one before and those that readers may yet
    have open.
    """
    found, told = patiently(lambda: pointed(cluster)), patiently(lambda: physical(cluster))
    newest = found[0] if found else ""
    kept = {newest}
    if found and keep_previous:
        kept.add(str(found[1].get("previous", "")))
        kept |= {index for index in told if _is_lent(cluster, index, newest, told)}
    every = {one + part for one in kept if one for part in PARTS}
    patiently(lambda: remove(cluster, [index for index in told if index not in every]))
    return found


def _is_lent(
    cluster: Cluster, index: str, newest: str, told: Mapping[str, Mapping[str, Any]]
) -> bool:
    """Whether readers may have a generation open that was committed, and replaced."""
    name = cluster.address.name
    committed = told[index].get("committed")
    if told[index].get("part") or not committed or told[index].get("physical") != index:
        return False
    number = number_of(name, index)
    if number >= number_of(name, newest):
        return False
    after = [
        datetime.fromisoformat(one["committed"])
        for other, one in told.items()
        if one.get("committed") and one.get("previous") == index and other == one.get("physical")
    ]
    # Where its successor is gone, it was replaced long ago.
    if after and datetime.now(timezone.utc) - min(after) < GRACE:
        return True
    with cluster.asking() as client:
        stats = client.indices.stats(index=index, metric="search")
    return int(stats["_all"]["total"]["search"].get("open_contexts", 0)) > 0


def remove(cluster: Cluster, indices: Sequence[str]) -> None:
    """Remove physical indices, as far as they are there; never those of the newest generation.

    That is left to the cluster, which does all of one request or nothing: a commit that was thought
    to have failed may be on its way yet.
    """
    if not indices:
        return
    found = pointed(cluster)
    there = sorted({*indices} & physical(cluster).keys())
    actions: list[dict[str, Any]] = [{"remove_index": {"index": index}} for index in there]
    if not there:
        return
    if found is not None:
        newest = {"index": found[0], "alias": cluster.address.name}
        if found[0] in there:
            raise EngineError(f"{cluster.address}: the newest generation is not removed")
        actions = [{"remove": {**newest, "must_exist": True}}, {"add": newest}, *actions]
    try:
        with cluster.asking() as client:
            client.indices.update_aliases(body={"actions": actions}, params=_PATIENT)
    except Full:
        _remove_blocked(cluster, there)


def _remove_blocked(cluster: Cluster, indices: Sequence[str]) -> None:
    """Remove indices on a full disk, which is not freed otherwise.  Where nothing can be written,
    no alias can be moved to them either: what is not the newest generation does not become it."""
    found = pointed(cluster)
    if found is None or found[0] not in indices:
        with cluster.asking() as client:
            client.indices.delete(index=",".join(indices), params={"ignore_unavailable": "true"})
