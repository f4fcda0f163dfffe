"""``CURRENT`` as a reader saw it: whether it is still that file is told by one ``stat``.

Floor 4.  The file stays mapped for as long as it is remembered, so that its inode cannot be given
to a later one, however quickly commits follow each other.  Invariant: what was seen before a
pointer was read is never newer than what was read.
"""

from __future__ import annotations

import mmap
import os
from datetime import datetime, timezone
from pathlib import Path

from . import storage
from .faults import Unsound
from .generations import CURRENT, current_name

_NOTHING = (0, 0, 0)

Identity = tuple[int, int, int]
"""Device, inode, and the time of the last change in nanoseconds; zeros where there is no file."""


class Sight:
    """How ``CURRENT`` in the folder ``path`` looks now.  Raises ``OSError`` but where it is
    missing."""

    def __init__(self, path: Path) -> None:
        self._path = path / CURRENT
        self._seen = _NOTHING
        self._held: mmap.mmap | None = None
        try:
            # Told before it is mapped: where a commit comes in between, this one does not last.
            found = storage.disk.stat(self._path)
            self._seen = _identity(found)
            if found.st_size:
                self._held = storage.disk.map(self._path)
        except (FileNotFoundError, NotADirectoryError):
            return
        except Unsound:
            # Something else stands there, which is told when the pointer is read.
            self._seen = self._now()

    def lasts(self) -> bool:
        """Whether it still looks so: no commit has been since."""
        return self._now() == self._seen

    def _now(self) -> Identity:
        try:
            return _identity(storage.disk.stat(self._path))
        except (FileNotFoundError, NotADirectoryError):
            return _NOTHING

    def close(self) -> None:
        """Let go of the file; from now on a later one may look the same."""
        self._held = None


class Newest:
    """The name of the newest generation in the folder ``path``, read again when it has changed;
    for one thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sight: Sight | None = None
        self._name = ""

    def name(self) -> str:
        """It, or an empty string where there is none that can be read."""
        try:
            if self._sight is None or not self._sight.lasts():
                # Seen before the name is read: a commit in between is noticed the next time.
                self._sight = Sight(self._path)
                self._name = current_name(self._path)
        except OSError:
            self._sight, self._name = None, ""
        return self._name


def committed(path: Path) -> datetime | None:
    """When ``CURRENT`` was last replaced; ``None`` where there is none."""
    try:
        seconds = storage.disk.stat(path / CURRENT).st_mtime
    except (FileNotFoundError, NotADirectoryError):
        return None
    return datetime.fromtimestamp(seconds, timezone.utc)


def _identity(found: os.stat_result) -> Identity:
    return (found.st_dev, found.st_ino, found.st_mtime_ns)
