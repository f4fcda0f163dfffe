"""Runs of the indexer as processes of their own, and moments of them at which a node can be lost.

A moment is known by what the cluster has of the index by then: ``begun`` when the new generation
is there, ``closing`` when it is told of and not yet visible, ``visible`` when it is, and ``within``
after a random time.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from nodes import Nodes

RUN_SECONDS = 600.0
"""A run that takes longer hangs."""

MOMENTS = ("within", "begun", "closing", "visible")
_LINES = 3
_TYPED = 3


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit code, what it said, after how many seconds."""

    code: int
    said: str
    seconds: float

    @property
    def done(self) -> bool:
        return self.code == 0

    @property
    def unclear(self) -> str:
        """What is wrong with how it told that it was not done; empty where nothing is."""
        lines = self.said.strip().splitlines()
        clear = lines and lines[0].startswith("error: ") and len(lines) <= _LINES
        if self.done or (self.code == _TYPED and clear):
            return ""
        return f"it ended with {self.code} and said: {self.said.strip()[-500:] or 'nothing'}"


class Indexer:
    """Starts ``searchkit index`` of one folder, in the folder around it."""

    def __init__(self, folder: Path, shards: int) -> None:
        self._folder = folder
        self._shards = shards

    def start(self, index: str, *more: str) -> Running:
        command = [sys.executable, "-m", "searchkit", "index", self._folder.name, "--index", index]
        # From a file: a run that writes into a full pipe would wait for its reader.
        with (self._folder.parent / "said").open("wb") as said:
            process = subprocess.Popen(
                [*command, "--yes", "-q", *more],
                cwd=self._folder.parent,
                env={**os.environ, "SEARCHKIT_OPENSEARCH_SHARDS": str(self._shards)},
                stdout=subprocess.DEVNULL,
                stderr=said,
            )
        return Running(process, self._folder.parent / "said")

    def run(self, index: str, *more: str) -> Ended:
        return self.start(index, *more).end()


class Running:
    """A run that was started."""

    def __init__(self, process: subprocess.Popen[bytes], said: Path) -> None:
        self._process = process
        self._said = said
        self._began = time.monotonic()

    @property
    def over(self) -> bool:
        return self._process.poll() is not None

    def end(self) -> Ended:
        """Wait for its end.  One that hangs is killed, which is no clear end."""
        try:
            self._process.wait(RUN_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        seconds = time.monotonic() - self._began
        return Ended(self._process.returncode, self._said.read_text(errors="replace"), seconds)

    def wait(self, moment: str, nodes: Nodes, name: str, seconds: float) -> None:
        """Wait until ``moment`` of this run on the index ``name``, or its end; ``within`` comes
        after ``seconds``."""
        before = _pointed(nodes, name)
        while not self.over:
            if moment == "within" and time.monotonic() - self._began >= seconds:
                return
            if moment != "within" and _reached(moment, nodes, name, before):
                return
            time.sleep(0.02)


def moment_of(dice: random.Random, turn: int) -> str:
    """Every other moment is a random one, the others come in turn."""
    return "within" if turn % 2 else MOMENTS[1:][turn // 2 % 3]


def _pointed(nodes: Nodes, name: str) -> str:
    return next(iter(nodes.ask(name) or {}), "")


def _reached(moment: str, nodes: Nodes, name: str, before: str) -> bool:
    now = _pointed(nodes, name)
    if not before or moment == "visible":
        return now != before
    told = nodes.ask(f"{name}-*/_mapping?filter_path=*.mappings._meta") or {}
    later = {one: what for one, what in told.items() if one > before and one.count("-") == 2}
    if moment == "begun":
        return bool(later)
    meta = [
        what.get("mappings", {}).get("_meta", {}).get("searchkit", {}) for what in later.values()
    ]
    return now != before or any(one.get("physical") in later for one in meta)
