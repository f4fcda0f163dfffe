"""A wire between searchkit and a cluster that can be cut, fall silent or be slow, and be mended; so
that a cluster is away for one test and for nobody else."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress

_READ_BYTES = 65_536


class Wire:
    """Listens on loopback at ``port`` and hands on to ``target`` whatever comes, and back."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        self._flows = threading.Event()
        self._flows.set()
        self._late = 0.0
        self._listening: socket.socket | None = None
        self.port = 0
        self.mend()

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *exception: object) -> None:
        self.cut()

    def mend(self) -> None:
        """Hand on what comes: from now on, and what has waited in silence."""
        self._late = 0.0
        self._flows.set()
        if self._listening is None:
            self._listening = socket.create_server(("127.0.0.1", self.port))
            self.port = self._listening.getsockname()[1]
            threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def silence(self) -> None:
        """Take whatever comes, and hand nothing on."""
        self._flows.clear()

    def slow(self, seconds: float) -> None:
        """Hand on what the cluster answers so much later."""
        self._late = seconds

    def cut(self) -> None:
        """Refuse connections, and end all there are."""
        listening, self._listening = self._listening, None
        with self._guard:
            ending = {*self._open, *([listening] if listening else [])}
            self._open.clear()
        for one in ending:
            _end(one)
        self._flows.set()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                near, _ = listening.accept()
                far = socket.create_connection(self._target)
            except OSError:
                return
            with self._guard:
                self._open |= {near, far}
            for start, end, answers in ((near, far, False), (far, near, True)):
                carried = (start, end, answers)
                threading.Thread(target=self._carry, args=carried, daemon=True).start()

    def _carry(self, start: socket.socket, end: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while data := start.recv(_READ_BYTES):
                time.sleep(self._late if answers else 0.0)
                self._flows.wait()
                end.sendall(data)
        with self._guard:
            self._open -= {start, end}
        _end(start)
        _end(end)


def _end(one: socket.socket) -> None:
    """End a connection, also for a thread that waits for it."""
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
