"""The lines that were learned as boilerplate, for people and as a dictionary.

Floor 7.  Invariant: every line stands with its force, and in how many of the articles read for
learning it was found.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..forces import known_force
from ..ingest.repeats import Repeats
from .layout import Look, clip, counted, paint, wrap

_COUNT = 13


def render_repeats(learned: Repeats, look: Look) -> Iterator[str]:
    """The forces, each with its lines, most frequent first."""
    if not learned.lines:
        yield "no line was learned as boilerplate"
    for force in sorted({line.force for line in learned.lines}):
        yield paint(_title(force, learned), "headline", look)
        for line in learned.lines:
            if line.force == force:
                count = f"{line.articles:,} articles" if line.articles else "pinned"
                text = clip(line.text, max(20, look.width - _COUNT - 2))
                yield f"{count:>{_COUNT}}  {text}"
        yield ""
    read = sum(learned.read.values())
    if read:
        yield from wrap([(f"learned from {counted(read, 'article')}", "dim")], look)


def _title(force: str, learned: Repeats) -> str:
    if not force:
        return "Every force"
    known = known_force(force)
    return (
        f"{known.name if known else force} ({counted(learned.read.get(force, 0), 'article')} read)"
    )


def repeats_to_dict(learned: Repeats) -> dict[str, Any]:
    """The same for programs."""
    return {
        "schema": "searchkit.boilerplate/1",
        "read": dict(learned.read),
        "lines": [
            {
                "text": line.text,
                "force": line.force or None,
                "articles": line.articles,
                "pinned": not line.articles,
            }
            for line in learned.lines
        ],
    }
