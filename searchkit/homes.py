"""Where an index lives: in a folder, or on a cluster; told by the place that people write.

Floor 5, and the one way to an engine for all above: ``home_of`` gives what opens, writes and
watches the index at a place.  Only what looks at the very files of a folder goes past it.
Invariant: nothing of clusters is imported for an index in a folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from .article import Article
from .engines import whoosh as embedded
from .engines.base import Engine, Writer
from .engines.whoosh import generations
from .errors import SettingsError


class Newest(Protocol):
    """Follows the newest generation; for one thread."""

    def name(self) -> str:
        """Its name, or an empty string where none can be read."""


class Home(Protocol):
    """Where one index lives.

    ``name``    as people write it, without a password
    ``lasting`` the name that means the same in another folder
    ``folder``  the folder that it lies in, if it lies in one
    ``base``    the folder that keys of sources are relative to

    What the methods take and raise is that of ``engines.whoosh``, and ``ClusterProblem``.
    """

    @property
    def name(self) -> str: ...
    @property
    def lasting(self) -> str: ...
    @property
    def folder(self) -> Path | None: ...
    @property
    def base(self) -> Path: ...
    def exists(self) -> bool: ...
    def create(self) -> None: ...
    def committed(self) -> datetime: ...
    def newest(self) -> Newest: ...
    def open_reader(self) -> Engine: ...
    def open_writer(
        self,
        *,
        lock_timeout: float,
        rebuild: bool = False,
        verify: bool = False,
        containment: float | None = None,
        on_wait: Callable[[str], None] | None = None,
    ) -> Writer: ...
    def salvaged_catalogue(self) -> bytes: ...
    def salvaged(
        self, wanted: set[str], nowhere_else: Callable[[str], bool]
    ) -> Iterator[Article]: ...


Place = str | os.PathLike[str] | Home
"""A folder, the address of an index on a cluster, or a home."""


@dataclass(frozen=True, slots=True)
class FolderHome:
    """An index of the embedded engine in a folder; keys are relative to the folder around it."""

    folder: Path

    @property
    def name(self) -> str:
        return str(self.folder)

    @property
    def lasting(self) -> str:
        return str(self.folder.absolute())

    @property
    def base(self) -> Path:
        return self.folder.resolve().parent

    def exists(self) -> bool:
        return embedded.exists(self.folder)

    def create(self) -> None:
        embedded.create(self.folder)

    def committed(self) -> datetime:
        return embedded.committed(self.folder)

    def newest(self) -> Newest:
        return embedded.Newest(self.folder)

    def open_reader(self) -> Engine:
        return embedded.open_reader(self.folder)

    def open_writer(
        self,
        *,
        lock_timeout: float,
        rebuild: bool = False,
        verify: bool = False,
        containment: float | None = None,
        on_wait: Callable[[str], None] | None = None,
    ) -> Writer:
        return embedded.open_writer(
            self.folder,
            lock_timeout=lock_timeout,
            rebuild=rebuild,
            verify=verify,
            containment=containment,
            on_wait=on_wait,
        )

    def salvaged_catalogue(self) -> bytes:
        return generations.salvaged_catalogue(self.folder)

    def salvaged(self, wanted: set[str], nowhere_else: Callable[[str], bool]) -> Iterator[Article]:
        return embedded.salvaged(self.folder, wanted, nowhere_else)


def home_of(place: Place) -> Home:
    """The home of the index at ``place``, whether or not there is one.

    Raises ``SettingsError`` for an address that is none.
    """
    if isinstance(place, str) and "://" in place:
        return _on_cluster(place)
    if isinstance(place, (str, os.PathLike)):
        path = Path(place)
        if path.parts[:1] == ("opensearch:",):
            # A ``Path`` has lost one of the slashes of an address.
            hint = "give the address as text:  opensearch://HOST:PORT/NAME"
            raise SettingsError(str(path), "is a path, not the address of an index", hint)
        return FolderHome(path)
    return place


def folder_of(place: Place, doing: str, instead: str) -> Path:
    """The folder of the index at ``place``, for what can be done in a folder alone.

    Raises ``SettingsError``: ``doing`` says what that is, ``instead`` what to do on a cluster.
    """
    home = home_of(place)
    if home.folder is None:
        raise SettingsError(home.name, f"{doing} is of an index in a folder", instead)
    return home.folder


def _on_cluster(text: str) -> Home:
    # None of it is of use to an index in a folder.
    from .clusters import ClusterHome
    from .engines.opensearch.address import Address, is_address

    if not is_address(text):
        scheme = text.partition("://")[0]
        reason = f"no index has an address of the kind {scheme}://"
        hint = "name a folder, or an index on a cluster:  opensearch://HOST:PORT/NAME"
        raise SettingsError("index", reason, hint)
    return ClusterHome(Address.parse(text))
