"""Bytes beside the articles of a generation: its catalogue, and what is known of copies.

Floor 4.  A cluster takes documents of some megabytes, so the bytes are compressed and kept in
pieces, one document each.  Invariant: what is read has the checksum of what was written.
"""

from __future__ import annotations

import hashlib
import zlib
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from ...errors import IndexCorrupt
from . import shape
from .connection import Cluster, Missing
from .generations import NO_BLOB, REBUILD, Blob
from .patience import insist, patiently

if TYPE_CHECKING:
    from .connection import OpenSearch

PIECE_BYTES = 4_000_000
"""Compressed bytes of a piece: a third more as text, far below the 100 MB of a request."""

MOST_BYTES = 8 << 30
"""More is not unpacked."""

CATALOGUE, COPIES = "catalogue", "copies"


def write(cluster: Cluster, physical: str, name: str, data: bytes) -> Blob:
    """Keep ``data`` beside the articles of ``physical``, and read it back once."""
    if not data:
        return NO_BLOB
    packed = zlib.compress(data, 1)
    blob = Blob(-(-len(packed) // PIECE_BYTES), hashlib.sha256(packed).hexdigest())
    index = shape.catalogue_index(physical)
    for piece in range(blob.pieces):
        part = packed[piece * PIECE_BYTES : (piece + 1) * PIECE_BYTES]
        body = {"piece": piece, "data": b64encode(part).decode()}
        insist(cluster, partial(_keep, shape.written(index), f"{name}-{piece}", body))
    patiently(lambda: _packed(cluster, physical, name, blob))
    return blob


def _keep(index: str, number: str, body: Mapping[str, Any], client: OpenSearch) -> None:
    client.index(index=index, id=number, body=body, require_alias=True)


def read(cluster: Cluster, physical: str, name: str, blob: Blob) -> bytes:
    """What was kept; raises ``IndexCorrupt`` where it is not what was written."""
    if not blob.pieces:
        return b""
    packed = _packed(cluster, physical, name, blob)
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(packed, MOST_BYTES)
    except zlib.error as error:
        raise _damaged(cluster, name, str(error)) from error
    if not unpacker.eof:
        raise _damaged(cluster, name, "it is cut short")
    return data


def _packed(cluster: Cluster, physical: str, name: str, blob: Blob) -> bytes:
    """The pieces, joined."""
    parts = [_piece(cluster, physical, name, piece) for piece in range(blob.pieces)]
    packed = b"".join(parts)
    if hashlib.sha256(packed).hexdigest() != blob.sha256:
        raise _damaged(cluster, name, "its checksum does not fit")
    return packed


def _piece(cluster: Cluster, physical: str, name: str, piece: int) -> bytes:
    index = shape.catalogue_index(physical)
    try:
        with cluster.asking() as client:
            found = client.get(index=index, id=f"{name}-{piece}")
        return b64decode(found["_source"]["data"], validate=True)
    except (Missing, KeyError, TypeError, Error) as error:
        raise _damaged(cluster, name, f"piece {piece} is missing or damaged") from error


def _damaged(cluster: Cluster, name: str, reason: str) -> IndexCorrupt:
    where = str(cluster.address)
    return IndexCorrupt(where, f"the index {where} is damaged: its {name}: {reason}", REBUILD)
