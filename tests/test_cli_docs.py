"""The command reference says what the program says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from searchkit.cli.app import COMMANDS

ROOT = Path(__file__).resolve().parent.parent


def test_the_reference_is_fresh() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "script" / "docs"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_every_command_has_a_chapter_with_examples() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        chapter = text.split(f"## searchkit {name}\n")[1].split("\n## ")[0]
        assert chapter.count(f"searchkit {name}") >= 2
        assert "Usage: searchkit" in chapter
