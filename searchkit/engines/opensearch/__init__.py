"""The engine on an OpenSearch cluster, behind the port of ``engines.base``.

Floor 4, and the only importer of ``opensearchpy``, which is imported when a cluster is first
spoken to.  The functions are those of ``engines.whoosh``, of an ``Address`` in place of a folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from ...article import Article
from ...errors import ClusterUnsupported, IndexNotFound
from ..base import Engine, Writer
from .address import Address
from .connection import Cluster
from .survey import Survey, survey

__all__ = ["Survey", "survey"]


def _reached(address: Address) -> ClusterUnsupported:
    Cluster(address).check_version()
    return ClusterUnsupported(str(address), "no index can be read or written there yet")


def exists(address: Address) -> bool:
    return bool(survey(address).generation)


def create(address: Address) -> None:
    raise _reached(address)


def committed(address: Address) -> datetime:
    if not exists(address):
        raise IndexNotFound(str(address))
    raise _reached(address)


def generation_of(address: Address) -> str:
    return survey(address).generation


def open_reader(address: Address) -> Engine:
    if not exists(address):
        raise IndexNotFound(str(address))
    raise _reached(address)


def open_writer(
    address: Address,
    *,
    lock_timeout: float,
    rebuild: bool = False,
    verify: bool = False,
    containment: float | None = None,
    on_wait: Callable[[str], None] | None = None,
) -> Writer:
    raise _reached(address)


def salvaged_catalogue(address: Address) -> bytes:
    raise _reached(address)


def salvaged(
    address: Address, wanted: set[str], nowhere_else: Callable[[str], bool]
) -> Iterator[Article]:
    raise _reached(address)
