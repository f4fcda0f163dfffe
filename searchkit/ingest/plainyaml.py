"""A fast reader for the plainest YAML: nested ``key: value`` lines, one value a line.

Floor 2.  Nearly all front matter is of this kind, and reading it here takes a tenth of the
time a YAML parser takes.  Invariant: an answer is exactly what the YAML parser would give
with every scalar kept as text; whatever is not surely so is not answered.
"""

from __future__ import annotations

import re

_LINE = re.compile(
    r"( *)([A-Za-z][A-Za-z0-9_.-]{0,99}):"
    r"(?: +(?:'((?:[^']|'')*)'|\"((?:[^\"\\]|\\.)*)\"|([^\s'\"].*)))?"
)
_INDICATORS = frozenset("-?:,[]{}#&*!|>%@`=<~'\"")
# What YAML 1.1 does not take for an ordinary printable character of a line.
_UNUSUAL = re.compile(
    r"[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|(.))")
_SIMPLE_ESCAPES = {"n": "\n", "t": "\t", "_": "\xa0", '"': '"', "\\": "\\", "/": "/", " ": " "}


class _NotPlain(Exception):
    """Raised inside this module when the text needs a real YAML parser."""


def read(block: str, depth: int) -> dict[str, str] | None:
    """The flattened values of ``block``, or ``None`` where it is not of the plainest kind.

    Mappings may be nested ``depth`` deep; keys of nested mappings are joined by dots.
    """
    if _UNUSUAL.search(block):
        return None
    try:
        return _read(block, depth)
    except _NotPlain:
        return None


def _read(block: str, depth: int) -> dict[str, str]:
    values: dict[str, str] = {}
    prefixes: list[tuple[int, str]] = [(0, "")]
    mappings: set[str] = set()
    open_key: str | None = None
    for line in block.rstrip("\n").split("\n"):
        match = _LINE.fullmatch(line)
        if match is None:
            raise _NotPlain
        spaces, name, single, double, bare = match.groups()
        indent = len(spaces)
        if indent > prefixes[-1][0]:
            if open_key is None or len(prefixes) >= depth:
                raise _NotPlain
            del values[open_key]
            mappings.add(open_key)
            prefixes.append((indent, open_key + "."))
        else:
            while prefixes[-1][0] > indent:
                prefixes.pop()
            if prefixes[-1][0] != indent:
                raise _NotPlain
        key = prefixes[-1][1] + name
        if key in values or key in mappings:
            raise _NotPlain
        open_key = None
        if bare is not None:
            values[key] = _bare(bare)
        elif single is not None:
            values[key] = single.replace("''", "'")
        elif double is not None:
            values[key] = _ESCAPE.sub(_unescaped, double) if "\\" in double else double
        else:
            values[key] = ""
            open_key = key
    return values


def _bare(value: str) -> str:
    """An unquoted value that holds nothing YAML gives a meaning to."""
    if (
        value[0] in _INDICATORS
        or value[-1] in ": "
        or ": " in value
        or " #" in value
    ):
        raise _NotPlain
    return value


def _unescaped(match: re.Match[str]) -> str:
    """The character of one escape in a double-quoted value."""
    short, long, simple = match.groups()
    if simple is not None:
        if simple not in _SIMPLE_ESCAPES:
            raise _NotPlain
        return _SIMPLE_ESCAPES[simple]
    code = int(short or long, 16)
    if 0xD800 <= code <= 0xDFFF:
        raise _NotPlain
    return chr(code)
