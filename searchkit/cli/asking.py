"""The options that searching, counting and exporting share, in the same words.

Floor 8.  Invariant: the same words and options ask the same question in every command.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from ..asking import Asking
from ..settings import Settings
from ..synonyms import Vocabulary, load_vocabulary
from .completing import complete_force, complete_tag

F = TypeVar("F", bound=Callable[..., Any])

LISTS = ("area", "type", "stage")
VALUES = ("since", "until", "on", "match")
SWITCHES = ("exact", "no_synonyms", "fuzzy", "include_undated", "include_boilerplate")
SHARED = (*LISTS, *VALUES, *SWITCHES)

_OPTIONS = (
    click.option(
        "--area", metavar="FORCE", multiple=True, shell_complete=complete_force,
        help="Only this police force; repeat for several.",
    ),
    click.option(
        "--type", metavar="TYPE", multiple=True, shell_complete=complete_tag,
        help="Only this kind of crime; repeat for several.  searchkit tags lists them.",
    ),
    click.option(
        "--stage", metavar="STAGE", multiple=True, shell_complete=complete_tag,
        help="Only this stage of a case; repeat for several.",
    ),
    click.option(
        "--since", metavar="DATE", help="Published on or after: 2020, aug-2020, 21/8/2020."
    ),
    click.option("--until", metavar="DATE", help="Published on or before the end of this period."),
    click.option("--on", metavar="DATE", help="Published on this day, in this month or year."),
    click.option("--exact", is_flag=True, help="Words as typed: no other forms of them."),
    click.option("--no-synonyms", is_flag=True, help="Words stand for themselves alone."),
    click.option("--fuzzy", is_flag=True, help="Near spellings too, below the words as typed."),
    click.option("--include-undated", is_flag=True, help="Let undated articles pass date filters."),
    click.option("--include-boilerplate", is_flag=True, help="Look at contact lines, too."),
)  # fmt: skip


def filter_options(function: F) -> F:
    """The shared options but for ``--match``."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def match_option(default: str) -> Callable[[F], F]:
    """``--match``; ``default`` says what is needed where it is not given."""
    help_text = f"Words needed.  [default: {default}]"
    return click.option("--match", type=click.Choice(["all", "most", "any"]), help=help_text)


def asking_options(function: F) -> F:
    """The shared options of what counts: all words are needed."""
    return filter_options(match_option("all")(function))


def asked(options: Mapping[str, Any], settings: Settings) -> Asking:
    """What ``options``, as they were typed, and the settings ask for."""
    return Asking(
        area=options["area"],
        type=options["type"],
        stage=options["stage"],
        since=options["since"],
        until=options["until"],
        on=options["on"],
        match=options["match"],
        exact=options["exact"],
        synonyms=_synonyms(options["no_synonyms"], settings),
        fuzzy=options["fuzzy"],
        include_undated=options["include_undated"] or settings.on("include_undated"),
        include_boilerplate=options["include_boilerplate"] or settings.on("include_boilerplate"),
    )


def narrowed(options: Mapping[str, Any]) -> str:
    """The filters in force, as words after a query."""
    told = [f"{name} {', '.join(options[name])}" for name in LISTS if options[name]]
    told += [f"{name} {options[name]}" for name in VALUES if options[name]]
    return f"  ·  {' · '.join(told)}" if told else ""


def retyped(options: Mapping[str, Any]) -> tuple[str, ...]:
    """The options that would ask for the same again."""
    parts: list[str] = []
    for name in LISTS:
        for value in options[name]:
            parts += [f"--{name}", value]
    for name in VALUES:
        if options[name]:
            parts += [f"--{name}", options[name]]
    return (*parts, *(f"--{name.replace('_', '-')}" for name in SWITCHES if options[name]))


def synonyms_of(settings: Settings) -> bool | Path:
    """What words stand for by the settings, for other processes: whether they stand for others, or
    the user's own table.  Raises ``SettingsError`` where that is none."""
    own = _synonyms(False, settings)
    return own if isinstance(own, bool) else Path(settings.text("vocabulary"))


def _synonyms(off: bool, settings: Settings) -> bool | Vocabulary:
    """What words stand for: the shipped table, the user's own, or nothing."""
    if off or not settings.on("synonyms"):
        return False
    own = settings.text("vocabulary")
    return load_vocabulary(Path(own)) if own else True
