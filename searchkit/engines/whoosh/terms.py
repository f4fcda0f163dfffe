"""The sorted terms of one field: a blob of bytes, where each begins, and its first eight bytes.

Floor 4.  ``heads[t]`` is the beginning of term ``t`` as a big-endian number, so that one binary
search over numbers finds a term, or nearly.  Invariant: terms ascend by bytes, each stands once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from .columns import Array, ColumnFile, ColumnWriter, narrow, offsets
from .faults import Unsound

_HEAD = 8
_AFTER = b"\xff"
"""Comes after every continuation of a term: UTF-8 has no such byte."""
_FEW = 512


class Terms:
    """The terms of ``field`` in ``file``: read as ``terms[number]``."""

    def __init__(self, file: ColumnFile, field: str) -> None:
        self._field = field
        self._blob = file.column(f"{field}.terms").data
        self._at = file.column(f"{field}.terms_at")
        self._heads = file.column(f"{field}.heads")

    def __len__(self) -> int:
        return len(self._heads)

    def __getitem__(self, number: int) -> bytes:
        start, end = self._at[number : number + 2].tolist()
        return self._blob[start:end].tobytes()

    def _bounds(self, numbers: range) -> Array:
        """Where each of the terms ``numbers`` begins, and where the last one ends.

        Raises ``Unsound`` where they do not stand one behind the other: copies of the same bytes
        over and over could take any amount of memory.
        """
        at = self._at[numbers.start : numbers.stop + 1].astype(np.int64)
        if len(at) and (at[0] < 0 or at[-1] > len(self._blob) or (at[1:] < at[:-1]).any()):
            raise Unsound(f"the terms of {self._field} do not stand in a row")
        return at

    def find(self, term: bytes) -> int:
        """The number of ``term``, or -1."""
        head = _head(term)
        at = int(self._heads.searchsorted(head))
        if at == len(self._heads) or self._heads.item(at) != int(head):
            return -1
        if self[at] != term:
            at = bisect_left(self, term, at, int(self._heads.searchsorted(head, "right")))
            if at == len(self._heads) or self[at] != term:
                return -1
        return at

    def find_all(self, terms: Sequence[bytes]) -> list[int]:
        """The numbers of those of ``terms`` that there are, in their order."""
        if len(terms) < _FEW:
            found = [self.find(term) for term in terms]
            return [number for number in found if number >= 0]
        known = {term: number for number, term in enumerate(self.listed())}
        return [known[term] for term in terms if term in known]

    def starting(self, prefix: bytes) -> range:
        """The numbers of the terms that start with ``prefix``."""
        return range(self.least(prefix), self.least(prefix + _AFTER))

    def least(self, term: bytes) -> int:
        """The number of the first term that is not before ``term``; as many as there are where
        all are."""
        head = _head(term)
        low, high = (int(self._heads.searchsorted(head, side)) for side in ("left", "right"))
        return bisect_left(self, term, low, high)

    def listed(self, numbers: range | None = None) -> list[bytes]:
        """The terms of ``numbers``, or all of them."""
        numbers = range(len(self)) if numbers is None else numbers
        at = self._bounds(numbers).tolist()
        if len(at) < 2:
            return []
        blob = self._blob[at[0] : at[-1]].tobytes()
        return [blob[start - at[0] : end - at[0]] for start, end in pairwise(at)]

    def sizes(self, numbers: range) -> Array:
        """How many bytes each of the terms ``numbers`` has."""
        return np.diff(self._bounds(numbers))

    def spelled(self, numbers: range) -> tuple[Array, Array]:
        """The code points of the terms ``numbers``, end to end, and where each term begins among
        them; last, where the last one ends."""
        at = self._bounds(numbers)
        data = self._blob[at[0] : at[-1]].tobytes()
        at -= at[0]
        if not data.isascii():
            # Bytes that continue a character are none: an offset counts those that begin one.
            begins = (np.frombuffer(data, np.uint8) & 0xC0) != 0x80
            at = offsets(begins)[at]
        return np.frombuffer(data.decode().encode("utf-32-le"), np.uint32), at


def _head(term: bytes) -> np.uint64:
    head: np.uint64 = np.uint64(int.from_bytes(term[:_HEAD].ljust(_HEAD, b"\0"), "big"))
    return head


def write_terms(writer: ColumnWriter, field: str, terms: Sequence[bytes]) -> None:
    """Add the columns of ``terms``, which ascend."""
    blob = b"".join(terms)
    at = offsets(np.fromiter(map(len, terms), np.int64, len(terms)))
    writer.add(f"{field}.terms", np.frombuffer(blob, np.uint8))
    writer.add(f"{field}.terms_at", narrow(at))
    writer.add(f"{field}.heads", _heads(blob, at))


def _heads(blob: bytes, at: Array) -> Array:
    """The head of each of the terms in ``blob``, of which the next one begins at each of ``at``."""
    eight = np.ndarray((len(blob) + 1,), ">u8", blob + bytes(_HEAD), 0, (1,))
    heads = eight[at[:-1]].astype(np.uint64)
    # What follows a shorter term is none of its own.
    beyond = (8 * np.maximum(_HEAD - np.diff(at), 0)).astype(np.uint64)
    mask = np.uint64(2**64 - 1) << np.minimum(beyond, np.uint64(63))
    masked: Array = np.where(beyond < 64, heads & mask, np.uint64(0))
    return masked
