"""A file of named columns: arrays end to end, mapped into memory to be read.

Floor 4.  Layout: eight magic bytes; each column from a multiple of 64 bytes on, little-endian; the
table as JSON (name: dtype, offset, count); its length in eight bytes; the magic bytes again.
Invariant: a column read is a view of the file, never a copy, and cannot be written to.
"""

from __future__ import annotations

import json
import mmap
import struct
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from . import storage
from .faults import Unsound

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]

_MAGIC = b"SKCOLS01"
_ALIGN = 64
_TAIL = struct.Struct("<Q8s")
_TABLE_BYTES = 1 << 20
_TYPES = {name: np.dtype(name) for name in ("|u1", "<u2", "<u4", "<u8", "<i4", "<i8")}
"""The types that columns have; a name is never taken from a file."""


class ColumnWriter:
    """Writes the column file ``path``, which must not exist; complete after ``finish``."""

    def __init__(self, path: Path) -> None:
        self._file = storage.disk.create(path)
        try:
            self._at = self._file.write(_MAGIC)
        except BaseException:
            self._file.close()
            storage.discard(path)
            raise
        self._table: dict[str, tuple[str, int, int]] = {}

    def add(self, name: str, *parts: Array) -> None:
        """Write the column ``name``: its parts, all of one dtype, end to end."""
        self._at += self._file.write(bytes(-self._at % _ALIGN))
        dtype = parts[0].dtype.newbyteorder("<")
        self._table[name] = (dtype.str, self._at, sum(len(part) for part in parts))
        for part in parts:
            data = np.ascontiguousarray(part, dtype)
            self._at += self._file.write(data.view(np.uint8).data)

    def reserve(self, name: str, dtype: npt.DTypeLike, count: int) -> Reserved:
        """Leave room for the column ``name`` of ``count`` numbers, to be filled bit by bit while
        others are written."""
        self._at += self._file.write(bytes(-self._at % _ALIGN))
        kind = np.dtype(dtype).newbyteorder("<")
        self._table[name] = (kind.str, self._at, count)
        reserved = Reserved(self._file, self._at, kind)
        self._at += count * kind.itemsize
        self._file.truncate(self._at)
        self._file.seek(self._at)
        return reserved

    def finish(self) -> None:
        """Write the table and close the file."""
        table = json.dumps(self._table, separators=(",", ":")).encode()
        self._file.write(table + _TAIL.pack(len(table), _MAGIC))
        self._file.close()

    def __enter__(self) -> ColumnWriter:
        return self

    def __exit__(self, *exception: object) -> None:
        if not self._file.closed:
            self._file.close()


class Reserved:
    """Room for one column in a file that is being written."""

    def __init__(self, file: BinaryIO, at: int, dtype: np.dtype[Any]) -> None:
        self._file = file
        self._at = at
        self._dtype = dtype

    def add(self, part: Array) -> None:
        """The numbers that come next; together as many as were reserved."""
        data = np.ascontiguousarray(part, self._dtype).view(np.uint8).data
        end = self._file.tell()
        self._file.seek(self._at)
        self._at += self._file.write(data)
        self._file.seek(end)


class ColumnFile:
    """The column file ``path``, mapped whole; every column of its table lies in it.

    Raises ``Unsound``, a ``ValueError``, where it is not one.
    """

    def __init__(self, path: Path) -> None:
        self._map = storage.disk.map(path)
        end = len(self._map) - _TAIL.size
        if end < len(_MAGIC):
            raise Unsound(f"{path.name} is no file of columns")
        size, magic = _TAIL.unpack_from(self._map, end)
        most = min(end - len(_MAGIC), _TABLE_BYTES)
        if magic != _MAGIC or self._map[: len(_MAGIC)] != _MAGIC or size > most:
            raise Unsound(f"{path.name} is no file of columns")
        self.table = _table(self._map[end - size : end], end - size, path.name)

    def __contains__(self, name: str) -> bool:
        return name in self.table

    def column(self, name: str) -> Array:
        """The column ``name``.  Raises ``KeyError`` where there is none."""
        dtype, offset, count = self.table[name]
        return np.frombuffer(self._map, _TYPES[dtype], count, offset)

    def forget(self) -> None:
        """Let the system take back the memory of what was read; it is read again when asked for.

        A file read from end to end would otherwise count as memory of this process, whole.
        """
        if hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)


def _table(data: bytes, end: int, name: str) -> dict[str, tuple[str, int, int]]:
    """The table in ``data``, of columns that lie before ``end``.  Raises ``Unsound``."""
    try:
        table = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Unsound(f"{name} has no table that could be read") from error
    if not isinstance(table, dict):
        raise Unsound(f"{name} has no table of columns")
    for column, entry in table.items():
        if not _fits(entry, end):
            raise Unsound(f"{name} has a column {column[:40]!r} that cannot lie in it")
    return table


def _fits(entry: object, end: int) -> bool:
    """Whether a table entry is of a column that lies before ``end``."""
    if not isinstance(entry, list) or len(entry) != 3:
        return False
    kind, offset, count = entry
    if not isinstance(kind, str) or kind not in _TYPES:
        return False
    if type(offset) is not int or type(count) is not int:
        return False
    aligned = offset >= len(_MAGIC) and offset % _ALIGN == 0
    return aligned and count >= 0 and offset + count * _TYPES[kind].itemsize <= end


def narrow(numbers: Array, largest: int | None = None) -> Array:
    """``numbers`` (none negative) in the smallest unsigned type that holds them."""
    if largest is None:
        largest = int(numbers.max()) if len(numbers) else 0
    return numbers.astype(np.min_scalar_type(largest), copy=False)


def offsets(sizes: Array) -> Array:
    """Where each of consecutive runs of ``sizes`` begins, and where the last one ends."""
    starts = np.zeros(len(sizes) + 1, np.int64)
    sizes.cumsum(out=starts[1:])
    return starts


def spans(starts: Array, sizes: Array) -> Array:
    """The numbers ``starts[i] ... starts[i] + sizes[i] - 1`` of every ``i``, end to end."""
    ends = sizes.cumsum(dtype=np.int64)
    total = ends.item(-1) if len(ends) else 0
    found: Array = (starts.astype(np.int64) - (ends - sizes)).repeat(sizes)
    found += np.arange(total)
    return found
