"""An index on a cluster and the cluster itself, in numbers, for telling people.

Floor 4.  Invariant: it is told of whatever is there, also where no index is, or one of another
version.
"""

from __future__ import annotations

from dataclasses import dataclass

from .address import Address
from .connection import Cluster, Missing
from .shape import catalogue_index, words_index


@dataclass(frozen=True, slots=True)
class Survey:
    """``version`` of OpenSearch, and ``nodes`` of the cluster; ``status`` (green, yellow, red) of
    the index or, where there is none, of the cluster.

    Of the newest ``generation`` (empty where there is none): ``articles``, ``shards`` of them,
    ``replicas`` of each, and the ``size`` of all in bytes, replicas included.
    """

    version: str
    status: str
    nodes: int
    generation: str = ""
    articles: int = 0
    shards: int = 0
    replicas: int = 0
    size: int = 0


def survey(address: Address) -> Survey:
    """The cluster of ``address``, and the index there.  Raises ``ClusterProblem``."""
    cluster = Cluster(address)
    try:
        version = cluster.check_version()
        return _index(cluster, version) or _bare(cluster, version)
    finally:
        cluster.close()


def _bare(cluster: Cluster, version: str) -> Survey:
    """The cluster where there is no such index."""
    with cluster.asking() as client:
        health = client.cluster.health()
    return Survey(version, health["status"], health["number_of_nodes"])


def _index(cluster: Cluster, version: str) -> Survey | None:
    """The cluster and the index, if there is one."""
    name = cluster.address.name
    try:
        with cluster.asking() as client:
            (physical,) = client.indices.get_alias(name=name)
            health = client.cluster.health(index=physical)
            made = client.indices.get_settings(index=physical)[physical]["settings"]["index"]
            whole = f"{physical},{words_index(physical)},{catalogue_index(physical)}"
            stats = client.indices.stats(index=whole, metric="docs,store")
    except Missing:
        return None
    return Survey(
        version,
        health["status"],
        health["number_of_nodes"],
        physical.removeprefix(f"{name}-"),
        stats["indices"][physical]["primaries"]["docs"]["count"],
        int(made["number_of_shards"]),
        int(made["number_of_replicas"]),
        stats["_all"]["total"]["store"]["size_in_bytes"],
    )
