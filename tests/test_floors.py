"""The walls of the house: a module imports only from floors below its own, Whoosh is met in
one package, and the environment is read in one module."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "searchkit"

FLOORS: dict[str, int] = {
    "errors": 0,
    "settings": 0,
    "values": 0,
    "waiting": 0,
    "masks": 1,
    "tables": 1,
    "interpreters": 1,
    "confinement": 1,
    "article": 1,
    "fields": 1,
    "analysis": 1,
    "tokens": 1,
    "packing": 1,
    "prepared": 1,
    "copies": 1,
    "shingles": 1,
    "ukdates": 1,
    "refnumbers": 1,
    "sentences": 1,
    "slips": 1,
    "windows": 1,
    "forces": 1,
    "synonyms": 1,
    "tagging": 1,
    "ingest": 2,
    "query": 2,
    "neighbours": 2,
    "changes": 2,
    "occurrences": 2,
    "phrases": 3,
    "likeness": 3,
    "clauses": 3,
    "highlights": 3,
    "fragments": 3,
    "lighting": 3,
    "snippets": 3,
    "results": 3,
    "question": 3,
    "filters": 3,
    "engines.base": 3,
    "engines.distant": 3,
    "engines.bm25": 3,
    "engines.periods": 3,
    "engines.edits": 3,
    "engines.refusals": 3,
    "engines": 4,
    "homes": 5,
    "clusters": 5,
    "agreement": 5,
    "catalogue": 5,
    "roots": 5,
    "stats": 5,
    "defects": 5,
    "quality": 5,
    "report": 5,
    "readers": 5,
    "removals": 5,
    "finding": 5,
    "versions": 5,
    "takedown": 5,
    "spelling": 5,
    "search": 5,
    "bounds": 5,
    "asking": 5,
    "timeline": 5,
    "counting": 5,
    "streaming": 5,
    "suggesting": 5,
    "answering": 6,
    "guarded": 7,
    "ledger": 5,
    "learning": 5,
    "run": 5,
    "indexer": 5,
    "integrity": 5,
    "backup": 5,
    "index": 6,
    "doctor": 6,
    "evaluation": 7,
    "batches": 7,
    "render": 7,
    "web": 8,
    "agents": 8,
    "cli": 9,
    "__init__": 10,
    "__main__": 10,
}
SAME_FLOOR_ALLOWED: set[tuple[str, str]] = {
    ("settings", "errors"),
    ("settings", "values"),
    ("homes", "clusters"),
    ("indexer", "homes"),
    ("takedown", "homes"),
    ("integrity", "homes"),
    ("integrity", "agreement"),
    ("agreement", "homes"),
    ("agreement", "catalogue"),
    ("agreement", "stats"),
    ("backup", "homes"),
    ("article", "masks"),
    ("fields", "article"),
    ("tokens", "analysis"),
    ("packing", "article"),
    ("packing", "sentences"),
    ("prepared", "packing"),
    ("prepared", "article"),
    ("prepared", "fields"),
    ("prepared", "tokens"),
    ("prepared", "shingles"),
    ("shingles", "tokens"),
    ("prepared", "ukdates"),
    ("forces", "article"),
    ("ukdates", "article"),
    ("refnumbers", "ukdates"),
    ("forces", "analysis"),
    ("highlights", "clauses"),
    ("synonyms", "analysis"),
    ("tagging", "article"),
    ("tagging", "tables"),
    ("synonyms", "tables"),
    ("forces", "tables"),
    ("lighting", "clauses"),
    ("highlights", "phrases"),
    ("changes", "neighbours"),
    ("fragments", "highlights"),
    ("lighting", "highlights"),
    ("snippets", "fragments"),
    ("snippets", "lighting"),
    ("snippets", "highlights"),
    ("results", "snippets"),
    ("search", "spelling"),
    ("asking", "bounds"),
    ("timeline", "bounds"),
    ("timeline", "counting"),
    ("search", "counting"),
    ("index", "answering"),
    ("question", "filters"),
    ("catalogue", "removals"),
    ("catalogue", "roots"),
    ("run", "roots"),
    ("indexer", "roots"),
    ("integrity", "roots"),
    ("takedown", "catalogue"),
    ("takedown", "finding"),
    ("takedown", "removals"),
    ("run", "removals"),
    ("stats", "catalogue"),
    ("quality", "defects"),
    ("report", "stats"),
    ("ledger", "catalogue"),
    ("ledger", "report"),
    ("run", "ledger"),
    ("run", "learning"),
    ("learning", "report"),
    ("run", "catalogue"),
    ("run", "report"),
    ("run", "stats"),
    ("backup", "integrity"),
    ("integrity", "catalogue"),
    ("integrity", "indexer"),
    ("integrity", "report"),
    ("integrity", "stats"),
    ("indexer", "run"),
    ("indexer", "catalogue"),
    ("indexer", "report"),
    ("guarded", "render"),
    ("render", "evaluation"),
    ("render", "batches"),
}
"""Neighbours on one floor that may look through a door, in one direction only."""


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    """The dotted name of a module below ``searchkit``."""
    parts = list(path.relative_to(PACKAGE).with_suffix("").parts)
    if len(parts) > 1 and parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts)


def room_of(name: str) -> str:
    """The longest prefix of a dotted name that stands in the table of floors."""
    parts = name.split(".")
    for size in range(len(parts), 0, -1):
        if ".".join(parts[:size]) in FLOORS:
            return ".".join(parts[:size])
    raise AssertionError(f"searchkit.{name} has no floor: add it to FLOORS")


def imports_of(path: Path) -> Iterator[str]:
    """The dotted names below ``searchkit`` that a module imports, wherever in it."""
    package = name_of(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    elif package == ["__init__"]:
        package = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            if node.level:
                base = package[: len(package) - node.level + 1]
            elif node.module and node.module.split(".")[0] == "searchkit":
                base = []
            else:
                continue
            module = (node.module or "").removeprefix("searchkit").strip(".")
            stem = [*base, *(module.split(".") if module else [])]
            for alias in node.names:
                inner = PACKAGE.joinpath(*stem, alias.name)
                is_module = inner.with_suffix(".py").exists() or inner.is_dir()
                yield ".".join([*stem, alias.name] if is_module else stem) or "__init__"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "searchkit":
                    yield alias.name.removeprefix("searchkit").strip(".") or "__init__"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_module_imports_only_from_floors_below_its_own(path: Path) -> None:
    room = room_of(name_of(path))
    for imported in imports_of(path):
        other = room_of(imported)
        if other == room or (room, other) in SAME_FLOOR_ALLOWED or imported == "__init__":
            continue
        assert FLOORS[other] < FLOORS[room], (
            f"searchkit.{name_of(path)} (floor {FLOORS[room]}) imports searchkit.{imported} "
            f"(floor {FLOORS[other]})"
        )


def foreign_imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names.add(node.module.split(".")[0])
    return names


def test_only_the_whoosh_engine_imports_whoosh() -> None:
    importers = {name_of(path) for path in modules() if "whoosh" in foreign_imports(path)}
    assert importers, "the engine must be somewhere"
    assert all(name.startswith("engines.whoosh") for name in importers)


PAST_HOMES = {
    "homes": "chooses",
    "clusters": "the home on a cluster",
    "integrity": "looks at the files of a folder",
    "backup": "copies the files of a folder",
    "doctor.contents": "looks at the files of a folder",
    "doctor.cluster": "names what a cluster is told by",
}
"""The rooms above the engines that reach one but through ``homes``, and what for."""


PORT = frozenset({"engines.base", "engines.distant"})
"""What everybody may know of engines."""


def test_engines_are_reached_through_homes() -> None:
    above = {
        name_of(path)
        for path in modules()
        if FLOORS[room_of(name_of(path))] > FLOORS["engines"]
        and any(name.startswith("engines.") and name not in PORT for name in imports_of(path))
    }
    assert above == set(PAST_HOMES)


def test_only_its_engine_imports_the_client_of_clusters() -> None:
    importers = {name_of(path) for path in modules() if "opensearchpy" in foreign_imports(path)}
    assert importers == {"engines.opensearch.connection"}


def test_only_settings_reads_the_environment() -> None:
    readers = {
        name_of(path)
        for path in modules()
        if "environ" in path.read_text(encoding="utf-8")
        or "getenv" in path.read_text(encoding="utf-8")
    }
    assert readers <= {"settings"}, f"the environment is read in {readers - {'settings'}}"


def test_the_port_stays_tiny() -> None:
    lines = (PACKAGE / "engines" / "base.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 100


def test_no_module_outgrows_its_room() -> None:
    sizes = {name_of(p): len(p.read_text(encoding="utf-8").splitlines()) for p in modules()}
    assert {name: size for name, size in sizes.items() if size > 350} == {}
