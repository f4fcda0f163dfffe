"""The first hits of a long question in a better order, by what they have in common.

Floor 4.  Some first hits are fetched with their texts, which teach words; what those add is asked
of the same hits, in a second request.  Both is done once for a question: where its first hits
stand is kept, for all of its pages.  Only they move, and scores only gain, so that they stay before
all others.  Invariant: pages fit together, whatever their size, and no match comes or goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple, TypeAlias

import numpy as np

from ...copies import CopiesMode
from ...query.nodes import Node
from ...query.questions import Asked
from ...tokens import Array
from .. import feedback
from ..base import Request, Sort
from ..bm25 import DECIMALS
from .compile import stemmed
from .pages import Order, Page, article_in, group_of, of_ids
from .plan import Query, Reasons
from .requests import Ahead, Answer, Asker, Hit, Search
from .statistics import Statistics

_HEADS = 500
"""The first hits of so many questions are remembered, for their next pages."""

_IDS_ALONE: Query = {"_source": False, "stored_fields": "_none_", "docvalue_fields": ["id"]}
"""So that stored articles are not read for it."""


class Place(NamedTuple):
    """One of the first hits: the article, what stands for its copies, and its score, of which it
    gained what ``alike`` and ``learnt`` say."""

    id: str
    group: str
    score: float
    alike: float = 0.0
    learnt: float = 0.0


@dataclass(frozen=True, slots=True)
class Head:
    """The first hits in their new order, and the ``words`` that they taught."""

    places: Sequence[Place]
    words: Sequence[feedback.Learnt] = ()

    @property
    def is_all(self) -> bool:
        """Whether there are no hits behind them."""
        return len(self.places) < feedback.DEPTH

    def reasons(self, article_id: str) -> Reasons:
        """What an article gained."""
        for place in self.places:
            if place.id == article_id:
                gains = (feedback.ALIKE, place.alike), (feedback.told(self.words), place.learnt)
                return [(what, amount) for what, amount in gains if amount]
        return []


_Key: TypeAlias = tuple[Node, Asked, CopiesMode]


def teaches(request: Request, order: Order) -> bool:
    """Whether the first hits of ``request`` are looked at again."""
    asked = request.asked
    return request.sort is Sort.RELEVANCE and order.scored and asked is not None and asked.learn


class Heads:
    """The first hits of questions about the generation that ``asker`` asks; for several threads.
    ``averages`` are the tokens of average fields, by name."""

    def __init__(self, asker: Asker, statistics: Statistics, averages: Mapping[str, float]) -> None:
        self._asker = asker
        self._statistics = statistics
        self._averages = averages
        self._known: dict[_Key, Head] = {}

    def page(
        self, page: Page, request: Request, aggregations: Query, ahead: Ahead | None = None
    ) -> tuple[Answer, Sequence[Hit]]:
        """The answer with all counts, with which ``ahead`` is asked, and the hits of the page asked
        for."""
        head, end = self._known.get(_key(request)), request.offset + request.limit
        if head is None:
            answer, hits, head = self._asked(page, request, aggregations, ahead)
            if head.is_all or end <= feedback.DEPTH:
                return answer, _placed(head.places[request.offset : end], hits)
        start = max(request.offset, feedback.DEPTH)
        rest = replace(request, offset=start, limit=max(0, end - start))
        first = head.places[request.offset : end]
        searches = [page.search(rest, aggregations), *self._search(first)]
        answer, *found = self._asker.together(searches, ahead)
        hits = _placed(first, found[0]["hits"]["hits"]) if found else []
        return answer, [*hits, *(page.hits(rest, answer) if rest.limit else ())]

    def head(self, page: Page, request: Request) -> Head:
        """The first hits of ``request``."""
        known = self._known.get(_key(request))
        return self._asked(page, request, {})[2] if known is None else known

    def hits(self, places: Sequence[Place]) -> Sequence[Hit]:
        """The first hits at ``places``."""
        answers = self._asker.several(self._search(places))
        return _placed(places, answers[0]["hits"]["hits"]) if answers else []

    def _search(self, places: Sequence[Place]) -> list[Search]:
        return [of_ids([place.id for place in places])] if places else []

    def _asked(
        self, page: Page, request: Request, aggregations: Query, ahead: Ahead | None = None
    ) -> tuple[Answer, Sequence[Hit], Head]:
        """The first hits, asked for with all counts, and what becomes of them; kept."""
        wanted = replace(request, offset=0, limit=feedback.DEPTH)
        answer = page.first(wanted, aggregations, ahead)
        hits = page.hits(wanted, answer)
        head = self._looked_at(hits, request.copies, page.order.prefers)
        if len(self._known) >= _HEADS:
            self._known.clear()
        self._known[_key(request)] = head
        return answer, hits, head

    def _looked_at(self, hits: Sequence[Hit], mode: CopiesMode, prefers: str) -> Head:
        groups = [group_of(hit, mode) for hit in hits]
        ids, scores = [hit["_id"] for hit in hits], np.array([hit["_score"] for hit in hits])
        if len(hits) < 2:
            return Head([*map(Place, ids, groups, scores.tolist())])
        common = feedback.idf_of_common(self._statistics.articles)
        added = partial(self._added, ids, prefers)
        taught = feedback.Lesson(partial(self._texts, hits), common, added).taught(scores)
        # A score itself is not rounded, or hits behind these could seem to be better.
        scores += (taught.alike + taught.learnt).round(DECIMALS)
        columns = scores.tolist(), taught.alike.tolist(), taught.learnt.tolist()
        places = [*map(Place, ids, groups, *columns)]
        order = np.argsort(-scores, kind="stable").tolist()
        return Head([places[at] for at in order], taught.words)

    def _texts(self, hits: Sequence[Hit], places: Iterable[int]) -> feedback.Texts:
        """The words of the hits at ``places``."""
        cluster = self._asker.cluster
        several = [article_in(cluster, hits[at]["_id"], hits[at]["_source"])[0] for at in places]
        return feedback.read(several, self._average, self._statistics.idfs_of)

    def _average(self, name: str) -> float:
        return self._averages.get(name, 1.0)

    def _added(self, ids: Sequence[str], prefers: str, words: Sequence[feedback.Learnt]) -> Array:
        """What ``words`` add to the scores of the articles ``ids``."""
        added = dict.fromkeys(ids, 0.0)
        if words:
            should = [stemmed(one.stem, feedback.WORDS_SHARE * one.worth) for one in words]
            among = {"filter": [{"terms": {"id": list(ids)}}], "should": should}
            body: Query = {"query": {"bool": among}, "size": len(ids), **_IDS_ALONE}
            found = self._asker.search(Search(body, scored=True, prefers=prefers))["hits"]["hits"]
            added |= {hit["fields"]["id"][0]: hit["_score"] for hit in found}
        return np.array([added[one] for one in ids])


def _key(request: Request) -> _Key:
    assert request.asked is not None
    return request.query, request.asked, request.copies


def _placed(places: Sequence[Place], hits: Sequence[Hit]) -> Sequence[Hit]:
    """Those of ``hits`` at ``places``, with the scores they have there."""
    by_id = {hit["_id"]: hit for hit in hits}
    return [{**by_id[place.id], "_score": place.score} for place in places]
