"""What the README shows is what happens."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from searchkit.cli import main

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """The first fenced block of a language."""
    found = re.search(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert found, f"no {language} block"
    return found.group(1)


@pytest.fixture
def workplace(tmp_path: Path, seeds: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the seeds and an index of them, and nothing of the user's settings."""
    shutil.copytree(seeds, tmp_path / "seeds")
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("SEARCHKIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert main(["index", "--quiet"]) == 0
    return tmp_path


def test_both_commands_are_there_and_can_be_run() -> None:
    for line in block("sh").splitlines():
        command = ROOT / line.split()[0]
        assert os.access(command, os.X_OK), command


def test_the_search_it_shows_prints_what_it_shows(
    workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command, _, shown = block("text").partition("\n\n")
    words = command.removeprefix("$ searchkit ").split()
    assert main(words) == 0
    assert capsys.readouterr().out.strip().startswith(shown.strip())


def test_the_library_example_runs(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(block("python"), "README.md", "exec"), {})
    assert "Recruitment campaign uses actors" in capsys.readouterr().out
    assert (workplace / "archive" / "CURRENT").exists()


def test_every_page_it_points_to_is_there() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / target).exists(), target
