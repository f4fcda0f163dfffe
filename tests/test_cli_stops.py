"""How the command line ends early: one line on standard error, whenever it is stopped, and one
where there is nobody to write to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from searchkit.cli.exits import Exit

ROOT = Path(__file__).resolve().parent.parent

EARLY = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)

class Interrupting:
    # Ctrl-C while the command line is still being imported.
    def find_spec(self, name, path=None, target=None):
        if name == "searchkit.cli.run":
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
from searchkit.cli import main
sys.exit(main(["index", "nowhere"]))
"""

LATER = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from searchkit.cli import main
from searchkit.index import Index
Index.open = lambda *_, **__: signal.raise_signal(getattr(signal, sys.argv[1]))
sys.exit(main(["stats"]))
"""


def told(script: str, *arguments: str) -> tuple[int, str, str]:
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def test_ctrl_c_while_it_starts_is_told_in_a_line() -> None:
    assert told(EARLY) == (Exit.INTERRUPTED, "", "stopped; index unchanged\n")


@pytest.mark.parametrize(
    ("number", "code"), [("SIGINT", Exit.INTERRUPTED), ("SIGTERM", Exit.TERMINATED)]
)
def test_a_stop_is_told_in_one_line_and_no_empty_one(number: str, code: Exit) -> None:
    assert told(LATER, number) == (code, "", "stopped; index unchanged\n")


def test_ctrl_c_that_is_ignored_stays_ignored() -> None:
    script = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    script += "from searchkit.cli import main; main(['--version'])\n"
    script += "print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)"
    assert told(script)[1].splitlines()[-1] == "True"


@pytest.mark.parametrize(
    "words", [["query", "police"], ["index", "seeds"], ["stats", "--json"], ["--help"]]
)
def test_a_closed_standard_output_is_said_before_anything_is_done(
    words: list[str], tmp_path: Path
) -> None:
    place = tmp_path / "index"
    done = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", sys.executable, "-m", "searchkit", *words],
        stderr=subprocess.PIPE, text=True, timeout=60, check=False, cwd=ROOT,
        env={**os.environ, "SEARCHKIT_INDEX": str(place), "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == Exit.USAGE
    assert done.stderr.splitlines()[0] == "error: standard output is closed"
    assert len(done.stderr.splitlines()) == 2
    assert not place.exists()


def test_a_closed_standard_error_sends_no_remark_to_standard_output(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "searchkit", "query", "x", "--index", str(tmp_path / "none")]
    done = subprocess.run(
        ["sh", "-c", '"$@" 2>&-', "sh", *command],
        stdout=subprocess.PIPE, text=True, timeout=60, check=False, cwd=ROOT,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (Exit.INDEX, "")


def test_the_signals_are_given_back() -> None:
    from searchkit.cli import main

    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    assert main(["--version"]) == Exit.OK
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
