"""Make text from anywhere safe to print.

Floor 7.  Articles are other people's bytes: an escape sequence in a headline must not move
the cursor, change colours or reverse the line.  Invariant: ``printable`` never changes the
length of a text, so offsets into it stay right.
"""

from __future__ import annotations

import json
import re
from typing import Any

# C0 and C1 controls, line and paragraph separators, and the marks that reorder text.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
# In JSON a line end only ever stands between values, where the indentation put it.
_UNSAFE_IN_JSON = re.compile(_UNSAFE.pattern.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f"))
_BLANK = frozenset("\t\n\r\x0b\x0c\x85\u2028\u2029")
_REPLACEMENT = "\ufffd"


def _stand_in(match: re.Match[str]) -> str:
    return " " if match.group() in _BLANK else _REPLACEMENT


def printable(text: str) -> str:
    """``text`` on one line, as long as before: white space controls become spaces, other
    control and direction characters become U+FFFD."""
    return _UNSAFE.sub(_stand_in, text)


def to_json(value: Any, *, indent: int | None = None) -> str:
    """``value`` as JSON text in which control and direction characters are escaped."""
    separators = (",", ":") if indent is None else None
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)
    return _UNSAFE_IN_JSON.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"
