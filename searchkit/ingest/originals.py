"""Back to the source: the original bytes behind a key, and how much a source holds.

Floor 2.  Invariant: nothing here changes what it reads, and a key is looked up by the very
scan that gave it, so a key means the same thing on the way in and on the way back.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
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
    _, found = next(originals([key], base, limits))
    if isinstance(found, SourceError):
        raise found
    if found.data is not None:
        return found.data
    try:
        return read_regular(found.path or base / key, key, limits.article_bytes)
    except ArticleError as error:
        raise SourceError(key, error.reason, _GONE) from error


def unchanged(key: str, sha256: str, base: Path) -> bytes:
    """``original`` of ``key``, whose hash is ``sha256``.  Raises ``SourceError`` for another."""
    data = original(key, base)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise SourceError(key, "it has changed since it was indexed", _GONE)
    return data


def originals(
    keys: Iterable[str], base: Path, limits: IngestLimits = INGEST_LIMITS
) -> Iterator[tuple[str, Candidate | SourceError]]:
    """What lies under each of ``keys`` now, to be parsed again, or why it cannot be had.

    However many keys lie in one file, that is read once.
    """
    wanted: dict[Path, set[str]] = {}
    for key in keys:
        streamed = key.startswith(f"{STREAM}:")
        path = None if streamed else _container(key, base)
        if path is not None:
            wanted.setdefault(path, set()).add(key)
        elif streamed:
            yield key, SourceError(key, "it came by standard input, which is not kept", "")
        else:
            yield key, SourceError(key, "it is no longer there", _GONE)
    for path, inside in wanted.items():
        yield from _found_in(path, inside, base, limits)


def _found_in(
    path: Path, missing: set[str], base: Path, limits: IngestLimits
) -> Iterator[tuple[str, Candidate | SourceError]]:
    """What lies under those keys that are all in the one file ``path``."""
    reason = f"it is no longer in {path}"
    try:
        for seen in scan(path, base=base, limits=limits):
            if isinstance(seen, Candidate) and seen.key in missing:
                missing.discard(seen.key)
                yield seen.key, seen
                if not missing:
                    return
    except SourceError as error:
        reason = error.reason
    for key in sorted(missing):
        yield key, SourceError(key, reason, _GONE)


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
    folders = [str(source)]
    while folders:
        for entry in _entries(folders.pop()):
            if entry.is_dir(follow_symlinks=False):
                if not folder_left_out(entry.name):
                    folders.append(entry.path)
            elif _holds_many(entry.name):
                return None
            else:
                count += not file_left_out(entry.name)
    return count


def estimate_all(sources: Iterable[object]) -> int | None:
    """``estimate`` of several sources together, ``None`` where one of them is no path."""
    counts = [estimate(source) if isinstance(source, Path) else None for source in sources]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """What is in a folder; nothing where it cannot be read, which the scan itself will tell."""
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:
        return []


def _holds_many(name: str) -> bool:
    return is_archive(name) or holds_lines(name)
