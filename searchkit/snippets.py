"""Placeholder contract; see plan."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of an article's text and where the query matched in it.

    ``field`` is the field it comes from, ``start`` its offset in that field's text,
    ``highlights`` are (start, end) pairs within ``text``, in characters.
    """

    field: str
    text: str
    start: int
    highlights: tuple[tuple[int, int], ...] = ()
