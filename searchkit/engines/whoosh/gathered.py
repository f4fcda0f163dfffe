"""What a run has put and deleted since its last segment.

Floor 4.  Everything here is in memory, and stays what it is once the writer has taken it off to be
written.  Invariant: one operation for each id counts, the last.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ...errors import EngineError
from ...prepared import Prepared
from .builder import SegmentBuilder
from .generations import StoredSegment
from .memory import give_back


class Gathered:
    """Documents that are to make a segment, and ids that older segments are to give up."""

    def __init__(self) -> None:
        self._builder = SegmentBuilder()
        self._numbers: dict[str, int] = {}
        self._gone: set[int] = set()
        self._removed: set[str] = set()

    def __len__(self) -> int:
        """Documents, those that were put once more or deleted included."""
        return len(self._builder)

    @property
    def token_count(self) -> int:
        """Tokens of all those documents."""
        return self._builder.token_count

    def put(self, ready: Prepared) -> None:
        """Add a document, in place of the one with its id."""
        self._forget(ready.id)
        self._numbers[ready.id] = self._builder.add(ready)

    def delete(self, article_id: str) -> None:
        """Have no document with this id, here and in older segments."""
        self._forget(article_id)
        self._removed.add(article_id)

    def _forget(self, article_id: str) -> None:
        """Undo an earlier operation."""
        if not article_id:
            raise EngineError("an article without an id cannot be removed")
        self._removed.discard(article_id)
        number = self._numbers.pop(article_id, None)
        if number is not None:
            self._gone.add(number)

    def changed(self) -> list[str]:
        """The ids that older segments are to give up."""
        return [*self._numbers, *self._removed]

    def write(self, folder: Path) -> StoredSegment | None:
        """Write the documents as one segment of the store ``folder``, if there are any left; what
        is gathered is used up."""
        if not self._numbers:
            return None
        written = self._builder.write(folder)
        give_back()
        return replace(written, deleted=tuple(sorted(self._gone)))
