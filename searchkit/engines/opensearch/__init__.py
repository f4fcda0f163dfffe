"""The engine on a cluster: OpenSearch, behind the port of ``engines.base``.

Floor 4.  What can be done with an index at an ``Address``; the client of the cluster is imported
when one is spoken to.  Invariant: nothing of the client's is ever handed to a caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING

from ...article import Article
from ...errors import IndexExists, IndexNotFound
from .address import Address, is_address

if TYPE_CHECKING:
    from .engine import ClusterEngine
    from .writer import ClusterWriter

__all__ = [
    "Address",
    "committed",
    "create",
    "exists",
    "generation_of",
    "is_address",
    "open_reader",
    "open_writer",
    "salvaged",
    "salvaged_catalogue",
]

_CREATING_SECONDS = 5.0


def exists(address: Address) -> bool:
    """Whether there is an index at ``address``, sound or not.  Raises ``ClusterProblem``, also
    where the name is that of something else."""
    from .connection import Cluster
    from .generations import pointed

    with closing(Cluster(address)) as cluster:
        cluster.check_version()
        return pointed(cluster) is not None


def generation_of(address: Address) -> str:
    """The name of the newest generation; empty where there is none that can be read."""
    from .connection import Cluster
    from .generations import pointed

    with closing(Cluster(address)) as cluster:
        found = pointed(cluster)
    return str(found[1].get("name", "")) if found else ""


def committed(address: Address) -> datetime:
    """When the newest generation was committed, aware.  Raises ``IndexNotFound``,
    ``IndexCorrupt``, ``IndexIncompatible`` and ``ClusterProblem``."""
    from .connection import Cluster
    from .generations import current

    with closing(Cluster(address)) as cluster:
        found = current(cluster)
    if found is None:
        raise IndexNotFound(str(address))
    return found.moment


def create(address: Address) -> None:
    """Make an empty index.  Raises ``IndexExists``, ``IndexLocked`` while somebody else does the
    same, ``ClusterProblem``."""
    from .connection import Cluster
    from .writer import ClusterWriter

    if exists(address):
        raise IndexExists(str(address))
    writer = ClusterWriter(Cluster(address), lock_timeout=_CREATING_SECONDS)
    if writer.generation:
        writer.cancel()
        raise IndexExists(str(address))
    writer.commit(b"")


def open_reader(address: Address) -> ClusterEngine:
    """Open the newest generation.  Raises ``IndexNotFound``, ``IndexCorrupt``,
    ``IndexIncompatible`` and ``ClusterProblem``."""
    from .connection import Cluster
    from .engine import ClusterEngine
    from .generations import current

    cluster = Cluster(address)
    try:
        cluster.check_version()
        found = current(cluster)
        if found is None:
            raise IndexNotFound(str(address))
        return ClusterEngine(cluster, found)
    except BaseException:
        cluster.close()
        raise


def open_writer(
    address: Address,
    *,
    lock_timeout: float,
    rebuild: bool = False,
    verify: bool = False,
    containment: float | None = None,
    on_wait: Callable[[str], None] | None = None,
) -> ClusterWriter:
    """Open the one writer, waiting up to ``lock_timeout`` seconds for another to end.

    ``rebuild`` starts from an empty index, which replaces the old one at commit; it works on a
    damaged or incompatible index too.  ``verify`` reads every article once more before the commit,
    and raises ``IndexCorrupt`` in its place.  ``containment`` is the least share that copies have
    in common (``None``: as before).  ``on_wait`` is called once, with the holder in words, when
    waiting begins.  Raises ``IndexNotFound``, ``IndexLocked``, ``IndexCorrupt``,
    ``IndexIncompatible``, ``ClusterProblem``.
    """
    from .connection import Cluster
    from .writer import ClusterWriter

    if not exists(address):
        raise IndexNotFound(str(address))
    return ClusterWriter(
        Cluster(address),
        lock_timeout=lock_timeout,
        rebuild=rebuild,
        verify=verify,
        containment=containment,
        on_wait=on_wait,
    )


def salvaged_catalogue(address: Address) -> bytes:
    """The newest catalogue that is whole, whatever else is damaged or of another version; empty
    where there is none."""
    from . import salvage
    from .connection import Cluster

    with closing(Cluster(address)) as cluster:
        return salvage.salvaged_catalogue(cluster)


def salvaged(
    address: Address, wanted: set[str], nowhere_else: Callable[[str], bool]
) -> Iterator[Article]:
    """The articles with the ids ``wanted`` that can still be read, of the newest generation or the
    one before; ``nowhere_else`` is for engines whose segments can be found without a name."""
    from . import salvage
    from .connection import Cluster

    with closing(Cluster(address)) as cluster:
        yield from salvage.salvaged(cluster, wanted)
