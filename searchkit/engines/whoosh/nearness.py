"""Phrases and words near each other, worked out on all positions of all documents at once.

Floor 4.  A place is one number, ``document << 32 | position``: places of different documents are
far apart, so that adding to one and looking it up among others never leaves a document.
Invariant: a document counts as often as the words stand there, as ``oracle`` of the tests has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .columns import Array
from .postings import Postings
from .sets import Within


@dataclass(frozen=True, slots=True)
class Shape:
    """How different words stand together.  ``order`` numbers the words side by side; with a
    ``width``, they stand in any order within so many tokens, each as often as in ``order``."""

    order: tuple[int, ...]
    width: int = 0


def matching(
    postings: Postings, terms: Sequence[int], shape: Shape, within: Within | None, size: int
) -> tuple[Array, Array]:
    """The documents (below ``size``, of those ``within``) with ``terms`` in ``shape``, and how
    often."""
    slices = [postings.slice(term) for term in terms]
    common = within
    for held in sorted((postings.documents[s] for s in slices), key=len):
        common = Within(held if common is None else held.take(common.places(held)), size)
    if common is None or not len(common.documents):
        return np.empty(0, np.int32), np.empty(0, np.int64)
    found = [_places(postings, term, common) for term in terms]
    starts = _windows(found, shape) if shape.width else _runs(found, shape.order)
    counts = np.bincount(starts >> 32, minlength=len(common.documents))
    kept = np.flatnonzero(counts)
    return common.documents[kept], counts[kept]


def _places(postings: Postings, term: int, common: Within) -> Array:
    """The places of ``term`` in ``common``, which all hold it: the number of the document among
    them, then the position; ascending."""
    at = common.places(postings.documents[postings.slice(term)])
    positions, counts = postings.places(term, at)
    positions += np.repeat(np.arange(len(common.documents), dtype=np.int64) << 32, counts)
    return positions


def _runs(found: Sequence[Array], order: Sequence[int]) -> Array:
    """Where the words stand side by side: places ``p`` with word ``order[i]`` at ``p + i``."""
    offset, rarest = min(enumerate(order), key=lambda pair: len(found[pair[1]]))
    starts = found[rarest] - offset
    for i, which in enumerate(order):
        if i != offset and len(starts):
            at = found[which].searchsorted(starts + i)
            at[at == len(found[which])] = 0
            starts = starts[found[which][at] == starts + i]
    return starts


def _windows(found: Sequence[Array], shape: Shape) -> Array:
    """Where windows of ``width`` tokens begin that begin at a word and hold all of them."""
    starts = np.concatenate(found)
    for which, held in enumerate(found):
        ends = held.searchsorted(starts + shape.width)
        enough = ends - held.searchsorted(starts) >= shape.order.count(which)
        starts = starts[enough]
    return starts
