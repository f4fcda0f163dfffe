"""Room on the disk for the next commit of marks, kept for the day on which there is no other.

Floor 4.  The file ``reserve`` of an index holds nothing; its blocks are worth the catalogue and
the pointers of one commit and some 5,000 deletions more.  A commit that meets a full disk gives
it up and tries once more.  Invariant: the file is never read, and no commit fails for want of it.
"""

from __future__ import annotations

from pathlib import Path

from . import storage
from .faults import is_full
from .generations import Generation

RESERVE = "reserve"
SLACK = 128 << 10
"""Bytes for the marks that the next commit adds: about twelve a mark in each pointer."""


def keep(path: Path, size: int) -> None:
    """Have room for ``size`` bytes and ``SLACK``, as far as the disk has it.

    Raises ``OSError`` for anything but a full disk.
    """
    file = path / RESERVE
    try:
        if storage.disk.stat(file).st_size >= size + SLACK:
            return
        storage.disk.unlink(file)
    except FileNotFoundError:
        pass
    # More than is needed, so that it lasts for some commits; less, where there is not so much.
    for room in ((size + SLACK) * 5 // 4, size + SLACK, size + SLACK // 4):
        if _allocated(file, room):
            return


def _allocated(file: Path, room: int) -> bool:
    """Whether the disk had ``room`` bytes for ``file``."""
    try:
        storage.disk.allocate(file, room)
    except OSError as error:
        storage.discard(file)
        if is_full(error):
            return False
        raise
    return True


def give_up(path: Path) -> bool:
    """Free the room; whether there was any."""
    try:
        storage.disk.unlink(path / RESERVE)
    except FileNotFoundError:
        return False
    return True


def pointing(generation: Generation) -> int:
    """Bytes of what a commit writes beside its segments."""
    catalogue = sum(file.size for file in (generation.catalogue, generation.copies) if file)
    return catalogue + 2 * len(generation.to_bytes())
