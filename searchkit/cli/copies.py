"""``searchkit copies``: the articles that are one release, sentence by sentence.

Floor 9.  Invariant: an article without copies is no error; it is said to have none.
"""

from __future__ import annotations

import click

from ..index import Index
from ..render.copies import copies_to_dict, render_copies
from .app import Command, common_options
from .last import named
from .run import Run, emit_json


@click.command(
    "copies",
    cls=Command,
    examples=(
        "searchkit copies 1",
        "searchkit copies https://www.kent.police.uk/news/some-appeal/",
        "searchkit copies 1 --json | jq '.lines[] | select(.articles | length == 1)'",
    ),
)
@click.argument("wanted", metavar="N|ID|PATH|URL")
@click.option("--json", "as_json", is_flag=True, help="One JSON object (searchkit.copies/1).")
@click.option("--no-pager", is_flag=True, help="Never page.")
@common_options
@click.pass_obj
def copies(run: Run, wanted: str, as_json: bool, no_pager: bool) -> None:
    """Show what the copies of an article have in common, and what not.

    Forces publish one release under their own names, with a quote of their own: every sentence
    is shown once, with the numbers of the articles that have it.  N is the number of a result in
    the last list that was shown.
    """
    place = run.settings.text("index")
    wanted = named(wanted, place, run.surroundings.state_folder)
    with Index.open(place) as index:
        found = index.copies(wanted)
    if as_json:
        emit_json(copies_to_dict(found))
    else:
        run.show(render_copies(found, run.look), pager=not no_pager)
