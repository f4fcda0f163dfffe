"""``searchkit check``: whether the index is what was written, to the last bit, and the way out.

Floor 9.  Invariant: exit code 0 means that nothing is wrong, or nothing is any more and no article
was lost.
"""

from __future__ import annotations

import click

from ..integrity import check as checked
from ..integrity import repair as repaired
from ..render.checks import check_to_dict, render_check, render_repair, repair_to_dict
from .app import Command, common_options
from .exits import Exit
from .progress import progress_bar
from .run import Run, emit_json


@click.command(
    "check",
    cls=Command,
    examples=(
        "searchkit check                     # a few seconds",
        "searchkit check --thorough",
        "searchkit check --repair --index news",
    ),
)
@click.option("--thorough", is_flag=True, help="Compare every article, not only some of them.")
@click.option("--repair", is_flag=True, help="Build a damaged index anew from its sources.")
@click.option("--yes", is_flag=True, help="Allow a repair that loses many articles.")
@click.option("--lock-timeout", metavar="S", help="Seconds to wait for another writer.  [30]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object (searchkit.check/1).")
@common_options
@click.pass_obj
def check(
    run: Run, thorough: bool, repair: bool, yes: bool, lock_timeout: str | None, as_json: bool
) -> int:
    """Check the index for damage, and repair it.

    Manifest, sizes, checksums, the structure of every file, counts, and for some articles the
    words against the text; on a cluster, which guards its files itself, whether what is found
    is what was indexed. Nothing is changed without --repair; that keeps what came by standard
    input where it can still be read, and says which articles are lost.
    """
    run.flag("lock_timeout", lock_timeout)
    place = run.settings.text("index")
    if repair:
        return _repair(run, place, thorough, yes, as_json)
    report = checked(place, thorough=thorough)
    if as_json:
        emit_json(check_to_dict(report))
    elif not (run.quiet and report.sound):
        run.show(render_check(report))
    return Exit.OK if report.sound else Exit.INDEX


def _repair(run: Run, place: str, thorough: bool, yes: bool, as_json: bool) -> int:
    with progress_bar("Reading what was indexed before", run) as progress:
        report = repaired(
            place,
            thorough=thorough,
            yes=yes,
            lock_timeout=run.settings.seconds("lock_timeout"),
            progress=progress,
            on_wait=lambda holder: run.note(f"waiting for {holder}"),
        )
    if as_json:
        emit_json(repair_to_dict(report))
    else:
        run.show(render_repair(report))
    if not report.after.sound:
        return Exit.INDEX
    return Exit.NOTHING if report.lost else Exit.OK
