"""The bytes of one term's postings: documents, frequencies and packed positions as columns.

Floor 4.  Replaces Whoosh's posting blocks, which are pickles: those execute code when they are
read, and keep each position list as a pickled string.  Layout: three type codes and a flag, then
(compressed where that is shorter) document gaps, frequencies, value lengths and the values end
to end, numbers in the smallest type that holds them.  Invariant: ``decode(encode(x)) == x``.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

_HEADER = struct.Struct("ccc?")
_LEVEL = 3
_WORTH_COMPRESSING = 64
_TYPES = ((1 << 8, "B"), (1 << 16, "H"), (1 << 32, "I"))


class Postings(NamedTuple):
    """The documents of one term, ascending, how often each holds it, and their values end to end:
    that of posting ``i`` is ``values[starts[i]:starts[i + 1]]``."""

    documents: Ints
    frequencies: Floats
    starts: npt.NDArray[np.int64]
    values: bytes

    def value(self, i: int) -> bytes:
        """The packed positions of posting ``i``."""
        return self.values[self.starts[i] : self.starts[i + 1]]


NO_POSTINGS = Postings(np.empty(0, np.int32), np.empty(0), np.zeros(1, np.int64), b"")


def encode(documents: Sequence[int], frequencies: Sequence[int], values: Sequence[bytes]) -> bytes:
    """The bytes of postings in step; ``documents`` ascend."""
    gaps = [documents[0], *(b - a for a, b in pairwise(documents))]
    columns = [_column(gaps), _column(frequencies), _column([len(value) for value in values])]
    data = b"".join([*(column.tobytes() for column in columns), *values])
    compressed = False
    if len(data) > _WORTH_COMPRESSING:
        shorter = zlib.compress(data, _LEVEL)
        if len(shorter) < len(data):
            compressed, data = True, shorter
    return _HEADER.pack(*(column.typecode.encode() for column in columns), compressed) + data


def _column(numbers: Sequence[int]) -> array[int]:
    largest = max(numbers)
    return array(next(code for limit, code in _TYPES if largest < limit), numbers)


def decode(data: bytes, count: int) -> Postings:
    """The ``count`` postings that ``encode`` wrote.  Raises ``ValueError``, ``struct.error`` or
    ``zlib.error`` for other bytes."""
    *codes, compressed = _HEADER.unpack_from(data)
    data = data[_HEADER.size :]
    if compressed:
        data = zlib.decompress(data)
    columns, at = [], 0
    for code in codes:
        column = np.frombuffer(data, np.dtype(code.decode()), count, at)
        at += column.nbytes
        columns.append(column)
    gaps, frequencies, lengths = columns
    starts = np.zeros(count + 1, np.int64)
    np.cumsum(lengths, out=starts[1:])
    return Postings(
        np.cumsum(gaps, dtype=np.int32), frequencies.astype(np.float64), starts, data[at:]
    )
