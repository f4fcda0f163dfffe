"""``searchkit config``: the settings in force, and where each comes from.

Floor 9.
"""

from __future__ import annotations

import click

from ..render.layout import columns_of
from ..settings import PROJECT_FILE, SETTINGS
from ..values import Value
from .app import Command, common_options
from .run import Run, emit_json


@click.command(
    "config", cls=Command, examples=("searchkit config", "searchkit config --show-origin")
)
@click.option("--show-origin", is_flag=True, help="Say where each value comes from.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object of values and origins.")
@common_options
@click.pass_obj
def config(run: Run, show_origin: bool, as_json: bool) -> None:
    """Show the settings in force.

    A setting comes from the first of: a flag, a variable (SEARCHKIT_INDEX and so on),
    searchkit.toml in the working folder, searchkit/config.toml in $XDG_CONFIG_HOME, the
    default.
    """
    settings = run.settings
    if as_json:
        emit_json(
            {
                name: {"value": _plain(value), "origin": settings.origins[name]}
                for name, value in settings.values.items()
            }
        )
        return
    rows = []
    for setting in SETTINGS:
        value = f"{setting.name} = {_toml(settings.values[setting.name])}"
        about = settings.origins[setting.name] if show_origin else setting.help
        rows.append((value, f"# {about}"))
    run.show(columns_of(rows))
    if show_origin:
        run.note(f"files looked for: {PROJECT_FILE}, {run.surroundings.config_file}")


def _toml(value: Value) -> str:
    """A value as TOML spells it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(each) for each in value)}]"
    return str(value)


def _plain(value: Value) -> object:
    return list(value) if isinstance(value, tuple) else value
