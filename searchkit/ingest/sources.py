"""From what the user names to candidates: folders, files, archives.

Floor 2.  Folders are walked in the order of names, without recursion and without following
links; plain files are not opened here but by whoever parses them.
Invariant: everything met is yielded exactly once, as candidate, skipped, unchanged or rejected;
only a source that is not there at all raises.
"""

from __future__ import annotations

import difflib
import io
import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..article import Rejected
from ..errors import ArticleError, SourceError
from ..settings import INGEST_LIMITS, IngestLimits
from .archives import articles_in_archive
from .candidates import (
    Candidate,
    Container,
    Seen,
    Skipped,
    Unchanged,
    name_fault,
    printable,
    root_key,
    source_key,
)
from .contents import articles_in, holds_lines
from .files import kind_of, open_regular, os_reason, packing_of, too_large
from .formats import Format, format_of
from .members import file_left_out, folder_left_out, is_archive
from .stdin import scan_stream

__all__ = [
    "INDEX_MARKER",
    "Candidate",
    "Seen",
    "Skipped",
    "Unchanged",
    "root_key",
    "scan",
    "scan_stream",
    "source_key",
]

INDEX_MARKER = "searchkit.index"
"""The file that tells an index folder, which is never searched for articles."""

_SETTLED = 2_000_000_000
"""Nanoseconds after which a file's times are trusted: two changes within one tick of a coarse
file system clock look alike."""

Known = Callable[[str, str], bool]
"""Tells by key and signature whether a container was read before and has not changed."""


@dataclass(frozen=True, slots=True)
class _Scan:
    """What stays the same during one scan; ``real_root`` bounds where links may lead."""

    unchanged: Known
    limits: IngestLimits
    real_root: str


def scan(
    source: str | Path,
    *,
    base: Path,
    unchanged: Known = lambda _key, _signature: False,
    limits: IngestLimits = INGEST_LIMITS,
) -> Iterator[Seen]:
    """Everything in ``source``, a file or a folder, in the order of names.

    ``base`` is the folder that keys are relative to.  Raises ``SourceError`` if there is no
    such source, or it is neither file nor folder, or it may not be read.
    """
    path = Path(source)
    key = source_key(path, base)
    try:
        status = os.stat(path)
        # What a descriptor leads to, as in /dev/fd/63, may have no name to resolve.
        real = os.path.realpath(path, strict=not stat.S_ISFIFO(status.st_mode))
    except (OSError, ValueError) as error:
        raise _missing(path, error) from error
    task = _Scan(unchanged, limits, real)
    if stat.S_ISDIR(status.st_mode):
        if os.path.lexists(os.path.join(real, INDEX_MARKER)):
            raise SourceError(
                str(source), "this is an index, not articles", "name the folder of the articles"
            )
        return _folder(real, key, task)
    if stat.S_ISREG(status.st_mode):
        return _named_file(real, key, status, task)
    raise SourceError(
        str(source),
        f"this is {kind_of(status.st_mode)}, not a file or a folder",
        "pipe it in instead:  searchkit index -",
    )


def _missing(path: Path, error: OSError | ValueError) -> SourceError:
    if not isinstance(error, FileNotFoundError):
        reason = os_reason(error) if isinstance(error, OSError) else str(error)
        return SourceError(printable(str(path)), reason)
    try:
        near = difflib.get_close_matches(path.name, os.listdir(path.parent), n=1)
    except OSError:
        near = []
    hint = f"did you mean {printable(str(path.with_name(near[0])))}?" if near else ""
    return SourceError(
        printable(str(path)),
        "no such file or folder",
        hint or "name a file, a folder or an archive, or - for standard input",
    )


def _signature(status: os.stat_result) -> str:
    """Changes whenever the file does; empty while its times are too fresh to tell."""
    newest = max(status.st_mtime_ns, status.st_ctime_ns)
    if time.time_ns() - newest < _SETTLED:
        return ""
    return f"{status.st_size}-{status.st_mtime_ns}-{status.st_ctime_ns}-{status.st_ino}"


# --- folders -----------------------------------------------------------------------------------


def _folder(root: str, key: str, task: _Scan) -> Iterator[Seen]:
    prefix = "" if key == "." else f"{key.rstrip('/')}/"
    try:
        top = _entries(root)
    except OSError as error:
        raise SourceError(printable(root), os_reason(error)) from error
    levels = [(prefix, iter(top))]
    while levels:
        prefix, entries = levels[-1]
        entry = next(entries, None)
        if entry is None:
            levels.pop()
            continue
        place = prefix + printable(entry.name)
        fault = name_fault(entry.name)
        if fault:
            yield Rejected(place, None, fault)
        elif not _is_folder(entry):
            yield from _entry(entry, place, task)
        else:
            verdict = _folder_verdict(entry, place, len(levels), task)
            if isinstance(verdict, list):
                levels.append((f"{place}/", iter(verdict)))
            else:
                yield verdict


def _entries(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        return sorted(found, key=lambda entry: entry.name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _folder_verdict(
    entry: os.DirEntry[str], key: str, depth: int, task: _Scan
) -> list[os.DirEntry[str]] | Skipped | Rejected:
    """The entries of a folder that is to be walked, or why it is not."""
    reason = folder_left_out(entry.name)
    if reason:
        return Skipped(key, reason)
    if depth > task.limits.folder_depth:
        return Rejected(key, None, f"more than {task.limits.folder_depth} folders deep")
    if entry.name.endswith("!") and is_archive(entry.name[:-1]):
        return Rejected(key, None, "a folder named like the inside of an archive: rename it")
    try:
        inside = _entries(entry.path)
    except OSError as error:
        return Rejected(key, None, os_reason(error))
    if any(one.name == INDEX_MARKER for one in inside):
        return Skipped(key, "a searchkit index")
    return inside


def _entry(entry: os.DirEntry[str], key: str, task: _Scan) -> Iterator[Seen]:
    """Whatever is not a folder."""
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError as error:
        yield Rejected(key, None, os_reason(error))
        return
    left_out = file_left_out(entry.name)
    if stat.S_ISLNK(status.st_mode):
        yield _link(entry, key, left_out, task)
    elif left_out:
        yield Skipped(key, left_out)
    elif not stat.S_ISREG(status.st_mode):
        reason = f"it is {kind_of(status.st_mode)}: only regular files are read"
        yield Rejected(key, None, reason)
    else:
        yield from _file(entry.path, key, status, task)


def _link(entry: os.DirEntry[str], key: str, left_out: str, task: _Scan) -> Seen:
    try:
        target = os.path.realpath(entry.path, strict=True)
        leads_to_folder = os.path.isdir(target)
    except OSError:
        if left_out:
            return Skipped(key, "a symbolic link that leads nowhere")
        return Rejected(key, None, "a symbolic link that leads nowhere")
    if left_out and not (leads_to_folder and not folder_left_out(entry.name)):
        return Skipped(key, left_out)
    if target == task.real_root or target.startswith(task.real_root.rstrip("/") + "/"):
        inner = printable(os.path.relpath(target, task.real_root))
        return Skipped(key, f"a symbolic link to {inner}")
    return Rejected(key, None, "a symbolic link out of the source: not followed")


# --- files -------------------------------------------------------------------------------------


def _named_file(path: str, key: str, status: os.stat_result, task: _Scan) -> Iterator[Seen]:
    """A file that the user named: read even where its name promises nothing."""
    name = os.path.basename(path)
    fault = name_fault(name)
    if fault:
        yield Rejected(key, None, fault)
    elif is_archive(name) or format_of(name) is not None:
        yield from _file(path, key, status, task)
    else:
        verdict = _sniffed(path, key)
        if verdict:
            yield verdict
        else:
            yield from _file(path, key, status, task)


def _sniffed(path: str, key: str) -> Rejected | None:
    """Why the content of a file with no telling name cannot be an article."""
    try:
        with open_regular(path, key) as stream:
            head = stream.read(1024)
    except ArticleError as error:
        return Rejected(key, None, error.reason)
    packing = packing_of(head)
    if packing:
        return Rejected(key, None, f"it is packed: give its name the ending {packing}")
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Rejected(key, None, "it is a binary file, not text")
    return None


def _file(path: str, key: str, status: os.stat_result, task: _Scan) -> Iterator[Seen]:
    """A regular file by its name: an archive, JSON Lines, or an article to be opened later."""
    signature = _signature(status)
    if signature and task.unchanged(key, signature):
        yield Unchanged(key)
        return
    name = os.path.basename(path)
    form = format_of(name)
    # A name that promises one text is not one of many.
    if form is Format.JSON or (form is None and (is_archive(name) or holds_lines(name))):
        yield from _opened(path, Container(key, signature), task.limits)
    elif status.st_size > task.limits.article_bytes:
        yield Rejected(key, None, too_large(status.st_size, task.limits.article_bytes))
    else:
        yield Candidate(key, key, signature, path, format=form)


def _opened(path: str, container: Container, limits: IngestLimits) -> Iterator[Seen]:
    """The candidates in a file that may hold many."""
    name = os.path.basename(path)
    try:
        with open_regular(path, container.key) as raw, io.BufferedReader(raw) as stream:
            if is_archive(name):
                yield from articles_in_archive(stream, name, container, limits)
            else:
                yield from articles_in(stream, name, container.key, container, limits)
    except ArticleError as error:
        yield Rejected(error.path, error.line, error.reason)
    except OSError as error:
        yield Rejected(container.key, None, os_reason(error))
