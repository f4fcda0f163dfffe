"""``searchkit count``, ``facets`` and ``timeline``: numbers without hits.

Floor 8.  Invariant: nothing found is a number, 0, and no failure.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ..fields import FACETS, PERIODS
from ..index import Index
from ..render.analysis import facets_to_dict, timeline_to_dict
from ..render.facets import facet_tables
from ..render.layout import matching
from ..render.timelines import render_timeline, table_line, timeline_csv
from ..settings import LISTING_LIMITS, Settings
from ..timeline import SPLITS, Timeline
from .app import common_options
from .asking import asked, asking_options, narrowed
from .facets import facets_of
from .run import Run, emit, emit_json
from .words import WordsCommand

F = TypeVar("F", bound=Callable[..., Any])

_EVERY_VALUE = 1_000_000


def _opened(settings: Settings) -> Index:
    return Index.open(settings.text("index"), limits=LISTING_LIMITS)


@click.command(
    "count",
    cls=WordsCommand,
    examples=(
        'searchkit count "county lines"',
        'searchkit count burglary robbery "knife crime" --since 2020',
    ),
)
@click.argument("queries", metavar="QUERY...", nargs=-1)
@click.option(
    "--copies", type=click.Choice(["group", "all", "only"]), default="all",
    help="Count releases once, every article, or releases with copies.  [default: all]",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="One JSON object (searchkit.counts/1).")
@asking_options
@common_options
@click.pass_obj
def count(
    run: Run, /, queries: tuple[str, ...], copies: str, as_json: bool, **options: Any
) -> None:
    """Print how many articles match.

    Every argument is a query of its own, so words that belong together need quotes.  One query
    gives a number, several a line each.  All words are needed, unless --match says otherwise.
    """
    asking = asked(options, run.settings)
    texts = queries or ("",)
    with _opened(run.settings) as index:
        numbers = [index.count(text, copies=copies, **asking) for text in texts]
    if as_json:
        counts = [{"query": q, "total": n} for q, n in zip(texts, numbers, strict=True)]
        emit_json({"schema": "searchkit.counts/1", "copies": copies, "counts": counts})
    elif len(texts) == 1:
        emit(f"{numbers[0]}\n")
    else:
        emit(*(f"{n}\t{text}\n" for text, n in zip(texts, numbers, strict=True)))


@click.command(
    "facets",
    cls=WordsCommand,
    examples=(
        "searchkit facets burglary",
        "searchkit facets burglary --facet force,year --area kent --area essex",
        "searchkit facets --facet type:100 --csv > types.csv",
    ),
)
@click.argument("words", nargs=-1)
@click.option(
    "--facet", metavar="NAME[:N],...", default="force,type,year",
    help=f"Count by {', '.join(FACETS)}; N values of each.  [default: force,type,year]",
)  # fmt: skip
@click.option("--csv", "as_csv", is_flag=True, help="A table: facet, value, label, count.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object (searchkit.facets/1).")
@asking_options
@common_options
@click.pass_obj
def facets(
    run: Run, /, words: tuple[str, ...], facet: str, as_csv: bool, as_json: bool, **options: Any
) -> None:
    """Count what matches by force, year, kind of crime and so on.

    Every match is counted, copies among them.  A facet that --area, --type or --stage filters by
    counts what each of its values would find.
    """
    text, asking = " ".join(words), asked(options, run.settings)
    shown = facets_of(facet, run.settings)
    names = [name for name, _ in shown]
    with _opened(run.settings) as index:
        generation = index.generation
        found, total = index.facets(names, text, **asking), index.count(text, **asking)
    if as_json:
        emit_json(facets_to_dict(found, total, {**asking, "text": text}, generation))
    elif as_csv:
        emit(table_line(["facet", "value", "label", "count"]))
        for name, most in shown:
            for one in found[name].buckets[: most if ":" in facet else _EVERY_VALUE]:
                emit(table_line([name, one.value, one.label, one.count]))
    else:
        head = f"{matching(total, text)}{narrowed(options)}"
        lines = [head, "", *facet_tables(found, shown, run.look)]
        run.show(lines)


@click.command(
    "timeline",
    cls=WordsCommand,
    examples=(
        "searchkit timeline burglary --by month --since 2019",
        "searchkit timeline knife crime --by year --share",
        "searchkit timeline cannabis --split force --plot cannabis.svg",
        "searchkit timeline missing --by week --csv > missing.csv",
    ),
)
@click.argument("words", nargs=-1)
@click.option("--by", type=click.Choice(PERIODS), default="month", help="[default: month]")
@click.option("--split", type=click.Choice(SPLITS), help="Divide each period by this.")
@click.option("--share", is_flag=True, help="Count among 1,000 articles of each period, too.")
@click.option(
    "--plot", type=click.Path(dir_okay=False), metavar="FILE.svg|png", help="Draw a chart."
)
@click.option("--csv", "as_csv", is_flag=True, help="A table, a row a period.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object (searchkit.timeline/1).")
@click.option("--no-pager", is_flag=True, help="Never page.")
@asking_options
@common_options
@click.pass_obj
def timeline(run: Run, /, words: tuple[str, ...], plot: str | None, **options: Any) -> None:
    """Count what matches by year, month, week or day.

    Periods without articles are listed with 0.  What is dated less precisely, or not at all, is
    counted beside the periods.  Forces publish more in some years than in others: --share tells
    how many of 1,000 articles it is.
    """
    text, asking = " ".join(words), asked(options, run.settings)
    target = Path(plot) if plot else None
    if target is not None and target.suffix.lower() not in (".svg", ".png"):
        raise click.UsageError(f"{target.name} is no picture to draw: end it in .svg or .png")
    with _opened(run.settings) as index:
        found = index.timeline(
            text,
            by=options["by"],
            split=options["split"] or "",
            share=options["share"],
            **asking,
        )
    if target is not None:
        _draw(found, text, target)
        run.note(f"drawn: {target}")
    elif options["as_json"]:
        emit_json(timeline_to_dict(found, {**asking, "text": text}))
    elif options["as_csv"]:
        emit(*timeline_csv(found))
    else:
        lines = render_timeline(found, text, run.look, narrowed(options))
        run.show(lines, pager=not options["no_pager"])


def _draw(found: Timeline, text: str, target: Path) -> None:
    try:
        from ..render.plot import draw
    except ImportError as problem:
        raise click.UsageError(
            "--plot needs matplotlib: install it with  pip install 'searchkit[plot]'"
        ) from problem
    try:
        draw(found, text, target)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise click.UsageError(f"cannot write {target}: {reason}") from problem
