"""How far a run of the indexer is: a bar on a terminal, one line elsewhere.

Floor 9.  Invariant: nothing of it reaches standard output.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..report import Progress
from .run import Run, say

Report = Callable[[Progress], None]


@contextmanager
def progress_bar(plan: str, run: Run) -> Iterator[Report | None]:
    """A function to report progress to while the block runs; ``None`` where nobody watches."""
    if run.quiet:
        yield None
    elif not sys.stderr.isatty() or run.surroundings.terminal == "dumb":
        say(plan)
        yield None
    else:
        with _bar(plan) as report:
            yield report


@contextmanager
def _bar(plan: str) -> Iterator[Report]:
    # Only a terminal needs them, and they take time to import.
    from rich import progress as rich_progress
    from rich.console import Console
    from rich.markup import escape

    columns = (
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(bar_width=24),
        rich_progress.MofNCompleteColumn(),
        rich_progress.TextColumn("{task.fields[rate]}"),
        rich_progress.TimeRemainingColumn(),
    )
    console = Console(file=sys.stderr)
    with rich_progress.Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(escape(plan), total=None, rate="")

        def report(at: Progress) -> None:
            what = plan if at.phase == "reading" else at.phase.capitalize()
            rate = f"{at.rate:,.0f} a second" if at.rate else ""
            bar.update(task, description=escape(what), completed=at.done, total=at.total, rate=rate)

        yield report
