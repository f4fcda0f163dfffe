"""The tags of an index with their counts, and those of one text with their evidence.

Floor 7.  Invariant: every known tag is listed, those that no article has too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..article import Tag
from ..results import Results
from ..tagging import known_tags
from .envelope import Json, tags_to_list
from .layout import Look, columns_of, paint

SCHEMA = "searchkit.tags/1"


def render_counts(results: Results, look: Look) -> Iterator[str]:
    """One line a tag: as it is typed, what it is called, and how many articles have it."""
    rows = [("tag", "means", "articles")]
    rows.extend((tag, label, f"{count:,}") for tag, label, count in _counted(results))
    head, *lines = columns_of(rows, numeric=(2,))
    yield paint(head, "dim", look)
    yield from lines


def counts_to_dict(results: Results) -> Json:
    """``{"schema", "articles", "tags": [{"id", "label", "articles"}]}``."""
    tags = [{"id": tag, "label": label, "articles": n} for tag, label, n in _counted(results)]
    return {"schema": SCHEMA, "articles": results.total, "tags": tags}


def _counted(results: Results) -> Iterator[tuple[str, str, int]]:
    for tag in known_tags().values():
        facet = results.facets[tag.kind]
        yield tag.id, tag.label, next((b.count for b in facet if b.value == tag.value), 0)


def render_evidence(tags: Sequence[Tag], look: Look) -> Iterator[str]:
    """One line a tag: the words that give it, and those of the table it needs or excludes."""
    if not tags:
        yield "No tags: the text has no phrase of the table, or one that forbids it."
        return
    rows = [("tag", "because of"), *((tag.id, f'"{tag.evidence}"') for tag in tags)]
    head, *lines = columns_of(rows)
    yield paint(head, "dim", look)
    yield from lines


def evidence_to_dict(text: str, tags: Sequence[Tag]) -> Json:
    """``{"schema", "text", "tags"}``: the tags of ``text``, as those of a hit."""
    return {"schema": SCHEMA, "text": text, "tags": tags_to_list(tags)}
