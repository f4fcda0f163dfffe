"""The folder of the index: the disk below it, the file system it is on, who may do what there.

Floor 6.  Invariant: nothing is created to find out what can be created.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .checks import Check, Topic, ok, problem, warning

_MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = frozenset(
    "nfs nfs4 cifs smb3 smbfs 9p afs ceph lustre glusterfs fuse.sshfs fuse.glusterfs fuse.s3fs "
    "fuse.rclone fuse.davfs davfs virtiofs vboxsf prl_fs".split()
)
_MEMORY = frozenset(("tmpfs", "ramfs"))
_OCTAL = re.compile(r"\\([0-7]{3})")
_MERGE_FACTOR = 2
"""A run needs up to so many times the index beside it, for the segments it joins."""
_LEAST_FREE = 200_000_000
_ELSEWHERE = "keep the index elsewhere:  --index DIR"


@dataclass(frozen=True, slots=True)
class Mount:
    """Where a file system hangs, its type, and whether it can only be read."""

    place: str
    kind: str
    read_only: bool


def places(index: Path, size: int) -> Iterator[Check]:
    """The disk, file system and permissions of ``index``, whose newest generation has ``size``
    bytes; where there is none yet, of the folder it would be made in."""
    folder = nearest(index)
    yield _space(folder, size)
    yield from _nodes(folder)
    yield from file_system(mount_of(folder, _mounts()))
    if _ignores_case(index):
        text = "names that differ only in case are one file"
        yield warning(Topic.DISK, "case", text, "two articles must not differ only so in name")
    yield from _permissions(index, folder)


def nearest(path: Path) -> Path:
    """``path``, or the innermost folder around it that exists."""
    resolved = path.absolute()
    return next((place for place in (resolved, *resolved.parents) if place.exists()), Path("/"))


def _space(folder: Path, size: int) -> Check:
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        text = f"cannot be told: {error.strerror}"
        return warning(Topic.DISK, "free space", text, f"look at it:  df {folder}")
    text = f"{megabytes(free)} free; the index has {megabytes(size)}"
    if free < size or free < _LEAST_FREE // 10:
        advice = f"free some space, or a run may not end: it needs {megabytes(_needed(size))}"
        return problem(Topic.DISK, "free space", text, advice)
    if free < _needed(size):
        advice = f"free some space: a run that joins segments needs {megabytes(_needed(size))}"
        return warning(Topic.DISK, "free space", text, advice)
    return ok(Topic.DISK, "free space", text)


def _needed(size: int) -> int:
    return max(_MERGE_FACTOR * size, _LEAST_FREE)


def _nodes(folder: Path) -> Iterator[Check]:
    """That files can still be made: a disk may have space and no more room for names."""
    try:
        seen = os.statvfs(folder)
    except OSError:
        return  # told with the free space
    if seen.f_files and not seen.f_favail:
        text = "the file system has no more room for files, whatever space it has"
        yield problem(Topic.DISK, "files", text, "delete some files, or " + _ELSEWHERE)


def _mounts() -> tuple[Mount, ...]:
    """What is mounted where; nothing on systems that do not tell it this way."""
    try:
        lines = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ()
    return tuple(filter(None, map(parse_mount, lines)))


def parse_mount(line: str) -> Mount | None:
    """A line of ``/proc/self/mountinfo`` (proc(5)); ``None`` for one that cannot be read."""
    before, separator, behind = line.partition(" - ")
    fields, kinds = before.split(" "), behind.split(" ")
    if not separator or len(fields) < 6 or len(kinds) < 3:
        return None
    place = _OCTAL.sub(lambda octal: chr(int(octal[1], 8)), fields[4])
    options = (*fields[5].split(","), *kinds[2].split(","))
    return Mount(place, kinds[0], "ro" in options)


def mount_of(folder: Path, mounts: tuple[Mount, ...]) -> Mount | None:
    """The mount that ``folder`` lies in: the longest, of equals the last."""
    real = os.path.realpath(folder)
    around = [m for m in mounts if m.place == "/" or f"{real}/".startswith(f"{m.place}/")]
    return max(reversed(around), key=lambda m: len(m.place), default=None)


def file_system(mount: Mount | None) -> Iterator[Check]:
    """What the file system means for an index."""
    name = "file system"
    if mount is None:
        yield ok(Topic.DISK, name, "this system does not tell of what kind it is")
        return
    text = f"{mount.kind}, mounted at {mount.place}"
    if mount.kind in _NETWORK:
        found = f"{text}: a network file system, whose locks and syncs may not hold"
        yield warning(Topic.DISK, name, found, f"{_ELSEWHERE} on a local disk")
    elif mount.kind in _MEMORY:
        found = f"{text}: in memory, so the index is gone when the machine stops"
        yield warning(Topic.DISK, name, found, _ELSEWHERE)
    else:
        yield ok(Topic.DISK, name, text)
    if mount.read_only:
        found = "mounted read-only: searches work, indexing does not"
        yield warning(Topic.DISK, "mount", found, f"mount it for writing, or {_ELSEWHERE}")


def _ignores_case(index: Path) -> bool:
    """Whether the same file answers to its name in another case."""
    try:
        return (index / "current").samefile(index / "CURRENT")
    except OSError:
        return False


def _permissions(index: Path, folder: Path) -> Iterator[Check]:
    name = "permissions"
    if not index.exists():
        if os.access(folder, os.W_OK | os.X_OK):
            yield ok(Topic.DISK, name, f"{folder} may be written")
        else:
            text = f"{folder} may not be written, so no index can be made there"
            yield problem(Topic.DISK, name, text, _ELSEWHERE)
        return
    closed = [place for place in _parts(index) if not _readable(place)]
    if closed:
        text = f"{closed[0]} may not be read by user {os.getuid()}"
        yield problem(Topic.DISK, name, text, f"let it be read:  chmod -R u+rX {index}")
        return
    fixed = [place for place in _parts(index) if not os.access(place, os.W_OK)]
    if fixed:
        text = f"{fixed[0]} may not be written: searches work, indexing does not"
        yield warning(Topic.DISK, name, text, f"run as its owner, or:  chmod -R u+w {index}")
        return
    owner = folder.stat().st_uid
    if os.getuid() == 0 and owner != 0:
        text = f"run as root in a folder of user {owner}, who may not write what root makes"
        yield warning(Topic.DISK, name, text, "run searchkit index as that user")
        return
    yield ok(Topic.DISK, name, "the index may be read and written")


def _parts(index: Path) -> Iterator[Path]:
    """The folders and small files of an index that exist."""
    names = ("", "CURRENT", "PREVIOUS", "lock", "stores")
    return (index / name for name in names if (index / name).exists())


def _readable(place: Path) -> bool:
    return os.access(place, os.R_OK | os.X_OK if place.is_dir() else os.R_OK)


def megabytes(size: int) -> str:
    """A size as people read it: ``150.8 MB``."""
    return f"{size / 1e6:,.1f} MB" if size < 1e9 else f"{size / 1e9:,.1f} GB"
