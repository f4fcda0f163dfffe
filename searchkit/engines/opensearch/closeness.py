"""What else ranks: words that stand as they were typed, all of them side by side or close together.

Floor 4.  What the embedded engine looks for in its first hits, a cluster can score in all of them,
so that pages fit together by themselves.  What the first hits teach, ``rerank`` asks.
Invariant: these clauses are optional; they change the order of matches, never which there are.
"""

from __future__ import annotations

from itertools import pairwise

from ...fields import BY_NAME, Field
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
    more += [
        Best(tuple(_near(compiler, pair, field) for field in _FIELDS), TIE)
        for pair in list(pairs)[:_PAIRS]
    ]
    return Wanting(clause, tuple(more)) if more else clause


def _near(compiler: Compiler, pair: tuple[str, str], field: Field) -> Clause:
    """Two words close to each other in a field, either of them first."""
    # Lucene adds up what both words count; what is close counts as the more common of them.
    share = CLOSE * min(map(compiler.known.telling_of, pair)) / len(pair)
    told = share, _label(pair, field.name)
    # Side by side a phrase counts 1, where words in any order (``span_near``) count a third.
    orders = (pair, pair[::-1])
    return Best(tuple(compiler.in_order(words, field, WINDOW - 1, told) for words in orders))


def _label(pair: tuple[str, str], name: str) -> str:
    return f"{pair[0]} close to {pair[1]} in {name}"
