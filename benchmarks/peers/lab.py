"""Runs the steps of the comparison in processes of their own, in a folder of its own.

Knows nothing of what the steps measure.  Invariant: this process imports neither searchkit nor
a peer, because a child's peak memory counts from what its parent held when it was started.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

Figures = dict[str, Any]

_BENCHMARKS = Path(__file__).resolve().parent.parent


class Lab:
    """A folder for corpora and indexes.  ``once`` keeps what it measured there, so that a later
    run in the same folder finds it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        paths = [str(_BENCHMARKS), str(_BENCHMARKS.parent), os.environ.get("PYTHONPATH", "")]
        state = {
            f"XDG_{kind}_HOME": str(self.folder / kind.lower())
            for kind in ("CONFIG", "STATE", "CACHE", "DATA")
        }
        self._environment = {
            **os.environ,
            **state,
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        }

    def run(self, step: str, **arguments: Any) -> Figures:
        """One step's figures, with ``wall_ms``, the life of its process."""
        command = [sys.executable, "-m", "peers.steps", step, json.dumps(arguments)]
        output, wall = self.timed(command)
        figures: Figures = json.loads(output.splitlines()[-1])
        return {**figures, "wall_ms": wall}

    def timed(self, command: list[str]) -> tuple[str, float]:
        """The output of a command and its milliseconds.  Stops the benchmark where it fails."""
        started = time.perf_counter()
        done = subprocess.run(
            command, cwd=self.folder, env=self._environment, capture_output=True, text=True
        )
        wall = (time.perf_counter() - started) * 1000
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
        return done.stdout, wall

    def once(self, name: str, step: str, **arguments: Any) -> Figures:
        """The figures of a step that need not be run again; ``name`` stands for its arguments."""
        kept = self.folder / f"{name}-figures.json"
        if kept.exists():
            figures: Figures = json.loads(kept.read_text(encoding="utf-8"))
            return figures
        figures = self.run(step, **arguments)
        kept.write_text(json.dumps(figures), encoding="utf-8")
        return figures

    def path(self, name: str) -> Path:
        """A place in the folder."""
        return self.folder / name
