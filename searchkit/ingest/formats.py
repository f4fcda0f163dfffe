"""The formats an article can come in, and how a file name tells which.

Floor 2.  Invariant: the suffix table is the only place that ties a file name to a
format; bytes without a telling name are left to the reader, which looks at them.
"""

from __future__ import annotations

from enum import Enum


class Format(str, Enum):
    """How the text of one article is written."""

    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"


SUFFIXES: dict[str, Format] = {
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".txt": Format.MARKDOWN,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".json": Format.JSON,
    ".jsonl": Format.JSON,
    ".ndjson": Format.JSON,
}
"""File name suffix, lower case with its dot, to format."""


def format_of(name: str) -> Format | None:
    """The format that the file name ``name`` promises; ``None`` where its suffix says nothing."""
    stem, dot, suffix = name.rpartition(".")
    if not dot or not stem or "/" in suffix:
        return None
    return SUFFIXES.get("." + suffix.lower())
