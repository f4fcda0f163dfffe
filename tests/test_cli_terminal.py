"""What changes when standard output is a terminal: colour, links, the pager."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from searchkit.index import Index


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, seeds: Path) -> Path:
    place = tmp_path_factory.mktemp("terminal") / "index"
    Index.build(seeds, place).close()
    return place


def on_terminal(built: Path, home: Path, *words: str, **variables: str) -> str:
    """What a terminal of 24 lines and 80 columns shows of a search."""
    terminal, side = pty.openpty()
    command = [sys.executable, "-m", "searchkit", *words]
    given = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
        "HOME": str(home),
        "TERM": "xterm-256color",
        "COLUMNS": "80",
        "LINES": "24",
        "LANG": "C.UTF-8",
        "SEARCHKIT_INDEX": str(built),
        **variables,
    }
    try:
        with subprocess.Popen(command, stdin=side, stdout=side, stderr=side, env=given) as running:
            os.close(side)
            shown = b""
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                ready, _, _ = select.select([terminal], [], [], 0.1)
                if ready:
                    try:
                        piece = os.read(terminal, 65_536)
                    except OSError:  # the other side is closed: all has been shown
                        break
                    shown += piece
                elif running.poll() is not None:
                    break
    finally:
        os.close(terminal)
    return shown.decode("utf-8").replace("\r\n", "\n")


def test_a_terminal_gets_colour_and_links(built: Path, tmp_path: Path) -> None:
    shown = on_terminal(built, tmp_path, "query", "diversity", "--no-pager")
    assert "\x1b[1;33mdiverse\x1b[0m" in shown
    assert "\x1b]8;;https://www.essex.police.uk/" in shown
    visible = re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;;[^\x1b]*\x1b\\", "", shown)
    assert all(len(line) <= 80 for line in visible.splitlines())


@pytest.mark.parametrize(
    ("variables", "flags"),
    [({"NO_COLOR": "1"}, []), ({"TERM": "dumb"}, []), ({}, ["--color", "never"])],
)
def test_colour_can_be_refused_in_three_ways(
    variables: dict[str, str], flags: list[str], built: Path, tmp_path: Path
) -> None:
    shown = on_terminal(built, tmp_path, "query", "diversity", "--no-pager", *flags, **variables)
    assert "Essex Police" in shown
    assert "\x1b" not in shown


def test_more_than_a_screen_goes_through_the_pager(built: Path, tmp_path: Path) -> None:
    pager = f"{sys.executable} -c \"import sys; print('PAGED', len(sys.stdin.read()) > 500)\""
    paged = on_terminal(built, tmp_path, "query", "diversity", PAGER=pager)
    assert "PAGED True" in paged
    short = on_terminal(built, tmp_path, "query", "zebra", PAGER=pager)
    assert "PAGED" not in short
    assert "PAGED" not in on_terminal(
        built, tmp_path, "query", "diversity", "--no-pager", PAGER=pager
    )


def test_indexing_shows_a_bar_that_leaves_no_trace_on_standard_output(
    built: Path, tmp_path: Path, seeds: Path
) -> None:
    shown = on_terminal(built, tmp_path, "index", str(seeds), "--index", str(tmp_path / "new"))
    assert "Reading" in shown
    assert "3 new" in shown
    assert "\x1b[?25h" in shown  # the cursor is back
