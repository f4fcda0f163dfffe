"""What can go wrong with a disk, done to every kind of run at every operation.

``RUNS`` are what an index goes through, ``WAYS`` what may happen to it; ``Trial`` tries one way at
one operation and looks at the index afterwards: it is as before or as after the run, whole, what
the error says of the commit is true, the lock is free, and the run works when done again.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from corpus import articles, revised
from faulty import READING, Faulty, Sound, fails, using
from power import State, apply, held

from searchkit.engines import whoosh
from searchkit.errors import IndexExists, SearchkitError

KNOWN = articles(24, seed=5)


def _create(path: Path) -> None:
    whoosh.create(path)


def _commit(path: Path) -> None:
    apply(path, {}, [*KNOWN[18:24], revised(KNOWN[0], "changed")], [])


def _delete(path: Path) -> None:
    apply(path, {}, [], [KNOWN[1].id])


def _rewrite(path: Path) -> None:
    apply(path, {}, [], [article.id for article in KNOWN[:5]])


def _rebuild(path: Path) -> None:
    apply(path, {}, KNOWN[6:12], [], rebuild=True)


RUNS: dict[str, tuple[int, Callable[[Path], None]]] = {
    "create": (0, _create),
    "commit": (2, _commit),
    "merge": (3, _commit),
    "delete": (2, _delete),
    "rewrite": (2, _rewrite),
    "rebuild": (2, _rebuild),
}
"""By name: how many segments the index has before, and what is done then."""


def _kill() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("outlived SIGKILL")


WAYS: dict[str, Callable[[int], Faulty]] = {
    "error": lambda at: Faulty(at, fails(errno.EIO)),
    "full": lambda at: Faulty(at, fails(errno.ENOSPC)),
    "full from then on": lambda at: Faulty(at, fails(errno.ENOSPC), lasting=True),
    "torn": lambda at: Faulty(at, fails(errno.EIO), torn=True),
    "killed": lambda at: Faulty(at, _kill, torn=True),
    "read error": lambda at: Faulty(at, fails(errno.EIO), counted=READING),
}
"""By name: a disk to which it happens at the operation of that number."""


def prepare(path: Path, segments: int) -> None:
    """An index of so many segments at ``path``; for 0, the folder above it."""
    path.parent.mkdir(parents=True)
    if segments:
        whoosh.create(path)
        for number in range(segments):
            apply(path, {}, KNOWN[number * 6 : number * 6 + 6], [])


def state(path: Path) -> tuple[State, bytes] | None:
    """What the index at ``path`` holds, nothing where there is none."""
    return held(path) if whoosh.exists(path) else None


def operations(way: str, run: str, base: Path, folder: Path) -> list[str]:
    """The kinds of operations that ``way`` may happen at in ``run``, in their order."""
    shutil.copytree(base, folder)
    disk = WAYS[way](0)
    with using(disk):
        RUNS[run][1](folder / "index")
    shutil.rmtree(folder)
    return disk.seen


@dataclass(frozen=True)
class Trial:
    """One ``way`` happens to ``run`` on a copy of the index below ``base``."""

    run: str
    way: str
    base: Path

    def at(self, number: int, folder: Path) -> str:
        """At the operation ``number``; what the index is then: ``before`` or ``after``."""
        shutil.copytree(self.base, folder)
        path = folder / "index"
        before = state(path)
        said = self._harmed(number, path)
        left = state(path)
        expected = self._done_anew(path, left)
        assert left in (before, expected), "neither the old nor the new generation"
        if said is None:
            assert self.way == "killed" or left == expected, "a run that went well left nothing"
        else:
            self._is_true(said, left == before)
        shutil.rmtree(folder)
        return "before" if left == before else "after"

    def _harmed(self, number: int, path: Path) -> str | None:
        """Let it happen; the text of the error, if there is one."""
        disk = WAYS[self.way](number)
        if self.way == "killed":
            child = os.fork()
            if child == 0:
                with using(disk):
                    RUNS[self.run][1](path)
                os._exit(0)
            assert os.WIFSIGNALED(os.waitpid(child, 0)[1]), "was not killed"
            return None
        try:
            with using(disk):
                RUNS[self.run][1](path)
        except SearchkitError as error:
            return str(error)
        return None

    def _done_anew(self, path: Path, left: tuple[State, bytes] | None) -> tuple[State, bytes]:
        """Do the run again on a sound disk: what it leaves is what it is for."""
        try:
            with using(Sound()):
                RUNS[self.run][1](path)
        except IndexExists:
            assert left is not None
        done = state(path)
        assert done is not None
        orphans = [file.name for file in path.iterdir() if file.name.endswith(".new")]
        assert not orphans or self.run == "create"
        return done

    def _is_true(self, said: str, untouched: bool) -> None:
        if self.way.startswith("full"):
            assert "no space left" in said, said
        if self.run == "create":
            return
        if "was not committed" in said:
            assert untouched, said
        elif "was committed before that" in said:
            assert not untouched, said
        elif "cannot be read" not in said:
            assert untouched, f"the error does not say that the run was committed: {said}"
