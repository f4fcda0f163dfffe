"""Officers named in a text: by rank and name or number, or as the person to ask for.

Floor 2.  They are looked for by name, so they stay findable where all around them is contact
boilerplate.  Invariant: an officer stands in none of the stretches that are left of a span.
"""

from __future__ import annotations

import re

_RANKED = (
    r"\b(?:(?:[DT]/)?(?:P\.?C\.?S\.?O|P\.?C|P\.?S|D\.?C|D\.?S|D\.?I|D\.?C\.?I|S\.?C)\.?"
    r"|(?:Acting |Temporary |Special |Police |Community )*(?:Det(?:ective)?\.? )?"
    r"(?:Chief )?(?:Constable|Sergeant|Sgt|Inspector|Insp|Superintendent|Supt)\.?"
    r"|(?:Case |Civilian )?(?:Investigator|Investigating Officer|Case Officer))"
    r" (?:(?:[A-Z]{0,2}\d{2,6}|[A-Z][a-z]?\.?[A-Z]?[\w'’-]+)(?= |\W|$) ?){1,3}(?<! )"
)
_OFFICER = re.compile(_RANKED)
"""An officer, by rank and name or number..."""

_ASKED_FOR = re.compile(
    _RANKED
    + r"|(?<=\bask for )[A-Z][a-z'’-]+(?! (?:Police|Constabulary|CID)\b)(?: [A-Z][\w'’-]+){1,3}"
)
"""...or by the name to ask for."""

_OFFICER_STARTS = re.compile(r"[ACDIPST](?<!\w.)")
"""Where one may be named: found sooner than by an expression that begins with ``\\b``."""

_CAPITALS = re.compile(r"[A-Z](?<!\w.)")
"""Where a name may begin."""


def without_officers(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """What is left of a span without the officers named in it: whom to ask for is of this article
    alone, and looked for by name and number."""
    left = []
    starts, known = _OFFICER_STARTS, _OFFICER
    if text.find("ask for ", start, end) >= 0:
        starts, known = _CAPITALS, _ASKED_FOR
    for capital in starts.finditer(text, start, end):
        at = capital.start()
        officer = known.match(text, at, end) if at >= start else None
        if officer is not None:
            if at > start:
                left.append((start, at))
            start = officer.end()
    if start < end:
        left.append((start, end))
    return left
