"""Copies as a search tells of them: the releases that are one text, published more than once.

Floor 1.  Invariant: the name of a cluster depends on its articles alone, not on when or in which
order they came into an index.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum

CONTAINMENT = 0.6
"""Share of a text that has to stand in another one, unless the settings say otherwise."""

FIRST_DIGITS = 8


class CopiesMode(str, Enum):
    """``GROUP`` shows one article of each cluster, ``ALL`` shows every one, ``ONLY`` one of each
    cluster and nothing that has no copies."""

    GROUP = "group"
    ALL = "all"
    ONLY = "only"


@dataclass(frozen=True, slots=True)
class Copies:
    """The other articles of a cluster, beside the one shown.

    ``cluster``    its name: ``c_`` and eight hexadecimal digits
    ``count``      other articles that the index holds
    ``forces``     gazetteer ids of who published them, each once; "" for no known force
    ``exact``      whether all have the very same text
    ``collapsed``  how many of them match the search too, and are not shown for this one
    """

    cluster: str
    count: int
    forces: tuple[str, ...]
    exact: bool
    collapsed: int = 0

    @property
    def kind(self) -> str:
        """``exact`` or ``near``."""
        return "exact" if self.exact else "near"


def cluster_number(ids: list[str]) -> int:
    """A number of 32 bits for the cluster of the articles ``ids``."""
    digest = hashlib.sha256(min(ids).encode()).hexdigest()
    return int(digest[:FIRST_DIGITS], 16)


def cluster_name(number: int) -> str:
    """The name of the cluster with this number."""
    return f"c_{number:0{FIRST_DIGITS}x}"
