"""``backup`` the newest generation of an index, and ``restore`` it.

Floor 5.  Invariant: neither returns before what it made has been read back and found whole, and
neither changes anything that was there before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .engines.whoosh import copies
from .errors import IndexCorrupt
from .homes import Place, folder_of
from .integrity import CheckReport, check

_SNAPSHOTS = "let the cluster make a snapshot of it: docs/opensearch.md"
_REBUILT = "let the cluster restore a snapshot, or index the sources again: docs/opensearch.md"


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What was copied from ``source`` to ``target``: articles, files and their bytes."""

    source: str
    target: str
    generation: str
    articles: int
    files: int
    size: int


def backup(place: Place, target: Path) -> BackupReport:
    """Copy the newest generation of the index at ``place`` to ``target``, which must not exist: one
    file where its name ends in ``.tar``, else a folder that is an index of its own.

    Writers and readers of the index go on meanwhile.  Raises ``IndexNotFound``, ``IndexExists``,
    ``IndexCorrupt`` where the index, or the copy on the disk, is damaged, ``EngineError``, and
    ``SettingsError`` for an index on a cluster.
    """
    path = folder_of(place, "a backup", _SNAPSHOTS)
    made = copies.copy_out(path, target)
    try:
        copies.verify(target)
        if target.is_dir():
            _require_sound(check(target), target)
    except IndexCorrupt:
        copies.remove(target)
        raise
    files = made.files()
    size = sum(file.size for file in files)
    return BackupReport(str(path), str(target), made.name, made.articles, len(files), size)


def restore(
    source: Path,
    place: Place,
    *,
    force: bool = False,
    lock_timeout: float = 30.0,
    on_wait: Callable[[str], None] | None = None,
) -> BackupReport:
    """Make the backup ``source`` the index at ``place``, where there must be none, unless
    ``force``: it then replaces the one there, which is kept as the generation before.

    Raises ``IndexExists``, ``IndexLocked`` after ``lock_timeout`` seconds, ``IndexCorrupt`` where
    the backup is damaged, ``EngineError``, ``SettingsError`` for an index on a cluster.  The index
    is then as it was.
    """
    path = folder_of(place, "a restored backup", _REBUILT)
    made = copies.copy_in(source, path, force=force, lock_timeout=lock_timeout, on_wait=on_wait)
    files = made.files()
    size = sum(file.size for file in files)
    return BackupReport(str(source), str(path), made.name, made.articles, len(files), size)


def _require_sound(report: CheckReport, target: Path) -> None:
    for fault in report.faults:
        reason = f"the index is damaged: {fault.where}: {fault.what}"
        raise IndexCorrupt(str(target), reason, "see:  searchkit check")
