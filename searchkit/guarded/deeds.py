"""What a worker can be asked: the one table of deeds, each a question to an ``Index``.

Floor 7.  A deed takes the index and the options by name, and returns what JSON can say, in the
shapes of ``render``.  Invariant: an option that a deed does not know is a ``QueryError``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..bounds import refusal
from ..errors import EngineError
from ..index import Index
from ..render.analysis import (
    facets_to_dict,
    forces_to_dict,
    suggestions_to_dict,
    timeline_to_dict,
)
from ..render.characters import to_json
from ..render.envelope import article_to_dict, to_dict
from ..render.feed import About, atom, json_feed
from ..render.tables import forces_to_list, stats_to_dict
from ..synonyms import Vocabulary
from .reading import read, table
from .wire import Json

Synonyms = bool | Vocabulary
Deed = Callable[[Index, Mapping[str, Any]], object]


def _search(index: Index, asked: Mapping[str, Any]) -> Json:
    return to_dict(index.search(**asked))


def _count(index: Index, asked: Mapping[str, Any]) -> int:
    return index.count(**asked)


def _facets(index: Index, asked: Mapping[str, Any]) -> Json:
    while True:
        before = index.generation
        facets, total = index.facets(**asked), index.count(**_asking(asked))
        if index.generation == before:
            return facets_to_dict(facets, total, asked, before)


def _timeline(index: Index, asked: Mapping[str, Any]) -> Json:
    return timeline_to_dict(index.timeline(**asked), asked)


def _find(index: Index, asked: Mapping[str, Any]) -> Json:
    return article_to_dict(index.find(asked.get("wanted", "")))


def _get(index: Index, asked: Mapping[str, Any]) -> Json | None:
    article = index.get(asked.get("article_id", ""))
    return None if article is None else article_to_dict(article)


def _forces(index: Index, _asked: Mapping[str, Any]) -> list[Json]:
    return forces_to_list(index.forces())


def _force_counts(index: Index, _asked: Mapping[str, Any]) -> Json:
    return forces_to_dict(index.forces(), index.generation)


def _stats(index: Index, _asked: Mapping[str, Any]) -> Json:
    return stats_to_dict(index.stats())


def _suggest(index: Index, asked: Mapping[str, Any]) -> Json:
    return suggestions_to_dict(index.suggest(**asked))


def _feed(index: Index, asked: Mapping[str, Any]) -> str:
    """The newest that answer, those without a date after them, as the text of a feed."""
    about = About(index.updated, asked.get("link", ""), asked.get("home", ""))
    options = {name: asked[name] for name in asked if name not in ("form", "link", "home")}
    results = index.search(**{**options, "sort": "newest", "fragments": 1})
    if asked.get("form") == "json":
        return to_json(json_feed(results, about), indent=1)
    return atom(results, about)


def _health(index: Index, _asked: Mapping[str, Any]) -> Json:
    return {
        "status": "ok",
        "generation": index.generation,
        "articles": index.count(),
        "updated": index.updated.isoformat(timespec="seconds"),
    }


def _generation(index: Index, _asked: Mapping[str, Any]) -> str:
    return index.generation


def _asking(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if name in _ASKING}


_ASKING = frozenset(
    "text area type stage since until on match exact synonyms fuzzy include_undated "
    "include_boilerplate".split()
)
_SHOWING = frozenset("sort limit offset facets snippets fragments width explain copies".split())

_DEEDS: dict[str, tuple[Deed, frozenset[str]]] = {
    "search": (_search, _ASKING | _SHOWING),
    "count": (_count, _ASKING | {"copies"}),
    "facets": (_facets, _ASKING | {"names"}),
    "timeline": (_timeline, _ASKING | {"by", "split", "share"}),
    "find": (_find, frozenset({"wanted"})),
    "read": (read, _ASKING | {"wanted"}),
    "table": (table, _ASKING | {"sort", "copies", "offset"}),
    "get": (_get, frozenset({"article_id"})),
    "forces": (_forces, frozenset()),
    "force_counts": (_force_counts, frozenset()),
    "stats": (_stats, frozenset()),
    "suggest": (_suggest, frozenset({"text", "limit"})),
    "feed": (_feed, _ASKING | {"copies", "limit", "form", "link", "home"}),
    "health": (_health, frozenset()),
    "generation": (_generation, frozenset()),
}
"""Each deed with the options it takes."""


def perform(index: Index, deed: str, asked: Mapping[str, Any], synonyms: Synonyms = True) -> object:
    """The answer to one question; ``synonyms`` is what words stand for, unless the question wants
    none of that.  Raises what that raises, ``QueryError`` for an option that there is none of, and
    ``EngineError`` for a deed that there is none of."""
    if deed not in _DEEDS:
        raise EngineError(f"nothing can be asked by the name {deed[:40]!r}")
    function, options = _DEEDS[deed]
    unknown = asked.keys() - options
    if unknown:
        message = f"a {deed} has no option {min(unknown)[:40]!r}"
        raise refusal("unknown-option", message, f"see Index.{deed}")
    if "synonyms" in options:
        asked = {**asked, "synonyms": asked.get("synonyms", True) and synonyms}
    return function(index, asked)


def without_places(told: object) -> object:
    """``told`` with the name alone of every file that was indexed by its absolute path, for those
    who need not know where that is."""
    if isinstance(told, list):
        for one in told:
            without_places(one)
    elif isinstance(told, dict):
        path = told.get("path")
        if isinstance(path, str) and path.startswith("/"):
            told["path"] = path.rpartition("/")[2]
        for name, one in told.items():
            if name != "meta" and isinstance(one, (dict, list)):
                without_places(one)
    return told
