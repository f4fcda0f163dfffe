"""What scanning a source yields, and the keys that name it.

Floor 2.  A key is the stable, unique name of the place an article lies in: a POSIX path
(``seeds/a.txt``), an archive member (``news.zip!/Kent/a.md``), a line of a JSON Lines file
(``news.jsonl:12``) or an element of a JSON array (``news.json#3``).
Invariant: every key is printable UTF-8 text, so it can be stored, shown and compared.
"""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ..article import Rejected
from .formats import Format

STREAM = "stdin"
"""The first part of the key of whatever was read from standard input."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that may be an article and is to be parsed.

    ``key``        where it lies: unique and stable
    ``container``  key of the file it lies in; the same as ``key`` for a plain file
    ``signature``  changes when the container changes on disk; empty where that is not known
    ``path``       a regular file, opened by whoever parses, or ``None`` if ``data`` is at hand
    ``data``       the bytes of the article, or ``None`` if ``path`` is to be opened
    ``format``     what the name promises; ``None`` leaves it to the content
    ``line``       1-based line of a JSON Lines file, otherwise ``None``
    """

    key: str
    container: str
    signature: str = ""
    path: str | None = None
    data: bytes | None = None
    format: Format | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something seen that is not meant to be an article, and why."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A container whose signature is known; it was not opened."""

    container: str


Seen: TypeAlias = Candidate | Skipped | Unchanged | Rejected


@dataclass(frozen=True, slots=True)
class Container:
    """The file that candidates lie in: its key and its signature."""

    key: str
    signature: str = ""


def name_fault(name: str) -> str:
    """Why ``name`` cannot be part of a key, as the end of a sentence; empty if it can."""
    if name.isprintable():  # most names are; controls and half characters never are
        return ""
    try:
        name.encode()
    except UnicodeEncodeError:
        return "the name is not valid UTF-8: rename it"
    if any(unicodedata.category(letter) == "Cc" for letter in name):
        return "the name has control characters in it: rename it"
    return ""


def printable(name: str) -> str:
    """``name`` with every character or stray byte that a key cannot have shown as ``\\x..``."""
    return "".join(map(_shown, name)) if name_fault(name) else name


def _shown(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind == "Cs":
        code = ord(letter)
        return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"
    return f"\\x{ord(letter):02x}" if kind == "Cc" else letter


def source_key(path: Path, base: Path) -> str:
    """The key of the file or folder ``path``: its POSIX path relative to ``base`` if it lies
    below it (``"."`` for ``base`` itself), else absolute.

    Links are followed only where the plain names do not already lie below each other, so
    that a folder reached through a link keeps its key when the link's target changes.
    """
    plain = Path(os.path.abspath(path))
    for place, root in (
        (plain, Path(os.path.abspath(base))),
        (Path(os.path.realpath(plain.parent), plain.name), Path(os.path.realpath(base))),
    ):
        if place.is_relative_to(root):
            return printable(place.relative_to(root).as_posix())
    return printable(plain.as_posix())


def root_key(source: str | Path, base: Path) -> str:
    """The key of a whole source: every key in it is this one or begins with it."""
    return f"{STREAM}:" if str(source) == "-" else source_key(Path(source), base)
