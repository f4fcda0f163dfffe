"""Which cleaning an index was made with.

Floor 2.  Invariant: the same version string means that the same bytes gave the same article.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.resources import files

CLEANING_RULES = 2
"""Raised whenever the same source bytes would give another article than before."""


@lru_cache(maxsize=1)
def cleaning_version() -> str:
    """The rules and the gazetteer in force, as one short string."""
    gazetteer = (files("searchkit") / "data" / "forces.json").read_bytes()
    return f"{CLEANING_RULES}-{hashlib.sha256(gazetteer).hexdigest()[:12]}"
