"""An index on a cluster and the cluster itself, in numbers, for telling people.

Floor 4.  Invariant: it is told of whatever is there, also where no index is, or none can be read.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Survey:
    """``version`` of OpenSearch; ``status`` (green, yellow, red) of the index or, where there is
    none, of the cluster; ``nodes`` of the cluster.

    Of the newest ``generation`` (empty where there is none): ``articles``, ``shards``,
    ``replicas`` of each, and the ``size`` of all of them in bytes.
    """

    version: str
    status: str
    nodes: int
    generation: str = ""
    articles: int = 0
    shards: int = 0
    replicas: int = 0
    size: int = 0
