"""``searchkit query``: search, and print what was found in the form asked for.

Floor 9.  Invariant: the exit code is 0 if anything matches and 1 if nothing does, whatever
the form of output.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click

from ..copies import CopiesMode
from ..errors import QueryTimeout
from ..fields import FACETS
from ..homes import home_of
from ..index import Index
from ..render.envelope import SCHEMA_NUMBERS, to_dict
from ..render.lines import jsonl, paths, plain
from ..render.terminal import View, render
from ..render.understanding import understood
from ..results import Results
from ..settings import LISTING_LIMITS, QUERY_LIMITS, Settings
from ..waiting import at_most
from .app import common_options
from .asking import SHARED, asked, filter_options, match_option, retyped
from .exits import Exit
from .facets import facets_of
from .last import remember
from .run import Run, emit, emit_json, remark_lines, say
from .words import WordsCommand

FOOTER_FACETS = ("force", "year")
"""Counted beside every search that people read."""

_EVERYTHING = LISTING_LIMITS.page_size
_PATIENCE = 90.0
"""Seconds that a page may wait for a cluster, all of its requests together."""

_HARD_STOP = 4
"""So many times its limit of calculating is the most before the kernel ends the process."""
_FORMS = ("json", "jsonl", "plain", "files", "explain_query")


@dataclass(frozen=True, slots=True)
class Ask:
    """The options of one ``query``, as they were typed; ``shared`` are those of ``asking``."""

    shared: Mapping[str, Any]
    words: tuple[str, ...]
    sort: str | None
    limit: str | None
    page: int
    facet: str | None
    copies: str | None
    snippet: str | None
    fragments: int | None
    json: bool
    jsonl: bool
    plain: bool
    files: bool
    null: bool
    explain: bool
    explain_query: bool
    scores: bool
    no_pager: bool
    schema: int

    @property
    def text(self) -> str:
        """The query text."""
        return " ".join(self.words)

    @property
    def form(self) -> str:
        """The form of output: one of ``_FORMS``, or empty for people."""
        chosen = [name for name in _FORMS if getattr(self, name)]
        if self.null and not self.files:
            chosen.append("files")
        if len(chosen) > 1:
            names = " and ".join(f"--{name.replace('_', '-')}" for name in chosen[:2])
            raise click.UsageError(f"{names} cannot be had together; choose one")
        return chosen[0] if chosen else ""

    @property
    def options(self) -> tuple[str, ...]:
        """The options that would ask for the same again, without paging and form."""
        parts = [*retyped(self.shared)]
        for name in ("sort", "copies"):
            if getattr(self, name):
                parts += [f"--{name}", getattr(self, name)]
        return tuple(parts)


@click.command(
    "query",
    cls=WordsCommand,
    examples=(
        "searchkit query county lines",
        "searchkit query '\"stop and search\"' -london --area met --area essex",
        "searchkit query burglary --since 2020 --until jun-2020 --sort newest",
        "searchkit query date:2020 force:kent --facet year,force:20",
        "searchkit query knife --json | jq '.hits[].url'",
    ),
)
@click.argument("words", nargs=-1)
@filter_options
@match_option("all; most if none has all; any of a sentence")
@click.option(
    "--sort", type=click.Choice(["relevance", "newest", "oldest"]),
    help="Order.  [default: relevance; newest if there are no words]",
)  # fmt: skip
@click.option("--limit", metavar="N", help="Results on a page, or all.  [default: 10; -l: all]")
@click.option("--page", type=click.IntRange(1), default=1, metavar="N", help="Which page.")
@click.option(
    "--facet", metavar="NAME[:N],...",
    help=f"Count all matches by {', '.join(FACETS)}; N values of each.",
)  # fmt: skip
@click.option(
    "--copies", type=click.Choice([mode.value for mode in CopiesMode]),
    help="One article for its copies, all of them, or only those that have any.  [default: group]",
)  # fmt: skip
@click.option("--snippet", metavar="N|none|lead", help="Characters of text shown.  [default: 240]")
@click.option("--fragments", type=int, metavar="N", help="Pieces of text shown.  [default: 2]")
@click.option("--json", is_flag=True, help="One JSON object (searchkit.results/1).")
@click.option("--jsonl", is_flag=True, help="One JSON object a result, each on a line.")
@click.option("--plain", is_flag=True, help="Date, force, title, URL and path between tabs.")
@click.option("-l", "--files", is_flag=True, help="Only the paths of all matching articles.")
@click.option("-0", "--null", is_flag=True, help="Like -l, each path followed by a NUL.")
@click.option("--scores", is_flag=True, help="Show scores.")
@click.option("--explain", is_flag=True, help="Show what each score is made of.")
@click.option("--explain-query", is_flag=True, help="Show how the query is understood.")
@click.option("--no-pager", is_flag=True, help="Never page.")
@click.option("--schema", type=int, default=1, metavar="N", help="Version of the JSON: 1.")
@common_options
@click.pass_obj
def query(run: Run, /, **options: Any) -> int:
    """Search the index.

    Words need no quotes: all must match, in any of their forms.  "a phrase", -word, OR,
    word* and word~ work as expected, and so do title:word, force:kent and date:2020.
    Without words, everything is listed, newest first.
    """
    shared = {name: options.pop(name) for name in SHARED}
    ask = Ask(shared, **options)
    if ask.schema not in SCHEMA_NUMBERS:
        raise click.UsageError(f"there is no schema {ask.schema}; there is 1")
    form = ask.form
    for name in ("snippet", "fragments", "copies"):
        run.flag(name, getattr(ask, name))
    settings = run.settings
    facets = facets_of(ask.facet, settings)
    results = _search(run, ask, form, [name for name, _ in facets])
    _remarks(run, results)
    if form == "json":
        emit_json(to_dict(results))
    elif form == "explain_query":
        emit(*(f"{line}\n" for line in understood(results)))
    elif form:
        emit(*_piped(ask, form, results))
        _mention_rest(run, results)
    else:
        place = settings.text("index")
        flag = ("--index", place) if "index" in run.flags else ()
        scores = ask.scores or ask.explain
        words = tuple(filter(None, ask.words))
        view = View(words, ask.options, flag, facets, scores, ask.explain, ask.page)
        _remember(run, results, place)
        run.show(render(results, run.look, view), pager=not ask.no_pager)
    return Exit.OK if results.total else Exit.NOTHING


def _search(run: Run, ask: Ask, form: str, facets: list[str]) -> Results:
    settings = run.settings
    limit = _limit(ask.limit, form, settings)
    offset = (ask.page - 1) * limit
    snippet = settings.text("snippet")
    shown = form not in ("plain", "files", "explain_query")
    if not form and not facets:
        # Beside a chosen force, those not chosen would be counted, too.
        facets = [name for name in FOOTER_FACETS if name != "force" or not ask.shared["area"]]
    place = settings.text("index")
    patience = at_most(_PATIENCE * _pages(limit))
    with patience, _timed(limit, place), Index.open(place, limits=LISTING_LIMITS) as index:
        results = index.search(
            ask.text,
            sort=ask.sort,
            limit=limit,
            offset=offset,
            facets=facets,
            # A list of files is one of all that match, unless it was said otherwise.
            copies=ask.copies or ("all" if form == "files" else settings.text("copies")),
            snippets=(snippet if snippet in ("none", "lead") else "auto") if shown else "none",
            width=int(snippet) if snippet.isdigit() else 240,
            fragments=settings.whole("fragments"),
            explain=ask.explain,
            **asked(ask.shared, settings),
        )
        if not results.total and not index.search(limit=0).total:
            run.tell(f"the index in {place} is empty; fill it with:  searchkit index")
        return results


@contextmanager
def _timed(limit: int, place: str) -> Iterator[None]:
    """Raises ``QueryTimeout`` when the block takes longer than a query may, which is in proportion
    to ``limit`` where that is more than a page.  Python looks for signals between its own steps;
    where a single step never ends, the kernel ends the process a little later.

    Waiting for a cluster is bounded apart, for its client would take an alarm for a failing node.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    seconds = QUERY_LIMITS.seconds * _pages(limit)
    waits = home_of(place).folder is None

    def stop(*_: object) -> None:
        raise QueryTimeout(seconds)

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 0 if waits else seconds)
    signal.setitimer(signal.ITIMER_VIRTUAL, _HARD_STOP * seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGALRM, before)


def _pages(limit: int) -> float:
    """How many of the largest pages ``limit`` hits are; 1 where it is less."""
    return max(1.0, limit / QUERY_LIMITS.page_size)


def _limit(given: str | None, form: str, settings: Settings) -> int:
    """Hits on a page: as typed, everything for paths, nothing to see for a parse."""
    if form == "explain_query":
        return 0
    if given is None:
        return _EVERYTHING if form == "files" else settings.whole("limit")
    if given == "all":
        return _EVERYTHING
    if given.isascii() and given.isdigit() and 1 <= int(given) <= _EVERYTHING:
        return int(given)
    raise click.UsageError(f"--limit {given} is no number of results; give 1 or more, or all")


def _piped(ask: Ask, form: str, results: Results) -> Iterator[str]:
    if form == "jsonl":
        return jsonl(results)
    if form == "plain":
        return plain(results)
    return paths(results, null=ask.null)


def _remarks(run: Run, results: Results) -> None:
    """Warnings on the query, on standard error."""
    for line in remark_lines(results.warnings):
        run.note(line)


def _mention_rest(run: Run, results: Results) -> None:
    """Say on standard error what a pipe does not get."""
    if results.total and not results.hits:
        run.note(f"there is no such page: {results.total:,} articles match")
    if results.next_offset is not None:
        shown = f"{results.query.offset + 1:,} to {results.next_offset:,}"
        run.note(f"{shown} of {results.total:,}; --limit all for every one")
    if results.undated_excluded:
        run.note(f"not shown: {results.undated_excluded:,} undated (--include-undated)")


def _remember(run: Run, results: Results, index: str) -> None:
    if not results.hits:
        return
    try:
        remember(results, index, run.surroundings.state_folder)
    except OSError as problem:
        say(f"note: `searchkit show N` will not know this list ({problem})")
