"""Asking once more, later: for requests that may be sent again whatever became of them.

Floor 4.  A busy cluster refuses any request, and one that just lost a node answers some of them a
moment later.  Invariant: what is raised in the end is what the last try failed by.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, repeat
from typing import TYPE_CHECKING, TypeVar

from ... import waiting
from ...errors import ClusterBusy, ClusterDegraded, ClusterTimeout, ClusterUnreachable
from .connection import Cluster

if TYPE_CHECKING:
    from .connection import OpenSearch

WAITS = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds before what was not taken is sent once more; the last again and again."""

PATIENCE_SECONDS = 120.0
"""So long after the first try failed, another one may begin: trying may take long, too."""

PASSING = (ClusterBusy, ClusterUnreachable, ClusterTimeout, ClusterDegraded)
"""What may be over a moment later."""

Passing = tuple[type[Exception], ...]
_Answer = TypeVar("_Answer")


def waits() -> Iterator[float]:
    """Seconds to wait before each further try, as long as there is to be one.  The time runs from
    the first that is asked for."""
    until = time.monotonic() + PATIENCE_SECONDS
    for seconds in chain(WAITS, repeat(WAITS[-1])):
        if time.monotonic() + seconds > until:
            return
        yield seconds


def patiently(
    do: Callable[[], _Answer],
    passing: Passing = PASSING,
    pauses: Iterable[float] | None = None,
) -> _Answer:
    """What ``do`` gives, done again, after ``pauses``, while it fails by what is ``passing``, as
    long as may be waited.  Raises what the last try raised."""
    left = iter(waits() if pauses is None else pauses)
    while True:
        try:
            return do()
        except passing:
            seconds = next(left, None)
            if seconds is None or seconds >= waiting.left():
                raise
        with waiting.waits():
            time.sleep(seconds)


def insist(
    cluster: Cluster, ask: Callable[[OpenSearch], _Answer], passing: Passing = PASSING
) -> _Answer:
    """What ``ask`` gives of the client of ``cluster``, as ``patiently``."""

    def once() -> _Answer:
        with cluster.asking() as client:
            return ask(client)

    return patiently(once, passing)
