"""Where the figures of a text stand: dates and reference numbers are looked for around them.

Floor 2.  A text is brought to its shape, one byte for each character, in which every figure is
the same byte.  An expression that opens with that byte is searched several times faster than
one that opens with a set of characters, so a cheap expression over the shape says where the
careful one over the text is worth a try.  Invariant: offsets in the shape are offsets in the text.
"""

from __future__ import annotations


def _byte(char: str) -> str:
    return "0" if char.isdigit() else " " if char.isspace() else char


_BYTES = "".join(_byte(chr(code)) for code in range(128)).encode() + bytes(128)


def shape(text: str) -> bytes:
    """``text`` with ``0`` for each of the figures 0 to 9, a plain space for white space, and
    ``?`` for whatever is not ASCII."""
    return text.encode("ascii", "replace").translate(_BYTES)
