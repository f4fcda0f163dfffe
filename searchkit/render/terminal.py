"""Results for people: headline first, then who and when, then the words that matched.

Floor 7.  The same blocks with and without colour; no scores unless asked.
Invariant: what narrows or hides articles (undated ones, further pages) is always said.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from ..question import ALL
from ..results import Hit, Results
from ..snippets import ELLIPSIS, Snippet
from ..tagging import labels_of
from .copies import copies_line, with_copies
from .facets import LABEL, facet_lines, facet_tables
from .layout import Look, Piece, counted, link, matching, pad, paint, shorten, wrap
from .understanding import counted_line, forms_line

_INDENT = 4


@dataclass(frozen=True, slots=True)
class View:
    """What to show.  ``words`` and ``options`` are how the search was typed, for the commands
    suggested below the results, and ``index`` the flag for the index, if one was given;
    ``facets`` are those asked for, each with how many values it shows; ``scores`` and
    ``explain`` add numbers."""

    words: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    index: tuple[str, ...] = ()
    facets: tuple[tuple[str, int], ...] = ()
    scores: bool = False
    explain: bool = False
    page: int = 1

    def command(self, words: Sequence[str], *more: str) -> str:
        """A search for ``words`` with the same options and ``more``, as a shell takes it."""
        return shlex.join(["searchkit", "query", *words, *self.options, *self.index, *more])


def render(results: Results, look: Look, view: View = View()) -> Iterator[str]:
    """The lines of a result, without line ends."""
    yield from _header(results, look)
    yield from _others(results, look, view)
    for hit in results.hits:
        yield ""
        yield from _hit(hit, look, view)
    if not results.total:
        yield from _nothing(results, look, view)
        return
    yield ""
    if view.facets:
        yield from facet_tables(results.facets, view.facets, look)
    else:
        yield from facet_lines(results.facets.values(), look)
    yield from _rest(results, look, view)
    if results.hits:
        yield from _more(results, look, view)


def _header(results: Results, look: Look) -> Iterator[str]:
    """How many articles answer what, and how the words were understood."""
    text, found = results.query.text.strip(), counted(results.total, "article")
    filters = with_copies(results) + _filters(results)
    if not results.total:
        wanted = f" match {text}" if text else ""
        yield from wrap([(f"No articles{wanted}{filters}", "")], look)
    elif results.relaxed:
        yield from wrap([(f"No article has all of: {text}", "warning")], look)
        yield from wrap([(f"{found} with most of them{filters}", "")], look)
    elif results.match != "all":
        head = f"{found} with {results.match} of: {text}{filters}"
        yield from wrap([(head, ""), ("  (--match all requires every word)", "dim")], look)
    elif text:
        yield from wrap([(f"{matching(results.total, text)}{filters}", "")], look)
    else:
        order = "" if results.query.sort == "relevance" else f", {results.query.sort} first"
        yield from wrap([(f"{found}{order}{filters}", "")], look)


def _others(results: Results, look: Look, view: View) -> Iterator[str]:
    """What else could be asked: other spellings, fewer filters, fewer forms."""
    label = "Did you mean   "
    for text in results.suggestions:
        command = view.command(_as_arguments(text))
        total = results.suggested_totals.get(text)
        count = f"   ({counted(total, 'article')})" if total else ""
        # A command is never broken over two lines.
        yield label + paint(command, "headline", look) + paint(count, "dim", look)
        label = " " * len(label)
    if not results.total:
        yield from _read_as(results, look)
    if any(results.without.values()):
        yield from _without(results, look)
    forms = forms_line(results)
    if forms and results.total:
        yield from wrap([(forms, "dim")], look)
    if results.counted and results.total:
        yield from wrap([(counted_line(results), "dim")], look)


def _filters(results: Results) -> str:
    """The filters in force, as words after the query."""
    shown = [
        f"{name} {value if isinstance(value, str) else ', '.join(value)}"
        for name, value in results.query.filters.items()
    ]
    return f"  ·  {' · '.join(shown)}" if shown else ""


def _hit(hit: Hit, look: Look, view: View) -> Iterator[str]:
    number = str(hit.rank)
    indent = max(_INDENT, len(number) + 2)
    title = wrap([(hit.title or "(no headline)", "headline")], look, indent)
    first = title[0][indent:] if title else ""
    yield f"{pad(number, indent - 2, right=True)}  {first}"
    yield from title[1:]
    yield from wrap([(_about(hit, view), "dim")], look, indent)
    pieces = list(_snippet_pieces(hit.snippets))
    if hit.matched_fields == ("title",) and pieces:
        pieces.append(("  (only the headline matches)", "dim"))
    yield from wrap(pieces, look, indent)
    if hit.copies:
        yield from wrap([(copies_line(hit.copies), "dim")], look, indent)
    if hit.url:
        room = max(20, look.width - indent)
        shown = shorten(hit.url, room) if look.links and look.color else hit.url
        yield " " * indent + link(shown, hit.url, look)
    if view.explain:
        for line in hit.explanation:
            yield " " * indent + paint(f"{line.amount:+8.3f}  {line.what}", "dim", look)


def _about(hit: Hit, view: View) -> str:
    """Force, date, kinds of crime, label, id."""
    parts = [hit.force.name if hit.force else hit.article.area or "unknown force"]
    parts.append(hit.date.display)
    parts += filter(None, (labels_of(hit.article.tagged("type")), hit.article.category))
    parts.append(hit.id[:8])
    if view.scores:
        parts.append(f"score {hit.score:.2f}")
    return " · ".join(parts)


def _snippet_pieces(snippets: Sequence[Snippet]) -> Iterator[Piece]:
    """The snippets in a row, with an ellipsis where text is left out."""
    for place, snippet in enumerate(snippets):
        if place:
            yield f" {ELLIPSIS} ", ""
        elif snippet.cut_before:
            yield f"{ELLIPSIS} ", ""
        for text, lit in snippet.parts():
            yield text, "match" if lit else ""
        if snippet.cut_after and place == len(snippets) - 1:
            yield f" {ELLIPSIS}", ""


def _nothing(results: Results, look: Look, view: View) -> Iterator[str]:
    """What to try where nothing was found."""
    if results.without and not any(results.without.values()):
        yield from _labelled("But:", "none without filters, either", look)
    if results.undated_excluded:
        yield from wrap([(_undated(results), "")], look)
    unread = any(remark.kind == "nothing-to-search" for remark in results.warnings)
    if not (unread or results.suggestions or any(results.without.values())):
        fewer = "use fewer words, " if len(results.query.text.split()) > 1 else ""
        steps = f"{fewer}word* for beginnings or word~ for near spellings"
        yield from wrap([(f"Try:     {steps}", "dim")], look)


def _read_as(results: Results, look: Look) -> Iterator[str]:
    """How the query was understood, where it was more than words."""
    if results.query.filters or not results.query.text.replace(" ", "").isalnum():
        yield from _labelled("Read as:", results.query.parsed, look)


def _labelled(label: str, text: str, look: Look) -> Iterator[str]:
    """A dim label, and text in a column beside it."""
    lines = wrap([(text, "")], look, LABEL + 1)
    yield paint(pad(label, LABEL + 1), "dim", look) + lines[0][LABEL + 1 :]
    yield from lines[1:]


def _without(results: Results, look: Look) -> Iterator[str]:
    """How many articles there are without what narrows the search."""
    filters = results.query.filters
    counts = [
        f"{count:,} without {'any of these' if left == ALL else _flag(left, filters)}"
        for left, count in results.without.items()
        if count
    ]
    yield from _labelled("But:", " · ".join(counts), look)


def _flag(left: str, filters: Mapping[str, object]) -> str:
    return f"--{left}" if left in filters else left


def _as_arguments(text: str) -> list[str]:
    """A query text as command line words: apart where that says the same."""
    return text.split() if text.replace(" ", "").isalnum() else [text]


def _undated(results: Results) -> str:
    return f"Not shown: {results.undated_excluded:,} undated (--include-undated)"


def _rest(results: Results, look: Look, view: View) -> Iterator[str]:
    """What the page leaves out."""
    parts = []
    if results.undated_excluded:
        parts.append(_undated(results) + ".")
    limit = max(1, results.query.limit)
    pages = -(-results.total // limit)
    if not results.hits:
        parts.append(f"There is no page {view.page:,}: the last is --page {pages}")
    elif pages > 1:
        following = f": --page {view.page + 1}" if view.page < pages else ""
        parts.append(f"Page {view.page:,} of {pages:,}{following}")
    if parts:
        yield from wrap([("  ".join(parts), "dim")], look)


def _more(results: Results, look: Look, view: View) -> Iterator[str]:
    """Commands that lead on from here, none broken over two lines."""
    commands = [shlex.join(["searchkit", "show", str(results.hits[0].rank), *view.index])]
    force = results.facets.get("force")
    if force and len(force.buckets) > 1 and not results.query.filters.get("area"):
        named = next((b.value for b in force.buckets if b.value), "")
        if named:
            commands.append(view.command(view.words, "--area", named))
    commands.append("--json")
    line = ""
    label = "More:"
    for command in commands:
        longer = f"{line}   ·   {command}" if line else command
        if line and cell_len(longer) + LABEL > look.width:
            yield paint(pad(label, LABEL), "dim", look) + paint(line, "", look)
            label, longer = "", command
        line = longer
    yield paint(pad(label, LABEL), "dim", look) + paint(line, "", look)
