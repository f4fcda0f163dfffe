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
    rf"(?: (?:([A-Za-z0-9/(£“‘][{_INNER}]*)|'([{_INNER}]+)'|\"([{_INNER}]+)\"))?$",
    re.MULTILINE,
)

# The escapes that writers of YAML use: a quote, a backslash, a character by its number.
_ESCAPE = re.compile(r"\\(?:([\"\\])|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4}))")
_ESCAPED = re.compile(
    r'[^"\\]*(?:\\(?:["\\]|x[0-9A-Fa-f]{2}|u(?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})[^"\\]*)*'
)


def read_plain(block: str, depth: int) -> dict[str, str] | None:
    """The flattened values of ``block``, nested at most ``depth`` deep; ``None`` where it is not
    all plain."""
    lines = _LINE.findall(block)
    if not lines or len(lines) != block.count("\n") or block[-1] != "\n":
        return None
    values: dict[str, str] = {}
    opened: set[str] = set()
    indents, prefixes = [-1], [""]
    prefix, awaited = "", True  # awaited: a key without a value wants a mapping below it
    for spaces, key, plain, single, double in lines:
        indent = len(spaces)
        if awaited:
            if indent <= indents[-1] or len(indents) > depth or (indent and len(indents) == 1):
                return None
            indents.append(indent)
            prefixes.append(prefix)
        else:
            while indent < indents[-1]:
                indents.pop()
                prefixes.pop()
            if indent != indents[-1]:
                return None
        name = prefixes[-1] + key
        if name in values or name in opened:
            return None
        awaited = not (plain or single or double)
        if awaited:
            opened.add(name)
            prefix = name + "."
            continue
        value = _text(plain, single, double)
        if value is None:
            return None
        values[name] = value
    return None if awaited else values


def _text(plain: str, single: str, double: str) -> str | None:
    """What the one of the three that is there means; ``None`` if YAML may read more in it."""
    if plain:
        return None if ": " in plain or " #" in plain or plain[-1] in " :" else plain
    if single:
        if "'" not in single:
            return single
        return None if "'" in single.replace("''", "") else single.replace("''", "'")
    if "\\" not in double:
        return None if '"' in double else double
    if _ESCAPED.fullmatch(double) is None:
        return None
    return _ESCAPE.sub(lambda found: found[1] or chr(int(found[2] or found[3], 16)), double)
