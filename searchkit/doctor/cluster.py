"""The cluster that holds the index: whether it answers, how it is, what it has of the index.

Floor 6.  Imported for an index at an address alone.  Invariant: nothing is looked at behind the
first thing that is in the way, which would be told again in other words.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata

from ..clusters import ClusterHome
from ..engines.opensearch.survey import Survey
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
    if seen.problem:
        yield problem(Topic.INDEX, "newest", seen.problem, seen.hint)
        return
    if not seen.generation:
        text, advice = f"there is no index {home.name}", f"create one:  {command(home.name)} FOLDER"
        yield problem(Topic.INDEX, "index", text, advice)
        return
    yield _newest(seen)
    yield from _answers(home)


def _cluster(seen: Survey) -> Check:
    nodes = f"{seen.nodes} node{'s' if seen.nodes != 1 else ''}"
    health = seen.index_health or seen.health
    text = f"OpenSearch {seen.version}, {nodes}, {health}"
    if health == "red":
        advice = "bring back the nodes that are gone: a part of the index is on none"
        return problem(Topic.INDEX, "cluster", text, advice)
    if health != "green":
        advice = "add a node, or keep fewer copies (opensearch_replicas): some are on no node"
        return warning(Topic.INDEX, "cluster", text, advice)
    return ok(Topic.INDEX, "cluster", text)


def _newest(seen: Survey) -> Check:
    shards = f"{seen.shards} shard{'s' if seen.shards != 1 else ''}"
    copies = f"{seen.replicas} more of each" if seen.replicas else "no more of any"
    text = (
        f"generation {seen.generation}: {seen.articles:,} articles in {shards}, {copies}, "
        f"{megabytes(seen.size)}"
    )
    return ok(Topic.INDEX, "newest", text)


def _answers(home: ClusterHome) -> Iterator[Check]:
    try:
        engine = home.open_reader()
    except SearchkitError as error:
        yield problem(Topic.INDEX, "answers", f"no: {error}", error.hint or _SETTINGS)
        return
    yield from engine_checks(engine, home.name, home.base)
