"""Work done aside, in a thread, while whoever asked for it goes on: one piece at a time.

Floor 4.  Sorting, hashing and writing leave the interpreter's lock to others for most of their
time, so that a segment is written while the next articles come in.  Invariant: an error of the work
is raised where it is waited for, once.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor


class Aside:
    """At most one piece of work on its way."""

    def __init__(self) -> None:
        self._work: Future[None] | None = None

    @property
    def begun(self) -> bool:
        """Whether there is work that nobody waited for yet, done or not."""
        return self._work is not None

    def start(self, work: Callable[[], None]) -> None:
        """Begin ``work``, after what was begun before.  Raises what that raised."""
        self.finish()
        thread = ThreadPoolExecutor(1)
        self._work = thread.submit(work)
        thread.shutdown(wait=False)

    def finish(self) -> None:
        """Wait for what was begun.  Raises what it raised."""
        work, self._work = self._work, None
        if work is not None:
            work.result()

    def abandon(self) -> None:
        """Wait for what was begun, whatever comes of it: nobody wants it any more."""
        work, self._work = self._work, None
        if work is not None:
            work.exception()
