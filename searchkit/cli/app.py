"""The group of commands: which there are, and where flags may stand.

Floor 9.  A command's module is imported when the command is run, so that ``--help`` starts
at once.  Invariant: every command stands in ``COMMANDS``, with the line that help shows.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

import click

from .. import __version__
from ..errors import SettingsError
from .output import written_to
from .run import Run, emit

F = TypeVar("F", bound=Callable[..., Any])


class Place(NamedTuple):
    """Where a command is defined, what it does in one line, and the name of its function where
    that cannot be the command's."""

    module: str
    help: str
    function: str = ""


COMMANDS: dict[str, Place] = {
    "index": Place("indexing", "Bring the index up to date with its sources."),
    "query": Place("query", "Search the index."),
    "count": Place("counting", "Print how many articles match."),
    "facets": Place("counting", "Count what matches by force, year, kind of crime."),
    "timeline": Place("counting", "Count what matches by year, month, week or day."),
    "batch": Place("batching", "Count many queries at once."),
    "compare": Place("batching", "Count several queries side by side."),
    "export": Place("exporting", "Write everything that matches to a file."),
    "feed": Place("feeding", "Write the newest articles that match as a feed."),
    "show": Place("show", "Show one article in full."),
    "copies": Place("copies", "Show what the copies of an article have in common, and what not."),
    "remove": Place("remove", "Take articles down, and keep them out."),
    "forces": Place("listing", "List the police forces, with what the index holds of each."),
    "tags": Place("tags", "List the tags of articles, or show why a text has them."),
    "serve": Place("serve", "Serve the index to browsers and programs, on this machine."),
    "stats": Place("listing", "Show what the index holds, in numbers."),
    "boilerplate": Place("boilerplate", "List the lines that were learned as boilerplate."),
    "quality": Place("quality", "Show what is wrong with the articles, by force."),
    "doctor": Place("doctor", "Look for what keeps searchkit from working here."),
    "check": Place("checking", "Check the index for damage, and repair it."),
    "backup": Place("backups", "Copy the index as it is now, while it is in use."),
    "restore": Place("backups", "Make an index of a backup."),
    "mcp": Place("mcp", "Answer AI agents over the Model Context Protocol."),
    "eval": Place("evaluating", "Measure how good the answers are.", "evaluate"),
    "config": Place("config", "Show the settings in force."),
    "completion": Place("completion", "Print a completion script for a shell."),
}

INTRODUCTION = """\
searchkit: full-text search for police news

  searchkit index                      index the articles in seeds/
  searchkit query county lines         search; words need no quotes
  searchkit query '"stop and search" -london' --since 2020 --sort newest

After a search:   searchkit show 1     the first result in full
What there is:    searchkit forces, searchkit stats
What is wrong:    searchkit doctor, searchkit quality
Help:             searchkit --help, searchkit query --help
"""

_VALUE_FLAGS = {"--index", "--color", "-o", "--output"}


def common_options(function: F) -> F:
    """The options that every command takes, before or after its name."""
    for option in reversed(_COMMON):
        function = option(function)
    return function


def _setting_flag(context: click.Context, parameter: click.Parameter, value: object) -> None:
    run = context.find_root().obj
    if isinstance(run, Run) and parameter.name and value is not None:
        run.flag(parameter.name, value)


def _switch(context: click.Context, parameter: click.Parameter, value: bool | str | None) -> None:
    run = context.find_root().obj
    if isinstance(run, Run) and value:
        setattr(run, str(parameter.name), value)


_COMMON = (
    click.option(
        "--index",
        metavar="DIR",
        expose_value=False,
        callback=_setting_flag,
        help="Folder or address of the index.  [default: index]",
    ),
    click.option(
        "--color",
        metavar="WHEN",
        type=click.Choice(["auto", "always", "never"]),
        expose_value=False,
        callback=_setting_flag,
        help="Colour: auto, always or never.  [default: auto]",
    ),
    click.option(
        "-o",
        "--output",
        metavar="FILE",
        expose_value=False,
        callback=_switch,
        help="Write the results to FILE, not to standard output.",
    ),
    click.option(
        "-q",
        "--quiet",
        is_flag=True,
        expose_value=False,
        callback=_switch,
        help="Say nothing but results and errors.",
    ),
    click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        callback=_switch,
        help="Show a traceback where something fails.",
    ),
)


class Command(click.Command):
    """A command whose help opens with examples."""

    def __init__(self, *args: Any, examples: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples

    def invoke(self, ctx: click.Context) -> Any:
        run = ctx.find_root().obj
        with written_to(run.output if isinstance(run, Run) else ""):
            return super().invoke(ctx)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        summary, *paragraphs = inspect.cleandoc(self.help or "").split("\n\n")
        formatter.write_text(summary)
        formatter.write_paragraph()
        for example in self.examples:
            formatter.write(f"  {example}\n")
        formatter.write_paragraph()
        self.format_usage(ctx, formatter)
        for paragraph in paragraphs:
            formatter.write_paragraph()
            formatter.write_text(" ".join(paragraph.split()))
        self.format_options(ctx, formatter)


class Commands(click.Group):
    """The commands of ``COMMANDS``, each imported when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module = importlib.import_module(f".{place.module}", __package__)
        command: click.Command = getattr(module, place.function or cmd_name.replace("-", "_"))
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, _command_first(args))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, 1)
            hint = f"did you mean {near[0]}?" if near else "to search:  searchkit query WORDS"
            raise click.UsageError(f"no command {args[0]}; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for line in INTRODUCTION.splitlines():
            formatter.write(f"{line}\n")
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.help) for name, place in COMMANDS.items()])
        self.format_options_only(ctx, formatter)

    def format_options_only(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options, without the list of commands that ``format_options`` would add."""
        click.Command.format_options(self, ctx, formatter)


def _command_first(args: list[str]) -> list[str]:
    """``args`` with the flags that stand before the command's name put behind it."""
    at = 0
    while at < len(args):
        word = args[at]
        if word in COMMANDS:
            return [word, *args[:at], *args[at + 1 :]]
        if not word.startswith("-") or word == "--":
            break
        at += 2 if word in _VALUE_FLAGS else 1
    # A flag of the command that takes a value: its value is no command's name.
    if at < len(args) and at and args[at - 1].startswith("--"):
        following = [n for n, word in enumerate(args) if word in COMMANDS]
        if following:
            return [args[following[0]], *args[: following[0]], *args[following[0] + 1 :]]
    return args


@click.group(
    "searchkit",
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@common_options
@click.version_option(__version__, message="searchkit %(version)s")
@click.pass_context
def app(context: click.Context) -> None:
    """Full-text search for police news."""
    with suppress(SettingsError):  # the command that wants a setting tells what is wrong with it
        context.obj.choose_tables()
    if context.invoked_subcommand is None:
        emit(INTRODUCTION)
