"""Names inside archives: which members may be articles, and the key each one gets.

Floor 2.  Nothing is ever unpacked to disk, so no name can do harm; names that try to lead
out of the archive are refused all the same, for whoever made them meant harm.
Invariant: no two members of one archive get the same key.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from ..article import Rejected
from ..errors import ArticleError
from ..settings import IngestLimits
from .candidates import Candidate, Container, Skipped, name_fault, printable
from .formats import Format, format_of
from .streams import DECODERS

Found: TypeAlias = Candidate | Skipped | Rejected

ZIP_SUFFIXES = (".zip",)
PACKED_TARS = {
    **{f".tar{suffix}": suffix for suffix in DECODERS},
    ".tgz": ".gz",
    ".tbz2": ".bz2",
    ".tbz": ".bz2",
    ".txz": ".xz",
}
"""Suffix of a packed tar archive to the suffix of its packing."""

TAR_SUFFIXES = (".tar", *PACKED_TARS)

_OPENED = (*ZIP_SUFFIXES, *TAR_SUFFIXES, *DECODERS)
_UNOPENED = (".7z", ".rar", ".zst", ".lz4", ".lz", ".lzma", ".z", ".cab", ".warc", ".iso")
_UNREAD_FOLDERS = frozenset(
    ("CVS", "RCS", "SCCS", "_darcs", "__MACOSX", "__pycache__", "node_modules", "lost+found")
)
_DRIVE = re.compile(r"[A-Za-z]:")


def is_archive(name: str) -> bool:
    """Whether the file name ``name`` promises an archive, or packed data, that is opened."""
    return name.lower().endswith(_OPENED)


def holds_articles(name: str) -> bool:
    """Whether a file called ``name`` may hold pieces that are articles: lines of JSON Lines, or
    elements of a JSON array, packed or not."""
    inner, dot, suffix = name.rpartition(".")
    return format_of(inner if f"{dot}{suffix.lower()}" in DECODERS else name) is Format.JSON


def folder_left_out(name: str) -> str:
    """Why files in a folder called ``name`` are never articles; empty if they may be."""
    if name.startswith("."):
        return "a hidden folder"
    return "a technical folder" if name in _UNREAD_FOLDERS else ""


def file_left_out(name: str) -> str:
    """Why a file called ``name`` is not meant to be an article; empty if it may be one, or
    hold some."""
    if name.startswith("."):
        return "a hidden file"
    if name.endswith("~") or (name.startswith("#") and name.endswith("#")):
        return "a backup file of an editor"
    if format_of(name) is not None or is_archive(name):
        return ""
    _, dot, suffix = name.rpartition(".")
    shown = f".{suffix.lower()}" if dot else "no suffix"
    if name.lower().endswith(_UNOPENED):
        return f"an archive of a kind that is not opened: {shown}"
    return f"not an article: {shown}"


class Members:
    """Sorts the members of one archive by their names."""

    def __init__(self, container: Container, limits: IngestLimits) -> None:
        self.container = container
        self.limits = limits
        self._count = 0
        self._keys: set[str] = set()

    def place(self, stored: str) -> tuple[str, str, Found | None]:
        """File name, key, and, if it is not to be read, what to say of the name ``stored``.

        Raises ``ArticleError`` for the archive at one member too many.
        """
        self._count += 1
        if self._count > self.limits.archive_members:
            most = f"{self.limits.archive_members:,}"
            raise ArticleError(
                self.container.key, None, f"it has more than {most} members; stopped there"
            )
        name = stored.replace("\\", "/")
        fault = _escape_fault(name) or name_fault(name)
        if fault:
            key = self._unique(printable(name))
            return name, key, Rejected(key, None, fault)
        parts = [part for part in name.split("/") if part not in ("", ".")] or ["."]
        key = self._unique("/".join(parts))
        reason = _left_out(parts)
        return parts[-1], key, Skipped(key, reason) if reason else None

    def _unique(self, name: str) -> str:
        key = first = f"{self.container.key}!/{name}"
        number = 1
        while key in self._keys:
            number += 1
            key = f"{first}~{number}"
        self._keys.add(key)
        return key


def _escape_fault(name: str) -> str:
    if name.startswith("/") or _DRIVE.match(name):
        return "an absolute path inside an archive: refused"
    if ".." in name.split("/"):
        return "its path leads out of the archive (..): refused"
    return ""


def _left_out(parts: list[str]) -> str:
    reason = next(filter(None, map(folder_left_out, parts[:-1])), "")
    if reason:
        return f"in {reason}"
    if is_archive(parts[-1]):
        return "an archive inside an archive: unpack the outer one to have it read"
    return file_left_out(parts[-1])
