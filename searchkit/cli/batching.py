"""``searchkit batch`` and ``searchkit compare``: many questions counted side by side.

Floor 8.  Invariant: a question that cannot be answered is told in its line, and the others are
counted.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import click

from ..batches import Matrix, Named, count_all
from ..fields import FACETS
from ..index import Index
from ..render.layout import counted
from ..render.matrices import matrix_csv, matrix_to_dict, render_compared, render_matrix
from ..settings import LISTING_LIMITS
from .app import common_options
from .asking import asked, asking_options
from .run import Run, emit, emit_json
from .words import WordsCommand

MOST = 10_000
"""So many questions are taken of one file."""


def _forms(function: Any) -> Any:
    csv_flag = click.option("--csv", "as_csv", is_flag=True, help="A table, a row a question.")
    json_flag = click.option(
        "--json", "as_json", is_flag=True, help="One JSON object (searchkit.batch/1)."
    )
    return csv_flag(json_flag(function))


@click.command(
    "batch",
    cls=WordsCommand,
    examples=(
        "searchkit batch queries.csv --by year",
        "cat words.txt | searchkit batch - --csv > counts.csv",
    ),
)
@click.argument("file", metavar="FILE|-")
@click.option("--by", type=click.Choice(FACETS), help="Count each question by this, too.")
@click.option(
    "--hits", type=click.IntRange(0, 100), default=0, metavar="N",
    help="The first articles of each.",
)  # fmt: skip
@_forms
@asking_options
@common_options
@click.pass_obj
def batch(run: Run, /, file: str, by: str | None, hits: int, **options: Any) -> None:
    """Count many queries at once.

    The file has a query on each line, or it is a CSV table with the columns name and query.  A
    query that cannot be answered has an error in its line, and the others are counted.
    """
    questions = _read(file)
    matrix = _counted(run, questions, by or "", hits, options)
    _tell(run, matrix, options, compared=False)
    if matrix.failed:
        run.note(f"{counted(matrix.failed, 'query', 'queries')} could not be answered")


@click.command(
    "compare",
    cls=WordsCommand,
    examples=('searchkit compare "knife crime" "county lines" --by year',),
)
@click.argument("queries", metavar="QUERY...", nargs=-1, required=True)
@click.option(
    "--by", type=click.Choice(FACETS), default="year", help="What to count by.  [default: year]"
)
@_forms
@asking_options
@common_options
@click.pass_obj
def compare(run: Run, /, queries: tuple[str, ...], by: str, **options: Any) -> None:
    """Count several queries side by side.

    Every argument is a query of its own, so words that belong together need quotes.
    """
    matrix = _counted(run, [Named(text, text) for text in queries], by, 0, options)
    _tell(run, matrix, options, compared=len(queries) <= _COLUMNS)


_COLUMNS = 4
"""More questions than this stand in lines, not in columns."""


def _counted(
    run: Run, questions: list[Named], by: str, hits: int, options: dict[str, Any]
) -> Matrix:
    asking = asked(options, run.settings)
    with Index.open(run.settings.text("index"), limits=LISTING_LIMITS) as index:
        return count_all(index, questions, by, hits=hits, **asking)


def _tell(run: Run, matrix: Matrix, options: dict[str, Any], *, compared: bool) -> None:
    if options["as_json"]:
        emit_json(matrix_to_dict(matrix))
    elif options["as_csv"]:
        emit(*matrix_csv(matrix))
    else:
        render = render_compared if compared else render_matrix
        run.show(render(matrix, run.look))


def _read(file: str) -> list[Named]:
    """The questions of a file; ``-`` is standard input."""
    try:
        if file == "-":
            questions = list(_questions(sys.stdin))
        else:
            with Path(file).open(encoding="utf-8-sig", newline="") as opened:
                questions = list(_questions(opened))
    except OSError as problem:
        raise click.UsageError(f"cannot read {file}: {problem.strerror or problem}") from problem
    except (UnicodeDecodeError, csv.Error) as problem:
        raise click.UsageError(f"{file} is no text in UTF-8, or no table: {problem}") from problem
    if not questions:
        raise click.UsageError(f"{file} has no queries: write one on each line")
    if len(questions) > MOST:
        raise click.UsageError(f"{file} has more than {MOST:,} queries: split it")
    return questions


def _questions(lines: IO[str]) -> Iterator[Named]:
    first = lines.readline()
    head = [cell.strip().lower() for cell in next(csv.reader([first]), [])]
    if "query" in head:
        name, query = head.index("name") if "name" in head else None, head.index("query")
        for row in csv.reader(lines):
            if len(row) > query and row[query].strip():
                text = row[query].strip()
                named = row[name].strip() if name is not None and len(row) > name else ""
                yield Named(named or text, text)
        return
    for line in (first, *lines):
        text = line.strip()
        if text and not text.startswith("#"):
            yield Named(text, text)
