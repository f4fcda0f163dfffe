"""Messages between the parser pool and its workers: a JSON head and a body of bytes.

Floor 2.  A frame is two unsigned 32-bit big-endian lengths, the head (JSON, UTF-8) and the
body.  Nothing in a frame is ever executed or unpickled.
Invariant: ``unpack(bytearray(pack(head, body))) == (head, body)``.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Mapping
from typing import Any

from ..settings import IngestLimits

SPENT = 3
"""Exit status of a worker that ran out of memory, said so, and makes room for a fresh one."""

NUMBERS = 256
"""A worker tells the number of the candidate it is at modulo this, in one byte; a worker has fewer
candidates at a time."""

TOGETHER = 16
"""Candidates that are sent together, parsed side by side and answered together."""

_READ_BYTES = 262_144
_LENGTHS = struct.Struct("!II")
_encode = json.JSONEncoder(separators=(",", ":")).encode
_decode = json.JSONDecoder().decode


def pack(head: Mapping[str, Any], *body: bytes) -> bytes:
    """The bytes of one frame, whose body may come in parts.  ``head`` holds what JSON can hold."""
    top = _encode(head).encode("ascii")
    return b"".join((_LENGTHS.pack(len(top), sum(map(len, body))), top, *body))


def unpack(buffer: bytearray) -> tuple[dict[str, Any], bytes] | None:
    """Takes the first frame off ``buffer``; ``None`` (and nothing taken) if it is not all there."""
    if len(buffer) < _LENGTHS.size:
        return None
    top, rest = _LENGTHS.unpack_from(buffer)
    end = _LENGTHS.size + top + rest
    if len(buffer) < end:
        return None
    content = bytes(memoryview(buffer)[_LENGTHS.size : end])
    del buffer[:end]
    return _opened(content, top)


class Inbox:
    """Frames that come by the descriptor ``number``, which blocks."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._buffer = bytearray()

    def here(self) -> tuple[dict[str, Any], bytes] | None:
        """The next frame if it has come already."""
        return unpack(self._buffer)

    def wait(self) -> tuple[dict[str, Any], bytes] | None:
        """Waits for the next frame; ``None`` at the end of them, even a ragged one."""
        while (frame := unpack(self._buffer)) is None:
            more = os.read(self._number, _READ_BYTES)
            if not more:
                return None
            self._buffer += more
        return frame


def _opened(content: bytes, top: int) -> tuple[dict[str, Any], bytes]:
    """Head, the first ``top`` bytes, and body."""
    head: dict[str, Any] = _decode(content[:top].decode("ascii"))
    return head, content[top:]


def time_reason(limits: IngestLimits) -> str:
    """What is said of an article that took too long."""
    return f"took longer than {limits.seconds:g} s"


def memory_reason(limits: IngestLimits) -> str:
    """What is said of an article that needed too much memory."""
    return f"needed more than {limits.memory_bytes // 2**20} MB"
