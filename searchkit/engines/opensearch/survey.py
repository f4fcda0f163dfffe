"""An index on a cluster seen from outside: the cluster, its health, what is there of the index.

Floor 4.  For telling people what is there, whatever state it is in.  Invariant: nothing is
written, and what is damaged is told, not raised.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from ...errors import IndexProblem
from . import shape
from .address import Address
from .connection import Cluster
from .generations import PARTS, Generation, physical, pointed
from .lock import writer_of


@dataclass(frozen=True, slots=True)
class Survey:
    """What there is.

    ``version``, ``nodes``, ``health``  of the cluster; health is ``green``, ``yellow`` or ``red``
    ``index_health``  of the newest generation; empty where there is none
    ``generation``, ``articles``, ``committed``  of it; ``problem`` and ``hint`` where it cannot
    be read, ``versions`` what it was written with
    ``size``       bytes of it, with replicas; ``shards``, ``replicas`` of its articles
    ``writer``     who writes it, in words, or empty
    ``others``     other physical indices of the index, and ``others_size`` their bytes
    """

    version: str
    nodes: int
    health: str
    index_health: str = ""
    generation: str = ""
    articles: int = 0
    committed: str = ""
    problem: str = ""
    hint: str = ""
    versions: tuple[tuple[str, object], ...] = ()
    size: int = 0
    shards: int = 0
    replicas: int = 0
    writer: str = ""
    others: int = 0
    others_size: int = 0


def survey(address: Address) -> Survey:
    """What there is of the index at ``address``.  Raises ``ClusterProblem``, also where its name
    is that of something else."""
    with closing(Cluster(address)) as cluster:
        version = cluster.check_version()
        with cluster.asking() as client:
            state = client.cluster.health()
        plain = Survey(version, int(state["number_of_nodes"]), str(state["status"]))
        found = pointed(cluster)
        if found is None:
            return plain
        return _told(cluster, plain, *found)


def _told(cluster: Cluster, plain: Survey, index: str, told: object) -> Survey:
    """``plain``, with what is known of the generation."""
    assert isinstance(told, dict)
    own = [index + part for part in PARTS]
    sizes = _sizes(cluster)
    others = [one for one in physical(cluster) if one not in own]
    with cluster.asking() as client:
        state = client.cluster.health(index=index)
        layout = client.indices.get_settings(index=index)[index]["settings"]["index"]
    problem, hint, generation = "", "", None
    try:
        generation = Generation.of(str(cluster.address), index, told)
    except IndexProblem as error:
        problem, hint = str(error), error.hint
    return Survey(
        plain.version,
        plain.nodes,
        plain.health,
        str(state["status"]),
        generation.name if generation else "",
        generation.articles if generation else 0,
        generation.committed if generation else "",
        problem,
        hint,
        tuple((name, told.get(name)) for name in shape.VERSIONS),
        sum(sizes.get(one, 0) for one in own),
        int(layout["number_of_shards"]),
        int(layout["number_of_replicas"]),
        writer_of(cluster),
        len(others),
        sum(sizes.get(one, 0) for one in others),
    )


def _sizes(cluster: Cluster) -> dict[str, int]:
    """Bytes of each physical index."""
    with cluster.asking() as client:
        stats = client.indices.stats(index=f"{cluster.address.name}-*", metric="store")
    return {
        name: int(one["total"]["store"]["size_in_bytes"]) for name, one in stats["indices"].items()
    }
