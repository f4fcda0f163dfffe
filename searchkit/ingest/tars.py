"""Articles inside a tar archive, packed or plain, read in one pass and in place.

Floor 2.  Invariant: tarfile takes a broken header for the end of the archive; here the end is
only an end with its mark, anything else is reported after the members that could be read.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import IO, cast

from ..article import Rejected
from ..errors import ArticleError
from ..settings import IngestLimits
from .candidates import Container, Skipped
from .contents import articles_in
from .files import CHUNK, Readable
from .members import Found, Members
from .streams import Forward

_BLOCK = 512
_ERRORS = (tarfile.TarError, EOFError, OSError, ValueError, OverflowError, LookupError)


def tar_members(stream: Readable, container: Container, limits: IngestLimits) -> Iterator[Found]:
    """What the members hold, in the order of the archive.

    Raises ``ArticleError`` for the archive where it cannot be read on.
    """
    forward = Forward(stream, container.key)
    members = Members(container, limits)
    archive = _Tar(forward, container.key)
    while (info := archive.next()) is not None:
        if info.isdir():
            continue
        name, key, verdict = members.place(info.name)
        if verdict or not info.isreg():
            yield verdict or _irregular(info, key)
            continue
        try:
            yield from articles_in(archive.open(info), name, key, container, limits)
        except ArticleError as error:
            if error.path == container.key:
                raise
            yield Rejected(error.path, error.line, error.reason)
    _check_end(forward, container.key)


def _irregular(info: tarfile.TarInfo, key: str) -> Found:
    if info.islnk():
        return Skipped(key, "a hard link to another member")
    if info.issym():
        return Skipped(key, "a symbolic link")
    return Rejected(key, None, "it is a device or a named pipe: only regular files are read")


def _check_end(forward: Forward, key: str) -> None:
    """Raises ``ArticleError`` unless the end mark was read last and only zeros follow it."""
    last = forward.last
    if not last:
        raise ArticleError(key, None, "it has no end mark: it may be cut short")
    if len(last) < _BLOCK:
        raise ArticleError(key, None, "it is cut short: its last header is not whole")
    if last.strip(b"\0"):
        raise ArticleError(key, None, "it is damaged: what follows is no tar header")
    while piece := forward.read(CHUNK):
        if piece.strip(b"\0"):
            raise ArticleError(key, None, "more data follows its end mark; that was not read")


class _Archive(tarfile.TarFile):
    """tarfile's, with the list it keeps of all it has read."""

    members: list[tarfile.TarInfo]


class _Tar:
    """tarfile, translated: its errors become ``ArticleError`` and it forgets what it has read."""

    def __init__(self, forward: Forward, key: str) -> None:
        self._forward = forward
        self._key = key
        self._archive: _Archive | None = None

    def next(self) -> tarfile.TarInfo | None:
        """The next member, or ``None`` where tarfile sees the end."""
        try:
            if self._archive is None:
                self._archive = _Archive(
                    fileobj=cast(IO[bytes], self._forward),
                    encoding="utf-8",
                    errors="surrogateescape",
                )
            self._archive.members.clear()
            return self._archive.next()
        except _ERRORS as error:
            raise _damaged(self._key, error) from error

    def open(self, info: tarfile.TarInfo) -> Readable:
        """The bytes of the regular member that ``next`` gave last."""
        opened = None if self._archive is None else self._archive.extractfile(info)
        if opened is None:
            raise ArticleError(self._key, None, "it is damaged: a member has no content")
        return _Translated(opened, self._key)


class _Translated:
    """A member's bytes; what tarfile raises becomes ``ArticleError`` for the archive."""

    def __init__(self, stream: Readable, key: str) -> None:
        self._stream = stream
        self._key = key

    def read(self, size: int, /) -> bytes:
        try:
            return self._stream.read(size)
        except _ERRORS as error:
            raise _damaged(self._key, error) from error


def _damaged(key: str, error: Exception) -> ArticleError:
    return ArticleError(key, None, f"it is damaged or cut short ({error})")
