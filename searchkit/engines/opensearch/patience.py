"""Asking once more, later: for requests that may be sent again whatever became of them.

Floor 4.  A busy cluster refuses any request, and one that just lost a node answers some of them a
moment later.  Invariant: what is raised in the end is what the last try failed by.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from ...errors import ClusterBusy, ClusterDegraded, ClusterTimeout, ClusterUnreachable
from .connection import Cluster

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

WAITS = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 30.0, 30.0)
"""Seconds before what was not taken is sent once more: two minutes altogether."""

PASSING = (ClusterBusy, ClusterUnreachable, ClusterTimeout, ClusterDegraded)
"""What may be over a moment later."""

Passing = tuple[type[Exception], ...]
_Answer = TypeVar("_Answer")


def patiently(do: Callable[[], _Answer], passing: Passing = PASSING) -> _Answer:
    """What ``do`` gives, done again while it fails by what is ``passing``.  Raises what the last
    try raised."""
    for seconds in WAITS:
        try:
            return do()
        except passing:  # noqa: PERF203 - it is the failure that is slow
            time.sleep(seconds)
    return do()


def insist(
    cluster: Cluster, ask: Callable[[OpenSearch], _Answer], passing: Passing = PASSING
) -> _Answer:
    """What ``ask`` gives of the client of ``cluster``, as ``patiently``."""

    def once() -> _Answer:
        with cluster.asking() as client:
            return ask(client)

    return patiently(once, passing)
