"""``searchkit mcp``: the index for AI agents, over standard input and output.

Floor 9.  Invariant: nothing but the protocol is written to standard output.
"""

from __future__ import annotations

import click

from ..errors import SettingsError
from ..guarded import SearchWorkers
from .app import Command, common_options
from .asking import synonyms_of
from .run import Run


@click.command("mcp", cls=Command, examples=("searchkit mcp", "searchkit mcp --index archive"))
@common_options
@click.pass_obj
def mcp(run: Run) -> None:
    """Answer AI agents over the Model Context Protocol.

    An agent starts this command and speaks to it through standard input and output.  It can
    search, read articles, count them and list forces, and change nothing.
    """
    try:
        from ..agents.tools import server
    except ImportError as problem:
        raise SettingsError(
            "searchkit mcp",
            "the SDK of the Model Context Protocol is not installed",
            "install it with:  pip install 'searchkit[mcp]'",
        ) from problem
    place, synonyms = run.settings.text("index"), synonyms_of(run.settings)
    with SearchWorkers(place, count=1, synonyms=synonyms) as workers:
        server(workers).run("stdio")
