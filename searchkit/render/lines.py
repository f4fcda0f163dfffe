"""Results for pipes: one line a hit, in forms that other programs cut up.

Floor 7.  Contracts like the JSON: ``plain`` is date, force id, title, URL and path between
tabs.  Invariant: no value can hold a tab or a line end of its own, paths of ``-0`` aside.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..results import Results
from .characters import printable, to_json
from .envelope import hit_to_dict


def jsonl(results: Results) -> Iterator[str]:
    """One JSON object a hit, as in the envelope's ``hits``."""
    for hit in results.hits:
        yield to_json(hit_to_dict(hit)) + "\n"


def plain(results: Results) -> Iterator[str]:
    """Date, force id, title, URL and path, separated by tabs."""
    for hit in results.hits:
        force = hit.force.id if hit.force else ""
        values = (hit.date.iso, force, hit.title, hit.url, hit.path)
        yield "\t".join(printable(value) for value in values) + "\n"


def paths(results: Results, *, null: bool = False) -> Iterator[str]:
    """The path of each hit on a line; with ``null`` as it is, followed by a NUL."""
    for hit in results.hits:
        yield f"{hit.path}\0" if null else f"{printable(hit.path)}\n"
