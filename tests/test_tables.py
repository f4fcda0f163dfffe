"""A user's own tables of forces and tags count where articles are parsed and where they are asked
for; an index says when it was made with others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from searchkit.errors import SettingsError
from searchkit.tables import Own, choose
from searchkit.tagging import _merged, _rows, tag_table, tags_of

FORCES = """
[[forces]]
id = "jersey"
area = "Jersey"
name = "States of Jersey Police"
region = "national"
nation = "england"
hosts = ["jersey.police.example"]

[[forces]]
id = "kent"
short = ["The Garden Force"]
"""
TAGS = """
never = ["burglary of the year"]

[[tags]]
id = "type:heritage"
label = "heritage crime"
head = ["listed building|buildings", "metal detecting|detectorist"]

[[tags]]
id = "type:arson"
head = ["torched"]
"""
NEWS = """```yaml
area: Jersey
title: Listed building torched
url: https://jersey.police.example/news/listed/
```

20 August 2020

A barn near Gorey was lost.
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "a.md").write_text(NEWS)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "forces.toml").write_text(FORCES)
    (tmp_path / "own" / "tags.toml").write_text(TAGS)
    named = 'forces = "own/forces.toml"\ntags = "own/tags.toml"\n'
    (tmp_path / "searchkit.toml").write_text(named)
    return tmp_path


def run(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command line (with ``-c``: a program), in a process of its own, in ``place``."""
    home = str(Path(__file__).resolve().parent.parent)
    return subprocess.run(
        [sys.executable, *(() if words[0] == "-c" else ("-m", "searchkit")), *words],
        cwd=place,
        env={"PYTHONPATH": home, "HOME": str(place), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_own_forces_and_tags_are_read_where_articles_are_parsed_and_asked_for(place: Path) -> None:
    made = run(place, "index", "news")
    assert made.returncode == 0, made.stderr
    assert "Jersey 1" in made.stdout
    (hit,) = json.loads(run(place, "query", "--area", "jersey", "--json").stdout)["hits"]
    assert hit["force"] == {"id": "jersey", "name": "States of Jersey Police", "source": "area"}
    assert [tag["id"] for tag in hit["tags"]] == ["type:arson", "type:heritage"]
    assert run(place, "query", "type:heritage", "-l").stdout == "news/a.md\n"
    assert "heritage" in run(place, "tags").stdout

    (place / "searchkit.toml").unlink()
    refused = run(place, "index")
    assert refused.returncode == 3
    assert refused.stderr.splitlines()[-2:] == [
        "error: the articles in index were read with other tables of forces or tags than the "
        "settings name",
        "       read them again with:  searchkit index --full",
    ]
    assert "other tables of forces or tags" in " ".join(run(place, "doctor").stdout.split())
    # What is there is found all the same, and called by its id.
    found = run(place, "query", "barn", "--facet", "force")
    assert found.returncode == 0, found.stderr
    assert "jersey" in found.stdout
    assert run(place, "boilerplate").returncode == 0
    assert run(place, "index", "--full").returncode == 0
    (hit,) = json.loads(run(place, "query", "barn", "--json").stdout)["hits"]
    assert hit["force"] is None


@pytest.mark.parametrize(
    ("name", "table", "told"),
    [
        ("forces", "[[forces]]\nid = 'x'\n", "force 'x' has no 'area'"),
        ("forces", "[[forces]\n", "is not TOML"),
        ("tags", "[[tags]]\nid = 'type:x'\n", "tag 'type:x' has no 'label'"),
        ("tags", "[[tags]]\nid = 'x'\n", "a tag has no 'id' such as type:fraud"),
        ("tags", "[[tags]]\nid = 'type:x'\nlabel = 'x'\nhaed = ['x']\n", "unknown key 'haed'"),
        ("tags", "[[tags]]\nid = 'type:x'\nlabel = 'x'\nlike = 'type:y'\n", "names 'type:y'"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused_in_a_line(
    place: Path, name: str, table: str, told: str
) -> None:
    (place / "own" / f"{name}.toml").write_text(table)
    refused = run(place, "index", "news")
    assert refused.returncode == 2
    _, message, *_ = refused.stderr.splitlines()
    assert message.startswith("error: ")
    assert f"own/{name}.toml" in message
    assert told in message
    assert "Traceback" not in refused.stderr


def test_a_tag_can_be_completed_or_replaced(tmp_path: Path) -> None:
    own = tmp_path / "tags.yaml"
    own.write_text(
        "tags:\n- {id: 'type:arson', head: [torched]}\n"
        "- {id: 'type:fraud', label: swindle, replace: true, head: [swindle|swindles]}\n"
    )
    table = tag_table(_merged(dict(_rows()), own))

    def found(text: str) -> list[str]:
        return [tag.id for tag in tags_of(text, "", "", table)]

    assert found("Barn torched") == found("Arson in a barn") == ["type:arson"]
    assert found("Swindle at a fair") == ["type:fraud"]
    assert found("Fraud at a fair") == []


def test_tables_are_chosen_before_the_first_question() -> None:
    assert tags_of("Burglary", "", "")
    with pytest.raises(SettingsError, match="too late"):
        choose(Own(forces="/elsewhere.yaml"))


ASKED = """
from searchkit.guarded import SearchWorkers
from searchkit.tables import Own, choose
choose(Own(forces="own/forces.toml"))
with SearchWorkers("index", 1) as workers:
    print(workers.search(area="jersey")["total"])
"""


def test_processes_that_search_use_them_too(place: Path) -> None:
    assert run(place, "index", "news").returncode == 0
    assert run(place, "-c", ASKED).stdout == "1\n"
