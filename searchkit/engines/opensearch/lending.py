"""Generations that were replaced, and that readers may have open all the same.

Floor 4.  The points in time of all of the cluster are listed, whose ids name their indices: what
counts them by index forgets those of a shard that was moved to another node, though they live on.
Source: OpenSearch 2, ``SearchContextId``, which is written as it is and then in base 64.
Invariant: what cannot be told is taken for lent.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from ...errors import ClusterRefused, EngineError
from .connection import Cluster
from .generations import number_of
from .patience import patiently

GRACE = timedelta(minutes=10)
"""A generation that was replaced is kept for so long for readers that look into it now and then,
and for as long as one of them holds a point in time."""

LONGEST = timedelta(days=1)
"""Where points in time cannot be listed, it is kept for so long: one is let go within minutes of
the last request, and nobody reads all of an index for longer."""

_WAITS = (0.1, 0.2, 0.5, 1.0)
_FAILED = 500


def lent(cluster: Cluster, newest: str, told: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The physical indices that readers may have open of generations older than the one before
    ``newest``, of those that ``generations.physical`` has ``told`` of.  Raises ``ClusterProblem``.
    """
    replaced = _replaced(cluster.address.name, newest, told)
    replaced.pop(str(told.get(newest, {}).get("previous", "")), None)
    late = {index for index, age in replaced.items() if age >= GRACE}
    if not late:
        return set(replaced)
    try:
        points = patiently(lambda: _points(cluster), (_Untold,), _WAITS)
    except (_Untold, ClusterRefused):
        return {index for index, age in replaced.items() if age < LONGEST}
    held = {index for index in late if any(index.encode() in point for point in points)}
    return replaced.keys() - late | held


def _replaced(
    name: str, newest: str, told: Mapping[str, Mapping[str, Any]]
) -> dict[str, timedelta]:
    """How long ago each generation was replaced that was committed before ``newest``."""
    now = datetime.now(timezone.utc)
    after = {
        said["previous"]: now - datetime.fromisoformat(said["committed"])
        for index, said in sorted(told.items(), reverse=True)
        if said.get("previous") and _is_committed(index, said)
    }
    # Where its successor is gone, it was replaced long ago.
    return {
        index: after.get(index, timedelta.max)
        for index, said in told.items()
        if _is_committed(index, said) and number_of(name, index) < number_of(name, newest)
    }


def _is_committed(index: str, said: Mapping[str, Any]) -> bool:
    """Whether it is the index of the articles of a generation that was committed."""
    return bool(not said.get("part") and said.get("committed") and said.get("physical") == index)


class _Untold(EngineError):
    """The cluster did not list all points in time, or not as we know them."""


def _points(cluster: Cluster) -> Sequence[bytes]:
    """What the points in time that are open are made of."""
    with cluster.asking() as client:
        # A node fails to list them while one is being made there.
        answer = client.get_all_pits(params={"ignore": _FAILED})
    if answer.get("failures") or "pits" not in answer:
        raise _Untold(f"{cluster.address}: some points in time are not listed")
    try:
        return [_unwrapped(one["pit_id"]) for one in answer["pits"]]
    except (KeyError, TypeError, ValueError) as error:
        raise _Untold(f"{cluster.address}: points in time are not what they were") from error


def _unwrapped(point: str) -> bytes:
    return base64.b64decode(point + "=" * (-len(point) % 4), altchars=b"-_", validate=True)
