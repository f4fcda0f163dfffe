"""What a run takes away: how many articles that were there, and the words they held.

Floor 4.  Words of an article that was replaced or deleted may be held by no other; their texts are
still to be had, in the generation before or, of this run itself, by their ids.
Invariant: every word that may have gone is told.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterable, Sequence

from ...analysis import BESIDE
from ...packing import unpack
from ...prepared import Preparer
from . import articles, shape
from .bulk import Bulk
from .connection import Cluster

_AT_ONCE = 200


class Undone:
    """What a run that writes ``physical`` by ``writing`` takes away."""

    def __init__(self, cluster: Cluster, physical: str, writing: Bulk) -> None:
        self._cluster = cluster
        self._physical = physical
        self._writing = writing
        self._undone: set[str] = set()
        self._looked_up: set[str] = set()
        self._before: set[str] = set()
        self._there = 0

    def add(self, article_id: str) -> None:
        """An article that this run has put is going to be replaced or deleted."""
        operation = self._writing.pending(article_id)
        if operation is None:
            found = articles.held(self._cluster, self._physical, [article_id], [shape.STORED])
            self._undone |= _words(one[shape.STORED] for one in found if one is not None)
            return
        if operation.line:
            self._undone |= _words([json.loads(operation.line)[shape.STORED]])

    def before(self, base: str, touched: Sequence[str]) -> int:
        """How many of the articles ``touched`` the physical index ``base`` holds."""
        new = [one for one in touched if one not in self._looked_up]
        for start in range(0, len(new), _AT_ONCE):
            part = new[start : start + _AT_ONCE]
            found = articles.held(self._cluster, base, part, [shape.STORED])
            stored = [one[shape.STORED] for one in found if one is not None]
            self._there += len(stored)
            self._before |= _words(stored)
            self._looked_up.update(part)
        return self._there

    def words(self) -> tuple[set[str], set[str]]:
        """The words of articles that were there before, and of those that the run itself put."""
        return self._before, self._undone


def _words(stored: Iterable[str]) -> set[str]:
    """The words of articles as they are stored."""
    held = [unpack(b64decode(one)) for one in stored]
    if not held:
        return set()
    # All of them have one vocabulary.
    return {word.removeprefix(BESIDE) for word in Preparer().prepare(held)[0].vocabulary}
