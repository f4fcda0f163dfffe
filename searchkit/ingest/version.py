"""Which cleaning an index was made with.

Floor 2.  Invariant: the same version string means that the same bytes gave the same article.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.resources import files

CLEANING_RULES = 3
"""Raised whenever the same source bytes would give another article than before."""


@lru_cache(maxsize=1)
def cleaning_version() -> str:
    """The rules, the gazetteer and the table of tags in force, as one short string."""
    data = files("searchkit") / "data"
    tables = b"".join([(data / name).read_bytes() for name in ("forces.json", "tags.json")])
    return f"{CLEANING_RULES}-{hashlib.sha256(tables).hexdigest()[:12]}"
