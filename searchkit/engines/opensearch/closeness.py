"""What else ranks: words that stand as they were typed, all of them side by side or close together.

Floor 4.  What the embedded engine looks for in its first hits, a cluster can score in all of them,
so that pages fit together by themselves.  What the first hits teach, ``rerank`` asks.
Invariant: these clauses are optional; they change the order of matches, never which there are.
"""

from __future__ import annotations

from itertools import pairwise

from ...fields import BY_NAME
from ...query.nodes import Phrase
from ...query.questions import Asked
from ..bm25 import CLOSE, WINDOW
from .compile import TIE, Compiler, Worth
from .plan import Best, Clause, Wanting

_PAIRS = 24
"""No more pairs than this are looked at."""

_FIELDS = tuple(BY_NAME[name] for name in ("title", "body"))


def looked_again(compiler: Compiler, clause: Clause, asked: Asked | None) -> Clause:
    """``clause``, whose matches score also by how what was ``asked`` stands in them."""
    if asked is None:
        return clause
    more: list[Clause] = []
    if asked.run:
        more.append(compiler.phrase(Phrase(asked.run), Worth()))
    pairs = dict.fromkeys((a, b) for a, b in pairwise(asked.words) if a != b)
    for pair in list(pairs)[:_PAIRS]:
        # Lucene adds up what both words count; what is close counts as the more common of them.
        share = CLOSE * min(map(compiler.known.telling_of, pair)) / len(pair)
        near = [
            compiler.near(pair, field, WINDOW - 1, (share, _label(pair, field.name)))
            for field in _FIELDS
        ]
        more.append(Best(tuple(near), TIE))
    return Wanting(clause, tuple(more)) if more else clause


def _label(pair: tuple[str, str], name: str) -> str:
    return f"{pair[0]} close to {pair[1]} in {name}"
