"""One step of the comparison, in a process of its own: ``python -m peers.steps STEP JSON``.

The last line of standard output is the step's figures as JSON.  Invariant: an engine's modules
are imported before its clock starts, except where the start itself is measured.
"""

from __future__ import annotations

import gc
import json
import random
import resource
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Figures = dict[str, Any]

CLEANED, KEPT = "files", "clean"
_ORDER = 7


def grow(corpus: str, size: int, target: str) -> Figures:
    """Make the corpus of ``size`` articles."""
    from peers.grow import grow as grown

    return {"articles": grown(Path(corpus), size, Path(target))}


def clean(corpus: str, target: str) -> Figures:
    """Clean the corpus into ``target``: what cleaning alone costs, and the size of the text."""
    from peers.feed import cleaned, keep

    path = Path(target)
    started = time.perf_counter()
    count = keep(cleaned(Path(corpus)), path)
    seconds = time.perf_counter() - started
    return {"articles": count, "seconds": seconds, "bytes": path.stat().st_size}


def read(source: str) -> Figures:
    """Read the clean articles and do nothing with them: part of every build from them."""
    from peers.feed import kept

    started = time.perf_counter()
    count = sum(1 for _ in kept(Path(source)))
    return {"articles": count, "seconds": time.perf_counter() - started}


def ask(queries: str, source: str, target: str) -> Figures:
    """Make the sets of questions; the long ones come of every 50th article."""
    from peers.feed import kept
    from peers.questions import sets_of, write

    lines = Path(queries).read_text(encoding="utf-8").splitlines()
    bodies = (article.body for n, article in enumerate(kept(Path(source))) if n % 50 == 0)
    sets = sets_of(lines, bodies)
    write(Path(target), sets)
    return {name: len(asked) for name, asked in sets.items()}


def build(engine: str, start: str, source: str, target: str) -> Figures:
    """Build ``engine``'s index from files or from clean articles, until it is on disk."""
    from peers.base import peer
    from peers.feed import JOBS, cleaned, kept
    from searchkit.index import Index

    folder = Path(target)
    module = peer(engine)
    started = time.perf_counter()
    if engine == "searchkit" and start == CLEANED:
        with Index.create(folder) as index:
            count = index.add(source, yes=True, jobs=JOBS).articles
    else:
        articles = cleaned(Path(source)) if start == CLEANED else kept(Path(source))
        builder = module.Builder(folder)
        count = 0
        for article in articles:
            builder.put(article)
            count += 1
        builder.commit()
    seconds = time.perf_counter() - started
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {
        "articles": count,
        "seconds": seconds,
        "size_bytes": sum(path.stat().st_size for path in files),
        "files": len(files),
    }


def query(
    engine: str, index: str, questions: str, tasks: list[list[str]], budget: float
) -> Figures:
    """Ask every question of the ``tasks`` (set and method): once to warm up, then timed.

    ``budget`` is the number of seconds after which a pass stops, the order being random but
    fixed, so that what was answered is a fair part of the set.
    """
    from peers.base import peer
    from peers.questions import read as read_sets

    module = peer(engine)
    sets = read_sets(Path(questions))
    before = _resident()
    started = time.perf_counter()
    reader = module.Reader(Path(index))
    opened = time.perf_counter() - started
    figures: Figures = {"open_ms": opened * 1000, "open_mb": _resident(), "before_mb": before}
    for name, method in tasks:
        order = list(range(len(sets[name])))
        random.Random(_ORDER).shuffle(order)
        call = getattr(reader, method)
        prepared = [reader.prepare(question) for question in sets[name]]
        _timed(call, prepared, order, budget)
        figures[f"{name} {method}"] = _timed(call, prepared, order, budget)
    figures["resident_mb"] = _resident()
    return figures


def _timed(
    call: Callable[[Any], Any], prepared: list[Any], order: Iterable[int], budget: float
) -> Figures:
    """Milliseconds and totals by number of question."""
    times: dict[int, float] = {}
    totals: dict[int, int] = {}
    gc.collect()
    end = time.perf_counter() + budget
    for number in order:
        started = time.perf_counter()
        answer = call(prepared[number])
        done = time.perf_counter()
        times[number] = (done - started) * 1000
        totals[number] = answer.total
        if done > end:
            break
    return {"times": times, "totals": totals}


def start(engine: str, index: str, words: str) -> Figures:
    """What a minimal program does: import the engine, open the index, answer one question."""
    started = time.perf_counter()
    from peers.base import Question, peer

    reader = peer(engine).Reader(Path(index))
    opened = time.perf_counter()
    answer = reader.snippets(reader.prepare(Question(tuple((w,) for w in words.split()))))
    for title, snippet in zip(answer.titles, answer.snippets, strict=False):
        sys.stderr.write(f"{title}\n    {snippet}\n")
    answered = time.perf_counter()
    return {"open_ms": (opened - started) * 1000, "answer_ms": (answered - opened) * 1000}


def describe(engine: str) -> Figures:
    """The engine's release and settings."""
    from peers.base import peer

    module = peer(engine)
    return {"version": module.version(), "settings": dict(module.SETTINGS)}


def _resident() -> dict[str, float]:
    """Megabytes resident, and those of them that are not pages of files; empty off Linux."""
    status = Path("/proc/self/status")
    if not status.exists():
        return {}
    values = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return {
        "all": int(values["VmRSS"].split()[0]) / 1024,
        "own": int(values["RssAnon"].split()[0]) / 1024,
    }


def main() -> None:
    """Run the step the command line names."""
    steps: dict[str, Callable[..., Figures]] = {
        step.__name__: step for step in (grow, clean, read, ask, build, query, start, describe)
    }
    figures = steps[sys.argv[1]](**json.loads(sys.argv[2]))
    # Kilobytes on Linux, bytes on macOS.
    unit = 1024 if sys.platform != "darwin" else 1024**2
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    figures["child_peak_mb"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
