"""``searchkit eval``: how good the answers are, in numbers.

Floor 9.  Invariant: everything that is read is read before the first query is asked, so that a
bad file costs no time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from ..errors import SourceError
from ..evaluation.collections import read_collection
from ..evaluation.judged import DEEPEST, DEPTH, Evaluation, evaluate_collection
from ..evaluation.known import draw
from ..evaluation.lookups import LOOKED_FOR, SAMPLE, evaluate_known
from ..evaluation.metrics import KNOWN, RANKED, Measure
from ..evaluation.runs import SUFFIX, Rankings, read_run, write_run
from ..evaluation.topics import Collection, Topic
from ..index import Index
from ..render.evaluation import evaluation_to_dict, mean_of, render_evaluations
from .app import Command, common_options
from .exits import Exit
from .run import Run, emit_json

_LARGEST = 100_000
_KNOWN = "known-"


@dataclass(frozen=True)
class _Files:
    """Where run files are written, and where those of a saved run are."""

    run: Run
    written: Path | None
    saved: Path | None

    def check(self, names: Sequence[str]) -> None:
        """Raises ``SourceError`` where a saved run is missing, or two would have one name."""
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise SourceError(twice[0], "two collections have this name", "rename one folder")
        if self.saved is not None and self.saved.is_file() and len(names) > 1:
            reason = f"this is one run, and there are {len(names)} sets of queries"
            raise SourceError(str(self.saved), reason, "name the folder of their runs")
        for name in names:
            self.before(name)

    def before(self, name: str) -> Rankings | None:
        """The saved run of one set of topics."""
        if self.saved is None:
            return None
        return read_run(self.saved if self.saved.is_file() else self.saved / f"{name}{SUFFIX}")

    def finish(
        self, name: str, done: Evaluation, topics: Sequence[Topic], measures: dict[str, Measure]
    ) -> Evaluation:
        """``done``, written and compared as far as asked for."""
        before = self.before(name)
        if self.written is not None:
            write_run(self.written / f"{name}{SUFFIX}", done.rankings, "searchkit")
        if before is None:
            return done
        missing = sum(topic.id not in before for topic in topics)
        if missing:
            self.run.note(f"{name}: the saved run lacks {missing:,} of {len(topics):,} queries")
        return done.beside(before, topics, measures)


@click.command(
    "eval",
    cls=Command,
    examples=(
        "searchkit eval collections/*",
        "searchkit eval collections/* --run before",
        "searchkit eval collections/* --baseline before",
        "searchkit eval --known-item --sample 1000 --index news",
    ),
)
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path), metavar="[FOLDER]...")
@click.option("--known-item", is_flag=True, help="Look for articles of the index.")
@click.option(
    "--sample",
    metavar="N",
    type=click.IntRange(1, _LARGEST),
    default=SAMPLE,
    help=f"Articles to look for.  [{SAMPLE}]",
)
@click.option(
    "--seed", metavar="N", type=int, default=1, help="Draws them, and what is typed.  [1]"
)
@click.option(
    "--depth",
    metavar="N",
    type=click.IntRange(1, DEEPEST),
    default=DEPTH,
    help=f"Answers to a judged query that count.  [{DEPTH}]",
)
@click.option(
    "--run",
    "written",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write TREC run files there.",
)
@click.option(
    "--baseline",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Compare with the run files there, or with this one.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object (searchkit.eval/1).")
@common_options
@click.pass_obj
def evaluate(
    run: Run,
    folders: tuple[Path, ...],
    known_item: bool,
    sample: int,
    seed: int,
    depth: int,
    written: Path | None,
    baseline: Path | None,
    as_json: bool,
) -> int:
    """Measure how good the answers are.

    Each FOLDER is a judged collection: docs.jsonl (id, title, text), queries.jsonl (id, text) and
    qrels.tsv (query, document, grade). It is indexed apart and every query asked as plain words.
    Prints nDCG@10, MAP, MRR and recall@100, and p values of a paired randomisation test where a
    saved run is given.

    With --known-item, articles of the index are looked for by what somebody may remember:
    words of the lead or of the body, a phrase, a misspelt word, a force and a month.
    """
    if not folders and not known_item:
        raise click.UsageError("nothing to measure: name a FOLDER, or give --known-item")
    files = _Files(run, written, baseline)
    collections = [read_collection(folder) for folder in folders]
    names = [collection.name for collection in collections]
    files.check([*names, *(f"{_KNOWN}{kind}" for kind in LOOKED_FOR if known_item)])
    judged = [_judged(run, collection, files, depth) for collection in collections]
    known = list(_known(run, files, sample, seed)) if known_item else []
    if as_json:
        emit_json(_to_dict(collections, judged, known))
    else:
        if judged:
            run.show(render_evaluations(judged, run.look, heading="collection"))
        if known:
            run.show(render_evaluations(known, run.look, heading="remembered"))
    return Exit.OK if judged or known else Exit.NOTHING


def _judged(run: Run, collection: Collection, files: _Files, depth: int) -> Evaluation:
    name, topics = collection.name, collection.topics
    run.note(f"{name}: {len(topics):,} queries on {len(collection.documents):,} documents")
    if collection.absent:
        run.note(f"{name}: {collection.absent:,} judgements of documents that are not there")
    with TemporaryDirectory(prefix="searchkit-eval-") as folder:
        done = evaluate_collection(collection, Path(folder) / "index", depth)
    return files.finish(name, done, topics, dict(RANKED))


def _known(run: Run, files: _Files, size: int, seed: int) -> Iterator[Evaluation]:
    with Index.open(run.settings.text("index")) as index:
        run.note(f"drawing {size:,} articles")
        sample = draw(index.articles(), size, seed)
        if not sample.articles:
            run.note("the index holds no article with a text; fill it with:  searchkit index")
        for done, topics in evaluate_known(index, sample, seed):
            yield files.finish(f"{_KNOWN}{done.name}", done, topics, dict(KNOWN))


def _to_dict(
    collections: Sequence[Collection], judged: Sequence[Evaluation], known: Sequence[Evaluation]
) -> dict[str, object]:
    return {
        "schema": "searchkit.eval/1",
        "collections": [
            {
                **evaluation_to_dict(done),
                "queries_unjudged": collection.unjudged,
                "judgements_absent": collection.absent,
            }
            for collection, done in zip(collections, judged, strict=True)
        ],
        "mean": mean_of([done.means for done in judged]) if judged else None,
        "known_items": [evaluation_to_dict(done) for done in known],
    }
