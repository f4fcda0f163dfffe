"""Commands that hints name, for the index that the user named.

Floor 8.  What is written in hints names no index, since most people have one.  Invariant: a hint
that names an index already stays as it is.
"""

from __future__ import annotations

import re
import shlex

OF_AN_INDEX = tuple(
    "index query show copies remove forces stats boilerplate quality doctor check backup restore "
    "eval".split()
)
"""The commands that do something else with another index."""

_NAMED = re.compile(rf"\bsearchkit (?:{'|'.join(OF_AN_INDEX)})\b(?! (?:-h|--help)\b)")


def for_index(hint: str, index: str) -> str:
    """``hint`` with ``--index`` behind every command in it, unless ``index`` is empty."""
    if not index or "--index" in hint or _may_hold_a_password(index):
        return hint
    option = f" --index {shlex.quote(index)}"
    return _NAMED.sub(lambda found: found[0] + option, hint)


def _may_hold_a_password(index: str) -> bool:
    """Whether it is an address as no index has it, which is not to be repeated."""
    return "@" in index.partition("://")[2]
