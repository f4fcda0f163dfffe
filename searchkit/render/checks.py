"""What was found wrong with an index and what was done about it, as lines and as dictionaries.

Floor 7.  Invariant: every fault is named, with its file, and the last line says what to do next.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

from ..backup import BackupReport
from ..integrity import CheckReport, RepairReport
from .characters import printable
from .layout import counted

_SHOWN = 20


def render_check(report: CheckReport) -> Iterator[str]:
    """What was looked at, what is wrong, what to do."""
    yield f"Checked {printable(report.path)}  ·  {_looked_at(report)}"
    if report.left:
        files = counted(len(report.left), "file")
        yield f"  {files} of an earlier run that nothing needs: the next run removes them"
    if report.sound:
        yield f"  sound: nothing is wrong   {report.seconds:.1f} s"
        return
    yield f"  damaged: {counted(len(report.faults), 'fault')}   {report.seconds:.1f} s"
    for fault in report.faults[:_SHOWN]:
        yield f"    {printable(fault.where)}: {printable(fault.what)}"
    if len(report.faults) > _SHOWN:
        yield f"    … and {len(report.faults) - _SHOWN:,} more (--json)"
    option = "" if report.path == "index" else f" --index {shlex.quote(report.path)}"
    yield f"Repair it with:  searchkit check --repair{option}"


def render_repair(report: RepairReport) -> Iterator[str]:
    """What was wrong, what was done, what is lost."""
    if report.before.sound:
        yield from render_check(report.before)
        return
    *lines, _ = render_check(report.before)
    yield from lines
    if report.rebuilt is None:
        yield "Repaired: the newest generation was whole, and is committed once more."
    else:
        held = counted(report.rebuilt.articles, "article")
        yield f"Repaired: built anew from its sources, {held}."
    for lost in report.lost[:_SHOWN]:
        yield f"  lost: {lost.id} {printable(lost.path)}: {lost.reason}"
    if len(report.lost) > _SHOWN:
        yield f"  … and {len(report.lost) - _SHOWN:,} more (--json)"
    if report.rebuilt is not None and not report.lost:
        yield "No article was lost."
    if not report.after.sound:
        yield from render_check(report.after)


def render_backup(report: BackupReport, done: str) -> Iterator[str]:
    """``done`` is what was done: ``Backed up`` or ``Restored``."""
    what = f"{counted(report.articles, 'article')}, {_size(report.size)}"
    yield f"{done} {printable(report.source)} to {printable(report.target)}  ·  {what}, verified"


def check_to_dict(report: CheckReport) -> dict[str, Any]:
    """A check for programs."""
    return {
        "schema": "searchkit.check/1",
        "index": report.path,
        "sound": report.sound,
        "generation": report.generation,
        "files": report.files,
        "size_bytes": report.size,
        "segments": report.segments,
        "articles": report.articles,
        "compared": report.compared,
        "faults": [
            {"file": fault.where, "what": fault.what, "newest": fault.newest}
            for fault in report.faults
        ],
        "leftovers": list(report.left),
        "seconds": round(report.seconds, 3),
    }


def repair_to_dict(report: RepairReport) -> dict[str, Any]:
    """A repair for programs."""
    return {
        "schema": "searchkit.repair/1",
        "before": check_to_dict(report.before),
        "rebuilt": report.rebuilt is not None,
        "lost": [{"id": lost.id, "path": lost.path, "reason": lost.reason} for lost in report.lost],
        "after": check_to_dict(report.after),
    }


def backup_to_dict(report: BackupReport) -> dict[str, Any]:
    """A backup or its restoration for programs."""
    return {
        "schema": "searchkit.backup/1",
        "source": report.source,
        "target": report.target,
        "generation": report.generation,
        "articles": report.articles,
        "files": report.files,
        "size_bytes": report.size,
    }


def _looked_at(report: CheckReport) -> str:
    looked = (
        counted(report.articles, "article"),
        # Those of a cluster are its own.
        "" if "://" in report.path else counted(report.files, "file"),
        _size(report.size),
        f"{counted(report.compared, 'text')} compared",
    )
    return ", ".join(filter(None, looked))


def _size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size:,} bytes"
