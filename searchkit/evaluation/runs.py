"""Run files of TREC: what was answered, kept so that a later run can be compared with it.

Floor 7.  A line is: topic, ``Q0``, document, rank, score, name of the run
(https://github.com/usnistgov/trec_eval).  Invariant: the scores written descend strictly within a
topic, so that programs which order by score, as trec_eval does, see the order that was answered.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from ..errors import SourceError


class Ranked(NamedTuple):
    """A document of a ranking, with its score (higher is better)."""

    document: str
    score: float


Rankings: TypeAlias = Mapping[str, Sequence[Ranked]]
"""Topic id to what was answered, best first."""

SUFFIX = ".run"
_STEP = 1e-5
"""Scores part by this at least: trec_eval keeps them in 32 bits, where less would be a tie."""

_FORM = "a line of a run is: topic Q0 document rank score name"
_SPACE = re.compile(r"\s")


def write_run(path: Path, rankings: Rankings, name: str) -> None:
    """Write ``rankings`` to ``path``.  Raises ``SourceError`` where that cannot be."""
    lines: list[str] = []
    for topic, ranking in rankings.items():
        lowest = math.inf
        for rank, (document, score) in enumerate(ranking, 1):
            lowest = min(score, lowest - _STEP)
            lines.append(f"{_word(topic)} Q0 {_word(document)} {rank} {lowest:.6f} {name}\n")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(lines), encoding="utf-8")
    except OSError as problem:
        raise SourceError(str(path), f"it cannot be written ({problem.strerror})") from problem


def read_run(path: Path) -> dict[str, list[Ranked]]:
    """The rankings in ``path``, best first, ties as they stand in the file; a document that comes
    twice counts once.  Raises ``SourceError`` where it is no run file."""
    rankings: dict[str, dict[str, float]] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "it is not UTF-8"
        raise SourceError(str(path), f"it cannot be read ({reason})", _FORM) from problem
    for number, line in enumerate(lines, 1):
        columns = line.split()
        if not columns:
            continue
        try:
            topic, _, document, _, score, _ = columns
            value = float(score)
        except ValueError:
            raise SourceError(f"{path}:{number}", "it is no line of a run", _FORM) from None
        if not math.isfinite(value):
            raise SourceError(f"{path}:{number}", f"{score} is no score", _FORM)
        rankings.setdefault(topic, {}).setdefault(document, value)
    return {
        topic: [Ranked(*pair) for pair in sorted(held.items(), key=lambda pair: -pair[1])]
        for topic, held in rankings.items()
    }


def _word(text: str) -> str:
    """``text`` as one column."""
    return _SPACE.sub("_", text)
