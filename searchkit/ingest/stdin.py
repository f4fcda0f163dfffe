"""Articles from standard input: JSON Lines, a JSON array, or one article of any format.

Floor 2.  A stream has no name, so keys are made from the content: ``stdin:`` and twelve
hexadecimal digits of its SHA-256.  Invariant: the same text gets the same key every time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from ..article import Rejected
from ..errors import ArticleError
from ..settings import INGEST_LIMITS, IngestLimits
from .candidates import STREAM, Candidate, Skipped
from .contents import Peeked, elements, lines, object_fault
from .files import Readable, packing_of, read_limited
from .formats import Format

_KEY_DIGITS = 12


def scan_stream(
    stream: Readable, *, limits: IngestLimits = INGEST_LIMITS
) -> Iterator[Candidate | Skipped | Rejected]:
    """The candidates in ``stream``, which is read to its end.  Raises nothing for bad bytes."""
    ahead = Peeked(stream)
    packing = packing_of(ahead.head())
    if packing:
        reason = f"it is packed: save it as a file ending in {packing} and name that"
        yield Rejected(STREAM, None, reason)
        return
    try:
        if ahead.first() == b"[":
            yield from _pieces(elements(ahead, STREAM, limits.article_bytes), limits)
        elif _is_lines(ahead):
            yield from _pieces(lines(ahead, limits.article_bytes), limits)
        else:
            yield _candidate(read_limited(ahead, STREAM, limits.article_bytes), None)
    except ArticleError as error:
        yield Rejected(error.path, error.line, error.reason)


def _is_lines(ahead: Peeked) -> bool:
    """JSON Lines: the first line is a whole object.  An object over many lines is one article."""
    first = ahead.head().removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")
    whole = first[0].rstrip().endswith(b"}") or not first[1]
    return ahead.first() == b"{" and whole


def _candidate(text: bytes, format: Format | None) -> Candidate:
    key = f"{STREAM}:{hashlib.sha256(text).hexdigest()[:_KEY_DIGITS]}"
    return Candidate(key, key, data=text, format=format)


def _pieces(
    pieces: Iterator[tuple[int, bytes | None]], limits: IngestLimits
) -> Iterator[Candidate | Skipped | Rejected]:
    met: set[str] = set()
    for number, text in pieces:
        fault = object_fault(text, limits)
        if fault:
            yield Rejected(f"{STREAM}:{number}", None, fault)
            continue
        if not text:
            continue
        candidate = _candidate(text, Format.JSON)
        if candidate.key in met:
            yield Skipped(f"{STREAM}:{number}", "the same text came before")
            continue
        met.add(candidate.key)
        yield candidate
