"""The trial of all engines at one size: corpus, builds, questions, starts.

Engines take turns, round by round and in rotating order, so that a machine that slows down
slows all of them.  Invariant: figures are those of the steps, or medians and best of them.
"""

from __future__ import annotations

import shutil
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .lab import Figures, Lab

METHODS = {
    "and": ("top", "rank", "snippets", "complete"),
    "phrase": ("rank", "complete"),
    "or": ("top", "rank", "complete"),
    "or12": ("top", "rank", "complete"),
}
"""Set of questions to the methods that are timed on it."""

STARTS = ("files", "clean")
COMMAND, NOTHING = "searchkit query", "python -c pass"
_PATIENCE = 120.0
"""Seconds of a build, above which it is not repeated."""

_WORD = "diversity"
_WHOOSH = ("whoosh", "whoosh-2")


@dataclass(slots=True)
class Options:
    """``rounds`` of queries, ``starts`` of processes, ``builds`` of each index (best counts);
    ``budget`` seconds for one pass over one set; ``up_to``: engine to its largest size."""

    corpus: Path
    queries: Path
    engines: list[str]
    rounds: int = 3
    starts: int = 9
    builds: int = 2
    budget: float = 8.0
    queries_only: bool = False
    up_to: dict[str, int] = field(default_factory=dict)


class Trial:
    """One size.  ``run`` returns everything measured."""

    def __init__(self, lab: Lab, options: Options, size: int) -> None:
        self._lab, self._options, self._size = lab, options, size
        self._corpus = lab.path(f"corpus-{size}")
        self._clean = lab.path(f"clean-{size}.jsonl")
        limits = options.up_to
        self._engines = [e for e in options.engines if size <= limits.get(e, size)]

    def run(self) -> Figures:
        """Corpus, builds, queries and starts; indexes are left in place."""
        corpus = self._prepare()
        built = self._indexes() if self._options.queries_only else self._build()
        self._choose(built)
        return {
            "corpus": corpus,
            "engines": self._engines,
            "build": built,
            "query": self._query(),
            "start": self._start(),
        }

    def _prepare(self) -> Figures:
        size, lab, options = self._size, self._lab, self._options
        say(f"{size:,} articles: making and cleaning them")
        corpus, clean = str(self._corpus), str(self._clean)
        source = str(options.corpus.resolve())
        lab.once(f"corpus-{size}", "grow", corpus=source, size=size, target=corpus)
        cleaned = lab.once(f"clean-{size}", "clean", corpus=corpus, target=clean)
        read = lab.once(f"read-{size}", "read", source=clean)
        queries = str(options.queries.resolve())
        target = str(lab.path("asked.json"))
        questions = lab.once("questions", "ask", queries=queries, source=clean, target=target)
        return {"cleaning": cleaned, "reading": read, "questions": questions}

    def _turns(self, rounds: int, engines: Sequence[str]) -> Iterator[tuple[int, str]]:
        """Round and engine; each round begins with another engine."""
        for turn in range(rounds):
            first = turn % len(engines)
            for engine in (*engines[first:], *engines[:first]):
                yield turn, engine

    def _index(self, engine: str) -> Path:
        return self._lab.path(f"index-{self._size}-{engine}")

    def _build(self) -> Figures:
        figures: Figures = {}
        for start in STARTS:
            for turn, engine in self._turns(self._options.builds, self._engines):
                key = f"{engine} {start}"
                if turn and figures[key]["seconds"] > _PATIENCE:
                    continue
                done = self._built(engine, start)
                if turn == 0 or done["seconds"] < figures[key]["seconds"]:
                    figures[key] = done
                figures[key]["runs"] = turn + 1
        return figures

    def _built(self, engine: str, start: str) -> Figures:
        """One build; the index from files is the one that is asked later."""
        files = start == STARTS[0]
        target = self._index(engine) if files else self._lab.path("index-clean")
        shutil.rmtree(target, ignore_errors=True)
        source = str(self._corpus if files else self._clean)
        done = self._lab.run("build", engine=engine, start=start, source=source, target=str(target))
        say(f"  {engine}: {done['articles'] / done['seconds']:,.0f} articles/s from {start}")
        if not files:
            shutil.rmtree(target)
        return done

    def _indexes(self) -> Figures:
        """Make the indexes that are not there yet; nothing of it is reported."""
        for engine in self._engines:
            target = str(self._index(engine))
            if not Path(target).exists():
                source = str(self._corpus)
                start = STARTS[0]
                self._lab.run("build", engine=engine, start=start, source=source, target=target)
        return {}

    def _choose(self, built: Figures) -> None:
        """Of the two ways of writing with Whoosh only the faster one goes on."""
        one, two = (built.get(f"{engine} files") for engine in _WHOOSH)
        if not (set(_WHOOSH) <= set(self._engines)):
            return
        slower = _WHOOSH[0] if one and two and two["seconds"] < one["seconds"] else _WHOOSH[1]
        self._engines = [engine for engine in self._engines if engine != slower]
        self._options.engines[:] = [e for e in self._options.engines if e != slower]

    def _query(self) -> Figures:
        tasks = [[name, method] for name, methods in METHODS.items() for method in methods]
        rounds: dict[str, list[Figures]] = {engine: [] for engine in self._engines}
        for turn, engine in self._turns(self._options.rounds, self._engines):
            say(f"  {engine}: queries, round {turn + 1}")
            done = self._lab.run(
                "query",
                engine=engine,
                index=str(self._index(engine)),
                questions=str(self._lab.path("asked.json")),
                tasks=tasks,
                budget=self._options.budget,
            )
            rounds[engine].append(done)
        return {engine: summary(done, tasks) for engine, done in rounds.items()}

    def _start(self) -> Figures:
        """Medians over all rounds, of whole processes."""
        own = "searchkit" in self._engines
        names = [*self._engines, *([COMMAND] if own else []), NOTHING]
        say("  starts")
        runs: dict[str, list[Figures]] = {name: [] for name in names}
        for _, name in self._turns(self._options.starts, names):
            runs[name].append(self._started(name))
        return {
            name: {key: statistics.median(run[key] for run in done) for key in done[0]}
            for name, done in runs.items()
        }

    def _started(self, name: str) -> Figures:
        if name == NOTHING:
            return {"wall_ms": self._lab.timed([sys.executable, "-c", "pass"])[1]}
        if name == COMMAND:
            index = str(self._index("searchkit"))
            command = [sys.executable, "-m", "searchkit", "query", _WORD, "--index", index]
            return {"wall_ms": self._lab.timed(command)[1]}
        return self._lab.run("start", engine=name, index=str(self._index(name)), words=_WORD)


def summary(rounds: list[Figures], tasks: list[list[str]]) -> Figures:
    """Percentiles over questions of each question's median over rounds."""
    figures: Figures = {}
    for name, method in tasks:
        key = f"{name} {method}"
        times: dict[str, list[float]] = {}
        for done in rounds:
            for number, milliseconds in done[key]["times"].items():
                times.setdefault(number, []).append(milliseconds)
        ranked = sorted(statistics.median(values) for values in times.values())
        totals: dict[str, Any] = rounds[0][key]["totals"]
        figures[key] = {
            **{f"p{share}": percentile(ranked, share) for share in (50, 95, 99)},
            "max": ranked[-1],
            "mean": statistics.fmean(ranked),
            "answered": len(ranked),
            "totals": totals,
        }
    for key in ("open_ms", "peak_mb"):
        figures[key] = statistics.median(done[key] for done in rounds)
    for key in ("before_mb", "open_mb", "resident_mb"):
        figures[key] = rounds[0][key]
    return figures


def percentile(ranked: list[float], share: int) -> float:
    """The smallest of the ascending values that at least ``share`` per cent do not exceed."""
    return ranked[max(0, -(-len(ranked) * share // 100) - 1)]


def say(text: str) -> None:
    """A line of progress."""
    print(text, file=sys.stderr, flush=True)
