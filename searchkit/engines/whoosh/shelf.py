"""The articles shown last, unpacked, for the next page that shows them.

Floor 4.  Popular articles answer many queries, and unpacking one costs more than ranking it.  The
ones shown longest ago go first.  Invariant: what is kept never counts more than ``limit`` bytes,
whichever thread asks.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from ...article import Article
from ...packing import Sentences, unpack_all
from .leaf import Leaf

LIMIT = 32 << 20
"""Bytes kept for one open generation, as they are counted: some 3,500 press releases."""

_OBJECTS = 4096
"""Bytes that an article takes beside its body, about."""

Kept = tuple[Article, Sentences]


class Shelf:
    """Articles by leaf and document, up to ``limit`` bytes of them."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.limit = limit
        self.size = 0
        self._kept: OrderedDict[tuple[Leaf, int], tuple[Kept, int]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def article(self, leaf: Leaf, document: int) -> Kept:
        """The stored article of ``document``, and the sentences of its body."""
        key = (leaf, document)
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
                return known[0]
        blob = leaf.blob(document)
        made = unpack_all(blob)
        # Of what stands beside a body, little is packed much better than it.
        self._keep(key, made, max(4 * len(blob), len(made[0].body)) + _OBJECTS)
        return made

    def _keep(self, key: tuple[Leaf, int], made: Kept, size: int) -> None:
        with self._lock:
            if key in self._kept:
                return
            self._kept[key] = (made, size)
            self.size += size
            while self.size > self.limit:
                self.size -= self._kept.popitem(last=False)[1][1]
