"""Asking one generation: searches, counts, single documents; walking over all that match.

Floor 4.  A physical index never changes once it is published, so that what is asked in several
requests fits together; equal queries go to the same copies of shards, whose scores may differ in
their last digits from those of others.  Invariant: an answer is whole, or an error.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Protocol, TypeAlias

from ...errors import (
    ClusterBusy,
    ClusterDegraded,
    ClusterProblem,
    ClusterTimeout,
    ClusterUnreachable,
    EngineError,
)
from .connection import Cluster, Missing
from .generations import Generation
from .patience import patiently
from .placement import NODES
from .plan import Query
from .shape import words_index

Answer: TypeAlias = Mapping[str, Any]
Hit: TypeAlias = Mapping[str, Any]

_KEPT = "2m"
"""A point in time that nobody asks about any more is let go after so long."""

_PAUSES = (0.2, 1.0, 3.0, 8.0)
"""Seconds between attempts to go on after a point in time was lost: a node was, and another one
takes over its shards."""

_MOMENTS = (0.1, 0.4, 1.0)
"""Seconds between attempts of a search: what was on a node that was lost is asked of another."""

_GONE = 404

_SIZES = {"format": "json", "bytes": "b", "h": "prirep,store", "local": "true"}

_LOST = (Missing, ClusterDegraded, ClusterTimeout, ClusterBusy, ClusterUnreachable)


@dataclass(frozen=True, slots=True)
class Search:
    """A search: its ``body``, whether of the index of ``words``, whether it is ``scored``, by the
    statistics of all shards, and what it ``prefers``; ``left_out`` is not wanted of the answer, and
    the score of each ``named`` query is."""

    body: Query
    words: bool = False
    scored: bool = False
    prefers: str = ""
    left_out: str = ""
    named: bool = False

    def options(self) -> dict[str, Any]:
        """What does not stand in its body."""
        options: dict[str, Any] = {"allow_partial_search_results": "false"}
        if self.scored:
            options["search_type"] = "dfs_query_then_fetch"
        if self.prefers:
            options["preference"] = self.prefers
        if self.named:
            options["include_named_queries_score"] = "true"
        return options


class Ahead(Protocol):
    """What is asked together with other searches, in one request or in the next."""

    def search(self) -> Search | None:
        """What to ask next; nothing more for ``None``."""

    def told(self, answer: Answer) -> None:
        """Take the answer to that."""


def preference(query: Query) -> str:
    """The same for equal queries, so that all of their pages come from the same copies."""
    said = json.dumps(query, sort_keys=True).encode()
    return blake2b(said, digest_size=8).hexdigest()


class Sight:
    """Whether an answer has told that the generation is the newest: ``newest``; ``asked``, whether
    one was to tell."""

    def __init__(self) -> None:
        self.newest = False
        self.asked = False


class Asker:
    """Asks ``cluster`` about ``generation``; for several threads."""

    def __init__(self, cluster: Cluster, generation: Generation) -> None:
        self.cluster = cluster
        self.generation = generation
        self._shards = 0
        self._looking = threading.local()

    @contextmanager
    def watching(self) -> Iterator[Sight]:
        """What this thread searches for meanwhile is looked for behind the name of the index, too,
        so that the answer tells whether that leads to this generation yet."""
        sight = self._looking.sight = Sight()
        try:
            yield sight
        finally:
            self._looking.sight = None

    def _sight(self) -> Sight | None:
        """What is to be told of by the next answer, if there is something."""
        sight: Sight | None = getattr(self._looking, "sight", None)
        return sight if self._shards and sight is not None and not sight.asked else None

    def _watched(self, sight: Sight, answers: Sequence[Answer]) -> bool:
        """Whether ``answers``, the first of which was asked of the name of the index, too, are of
        this generation alone; ``sight`` is told that."""
        # One index by two names has its shards once.
        sight.asked = True
        sight.newest = answers[0].get("_shards", {}).get("total") == self._shards
        return sight.newest

    @contextmanager
    def asking(self) -> Iterator[Any]:
        """Around every request; a generation that is there no more is told as that."""
        try:
            with self.cluster.asking() as client:
                yield client
        except Missing as error:
            raise self.gone() from error

    def gone(self) -> EngineError:
        """The error where the generation was removed meanwhile."""
        where, name = self.cluster.address, self.generation.name
        lost = EngineError(f"{where}: generation {name} is there no more; later ones replaced it")
        lost.hint = "open the index again"
        return lost

    def _index(self, search: Search, sight: Sight | None = None) -> str:
        physical = self.generation.physical
        if search.words:
            return words_index(physical)
        return physical if sight is None else f"{physical},{self.cluster.address.name}"

    def search(self, search: Search) -> Answer:
        """The answer to one search.  Raises ``ClusterProblem``."""
        return patiently(lambda: self._searched(search), (ClusterDegraded,), _MOMENTS)

    def _searched(self, search: Search) -> Answer:
        options = search.options()
        if search.left_out:
            options["filter_path"] = f"-{search.left_out}"
        sight = None if search.words else self._sight()
        if sight is not None:
            try:
                answer = self._ask(search, options, sight)
            except Missing:
                # Without its name there is nothing newer; without itself, that is told below.
                sight.asked = True
            else:
                if self._watched(sight, [answer]):
                    return answer
        with self.asking():
            answer = self._ask(search, options, None)
        if not search.words:
            self._shards = answer.get("_shards", {}).get("total", 0)
        return answer

    def _ask(self, search: Search, options: Mapping[str, Any], sight: Sight | None) -> Answer:
        with self.cluster.asking() as client:
            answer: Answer = client.search(
                body=search.body, index=self._index(search, sight), params=dict(options)
            )
            self.cluster.check_whole(answer)
        return answer

    def several(self, searches: Sequence[Search]) -> list[Answer]:
        """The answers to several searches, asked at once; what one leaves out, all do.  Raises
        ``ClusterProblem``."""
        if len(searches) < 2:
            return [self.search(search) for search in searches]
        return patiently(lambda: self._searched_several(searches), (ClusterDegraded,), _MOMENTS)

    def together(self, searches: Sequence[Search], ahead: Ahead | None) -> list[Answer]:
        """The answers to ``searches``, with which the next of ``ahead`` is asked."""
        more = None if ahead is None else ahead.search()
        if ahead is None or more is None:
            return self.several(searches)
        *answers, last = self.several([*searches, more])
        ahead.told(last)
        return answers

    def _searched_several(self, searches: Sequence[Search]) -> list[Answer]:
        told = next((n for n, one in enumerate(searches) if not one.words), None)
        sight = None if told is None else self._sight()
        if sight is not None and told is not None:
            answers = self._ask_several(searches, told, sight)
            if answers[told].get("status") == _GONE:
                sight.asked = True
            else:
                self._check_several(answers)
                if self._watched(sight, answers[told:]):
                    return answers
        with self.asking():
            answers = self._ask_several(searches, -1, None)
        self._check_several(answers)
        return answers

    def _ask_several(
        self, searches: Sequence[Search], told: int, sight: Sight | None
    ) -> list[Answer]:
        """The answers, whole or not; that of the search number ``told`` tells ``sight``."""
        lines: list[Query] = []
        for number, search in enumerate(searches):
            index = self._index(search, sight if number == told else None)
            lines += [{"index": index, **search.options()}, search.body]
        left_out = [f"-responses.{one.left_out}" for one in searches if one.left_out]
        params = {"filter_path": ",".join(left_out)} if left_out else {}
        with self.cluster.asking() as client:
            answers: list[Answer] = client.msearch(body=lines, params=params)["responses"]
        return answers

    def _check_several(self, answers: Sequence[Answer]) -> None:
        for answer in answers:
            if answer.get("status") == _GONE:
                raise self.gone()
            self.cluster.check_answer(answer)

    def size(self, indices: Sequence[str]) -> int:
        """Bytes on disk of one copy of each shard of ``indices``, as they were measured within ten
        seconds.  Raises ``ClusterProblem``."""
        return patiently(lambda: self._sized(",".join(indices)), (ClusterDegraded,), _MOMENTS)

    def _sized(self, indices: str) -> int:
        with self.asking() as client:
            shards = client.cat.shards(index=indices, params=_SIZES)
        sizes = [one["store"] for one in shards if one["prirep"] == "p"]
        if None in sizes:
            # A shard that is just then moved to another node tells nothing.
            raise ClusterDegraded(
                str(self.cluster.address), "a shard does not tell how large it is", NODES
            )
        return sum(map(int, sizes))

    def document(self, article_id: str, fields: Sequence[str]) -> Mapping[str, Any] | None:
        """Some stored ``fields`` of one article, if there is one of this id."""
        query = {"bool": {"filter": [{"term": {"id": article_id}}]}}
        found = self.search(Search({"query": query, "size": 1, "_source": list(fields)}))
        hits = found["hits"]["hits"]
        return hits[0]["_source"] if hits else None


class Walk:
    """All that a search finds, ``size`` hits at a time, in its order, however many.

    Its ``sort`` has a last key that tells every article from every other, so that where a node is
    lost, another point in time of the same index can be gone on from; ``after`` are the keys of the
    hit behind which it begins.
    """

    def __init__(
        self, asker: Asker, search: Search, size: int, after: Sequence[Any] | None = None
    ) -> None:
        self._asker = asker
        self._search = search
        self._size = size
        self._point = ""
        self._after = after

    def __iter__(self) -> Iterator[Sequence[Hit]]:
        try:
            while hits := self._next():
                yield hits
                if len(hits) < self._size:
                    return
                self._after = hits[-1]["sort"]
        finally:
            self._let_go()

    def _next(self) -> Sequence[Hit]:
        return patiently(self._ask_or_let_go, _LOST, _PAUSES)

    def _ask_or_let_go(self) -> Sequence[Hit]:
        try:
            return self._ask()
        except _LOST:
            # Scores of another point in time may be others, so that a ranking has no sequel there.
            if self._after is None or not self._search.scored:
                self._let_go()
            raise

    def _ask(self) -> Sequence[Hit]:
        cluster, search = self._asker.cluster, self._search
        if not self._point:
            self._point = self._open()
        body = {**search.body, "size": self._size, "track_total_hits": False}
        body["pit"] = {"id": self._point, "keep_alive": _KEPT}
        if self._after is not None:
            body["search_after"] = self._after
        options = search.options()
        # Which copies answer was said when the point in time was made.
        options.pop("preference", None)
        with cluster.asking() as client:
            answer = client.search(body=body, params=options)
            cluster.check_whole(answer)
        self._point = answer.get("pit_id", self._point)
        hits: Sequence[Hit] = answer["hits"]["hits"]
        return hits

    def _open(self) -> str:
        # By default it is made of those shards that are there.
        options = {"keep_alive": _KEPT, "allow_partial_pit_creation": "false"}
        if self._search.prefers:
            options["preference"] = self._search.prefers
        index = self._asker.generation.physical
        # Without its index there is nothing to go on from.
        with self._asker.asking() as client:
            made = client.create_pit(index=index, params=options)
            self._asker.cluster.check_whole(made)
        point: str = made["pit_id"]
        return point

    def _let_go(self) -> None:
        if not self._point:
            return
        point, self._point = self._point, ""
        try:
            with self._asker.cluster.asking() as client:
                client.delete_pit(body={"pit_id": [point]})
        except ClusterProblem:
            # One that was lost need not be let go, and any ends by itself.
            return
