"""``searchkit forces`` and ``searchkit stats``: what the index holds.

Floor 9.
"""

from __future__ import annotations

import click

from ..index import Index
from ..render.tables import forces_to_list, render_forces, render_stats, stats_to_dict
from .app import Command, common_options
from .run import Run, emit_json


@click.command("forces", cls=Command, examples=("searchkit forces", "searchkit forces --json"))
@click.option("--all", "every", is_flag=True, help="Forces without articles, too.")
@click.option("--json", "as_json", is_flag=True, help="A JSON list of all forces.")
@common_options
@click.pass_obj
def forces(run: Run, every: bool, as_json: bool) -> None:
    """List the police forces, with what the index holds of each."""
    with Index.open(run.settings.text("index")) as index:
        counts = index.forces()
    if as_json:
        emit_json(forces_to_list(counts))
    else:
        run.show(render_forces(counts, run.look, every=every))


@click.command("stats", cls=Command, examples=("searchkit stats", "searchkit stats --json"))
@click.option("--json", "as_json", is_flag=True, help="One JSON object (searchkit.stats/1).")
@common_options
@click.pass_obj
def stats(run: Run, as_json: bool) -> None:
    """Show what the index holds, in numbers."""
    with Index.open(run.settings.text("index")) as index:
        numbers = index.stats()
    if as_json:
        emit_json(stats_to_dict(numbers))
    else:
        run.show(render_stats(numbers, run.look))
