"""``searchkit quality``: what is wrong with the articles, by force.

Floor 9.  Invariant: a force's numbers are the same whichever forces are shown.
"""

from __future__ import annotations

import click

from ..forces import require_force
from ..index import Index
from ..render.quality import quality_to_dict, render_quality
from .app import Command, common_options
from .completing import complete_force
from .run import Run, emit_json

_MOST_EXAMPLES = 1_000


@click.command(
    "quality",
    cls=Command,
    examples=(
        "searchkit quality",
        "searchkit quality --area kent --examples 5",
        "searchkit quality --json",
    ),
)
@click.option(
    "--area",
    "--force",
    "areas",
    metavar="FORCE",
    multiple=True,
    shell_complete=complete_force,
    help="Only this force; several times: these.",
)
@click.option(
    "--examples",
    metavar="N",
    type=click.IntRange(0, _MOST_EXAMPLES),
    default=0,
    help="Ids of N articles with each defect, for searchkit show; JSON: N of each force.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object (searchkit.quality/1).")
@common_options
@click.pass_obj
def quality(run: Run, areas: tuple[str, ...], examples: int, as_json: bool) -> None:
    """Show what is wrong with the articles, by force.

    Every article is looked at.  It is no error of searchkit where pages have no date, are
    published twice or fall silent, but someone may want to know.
    """
    chosen = [require_force(area).id for area in areas]
    with Index.open(run.settings.text("index")) as index:
        found = index.quality(examples=examples)
    if chosen:
        found = found.only(chosen)
    if as_json:
        emit_json(quality_to_dict(found))
    else:
        run.show(render_quality(found, run.look, examples=examples))
