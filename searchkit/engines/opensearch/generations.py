"""What a cluster holds of an index: its generation, told by ``_meta``, and who else uses its name.

Floor 4.  The name of an index is an alias; what it points to is the newest generation, and the
moment it is moved is the commit.  What is ours says so in its ``_meta``.
Invariant: nothing here writes, and what is not ours is never taken for a generation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from typing import Any

from ...copies import CONTAINMENT
from ...errors import ClusterProblem, IndexCorrupt, IndexIncompatible
from . import shape
from .connection import Cluster, Missing

REBUILD = "rebuild it with:  searchkit index --full"
_OTHER_NAME = "choose another name for the index; searchkit leaves that one alone"
_SEEN = "*.aliases,*.mappings._meta,*.settings.index.uuid,*.settings.index.blocks"
PARTS = ("", "-words", "-catalogue")
"""What the three physical indices of a generation have behind its name."""


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes kept in ``pieces`` in the catalogue index, with the SHA-256 of them joined."""

    pieces: int
    sha256: str


NO_BLOB = Blob(0, "")


@dataclass(frozen=True, slots=True)
class Generation:
    """A generation as its ``_meta`` tells it.

    ``physical``   the index of its articles; ``previous`` that of the generation before, or ""
    ``articles``, ``clusters``  how many of them it has
    ``committed``  when, in ISO 8601 with its offset
    ``permille``   the least share that copies have in common; ``likeness`` the version of its rules
    ``averages``   tokens in the searched fields of an average article, as ``norms`` takes them
    ``catalogue``, ``copies``  bytes beside the articles: the catalogue, and what the next search
    for copies goes on from
    """

    name: str
    number: int
    physical: str
    previous: str = ""
    articles: int = 0
    clusters: int = 0
    committed: str = ""
    permille: int = round(1000 * CONTAINMENT)
    likeness: int = 0
    averages: Mapping[str, float] = field(default_factory=dict)
    catalogue: Blob = field(default=NO_BLOB)
    copies: Blob = field(default=NO_BLOB)

    @property
    def moment(self) -> datetime:
        """When it was committed, aware."""
        return datetime.fromisoformat(self.committed)

    def meta(self, name: str) -> dict[str, Any]:
        """What ``_meta`` of the articles of the index ``name`` has to say."""
        return {shape.OURS: {**shape.VERSIONS, "of": name, "part": "", **asdict(self)}}

    @classmethod
    def of(cls, where: str, physical: str, told: Mapping[str, Any]) -> Generation:
        """The generation that ``_meta`` has ``told`` of; raises ``IndexIncompatible`` for one of
        another version, and ``IndexCorrupt`` for what cannot be."""
        for kind, version in shape.VERSIONS.items():
            if told.get(kind) != version:
                reason = f"the index {where} has {kind} {told.get(kind)}, not {version}"
                raise IndexIncompatible(where, f"{reason}: another searchkit wrote it", REBUILD)
        try:
            catalogue, copies = Blob(**told["catalogue"]), Blob(**told["copies"])
            plain = {key: told[key] for key in cls.__dataclass_fields__ if key not in _BLOBS}
            if plain["physical"] != physical:
                raise ValueError(f"{physical} tells of {plain['physical']}")
            generation = cls(**plain, catalogue=catalogue, copies=copies)
            if generation.moment.tzinfo is None:
                raise ValueError("its time has no zone")
            return generation
        except (KeyError, TypeError, ValueError) as error:
            reason = f"the index {where} is damaged: what it tells of itself cannot be ({error})"
            raise IndexCorrupt(where, reason, REBUILD) from error


_BLOBS = frozenset({"catalogue", "copies"})


class Foreign(ClusterProblem):
    """The name of an index is that of something else on the cluster."""


def pointed(cluster: Cluster, *, soon: bool = False) -> tuple[str, Mapping[str, Any]] | None:
    """The physical index of articles that the alias points to, and what its ``_meta`` says of us;
    ``None`` where the cluster has nothing of the name.  With ``soon`` the node that is asked tells
    what it knows, though no manager is there to tell more.  Raises ``Foreign``."""
    name, where = cluster.address.name, str(cluster.address)
    try:
        with cluster.asking() as client:
            params = {"filter_path": _SEEN, "local": "true" if soon else "false"}
            found = client.indices.get(index=name, params=params)
    except Missing:
        return None
    if len(found) != 1 or name in found:
        raise Foreign(where, f"{name} is there, and no index of searchkit's", _OTHER_NAME)
    ((physical, what),) = found.items()
    told = told_of(what)
    if told is None or told.get("of") != name:
        raise Foreign(where, f"{name} is there, and no index of searchkit's", _OTHER_NAME)
    return physical, told


def current(cluster: Cluster, *, soon: bool = False) -> Generation | None:
    """The newest generation; ``None`` where there is no index.  ``soon`` is that of ``pointed``.
    Raises ``Foreign``, ``IndexIncompatible`` and ``IndexCorrupt``."""
    found = pointed(cluster, soon=soon)
    if found is None:
        return None
    return Generation.of(str(cluster.address), *found)


def physical(cluster: Cluster) -> dict[str, Mapping[str, Any]]:
    """All physical indices of the index, of whatever part and generation, and what each says of
    itself: those that bear its name and say that they are ours."""
    name = cluster.address.name
    ours = re.compile(re.escape(name) + r"-\d{6,}-[0-9a-f]+(-words|-catalogue)?")
    try:
        with cluster.asking() as client:
            found = client.indices.get(index=f"{name}-*", params={"filter_path": _SEEN})
    except Missing:
        return {}
    parts = {}
    for index, what in found.items():
        told = told_of(what)
        if ours.fullmatch(index) and told is not None and told.get("of") == name:
            parts[index] = told
    return parts


def told_of(what: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What an index says of itself; ``None`` where it is not ours."""
    told = what.get("mappings", {}).get("_meta", {}).get(shape.OURS)
    return told if isinstance(told, Mapping) else None


def now() -> str:
    """This moment, as ``committed`` tells it."""
    return datetime.now(timezone.utc).isoformat(timespec="microseconds")


def number_of(name: str, index: str) -> int:
    """The number in the name of a physical index of the index ``name``."""
    return int(index.removeprefix(f"{name}-").split("-")[0])
