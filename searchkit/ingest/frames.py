"""Messages between the parser pool and its workers: a JSON head and a body of bytes.

Floor 2.  A frame is two unsigned 32-bit big-endian lengths, the head (JSON, UTF-8) and the
body.  Nothing in a frame is ever executed or unpickled.
Invariant: ``unpack(bytearray(pack(head, body))) == (head, body)``.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

from ..settings import IngestLimits
from .files import Readable

SPENT = 3
"""Exit status of a worker that ran out of memory, said so, and makes room for a fresh one."""

_LENGTHS = struct.Struct("!II")
_encode = json.JSONEncoder(separators=(",", ":")).encode
_decode = json.JSONDecoder().decode


def pack(head: Mapping[str, Any], body: bytes = b"") -> bytes:
    """The bytes of one frame.  ``head`` holds what JSON can hold."""
    top = _encode(head).encode("ascii")
    return b"".join((_LENGTHS.pack(len(top), len(body)), top, body))


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


def receive(stream: Readable) -> tuple[dict[str, Any], bytes] | None:
    """Waits for one frame from a buffered ``stream``; ``None`` at its end, even a ragged one."""
    start = stream.read(_LENGTHS.size)
    if len(start) < _LENGTHS.size:
        return None
    top, rest = _LENGTHS.unpack(start)
    content = stream.read(top + rest)
    if len(content) < top + rest:
        return None
    return _opened(content, top)


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
