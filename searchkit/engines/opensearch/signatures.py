"""The articles of a generation that can have copies, as arrays, read from the cluster in one go.

Floor 4.  Only columns are read: what an article is signed with, when and by whom it was published,
and where it stands among its copies.  Shingles, the most of it, lie in a temporary file.
Invariant: it is what ``engines.comparing.Signed`` asks for, whatever order the cluster answers in.
"""

from __future__ import annotations

import tempfile
from base64 import b64decode
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from ...neighbours import Pairs, Texts
from ...shingles import signatures_of
from ...tokens import Array
from . import shape
from .articles import pages, stored
from .connection import Cluster

_PAGE = 10_000
_PIECE = 1_000_000
_WHEN = [shape.FIRST, shape.LAST, shape.NEWEST]
_COLUMNS = {
    "_source": False,
    "stored_fields": "_none_",
    "docvalue_fields": ["id", "force", shape.SIGNATURE, *_WHEN, shape.CLUSTER, shape.MEMBER],
}
_UNDATED = np.iinfo(np.int64).max


class _Page(NamedTuple):
    """Some articles, as what is known of each."""

    ids: list[str]
    numbers: Array
    sizes: Array
    force: Array
    first: Array
    last: Array
    newest: Array
    clusters: list[str]
    members: list[int]


class Signatures:
    """The articles of the physical index that can have copies, by a number of each.

    ``ids``, ``clusters``, ``members``  the id of each; cluster and place in it that it says now
    ``text``     of each, which of the texts it has
    ``numbers``  of each text, what its articles are signed with, ascending
    """

    def __init__(self, cluster: Cluster, physical: str) -> None:
        self._cluster = cluster
        self._physical = physical
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - ``close`` ends it
        self._forces: dict[str, int] = {}
        found = pages(cluster, physical, {"size": _PAGE, **_COLUMNS})
        try:
            held = [self._page(hits) for hits in found]
        except BaseException:
            self._file.close()
            raise
        self.ids = list(chain.from_iterable(page.ids for page in held))
        self.clusters = list(chain.from_iterable(page.clusters for page in held))
        self.members = list(chain.from_iterable(page.members for page in held))

        def joined(column: str, kind: Any = np.int64) -> Array:
            return np.concatenate([np.empty(0, kind), *[getattr(page, column) for page in held]])

        numbers, sizes = joined("numbers", np.uint64), joined("sizes")
        self._at = np.append(0, np.cumsum(sizes))
        self._force, self._newest = joined("force"), joined("newest")
        self._first_day, self._last_day = joined("first"), joined("last")
        self.numbers, self._first, text = np.unique(numbers, return_index=True, return_inverse=True)
        self.text: Array = text.astype(np.int64)
        self._shingles: Array = np.empty(0, np.uint32)
        if self._at[-1]:
            self._shingles = np.memmap(self._file, np.uint32, "r")

    def __len__(self) -> int:
        return len(self.ids)

    def close(self) -> None:
        """Let the temporary file go."""
        self._shingles = np.empty(0, np.uint32)
        self._file.close()

    def _page(self, hits: list[dict[str, Any]]) -> _Page:
        """A page of hits as columns; its shingles go to the file."""
        rows = [hit["fields"] for hit in hits if shape.SIGNATURE in hit["fields"]]
        signed = signatures_of([_decoded(row[shape.SIGNATURE][0]) for row in rows])
        some = np.flatnonzero(signed.texts)
        held = np.repeat(signed.texts != 0, signed.sizes)
        self._file.write(signed.shingles[held].astype(np.uint32).tobytes())
        self._file.flush()
        kept = [rows[place] for place in some.tolist()]

        def numbers(name: str, missing: int = 0) -> Array:
            return np.array([row.get(name, [missing])[0] for row in kept], np.int64)

        forces = [self._forces.setdefault(row["force"][0], len(self._forces)) for row in kept]
        return _Page(
            [row["id"][0] for row in kept],
            signed.texts[some],
            signed.sizes[some],
            np.array(forces, np.int64),
            numbers(shape.FIRST),
            numbers(shape.LAST),
            numbers(shape.NEWEST, _UNDATED),
            [row.get(shape.CLUSTER, [""])[0] for row in kept],
            [row.get(shape.MEMBER, [0])[0] for row in kept],
        )

    def find(self, numbers: Array) -> Array:
        """The texts that are signed with ``numbers``, -1 where there is none."""
        if not len(self.numbers):
            return np.full(len(numbers), -1, np.int64)
        at = self.numbers.searchsorted(numbers)
        at[self.numbers.take(at, mode="clip") != numbers] = -1
        return at

    def texts(self) -> Texts:
        """The texts to be compared by their signatures; any article of each has them."""
        own = np.full(len(self.ids), -1, np.int64)
        own[self._first] = np.arange(len(self.numbers))

        def pieces() -> Iterator[tuple[Array, Array]]:
            at, start = self._at, 0
            while start < len(own):
                end = int(at.searchsorted(at[start] + _PIECE, "right")) - 1
                end = min(max(end, start + 1), len(own))
                of = np.repeat(own[start:end], np.diff(at[start : end + 1]))
                yield np.array(self._shingles[at[start] : at[end]]), of
                start = end

        def held(texts: Array) -> tuple[Array, Array]:
            chosen = self._first[texts]
            sizes = self._at[chosen + 1] - self._at[chosen]
            parts = [self._shingles[self._at[one] : self._at[one + 1]] for one in chosen.tolist()]
            found = np.concatenate([np.empty(0, np.uint32), *parts])
            return found, np.repeat(texts, sizes)

        return Texts(len(self.numbers), int(self._at[-1]), pieces, held)

    @cached_property
    def _by_text(self) -> tuple[Array, Array]:
        """The articles by text, and where those of each begin."""
        sizes = np.bincount(self.text, minlength=len(self.numbers))
        return np.argsort(self.text, kind="stable"), np.append(0, np.cumsum(sizes))

    def representatives(self, texts: Array) -> Array:
        """The article that stands for each of ``texts``: that of the lowest id."""
        order, at = self._by_text
        chosen: Array = self._first[texts]
        for place in np.flatnonzero(at[texts + 1] - at[texts] > 1).tolist():
            text = int(texts[place])
            chosen[place] = min(order[at[text] : at[text + 1]].tolist(), key=self.ids.__getitem__)
        return chosen

    def circumstances(self, near: Pairs) -> tuple[Array, Array]:
        """Whether both texts of each pair are of one force, and how many days lie between them at
        least, -1 where one is undated."""
        ends = np.union1d(near.first, near.second)
        chosen = self.representatives(ends)
        force = self._force[chosen]
        start, last = self._first_day[chosen], self._last_day[chosen]
        one, other = ends.searchsorted(near.first), ends.searchsorted(near.second)
        apart = np.maximum(start[other] - last[one], start[one] - last[other])
        dated = (start[one] > 0) & (start[other] > 0)
        return force[one] == force[other], np.where(dated, np.maximum(apart, 0), -1)

    def blobs(self, documents: Sequence[int]) -> Iterator[bytes]:
        """The stored articles of some of the articles."""
        ids = [self.ids[number] for number in documents]
        return stored(self._cluster, self._physical, ids)

    def published(self, number: int) -> tuple[int, str]:
        """Ascending from the earliest of the articles on, undated last; then by id."""
        return int(self._newest[number]), self.ids[number]


def _decoded(column: str) -> bytes:
    """Bytes out of a column, of which the cluster gives base64 without its padding."""
    return b64decode(column + "==")
