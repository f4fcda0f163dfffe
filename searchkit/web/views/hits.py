"""One hit of a result, as its page shows it.

Floor 8.  Invariant: text stays text; what is highlighted is said beside it, not in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import wording
from .address import Address
from .language import language_of

Piece = tuple[str, bool]
"""A stretch of text, and whether it is highlighted."""

ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class CopiesView:
    """``count`` other articles with the same text, by ``forces``; ``url`` tells of each."""

    text: str
    forces: tuple[str, ...]
    url: str


@dataclass(frozen=True, slots=True)
class HitView:
    """A headline that leads to the article, who published it, when, and the words that match;
    ``note`` says where these stand, if not in the text."""

    id: str
    title: str
    url: str
    force: str
    date: str
    iso: str
    about: tuple[str, ...]
    pieces: tuple[Piece, ...]
    language: str
    note: str = ""
    copies: CopiesView | None = None


def hit_view(hit: Mapping[str, Any], address: Address) -> HitView:
    """The view of one hit of an envelope, found by ``address``."""
    url = article_url(hit["id"], address)
    text = " ".join(snippet["text"] for snippet in hit["snippets"])
    titled = hit["matched_fields"] == ["title"] and hit["snippets"]
    return HitView(
        hit["id"],
        hit["title"] or "(no headline)",
        url,
        hit["force"]["name"] if hit["force"] else "Unknown force",
        wording.sentence(hit["date"]["display"]),
        hit["date"]["iso"],
        tuple(_about(hit)),
        tuple(pieces_of(hit["snippets"])),
        language_of(f"{hit['title']} {text}"),
        "Only the headline matches" if titled else "",
        _copies(hit["copies"], url),
    )


def article_url(article_id: str, address: Address) -> str:
    """The page of an article, with the search that led there."""
    return address.url(f"/articles/{article_id}")


def _about(hit: Mapping[str, Any]) -> Iterator[str]:
    """The kinds of crime and the label the force put above the text."""
    tags = [tag["id"].split(":", 1) for tag in hit["tags"]]
    yield from dict.fromkeys(
        wording.label_of(kind, value) for kind, value in tags if kind == "type"
    )
    if hit["category"]:
        yield hit["category"].strip(" *")


def pieces_of(snippets: Sequence[Mapping[str, Any]]) -> Iterator[Piece]:
    """The snippets in a row, with an ellipsis where text is left out."""
    for place, snippet in enumerate(snippets):
        if place:
            yield f" {ELLIPSIS} ", False
        elif snippet["cut_before"]:
            yield f"{ELLIPSIS} ", False
        yield from cut(snippet["text"], snippet["highlights"])
        if snippet["cut_after"] and place == len(snippets) - 1:
            yield f" {ELLIPSIS}", False


def cut(text: str, spans: Sequence[Sequence[int]]) -> Iterator[Piece]:
    """``text`` cut at the ends of ``spans``, each piece with whether it is one of them."""
    at = 0
    for start, end in spans:
        if start > at:
            yield text[at:start], False
        yield text[start:end], True
        at = end
    if at < len(text):
        yield text[at:], False


def _copies(told: Mapping[str, Any], url: str) -> CopiesView | None:
    if not told["count"]:
        return None
    names = sorted(wording.force_name(force) for force in told["forces"])
    also = "copy" if told["count"] == 1 else "copies"
    said = f"{told['count']:,} {also}"
    if names:
        said += f", published by {wording.counted(len(names), 'force')}"
    return CopiesView(wording.sentence(said), tuple(names), f"{url}#copies")
