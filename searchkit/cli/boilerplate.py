"""``searchkit boilerplate``: the lines that were learned as boilerplate, force by force.

Floor 9.  Invariant: what is listed is what the index in hand was built with; settings that say
otherwise are told to be waiting for the next full run.
"""

from __future__ import annotations

import click

from ..forces import require_force
from ..index import Index
from ..ingest.repeats import Repeats, line_key
from ..render.boilerplate import render_repeats, repeats_to_dict
from ..settings import Settings
from .app import Command, common_options
from .completing import complete_force
from .run import Run, emit_json


@click.command(
    "boilerplate",
    cls=Command,
    examples=(
        "searchkit boilerplate",
        "searchkit boilerplate --area kent",
        "searchkit boilerplate --json",
    ),
)
@click.option(
    "--area",
    "areas",
    metavar="FORCE",
    multiple=True,
    shell_complete=complete_force,
    help="Only this force; several times: these.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object (searchkit.boilerplate/1).")
@common_options
@click.pass_obj
def boilerplate(run: Run, areas: tuple[str, ...], as_json: bool) -> None:
    """List the lines that were learned as boilerplate.

    A force repeats them, so words are not looked for in them unless --include-boilerplate is
    given.  Contact lines, which are known without learning, are not listed.  In searchkit.toml,
    boilerplate_pin = ["a line"] adds to them, and boilerplate_release = ["a line"] takes away.
    """
    chosen = [require_force(area).id for area in areas]
    with Index.open(run.settings.text("index")) as index:
        learned = index.boilerplate()
    _note_waiting(run, learned, run.settings)
    if chosen:
        learned = learned.only(chosen)
    if as_json:
        emit_json(repeats_to_dict(learned))
    else:
        run.show(render_repeats(learned, run.look))


def _note_waiting(run: Run, learned: Repeats, settings: Settings) -> None:
    """Say where the settings ask for other lines than the index has."""
    keys = {line_key(line.text) for line in learned.lines}
    own = {line_key(line.text) for line in learned.lines if not line.force}
    pinned = {line_key(line) for line in settings.names("boilerplate_pin")} - {""}
    released = {line_key(line) for line in settings.names("boilerplate_release")}
    if pinned != own or released & keys - pinned:
        run.note(
            "the settings pin or release other lines; apply them with:  searchkit index --full"
        )
