"""Ways on from a page, and remarks that may have one.

Floor 8.  Invariant: the URL of a way is one of this site, or empty where there is none.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Way:
    """What a link says, where it leads, and how many articles it finds (0: not said)."""

    text: str
    url: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark on a query, what to do about it, and a way to do so."""

    message: str
    hint: str = ""
    way: Way | None = None
