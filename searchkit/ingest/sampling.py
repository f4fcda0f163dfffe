"""Some candidates of many, spread over all folders: the same ones of the same sources.

Floor 2.  Which ones is decided by the hash of their names.  Every folder gives equally many, or
all that it has; whatever the order in which candidates come.
Invariant: no more than ``most`` candidates are held.
"""

from __future__ import annotations

import hashlib
from heapq import heappop, heappush, heappushpop

from .candidates import Candidate

_GROUPS = 256
"""Folders beyond so many share groups."""

_LARGEST = 65_536
"""Bytes of a candidate that lies in memory; larger ones are passed over."""

_Kept = tuple[int, str, int, Candidate]


class Sample:
    """Takes candidates with ``offer``, of which it keeps at most ``most``, 256 or more."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._groups: dict[int, list[_Kept]] = {}
        self._offered = 0

    def offer(self, candidate: Candidate) -> None:
        """Keep ``candidate``, perhaps instead of another, or pass it over."""
        if len(candidate.data or b"") > _LARGEST:
            return
        self._offered += 1
        # Where all of it lies does not matter, so that a moved source gives the same sample.
        folder, _, name = candidate.key.rpartition("/")
        folder = folder.rpartition("/")[2]
        group = self._group(_hash(folder) % _GROUPS)
        # The largest hash is the first that a heap gives up.
        kept = (-_hash(f"{folder}/{name}"), candidate.key, self._offered, candidate)
        if len(group) < self._quota:
            heappush(group, kept)
        else:
            heappushpop(group, kept)

    def chosen(self) -> list[Candidate]:
        """The candidates kept, in order of their keys."""
        kept = [held[-1] for group in self._groups.values() for held in group]
        return sorted(kept, key=lambda candidate: candidate.key)

    @property
    def _quota(self) -> int:
        return max(1, self._most // len(self._groups))

    def _group(self, number: int) -> list[_Kept]:
        """The group of this number; a new one leaves less to the others."""
        if number not in self._groups:
            self._groups[number] = []
            for group in self._groups.values():
                while len(group) > self._quota:
                    heappop(group)
        return self._groups[number]


def _hash(text: str) -> int:
    data = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big")
