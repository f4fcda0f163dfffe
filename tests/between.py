"""A host between a client and a node of a cluster, which makes trouble on order.

What it lets through goes to the real node, so that all but the trouble is real.
"""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Trouble(Enum):
    """``BUSY``: answered 429, not passed on.  ``DROPPED``: no answer, not passed on.  ``LOST``:
    passed on, and no answer.  ``PARTLY``: of a bulk request only the first half is passed on, the
    other documents are refused."""

    BUSY = "busy"
    DROPPED = "dropped"
    LOST = "lost"
    PARTLY = "partly"


Plan = Callable[[str, str], Trouble | None]
_BUSY = {"error": {"type": "circuit_breaking_exception", "reason": "too much data"}, "status": 429}
_REJECTED = {"type": "rejected_execution_exception", "reason": "queue is full"}


class Between:
    """Listens on ``port``; ``plan`` says what happens to each request, by method and path."""

    def __init__(self, host: str, port: int) -> None:
        self.plan: Plan = lambda method, path: None
        self.troubled: list[Trouble] = []
        between = self

        class Passing(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do(self) -> None:
                between._pass(self, host, port)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do

            def log_message(self, format: str, *args: object) -> None:
                """Nothing is printed."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Passing)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]

    def _pass(self, asked: BaseHTTPRequestHandler, host: str, port: int) -> None:
        body = asked.rfile.read(int(asked.headers.get("Content-Length", 0)))
        trouble = self.plan(asked.command, asked.path)
        if trouble is not None:
            self.troubled.append(trouble)
        if trouble is Trouble.DROPPED:
            asked.close_connection = True
            return
        if trouble is Trouble.BUSY:
            _answer(asked, 429, json.dumps(_BUSY).encode())
            return
        whole = body
        if trouble is Trouble.PARTLY:
            body = _first_half(body)
        node = http.client.HTTPConnection(host, port, timeout=60)
        try:
            node.request(asked.command, asked.path, body, {"Content-Type": "application/json"})
            answer = node.getresponse()
            data = answer.read()
        finally:
            node.close()
        if trouble is Trouble.LOST:
            asked.close_connection = True
            return
        if trouble is Trouble.PARTLY:
            data = _as_if_rejected(whole, data)
        _answer(asked, answer.status, data)

    @contextmanager
    def running(self) -> Iterator[Between]:
        """Listen for as long as this lasts."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


def first(times: int, trouble: Trouble, method: str, part: str) -> Plan:
    """The ``trouble`` for the first ``times`` requests whose path has ``part`` in it."""
    left = [times]

    def plan(asked: str, path: str) -> Trouble | None:
        if asked != method or part not in path or not left[0]:
            return None
        left[0] -= 1
        return trouble

    return plan


def _answer(asked: BaseHTTPRequestHandler, status: int, data: bytes) -> None:
    asked.send_response(status)
    asked.send_header("Content-Type", "application/json; charset=UTF-8")
    asked.send_header("Content-Length", str(len(data)))
    asked.end_headers()
    if asked.command != "HEAD":
        asked.wfile.write(data)


def _operations(body: bytes) -> list[list[bytes]]:
    """The operations of a bulk request, as their lines."""
    lines = iter(body.splitlines(keepends=True))
    return [[line] if b'"delete"' in line[:12] else [line, next(lines)] for line in lines]


def _first_half(body: bytes) -> bytes:
    operations = _operations(body)
    return b"".join(b"".join(lines) for lines in operations[: (len(operations) + 1) // 2])


def _as_if_rejected(whole: bytes, data: bytes) -> bytes:
    """The answer to a part of a bulk request, with a refusal for each of the others."""
    answer: dict[str, Any] = json.loads(data)
    rest = _operations(whole)[len(answer["items"]) :]
    refused = [{"index": {"status": 429, "error": _REJECTED}} for _ in rest]
    return json.dumps({"errors": bool(rest), "items": [*answer["items"], *refused]}).encode()
