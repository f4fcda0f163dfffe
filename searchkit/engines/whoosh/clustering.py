"""Finding the clusters of a generation before it is committed, over the signatures of all of it.

Floor 4.  Signatures say which texts may be copies, the texts themselves whether they are.  What was
found for the generation before holds for all texts that a run does not concern (``changes``); only
where that are many are all of them looked at again.
Invariant: the clusters, and all else in their file, depend on the live articles alone: not on the
order in which they came, on the segments they lie in, or on what was committed before.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...changes import Concerned, concerned
from ...likeness import SAMPLED
from ...neighbours import components, pairs
from .clustered import Before, clustered
from .clusters import Basis, Clusters, Found, write
from .comparing import judge
from .faults import reading
from .generations import Generation, StoredFile
from .judged import NOTHING_JUDGED, Judged
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
        basis = self.before.basis()
        least = self.threshold * SAMPLED
        changed = self._changed(signed, basis, least)
        if changed is None:
            near, spread = pairs(signed.texts(), least)
            kept = NOTHING_JUDGED
        else:
            near, spread = changed.pairs, changed.spread
            kept = _unconcerned(signed, basis.judged, changed)
        judged = _joined(kept, judge(signed, near, basis.judged, self.threshold))
        texts, copies = signed.find(judged.texts), judged.agreed > 0
        ends = texts[judged.first[copies]], texts[judged.second[copies]]
        labels = components(*ends, len(signed.numbers))
        before = Before(self.before, self.since.places(leaves))
        return clustered(signed, labels, before), Basis(judged, len(signed.numbers), spread)

    def _changed(self, signed: Signed, basis: Basis, least: float) -> Concerned | None:
        """The texts that a run concerns; ``None`` where all are to be looked at."""
        if not basis.texts or self.before.threshold != self.threshold:
            return None
        change = self.since.change(signed, basis.spread)
        return concerned(signed.texts(), change, least) if change.before == basis.texts else None


def _unconcerned(signed: Signed, judged: Judged, changed: Concerned) -> Judged:
    """Those of the pairs ``judged`` of which neither text is concerned."""
    # What is not found any more, -1, stands for the last of these marks.
    kept = ~np.append(changed.texts, True)[signed.find(judged.texts)]
    pairs_kept = kept[judged.first] & kept[judged.second]
    return judged.where(pairs_kept)


def _joined(one: Judged, other: Judged) -> Judged:
    """All pairs of both, of which none are in both."""
    if not len(one.first):
        return other
    texts, places = np.unique(np.append(one.texts, other.texts), return_index=True)
    own, others = texts.searchsorted(one.texts), texts.searchsorted(other.texts)
    first = np.append(own[one.first], others[other.first])
    second = np.append(own[one.second], others[other.second])
    order = np.lexsort((second, first))
    return Judged(
        texts,
        np.append(one.stories, other.stories)[places],
        first[order],
        second[order],
        np.concatenate([one.likeness, other.likeness])[order],
        np.append(one.agreed, other.agreed)[order],
    )
