"""Leaving nothing of deleted documents in the files of indices that are not published yet.

Floor 4.  A shard keeps what was deleted for copies of it that may have to catch up, by leases; once
these are short, it moves them on every half a minute.  Only then are its segments joined without.
Invariant: when ``expunge`` returns, no segment has a deleted document.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...errors import EngineError
from .connection import Cluster
from .patience import insist

if TYPE_CHECKING:
    from .connection import OpenSearch

LEASE_SECONDS = 120.0
"""So long leases are waited for."""

_SHORT = {
    "index.soft_deletes.retention_lease.period": "1ms",
    "index.merge.policy.expunge_deletes_allowed": 0,
}
_FORCED = {"force": "true", "wait_if_ongoing": "true"}
_EXPUNGED = {"only_expunge_deletes": "true", "request_timeout": 3600}


def expunge(cluster: Cluster, indices: Sequence[str]) -> None:
    """Join the segments of ``indices`` without what was deleted.  Raises ``EngineError`` where some
    of it is left, and ``ClusterProblem``."""
    where = ",".join(indices)
    insist(cluster, lambda client: client.indices.put_settings(index=where, body=_SHORT))
    _wait_for_leases(cluster, where)

    def join(client: OpenSearch) -> None:
        client.indices.flush(index=where, params=_FORCED)
        cluster.check_done(client.indices.forcemerge(index=where, params=_EXPUNGED))
        # Files go once nothing reads them: a refresh lets go of those that were joined.
        client.indices.refresh(index=where)
        client.indices.flush(index=where, params=_FORCED)

    insist(cluster, join)
    left = sum(int(shard["docs"]["deleted"]) for shard in _shards(cluster, where))
    if left:
        raise EngineError(f"{cluster.address}: {left} deleted documents are in its files yet")
    usual = dict.fromkeys(_SHORT)
    insist(cluster, lambda client: client.indices.put_settings(index=where, body=usual))


def _wait_for_leases(cluster: Cluster, where: str) -> None:
    """Wait until no copy of a shard may ask for what was deleted; after that time it is left to the
    count of what is left to tell."""
    deadline = time.monotonic() + LEASE_SECONDS
    while time.monotonic() < deadline:
        if not any(_is_behind(shard) for shard in _shards(cluster, where)):
            return
        time.sleep(1.0)


def _is_behind(shard: Mapping[str, Any]) -> bool:
    """Whether a copy of a shard has deleted documents, and a lease that keeps them."""
    if not shard["docs"]["deleted"]:
        return False
    newest = shard["seq_no"]["max_seq_no"]
    return any(lease["retaining_seq_no"] <= newest for lease in shard["retention_leases"]["leases"])


def _shards(cluster: Cluster, where: str) -> Iterator[Mapping[str, Any]]:
    """What the cluster tells of each copy of each shard."""
    told = insist(
        cluster, lambda client: client.indices.stats(index=where, params={"level": "shards"})
    )
    for index in told["indices"].values():
        for copies in index["shards"].values():
            yield from copies
