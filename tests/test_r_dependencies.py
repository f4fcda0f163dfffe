"""R23: what is installed is what was locked, byte by byte; there is a second Whoosh to go to."""

from __future__ import annotations

import importlib
import re
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from searchkit.doctor.installation import satisfies

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("run", "test", "whoosh2")

_PIN = re.compile(
    r"([a-z0-9][a-z0-9.-]*)(?:\[[a-z,]+\])?==([0-9][\w.]*)(?: ; ([^\\]+?))?((?: \\\n +--hash=\S+)+)"
)
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
_WANTED = re.compile(r"([A-Za-z0-9._-]+)([^;\[]*)")


def pins(text: str) -> list[tuple[str, str, int]]:
    """Name, version and number of hashes of each pin; raises where something else is there."""
    found, at = [], 0
    for pin in _PIN.finditer(text):
        between = text[at : pin.start()].strip()
        assert between == "", f"not a pin with hashes: {between[:80]!r}"
        hashes = pin[4].split("--hash=")[1:]
        assert len(_HASH.findall(pin[4])) == len(hashes), f"{pin[1]}: a hash that is no SHA-256"
        found.append((pin[1], pin[2], len(hashes)))
        at = pin.end()
    assert text[at:].strip() == "", f"not a pin with hashes: {text[at:].strip()[:80]!r}"
    return found


def locked(name: str) -> list[tuple[str, str, int]]:
    return pins((ROOT / "script" / f"{name}.lock").read_text(encoding="utf-8"))


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("name", LOCKS)
def test_r23_every_package_is_pinned_with_hashes(name: str) -> None:
    found = locked(name)
    assert found
    assert all(hashes >= 1 for _, _, hashes in found)


GOOD = f"click==8.1.0 \\\n    --hash=sha256:{'0' * 64}\n"


@pytest.mark.parametrize(
    "line",
    [
        "click>=8.1\n",
        "click==8.1.0\n",
        f"click==8.1.0 \\\n    --hash=md5:{'0' * 32}\n",
        "--index-url https://example.org/simple\n",
        "click @ https://example.org/click.whl\n",
    ],
)
def test_a_lock_that_is_none_is_seen(line: str) -> None:
    assert pins(GOOD) == [("click", "8.1.0", 1)]
    for text in (GOOD + line, line + GOOD):
        with pytest.raises(AssertionError):
            pins(text)


def project() -> dict[str, Any]:
    toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    project: dict[str, Any] = toml.loads((ROOT / "pyproject.toml").read_text())["project"]
    return project


def test_r23_every_dependency_is_locked_within_its_bounds() -> None:
    needed = project()
    extras = needed["optional-dependencies"]
    for lock, wanted in (
        ("run", needed["dependencies"]),
        ("test", [*needed["dependencies"], *extras["test"], *extras["lint"]]),
    ):
        versions: dict[str, set[str]] = {}
        for name, version, _ in locked(lock):
            versions.setdefault(plain(name), set()).add(version)
        for line in wanted:
            requirement = _WANTED.match(line)
            assert requirement is not None
            held = versions[plain(requirement[1])]
            assert all(satisfies(version, requirement[2].strip()) for version in held), line


def test_r23_what_dependencies_need_is_locked_too() -> None:
    names = {plain(name) for name, _, _ in locked("test")}
    for name in names:
        try:
            needed = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue  # locked for another Python
        for line in needed:
            requirement, _, marker = line.partition(";")
            wanted = _WANTED.match(requirement)
            if wanted is not None and not marker:
                assert plain(wanted[1]) in names, f"{name} needs {line}"


def test_r23_nothing_is_installed_without_its_hash() -> None:
    files = [path for path in (ROOT / "script").rglob("*") if path.is_file()]
    scripts = [path for path in files if path.suffix not in (".lock", ".in", ".pyc")]
    installs = []
    for script in scripts:
        joined = script.read_text(encoding="utf-8").replace("\\\n", " ")
        installs += [line for line in joined.splitlines() if "-m pip install" in line]
    assert len(installs) >= 3
    for line in installs:
        assert "--require-hashes" in line or ("--no-deps" in line and "--editable" in line), line


def test_r23_the_whoosh_that_is_used_is_the_one_that_is_locked() -> None:
    versions = {version for name, version, _ in locked("run") if name == "whoosh3"}
    assert versions == {metadata.version("whoosh3")}
    assert [(name, version) for name, version, _ in locked("whoosh2")] == [("whoosh", "2.7.4")]


def test_r23_the_whole_check_runs_the_contract_with_the_other_whoosh() -> None:
    assert "script/whoosh2" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
