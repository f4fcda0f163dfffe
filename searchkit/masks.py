"""A text without some of its stretches, every character that is left at its place.

Floor 1.  Blanked stretches end the lines they lie in, so that no sentence and no phrase reaches
over one, and no token is made of what stood on both sides.
Invariant: the result is as long as the text, so that an offset found in one is right in the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Spans = Sequence[tuple[int, int]]
"""Stretches as (start, end), ascending and apart, ``end`` exclusive."""


def without(text: str, spans: Spans) -> str:
    """``text`` with ``spans`` blanked."""
    if not spans:
        return text
    parts: list[str] = []
    at = 0
    for start, end in spans:
        parts += (text[at:start], _blank(end - start))
        at = end
    parts.append(text[at:])
    return "".join(parts)


def only(text: str, spans: Spans) -> str:
    """``text`` with all but ``spans`` blanked."""
    return without(text, outside(spans, len(text))) if spans else ""


def outside(spans: Spans, size: int) -> list[tuple[int, int]]:
    """The stretches of a text of ``size`` characters that ``spans`` leave."""
    left, at = [], 0
    for start, end in (*spans, (size, size)):
        if start > at:
            left.append((at, start))
        at = end
    return left


def joined(text: str, spans: Spans) -> str:
    """The stretches themselves, a line each."""
    return "\n".join([text[start:end] for start, end in spans])


def united(text: str, spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """``spans`` in order, those that overlap, or have only space between them on a line, as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and (start <= merged[-1][1] or not text[merged[-1][1] : start].strip(" ")):
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(merged)


def _blank(size: int) -> str:
    return "\n" if size == 1 else "\n" + " " * (size - 2) + "\n" if size else ""
