"""A stand-in for the engine on a cluster, for tests of what lies above engines: each index lies in
a folder of the embedded engine, and the names of addresses are kept to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from searchkit import clusters, errors
from searchkit.article import Article
from searchkit.engines import opensearch, whoosh
from searchkit.engines.base import Engine, Writer
from searchkit.engines.opensearch.address import Address
from searchkit.engines.opensearch.outside import Survey
from searchkit.engines.whoosh import generations

PLACE = "opensearch://127.0.0.1:9/news"
"""An address at which nothing listens."""


class Elsewhere:
    """Indexes by address, in the folder ``root``; ``failing`` is raised by whatever is asked."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.failing: errors.SearchkitError | None = None
        self.seen = Survey("2.19.1", 3, "green")

    def _folder(self, address: Address) -> Path:
        assert isinstance(address, Address)
        if self.failing is not None:
            raise self.failing
        return self._root / address.name

    def exists(self, address: Address) -> bool:
        return whoosh.exists(self._folder(address))

    def create(self, address: Address) -> None:
        whoosh.create(self._folder(address))

    def committed(self, address: Address) -> datetime:
        return whoosh.committed(self._folder(address))

    def generation_of(self, address: Address) -> str:
        return whoosh.Newest(self._folder(address)).name()

    def open_reader(self, address: Address) -> Engine:
        folder = self._folder(address)
        if not whoosh.exists(folder):
            raise errors.IndexNotFound(str(address))
        return whoosh.open_reader(folder)

    def open_writer(self, address: Address, **options: Any) -> Writer:
        return whoosh.open_writer(self._folder(address), **options)

    def salvaged_catalogue(self, address: Address) -> bytes:
        return generations.salvaged_catalogue(self._folder(address))

    def salvaged(
        self, address: Address, wanted: set[str], nowhere_else: Callable[[str], bool]
    ) -> Iterator[Article]:
        return whoosh.salvaged(self._folder(address), wanted, nowhere_else)

    def survey(self, address: Address) -> Survey:
        self._folder(address)
        return self.seen


def stand_in(monkeypatch: pytest.MonkeyPatch, root: Path) -> Elsewhere:
    """Put a stand-in in place of the engine on a cluster."""
    standing = Elsewhere(root)
    for name in (
        "exists create committed generation_of open_reader open_writer salvaged_catalogue salvaged"
    ).split():
        monkeypatch.setattr(opensearch, name, getattr(standing, name))
    monkeypatch.setattr(clusters, "survey", standing.survey)
    return standing
