"""Articles inside archives and packed files, by the name of the file.

Floor 2.  Nothing is written to disk and no more is unpacked than the limits allow.
Invariant: an archive that cannot be read to its end is itself rejected, after what could be
read was yielded; nothing in it is lost in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from ..article import Rejected
from ..errors import ArticleError
from ..settings import IngestLimits
from .candidates import Container, Skipped
from .contents import articles_in
from .files import os_reason
from .formats import format_of
from .members import PACKED_TARS, TAR_SUFFIXES, ZIP_SUFFIXES, Found, file_left_out
from .streams import Inflated
from .tars import tar_members
from .zips import zip_members


def articles_in_archive(
    stream: BinaryIO, name: str, container: Container, limits: IngestLimits
) -> Iterator[Found]:
    """What the archive, or the packed file, called ``name`` holds.

    ``stream`` is at its start and can seek.  Raises nothing for bad bytes: they are yielded
    as ``Rejected``.
    """
    low = name.lower()
    try:
        if low.endswith(ZIP_SUFFIXES):
            yield from zip_members(stream, container, limits)
        elif low.endswith(TAR_SUFFIXES):
            packing = next((PACKED_TARS[s] for s in PACKED_TARS if low.endswith(s)), "")
            opened = Inflated(stream, packing, container.key, limits) if packing else stream
            yield from tar_members(opened, container, limits)
        else:
            yield from _packed_file(stream, name, container, limits)
    except ArticleError as error:
        yield Rejected(error.path, error.line, error.reason)
    except OSError as error:
        yield Rejected(container.key, None, os_reason(error))


def _packed_file(
    stream: BinaryIO, name: str, container: Container, limits: IngestLimits
) -> Iterator[Found]:
    inner, _, suffix = name.rpartition(".")
    if format_of(inner) is None:
        yield Skipped(container.key, f"{file_left_out(inner) or 'an archive'}, packed")
        return
    opened = Inflated(stream, f".{suffix.lower()}", container.key, limits)
    yield from articles_in(opened, inner, container.key, container, limits)
