"""The cluster that holds the index: whether it answers, how it is, what it has of the index.

Floor 6.  Imported for an index at an address alone.  Invariant: nothing is looked at behind the
first thing that is in the way, which would be told again in other words.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata

from ..clusters import ClusterHome
from ..engines.opensearch.outside import Survey
from ..errors import SearchkitError
from ..homes import home_of
from .checks import Check, Topic, ok, problem, warning
from .contents import command, engine_checks
from .places import megabytes

_CLIENT = "opensearch-py"
_INSTALL = "install it:  pip install 'searchkit[opensearch]'"
_SETTINGS = "see:  searchkit config"


def cluster_checks(index: str) -> Iterator[Check]:
    """What there is to say of the index at the address ``index``, its cluster and its sources."""
    try:
        home = home_of(index)
    except SearchkitError as error:
        yield problem(Topic.INDEX, "address", str(error), error.hint or _SETTINGS)
        return
    assert isinstance(home, ClusterHome), "what is no folder is on a cluster"
    yield ok(Topic.INDEX, "address", home.name)
    try:
        yield ok(Topic.INDEX, "client", f"{_CLIENT} {metadata.version(_CLIENT)}")
    except metadata.PackageNotFoundError:
        yield problem(Topic.INDEX, "client", f"{_CLIENT} is not installed", _INSTALL)
        return
    try:
        seen = home.survey()
    except SearchkitError as error:
        yield problem(Topic.INDEX, "cluster", str(error), error.hint or _SETTINGS)
        return
    yield _cluster(seen)
    if not seen.index_health:
        text, advice = f"there is no index {home.name}", f"create one:  {command(home.name)} FOLDER"
        yield problem(Topic.INDEX, "index", text, advice)
        return
    yield _newest(seen)
    if not seen.problem:
        yield from _answers(home)
    yield from _state(seen)


def _cluster(seen: Survey) -> Check:
    """The cluster as a whole, of which the index is one of many."""
    text = f"OpenSearch {seen.version}, {_counted(seen.nodes, 'node')}, {seen.health}"
    if seen.health == "red":
        advice = "bring back the nodes that are gone: a part of some index is on none"
        return warning(Topic.INDEX, "cluster", text, advice)
    return ok(Topic.INDEX, "cluster", text)


def _newest(seen: Survey) -> Check:
    """The newest generation, and whether all of its shards and their copies are on nodes."""
    versions = ", ".join(f"{key} {value}" for key, value in seen.versions)
    if seen.problem:
        text = f"{seen.problem} ({versions})"
        return problem(Topic.INDEX, "newest", text, seen.hint or _SETTINGS)
    shards = f"{_counted(seen.shards, 'shard')} with {_counted(seen.replicas, 'replica')} each"
    text = (
        f"generation {seen.generation}: {_counted(seen.articles, 'article')} in {shards}, "
        f"{megabytes(seen.size)}, {seen.index_health}; {versions}"
    )
    if seen.index_health == "red":
        advice = "bring back the nodes that are gone: a part of the index is on none"
        return problem(Topic.INDEX, "newest", text, advice)
    if seen.index_health != "green":
        advice = "add a node, or keep fewer copies (opensearch_replicas): some are on none"
        return warning(Topic.INDEX, "newest", text, advice)
    return ok(Topic.INDEX, "newest", text)


def _state(seen: Survey) -> Iterator[Check]:
    """Who writes, and what else there is of the index."""
    if seen.writer:
        text, advice = f"held by {seen.writer}", "wait for it, or for the process to end"
        yield warning(Topic.INDEX, "lock", text, advice)
    else:
        yield ok(Topic.INDEX, "lock", "free")
    if seen.others:
        text = f"{seen.others} of the generation before and of runs, {megabytes(seen.others_size)}"
        yield ok(Topic.INDEX, "other indices", text)


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'s' if number != 1 else ''}"


def _answers(home: ClusterHome) -> Iterator[Check]:
    try:
        engine = home.open_reader()
    except SearchkitError as error:
        yield problem(Topic.INDEX, "answers", f"no: {error}", error.hint or _SETTINGS)
        return
    yield from engine_checks(engine, home.name, home.base)
