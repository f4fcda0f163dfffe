"""Articles inside a zip archive, read in place.

Floor 2.  Sizes that headers claim are not believed: what counts is what was unpacked.
Invariant: every member that is not a folder is yielded once or, for a stream of many
articles, opened once; a damaged member costs only itself.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from ..article import Rejected
from ..errors import ArticleError
from ..settings import IngestLimits
from .candidates import Container
from .contents import articles_in
from .files import CHUNK, kind_of
from .members import Found, Members
from .streams import Budget

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_NAME_IS_UTF8 = 0x800
_DIRECTORY_BYTES = 100
"""Bytes of a zip's directory that one member may take, on average."""

_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    ValueError,
    OverflowError,
    RuntimeError,
)


def zip_members(stream: BinaryIO, container: Container, limits: IngestLimits) -> Iterator[Found]:
    """What the members hold, in the order of the archive's directory.

    Raises ``ArticleError`` for the archive where it cannot be read on.
    """
    members = Members(container, limits)
    budget = _Shared(Budget(container.key, limits), stream.seek(0, 2))
    guarded = _Guarded(stream, container.key, limits)
    try:
        archive = zipfile.ZipFile(guarded)
    except _ERRORS as error:
        raise ArticleError(
            container.key, None, f"it is damaged or cut short ({_words(error)})"
        ) from error
    with archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            name, key, verdict = members.place(_stored_name(info))
            fault = "" if verdict else _fault(info)
            if fault:
                verdict = Rejected(key, None, fault)
            if verdict:
                yield verdict
                continue
            try:
                member = _Member(archive, info, key, budget)
                yield from articles_in(member, name, key, container, limits)
            except ArticleError as error:
                if error.path == container.key:
                    raise
                yield Rejected(error.path, error.line, error.reason)


def _stored_name(info: zipfile.ZipInfo) -> str:
    """The name as it was meant: many zips hold UTF-8 names without saying so."""
    if info.flag_bits & _NAME_IS_UTF8:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _fault(info: zipfile.ZipInfo) -> str:
    mode = info.external_attr >> 16
    if info.flag_bits & _ENCRYPTED:
        return "it is encrypted: unpack the archive with its password first"
    if info.compress_type not in _METHODS:
        return "it is packed by a method that is not read here: unpack the archive first"
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return f"it is {kind_of(mode)}: only regular files are read"
    return ""


def _words(error: Exception) -> str:
    text = str(error) or type(error).__name__
    return text[:1].lower() + text[1:]


class _Shared:
    """The budget of the whole archive against its size on disk, in bytes."""

    def __init__(self, budget: Budget, size: int) -> None:
        self._budget = budget
        self._size = size

    def spend(self, unpacked: int) -> None:
        self._budget.spend(unpacked, self._size)


class _Guarded:
    """The file under a zip; refuses to have an absurd directory read into memory."""

    def __init__(self, stream: BinaryIO, key: str, limits: IngestLimits) -> None:
        self._stream = stream
        self._key = key
        self._most = _DIRECTORY_BYTES * limits.archive_members + 16 * CHUNK
        self.seek = stream.seek
        self.tell = stream.tell
        self.seekable = stream.seekable

    def read(self, size: int = -1, /) -> bytes:
        if size > self._most:
            raise ArticleError(self._key, None, "it has more members than may be read")
        return self._stream.read(self._most if size < 0 else size)


class _Member:
    """One member's bytes as a stream.

    Raises ``ArticleError``: for the member if that is damaged, for the archive if its budget
    is spent.
    """

    def __init__(
        self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, key: str, budget: _Shared
    ) -> None:
        self._key = key
        self._budget = budget
        try:
            self._stream = archive.open(info)
        except _ERRORS as error:
            raise self._damaged(error) from error

    def read(self, size: int, /) -> bytes:
        try:
            piece = self._stream.read(size)
        except _ERRORS as error:
            raise self._damaged(error) from error
        self._budget.spend(len(piece))
        return piece

    def _damaged(self, error: Exception) -> ArticleError:
        return ArticleError(self._key, None, f"it is damaged inside the archive ({_words(error)})")
