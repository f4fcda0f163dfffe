"""An index that lives on an OpenSearch cluster, as a home (``homes``).

Floor 5.  Keys of sources are relative to the working folder, so that a run from the same tree on
another machine knows the same keys.  Invariant: nobody but the first who asks waits for the
cluster to tell the name of the newest generation.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .article import Article
from .engines import opensearch as cluster
from .engines.base import Engine, Writer
from .engines.opensearch.address import Address
from .engines.opensearch.survey import Survey, survey
from .errors import SearchkitError

_FRESH_SECONDS = 1.0
"""A name is looked up again after so long."""


@dataclass(frozen=True, slots=True)
class ClusterHome:
    """The index at ``address``."""

    address: Address

    @property
    def name(self) -> str:
        return str(self.address)

    @property
    def lasting(self) -> str:
        return str(self.address)

    @property
    def folder(self) -> None:
        """There is none."""
        return None

    @property
    def base(self) -> Path:
        return Path.cwd()

    def exists(self) -> bool:
        return cluster.exists(self.address)

    def create(self) -> None:
        cluster.create(self.address)

    def committed(self) -> datetime:
        return cluster.committed(self.address)

    def newest(self) -> Watched:
        return Watched(lambda: cluster.generation_of(self.address))

    def open_reader(self) -> Engine:
        return cluster.open_reader(self.address)

    def open_writer(
        self,
        *,
        lock_timeout: float,
        rebuild: bool = False,
        verify: bool = False,
        containment: float | None = None,
        on_wait: Callable[[str], None] | None = None,
    ) -> Writer:
        return cluster.open_writer(
            self.address,
            lock_timeout=lock_timeout,
            rebuild=rebuild,
            verify=verify,
            containment=containment,
            on_wait=on_wait,
        )

    def salvaged_catalogue(self) -> bytes:
        return cluster.salvaged_catalogue(self.address)

    def salvaged(self, wanted: set[str], nowhere_else: Callable[[str], bool]) -> Iterator[Article]:
        return cluster.salvaged(self.address, wanted, nowhere_else)

    def survey(self) -> Survey:
        """The cluster and the index there, in numbers.  Raises ``ClusterProblem``."""
        return survey(self.address)


class Watched:
    """The name that ``look`` gives, as it was a second ago or later: a thread looks while the name
    known so far is told."""

    def __init__(self, look: Callable[[], str]) -> None:
        self._look = look
        self._name = ""
        self._since = float("-inf")
        self._guard = threading.Lock()
        self._looking = False

    def name(self) -> str:
        """It, or an empty string where the cluster does not tell."""
        with self._guard:
            first = self._since == float("-inf")
            due = not self._looking and time.monotonic() - self._since > _FRESH_SECONDS
            self._looking = self._looking or due
        if first and due:
            self._refresh()
        elif due:
            threading.Thread(target=self._refresh, name="newest generation", daemon=True).start()
        return self._name

    def _refresh(self) -> None:
        name = ""
        try:
            with suppress(SearchkitError):  # whoever asks for an answer is told why
                name = self._look()
        finally:
            # All at once: who saw that nobody looks any more, and not when, would look again.
            with self._guard:
                self._name, self._since, self._looking = name, time.monotonic(), False
