"""An index folder looked at from outside: what its pointers say, who writes it, what lies about.

Floor 4.  For telling people what is there, whatever state it is in.  Invariant: nothing is
written, no lock is kept, and nothing raises for the bytes that lie in the folder.
"""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from ...analysis import ANALYSIS_VERSION
from ...errors import SearchkitError
from ...fields import SCHEMA_VERSION
from . import generations, manifest, storage
from .faults import reading
from .lock import LOCK_FILE, _read_holder

VERSIONS: dict[str, object] = {
    "format": generations.FORMAT,
    "schema": SCHEMA_VERSION,
    "analysis": ANALYSIS_VERSION,
}
"""The versions that this searchkit reads and writes."""

_SIGNATURE_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Pointer:
    """What the pointer file ``name`` leads to; ``problem`` is empty where its files are all there
    in full size, and ``versions`` is where they cannot be told.  ``size`` is in bytes."""

    name: str
    problem: str = ""
    hint: str = ""
    versions: tuple[tuple[str, object], ...] = ()
    generation: str = ""
    articles: int = 0
    segments: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Survey:
    """``writer`` is who holds the lock, in words, or empty; ``leftovers`` are count and bytes of
    the files in the stores that no pointer names, zeros where a pointer cannot be read."""

    pointers: tuple[Pointer, ...]
    writer: str
    leftovers: tuple[int, int]


def survey(path: Path) -> Survey:
    """What lies in the index folder ``path``.  Raises ``OSError`` where it cannot be looked at."""
    named: set[Path] = set()
    names = (generations.CURRENT, generations.PREVIOUS)
    pointers = tuple(_pointer(path, name, named) for name in names if storage.exists(path / name))
    told = all(pointer.generation for pointer in pointers)
    return Survey(pointers, _writer(path), _leftovers(path, named) if told else (0, 0))


def _pointer(path: Path, name: str, named: set[Path]) -> Pointer:
    """One pointer; the files it names are added to ``named``."""
    versions = _versions(path / name)
    try:
        with reading(path):
            generation = generations.read(path, name)
    except SearchkitError as error:
        return Pointer(name, str(error), error.hint, versions)
    folder = generations.store_folder(path, generation)
    named.update(folder / file.name for file in generation.files())
    return Pointer(
        name,
        versions=versions,
        generation=generation.name,
        articles=generation.articles,
        segments=len(generation.segments),
        size=sum(file.size for file in generation.files()),
    )


def _versions(pointer: Path) -> tuple[tuple[str, object], ...]:
    """The versions that a pointer file states, as far as it can be read."""
    try:
        body = manifest.loaded(storage.disk.read(pointer))
        return tuple((name, body[name]) for name in VERSIONS)
    except (OSError, ValueError, KeyError):
        return ()


def _writer(path: Path) -> str:
    """Who writes the index now, in words.

    A writer signs the lock file and takes its name out at its end, so only a signed one, which a
    killed writer may have left, needs to be tried; that takes no longer than giving it back.
    """
    try:
        fd = os.open(path / LOCK_FILE, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return ""
    try:
        if not os.pread(fd, _SIGNATURE_BYTES, 0).strip():
            return ""
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read_holder(fd)
    finally:
        os.close(fd)
    return ""


def _leftovers(path: Path, named: set[Path]) -> tuple[int, int]:
    count = size = 0
    for folder, _, files in os.walk(path / generations.STORES):
        for name in files:
            file = Path(folder, name)
            if file not in named:
                count += 1
                size += file.lstat().st_size
    return count, size
