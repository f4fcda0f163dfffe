"""Copies among the articles of a generation that is being made: found, and written to them.

Floor 4.  What was found for the generation before is kept beside it, so that a run looks only at
what it concerns.  An article whose cluster changed is put once more, whole: its tokens are not
kept.  Invariant: clusters are those that the embedded engine finds among the same articles.
"""

from __future__ import annotations

import io
from base64 import b64decode
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ...changes import Change
from ...errors import IndexCorrupt
from ...likeness import LIKENESS_VERSION
from ...neighbours import MOST_TEXTS, Spread
from ...packing import unpack
from ...prepared import Preparer
from ...shingles import signatures_of
from ...tokens import Array
from .. import joined
from ..judged import NO_BASIS, Basis, Judged
from . import articles, bulk, catalogues, shape
from .bulk import Bulk
from .connection import Cluster
from .documents import ALONE, Documents, Place
from .generations import REBUILD, Generation
from .norms import Norms
from .patience import patiently
from .signatures import Signatures

_AT_ONCE = 200


class Outcome(NamedTuple):
    """How many ``clusters`` there are, what the next search goes on from, and how many articles
    were put ``again``."""

    clusters: int
    basis: bytes
    again: int


class Search:
    """Looks for copies in ``physical``, a clone of the generation ``base`` but for the articles
    ``touched``; without ``base``, all are looked at."""

    def __init__(
        self, cluster: Cluster, physical: str, base: Generation | None, permille: int
    ) -> None:
        self._cluster = cluster
        self._physical = physical
        self._permille = permille
        same_rules = (
            base is not None and base.likeness == LIKENESS_VERSION and base.permille == permille
        )
        self._base = base if same_rules else None

    def run(self, touched: Sequence[str], writing: Bulk, norms: Norms) -> Outcome:
        """Find all copies and put those articles once more whose place among them is another; they
        are handed to ``writing``, with words that count what ``norms`` says."""
        signed = patiently(lambda: Signatures(self._cluster, self._physical))
        try:
            known = self._known()
            change = partial(self._change, signed, touched) if self._base else None
            labels, basis = joined.joined(signed, known, self._permille / 1000, change)
            places, clusters = _places(signed, labels)
            again = self._put(signed, places, writing, Documents(norms))
            return Outcome(clusters, _packed(basis), again)
        finally:
            signed.close()

    def _known(self) -> Basis:
        """What the search can go on from."""
        if self._base is None or not self._base.copies.pieces:
            return NO_BASIS
        base, where = self._base, str(self._cluster.address)
        data = patiently(
            lambda: catalogues.read(self._cluster, base.physical, catalogues.COPIES, base.copies)
        )
        try:
            return _unpacked(data)
        except (ValueError, KeyError, OSError) as error:
            reason = f"the index {where} is damaged: what is known of copies: {error}"
            raise IndexCorrupt(where, reason, REBUILD) from error

    def _change(self, signed: Signatures, touched: Sequence[str], spread: Spread) -> Change:
        """What is other than in the generation before."""
        assert self._base is not None
        ids = frozenset(touched)
        kept = np.array([one not in ids for one in signed.ids], np.bool_)
        before = articles.held(self._cluster, self._base.physical, list(touched), [shape.SIGNATURE])
        held = [b64decode(one[shape.SIGNATURE]) for one in before if one is not None]
        lost = signatures_of([one for one in held if any(one[:8])])
        at = np.append(0, np.cumsum(lost.sizes))

        def shingles(places: Array) -> Array:
            parts = [lost.shingles[at[one] : at[one + 1]] for one in places.tolist()]
            return np.concatenate([np.empty(0, np.uint32), *parts])

        return joined.change_of(signed, kept, lost.texts, shingles, spread)

    def _put(
        self,
        signed: Signatures,
        places: dict[int, Place],
        writing: Bulk,
        documents: Documents,
    ) -> int:
        """Put the articles once more that say another place than theirs."""
        others = [
            number
            for number, said in enumerate(zip(signed.clusters, signed.members, strict=True))
            if said != places.get(number, ALONE)
        ]
        preparer = Preparer()
        for part in _parts(others):
            stored = list(map(unpack, signed.blobs(part)))
            for number, ready in zip(part, preparer.prepare(stored), strict=True):
                document = documents.document(ready, places.get(number, ALONE))
                writing.add(bulk.put(ready.id, document))
        return len(others)


def _parts(numbers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), _AT_ONCE):
        yield numbers[start : start + _AT_ONCE]


def _places(signed: Signatures, labels: Array) -> tuple[dict[int, Place], int]:
    """The place among its copies of each article that has some, and how many clusters there are.
    A cluster goes by the lowest id in it."""
    of = labels[signed.text]
    sizes = np.bincount(of, minlength=len(labels))
    held = np.flatnonzero(sizes[of] > 1)
    held = held[np.argsort(of[held], kind="stable")]
    ends = np.cumsum(sizes[sizes > 1])
    places: dict[int, Place] = {}
    for members in np.split(held, ends[:-1]) if len(ends) else []:
        numbers = sorted(members.tolist(), key=signed.published)
        name = min(signed.ids[number] for number in numbers)
        places |= {number: Place(name, place) for place, number in enumerate(numbers)}
    return places, len(ends)


def _packed(basis: Basis) -> bytes:
    """``basis`` as bytes."""
    columns: dict[str, Any] = {
        **basis.judged.columns(),
        "rules": np.array([basis.texts], np.uint32),
        "spread": basis.spread.times.astype(np.int64),
        "frequent": basis.spread.frequent.astype(np.uint32),
    }
    file = io.BytesIO()
    np.savez(file, **columns)
    return file.getvalue()


def _unpacked(data: bytes) -> Basis:
    """What ``_packed`` made bytes of.  Raises ``ValueError``, ``KeyError`` or ``OSError``."""
    with np.load(io.BytesIO(data), allow_pickle=False) as columns:
        spread, rules = columns["spread"], columns["rules"]
        if len(rules) != 1 or len(spread) != MOST_TEXTS + 1:
            raise ValueError("it is not told what copies were found by")
        times = Spread(spread.astype(np.int64), columns["frequent"].astype(np.uint32))
        return Basis(Judged.of(columns.__getitem__), int(rules[0]), times)
