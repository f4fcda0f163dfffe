"""Reading packed bytes without being blown up: every stream here has a budget.

Floor 2.  ``Inflated`` unpacks gzip, bzip2 and xz piece by piece; ``Forward`` gives tarfile
something it can only read onwards.  Invariant: memory stays below a few chunks whatever the
bytes claim, and no more is unpacked than the budget of the container allows.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Protocol

from ..errors import ArticleError
from ..settings import IngestLimits
from .files import CHUNK, Readable, in_words

_RATIO_FROM = 10_000_000
"""Unpacked bytes below which the compression ratio is nobody's concern."""

_XZ_MEMORY = 128 * 1024 * 1024
"""Bytes an xz dictionary may take; the strongest preset of xz needs 65 MB."""

_LARGEST_READ = 16 * CHUNK
"""The largest piece tarfile may ask for at once; real headers are far below it."""

_DECODING_ERRORS = (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, MemoryError)


class Budget:
    """What one container may unpack to, in all and for each byte of it."""

    def __init__(self, key: str, limits: IngestLimits) -> None:
        self._key = key
        self._limits = limits
        self.unpacked = 0

    def spend(self, unpacked: int, packed: int) -> None:
        """Counts ``unpacked`` more bytes, got from ``packed`` bytes of container so far.

        Raises ``ArticleError`` for the container when that is too much.
        """
        self.unpacked += unpacked
        if self.unpacked > self._limits.archive_bytes:
            total = in_words(self._limits.archive_bytes)
            raise ArticleError(self._key, None, f"it unpacks to more than {total}; stopped there")
        ratio = self._limits.compression_ratio
        if self.unpacked > max(_RATIO_FROM, ratio * packed):
            raise ArticleError(
                self._key,
                None,
                f"it unpacks to more than {ratio} times its size, like a decompression bomb; "
                "stopped there",
            )


class _Decoder(Protocol):
    """What ``bz2.BZ2Decompressor`` and ``lzma.LZMADecompressor`` have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


class _Gunzip:
    """zlib's decoder for gzip, in the shape of the other two."""

    def __init__(self) -> None:
        self._decoder = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._decoder.eof

    @property
    def needs_input(self) -> bool:
        return not self._decoder.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._decoder.unused_data

    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes:
        return self._decoder.decompress(self._decoder.unconsumed_tail + data, max_length)


def _unxz() -> _Decoder:
    return lzma.LZMADecompressor(memlimit=_XZ_MEMORY)


DECODERS: dict[str, Callable[[], _Decoder]] = {
    ".gz": _Gunzip,
    ".bz2": bz2.BZ2Decompressor,
    ".xz": _unxz,
}
"""Suffix of a packed stream to what unpacks it."""


class Inflated:
    """The unpacked bytes of a packed stream, members joined as ``gzip -d`` joins them.

    ``read`` raises ``ArticleError`` for the container ``key`` where the packed bytes are
    damaged or cut short, or the budget is spent.
    """

    def __init__(self, packed: Readable, suffix: str, key: str, limits: IngestLimits) -> None:
        self._packed = packed
        self._new_decoder = DECODERS[suffix]
        self._decoder = self._new_decoder()
        self._key = key
        self._budget = Budget(key, limits)
        self._pending = b""
        self._taken = 0

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes; none only at the end."""
        while not self._decoder.eof or self._next_member():
            data, self._pending = self._pending, b""
            hungry = not data and self._decoder.needs_input
            if hungry:
                data = self._take()
            piece = self._decode(data, min(size, _LARGEST_READ))
            if piece:
                self._budget.spend(len(piece), self._taken)
                return piece
            if hungry and not data and not self._decoder.eof:
                raise ArticleError(self._key, None, "it is cut short: its packed data has no end")
        return b""

    def _take(self) -> bytes:
        chunk = self._packed.read(CHUNK)
        self._taken += len(chunk)
        return chunk

    def _next_member(self) -> bool:
        """Goes on to the stream that follows a finished one; padding is passed over."""
        rest = self._decoder.unused_data.lstrip(b"\0")
        while not rest:
            chunk = self._take()
            if not chunk:
                return False
            rest = chunk.lstrip(b"\0")
        self._decoder = self._new_decoder()
        self._pending = rest
        return True

    def _decode(self, data: bytes, size: int) -> bytes:
        try:
            return self._decoder.decompress(data, size)
        except _DECODING_ERRORS as error:
            reason = str(error) or type(error).__name__
            raise ArticleError(self._key, None, f"its packed data is damaged ({reason})") from error


class Forward:
    """A stream with as much of a file's manners as tarfile needs, but that only moves on.

    tarfile believes the sizes and offsets that headers claim.  Here a claim of a huge header
    or of an offset further back raises ``ArticleError`` instead of filling memory or going
    round in circles.  ``last`` is what the last ``read`` gave.
    """

    def __init__(self, stream: Readable, key: str) -> None:
        self._stream = stream
        self._key = key
        self._buffer = b""
        self._position = 0
        self.last = b""

    def tell(self) -> int:
        """Bytes from the start to the next one to be read."""
        return self._position

    def read(self, size: int = -1, /) -> bytes:
        """``size`` bytes, fewer only at the end."""
        if not 0 <= size <= _LARGEST_READ:
            raise ArticleError(
                self._key, None, f"it is damaged: a header in it claims {in_words(max(size, 0))}"
            )
        while len(self._buffer) < size:
            piece = self._stream.read(CHUNK)
            if not piece:
                break
            self._buffer += piece
        self.last, self._buffer = self._buffer[:size], self._buffer[size:]
        self._position += len(self.last)
        return self.last

    def seek(self, position: int, whence: int = 0, /) -> int:
        """Moves on to ``position``, or to the end if that comes first."""
        if whence != 0 or position < self._position:
            raise ArticleError(self._key, None, "it is damaged: a header in it points backwards")
        while self._position < position and self.read(min(position - self._position, CHUNK)):
            pass
        return self._position
