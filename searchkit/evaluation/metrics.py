"""How good one ranking is, as a number from 0 to 1.

Floor 7.  Pure functions of a ranking (document ids, best first, each once) and its judgements
(document id to grade; relevant above 0, everything else is not).  Invariant: each agrees with
the measure of trec_eval (https://github.com/usnistgov/trec_eval) that its docstring names, for
topics with at least one relevant document; without one, all are 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice
from math import log2
from typing import TypeAlias

Judgements: TypeAlias = Mapping[str, int]
Measure: TypeAlias = Callable[[Sequence[str], Judgements], float]


def ndcg(ranking: Sequence[str], judged: Judgements, cut: int) -> float:
    """Normalised discounted cumulated gain of the first ``cut`` (``ndcg_cut``).

    Gain: the grade itself, 0 for what was not judged.  Discount: log2(rank + 1).  Normalised by
    the best order of everything judged.  From Järvelin and Kekäläinen, "Cumulated gain-based
    evaluation of IR techniques", ACM TOIS 20(4), 2002; they do not discount ranks below the base
    of the logarithm, which Burges et al. (ICML 2005) and trec_eval smooth to rank + 1.
    """
    best = _dcg(sorted(_grades(judged), reverse=True)[:cut])
    if not best:
        return 0.0
    return _dcg([max(0, judged.get(one, 0)) for one in ranking[:cut]]) / best


def average_precision(ranking: Sequence[str], judged: Judgements) -> float:
    """The mean, over all relevant documents, of the precision at the rank of each, 0 for those
    not found (``map``).  Buckley and Voorhees, "Retrieval System Evaluation", in "TREC", 2005."""
    found = 0
    total = 0.0
    for rank, document in enumerate(ranking, 1):
        if judged.get(document, 0) > 0:
            found += 1
            total += found / rank
    relevant = _relevant(judged)
    return total / relevant if relevant else 0.0


def reciprocal_rank(ranking: Sequence[str], judged: Judgements) -> float:
    """1 by the rank of the first relevant document, 0 where none is found (``recip_rank``).
    Voorhees, "The TREC-8 Question Answering Track Report", 1999."""
    ranks = (rank for rank, one in enumerate(ranking, 1) if judged.get(one, 0) > 0)
    first = next(ranks, 0)
    return 1 / first if first else 0.0


def recall(ranking: Sequence[str], judged: Judgements, cut: int) -> float:
    """The share of the relevant documents that stand among the first ``cut`` (``recall``)."""
    relevant = _relevant(judged)
    found = sum(judged.get(one, 0) > 0 for one in ranking[:cut])
    return found / relevant if relevant else 0.0


def success(ranking: Sequence[str], judged: Judgements, cut: int) -> float:
    """1 where a relevant document stands among the first ``cut``, else 0 (``success``)."""
    return float(any(judged.get(one, 0) > 0 for one in islice(ranking, cut)))


RANKED: Mapping[str, Measure] = {
    "ndcg@10": partial(ndcg, cut=10),
    "map": average_precision,
    "mrr": reciprocal_rank,
    "recall@100": partial(recall, cut=100),
}
"""What is reported of a judged collection, the measure to compare by first."""

KNOWN: Mapping[str, Measure] = {
    "mrr": reciprocal_rank,
    "success@1": partial(success, cut=1),
    "success@10": partial(success, cut=10),
}
"""What is reported of known articles looked for."""


def _grades(judged: Judgements) -> list[int]:
    return [grade for grade in judged.values() if grade > 0]


def _relevant(judged: Judgements) -> int:
    return len(_grades(judged))


def _dcg(grades: Sequence[int]) -> float:
    return sum(grade / log2(rank + 1) for rank, grade in enumerate(grades, 1))
