"""The API answers what the library and the command line answer."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from corpus import Place
from starlette.testclient import TestClient

from searchkit import Index
from searchkit.cli.app import app as command_line
from searchkit.cli.run import Run
from searchkit.render.envelope import article_to_dict
from searchkit.timeline import Timeline
from searchkit.web import parameters
from searchkit.web.api import ROUTES
from searchkit.web.feeds import ROUTES as FEEDS
from searchkit.web.openapi import OPERATIONS, document


def schema_of(name: str) -> Any:
    return json.loads(resources.files("searchkit").joinpath(f"data/{name}.schema.json").read_text())


def command(*words: str) -> Any:
    done = CliRunner().invoke(command_line, words, obj=Run(), standalone_mode=False)
    assert done.exception is None, done.exception
    return json.loads(done.stdout)


def test_a_search_is_what_the_command_line_prints(client: TestClient, small_index: Place) -> None:
    asked = {"q": "diversity", "area": ["essex", "kent"], "facet": ["force", "year"], "limit": 3}
    asked |= {"since": "2018", "no-synonyms": "true", "sort": "oldest", "page": 2, "snippet": "80"}
    told = client.get("/api/search", params=asked).json()
    printed = command(
        "query", "diversity", "--area", "essex", "--area", "kent", "--facet", "force,year",
        "--limit", "3", "--since", "2018", "--no-synonyms", "--sort", "oldest", "--page", "2",
        "--snippet", "80", "--json", "--index", str(small_index),
    )  # fmt: skip
    for one in (told, printed):
        one.pop("took_ms")
    assert any(hit["path"].startswith("news/") for hit in told["hits"])
    assert told == printed
    assert told["total"] > 3
    assert [hit["rank"] for hit in told["hits"]] == [4, 5, 6][: len(told["hits"])]


def test_r22_no_answer_tells_where_on_this_machine_a_file_lies(client: TestClient) -> None:
    told = client.get("/api/search", params={"q": "recruitment hertfordshire"}).json()["hits"]
    seeds = [hit for hit in told if hit["path"].endswith(".txt") and "/" not in hit["path"]]
    assert seeds, "the seeds were indexed by absolute paths"
    whole = client.get(f"/api/articles/{seeds[0]['id']}").json()
    assert whole["path"] == seeds[0]["path"]


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/api/search?q=police&facet=force&facet=month", "results"),
        ("/api/search?q=%22stop+and+search%22&limit=0", "results"),
        ("/api/facets?q=police", "facets"),
        ("/api/timeline?q=police&by=week&split=force&share=yes", "timeline"),
        ("/api/timeline?by=year", "timeline"),
        ("/api/forces", "forces"),
        ("/api/suggest?q=burg", "suggestions"),
        ("/api/suggest", "suggestions"),
        ("/healthz", "health"),
        ("/api/search?colour=red", "problem"),
        ("/api/search?q=date:x", "problem"),
        ("/nowhere", "problem"),
    ],
)
def test_what_is_answered_fits_its_schema(client: TestClient, path: str, schema: str) -> None:
    jsonschema.validate(client.get(path).json(), schema_of(schema))


def test_schemas_refuse_what_lacks_a_key(client: TestClient) -> None:
    told = client.get("/api/timeline").json()
    del told["periods"][0]["count"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(told, schema_of("timeline"))


def test_an_article_is_told_whole(client: TestClient, small_index: Place) -> None:
    found = client.get("/api/search", params={"q": "diversity", "limit": 1}).json()["hits"][0]["id"]
    told = client.get(f"/api/articles/{found}").json()
    with Index.open(small_index) as index:
        assert told == article_to_dict(index.find(found))
    jsonschema.validate(told, schema_of("article"))


def test_facets_and_timelines_are_what_the_library_counts(
    client: TestClient, small_index: Place
) -> None:
    with Index.open(small_index) as index:
        facets = index.facets(["force", "stage"], "police", area="essex")
        line: Timeline = index.timeline("police", by="year", split="type", share=True)
        total = index.count("police", area="essex")
    asked = {"q": "police", "area": "essex", "facet": ["force", "stage"]}
    told = client.get("/api/facets", params=asked).json()
    assert told["total"] == total > 0
    assert {name: {b["value"]: b["count"] for b in told["facets"][name]} for name in facets} == {
        name: {b.value: b.count for b in facet} for name, facet in facets.items()
    }
    params = {"q": "police", "by": "year", "split": "type", "share": "on"}
    told = client.get("/api/timeline", params=params).json()
    assert [(p["period"], p["count"], p["of"], p["parts"]) for p in told["periods"]] == [
        (row.period, row.count, row.of, dict(row.parts)) for row in line.rows
    ]
    parts = [*told["periods"], told["imprecise"], told["undated"]]
    assert sum(part["count"] for part in parts) == told["total"] == line.total > 0


def test_facets_are_counted_by_the_usual_where_none_is_named(client: TestClient) -> None:
    assert list(client.get("/api/facets").json()["facets"]) == ["force", "type", "stage", "year"]


def test_forces_are_all_of_the_gazetteer_with_what_the_index_holds(
    client: TestClient, small_index: Place
) -> None:
    with Index.open(small_index) as index:
        counts = {one.id: one.articles for one in index.forces()}
    told = client.get("/api/forces").json()["forces"]
    assert {one["id"]: one["articles"] for one in told} == counts
    assert counts["essex"] > 0


def test_suggestions_complete_what_is_being_typed(client: TestClient, small_index: Place) -> None:
    told = client.get("/api/suggest", params={"q": "stop and sea"}).json()
    assert told["words"][0]["text"] == "stop and search"
    titles = client.get("/api/suggest", params={"q": "Burglary in Alde", "limit": 3}).json()
    assert titles["titles"]
    assert all("Burglary in Alde" in one["title"] for one in titles["titles"])
    force = client.get("/api/suggest", params={"q": "hertf"}).json()["forces"][0]
    assert force["id"] == "hertfordshire"
    with Index.open(small_index) as index:
        assert force["count"] == index.count(area="hertfordshire") > 0
        for one in client.get("/api/suggest", params={"q": "county li"}).json()["words"]:
            before, _, last = one["text"].rpartition(" ")
            assert one["count"] == index.count(f"{before} ={last}", synonyms=False) > 0


@pytest.mark.parametrize("text", ["", " ", "x", "-", '"', "zzzzzz", "a*", "🚓", "x" * 900])
def test_nothing_is_suggested_where_nothing_fits(client: TestClient, text: str) -> None:
    told = client.get("/api/suggest", params={"q": text}).json()
    assert told["text"] == text
    assert (told["titles"], told["forces"], told["words"]) == ([], [], [])


def test_health_tells_how_many_articles_there_are(client: TestClient, small_index: Place) -> None:
    answer = client.get("/healthz")
    with Index.open(small_index) as index:
        assert answer.json()["articles"] == index.count()
        assert answer.json()["generation"] == index.generation
    assert answer.headers["cache-control"] == "no-store"


def test_what_has_not_changed_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/api/search?q=police")
    tag = first.headers["etag"]
    again = client.get("/api/search?q=police", headers={"if-none-match": f'"x", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = client.get("/api/search?q=knife", headers={"if-none-match": tag})
    assert other.status_code == 200
    assert other.headers["etag"] != tag


def test_a_request_that_makes_no_sense_is_never_unchanged(client: TestClient) -> None:
    answer = client.get("/api/search?q=police&colour=red", headers={"if-none-match": "*"})
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/api/search?q=police", "/feed.atom", "/healthz", "/nowhere"])
def test_head_tells_the_same_without_a_body(client: TestClient, path: str) -> None:
    got, told = client.get(path), client.head(path)
    assert told.content == b""
    assert told.status_code == got.status_code
    assert told.headers["content-type"] == got.headers["content-type"]


def test_the_description_has_every_route_and_every_parameter(client: TestClient) -> None:
    told = client.get("/api/openapi.json").json()
    assert told == json.loads(document())
    routes = {route.path for route in [*ROUTES, *FEEDS]} - {"/api/openapi.json"}
    assert set(told["paths"]) == routes == {one.path for one in OPERATIONS}
    for one in OPERATIONS:
        described = told["paths"][one.path]["get"]["parameters"]
        names = {row["name"] for row in described if row["in"] == "query"}
        assert names == set(parameters.TAKEN[one.takes])


def test_every_parameter_of_the_command_line_has_its_name(client: TestClient) -> None:
    from searchkit.cli.query import query

    options = {p.opts[0].removeprefix("--") for p in query.params if p.param_type_name == "option"}
    shared = set(parameters.TAKEN["search"]) - {"q"}
    assert shared <= options


def test_forms_may_send_empty_fields_and_programs_may_not() -> None:
    pairs = [("q", "knife"), ("since", ""), ("sort", ""), ("area", " ")]
    assert parameters.read("search", pairs, forgiving=True) == {"q": "knife"}
    with pytest.raises(parameters.BadParameter, match="no sort ''"):
        parameters.read("search", pairs)
