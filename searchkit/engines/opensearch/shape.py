"""What an index on a cluster is made of: names, settings and mappings of the physical indices.

Floor 4.  A generation is three physical indices: the articles, the words they are made of, and the
catalogue.  Lucene gets our tokens and only parts them: at spaces, and at ``BESIDE`` where two
stand at one place.  Invariant: what a field is called and how it is indexed is said here alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...analysis import ANALYSIS_VERSION
from ...fields import KEYWORDS, PERIODS, SCHEMA_VERSION, SEARCHED, TEXTS
from ..bm25 import K1, B
from .norms import SCALE

FORMAT = 1
"""Raised whenever an index of the version before could not be read, or would answer otherwise."""

VERSIONS = {"format": FORMAT, "schema": SCHEMA_VERSION, "analysis": ANALYSIS_VERSION}
"""What ``_meta`` of a generation has to say to be read."""

OURS = "searchkit"
"""``_meta`` has everything under this name; an index without it is not ours."""

BESIDE, WEIGHT = "|", "|"
"""Between two tokens at one place; between a token and its weight."""

WORDS, STEMS = "words", "stems"
"""The surfaces and the stems of all searched fields together, each with its weight."""

GROUP, CLUSTER, MEMBER = "group", "cluster", "member"
"""Of every document its cluster or, where it has no copies, itself; of copies alone, their
cluster; the place in it, the earliest first."""

STORED, SIGNATURE = "stored", "signature"
FIRST, LAST, NEWEST = "first", "last", "newest"

PAGE_WINDOW = 20_000
"""As far as pages are asked for by their offset; those beyond are walked to."""


SHARD_ARTICLES = 3_000_000
"""A shard is planned for so many articles, which are some 27 GB (docs/scale.md)."""


def shards_for(articles: int) -> int:
    """How many shards an index of so many articles is given where nobody says."""
    return max(1, -(-articles // SHARD_ARTICLES))


def stems_of(name: str) -> str:
    """The field that has the stems of the text field ``name``."""
    return f"{name}_stem"


def words_index(physical: str) -> str:
    """The index of the words of a generation."""
    return f"{physical}-words"


def catalogue_index(physical: str) -> str:
    """The index of the catalogue of a generation."""
    return f"{physical}-catalogue"


def lock_index(name: str) -> str:
    """The index that says who writes."""
    return f"{name}-lock"


def written(index: str) -> str:
    """The name by which one of the indices of a generation is written, until it is committed.

    A document for an index that is gone would make the cluster create it; one for an alias, asked
    for as such, does not.
    """
    return f"{index}-new"


def physical_name(name: str, number: int, random: str) -> str:
    """The index of the articles of generation ``number`` of the index ``name``."""
    return f"{name}-{number:06d}-{random}"


_ANALYSIS = {
    "tokenizer": {"spaces": {"type": "whitespace", "max_token_length": 4096}},
    "filter": {
        "apart": {"type": "pattern_capture", "preserve_original": False, "patterns": ["([^|]+)"]},
        "weights": {"type": "delimited_term_freq", "delimiter": WEIGHT},
    },
    "analyzer": {
        "placed": {"type": "custom", "tokenizer": "spaces", "filter": ["apart"]},
        "weighed": {"type": "custom", "tokenizer": "spaces", "filter": ["weights"]},
    },
}


def _placed(weight: float) -> dict[str, Any]:
    """How words in order score in a searched field: as BM25F has it, but for how telling they are,
    which queries say, since the words of a headline tell no more for standing in few headlines."""
    average = "(1.0 * field.sumTotalTermFreq / field.docCount)"
    weighed = f"{weight} * doc.freq / ({1.0 - B} + {B} * doc.length / {average})"
    source = f"double w = {weighed}; return query.boost * {K1 + 1.0} * w / (w + {K1});"
    return {"type": "scripted", "script": {"source": source}}


_SIMILARITY = {
    "of_all": {"type": "BM25", "k1": K1 * SCALE, "b": 0.0},
    "of_one": {"type": "BM25", "k1": K1, "b": B},
    **{f"of_{field.name}": _placed(field.weight) for field in SEARCHED},
}
_PLACED = {"type": "text", "analyzer": "placed"}
_COUNTED = {**_PLACED, "similarity": "of_one", "index_options": "freqs"}
_WEIGHED = {
    "type": "text",
    "analyzer": "weighed",
    "index_options": "freqs",
    "norms": False,
    "similarity": "of_all",
}
_KEYWORD = {"type": "keyword"}
_SEARCHED = frozenset(field.name for field in SEARCHED)
_COUNTED_BY = frozenset({"force", "mentions", "type", "stage"})


def articles_body(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings and mappings of an index of articles; ``settings`` are its own, such as shards."""
    fields: dict[str, Any] = {WORDS: _WEIGHED, STEMS: _WEIGHED}
    for name in TEXTS:
        similar = f"of_{name}" if name in _SEARCHED else "of_one"
        fields[name] = {**_PLACED, "similarity": similar}
        fields[stems_of(name)] = _COUNTED
    for name in KEYWORDS:
        fields[name] = {**_KEYWORD, "eager_global_ordinals": name in _COUNTED_BY}
    fields |= dict.fromkeys(PERIODS, _KEYWORD)
    fields |= {GROUP: _KEYWORD, CLUSTER: _KEYWORD, MEMBER: {"type": "integer"}}
    fields |= {FIRST: {"type": "integer"}, LAST: {"type": "integer"}, NEWEST: {"type": "long"}}
    fields |= {STORED: {"type": "binary"}, SIGNATURE: {"type": "binary", "doc_values": True}}
    kept = ["id", STORED, SIGNATURE, GROUP, CLUSTER, MEMBER]
    return {
        "settings": {
            "index": {
                "max_result_window": PAGE_WINDOW,
                "analysis": _ANALYSIS,
                "similarity": _SIMILARITY,
                **settings,
            }
        },
        "mappings": {"dynamic": "strict", "_source": {"includes": kept}, "properties": fields},
    }


def words_body(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings and mappings of an index of words: each with its stem, the text fields it stands in,
    and how many articles held it when that was last counted."""
    fields = {"word": _KEYWORD, "stem": _KEYWORD, "fields": _KEYWORD, "held": {"type": "integer"}}
    return {
        "settings": {"index": {"number_of_shards": 1, **settings}},
        "mappings": {"dynamic": "strict", "properties": fields},
    }


def catalogue_body(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings and mappings of an index of the pieces of a catalogue."""
    fields = {"piece": {"type": "integer"}, "data": {"type": "binary"}}
    return {
        "settings": {"index": {"number_of_shards": 1, **settings}},
        "mappings": {"dynamic": "strict", "properties": fields},
    }
