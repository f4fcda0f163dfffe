"""Files written durably, and names that nothing repeats.

Floor 4.  Invariant: after ``write_durably`` returns, its bytes outlast a power cut.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

_HASH_BLOCK = 1 << 20


def random_name() -> str:
    """16 hexadecimal digits that no seeded generator can repeat."""
    return os.urandom(8).hex()


def sync_file(path: Path) -> None:
    """Force the bytes of ``path`` to the disk."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


sync_folder = sync_file
"""Force the names in a folder to the disk (a folder is synced like a file)."""


def write_durably(path: Path, data: bytes) -> None:
    """Replace ``path`` by ``data`` at once: after a crash it holds the old bytes or the new."""
    temporary = path.with_name(f"{path.name}.{random_name()}.new")
    try:
        with open(temporary, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sha256(path: Path) -> str:
    """The SHA-256 of a file, read in blocks, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(_HASH_BLOCK):
            digest.update(block)
    return digest.hexdigest()
