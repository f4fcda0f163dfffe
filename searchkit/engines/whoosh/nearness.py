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
from .sets import meet


@dataclass(frozen=True, slots=True)
class Shape:
    """How different words stand together.  ``order`` numbers the words side by side; with a
    ``width``, they stand in any order within so many tokens, each as often as in ``order``."""

    order: tuple[int, ...]
    width: int = 0


def matching(
    postings: Postings, terms: Sequence[int], shape: Shape, wanted: Array | None, size: int
) -> tuple[Array, Array]:
    """The documents (below ``size``, of all or of those ``wanted``) with ``terms`` in ``shape``,
    and how often."""
    common = wanted
    chosen: dict[int, Array | None] = {}
    for term in sorted(terms, key=postings.holding):
        held = postings.held(term)
        if common is None:
            common, chosen[term] = held, None
            continue
        places, at = meet(common, held, size)
        if len(places) < len(common):
            common = common.take(places)
            chosen = {t: places if a is None else a.take(places) for t, a in chosen.items()}
        chosen[term] = at
    if common is None or not len(common):
        return np.empty(0, np.int32), np.empty(0, np.int64)
    homes = np.arange(len(common), dtype=np.int64) << 32
    found = [_places(postings, term, chosen[term], homes) for term in terms]
    starts = _windows(found, shape) if shape.width else _runs(found, shape.order)
    counts = np.bincount(starts >> 32, minlength=len(common))
    kept = counts.nonzero()[0]
    return common.take(kept), counts.take(kept)


def _places(postings: Postings, term: int, chosen: Array | None, homes: Array) -> Array:
    """The places of ``term`` in its postings ``chosen`` (``None``: in all of them), which begin at
    ``homes``; ascending."""
    positions, counts = postings.places(term, chosen)
    positions += homes if len(homes) == len(positions) else homes.repeat(counts)
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
