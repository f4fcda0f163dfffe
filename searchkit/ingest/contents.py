"""What one stream of bytes holds: one article, or many in JSON Lines or a JSON array.

Floor 2.  Streams are cut into candidates without being parsed, so nothing in them can hurt
here; parsing is the worker's.  Invariant: memory stays below the limit of one article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..article import Rejected
from ..errors import ArticleError
from ..settings import IngestLimits
from .candidates import Candidate, Container
from .files import CHUNK, Readable, read_limited, too_large
from .formats import Format, format_of

_PEEK = 4_096
"""Bytes that are enough to see how a stream begins."""

LINES_SUFFIXES = (".jsonl", ".ndjson")
"""Suffixes of files with one JSON object a line."""

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_MARK = re.compile(rb'["\[\]{},]')
_MARK_IN_TEXT = re.compile(rb'["\\]')


def holds_lines(name: str) -> bool:
    """Whether the file name ``name`` promises JSON Lines."""
    return name.lower().endswith(LINES_SUFFIXES)


def articles_in(
    stream: Readable, name: str, key: str, container: Container, limits: IngestLimits
) -> Iterator[Candidate | Rejected]:
    """The candidates in ``stream``, whose file is called ``name`` and whose key is ``key``.

    Raises ``ArticleError`` for ``key`` where it is too large or cannot be read to its end;
    what was yielded before stands.
    """
    if holds_lines(name):
        yield from articles_by_line(stream, key, container, limits)
        return
    if format_of(name) is Format.JSON:
        ahead = Peeked(stream)
        if ahead.first() == b"[":
            yield from articles_in_array(ahead, key, container, limits)
            return
        stream = ahead
    data = read_limited(stream, key, limits.article_bytes)
    yield Candidate(key, container.key, container.signature, data=data, format=format_of(name))


class Peeked:
    """A stream whose first telling byte has been looked at."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._ahead = b""
        while len(self._ahead) < _PEEK and (piece := stream.read(CHUNK)):
            self._ahead += piece

    def first(self) -> bytes:
        """The first byte that is neither white space nor part of a byte order mark."""
        return self._ahead.removeprefix(_UTF8_MARK).lstrip()[:1]

    def head(self) -> bytes:
        """The first bytes of the stream: all of it if it is short."""
        return self._ahead

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes; none only at the end."""
        if not self._ahead:
            return self._stream.read(size)
        piece, self._ahead = self._ahead[:size], self._ahead[size:]
        return piece


def articles_by_line(
    stream: Readable, key: str, container: Container, limits: IngestLimits
) -> Iterator[Candidate | Rejected]:
    """One candidate for every line of JSON Lines that is not blank."""
    for number, line in lines(stream, limits.article_bytes):
        place = f"{key}:{number}"
        if number == 1 and line is not None and line.startswith(_UTF16_MARKS):
            raise ArticleError(key, None, "it is UTF-16: save it as UTF-8")
        fault = object_fault(line, limits)
        if fault:
            yield Rejected(place, None, fault)
        elif line:
            yield Candidate(
                place, container.key, container.signature, None, line, Format.JSON, number
            )


def articles_in_array(
    stream: Readable, key: str, container: Container, limits: IngestLimits
) -> Iterator[Candidate | Rejected]:
    """One candidate for every element of a JSON array.  Raises ``ArticleError`` if it is broken."""
    for number, element in elements(stream, key, limits.article_bytes):
        place = f"{key}#{number}"
        fault = object_fault(element, limits) if element != b"" else "an empty element"
        if fault:
            yield Rejected(place, None, fault)
        else:
            yield Candidate(
                place, container.key, container.signature, data=element, format=Format.JSON
            )


def object_fault(text: bytes | None, limits: IngestLimits) -> str:
    """Why a line or an element is no article; empty if it may be one, or is blank."""
    if text is None:
        return too_large(None, limits.article_bytes)
    return "" if not text or text.startswith(b"{") else "not a JSON object"


def lines(stream: Readable, limit: int) -> Iterator[tuple[int, bytes | None]]:
    """The lines of ``stream``, stripped and numbered from 1; ``None`` for one above ``limit``."""
    number, held, over = 1, bytearray(), False
    while chunk := stream.read(CHUNK):
        *complete, rest = chunk.split(b"\n")
        for piece in complete:
            held += piece
            yield number, None if over or len(held) > limit else _line(held, number)
            number, over = number + 1, False
            held.clear()
        held += rest
        if over or len(held) > limit:
            over = True
            held.clear()
    if held or over:
        yield number, None if over else _line(held, number)


def _line(held: bytearray, number: int) -> bytes:
    return bytes(held.removeprefix(_UTF8_MARK) if number == 1 else held).strip()


def elements(stream: Readable, key: str, limit: int) -> Iterator[tuple[int, bytes | None]]:
    """The elements of a JSON array as bytes, numbered from 1; ``None`` for one above ``limit``.

    Only brackets, commas and strings are looked at.  Raises ``ArticleError`` for ``key`` if
    the array has no end, or something follows it.
    """
    cutter = _Cutter(limit)
    number = 0
    while chunk := stream.read(CHUNK):
        for element in cutter.cut(chunk):
            number += 1
            yield number, element
        if cutter.trailing:
            raise ArticleError(key, None, "it is damaged: something follows the JSON array")
    if not cutter.closed:
        raise ArticleError(key, None, "it is cut short: its JSON array has no end")


class _Cutter:
    """Cuts a JSON array into its elements, chunk by chunk."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = bytearray()
        self._over = False
        self._depth = 0
        self._in_text = False
        self._skip = 0
        self._some = False
        self.closed = False
        self.trailing = False

    def cut(self, chunk: bytes) -> Iterator[bytes | None]:
        """The elements that end in ``chunk``."""
        start, at = 0, self._skip
        self._skip = 0
        while not self.closed:
            found = (_MARK_IN_TEXT if self._in_text else _MARK).search(chunk, at)
            if found is None:
                break
            at = found.end()
            mark = found[0]
            if mark == b"\\":
                at += 1
            elif mark == b'"':
                self._in_text = not self._in_text
            elif mark in b"[{":
                self._depth += 1
                start = at if self._depth == 1 else start
            elif mark in b"]}":
                self._depth -= 1
                self.closed = self._depth == 0
            if self.closed or (mark == b"," and self._depth == 1):
                self._hold(chunk[start : at - 1])
                start = at
                yield from self._release()
        self._skip = max(0, at - len(chunk))
        if not self.closed and self._depth:
            self._hold(chunk[start:])
        elif self.closed:
            self.trailing = bool(chunk[start:].strip())

    def _hold(self, piece: bytes) -> None:
        self._held += piece
        if self._over or len(self._held) > self._limit:
            self._over = True
            self._held.clear()

    def _release(self) -> Iterator[bytes | None]:
        """The element held, unless the array is empty."""
        element = None if self._over else bytes(self._held).strip()
        if element != b"" or self._some or not self.closed:
            yield element
        self._some, self._over = True, False
        self._held.clear()
