"""Many documents at once: bounded requests, a few of them on their way, each answer looked at.

Floor 4.  What the cluster has no room for now is sent again, later and later; so is what no node
answered to, since writing a document once more by its id changes nothing.
Invariant: of several operations on one id the last counts, and ``finish`` returns only when the
cluster has said of every single document that it is written.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

from ...errors import ClusterBusy, ClusterDegraded, ClusterProblem, EngineError
from . import patience, shape
from .connection import BLOCK, Cluster, TooLarge

REQUEST_BYTES = 5_000_000
REQUEST_DOCUMENTS = 1_000
"""A request is sent when it has so much."""

ON_THEIR_WAY = 3
THREADS = 2

DOCUMENT_BYTES = 90_000_000
"""A larger document cannot be sent: a cluster takes requests of 100 MB."""

_FULL, _GONE, _CONFLICT, _FAILED = 429, 404, 409, 500
_PARAMS = {
    "require_alias": "true",
    "timeout": "20s",
    "request_timeout": 40,
    "filter_path": "errors,items.*.status,items.*.error",
}


class Operation(NamedTuple):
    """One operation of a bulk request on the document ``id``: what is to be done, as ``action``,
    and the line that says with what, if any."""

    id: str
    action: str
    line: bytes = b""


def put(article_id: str, document: Mapping[str, Any]) -> Operation:
    """Have this document, in place of another one of that id."""
    return Operation(article_id, "index", _line(document))


def delete(article_id: str) -> Operation:
    """Have no document of that id."""
    return Operation(article_id, "delete")


def update(article_id: str, body: Mapping[str, Any]) -> Operation:
    """Change a document by a script, or make it."""
    return Operation(article_id, "update", _line(body))


def _line(content: Mapping[str, Any]) -> bytes:
    return _encode(content).encode() + b"\n"


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


_Lines = tuple[str, bytes]
_RUN_BITS = 32


class Bulk:
    """Writes documents of one physical index, which is being made for generation ``number``.

    Each operation has a higher version than those before, of any generation, so that one that was
    given up, and is done all the same later on, does not undo what came after it.
    """

    def __init__(self, cluster: Cluster, index: str, number: int) -> None:
        self._cluster = cluster
        self._index = shape.written(index)
        self._version = number << _RUN_BITS
        self._next: dict[str, Operation] = {}
        self._bytes = 0
        self._sent: deque[tuple[frozenset[str], Future[None]]] = deque()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="bulk")
        self._over = threading.Event()

    def add(self, operation: Operation) -> None:
        """Take an operation; it is done later.  Raises what earlier ones failed by, and waits
        while there are too many of them."""
        before = self._next.pop(operation.id, None)
        if before is not None:
            self._bytes -= len(before.line)
        self._next[operation.id] = operation
        self._bytes += len(operation.line)
        if self._bytes >= REQUEST_BYTES or len(self._next) >= REQUEST_DOCUMENTS:
            self._send()

    def pending(self, article_id: str) -> Operation | None:
        """The operation on this id that is not sent yet, if there is one; one that is on its way
        is waited for."""
        while any(article_id in ids for ids, _ in self._sent):
            self._wait()
        return self._next.get(article_id)

    def finish(self) -> None:
        """Have everything written that was added.  Raises ``ClusterProblem`` and ``EngineError``
        where that cannot be done."""
        self._send()
        while self._sent:
            self._wait()

    def close(self) -> None:
        """Give up what is not written yet, and end the threads."""
        self._over.set()
        self._next.clear()
        self._sent.clear()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _send(self) -> None:
        operations, self._next, self._bytes = self._next, {}, 0
        if not operations:
            return
        # Threads overtake each other: what is on its way for one of these ids has to come first.
        while any(not ids.isdisjoint(operations) for ids, _ in self._sent):
            self._wait()
        while len(self._sent) >= ON_THEIR_WAY:
            self._wait()
        lines = [self._lines(operation) for operation in operations.values()]
        work = self._threads.submit(self._deliver, lines)
        self._sent.append((frozenset(operations), work))

    def _lines(self, operation: Operation) -> tuple[str, bytes]:
        """The id and the lines of an operation in a request."""
        self._version += 1
        about: dict[str, Any] = {"_id": operation.id}
        if operation.action == "update":
            about["retry_on_conflict"] = 3
        else:
            about |= {"version": self._version, "version_type": "external"}
        return operation.id, _line({operation.action: about}) + operation.line

    def _wait(self) -> None:
        """Wait for the request that was sent first."""
        _, work = self._sent.popleft()
        work.result()

    def _deliver(self, operations: list[_Lines]) -> None:
        """Send operations until all are done."""
        pauses = patience.waits()
        while True:
            try:
                operations, problem = self._asked(operations)
                if problem is None:
                    return
            except TooLarge:
                if len(operations) == 1:
                    raise
                half = len(operations) // 2
                self._deliver(operations[:half])
                self._deliver(operations[half:])
                return
            except patience.PASSING as error:
                problem = error
            seconds = next(pauses, None)
            if seconds is None or self._over.wait(seconds):
                raise problem

    def _asked(self, operations: list[_Lines]) -> tuple[list[_Lines], ClusterProblem | None]:
        """Send operations once; those that are to be sent again, and why."""
        body = b"".join([lines for _, lines in operations])
        with self._cluster.asking() as client:
            answer = client.bulk(body=body, index=self._index, params=_PARAMS)
        items: list[dict[str, Any]] = answer.get("items", [])
        if len(items) != len(operations):
            raise ClusterProblem(str(self._cluster.address), "it did not tell of all documents")
        if not answer["errors"]:
            return [], None
        left, problem = [], None
        for operation, item in zip(operations, items, strict=True):
            ((action, told),) = item.items()
            # Another version is a higher one: that of this operation, if not of a later one.
            if "error" in told and (told["status"] != _CONFLICT or action == "update"):
                problem = self._problem(operation[0], told)
                left.append(operation)
        return left, problem

    def _problem(self, article_id: str, told: Mapping[str, Any]) -> ClusterProblem:
        """Why an operation was not done, if it may yet be.  Raises ``EngineError`` if not."""
        where, status, error = str(self._cluster.address), told["status"], told["error"]
        reason = str(error.get("reason", error))[:300].rstrip(";")
        if error.get("type") == BLOCK:
            problem = self._cluster.blocked(status, reason)
            if status == _FULL:
                return problem
            raise problem
        if status == _FULL:
            return ClusterBusy(where, f"it has too much to do ({reason})", _HINT)
        if status == _CONFLICT or status >= _FAILED:
            return ClusterDegraded(where, f"it cannot write ({reason})", _HINT)
        if status == _GONE:
            raise EngineError(f"{where}: what this run wrote is gone ({reason})")
        raise EngineError(f"{where}: {article_id} cannot be stored: {reason}")


_HINT = "nothing of this run is visible: run it again when the cluster has recovered"
