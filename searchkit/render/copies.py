"""The copies of an article side by side, in lines and as a dictionary.

Floor 7.  Invariant: every sentence of every article is shown once, with all that have it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise

from ..article import Article
from ..copies import Copies
from ..forces import area_of
from ..results import Results
from ..versions import CopiesOf, Line
from .envelope import Json, identity
from .layout import Look, counted, pad, paint, wrap

_ALL = "all"
_AREAS = 8


def with_copies(results: Results) -> str:
    """How many articles match with those that another one stands for."""
    if results.total_with_copies <= results.total:
        return ""
    return f"  ·  {results.total_with_copies:,} with copies"


def copies_line(copies: Copies) -> str:
    """``+8 copies: Dorset, Gloucestershire, ...``"""
    plural = "copy" if copies.count == 1 else "copies"
    areas = [area_of(force) for force in copies.forces]
    left = [f"{len(areas) - _AREAS} more"] if len(areas) > _AREAS + 1 else []
    shown = sorted(areas)[:_AREAS] if left else sorted(areas)
    return f"+{copies.count:,} {plural}: {', '.join([*shown, *left])}"


def render_copies(found: CopiesOf, look: Look) -> Iterator[str]:
    """The articles, numbered, then their sentences, those that stand in the same ones together."""
    count = len(found.articles)
    if count == 1:
        yield from wrap([("No copies of ", ""), (found.articles[0].title, "headline")], look)
        return
    yield f"{counted(count, 'article')} in {found.cluster}"
    yield ""
    margin = len(str(count)) + 2
    for number, article in enumerate(found.articles, 1):
        lines = wrap([(article.title or "(no headline)", "headline")], look, margin)
        yield pad(str(number), margin) + (lines[0][margin:] if lines else "")
        yield from lines[1:]
        yield from wrap([(_about(article), "dim")], look, margin)
    width = max([len(_holders(line, count)) for line in found.lines], default=0) + 2
    for holders, lines_held in groupby(found.lines, lambda line: _holders(line, count)):
        yield ""
        style = "" if holders == _ALL else "match"
        text = " ".join(line.text for line in lines_held)
        lines = wrap([(text, style)], look, width)
        yield paint(pad(holders, width), "dim", look) + lines[0][width:]
        yield from lines[1:]


def _about(article: Article) -> str:
    force = article.force.name if article.force else article.area or "unknown force"
    return f"{force} · {article.date.display} · {article.id[:8]}"


def _holders(line: Line, count: int) -> str:
    """``all``, or the numbers of the articles that have a sentence: ``1 3-5``."""
    if len(line.articles) == count:
        return _ALL
    numbers = [number + 1 for number in line.articles]
    starts = [numbers[0], *(b for a, b in pairwise(numbers) if b != a + 1)]
    ends = [*(a for a, b in pairwise(numbers) if b != a + 1), numbers[-1]]
    return " ".join(
        str(start) if start == end else f"{start}-{end}"
        for start, end in zip(starts, ends, strict=True)
    )


def copies_to_dict(found: CopiesOf) -> Json:
    """``articles`` are the members, that asked for first; ``lines`` all sentences, each with the
    ids of those that have it."""
    ids = [article.id for article in found.articles]
    return {
        "schema": "searchkit.copies/1",
        "cluster": found.cluster,
        "articles": [{"id": article.id, **identity(article)} for article in found.articles],
        "lines": [
            {"text": line.text, "articles": [ids[number] for number in line.articles]}
            for line in found.lines
        ],
    }
