"""Back to the source: the original bytes behind a key, and how much a source holds.

Floor 2.  Invariant: nothing here changes what it reads, and a key is looked up by the very
scan that gave it, so a key means the same thing on the way in and on the way back.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from ..errors import ArticleError, SourceError
from ..settings import INGEST_LIMITS, IngestLimits
from .candidates import STREAM, Candidate
from .contents import holds_lines
from .files import read_regular
from .members import file_left_out, folder_left_out, is_archive
from .sources import scan

_INNER = re.compile(r"!/|[:#](?=\d+$)")
_GONE = "bring the index up to date with:  searchkit index"


def original(key: str, base: Path, limits: IngestLimits = INGEST_LIMITS) -> bytes:
    """The bytes that lie under ``key`` now; ``base`` is the folder that keys are relative to.

    Raises ``SourceError`` where there is nothing any more, or nothing that may be read.
    """
    if key.startswith(f"{STREAM}:"):
        raise SourceError(key, "it came by standard input, which is not kept", "")
    path = _container(key, base)
    if path is None:
        raise SourceError(key, "it is no longer there", _GONE)
    try:
        for seen in scan(path, base=base, limits=limits):
            if isinstance(seen, Candidate) and seen.key == key:
                if seen.data is not None:
                    return seen.data
                return read_regular(seen.path or path, key, limits.article_bytes)
    except ArticleError as error:
        raise SourceError(key, error.reason, _GONE) from error
    raise SourceError(key, f"it is no longer in {path}", _GONE)


def _container(key: str, base: Path) -> Path | None:
    """The file that ``key`` lies in: the key itself, or what stands before an inner part."""
    cuts = [len(key), *reversed([inner.start() for inner in _INNER.finditer(key)])]
    for cut in cuts:
        path = base / key[:cut]
        if path.is_file():
            return path
    return None


def estimate(source: Path) -> int | None:
    """How many candidates ``source`` has, from names alone; ``None`` where that cannot be told
    because it holds archives or files of many articles."""
    if not source.is_dir():
        return None if _holds_many(source.name) else 1
    count = 0
    for _, folders, files in os.walk(source):
        folders[:] = [name for name in folders if not folder_left_out(name)]
        for name in files:
            if _holds_many(name):
                return None
            count += not file_left_out(name)
    return count


def _holds_many(name: str) -> bool:
    return is_archive(name) or holds_lines(name)
