"""One writer of an index on a cluster: a document that says who, and is renewed while it writes.

Floor 4.  Whoever creates the document holds the lock; who does not renew it for a lease loses it to
the next one.  No clocks are compared: who waits watches whether the document changes.
Invariant: a writer that lost the lock is told so before it commits.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from ...errors import EngineError, IndexLocked
from . import shape
from .connection import Cluster, Conflict, Missing
from .generations import Foreign, told_of
from .patience import patiently

LEASE_SECONDS = 60.0
"""A lock that was not renewed for so long may be taken over."""

RENEWAL_SECONDS = 10.0
_POLL_SECONDS = 0.05, 1.0
_DOCUMENT = "writer"
_SETTINGS = {"index": {"number_of_shards": 1, "auto_expand_replicas": "0-1"}}


class ClusterLock:
    """The right to write an index, from ``acquire`` to ``release``."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._index = shape.lock_index(cluster.address.name)
        self._token = secrets.token_hex(16)
        self._since = time.time()
        self._version: tuple[int, int] | None = None
        self._taken_by = ""
        self._pid = os.getpid()
        self._renewing = threading.Lock()
        self._over = threading.Event()

    def acquire(self, timeout: float, on_wait: Callable[[str], None] | None = None) -> None:
        """Take the lock, waiting up to ``timeout`` seconds; ``on_wait`` is told once who holds it.

        Raises ``IndexLocked`` when the time is over.
        """
        patiently(self._prepare)
        begun = time.monotonic()
        watched: tuple[int, int] | None = None
        since, told, pause = begun, False, _POLL_SECONDS[0]
        while not patiently(self._created):
            holder, version = patiently(self._holder)
            if version is None:
                continue  # given back this moment
            if holder.get("token") == self._token:
                # It was ours already: an answer was lost.
                self._version = version
                break
            now = time.monotonic()
            if version != watched:
                watched, since = version, now
            if _is_gone(holder) or now - since >= LEASE_SECONDS:
                if self._write(version):
                    break
                continue
            if now - begun >= timeout:
                raise IndexLocked(str(self._cluster.address), _words(holder))
            if on_wait is not None and not told:
                told = True
                on_wait(_words(holder))
            time.sleep(min(pause, max(0.0, begun + timeout - now)))
            pause = min(2 * pause, _POLL_SECONDS[1])
        threading.Thread(
            target=_renewals, args=(weakref.ref(self), self._over), daemon=True
        ).start()

    @property
    def held(self) -> bool:
        """Whether this process took the lock and did not give it back."""
        return self._version is not None and self._pid == os.getpid()

    def check(self) -> None:
        """Raise ``EngineError`` unless this very process holds the lock, as far as is known."""
        if self._taken_by:
            raise self._lost()
        if not self.held:
            where = self._cluster.address
            raise EngineError(f"this writer of {where} is closed or belongs to another process")

    def renew(self) -> None:
        """Make sure that the lock is held, and hold it for another lease.  Raises
        ``EngineError`` where somebody else took it meanwhile."""
        with self._renewing:
            self.check()
            assert self._version is not None
            if not self._write(self._version):
                holder, version = self._holder()
                if version is None or holder.get("token") != self._token:
                    self._taken_by = _words(holder) if version else "nobody"
                    raise self._lost()
                # An answer was lost, not the lock.
                self._version = version

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        self._over.set()
        with self._renewing:
            held, version = self.held, self._version
            self._version = None
            if not held or version is None or self._taken_by:
                return
            try:
                with self._cluster.asking() as client:
                    client.delete(
                        index=self._index,
                        id=_DOCUMENT,
                        params={"if_seq_no": version[0], "if_primary_term": version[1]},
                    )
            except (Missing, Conflict):
                # Somebody took it over, so there is nothing to give back.
                return

    def _lost(self) -> EngineError:
        where = self._cluster.address
        lost = EngineError(f"this writer of {where} lost its lock to {self._taken_by}")
        lost.hint = "run it again; another one wrote meanwhile"
        return lost

    def _prepare(self) -> None:
        """Have an index for the document."""
        told = {shape.OURS: {"of": self._cluster.address.name, "part": "-lock"}}
        body = {"settings": _SETTINGS, "mappings": {"enabled": False, "_meta": told}}
        name = self._index
        try:
            with self._cluster.asking() as client:
                found = client.indices.get(index=name)
        except Missing:
            try:
                with self._cluster.asking() as client:
                    client.indices.create(index=name, body=body)
            except Conflict:
                return
            return
        if told_of(found.get(name, {})) is None:
            where = str(self._cluster.address)
            raise Foreign(where, f"{name} is there, and not searchkit's", "choose another name")

    def _body(self) -> dict[str, Any]:
        return {
            "token": self._token,
            "host": socket.gethostname(),
            "pid": self._pid,
            "since": self._since,
            "machine": _machine(),
            "renewed": time.time(),
        }

    def _created(self) -> bool:
        """Whether the lock was free."""
        params = {"op_type": "create"}
        try:
            with self._cluster.asking() as client:
                answer = client.index(
                    index=self._index, id=_DOCUMENT, body=self._body(), params=params
                )
        except Conflict:
            return False
        self._version = answer["_seq_no"], answer["_primary_term"]
        return True

    def _write(self, version: tuple[int, int]) -> bool:
        """Whether the document was still that of ``version``, and is ours now."""
        params = {"if_seq_no": version[0], "if_primary_term": version[1]}
        try:
            with self._cluster.asking() as client:
                answer = client.index(
                    index=self._index, id=_DOCUMENT, body=self._body(), params=params
                )
        except (Conflict, Missing):
            return False
        self._version = answer["_seq_no"], answer["_primary_term"]
        return True

    def _holder(self) -> tuple[Mapping[str, Any], tuple[int, int] | None]:
        """Who holds the lock, and by which version of the document; ``None`` for nobody."""
        found = document(self._cluster)
        if found is None:
            return {}, None
        return found["_source"], (found["_seq_no"], found["_primary_term"])


def _renewals(lock: weakref.ref[ClusterLock], over: threading.Event) -> None:
    """Renew a lock until it is given back, lost, or forgotten."""
    while not over.wait(RENEWAL_SECONDS):
        held = lock()
        if held is None or not held.held:
            return
        try:
            held.renew()
        except EngineError:
            # A lost lock stays lost, and is told of by ``check``; a cluster that does not answer
            # now is asked once more, and before the commit.
            if held._taken_by:
                return
        del held


def document(cluster: Cluster) -> dict[str, Any] | None:
    """The document of the lock, ``None`` where nobody holds it."""
    try:
        with cluster.asking() as client:
            found: dict[str, Any] = client.get(
                index=shape.lock_index(cluster.address.name), id=_DOCUMENT
            )
    except Missing:
        return None
    return found


def writer_of(cluster: Cluster) -> str:
    """Who writes the index, in words; empty where nobody does."""
    found = document(cluster)
    return _words(found["_source"]) if found else ""


def _machine() -> str:
    """What tells this machine, since it was started, and this space of process numbers."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return ""


def _is_gone(holder: Mapping[str, Any]) -> bool:
    """Whether the holder is a process of this machine that ended: it renews nothing any more."""
    machine = _machine()
    if not machine or holder.get("machine") != machine:
        return False
    try:
        os.kill(int(holder["pid"]), 0)
    except ProcessLookupError:
        return True
    except (OSError, ValueError, TypeError, KeyError, OverflowError):
        return False
    return False


def _words(holder: Mapping[str, Any]) -> str:
    """Who holds a lock, in words."""
    try:
        pid, since, host = int(holder["pid"]), float(holder["since"]), str(holder["host"])
        clock = datetime.fromtimestamp(since).strftime("%H:%M:%S")
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        return "another process"
    where = "" if host == socket.gethostname() else f" on {host}"
    return f"process {pid}{where} since {clock}"
