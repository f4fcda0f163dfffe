"""The police forces: what they are called, where they publish, who is meant.

Floor 1.  ``gazetteer`` holds the table of ``data/forces.yaml``, ``resolving`` finds the
force behind a name or an article, ``mentions`` finds the forces a text names.
Invariant: nothing is read from disk before the first question is asked.
"""

from .gazetteer import Force, Gazetteer, load_gazetteer
from .mentions import mentions
from .resolving import (
    area_of,
    forces,
    forces_in_nation,
    forces_in_region,
    get_force,
    known_force,
    match_force,
    regions,
    require_force,
    resolve_force,
    suggest_forces,
)

__all__ = [
    "Force",
    "Gazetteer",
    "area_of",
    "forces",
    "forces_in_nation",
    "forces_in_region",
    "get_force",
    "known_force",
    "load_gazetteer",
    "match_force",
    "mentions",
    "regions",
    "require_force",
    "resolve_force",
    "suggest_forces",
]
