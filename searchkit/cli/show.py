"""``searchkit show``: one article in full, as text, as JSON or as its original bytes.

Floor 9.  Invariant: a number of up to five digits is a place in the last list of results,
anything else is an id, a path or a URL.
"""

from __future__ import annotations

import click

from ..index import Index
from ..render.article import render_article
from ..render.envelope import article_to_dict
from .app import Command, common_options
from .last import named
from .run import Run, emit_bytes, emit_json


@click.command(
    "show",
    cls=Command,
    examples=(
        "searchkit show 1",
        "searchkit show seeds/004_a380245022b8a975.txt",
        "searchkit show 1 --raw",
    ),
)
@click.argument("wanted", metavar="N|ID|PATH|URL")
@click.option("--raw", is_flag=True, help="The original bytes, from where it was read.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object (searchkit.article/1).")
@click.option("--no-pager", is_flag=True, help="Never page.")
@common_options
@click.pass_obj
def show(run: Run, wanted: str, raw: bool, as_json: bool, no_pager: bool) -> None:
    """Show one article in full.

    N is the number of a result in the last list that was shown.
    """
    if raw and as_json:
        raise click.UsageError("--raw and --json cannot be had together; choose one")
    place = run.settings.text("index")
    wanted = named(wanted, place, run.surroundings.state_folder)
    with Index.open(place) as index:
        article = index.find(wanted)
        if raw:
            emit_bytes(index.raw(article))
        elif as_json:
            emit_json(article_to_dict(article))
        else:
            run.show(render_article(article, run.look), pager=not no_pager)
