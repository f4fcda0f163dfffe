"""``searchkit remove``: take articles down, list what was, and undo it.

Floor 9.  Invariant: exactly one of removing, listing and undoing is done.
"""

from __future__ import annotations

import click

from ..index import Index
from ..render.removals import (
    removal_to_dict,
    removals_to_list,
    render_removal,
    render_removals,
)
from .app import Command, common_options
from .indexing import stops_told
from .run import Run, emit_json


@click.command(
    "remove",
    cls=Command,
    examples=(
        "searchkit remove https://www.kent.police.uk/news/some-appeal/ --purge",
        'searchkit remove 9c1f03ab55d27e60 --reason "court order"',
        "searchkit remove --list",
        "searchkit remove --undo 9c1f03ab55d27e60",
    ),
)
@click.argument("ids", nargs=-1, metavar="[ID|PATH|URL]...")
@click.option("--purge", is_flag=True, help="Leave no text of it in the folder of the index.")
@click.option("--reason", default="", metavar="TEXT", help="Why; kept, and shown by --list.")
@click.option("--list", "listing", is_flag=True, help="List what was removed.")
@click.option("--undo", is_flag=True, help="Let removed articles be indexed again.")
@click.option("--lock-timeout", metavar="S", help="Seconds to wait for another writer.  [30]")
@click.option("--json", "as_json", is_flag=True, help="The outcome as JSON.")
@common_options
@click.pass_obj
def remove(
    run: Run,
    ids: tuple[str, ...],
    purge: bool,
    reason: str,
    listing: bool,
    undo: bool,
    lock_timeout: str | None,
    as_json: bool,
) -> None:
    """Take articles down: no search finds them, and they are not indexed again.

    An article is kept out by its URL, also when its text changes, and by the content of
    its file. Only hashes of these are kept. Articles of other forces with the same words
    have URLs of their own and are removed by their own ids.

    Without --purge the text stays in the files of the index until segments are merged.
    With it they are written anew. The sources, backups of the index and what the disk
    keeps of deleted files are not reached.
    """
    _check(bool(ids), purge or bool(reason), listing, undo)
    run.flag("lock_timeout", lock_timeout)
    place, seconds = run.settings.text("index"), run.settings.seconds("lock_timeout")
    with Index.open(place) as index, stops_told(index):
        if listing or undo:
            if undo:
                index.undo_removal(ids, lock_timeout=seconds)
            _tell_list(run, index, as_json, undo=undo)
            return
        report = index.remove(
            ids,
            purge=purge,
            reason=reason,
            lock_timeout=seconds,
            on_wait=lambda holder: run.note(f"waiting for {holder}"),
        )
    if as_json:
        emit_json(removal_to_dict(report))
    elif not run.quiet:
        run.show(map(run.hinted, render_removal(report, place)))


def _check(named: bool, removing: bool, listing: bool, undo: bool) -> None:
    """Raises ``UsageError`` for flags that cannot be had together."""
    if listing and (named or removing or undo):
        raise click.UsageError("--list takes no ids and no other flags")
    if undo and removing:
        raise click.UsageError("--undo goes with neither --purge nor --reason")
    if not named and not listing:
        raise click.UsageError("no article is named; searchkit query WORDS lists their ids")


def _tell_list(run: Run, index: Index, as_json: bool, *, undo: bool) -> None:
    removals = index.removals()
    if as_json:
        emit_json(removals_to_list(removals))
    elif undo:
        run.note("no longer kept out: the next  searchkit index  reads it again")
    else:
        run.show(render_removals(removals, run.look))
