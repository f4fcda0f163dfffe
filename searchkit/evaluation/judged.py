"""Judged topics asked of an index, and what the answers are worth.

Floor 7.  A collection is indexed as articles with a title, a body and the lead that any article
gets, through the engine's writer: its texts are not web pages, so nothing is cleaned away.  Its
topics are questions in natural language, asked as any of their words.
Invariant: a topic that nothing is found for counts as 0, it is not left out.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean

from ..article import Article
from ..catalogue import Catalogue
from ..homes import home_of
from ..index import Index
from ..settings import QUERY_LIMITS
from .metrics import RANKED, Measure
from .runs import Ranked, Rankings
from .significance import randomisation
from .topics import Collection, Document, Topic

DEPTH = 100
"""Documents of each answer that are looked at."""

DEEPEST = 1_000

LIMITS = replace(QUERY_LIMITS, characters=100_000, terms=10_000, word=1_000, page_size=DEEPEST)
"""Topics can be longer than what people type."""

Ask = Callable[[str], Sequence[Ranked]]
"""A query text to what an engine answers, best first."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A saved run beside this one: ``means`` of the saved run, and ``p`` values of the
    differences, by measure, over ``topics`` topics; those it lacks count as 0."""

    means: Mapping[str, float]
    p: Mapping[str, float]
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the answers to one set of topics are worth.

    ``values``    measure to topic id to value; ``means`` are their means
    ``rankings``  topic id to what was answered
    ``baseline``  how a saved run compares, where one was given
    ``seconds``   that all answers took
    """

    name: str
    documents: int
    values: Mapping[str, Mapping[str, float]]
    rankings: Rankings
    seconds: float = 0.0
    baseline: Comparison | None = None

    @property
    def means(self) -> dict[str, float]:
        """The mean of each measure over all topics."""
        return {name: fmean(held.values()) for name, held in self.values.items()}

    @property
    def topics(self) -> int:
        """How many topics were asked."""
        return len(next(iter(self.values.values())))

    def beside(
        self, saved: Rankings, topics: Iterable[Topic], measures: Mapping[str, Measure]
    ) -> Evaluation:
        """This evaluation, compared with the ``saved`` run on the same ``topics``."""
        asked = list(topics)
        before = measure(saved, asked, measures)
        means = {name: fmean(held.values()) for name, held in before.items()}
        p = {
            name: randomisation(list(before[name].values()), list(held.values()))
            for name, held in self.values.items()
        }
        missing = sum(topic.id not in saved for topic in asked)
        return replace(self, baseline=Comparison(means, p, missing))


def evaluate(
    name: str,
    topics: Sequence[Topic],
    ask: Ask,
    *,
    documents: int = 0,
    measures: Mapping[str, Measure] = RANKED,
) -> Evaluation:
    """Ask every topic, and measure the answers."""
    started = time.perf_counter()
    rankings = {topic.id: ask(topic.text) for topic in topics}
    seconds = time.perf_counter() - started
    return Evaluation(name, documents, measure(rankings, topics, measures), rankings, seconds)


def measure(
    rankings: Rankings, topics: Iterable[Topic], measures: Mapping[str, Measure]
) -> dict[str, dict[str, float]]:
    """Measure to topic id to value."""
    asked = [
        (topic, [ranked.document for ranked in rankings.get(topic.id, ())]) for topic in topics
    ]
    return {
        name: {topic.id: value(ranking, topic.judged) for topic, ranking in asked}
        for name, value in measures.items()
    }


def open_collection(collection: Collection, folder: Path) -> Index:
    """An index of the documents of ``collection``, open: the one in ``folder``, or else a new one
    there.  An article's ``path`` is the id of its document."""
    if not folder.exists():
        fill(collection, folder)
    return Index.open(folder, limits=LIMITS)


def fill(collection: Collection, place: Path | str) -> None:
    """Make an index of the documents of ``collection`` at ``place``."""
    home = home_of(place)
    home.create()
    writer = home.open_writer(lock_timeout=0.0)
    for document in collection.documents:
        writer.put(article_of(document))
    writer.commit(Catalogue().dump())


def article_of(document: Document) -> Article:
    """A document as an article, which has a headline and a text, and no standfirst."""
    digest = hashlib.sha256(document.id.encode()).hexdigest()
    title, text = document.title, document.text
    return Article(digest[:16], title, text, path=document.id, sha256=digest)


def questions(index: Index, depth: int = DEPTH) -> Ask:
    """Asks ``index`` questions in natural language; documents go by the path of the article."""

    def ask(text: str) -> list[Ranked]:
        found = index.search(
            text, match="any", sort="relevance", limit=depth, copies="all", snippets="none"
        )
        return [Ranked(hit.path, hit.score) for hit in found]

    return ask


def evaluate_collection(collection: Collection, folder: Path, depth: int = DEPTH) -> Evaluation:
    """Index ``collection`` in ``folder`` (or take the index there) and ask its topics."""
    with open_collection(collection, folder) as index:
        ask = questions(index, depth)
        size = len(collection.documents)
        return evaluate(collection.name, collection.topics, ask, documents=size)
