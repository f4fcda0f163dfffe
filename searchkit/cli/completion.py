"""``searchkit completion``: a script that teaches a shell the commands and options.

Floor 9.
"""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from .app import Command, common_options
from .run import emit

_VARIABLE = "_SEARCHKIT_COMPLETE"


@click.command(
    "completion",
    cls=Command,
    examples=(
        'eval "$(searchkit completion bash)"        # in ~/.bashrc',
        'eval "$(searchkit completion zsh)"         # in ~/.zshrc',
        "searchkit completion fish | source         # in ~/.config/fish/config.fish",
    ),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@common_options
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a completion script for a shell."""
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"no completion for {shell}")
    script = kind(context.find_root().command, {}, "searchkit", _VARIABLE)
    emit(script.source_template % script.source_vars())
