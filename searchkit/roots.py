"""Which key lies in which source: by names alone, without a look at the disk.

Floor 5.  Keys are paths as the catalogue has them, with what lies in a file behind ``!/``, ``:``
or ``#``.  Invariant: what came by a stream lies in no source.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .ingest.members import holds_articles, is_archive


def ancestors(key: str) -> Iterator[str]:
    """``key`` itself and everything it lies in: file, archive, folders."""
    yield key
    for cut in reversed([match.start() for match in _LEVELS.finditer(key)]):
        yield key[:cut]


_LEVELS = re.compile(r"!/|(?<!!)/|[:#](?=\d+$)")
_PIECE = re.compile(r"[:#]\d+")
_PIECE_END = re.compile(r"[:#]\d+$")


def lies_in(source: str, key: str, base: str) -> bool:
    """Whether ``key`` is of ``source`` (the file itself, below the folder, inside the archive, or
    a line of the file); ``base`` is the folder that relative keys start from.

    Never true of what came by a stream: that is not there to be looked for again.
    """
    if is_streamed(key):
        return False
    root, place = _absolute(source, base), _absolute(key, base)
    if place == root or place.startswith(root.rstrip("/") + "/"):
        return True
    # A neighbour may be called ``news!`` or ``news:2``: only a file that holds many has an inside.
    inner = place.removeprefix(root)
    if inner == place:
        return False
    if is_archive(root) and inner.startswith("!/"):
        return True
    return holds_articles(root) and _PIECE.fullmatch(inner) is not None


def outermost(sources: Iterable[str], base: str) -> list[str]:
    """Those of ``sources`` that lie in no other of them, each once, in their order."""
    distinct = list(dict.fromkeys(sources))
    roots = Roots(distinct, base)
    return [source for source in distinct if not roots.hold(source, itself=False)]


class Roots:
    """Many sources at once, to ask whether a key is of one of them."""

    def __init__(self, sources: Iterable[str], base: str) -> None:
        self._base = base
        self._by_place = {_absolute(source, base): source for source in sources}

    def hold(self, key: str, *, itself: bool = True) -> bool:
        """Whether ``key`` ``lies_in`` one of the sources, where ``itself`` is false another one."""
        for place in _around(_absolute(key, self._base)):
            source = self._by_place.get(place)
            if source is None or (source == key and not itself):
                continue
            if lies_in(source, key, self._base):
                return True
        return False


def _around(place: str) -> Iterator[str]:
    """Every name that something which holds ``place`` could have, innermost first."""
    yield place
    piece = _PIECE_END.search(place)
    if piece:
        yield place[: piece.start()]
    cut = place.rfind("/")
    while cut > 0:
        yield place[:cut]
        if place[cut - 1] == "!":
            yield place[: cut - 1]
        cut = place.rfind("/", 0, cut)
    yield "/"


def is_streamed(key: str) -> bool:
    """Whether an article came by standard input or another stream."""
    return key.startswith("stdin:")


def _absolute(key: str, base: str) -> str:
    if key.startswith("/"):
        return key
    return base if key == "." else f"{base.rstrip('/')}/{key}"
