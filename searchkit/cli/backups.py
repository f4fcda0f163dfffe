"""``searchkit backup`` and ``searchkit restore``: a copy of the index, and the way back from it.

Floor 9.  Invariant: exit code 0 means that what was made has been read back and is whole.
"""

from __future__ import annotations

from pathlib import Path

import click

from ..backup import backup as backed_up
from ..backup import restore as restored
from ..render.checks import backup_to_dict, render_backup
from .app import Command, common_options
from .run import Run, emit_json


@click.command(
    "backup",
    cls=Command,
    examples=("searchkit backup news-2021.tar", "searchkit backup copies/news --index news"),
)
@click.argument("target", metavar="FILE.tar|FOLDER")
@click.option("--json", "as_json", is_flag=True, help="One JSON object (searchkit.backup/1).")
@common_options
@click.pass_obj
def backup(run: Run, target: str, as_json: bool) -> None:
    """Copy the index as it is now, while it is in use.

    The copy is one file where its name ends in .tar, else a folder that is an index of its own.
    It is read back and verified.
    """
    report = backed_up(run.settings.text("index"), Path(target))
    if as_json:
        emit_json(backup_to_dict(report))
    elif not run.quiet:
        run.show(render_backup(report, "Backed up"))


@click.command(
    "restore",
    cls=Command,
    examples=("searchkit restore news-2021.tar", "searchkit restore copies/news --index news"),
)
@click.argument("source", metavar="FILE.tar|FOLDER")
@click.option("--force", is_flag=True, help="Replace the index that is there.")
@click.option("--lock-timeout", metavar="S", help="Seconds to wait for another writer.  [30]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object (searchkit.backup/1).")
@common_options
@click.pass_obj
def restore(run: Run, source: str, force: bool, lock_timeout: str | None, as_json: bool) -> None:
    """Make an index of a backup.

    It is copied beside what is there, verified, and switched to at once. With --force, the index
    that it replaces stays as the generation before, until the next run.
    """
    run.flag("lock_timeout", lock_timeout)
    report = restored(
        Path(source),
        run.settings.text("index"),
        force=force,
        lock_timeout=run.settings.seconds("lock_timeout"),
        on_wait=lambda holder: run.note(f"waiting for {holder}"),
    )
    if as_json:
        emit_json(backup_to_dict(report))
    elif not run.quiet:
        run.show(render_backup(report, "Restored"))
