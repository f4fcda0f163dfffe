"""The engine on a cluster: the contract, and what is its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cluster import Cluster
from engine_contract import EngineContract

from searchkit.engines import opensearch
from searchkit.engines.base import Writer
from searchkit.engines.opensearch.address import Address
from searchkit.engines.opensearch.engine import ClusterEngine


class ClusterOpener:
    """Readers and writers of a fresh index on a cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self.address = Address.parse(cluster.address())
        self._readers: list[ClusterEngine] = []
        opensearch.create(self.address)

    def reader(self) -> ClusterEngine:
        self._readers.append(opensearch.open_reader(self.address))
        return self._readers[-1]

    def writer(self) -> Writer:
        return opensearch.open_writer(self.address, lock_timeout=1)

    def close(self, cluster: Cluster) -> None:
        for reader in self._readers:
            reader.close()
        for one in cluster.ask(f"_cat/indices/{self.address.name}*?format=json"):
            cluster.ask(one["index"], "DELETE")


@pytest.fixture
def opener(cluster: Cluster) -> Iterator[ClusterOpener]:
    opener = ClusterOpener(cluster)
    yield opener
    opener.close(cluster)


class TestOpenSearch(EngineContract):
    """The whole contract."""
