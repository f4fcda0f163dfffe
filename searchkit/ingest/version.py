"""Which cleaning an index was made with.

Floor 2.  Invariant: the same version string means that the same bytes gave the same article.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

from .. import tables
from ..forces import forces
from ..tagging import known_tags

CLEANING_RULES = 4
"""Raised whenever the same source bytes would give another article than before."""


@lru_cache(maxsize=1)
def cleaning_version() -> str:
    """The rules, the gazetteer and the table of tags in force, as one short string; a third part
    stands for the user's own tables.  Raises ``SettingsError`` where those cannot be used."""
    data = files("searchkit") / "data"
    shipped = _digest((data / name).read_bytes() for name in ("forces.json", "tags.json"))
    own = tables.chosen().files()
    if not own:
        return f"{CLEANING_RULES}-{shipped}"
    forces(), known_tags()
    return f"{CLEANING_RULES}-{shipped}-{_digest(map(tables.bytes_of, own))}"


def otherwise(version: str) -> str:
    """How articles were read that are of another ``version`` than this one."""
    if version.split("-")[:2] == cleaning_version().split("-")[:2]:
        return "read with other tables of forces or tags than the settings name"
    return "cleaned by another version of searchkit"


def _digest(parts: Iterable[bytes]) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()[:12]
