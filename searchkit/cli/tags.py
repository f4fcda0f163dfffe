"""``searchkit tags``: the kinds of crime and the stages that articles are tagged with.

Floor 9.  Invariant: ``tags test`` shows what the indexer would find in the text as a headline.
"""

from __future__ import annotations

import click

from ..index import Index
from ..render.tags import counts_to_dict, evidence_to_dict, render_counts, render_evidence
from ..tagging import tags_of
from .app import Command, common_options
from .run import Run, emit_json

_FACETS = ("type", "stage")


@click.command(
    "tags",
    cls=Command,
    examples=(
        "searchkit tags",
        "searchkit tags --json",
        'searchkit tags test "Man jailed for burglary in Luton"',
    ),
)
@click.argument("words", metavar="[test TEXT]", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="One JSON object (searchkit.tags/1).")
@common_options
@click.pass_obj
def tags(run: Run, words: tuple[str, ...], as_json: bool) -> None:
    """List the tags of articles, or show why a text has them.

    Without arguments: every tag, and how many articles have it.  With test and a text: the tags
    that the text would have as a headline, and the words that give them.  In a search,
    type:burglary and stage:appeal take the articles of one tag.
    """
    if words:
        _test(run, words, as_json)
        return
    with Index.open(run.settings.text("index")) as index:
        found = index.search(limit=0, facets=_FACETS, copies="all")
    if as_json:
        emit_json(counts_to_dict(found))
    else:
        run.show(render_counts(found, run.look))


def _test(run: Run, words: tuple[str, ...], as_json: bool) -> None:
    text = " ".join(words[1:])
    if words[0] != "test" or not text.strip():
        raise click.UsageError('say what to test:  searchkit tags test "TEXT"')
    found = tags_of(text, "", "")
    if as_json:
        emit_json(evidence_to_dict(text, found))
    else:
        run.show(render_evidence(found, run.look))
