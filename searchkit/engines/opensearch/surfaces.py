"""The index of words that a generation is made of, kept in step with its articles.

Floor 4.  A run tells the words of what it puts; words of what it takes away are asked for in the
articles, and go where none holds them any more.  Memory is bounded: what was gathered is written
when it is much.  Invariant: after ``settle`` the index has the words of the articles, all of them
and no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ...analysis import stems
from ...fields import TEXTS
from . import bulk
from .connection import Cluster
from .documents import fields_of
from .generations import PARTS
from .patience import patiently
from .stores import Store

MOST_WORDS = 400_000
"""So many are held in memory: about 60 MB."""

_ASKED_AT_ONCE = 500
_LOOKED_UP_AT_ONCE = 5_000
_SCRIPT = (
    "boolean same = true; for (f in params.fields) {"
    " if (!ctx._source.fields.contains(f)) { ctx._source.fields.add(f); same = false; } }"
    " if (params.more) { ctx._source.held += params.held; } else if (same) { ctx.op = 'none'; }"
)


class Surfaces:
    """Writes the words of a generation, into its ``store``; a ``fresh`` one has none yet."""

    def __init__(self, cluster: Cluster, store: Store, *, fresh: bool) -> None:
        self._cluster = cluster
        self._articles = store.physical
        self._index = store.physical + PARTS[1]
        self._bulk = store.bulk(PARTS[1])
        self._fresh, self._empty = fresh, fresh
        self._words: dict[str, tuple[int, int]] = {}

    def add(self, words: Mapping[str, tuple[int, int]]) -> None:
        """Have these words, as ``Documents.words`` tells of them."""
        for word, (fields, held) in words.items():
            before = self._words.get(word)
            if before is not None:
                fields, held = fields | before[0], held + before[1]
            self._words[word] = fields, held
        if len(self._words) >= MOST_WORDS:
            self._flush()

    def _flush(self) -> None:
        told, self._words = self._words, {}
        listed = list(told) if self._fresh else self._unknown(told)
        for word, stem in zip(listed, stems(listed), strict=True):
            fields, held = told[word]
            self._bulk.add(self._operation(word, stem, fields_of(fields), held))
        self._empty = self._empty and not listed
        self._bulk.finish()

    def _unknown(self, told: Mapping[str, tuple[int, int]]) -> list[str]:
        """Those of the words ``told`` that the index, as it is seen now, has not got, or not with
        all of their fields."""
        left = []
        words = list(told)
        for start in range(0, len(words), _LOOKED_UP_AT_ONCE):
            part = words[start : start + _LOOKED_UP_AT_ONCE]
            held = patiently(partial(_fields_held, self._cluster, self._index, part))
            left += [
                one for one in part if not held.get(one, set()).issuperset(fields_of(told[one][0]))
            ]
        return left

    def _operation(self, word: str, stem: str, fields: list[str], held: int) -> bulk.Operation:
        document = {"word": word, "stem": stem, "fields": fields, "held": held}
        if self._empty:
            return bulk.put(word, document)
        # In an index that was there, most words are known, and stay what they are.
        params = {"fields": fields, "held": held, "more": self._fresh}
        script = {"lang": "painless", "source": _SCRIPT, "params": params}
        return bulk.update(word, {"script": script, "upsert": document})

    def settle(self, before: Iterable[str], undone: Iterable[str]) -> None:
        """Write what was gathered, without words that no article holds any more.

        Those may be words of articles of the generation ``before``, and of articles that this run
        put and took back, ``undone``.  Articles are to be visible by now.
        """
        unsure = set(undone)
        unsure.update(set(before).difference(self._words))
        gone = list(absent(self._cluster, self._articles, sorted(unsure)))
        self._flush()
        for word in gone:
            self._bulk.add(bulk.delete(word))
        self._bulk.finish()

    def close(self) -> None:
        """Give up what is not written yet."""
        self._bulk.close()


def _fields_held(cluster: Cluster, index: str, words: Sequence[str]) -> dict[str, set[str]]:
    """The fields of those of ``words`` that the index of words has."""
    body = {
        "query": {"bool": {"filter": [{"terms": {"word": list(words)}}]}},
        "size": len(words),
        "track_total_hits": False,
        "sort": ["_doc"],
        "_source": False,
        "docvalue_fields": ["word", "fields"],
    }
    params = {"allow_partial_search_results": "false"}
    with cluster.asking() as client:
        answer = client.search(index=index, body=body, params=params)
    cluster.check_whole(answer)
    rows = [hit["fields"] for hit in answer["hits"]["hits"]]
    return {row["word"][0]: set(row.get("fields", ())) for row in rows}


def absent(cluster: Cluster, articles: str, words: Sequence[str]) -> Iterator[str]:
    """Those of ``words`` that no article of the physical index holds."""
    for start in range(0, len(words), _ASKED_AT_ONCE):
        part = words[start : start + _ASKED_AT_ONCE]
        lines: list[dict[str, Any]] = []
        for word in part:
            lines += [{}, {**_ANY, "query": _holding(word)}]
        answers = patiently(partial(_answers, cluster, articles, lines))
        yield from [
            word
            for word, answer in zip(part, answers, strict=True)
            if not answer["hits"]["total"]["value"]
        ]


def _answers(cluster: Cluster, articles: str, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    with cluster.asking() as client:
        answers: list[dict[str, Any]] = client.msearch(body=lines, index=articles)["responses"]
    for answer in answers:
        cluster.check_answer(answer)
    return answers


_ANY = {"size": 0, "track_total_hits": 1, "terminate_after": 1}


def _holding(word: str) -> dict[str, Any]:
    """A query for articles that hold ``word`` in any text field."""
    return {"bool": {"filter": {"bool": {"should": [{"term": {name: word}} for name in TEXTS]}}}}
