"""Copies of shards, and the nodes that they are on: waited for, as far as there are nodes for them.

Floor 4.  What is written while a shard has one copy is lost with the node that has it, so that an
index is written to when its replicas are there.  Invariant: copies are waited for, and not longer
than said; only a shard without any copy is an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import ClusterDegraded, EngineError
from .connection import Cluster

NODES = "look at  GET _cluster/health, and run it again when all of its nodes are back"

_LONGER = 30
"""Seconds that a request waits longer for an answer than the cluster does for copies."""

_NOT_YET = 408


def settle(cluster: Cluster, indices: Sequence[str], seconds: float) -> None:
    """Wait up to ``seconds`` until every shard of ``indices``, which a run has made, has all of its
    copies, or those that there are nodes for.  Raises ``ClusterDegraded`` where one has none, and
    ``EngineError`` where an index is gone."""
    where = ",".join(indices)
    told = _health(cluster, where, {"level": "indices", "timeout": "1s"}, _LONGER)
    gone = sorted({*indices} - told["indices"].keys())
    if gone:
        # Nobody has to wait for what does not come.
        raise EngineError(f"{cluster.address}: what this run wrote is gone ({', '.join(gone)})")
    if told["status"] != "green":
        enough = int(told["number_of_data_nodes"]) > cluster.options.replicas
        wanted = {"wait_for_status": "green" if enough else "yellow"}
        if not enough:
            wanted["wait_for_no_initializing_shards"] = "true"
        told = _health(cluster, where, {**wanted, "timeout": f"{seconds:g}s"}, seconds + _LONGER)
    check(cluster, told)


def check_primaries(cluster: Cluster, indices: Sequence[str]) -> None:
    """Raises ``ClusterDegraded`` where a shard of ``indices`` is on no node."""
    check(cluster, _health(cluster, ",".join(indices), {}))


def check(cluster: Cluster, told: dict[str, Any]) -> None:
    """Raises ``ClusterDegraded`` where the health that was ``told`` is red."""
    if told["status"] == "red":
        raise ClusterDegraded(str(cluster.address), "a part of the index is on no node", NODES)


def _health(
    cluster: Cluster, where: str, wanted: dict[str, str], patience: float = 0.0
) -> dict[str, Any]:
    params: dict[str, Any] = {**wanted, "ignore": _NOT_YET}
    if patience:
        params["request_timeout"] = patience
    with cluster.asking() as client:
        told: dict[str, Any] = client.cluster.health(index=where, params=params)
    return told
