"""What ``--facet`` names: facets, and how many values of each to show.

Floor 8.  Invariant: what passes is of ``fields.FACETS``, each once.
"""

from __future__ import annotations

import click

from ..fields import FACETS
from ..settings import Settings

_VALUES = 10


def facets_of(given: str | None, settings: Settings) -> tuple[tuple[str, int], ...]:
    """The facets asked for, each with how many values to show."""
    wanted: dict[str, int] = {}
    for part in given.split(",") if given is not None else settings.names("facets"):
        name, _, most = part.strip().partition(":")
        if name == "area":
            name = "force"
        if name not in FACETS:
            raise click.UsageError(f"no facet {name or part!r}; there are {', '.join(FACETS)}")
        if most and not (most.isascii() and most.isdigit() and int(most)):
            raise click.UsageError(f"--facet {part}: {most} is no number of values")
        wanted[name] = int(most) if most else _VALUES
    return tuple(wanted.items())
