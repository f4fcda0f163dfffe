"""Leaving nothing of deleted documents in the files of indices that are not published yet.

Floor 4.  A shard keeps what was deleted for copies of it that may have to catch up, by leases; once
these are short, it moves them on every half a minute.  Only then are its segments joined without.
A copy that moves to another node takes its files along as they were, and tells nothing meanwhile.
Invariant: when ``expunge`` returns, no segment of any copy has a deleted document.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...errors import ClusterDegraded, EngineError
from .connection import Cluster
from .patience import insist, waits

if TYPE_CHECKING:
    from .connection import OpenSearch

LEASE_SECONDS = 120.0
"""So long leases are waited for."""

_SHORT = {
    "index.soft_deletes.retention_lease.period": "1ms",
    "index.merge.policy.expunge_deletes_allowed": 0,
    "index.routing.rebalance.enable": "none",
}
_FORCED = {"force": "true", "wait_if_ongoing": "true"}
_EXPUNGED = {"only_expunge_deletes": "true", "request_timeout": 3600}
_ON_THE_MOVE = frozenset({"INITIALIZING", "RELOCATING"})
_AGAIN = "nothing is lost: run it again when its shards stay where they are"


def expunge(cluster: Cluster, indices: Sequence[str]) -> None:
    """Join the segments of ``indices`` without what was deleted.  Raises ``EngineError`` where some
    of it is left, and ``ClusterProblem``."""
    where = ",".join(indices)
    insist(cluster, lambda client: client.indices.put_settings(index=where, body=_SHORT))
    _wait_for_leases(cluster, where)
    left = _join(cluster, where)
    if left:
        raise EngineError(f"{cluster.address}: {left} deleted documents are in its files yet")
    usual = dict.fromkeys(_SHORT)
    insist(cluster, lambda client: client.indices.put_settings(index=where, body=usual))


def _join(cluster: Cluster, where: str) -> int:
    """Join segments, until all copies were there for it from beginning to end; how many deleted
    documents they have yet.  Raises ``ClusterDegraded`` where copies do not stay where they are."""

    def join(client: OpenSearch) -> None:
        client.indices.flush(index=where, params=_FORCED)
        cluster.check_done(client.indices.forcemerge(index=where, params=_EXPUNGED))
        # Files go once nothing reads them: a refresh lets go of those that were joined.
        client.indices.refresh(index=where)
        client.indices.flush(index=where, params=_FORCED)

    pauses = waits()
    while True:
        there = _staying(cluster, where)
        if there is not None:
            insist(cluster, join)
            told = _told(cluster, where)
            if len(told) == len(there) and _staying(cluster, where) == there:
                return sum(int(copy["docs"]["deleted"]) for copy in told)
        pause = next(pauses, None)
        if pause is None:
            reason = "its shards move from node to node all the time"
            raise ClusterDegraded(str(cluster.address), reason, _AGAIN)
        time.sleep(pause)


def _wait_for_leases(cluster: Cluster, where: str) -> None:
    """Wait until no copy of a shard may ask for what was deleted; after that time it is left to the
    count of what is left to tell."""
    deadline = time.monotonic() + LEASE_SECONDS
    while time.monotonic() < deadline:
        there, told = _staying(cluster, where), _told(cluster, where)
        if there is not None and len(told) == len(there) and not any(map(_is_behind, told)):
            return
        time.sleep(1.0)


def _is_behind(shard: Mapping[str, Any]) -> bool:
    """Whether a copy of a shard has deleted documents, and a lease that keeps them."""
    if not shard["docs"]["deleted"]:
        return False
    newest = shard["seq_no"]["max_seq_no"]
    return any(lease["retaining_seq_no"] <= newest for lease in shard["retention_leases"]["leases"])


def _staying(cluster: Cluster, where: str) -> frozenset[str] | None:
    """The copies of all shards, by what tells each from one on another node, or on the same node
    at another time; ``None`` while one is on its way to a node."""
    state = insist(
        cluster, lambda client: client.cluster.state(metric="routing_table", index=where)
    )
    copies = [
        copy
        for index in state["routing_table"]["indices"].values()
        for shard in index["shards"].values()
        for copy in shard
    ]
    if any(copy["state"] in _ON_THE_MOVE for copy in copies):
        return None
    return frozenset(copy["allocation_id"]["id"] for copy in copies if copy["state"] == "STARTED")


def _told(cluster: Cluster, where: str) -> list[Mapping[str, Any]]:
    """What the copies of all shards tell, but for those that just then tell nothing."""
    told = insist(
        cluster, lambda client: client.indices.stats(index=where, params={"level": "shards"})
    )
    return [
        copy
        for index in told["indices"].values()
        for copies in index["shards"].values()
        for copy in copies
    ]
