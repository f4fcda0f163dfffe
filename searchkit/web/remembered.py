"""What was answered lately, within a bound of bytes.

Floor 8.  For one thread, that of the event loop.  Invariant: what is kept costs no more than
``most`` bytes, and what was asked for least lately goes first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

V = TypeVar("V")

_EACH = 500
"""Bytes that one answer costs besides its own."""


class Remembered(Generic[V]):
    """Values by key, ``most`` bytes of them; none where ``most`` is 0."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._kept: OrderedDict[Hashable, tuple[V, int]] = OrderedDict()

    @property
    def size(self) -> int:
        """Bytes that are kept."""
        return self._size

    def get(self, key: Hashable) -> V | None:
        """The value, where it is kept."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def put(self, key: Hashable, value: V, size: int) -> None:
        """Keep a value of ``size`` bytes, and let go of others for it; what is more than an
        eighth of all that is kept is not."""
        size += _EACH
        if size > self._most // 8:
            return
        _, before = self._kept.pop(key, (None, 0))
        self._size += size - before
        self._kept[key] = (value, size)
        while self._size > self._most:
            _, (_, gone) = self._kept.popitem(last=False)
            self._size -= gone
