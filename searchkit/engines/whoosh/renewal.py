"""What a repair does to the pointers: clear what stands in their place, make both of them sound.

Floor 4.  Invariant: nothing that a readable pointer names is touched, and what is in the way is
renamed, never deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from . import generations, storage
from .faults import writing
from .generations import CURRENT, MARKER, PREVIOUS
from .storage import random_name
from .writer import WhooshWriter


@contextmanager
def unobstructed(path: Path) -> Iterator[None]:
    """Within, no folder stands where a pointer file should; it comes back where that is of no
    use."""
    moved: list[tuple[Path, Path]] = []
    with writing(path):
        for name in (MARKER, CURRENT, PREVIOUS):
            pointer = path / name
            if storage.is_folder(pointer):
                aside = path / f"{name}.damaged-{random_name()}"
                storage.disk.replace(pointer, aside)
                # Otherwise there would be no index here meanwhile.
                storage.disk.create(pointer).close()
                moved.append((aside, pointer))
    try:
        yield
    except BaseException:
        for aside, pointer in moved:
            storage.discard(pointer)
            storage.disk.replace(aside, pointer)
        raise


def renew(path: Path, *, lock_timeout: float, on_wait: Callable[[str], None] | None = None) -> None:
    """Commit the newest generation once more, so that the one before is whole too, and write what
    marks the folder as an index."""
    with unobstructed(path):
        with WhooshWriter(path, lock_timeout=lock_timeout, on_wait=on_wait) as writer:
            writer.commit(writer.catalogue())
        with writing(path):
            generations.write_marker(path)
