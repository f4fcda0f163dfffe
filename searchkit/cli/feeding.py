"""``searchkit feed``: what is new about a question, for feed readers.

Floor 9.  Invariant: an article has the same id in every feed, however often it is made.
"""

from __future__ import annotations

from typing import Any

import click

from ..copies import CopiesMode
from ..index import Index
from ..render.characters import to_json
from ..render.feed import About, atom, json_feed
from .app import common_options
from .asking import asked, asking_options
from .run import Run, emit, remark_lines
from .words import WordsCommand

_ENTRIES = 50


@click.command(
    "feed",
    cls=WordsCommand,
    examples=(
        "searchkit feed county lines --area essex -o county-lines.atom",
        "searchkit feed type:murder --format jsonfeed",
    ),
)
@click.argument("words", nargs=-1)
@click.option(
    "--format", "form", type=click.Choice(["atom", "jsonfeed"]), default="atom",
    help="Atom or JSON Feed.  [default: atom]",
)  # fmt: skip
@click.option(
    "--limit", type=click.IntRange(1, 100), default=_ENTRIES, metavar="N",
    help=f"The newest so many.  [default: {_ENTRIES}]",
)  # fmt: skip
@click.option("--link", metavar="URL", default="", help="Where the feed will be found.")
@click.option("--title", metavar="TEXT", default="", help="What the feed is called.")
@click.option(
    "--copies", type=click.Choice([mode.value for mode in CopiesMode]), default="group",
    help="One article for its copies, all, or only those that have any.  [default: group]",
)  # fmt: skip
@asking_options
@common_options
@click.pass_obj
def feed(run: Run, /, words: tuple[str, ...], form: str, link: str, **options: Any) -> None:
    """Write the newest articles that match as a feed.

    An article without a date has that of the index, and comes last.
    """
    asking = asked(options, run.settings)
    asking["match"] = asking["match"] or "all"
    with Index.open(run.settings.text("index")) as index:
        results = index.search(
            " ".join(words),
            sort="newest",
            limit=options["limit"],
            copies=options["copies"],
            fragments=1,
            **asking,
        )
        about = About(index.updated, link, title=options["title"])
    for line in remark_lines(results.warnings):
        run.note(line)
    text = atom(results, about) if form == "atom" else to_json(json_feed(results, about), indent=2)
    emit(text.rstrip("\n"), "\n")
