"""The part of YAML that most front matter keeps to, read line by line.

Floor 2.  Keys of letters and digits, mappings nested by indents, values that end where their
line ends: four times as fast as a parser of all YAML.  Whatever else is there, right or wrong,
is left to that parser.  Invariant: a block that ``read_plain`` reads, the strict reader of
``frontmatter`` reads too, with the same result.
"""

from __future__ import annotations

import re

# Characters that mean themselves within a line: no controls, tabs, breaks or invisible spaces.
_INNER = r" -~\xa1-\u1fff\u2010-\u2027\u2030-\u205e"
_LINE = re.compile(
    r"^( *)([A-Za-z][A-Za-z0-9_]{0,60}):"
    rf"(?: (?:([A-Za-z0-9/(<£“‘][{_INNER}]*)|'([{_INNER}]+)'|\"([{_INNER}]+)\"))?$",
    re.MULTILINE,
)

# The escapes that writers of YAML use: a quote, a line end, a character by its number.
_ESCAPE = re.compile(r"\\(?:([\"\\])|(n)|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4}))")
_ESCAPED = re.compile(
    r'[^"\\]*(?:\\(?:["\\n]|x[0-9A-Fa-f]{2}|u(?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})[^"\\]*)*'
)


def read_plain(block: str, depth: int) -> dict[str, str] | None:
    """The flattened values of ``block``, nested at most ``depth`` deep; ``None`` where it is not
    all plain."""
    lines = _LINE.findall(block)
    if not lines or len(lines) != block.count("\n") or block[-1] != "\n":
        return None
    values: dict[str, str] = {}
    opened: set[str] = set()
    levels = [(-1, "")]  # indent of a mapping, and the prefix of its keys
    margin, prefix = levels[0]
    awaited = True  # a key without a value wants a mapping below it
    for spaces, key, plain, single, double in lines:
        indent = len(spaces)
        if awaited:
            if indent <= margin or len(levels) > depth or (indent and len(levels) == 1):
                return None
            margin = indent
            levels.append((margin, prefix))
            awaited = False
        elif indent != margin:
            while indent < margin:
                levels.pop()
                margin, prefix = levels[-1]
            if indent != margin:
                return None
        if plain:
            if ": " in plain or " #" in plain or plain[-1] in " :":
                return None  # YAML may read more in it
            values[prefix + key] = plain
        elif single or double:
            value = _unquoted(single, double)
            if value is None:
                return None
            values[prefix + key] = value
        else:
            prefix += key
            opened.add(prefix)
            prefix += "."
            awaited = True
    is_unique = len(values) + len(opened) == len(lines) and opened.isdisjoint(values)
    return values if is_unique and not awaited else None


def _unquoted(single: str, double: str) -> str | None:
    """What the one of the two that is there means; ``None`` if YAML may read more in it."""
    if single:
        if "'" not in single:
            return single
        return None if "'" in single.replace("''", "") else single.replace("''", "'")
    if "\\" not in double:
        return None if '"' in double else double
    if _ESCAPED.fullmatch(double) is None:
        return None
    return _ESCAPE.sub(_escaped, double)


def _escaped(found: re.Match[str]) -> str:
    return found[1] or (found[2] and "\n") or chr(int(found[3] or found[4], 16))
