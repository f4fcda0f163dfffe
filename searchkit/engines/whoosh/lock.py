"""One writer per index: a lock file of our own, held with ``flock``.

Floor 4.  The kernel drops the lock when its process ends, however that happens, so a lock file
left behind is no obstacle.  Invariant: a forked child neither holds nor releases the lock.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
import weakref
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from ...errors import EngineError, IndexLocked
from . import storage

LOCK_FILE = "lock"
_POLL_SECONDS = 0.05
_HOLDER_BYTES = 1024


class WriterLock:
    """The right to write the index in ``folder``, from ``acquire`` to ``release``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._fd = -1
        self._pid = os.getpid()

    def acquire(self, timeout: float, on_wait: Callable[[str], None] | None = None) -> None:
        """Take the lock, waiting up to ``timeout`` seconds; ``on_wait`` is told once who holds it.

        Raises ``IndexLocked`` when the time is over.
        """
        path = self._folder / LOCK_FILE
        fd = storage.disk.open_lock(path)
        deadline = time.monotonic() + timeout
        told = False
        try:
            while not _try_lock(fd):
                holder = _read_holder(fd)
                if time.monotonic() >= deadline:
                    raise IndexLocked(str(self._folder), holder)
                if on_wait is not None and not told:
                    told = True
                    on_wait(holder)
                time.sleep(min(_POLL_SECONDS, max(0.0, deadline - time.monotonic())))
            _write_holder(fd)
        except BaseException:
            os.close(fd)
            raise
        self._fd = fd
        self._pid = os.getpid()
        _held.add(self)

    @property
    def held(self) -> bool:
        return self._fd >= 0 and self._pid == os.getpid()

    def check(self) -> None:
        """Raise ``EngineError`` unless this very process holds the lock."""
        if not self.held:
            raise EngineError(
                f"this writer of {self._folder} is closed or belongs to another process"
            )

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        fd, self._fd = self._fd, -1
        _held.discard(self)
        if fd >= 0:
            try:
                if self._pid == os.getpid():
                    _sign(fd, b"")
                    # A child forked this moment may not have closed its copy of ``fd`` yet.
                    fcntl.flock(fd, fcntl.LOCK_UN)
            finally:
                os.close(fd)

    def _forget(self) -> None:
        """In a forked child: close the shared descriptor without unlocking the parent's lock."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)


_held: weakref.WeakSet[WriterLock] = weakref.WeakSet()


def _after_fork() -> None:
    for lock in list(_held):
        lock._forget()
    _held.clear()


os.register_at_fork(after_in_child=_after_fork)


def _try_lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write_holder(fd: int) -> None:
    holder = {"pid": os.getpid(), "since": time.time(), "host": socket.gethostname()}
    _sign(fd, json.dumps(holder).encode())


def _sign(fd: int, text: bytes) -> None:
    """Put ``text`` in the place of what the file says; always of one length, so that a full disk
    has room for it."""
    try:
        storage.disk.sign(fd, text.ljust(_HOLDER_BYTES))
    except OSError:
        # It only tells the next one who holds the lock; better nobody than somebody gone.
        os.ftruncate(fd, 0)


def _read_holder(fd: int) -> str:
    """Who holds the lock, in words: ``process 1234 since 14:03:22 (2 minutes)``."""
    try:
        holder = json.loads(os.pread(fd, _HOLDER_BYTES, 0))
        pid, since, host = int(holder["pid"]), float(holder["since"]), str(holder["host"])
        clock = datetime.fromtimestamp(since).strftime("%H:%M:%S")
    except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError):
        return "another process"  # between taking the lock and signing it
    where = "" if host == socket.gethostname() else f" on {host}"
    return f"process {pid}{where} since {clock} ({_age(time.time() - since)})"


def _age(seconds: float) -> str:
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")):
        count = int(seconds // size)
        if count >= 1:
            return f"{count} {unit}" + ("s" if count > 1 else "")
    return "less than a second"
