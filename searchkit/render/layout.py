"""Lines of a terminal: wrapping by columns, styles as escape sequences, links.

Floor 7.  A line is made of pieces, each a text and the name of a style in ``STYLES``.
Invariant: with ``Look.color`` off, the output holds no escape sequence at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from .characters import printable

STYLES = {"": "", "headline": "1", "dim": "2", "match": "1;33", "warning": "1;31"}
"""Style names and their SGR parameters (ECMA-48, 8.3.117)."""

Piece = tuple[str, str]

_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Look:
    """The terminal written to: ``width`` in columns; whether styles and links may be used."""

    width: int = 80
    color: bool = False
    links: bool = False


def paint(text: str, style: str, look: Look) -> str:
    """``text`` in a style of ``STYLES``, control characters neutralised."""
    safe = printable(text)
    parameters = STYLES[style]
    return f"\x1b[{parameters}m{safe}\x1b[0m" if look.color and parameters and safe else safe


def link(text: str, url: str, look: Look) -> str:
    """``text`` as an OSC 8 hyperlink to ``url`` where the terminal has them."""
    shown = paint(text, "dim", look)
    if not (look.links and look.color):
        return shown
    return f"\x1b]8;;{printable(url).replace(' ', '%20')}\x1b\\{shown}\x1b]8;;\x1b\\"


def wrap(pieces: Iterable[Piece], look: Look, indent: int = 0) -> list[str]:
    """The pieces as painted lines of at most ``look.width`` columns, each indented.

    Lines break at white space; a word longer than a line stands on one of its own.
    """
    held = [(printable(text), style) for text, style in pieces]
    text = "".join(piece for piece, _ in held)
    styles = [style for piece, style in held for _ in piece]
    room = max(20, look.width - indent)
    margin = " " * indent
    return [
        margin + _painted(text[start:end], styles[start:end], look)
        for start, end in _breaks(text, room)
    ]


def _breaks(text: str, width: int) -> list[tuple[int, int]]:
    """The (start, end) of each line of ``text`` within ``width`` columns."""
    lines: list[tuple[int, int]] = []
    start = end = -1
    for word in _WORD.finditer(text):
        if start >= 0 and cell_len(text[start : word.end()]) > width:
            lines.append((start, end))
            start = -1
        start = word.start() if start < 0 else start
        end = word.end()
    if start >= 0:
        lines.append((start, end))
    return lines


def _painted(text: str, styles: Sequence[str], look: Look) -> str:
    """One line, run by run of the same style."""
    runs: list[str] = []
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or styles[at] != styles[start]:
            runs.append(paint(text[start:at], styles[start], look))
            start = at
    return "".join(runs)


def shorten(text: str, columns: int) -> str:
    """``text`` with its middle left out where it is wider than ``columns``."""
    if cell_len(text) <= columns:
        return text
    tail = max(1, columns // 4)
    return f"{text[: max(1, columns - tail - 1)]}…{text[-tail:]}"


def clip(text: str, columns: int) -> str:
    """``text`` with its end left out where it is wider than ``columns``."""
    return text if cell_len(text) <= columns else f"{text[: max(1, columns - 1)]}…"


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """``text`` filled with spaces to ``columns``, on its left if ``right`` is set."""
    blank = " " * max(0, columns - cell_len(text))
    return blank + text if right else text + blank


def bar(count: int, largest: int, columns: int) -> str:
    """A bar for ``count``, ``columns`` long for ``largest``; at least one block if any."""
    if count <= 0 or largest <= 0:
        return ""
    return "▇" * max(1, round(columns * count / largest))


def columns_of(rows: Sequence[Sequence[str]], numeric: Iterable[int] = ()) -> list[str]:
    """``rows`` as aligned lines, two spaces between columns; ``numeric`` columns to the right."""
    right = frozenset(numeric)
    if not rows:
        return []
    widths = [max(cell_len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return [
        "  ".join(
            pad(cell, width, right=at in right)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def matching(total: int, text: str) -> str:
    """``1 article matches knife``; without words ``1 article``."""
    verb = "matches" if total == 1 else "match"
    found, asked = counted(total, "article"), text.strip()
    return f"{found} {verb} {asked}" if asked else found


def counted(count: int, noun: str, plural: str = "") -> str:
    """``1 article``, ``2,300 articles``."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def place(index: str) -> str:
    """Where an index is, in a sentence: an address as it is, a folder known for one."""
    return index if "://" in index else f"{index.rstrip('/')}/"
