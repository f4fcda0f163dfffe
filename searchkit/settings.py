"""The one table of limits and defaults, and the only reader of the environment.

Floor 0: imports nothing of searchkit but errors.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """What a query text may ask for, so that none can hurt.  The library can raise them."""

    characters: int = 1_000
    terms: int = 64
    word: int = 64
    depth: int = 8
    prefixes: int = 4
    prefix_letters: int = 3
    fuzzies: int = 4
    edits: int = 2
    ranges: int = 4
    expansions: int = 1_024
    page_size: int = 100
    offset: int = 10_000
    slop: int = 50


@dataclass(frozen=True, slots=True)
class IngestLimits:
    """What one source may cost before it is refused (sizes in bytes, times in seconds)."""

    article_bytes: int = 5_000_000
    front_matter_bytes: int = 65_536
    front_matter_depth: int = 16
    folder_depth: int = 32
    seconds: float = 5.0
    memory_bytes: int = 512 * 1024 * 1024
    archive_bytes: int = 20_000_000_000
    archive_members: int = 1_000_000
    compression_ratio: int = 200


QUERY_LIMITS = QueryLimits()
INGEST_LIMITS = IngestLimits()
