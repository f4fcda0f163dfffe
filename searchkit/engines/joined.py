"""Which texts are copies of which: all of them joined, or only those that a run concerns.

Floor 4.  What was found for the generation before holds for all texts that a run does not concern
(``changes``); only where that are many are all of them looked at again.
Invariant: what is found depends on the documents there are alone, not on what was known before.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ..changes import Change, Concerned, concerned
from ..likeness import SAMPLED
from ..neighbours import Spread, components, pairs
from ..tokens import Array
from .comparing import Signed, judge
from .judged import NOTHING_JUDGED, Basis, Judged

Bools = npt.NDArray[np.bool_]


def joined(
    signed: Signed,
    known: Basis,
    threshold: float,
    change: Callable[[Spread], Change] | None,
) -> tuple[Array, Basis]:
    """A label for each text of ``signed``, one for all that are copies of each other, and what the
    next search can go on from.

    ``threshold`` is the least share that copies have in common, ``known`` what was found before,
    and ``change`` tells the texts that are other since then, when shingles were spread so;
    ``None`` where other rules held.
    """
    least = threshold * SAMPLED
    changed = _changed(signed, known, least, change)
    if changed is None:
        near, spread = pairs(signed.texts(), least)
        kept = NOTHING_JUDGED
    else:
        near, spread = changed.pairs, changed.spread
        kept = _unconcerned(signed, known.judged, changed)
    judged = _together(kept, judge(signed, near, known.judged, threshold))
    texts, copies = signed.find(judged.texts), judged.agreed > 0
    ends = texts[judged.first[copies]], texts[judged.second[copies]]
    labels = components(*ends, len(signed.numbers))
    return labels, Basis(judged, len(signed.numbers), spread)


def change_of(
    signed: Signed,
    kept: Bools,
    lost: Array,
    shingles: Callable[[Array], Array],
    spread: Spread,
) -> Change:
    """The texts that have other documents than before, when shingles were ``spread``.

    ``kept`` marks the documents of ``signed`` that are what they were, ``lost`` has what those
    were signed with that are not, and ``shingles`` gives the shingles of some of these, by place.
    """
    still = signed.find(lost)
    was = np.zeros(len(signed.numbers), np.bool_)
    was[signed.text[kept]] = was[still[still >= 0]] = True
    fresh = np.unique(signed.text[~kept])
    came = fresh[~was[fresh]]
    touched = np.union1d(still[still >= 0], fresh[was[fresh]])
    vanished = np.flatnonzero(still < 0)
    gone = vanished[np.unique(lost[vanished], return_index=True)[1]]
    before = len(signed.numbers) - len(came) + len(gone)
    return Change(came, touched, shingles(gone), before, spread)


def _changed(
    signed: Signed, known: Basis, least: float, change: Callable[[Spread], Change] | None
) -> Concerned | None:
    """The texts that a run concerns; ``None`` where all are to be looked at."""
    if not known.texts or change is None:
        return None
    told = change(known.spread)
    return concerned(signed.texts(), told, least) if told.before == known.texts else None


def _unconcerned(signed: Signed, judged: Judged, changed: Concerned) -> Judged:
    """Those of the pairs ``judged`` of which neither text is concerned."""
    # What is not found any more, -1, stands for the last of these marks.
    kept = ~np.append(changed.texts, True)[signed.find(judged.texts)]
    pairs_kept = kept[judged.first] & kept[judged.second]
    return judged.where(pairs_kept)


def _together(one: Judged, other: Judged) -> Judged:
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
