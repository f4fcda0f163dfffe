"""``searchkit index``: bring the index up to date, and say what changed.

Floor 9.  The report goes to standard output; progress, waiting and rejected input to
standard error.  Invariant: exit code 0 means that all input is in the index or was skipped
for a stated reason.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import click

from ..errors import IndexCorrupt, IndexIncompatible, IndexNotFound, IndexProblem, SourceError
from ..forces import forces
from ..homes import home_of
from ..index import Index
from ..render.characters import printable
from ..render.report import rejected_lines, render_report, report_file, report_to_dict
from ..report import IndexReport
from .app import Command, common_options
from .exits import Exit, Interrupted, Terminated
from .progress import progress_bar
from .run import Run, emit, emit_json, say


@click.command(
    "index",
    cls=Command,
    examples=(
        "searchkit index                     # seeds/, or what was indexed before",
        "searchkit index archive/ new.jsonl.gz --index news",
        "searchkit index --dry-run",
        "cat articles.jsonl | searchkit index -",
    ),
)
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("-n", "--dry-run", is_flag=True, help="Say what would change; change nothing.")
@click.option("--full", is_flag=True, help="Read everything again, into a fresh index.")
@click.option(
    "--if-needed", is_flag=True,
    help="As with --full, where the index is of another version or of other tables.",
)  # fmt: skip
@click.option(
    "--on-error", type=click.Choice(["skip", "fail"]), default="skip", show_default=True,
    help="What to do with input that is no article.",
)  # fmt: skip
@click.option("--jobs", type=int, metavar="N", help="Parsing processes.  [default: one a core]")
@click.option("--lock-timeout", metavar="S", help="Seconds to wait for another writer.  [30]")
@click.option("--yes", is_flag=True, help="Allow a run that removes many articles.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON (searchkit.report/1).")
@click.option(
    "--report", "report_to", type=click.File("w", encoding="utf-8", lazy=False), metavar="FILE",
    help="Write every rejected, skipped or superseded source to FILE.",
)  # fmt: skip
@common_options
@click.pass_obj
def index(
    run: Run,
    sources: tuple[str, ...],
    dry_run: bool,
    full: bool,
    if_needed: bool,
    on_error: str,
    jobs: int | None,
    lock_timeout: str | None,
    yes: bool,
    as_json: bool,
    report_to: TextIO | None,
) -> int:
    """Bring the index up to date with its sources.

    A source is a folder, a file, an archive or - for standard input.  Without one, the
    sources indexed before are read again; the first time, seeds/.  Only what is new or
    changed is read; what vanished is removed.
    """
    run.flag("jobs", jobs)
    run.flag("lock_timeout", lock_timeout)
    place, default = run.settings.text("index"), run.settings.text("source")
    existing, before = _existing(place, full or if_needed, default)
    for name in sources:
        if not name:
            raise SourceError("''", "a source needs a name", "for this folder, name it  .")
    named = sources or (before if existing else (default,))
    with existing or _made(place, named, dry_run) as target, stops_told(target):
        shown = tuple(printable(_near(name)) for name in named) or ("what was indexed before",)
        with progress_bar(f"Reading {', '.join(shown)}", run) as progress:
            add = partial(
                target.add,
                *(_source(name) for name in named),
                dry_run=dry_run,
                on_error=on_error,
                yes=yes,
                progress=progress,
                **_set(run),
            )
            report = _anew_if_needed(run, add) if if_needed and not full else add(full=full)
    _tell(run, report, shown, as_json)
    if report_to is not None:
        _write_report(report_to, report)
    return Exit.NOTHING if report.rejected else Exit.OK


def _set(run: Run) -> dict[str, Any]:
    """What the settings say of every run, by the names that ``Index.add`` has for it."""
    settings = run.settings
    return {
        "jobs": settings.whole("jobs") or None,
        "containment": settings.number("copies_containment"),
        "pinned": settings.names("boilerplate_pin"),
        "released": settings.names("boilerplate_release"),
        "lock_timeout": settings.seconds("lock_timeout"),
        "on_wait": lambda holder: run.note(f"waiting for {holder}"),
    }


def _anew_if_needed(run: Run, add: Callable[..., IndexReport]) -> IndexReport:
    """What ``add`` reports; from a fresh index, where it cannot go on with the one there is."""
    try:
        return add()
    except IndexIncompatible as problem:
        run.note(f"{problem}: reading everything again")
        return add(full=True)


def _existing(place: str, full: bool, default: str) -> tuple[Index | None, tuple[str, ...]]:
    """The index at ``place``, if there is one, and the sources it was made from, or else
    ``default``.

    A damaged index, or one of another version, is let through only to be built anew, from the
    sources that the run itself can still find in it.
    """
    try:
        index = Index.open(place)
        return index, index.sources or (default,)
    except IndexNotFound:
        return None, ()
    except (IndexCorrupt, IndexIncompatible):
        if not full:
            raise
        return Index.create(place, exist_ok=True), ()


@contextmanager
def _made(place: str, sources: tuple[str, ...], dry_run: bool) -> Iterator[Index]:
    """A new index at ``place``, which a dry run makes elsewhere, for sources that are there."""
    folder = home_of(place).folder
    for name in sources:
        if name != "-" and not Path(name).exists():
            raise SourceError(name, "there is no such file or folder", "see:  searchkit index -h")
        if name != "-" and folder and Path(name).resolve() == folder.resolve():
            reason = "the index cannot lie in the very folder of the articles"
            raise SourceError(name, reason, "name another folder with --index")
    if dry_run:
        with tempfile.TemporaryDirectory() as aside, Index.create(Path(aside) / "index") as index:
            yield index
    else:
        with Index.create(place, exist_ok=True) as index:
            yield index


def _source(name: str) -> str | BinaryIO:
    if name != "-":
        return name
    if sys.stdin is None:
        raise SourceError("-", "standard input is closed", "pipe articles in, or name a file")
    return sys.stdin.buffer


@contextmanager
def stops_told(target: Index) -> Iterator[None]:
    """Tells a stop that came too late to leave the index unchanged from one that did not."""
    before = _generation(target)
    try:
        yield
    except (KeyboardInterrupt, Interrupted, Terminated) as stop:
        if _generation(target) == before:
            raise
        say("stopped, after the index was brought up to date")
        code = Exit.TERMINATED if isinstance(stop, Terminated) else Exit.INTERRUPTED
        raise click.exceptions.Exit(code) from stop


def _generation(target: Index) -> str:
    """The newest generation; empty where the index cannot be opened."""
    try:
        return target.generation
    except IndexProblem:
        return ""


def _write_report(file: TextIO, report: IndexReport) -> None:
    """Raises ``OSError`` with the name of the file, which a failed write does not give."""
    try:
        file.writelines(f"{line}\n" for line in report_file(report))
        file.flush()
    except OSError as error:
        raise OSError(error.errno, error.strerror, file.name) from error


def _near(name: str) -> str:
    """A path as seen from the working folder, where it lies in that."""
    path = Path(name)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        return str(path.relative_to(Path.cwd()))
    return name


def _tell(run: Run, report: IndexReport, sources: tuple[str, ...], as_json: bool) -> None:
    for line in rejected_lines(report):
        say(line)
    place = run.settings.text("index")
    if as_json:
        emit_json(report_to_dict(report, place))
    elif not run.quiet:
        areas = {force.id: force.area for force in forces()}
        lines = render_report(report, sources, place, lambda force: areas.get(force, "no force"))
        emit(*(f"{line}\n" for line in lines))
