"""The user's own table of synonyms holds for pages, the API and agents, as for commands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from corpus import Place
from serving import HOST, served
from starlette.testclient import TestClient

from searchkit.cli import main
from searchkit.cli import mcp as command
from searchkit.errors import EngineError
from searchkit.settings import QUERY_LIMITS
from searchkit.web import server

HTML = {"accept": "text/html"}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("own") / "own.yaml"
    path.write_text("same:\n- [zebrafish, burglary]\n")
    return path


@pytest.fixture(scope="module")
def client(small_index: Place, own: Path) -> Iterator[TestClient]:
    with served(small_index, synonyms=own) as one:
        yield one


def total(client: TestClient, path: str) -> int:
    return int(client.get(path).json()["total"])


def test_words_stand_for_what_it_says_wherever_they_are_asked_for(client: TestClient) -> None:
    wanted = total(client, "/api/search?q=burglary&no-synonyms=1")
    assert wanted > 0
    for endpoint in ("search", "facets", "timeline"):
        assert total(client, f"/api/{endpoint}?q=zebrafish") >= wanted
    rows = client.get("/search.csv?q=zebrafish").text.splitlines()
    assert len(rows) > 1
    assert "No articles" not in client.get("/search?q=zebrafish", headers=HTML).text
    assert client.get("/feed.json?q=zebrafish").json()["items"]


def test_who_asks_for_none_of_it_gets_none(client: TestClient) -> None:
    assert total(client, "/api/search?q=zebrafish&no-synonyms=1") == 0
    assert "No articles" in client.get("/search?q=zebrafish&no-synonyms=1", headers=HTML).text


def test_where_it_is_switched_off_words_stand_for_themselves(small_index: Place) -> None:
    with served(small_index, synonyms=False) as client:
        told = client.get("/api/search?q=burglary").json()
        assert told["query"]["parsed"] == "burglary in any field"


def test_an_answer_by_another_table_has_another_tag(
    small_index: Place, client: TestClient, own: Path, tmp_path: Path
) -> None:
    """Who comes with the tag of what was answered before it was changed is answered anew."""
    asked = "/api/search?q=zebrafish"
    before = client.get(asked).headers["etag"]
    assert client.get(asked, headers={"if-none-match": before}).status_code == 304
    other = tmp_path / "other.yaml"
    other.write_text("same:\n- [zebrafish, robbery]\n")
    with served(small_index, synonyms=other) as changed:
        assert changed.get(asked, headers={"if-none-match": before}).status_code == 200


class TestCommands:
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)

    def test_serve_takes_it_from_the_settings(
        self, small_index: Place, own: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        totals = []

        def run(app: Any, _bound: object, **_: object) -> None:
            # A question may take longer here than it may for people.
            app.state.service._limits = replace(QUERY_LIMITS, seconds=20.0)
            with TestClient(app, base_url=HOST) as client:
                totals.append(total(client, "/api/search?q=zebrafish"))

        monkeypatch.setattr(server, "run", run)
        monkeypatch.setenv("SEARCHKIT_VOCABULARY", str(own))
        words = ["serve", "--index", str(small_index), "--port", "0", "--workers", "1"]
        assert main(words) == 0
        assert totals[0] > 0

    def test_so_does_mcp(self, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        given: list[object] = []

        def workers(_place: str, *, synonyms: object, **_: object) -> None:
            given.append(synonyms)
            raise EngineError("that is enough")

        monkeypatch.setattr(command, "SearchWorkers", workers)
        monkeypatch.setenv("SEARCHKIT_VOCABULARY", str(own))
        main(["mcp"])
        monkeypatch.setenv("SEARCHKIT_SYNONYMS", "false")
        main(["mcp"])
        assert given == [own, False]

    def test_one_that_cannot_be_read_is_said_before_anything_is_served(
        self, small_index: Place, monkeypatch: pytest.MonkeyPatch, capsys: Any
    ) -> None:
        monkeypatch.setenv("SEARCHKIT_VOCABULARY", "/nowhere/own.yaml")
        for words in (["serve", "--port", "0"], ["mcp"]):
            assert main([*words, "--index", str(small_index)]) == 2
            assert capsys.readouterr().err.startswith("error: /nowhere/own.yaml: cannot be read")
