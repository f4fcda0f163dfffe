"""``check`` an index to the last bit, and ``repair`` what can be repaired.

Floor 5.  What can be wrong is looked for by the engine, in the files of a folder, or in what a
cluster answers (``agreement``); here the catalogue is held against it, and the way out is chosen.
Invariant: a repair replaces nothing before what replaces it has been
written, inspected and committed, and says which articles it could not bring back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass

from .agreement import agreement
from .catalogue import Catalogue
from .engines.whoosh.inspection import Fault, Inspection, inspect, leftovers
from .engines.whoosh.renewal import renew, unobstructed
from .errors import IndexProblem
from .homes import Home, Place, home_of
from .indexer import update
from .report import IndexOptions, IndexReport, Progress
from .roots import is_streamed
from .stats import summarise

SAMPLE = 200
"""So many articles are compared with the index, unless all of them are."""

_TOLD = 3
"""So many ids are named where many differ."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was looked at and what is wrong with it.

    ``files`` and ``size`` (bytes) are of both generations on disk, ``segments`` and ``articles``
    of the newest; ``compared`` articles were held against the index; ``left`` names files that no
    generation needs, which is no fault.
    """

    path: str
    generation: str
    files: int
    size: int
    segments: int
    articles: int
    compared: int
    faults: tuple[Fault, ...]
    left: tuple[str, ...]
    seconds: float

    @property
    def sound(self) -> bool:
        return not self.faults


@dataclass(frozen=True, slots=True)
class Lost:
    """An article that a repair could not bring back, and why."""

    id: str
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class RepairReport:
    """What was wrong ``before``, what the rebuild did (``None``: none was needed), what is ``lost``
    by it, and how the index is ``after``."""

    before: CheckReport
    rebuilt: IndexReport | None
    lost: tuple[Lost, ...]
    after: CheckReport


def check(place: Place, *, thorough: bool = False, sample: int = SAMPLE) -> CheckReport:
    """Check the index at ``place``: manifest, sizes, checksums, structure, counts and, for
    ``sample`` articles or, ``thorough``, all of them, postings against texts.
    On a cluster: whether it opens, and articles and catalogue agree.

    Raises ``IndexNotFound``, ``IndexIncompatible``, ``ClusterProblem``.
    """
    home = home_of(place)
    path = home.folder
    if path is None:
        return _of_cluster(home, None if thorough else sample)
    started = time.monotonic()
    found = inspect(path, None if thorough else sample)
    faults = (*found.faults, *_of_catalogue(home.name, found))
    return CheckReport(
        path=home.name,
        generation=found.generation,
        files=found.files,
        size=found.size,
        segments=found.segments,
        articles=len(found.ids),
        compared=len(found.known),
        faults=faults,
        left=tuple(leftovers(path)),
        seconds=time.monotonic() - started,
    )


def _of_cluster(home: Home, sample: int | None) -> CheckReport:
    """The same of an index whose files are the cluster's own."""
    started = time.monotonic()
    found = agreement(home, sample)
    return CheckReport(
        path=home.name,
        generation=found.generation,
        files=0,
        size=found.size,
        segments=0,
        articles=found.articles,
        compared=found.compared,
        faults=tuple(Fault(where, what) for where, what in found.faults),
        left=(),
        seconds=time.monotonic() - started,
    )


def _of_catalogue(path: str, found: Inspection) -> Iterator[Fault]:
    """Where the catalogue says other things than the segments."""
    if found.catalogue is None or any(fault.newest for fault in found.faults):
        return
    try:
        catalogue = Catalogue.load(found.catalogue, path)
        summarise(catalogue)
    except (IndexProblem, ValueError) as error:
        yield Fault("catalogue", str(error))
        return
    live = catalogue.live()
    if len(live) != sum(entry.live for entry in catalogue.entries.values()):
        yield Fault("catalogue", "two entries stand for one article")
    for ids, what in (
        (live.keys() - found.ids, "of which there is no document"),
        (found.ids - live.keys(), "which has no entry"),
    ):
        # An index that the library writes by itself need not have a catalogue at all.
        if ids and catalogue.entries:
            named = ", ".join(sorted(ids)[:_TOLD])
            yield Fault("catalogue", f"{len(ids):,} articles differ: {named}, {what}")
    for known in found.known:
        entry = live.get(known.id) if known.live else None
        if entry is not None and (entry.key, entry.sha256) != (known.path, known.sha256):
            yield Fault("catalogue", f"the entry of {known.id} is of another content")


def repair(
    place: Place,
    *,
    thorough: bool = False,
    yes: bool = False,
    lock_timeout: float = 30.0,
    progress: Callable[[Progress], None] | None = None,
    on_wait: Callable[[str], None] | None = None,
) -> RepairReport:
    """Check the index at ``place`` and, where it is damaged, build it anew from the sources that
    its catalogue knows; what came by a stream is taken from the old index where it can be read.
    Lines learned or pinned as boilerplate, and what copies have in common, are as they were.

    Raises ``IndexNotFound``, ``IndexIncompatible``, and what ``indexer.update`` raises, such as
    ``SourceError`` where no source is known or one is gone, and ``MassRemoval`` unless ``yes``.
    The index is then as it was.
    """
    home = home_of(place)
    before = check(home, thorough=thorough)
    if before.sound:
        return RepairReport(before, None, (), before)
    report: IndexReport | None = None
    lost: tuple[Lost, ...] = ()
    if any(fault.newest for fault in before.faults):
        known = _salvaged(home)
        options = IndexOptions(
            full=True,
            yes=yes,
            verify=True,
            containment=known.containment,
            keep_learned=True,
            progress=progress,
        )
        with unobstructed(home.folder) if home.folder else nullcontext():
            report = update(home, (), options, lock_timeout=lock_timeout, on_wait=on_wait)
        lost = tuple(_lost(known, _catalogue(home)))
    if home.folder:
        renew(home.folder, lock_timeout=lock_timeout, on_wait=on_wait)
    return RepairReport(before, report, lost, check(home, thorough=thorough))


def _salvaged(home: Home) -> Catalogue:
    """What is left of the old catalogue."""
    try:
        return Catalogue.load(home.salvaged_catalogue(), home.name)
    except IndexProblem:
        return Catalogue()


def _catalogue(home: Home) -> Catalogue:
    with closing(home.open_reader()) as engine:
        return Catalogue.load(engine.catalogue(), home.name)


def _lost(before: Catalogue, after: Catalogue) -> Iterator[Lost]:
    """The articles that were there and are no more."""
    held = after.live()
    for article_id, entry in before.live().items():
        if article_id not in held:
            reason = "its source does not have it any more"
            if is_streamed(entry.key):
                reason = "it came by standard input, and cannot be read in the index any more"
            yield Lost(article_id, entry.key, reason)
