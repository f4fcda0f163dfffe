"""The API answers what the library and the command line answer, and says what is wrong."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from searchkit import Index
from searchkit.render.envelope import to_dict


def test_a_search_is_what_the_library_finds(client: TestClient, small_index: Path) -> None:
    asked = {"q": "diversity", "area": ["essex", "kent"], "facet": ["force", "year"], "limit": 3}
    told = client.get("/api/search", params=asked).json()
    with Index.open(small_index) as index:
        found = to_dict(
            index.search("diversity", area=["essex", "kent"], facets=["force", "year"], limit=3)
        )
    for one in (told, found):
        one.pop("took_ms")
    assert told == found
    assert told["total"] > 3


def test_an_unknown_parameter_names_the_nearest(client: TestClient) -> None:
    answer = client.get("/api/search", params={"q": "police", "sorted": "newest"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["errors"][0]["parameter"] == "sorted"
    assert told["hint"] == "did you mean sort?"


def test_the_span_of_the_query_that_is_wrong_is_told(client: TestClient) -> None:
    text = "burglary date:31/02/2021"
    told = client.get("/api/search", params={"q": text}).json()
    assert told["status"] == 400
    error = told["errors"][0]
    assert error["kind"] == "bad-date"
    assert text[error["start"] : error["end"]] == "31/02/2021"
