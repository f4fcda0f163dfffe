"""Finding the clusters of a generation before it is committed, over the signatures of all of it.

Floor 4.  Signatures say which texts may be copies, the texts themselves whether they are.  What was
found for the generation before holds for all texts that a run does not concern (``changes``); only
where that are many are all of them looked at again.
Invariant: the clusters, and all else in their file, depend on the live articles alone: not on the
order in which they came, on the segments they lie in, or on what was committed before.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ..joined import joined
from ..judged import Basis
from .clustered import Before, clustered
from .clusters import Clusters, Found, write
from .faults import reading
from .generations import Generation, StoredFile
from .leaf import Leaf
from .memory import give_back
from .signed import Signed
from .since import Since

_PERMILLE = 1000


class Search(NamedTuple):
    """How copies are looked for: what was found ``before``, what there was ``since`` when, and the
    least share that copies have in common."""

    before: Clusters
    since: Since
    threshold: float

    @classmethod
    def after(
        cls,
        folder: Path,
        generation: Generation | None,
        leaves: Sequence[Leaf],
        threshold: float | None,
    ) -> Search:
        """The search that follows ``generation`` of the store ``folder``; ``None`` as a threshold
        leaves it as it was."""
        # What a rebuild replaces lies in another store, and has no part in it.
        before = Clusters.of(folder, generation if leaves else None, leaves)
        least = before.threshold if threshold is None else threshold
        # As it is written down, and read again.
        return cls(before, Since(leaves), round(_PERMILLE * least) / _PERMILLE)

    def written(self, folder: Path, leaves: Sequence[Leaf]) -> StoredFile | None:
        """The file of clusters among the live documents of ``leaves``, in the store ``folder``;
        none where no articles could be copies."""
        with reading(folder.parent.parent):
            clusters, basis = self.found(leaves)
        if not basis.texts:
            return None
        return write(folder, clusters, basis, self.threshold)

    def found(self, leaves: Sequence[Leaf]) -> tuple[Found, Basis]:
        """The clusters among the live documents of ``leaves``, and what the next search can go on
        from."""
        # What it took to write is given back before more is taken.
        give_back()
        signed = Signed(leaves)
        known = self.before.basis()
        same_rules = self.before.threshold == self.threshold
        change = partial(self.since.change, signed) if same_rules else None
        labels, basis = joined(signed, known, self.threshold, change)
        before = Before(self.before, self.since.places(leaves))
        return clustered(signed, labels, before), basis
