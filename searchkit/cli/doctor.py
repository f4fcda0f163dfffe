"""``searchkit doctor``: what keeps searchkit from working here, and what to do about it.

Floor 9.  Adds what only a command knows, its terminal, to what ``searchkit.doctor`` looks at.
Invariant: it answers whatever is wrong, settings included.
"""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterator
from dataclasses import replace

import click

from ..doctor import Check, Status, Topic, examine
from ..errors import SettingsError
from ..render.diagnosis import diagnosis_to_dict, render_diagnosis
from ..render.layout import Look
from ..settings import SETTINGS, Settings
from .app import Command, common_options
from .exits import Exit
from .run import Run, emit_json

_DEFAULT_INDEX = next(str(s.default) for s in SETTINGS if s.name == "index")
_UTF8 = "set PYTHONUTF8=1, or a UTF-8 locale such as LANG=C.UTF-8"


@click.command("doctor", cls=Command, examples=("searchkit doctor", "searchkit doctor --json"))
@click.option("--json", "as_json", is_flag=True, help="One JSON object (searchkit.doctor/1).")
@common_options
@click.pass_obj
def doctor(run: Run, as_json: bool) -> Exit:
    """Look for what keeps searchkit from working here.

    Versions, settings, the index, its sources, its disk and the terminal: each is ok, a
    warning, or a problem with what to do next. Nothing is changed. The files of the index are
    not read whole: searchkit check does that.
    """
    settings = _settings(run)
    broken = isinstance(settings, SettingsError)
    index = _DEFAULT_INDEX if isinstance(settings, SettingsError) else settings.text("index")
    found = examine(index, settings, _terminal(run))
    checks = [replace(check, advice=run.hinted(check.advice)) for check in found.checks]
    diagnosis = replace(found, checks=tuple(checks))
    if as_json:
        emit_json(diagnosis_to_dict(diagnosis))
    else:
        run.show(render_diagnosis(diagnosis, Look() if broken else run.look), pager=not broken)
    return Exit.INDEX if diagnosis.worst is Status.PROBLEM else Exit.OK


def _settings(run: Run) -> Settings | SettingsError:
    try:
        return run.settings
    except SettingsError as error:
        return error


def _terminal(run: Run) -> Iterator[Check]:
    """What standard output is, and whether it can show what articles hold."""
    where = run.surroundings
    kind = where.terminal or "of no named kind"
    place = f"terminal {kind}" if sys.stdout.isatty() else "a file or a pipe"
    if where.no_color:
        place += ", without colour (NO_COLOR)"
    yield Check(Topic.TERMINAL, "output", Status.OK, place)
    for name, encoding in (
        ("encoding", sys.stdout.encoding),
        ("file names", sys.getfilesystemencoding()),
    ):
        if codecs.lookup(encoding or "utf-8").name == "utf-8":
            yield Check(Topic.TERMINAL, name, Status.OK, "UTF-8")
        else:
            text = f"{encoding}: letters that it lacks become question marks"
            yield Check(Topic.TERMINAL, name, Status.WARNING, text, _UTF8)
