"""The clusters that labels of texts make, as the columns of their file.

Floor 4.  A cluster of the very documents that were one before is taken over as it was; its members
need not be put in order, nor their ids looked up.  Invariant: clusters stand by their numbers,
those of one number by the lowest id in them, so that nothing tells which were taken over.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ...copies import cluster_number
from .clusters import Clusters, Found
from .columns import Array, offsets, spans
from .signed import Signed


class Before(NamedTuple):
    """The clusters of the generation before, and where each of its segments stands now, -1 for
    nowhere."""

    clusters: Clusters
    places: Array


def clustered(signed: Signed, labels: Array, before: Before) -> Found:
    """The clusters of documents whose texts have one of ``labels``, where there are several."""
    of = labels[signed.text]
    sizes = np.bincount(of, minlength=len(labels))
    held = np.flatnonzero(sizes[of] > 1)
    held = held[np.argsort(of[held], kind="stable")]
    at = offsets(sizes[sizes > 1])
    same = _unchanged(signed, held, at, before)
    bounds = [
        pair for pair, old in zip(pairwise(at.tolist()), same.tolist(), strict=True) if not old
    ]
    made = _made(signed, [held[start:end].tolist() for start, end in bounds])
    if same.any():
        kept = before.clusters.rows(same[same > 0])
        made = _together(kept._replace(segments=before.places[kept.segments]), made)
    found = _ordered(signed, made)
    signed.forget()
    return found


def _unchanged(signed: Signed, held: Array, at: Array, before: Before) -> Array:
    """Of each of some groups, the documents ``held[at[n] : at[n + 1]]``: the cluster that they
    were before, from 1 on; 0 where they were none, or parts of one."""
    if not len(before.clusters) or not len(held):
        return np.zeros(len(at) - 1, np.int64)
    was = np.zeros(len(signed.text), np.int64)
    for old, place in enumerate(before.places.tolist()):
        if place >= 0:
            own = signed.of_leaf(place)
            members = before.clusters.places[old][signed.document[own]]
            was[own] = before.clusters.cluster_of[members]
    one, other = (each.reduceat(was[held], at[:-1]) for each in (np.minimum, np.maximum))
    sizes = np.bincount(before.clusters.cluster_of)
    return np.where((one == other) & (sizes[one] == np.diff(at)), one, 0)


def _made(signed: Signed, groups: list[list[int]]) -> Found:
    """Clusters of these documents, each from the earliest on."""
    numbers, exact = [], []
    for members in groups:
        ids = {member: signed.id(member) for member in members}
        members.sort(key=ids.__getitem__)
        members.sort(key=signed.published)
        numbers.append(cluster_number(list(ids.values())))
        exact.append(len(set(signed.text[members].tolist())) == 1)
    chosen = np.array([member for members in groups for member in members], np.int64)
    return Found(
        np.array(numbers, np.uint32),
        np.array(exact, np.uint8),
        offsets(np.array([len(members) for members in groups], np.int64)),
        signed.leaf[chosen].astype(np.int64),
        signed.document[chosen].astype(np.int64),
    )


def _together(one: Found, other: Found) -> Found:
    """The clusters of both."""
    joined = Found(*map(np.concatenate, zip(one, other, strict=True)))
    return joined._replace(at=np.append(one.at, one.at[-1] + other.at[1:]))


def _ordered(signed: Signed, found: Found) -> Found:
    """The same clusters by number, then by the lowest id."""
    order = np.argsort(found.numbers, kind="stable")
    numbers = found.numbers[order]
    equal = np.flatnonzero(numbers[1:] == numbers[:-1])
    for start in equal[np.diff(equal, prepend=-2) > 1].tolist():
        end = int(numbers.searchsorted(numbers[start], "right"))
        order[start:end] = sorted(order[start:end], key=lambda n: _lowest(signed, found, n))
    sizes = np.diff(found.at)[order]
    places = spans(found.at[order], sizes)
    return Found(
        numbers,
        found.exact[order],
        offsets(sizes),
        found.segments[places],
        found.documents[places],
    )


def _lowest(signed: Signed, found: Found, cluster: int) -> str:
    """The lowest id in one of the clusters."""
    own = slice(int(found.at[cluster]), int(found.at[cluster + 1]))
    members = zip(found.segments[own].tolist(), found.documents[own].tolist(), strict=True)
    return min(signed.leaves[int(segment)].id(document) for segment, document in members)
