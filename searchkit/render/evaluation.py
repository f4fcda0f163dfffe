"""What answers are worth: a table with a line a set of topics, and a dictionary.

Floor 7.  Invariant: numbers for people have three decimals, those for programs all they have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any

from ..evaluation.judged import Evaluation
from .layout import Look, columns_of, paint

_LABELS = {
    "ndcg@10": "nDCG@10",
    "map": "MAP",
    "mrr": "MRR",
    "recall@100": "recall@100",
    "success@1": "success@1",
    "success@10": "success@10",
}
_BEFORE = "  saved run"
_DIFFERENCE = "  p"


def render_evaluations(
    evaluations: Sequence[Evaluation], look: Look, *, heading: str
) -> Iterator[str]:
    """A line each, and their mean; the saved run and the p values below those that have them."""
    names = list(evaluations[0].values)
    rows = [(heading, "articles", "topics", *(_LABELS[name] for name in names))]
    for one in evaluations:
        figures = _figures(one.means, names)
        rows.append((one.name, f"{one.documents:,}", f"{one.topics:,}", *figures))
        if one.baseline:
            rows.append((_BEFORE, "", "", *_figures(one.baseline.means, names)))
            rows.append((_DIFFERENCE, "", "", *(_p(one.baseline.p[name]) for name in names)))
    if len(evaluations) > 1:
        rows.append(("mean", "", "", *_figures(mean_of([one.means for one in evaluations]), names)))
        before = [one.baseline.means for one in evaluations if one.baseline]
        if len(before) == len(evaluations):
            rows.append((_BEFORE, "", "", *_figures(mean_of(before), names)))
    head, *lines = columns_of(rows, numeric=range(1, len(rows[0])))
    yield paint(head, "dim", look)
    yield from lines


def evaluation_to_dict(one: Evaluation) -> dict[str, Any]:
    """One set of topics, for programs; ``values`` holds measure to topic to value."""
    held: dict[str, Any] = {
        "name": one.name,
        "articles": one.documents,
        "topics": one.topics,
        "means": one.means,
        "seconds": round(one.seconds, 3),
        "values": {name: dict(values) for name, values in one.values.items()},
    }
    if one.baseline:
        saved = one.baseline
        held["baseline"] = {
            "means": dict(saved.means),
            "p": dict(saved.p),
            "topics_missing": saved.missing,
        }
    return held


def mean_of(means: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean of each measure over several sets of topics, each of the same weight."""
    return {name: fmean(one[name] for one in means) for name in means[0]}


def _figures(means: Mapping[str, float], names: Sequence[str]) -> list[str]:
    return [f"{means[name]:.3f}" for name in names]


def _p(value: float) -> str:
    return "<0.001" if value < 0.001 else f"{value:.3f}"
