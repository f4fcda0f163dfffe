"""A question in natural language to a tree: its words as they stand, any of which will do.

Floor 2.  Nothing in the text is an operator, a sign or a field, so nothing in it can be wrong but
its length.  Invariant: ``parse_plain`` never raises, whatever the text.
"""

from __future__ import annotations

from dataclasses import replace

from ..analysis import STOP_WORDS, tokens
from ..settings import QUERY_LIMITS, QueryLimits
from .limits import Tally, too_long
from .nodes import Every, Nothing, Or
from .parsed import Parsed
from .remarks import diagnose
from .words import ParsedWord


def parse_plain(text: str, *, exact: bool = False, limits: QueryLimits = QUERY_LIMITS) -> Parsed:
    """Read ``text`` as plain words, any of which an article may have.  Never raises.

    ``exact`` takes every word literally.  Words too common to tell articles apart are left out
    where others remain.
    """
    remark = too_long(text, limits)
    if remark:
        return Parsed(text, Nothing(), (remark,))
    tally = Tally(limits, [])
    words: list[ParsedWord] = []
    for token in tokens(text):
        typed = text[token.start : token.end]
        tally.use("limit-terms", token.start, token.end)
        if tally.fits("limit-word", len(typed), typed, token.start):
            dropped = token.surface in STOP_WORDS
            faces = (token.surface,), token.stem
            words.append(ParsedWord(typed, *faces, token.start, token.end, exact, dropped=dropped))
    if all(word.dropped for word in words):
        words = [replace(word, dropped=False) for word in words]
    remarks = tuple(tally.remarks)
    if any(remark.fatal for remark in remarks):
        return Parsed(text, Nothing(), remarks, tuple(words))
    if not words:
        if not text.strip():
            return Parsed(text, Every())
        return Parsed(text, Nothing(), (diagnose("nothing-to-search", 0, len(text)),))
    asked = tuple(word.node for word in words if not word.dropped)
    query = asked[0] if len(asked) == 1 else Or(asked)
    return Parsed(text, query, remarks, tuple(words), plain=True)
