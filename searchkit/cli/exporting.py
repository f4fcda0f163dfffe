"""``searchkit export``: everything that matches, as a file that other programs read.

Floor 9.  Hits are written as they come, so that their number has no ceiling.  Invariant: a file
named with ``-o`` is whole, or as it was before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime, timezone
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from .. import __version__
from ..copies import CopiesMode
from ..engines.base import Sort
from ..index import Index
from ..render.exports import COLUMNS, FORMS, Choice
from ..render.layout import counted
from ..settings import LISTING_LIMITS
from ..streaming import Stream
from .app import common_options
from .asking import asked, asking_options
from .output import written_to
from .run import Run, emit, emit_json, remark_lines
from .words import WordsCommand

MANIFEST = "searchkit.manifest/1"
_ENDINGS = {f".{name}": name for name in FORMS}


@click.command(
    "export",
    cls=WordsCommand,
    examples=(
        "searchkit export burglary --since 2020 -o burglary.csv",
        "searchkit export force:kent --full-text -o kent.jsonl --manifest",
        "searchkit export county lines --format bib > refs.bib",
        "searchkit export --columns published,force,title,url -o everything.tsv",
    ),
)
@click.argument("words", nargs=-1)
@click.option(
    "--format", "form", type=click.Choice(list(FORMS)),
    help="The form.  [default: as the name of the file ends; csv]",
)  # fmt: skip
@click.option("--columns", metavar="NAME,...", help=f"Only these columns: {', '.join(COLUMNS)}.")
@click.option("--full-text", is_flag=True, help="With standfirst and text of each article.")
@click.option("--bom", is_flag=True, help="Begin with a byte order mark, for old spreadsheets.")
@click.option(
    "--manifest", is_flag=True,
    help="Write FILE.manifest.json, too: what was asked of what, and hashes.",
)  # fmt: skip
@click.option(
    "--sort", type=click.Choice([sort.value for sort in Sort]),
    help="Order.  [default: relevance; newest if there are no words]",
)  # fmt: skip
@click.option(
    "--copies", type=click.Choice([mode.value for mode in CopiesMode]), default="all",
    help="One article for its copies, all, or only those that have any.  [default: all]",
)  # fmt: skip
@asking_options
@common_options
@click.pass_obj
def export(run: Run, /, **options: Any) -> None:
    """Write everything that matches to a file.

    All matches are written, however many.  CSV and TSV have one row an article; a cell that a
    spreadsheet would take for a formula begins with an apostrophe.  Without words, everything is
    written, newest first.
    """
    target = Path(run.output) if run.output not in ("", "-") else None
    if options["manifest"] and target is None:
        raise click.UsageError("--manifest stands beside a file: name it with -o FILE")
    name = _form(options["form"], target)
    form, choice = FORMS[name], _choice(options, name)
    with ExitStack() as stack:
        index = stack.enter_context(Index.open(run.settings.text("index"), limits=LISTING_LIMITS))
        stream = stack.enter_context(
            index.iter(
                " ".join(options["words"]),
                sort=options["sort"],
                copies=options["copies"],
                snippets="auto" if form.quotes(choice) else "none",
                **asked(options, run.settings),
            )
        )
        for line in remark_lines(stream.warnings):
            run.note(line)
        digest, size = hashlib.sha256(), 0
        for text in form.write(stream, choice):
            data = text.encode("utf-8")
            digest.update(data)
            size += len(data)
            emit(text)
        if target is not None and options["manifest"]:
            facts = manifest(stream, name, choice)
            facts["file"] = {"name": target.name, "bytes": size, "sha256": digest.hexdigest()}
            with written_to(str(target.with_name(f"{target.name}.manifest.json"))):
                emit_json(facts)
    if target is not None:
        run.note(f"{counted(stream.total, 'article')} written to {target}")


def _form(given: str | None, target: Path | None) -> str:
    if given:
        return given
    if target is None:
        return "csv"
    name = _ENDINGS.get(target.suffix.lower())
    if name is None:
        known = ", ".join(_ENDINGS)
        raise click.UsageError(
            f"{target.name} does not say in which form: end it in one of {known}, or give --format"
        )
    return name


def _choice(options: Mapping[str, Any], form: str) -> Choice:
    names = [name.strip() for name in (options["columns"] or "").split(",") if name.strip()]
    if not FORMS[form].columns and (names or options["full_text"] or options["bom"]):
        raise click.UsageError(f"{form} has no columns: leave --columns, --full-text, --bom out")
    try:
        return Choice.of(names, full_text=options["full_text"], bom=options["bom"])
    except KeyError as problem:
        near = get_close_matches(problem.args[0], COLUMNS, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(COLUMNS)}"
        raise click.UsageError(f"no column {problem.args[0]!r}; {hint}") from None


def manifest(stream: Stream, form: str, choice: Choice) -> dict[str, Any]:
    """What was exported of which index, so that somebody else can do it again and compare:
    ``searchkit.manifest/1``."""
    query = stream.query
    return {
        "schema": MANIFEST,
        "searchkit": __version__,
        "written": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "query": {
            "text": query.text,
            "parsed": query.parsed,
            "filters": dict(query.filters),
            "sort": query.sort,
            "copies": query.copies,
        },
        "index": {"generation": stream.generation, "articles": stream.held},
        "total": stream.total,
        "total_with_copies": stream.with_copies,
        "format": form,
        "columns": list(choice.columns) if FORMS[form].columns else [],
    }
