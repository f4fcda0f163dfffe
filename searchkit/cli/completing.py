"""What a shell may complete behind an option.

Floor 9.  Invariant: completion never fails aloud; where nothing is known, nothing is offered.
"""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from ..forces import forces
from ..tagging import known_values


def complete_tag(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The values of the option's own tag, ``--type`` or ``--stage``, that begin with what was
    typed."""
    values = known_values(parameter.name or "")
    return [CompletionItem(value) for value in values if value.startswith(incomplete.lower())]


def complete_force(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The ids of the forces that begin with what was typed."""
    return [
        CompletionItem(force.id, help=force.name)
        for force in forces()
        if force.id.startswith(incomplete.lower())
    ]
