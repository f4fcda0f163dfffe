"""Giving memory back to the system after much of it was used.

Floor 4.  The C library keeps what is freed between what is not, for this process alone; where it is
glibc, it can be asked to give back all whole pages of it.  Invariant: nothing that is in use is
touched; where this cannot be done, nothing is.
"""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Give back to the system what the process does not need just now; takes milliseconds."""
    if not sys.platform.startswith("linux"):
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
