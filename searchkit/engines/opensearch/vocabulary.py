"""Words of the index: other forms of a word, words close to it, words that begin alike.

Floor 4.  Which words there are, the index of words tells; how many articles hold each, the articles
themselves do, in one request for all of them.  What was found out is kept, since a generation never
changes.  Invariant: no word is told of that no article of the generation holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from ...analysis import stem as stem_of
from ...fields import SEARCHED
from ..edits import distances
from . import shape
from .plan import Query
from .requests import Answer, Asker, Search
from .statistics import Expansion, counting, counts_in

_MOST_CLOSE = 24
"""So many close words are told of."""

_SPARE = 3
"""So many times the words wanted are counted: how many articles hold one is known from the last
count, and may have changed."""

_MOST_FORMS = 1_000
_STEMS_AT_ONCE, _WORDS_AT_ONCE = 64, 512
"""Of several stems so many, and so many words of them, are asked about together."""

_REMEMBERED = 10_000
_BESIDE = tuple(field.name for field in SEARCHED)
_SUGGESTED = ("title", "body")


class Vocabulary:
    """The words of the generation that ``asker`` asks about; for several threads."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._forms: dict[str, dict[str, int]] = {}
        self._starting: dict[tuple[str, int], tuple[tuple[str, int], ...]] = {}

    def forms(self, word: str) -> dict[str, int]:
        """The surfaces of the stem of ``word``, each with the number of articles that hold it in a
        searched field; most frequent first."""
        stem = stem_of(word)
        if not stem:
            return {}
        known = self._forms.get(stem)
        if known is None:
            wanted = [{"term": {"stem": stem}}, {"terms": {"fields": list(_BESIDE)}}]
            held = self._held(self._words({"bool": {"filter": wanted}}, _MOST_FORMS))
            known = self._keep(stem, held)
        return known

    def _keep(self, stem: str, held: Mapping[str, int]) -> dict[str, int]:
        """The forms of a stem, those that most articles hold first; kept."""
        known = dict(sorted(held.items(), key=lambda pair: (-pair[1], pair[0])))
        if len(self._forms) >= _REMEMBERED:
            self._forms.clear()
        self._forms[stem] = known
        return known

    def ahead(self, words: Iterable[str]) -> Forms:
        """The forms of several ``words``, to be asked for at once; as many as an answer has room
        for, the others being asked for one by one."""
        stems = {stem_of(word) for word in words} - {""} - self._forms.keys()
        return Forms(sorted(stems)[:_STEMS_AT_ONCE], self._keep)

    def near(self, word: str, edits: int) -> tuple[tuple[str, int, int], ...]:
        """The surfaces at most ``edits`` (2 at most) from ``word`` that share its first letter and
        that most articles hold in a searched field, ``word`` itself left out: each with its edits
        and how many hold it; of fewest edits first, then those that most hold."""
        if not word or edits < 1:
            return ()
        query = Expansion(word, edits, _BESIDE).query()
        others = [one for one in self._words(query, _SPARE * _MOST_CLOSE) if one != word]
        held = self._held(others)
        most = sorted(held, key=lambda one: (-held[one], one))[:_MOST_CLOSE]
        steps = _distances(word, most, edits)
        found = sorted((steps[one], -held[one], one) for one in most)
        return tuple((one, far, -count) for far, count, one in found)

    def starting(self, letters: str, most: int) -> tuple[tuple[str, int], ...]:
        """The ``most`` words of titles and bodies that start with ``letters`` and most articles
        hold in one of the two, those first."""
        if not letters or most < 1:
            return ()
        known = self._starting.get((letters, most))
        if known is None:
            query = Expansion(letters, -1, _SUGGESTED).query()
            words = self._words(query, _SPARE * most)
            queries = {
                f"{name} {word}": {"term": {name: word}} for word in words for name in _SUGGESTED
            }
            counts = self._counted(queries)
            held = {word: max(counts[f"{name} {word}"] for name in _SUGGESTED) for word in words}
            ordered = sorted(held.items(), key=lambda pair: (-pair[1], pair[0]))
            known = tuple((word, count) for word, count in ordered[:most] if count)
            if len(self._starting) >= _REMEMBERED:
                self._starting.clear()
            self._starting[letters, most] = known
        return known

    def _words(self, query: Query, most: int) -> list[str]:
        """The words that ``query`` finds and most articles held when they were counted."""
        body = {
            "query": query,
            "size": most,
            "sort": [{"held": "desc"}, {"word": "asc"}],
            "_source": ["word"],
        }
        hits = self._asker.search(Search(body, words=True))["hits"]["hits"]
        return [hit["_source"]["word"] for hit in hits]

    def _held(self, words: Sequence[str]) -> dict[str, int]:
        """How many articles hold each of ``words`` in a searched field; those that any does."""
        counts = self._counted({word: {"term": {shape.WORDS: word}} for word in words})
        return {word: count for word, count in counts.items() if count}

    def _counted(self, queries: Mapping[str, Query]) -> dict[str, int]:
        return counts_in(self._asker.search(Search(counting(queries)))) if queries else {}


class Forms:
    """The forms of several ``stems`` on their way, in two searches: which words there are, and how
    many articles hold each; ``keep`` is given those of each stem."""

    def __init__(
        self, stems: Sequence[str], keep: Callable[[str, Mapping[str, int]], object]
    ) -> None:
        self._stems = stems
        self._keep = keep
        self._words: dict[str, str] = {}

    def search(self) -> Search | None:
        """What to ask next."""
        if self._words:
            return Search(counting({one: {"term": {shape.WORDS: one}} for one in self._words}))
        if not self._stems:
            return None
        wanted = [{"terms": {"stem": list(self._stems)}}, {"terms": {"fields": list(_BESIDE)}}]
        body = {
            "query": {"bool": {"filter": wanted}},
            "size": _WORDS_AT_ONCE + 1,
            "track_total_hits": False,
            "_source": ["word", "stem"],
        }
        return Search(body, words=True)

    def told(self, answer: Answer) -> None:
        """Take the answer to that."""
        if self._words:
            held = counts_in(answer)
            for stem in self._stems:
                own = [word for word, of in self._words.items() if of == stem]
                self._keep(stem, {word: held[word] for word in own if held[word]})
            self._words, self._stems = {}, ()
            return
        sources = [hit["_source"] for hit in answer["hits"]["hits"]]
        if len(sources) > _WORDS_AT_ONCE:
            self._stems = ()
        self._words = {one["word"]: one["stem"] for one in sources if self._stems}
        for stem in set(self._stems).difference(self._words.values()):
            self._keep(stem, {})
        self._stems = [stem for stem in self._stems if stem in self._words.values()]


def _distances(word: str, others: Sequence[str], edits: int) -> dict[str, int]:
    """How many edits each of ``others`` is from ``word``."""
    if not others:
        return {}
    width = max(map(len, others)) + edits
    letters = np.array([[ord(c) for c in one.ljust(width, "\0")] for one in others], np.uint32)
    sizes = np.array([len(one) for one in others], np.int64)
    return dict(zip(others, distances(word, letters.T, sizes, edits).tolist(), strict=True))
