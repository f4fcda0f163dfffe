"""Tools for AI agents, asked by the SDK's own client: citable, budgeted, read-only."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from corpus import Place, Placed, write_files
from serving import patience

pytest.importorskip("mcp", reason="the extra mcp is not installed")

import anyio
from mcp import Client, StdioServerParameters

from searchkit import Index
from searchkit.agents import answers
from searchkit.agents.tools import _told, server
from searchkit.errors import ClusterDegraded, ClusterTimeout, QueryTimeout, SearchkitError
from searchkit.guarded import SearchWorkers

LONG = "word " * 9_000
TOOLS = {"search", "fetch", "facets", "timeline", "forces"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, placed: Placed) -> Place:
    folder = tmp_path_factory.mktemp("agents")
    write_files(folder / "news", 120)
    (folder / "news" / "long.md").write_text(f"A long report\n\n{LONG}\n", "utf-8")
    place = placed(folder / "index")
    Index.build(folder / "news", place).close()
    return place


@pytest.fixture(scope="module")
def workers(place: Place) -> Iterator[SearchWorkers]:
    with SearchWorkers(place, count=1, **patience(place)) as opened:
        yield opened


@asynccontextmanager
async def asking(workers: SearchWorkers) -> AsyncIterator[Client]:
    async with Client(server(workers)) as client:
        yield client


def called(workers: SearchWorkers, name: str, **arguments: Any) -> Any:
    """What a tool answers: the structured content, which its text says, too."""

    async def ask() -> Any:
        async with asking(workers) as client:
            answer = await client.call_tool(name, arguments)
            assert not answer.is_error, answer.content
            assert json.loads(answer.content[0].text) == answer.structured_content  # type: ignore[union-attr]
            return answer.structured_content

    return anyio.run(ask)


def refused(workers: SearchWorkers, name: str, **arguments: Any) -> str:
    """What a tool says where it cannot answer."""

    async def ask() -> str:
        async with asking(workers) as client:
            answer = await client.call_tool(name, arguments)
            assert answer.is_error
            return str(answer.content[0].text)  # type: ignore[union-attr]

    return anyio.run(ask)


def test_every_tool_says_what_it_takes_and_that_it_changes_nothing(workers: SearchWorkers) -> None:
    async def listed() -> list[Any]:
        async with asking(workers) as client:
            return list((await client.list_tools()).tools)

    tools = anyio.run(listed)
    assert {tool.name for tool in tools} == TOOLS
    for tool in tools:
        assert tool.description
        assert tool.annotations.read_only_hint
        assert not tool.annotations.destructive_hint
    search = next(tool for tool in tools if tool.name == "search")
    assert search.input_schema["properties"]["limit"]["maximum"] == answers.MOST_HITS


def test_a_search_is_citable(workers: SearchWorkers, place: Place) -> None:
    told = called(workers, "search", query="burglary", limit=5)
    with Index.open(place) as index:
        expected = index.search("burglary", limit=5)
        assert [hit["id"] for hit in told["results"]] == [hit.id for hit in expected]
        assert told["total"] == expected.total
        for hit in told["results"]:
            assert {"id", "title", "url", "text", "force", "date", "quotes"} <= hit.keys()
            assert {"iso", "precision"} <= hit["date"].keys()
            article = index.get(hit["id"])
            assert article is not None
            for quote in hit["quotes"]:
                text = getattr(article, quote["field"])
                assert text[quote["start"] : quote["end"]] == quote["text"]
    assert told["notice"] == answers.NOTICE


def test_pages_follow_one_another_by_their_cursor(workers: SearchWorkers) -> None:
    whole = [hit["id"] for hit in called(workers, "search", query="police", limit=20)["results"]]
    first = called(workers, "search", query="police", limit=8)
    second = called(workers, "search", query="police", limit=8, cursor=first["next_cursor"])
    assert [hit["id"] for page in (first, second) for hit in page["results"]] == whole[:16]


def test_a_page_of_another_state_of_the_index_says_so(workers: SearchWorkers) -> None:
    told = called(workers, "search", query="police", cursor="8@1-0123456789abcdef")
    assert any("has changed" in note for note in told["notes"])


def test_filters_narrow_as_they_do_elsewhere(workers: SearchWorkers, place: Place) -> None:
    asked = {"forces": ["kent", "essex"], "types": ["burglary"], "since": "2018"}
    told = called(workers, "search", query="", limit=20, sort="newest", **asked)
    with Index.open(place) as index:
        expected = index.search(
            "", area=["kent", "essex"], type=["burglary"], since="2018", sort="newest", limit=20
        )
    assert [hit["id"] for hit in told["results"]] == [hit.id for hit in expected]


def test_a_text_is_fetched_in_parts_that_fit_together(workers: SearchWorkers) -> None:
    found = called(workers, "search", query='title:"long report"')["results"][0]["id"]
    text, offset = "", 0
    while offset is not None:
        told = called(workers, "fetch", id=found, max_chars=20_000, offset=offset)
        assert len(told["text"]) <= answers.BUDGET
        assert told["metadata"]["start"] == offset
        text += told["text"]
        offset = told["metadata"]["next_offset"]
    assert text == LONG.strip()
    assert {"id", "title", "text", "url", "metadata"} <= told.keys()


def test_counts_are_those_of_the_library(workers: SearchWorkers, place: Place) -> None:
    with Index.open(place) as index:
        facets = called(workers, "facets", query="burglary", by=["force"])
        counts = {one["value"]: one["count"] for one in facets["facets"]["force"]}
        assert counts == {b.value: b.count for b in index.facets("force", "burglary")["force"]}
        told = called(workers, "timeline", query="burglary", by="year", split="force", share=True)
        expected = index.timeline("burglary", by="year")
        assert [(p["period"], p["count"]) for p in told["periods"]] == [
            (row.period, row.count) for row in expected
        ]
        assert all({"of", "share", "parts"} <= period.keys() for period in told["periods"])
        listed = called(workers, "forces")["forces"]
        assert {one["id"]: one["articles"] for one in listed} == {
            force.id: force.articles for force in index.forces()
        }


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("search", {"query": "date:31/02/2021"}, "31/02/2021 is not a real date"),
        ("search", {"query": "knife", "forces": ["hertz"]}, "did you mean"),
        ("search", {"query": "knife", "types": ["knifing"]}, "no known type"),
        ("search", {"query": "knife", "cursor": "nonsense"}, "next_cursor"),
        ("search", {"query": "knife", "limit": 21}, "less than or equal to 20"),
        ("search", {"query": "k" * 1001}, "at most 1000 characters"),
        ("fetch", {"id": "nosucharticle"}, "no such article"),
        ("facets", {"query": "knife", "by": ["colour"]}, "Input should be"),
        ("timeline", {"query": "", "by": "day", "since": "1900", "until": "2020"}, "10,000"),
    ],
)
def test_what_cannot_be_answered_says_what_would_do(
    workers: SearchWorkers, name: str, arguments: dict[str, Any], said: str, place: Place
) -> None:
    told = refused(workers, name, **arguments)
    assert said in told
    assert "Traceback" not in told
    assert str(place) not in told


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ClusterTimeout("opensearch://secret:9200/news", "it is slow"), "the same again"),
        (ClusterDegraded("opensearch://secret:9200/news", "a part is away"), "ask again later"),
        (QueryTimeout(2.0), "after 2 s, the limit"),
    ],
)
def test_a_cluster_that_is_slow_is_to_blame_and_not_the_question(
    error: SearchkitError, said: str
) -> None:
    assert said in _told(error)
    assert "secret" not in _told(error)


def test_the_command_speaks_the_protocol(place: Place) -> None:
    """As an agent starts it: a process of its own, asked over its standard input."""
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "searchkit", "mcp", "--index", str(place)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    async def ask() -> Any:
        async with Client(parameters) as client:
            return await client.call_tool("search", {"query": "burglary", "limit": 1})

    answer = anyio.run(ask)
    assert len(answer.structured_content["results"]) == 1
