"""What a shell may complete behind an option.

Floor 8.  Invariant: completion never fails aloud; where nothing is known, nothing is offered.
"""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from ..forces import forces


def complete_force(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The ids of the forces that begin with what was typed."""
    return [
        CompletionItem(force.id, help=force.name)
        for force in forces()
        if force.id.startswith(incomplete.lower())
    ]
