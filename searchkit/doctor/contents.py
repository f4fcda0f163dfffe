"""The index and its sources: what is there, whether it answers, whether it can be renewed.

Floor 6.  The engine is imported when it is looked for, so that what it needs may be missing.
Invariant: the index is opened as a search opens it, and only files' names and sizes are read
beside that; ``searchkit check`` reads them whole.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import IndexNotFound, SearchkitError
from .checks import Check, Topic, ok, problem, warning
from .places import megabytes

if TYPE_CHECKING:
    from ..catalogue import Catalogue
    from ..engines.base import Engine
    from ..engines.whoosh.survey import Pointer, Survey


def index_checks(index: str | Path) -> tuple[list[Check], int]:
    """What there is to say of the index in the folder, or at the address, ``index`` and of its
    sources, and the size of its newest generation in bytes, if that lies on this disk."""
    if not isinstance(index, Path):
        from .cluster import cluster_checks

        return list(cluster_checks(index)), 0
    place = ok(Topic.INDEX, "folder", str(index.absolute()))
    try:
        from ..engines.whoosh.survey import survey
    except ImportError as error:
        advice = "install what is missing, see above"
        return [place, problem(Topic.INDEX, "engine", f"cannot be loaded: {error}", advice)], 0
    if not index.is_dir():
        return [_absent(index)], 0
    try:
        seen = survey(index)
    except OSError as error:
        text = f"{index}: {error.strerror or error}"
        return [problem(Topic.INDEX, "folder", text, "see what is said of permissions")], 0
    if not seen.pointers:
        return [_absent(index)], 0
    checks = [place, *map(_pointer, seen.pointers), *_answers(index), *_state(seen)]
    return checks, next((pointer.size for pointer in seen.pointers), 0)


def _absent(index: Path) -> Check:
    create = f"create one:  {command(index)} FOLDER"
    if not index.exists():
        text = f"there is no folder {index.absolute()}"
    elif not index.is_dir():
        text, create = f"{index.absolute()} is no folder", "name another one with --index DIR"
    else:
        text = f"there is no index in {index.absolute()}"
    return problem(Topic.INDEX, "folder", text, create)


def command(index: Path | str, what: str = "index") -> str:
    """The command that writes this index, or does ``what`` with it."""
    option = "" if str(index) == "index" else f" --index {shlex.quote(str(index))}"
    return f"searchkit {what}{option}"


def _pointer(pointer: Pointer) -> Check:
    """The newest generation, or the one before it, as its pointer describes it."""
    name = "newest" if pointer.name == "CURRENT" else "one before"
    versions = ", ".join(f"{key} {value}" for key, value in pointer.versions)
    if pointer.problem:
        text = f"{pointer.problem} ({versions})" if versions else pointer.problem
        advice = pointer.hint or "see what is said of permissions"
        return (problem if pointer.name == "CURRENT" else warning)(Topic.INDEX, name, text, advice)
    text = (
        f"generation {pointer.generation}: {pointer.articles:,} articles in {pointer.segments} "
        f"segments, {megabytes(pointer.size)}; {versions}"
    )
    return ok(Topic.INDEX, name, text)


def _answers(index: Path) -> Iterator[Check]:
    """Whether the index opens, and what it says."""
    from ..engines.whoosh import open_reader

    try:
        engine = open_reader(index)
    except IndexNotFound:
        return  # it went away meanwhile; the next run tells so
    except SearchkitError as error:
        yield problem(Topic.INDEX, "answers", f"no: {error}", error.hint or "see permissions")
        return
    yield from engine_checks(engine, str(index), index.resolve().parent)


def engine_checks(engine: Engine, index: str, base: Path) -> Iterator[Check]:
    """Which generation of ``index`` answers, and what its catalogue says, whose sources are
    relative to ``base``; ``engine`` is closed."""
    from ..catalogue import Catalogue

    try:
        if engine.recovered:
            text = f"only the generation before the newest: {engine.recovered}"
            advice = f"repair it:  {command(index, 'check --repair')}"
            yield problem(Topic.INDEX, "answers", text, advice)
        else:
            yield ok(Topic.INDEX, "answers", f"generation {engine.generation}")
        catalogue = Catalogue.load(engine.catalogue(), index)
    except SearchkitError as error:
        yield problem(Topic.INDEX, "catalogue", str(error), error.hint or "rebuild the index")
        return
    finally:
        engine.close()
    yield from _catalogue(index, catalogue)
    yield from source_checks(catalogue, base)


def _catalogue(index: str, catalogue: Catalogue) -> Iterator[Check]:
    from ..ingest.version import cleaning_version, otherwise

    live = len(catalogue.live())
    if not live:
        text, advice = "the index is empty", f"fill it:  {command(index)} FOLDER"
        yield warning(Topic.INDEX, "articles", text, advice)
    cleaned = catalogue.cleaning
    if live and cleaned != cleaning_version():
        text = f"articles were {otherwise(cleaned)} ({cleaned}, now {cleaning_version()})"
        advice = f"no harm; the next run reads every source again:  {command(index)}"
        yield warning(Topic.INDEX, "cleaning", text, advice)


def source_checks(catalogue: Catalogue, base: Path) -> Iterator[Check]:
    """The sources that later runs read, and whether they are there."""
    from ..roots import is_streamed

    if not catalogue.sources and catalogue.entries:
        text = "none is known: a run without any named cannot find news"
        yield warning(Topic.SOURCES, "sources", text, "name one:  searchkit index FOLDER")
    for source in catalogue.sources:
        place = base / source
        advice = "mount or restore it: until then a run without named sources stops"
        if not place.exists():
            yield problem(Topic.SOURCES, "source", f"{place} is not there", advice)
        elif not os.access(place, os.R_OK | os.X_OK if place.is_dir() else os.R_OK):
            text, advice = f"{place} may not be read", f"let it be read:  chmod u+rX {place}"
            yield problem(Topic.SOURCES, "source", text, advice)
        else:
            yield ok(Topic.SOURCES, "source", f"{_kind(place)} {place}")
    streamed = sum(is_streamed(key) for key in catalogue.entries)
    if streamed:
        text = f"{streamed:,} articles came by standard input"
        yield warning(Topic.SOURCES, "streams", text, "keep a copy: only the index holds them")


def _kind(place: Path) -> str:
    return "folder" if place.is_dir() else "file"


def _state(seen: Survey) -> Iterator[Check]:
    """Who writes, and what earlier writers left."""
    if seen.writer:
        text, advice = f"held by {seen.writer}", "wait for it, or for the process to end"
        yield warning(Topic.INDEX, "lock", text, advice)
        return
    yield ok(Topic.INDEX, "lock", "free")
    count, size = seen.leftovers
    if count:
        text = f"{count:,} files of an interrupted run, {megabytes(size)}"
        yield warning(Topic.INDEX, "leftovers", text, "the next  searchkit index  removes them")
