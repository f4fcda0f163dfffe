"""What an engine far away can do, so that fewer questions go there and back.

Floor 3, beside the port: an engine at hand has none of it.  Invariant: who makes use of it gets the
answers that are got without it.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Protocol, runtime_checkable


class Sight(Protocol):
    """What answers told of the generation they are of: ``newest`` is true once one said that there
    is no later one."""

    @property
    def newest(self) -> bool: ...


@runtime_checkable
class Distant(Protocol):
    """``watching``: what this thread asks meanwhile tells whether the engine is current, which need
    not be asked before.  ``foresee``: the forms of these words will be asked for."""

    def watching(self) -> AbstractContextManager[Sight]: ...
    def foresee(self, words: Iterable[str]) -> None: ...
