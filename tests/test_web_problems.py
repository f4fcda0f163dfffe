"""Every error that the API documents: its status, its kind, what is wrong, and where."""

from __future__ import annotations

import time

import pytest
from corpus import Place
from serving import served
from starlette.testclient import TestClient

from searchkit.errors import (
    ClusterBusy,
    ClusterDegraded,
    ClusterProblem,
    ClusterRefused,
    ClusterTimeout,
    ClusterUnreachable,
    ClusterUnsupported,
    EngineError,
    IndexCorrupt,
    IndexIncompatible,
    NoWorkerFree,
    QueryTimeout,
    QueryTooLarge,
)
from searchkit.settings import QUERY_LIMITS
from searchkit.web.guards import HEADERS
from searchkit.web.problems import problem_of
from searchkit.web.service import Busy

BAD = {
    "sorted=newest": ("unknown-parameter", "sorted", "did you mean sort?"),
    "colour=red": ("unknown-parameter", "colour", "there are: q, area"),
    "by=year": ("unknown-parameter", "by", ""),
    "sort=new": ("bad-sort", "sort", "did you mean newest?"),
    "sort=": ("bad-sort", "sort", "there are: relevance, newest, oldest"),
    "exact=perhaps": ("bad-exact", "exact", "there are: true, false"),
    "limit=ten": ("bad-limit", "limit", "0 to 100"),
    "limit=1e3": ("bad-limit", "limit", "0 to 100"),
    "limit=-1": ("bad-limit", "limit", "0 to 100"),
    "limit=%D9%A3": ("bad-limit", "limit", "0 to 100"),
    "limit=101": ("limit-limit", "limit", "0 to 100"),
    "page=0": ("limit-page", "page", "1 to"),
    "page=102&limit=100": ("limit-page", "page", "narrow"),
    "page=99999999999999999999": ("bad-page", "page", "1 to"),
    "q=a&q=b": ("repeated-parameter", "q", "give it once"),
    "q=" + "x" * 1001: ("limit-characters", "q", "shorten"),
    "facet=colour": ("bad-facet", "facet", "there are: force"),
    "facet=force,year": ("bad-facet", "facet", ""),
    "snippet=9999": ("bad-snippet", "snippet", "240"),
    "fragments=11": ("limit-fragments", "fragments", "1 to 10"),
    "area=hertz": ("unknown-force", "area", "did you mean Hertfordshire"),
    "type=burglery": ("unknown-tag", "type", "burglary"),
    "since=31/2/2020": ("bad-date", "since", "29/2/2020"),
    "since=2020&until=2019": ("empty-period", "since", "earlier"),
    "&".join(["area=kent"] * 65): ("limit-area", "area", "fewer"),
    "copies=some": ("bad-copies", "copies", "there are: group, all, only"),
}


@pytest.mark.parametrize("asked", BAD)
def test_a_parameter_that_makes_no_sense_is_named(client: TestClient, asked: str) -> None:
    kind, parameter, hint = BAD[asked]
    answer = client.get(f"/api/search?{asked}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert (told["status"], told["instance"]) == (400, "/api/search")
    assert told["type"] == "urn:searchkit:problem:parameter"
    error = told["errors"][0]
    assert (error["kind"], error["parameter"]) == (kind, parameter)
    assert hint in error["hint"]
    assert "--" not in error["hint"] + error["message"]


QUERIES = {
    "burglary date:31/02/2021": ("bad-date", "31/02/2021"),
    "knife colour:red": ("unknown-field", "colour"),
    "knife force:hertz": ("unknown-force", "hertz"),
    "knife* gang* drug* gun* car*": ("limit-prefixes", "car*"),
    "a " * 100: ("limit-terms", ""),
    "(" * 20 + "knife": ("limit-depth", "("),
    "co*": ("limit-prefix-letters", "co*"),
    "w" * 65: ("limit-word", "w" * 65),
}


@pytest.mark.parametrize("text", QUERIES)
def test_the_part_of_the_query_that_is_wrong_is_told(client: TestClient, text: str) -> None:
    kind, wrong = QUERIES[text]
    answer = client.get("/api/search", params={"q": text})
    told = answer.json()
    assert (answer.status_code, told["type"]) == (400, "urn:searchkit:problem:query")
    error = next(error for error in told["errors"] if error["kind"] == kind)
    assert "parameter" not in error
    assert error["message"]
    assert wrong in text[error["start"] : error["end"]]


@pytest.mark.parametrize("asked", ["limit=101", "q=" + "x" * 1001, "page=99999", "q=" + "%28" * 99])
def test_r14_what_is_over_a_limit_is_refused_at_once(client: TestClient, asked: str) -> None:
    quickest = 1.0
    for _ in range(20):
        begun = time.process_time()
        assert client.get(f"/api/search?{asked}").status_code == 400
        quickest = min(quickest, time.process_time() - begun)
    assert quickest < 0.010


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_only_reading_is_answered(client: TestClient, method: str) -> None:
    answer = client.request(method, "/api/search")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert answer.json()["type"] == "urn:searchkit:problem:method"
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/", "/api", "/api/", "/api/search/", "/api/articles/", "/api/articles/a/b"]
)
def test_there_is_nothing_elsewhere(client: TestClient, path: str) -> None:
    answer = client.get(path, follow_redirects=False)
    if path == "/" and answer.headers["content-type"].startswith("text/html"):
        return
    assert answer.status_code in (307, 404)


@pytest.mark.parametrize("wanted", ["none", "0" * 16, "..%2f..%2fetc%2fpasswd", "%00", "%ff"])
def test_an_article_that_is_not_there_is_not_found(client: TestClient, wanted: str) -> None:
    answer = client.get(f"/api/articles/{wanted}")
    assert answer.status_code == 404
    assert answer.json()["type"] in (
        "urn:searchkit:problem:article",
        "urn:searchkit:problem:nowhere",
    )


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "", "127.0.0.2", "[::2]"]
)
def test_r22_other_names_are_not_answered_to(client: TestClient, host: str) -> None:
    answer = client.get("/healthz", headers={"host": host})
    assert answer.status_code == 421
    assert answer.json()["type"] == "urn:searchkit:problem:host"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000"])
def test_r22_its_own_names_are_answered_to_on_any_port(client: TestClient, host: str) -> None:
    assert client.get("/healthz", headers={"host": host}).status_code == 200


def test_r22_headers_of_more_than_8_kb_are_refused(client: TestClient) -> None:
    assert client.get("/healthz", headers={"x-long": "a" * 7_500}).status_code == 200
    answer = client.get("/healthz", headers={"x-long": "a" * 8_192})
    assert answer.status_code == 431
    assert "8,192" in answer.json()["detail"]
    assert client.get("/healthz?x=" + "a" * 8_192).status_code == 431


def test_r22_bodies_of_more_than_16_kb_are_refused(client: TestClient) -> None:
    assert client.request("GET", "/healthz", content=b"a" * 16_384).status_code == 200
    answer = client.request("GET", "/healthz", content=b"a" * 16_385)
    assert answer.status_code == 413
    chunks = (b"a" * 1000 for _ in range(17))
    assert client.request("GET", "/healthz", content=chunks).status_code == 413


@pytest.mark.parametrize(
    "path", ["/api/search?q=police", "/api/search?x=1", "/nowhere", "/feed.atom", "/healthz"]
)
def test_r22_every_answer_carries_the_headers_that_protect(client: TestClient, path: str) -> None:
    for answer in (client.get(path), client.post(path), client.get(path, headers={"host": "x"})):
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
        assert "server" not in answer.headers


def test_a_query_that_takes_too_long_is_stopped_and_the_limit_named() -> None:
    for error, kind, said in (
        (QueryTimeout(2.0), "limit-seconds", "2 s"),
        (QueryTooLarge(512 * 1024 * 1024), "limit-memory", "512 MB"),
    ):
        problem = problem_of(error)
        assert problem.status == 400
        assert problem.errors[0]["kind"] == kind
        assert said in problem.detail


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (ClusterUnreachable, "index"),
        (ClusterRefused, "index"),
        (ClusterDegraded, "index"),
        (ClusterUnsupported, "index"),
        (ClusterProblem, "index"),
        (ClusterBusy, "busy"),
        (ClusterTimeout, "late"),
    ],
)
def test_a_cluster_that_does_not_answer_may_do_so_later(
    kind: type[ClusterProblem], said: str
) -> None:
    problem = problem_of(kind("opensearch://secret:9200/news", "no node answers"))
    assert (problem.status, problem.kind) == (503, said)
    assert int(problem.headers["retry-after"]) >= 1


def test_a_cluster_that_is_slow_is_to_blame_and_not_the_question() -> None:
    problem = problem_of(ClusterTimeout("opensearch://secret:9200/news", "it is slow"))
    told = repr(problem.to_dict("/api/search"))
    assert "answers slowly" in told
    assert "try again" in told
    assert "ask for less" not in told
    assert not problem.errors


@pytest.mark.parametrize("error", [Busy(3), NoWorkerFree(2.0)])
def test_who_comes_while_too_much_is_asked_is_told_when_to_come_again(error: Exception) -> None:
    problem = problem_of(error)
    assert problem.status == 503
    assert int(problem.headers["retry-after"]) >= 1
    assert problem.hint


@pytest.mark.parametrize(
    "error",
    [
        IndexCorrupt("/srv/secret/index", "/srv/secret/index/CURRENT is damaged", "repair"),
        IndexIncompatible("/srv/secret/index", "/srv/secret/index is of version 1"),
        EngineError("/srv/secret/index: it broke"),
        ClusterProblem("opensearch://secret:9200/news", "secret refuses", "ask secret"),
        ClusterBusy("opensearch://secret:9200/news", "secret has too much to do"),
        RuntimeError("/srv/secret/index"),
        OSError(5, "Input/output error", "/srv/secret/index"),
    ],
)
def test_r22_no_problem_names_a_path(error: Exception) -> None:
    problem = problem_of(error)
    assert problem.status in (500, 503)
    assert "secret" not in repr(problem.to_dict("/api/search"))


def test_r22_a_fault_that_nobody_knew_is_told_without_a_traceback(
    small_index: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from searchkit.web import parameters

    def broken(*_: object) -> None:
        raise RuntimeError("the wheel came off /srv/secret")

    with served(small_index) as client:
        monkeypatch.setattr(parameters, "searching", broken)
        answer = client.get("/api/search")
        assert answer.status_code == 500
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "secret" not in answer.text
        assert "Traceback" not in answer.text
        monkeypatch.undo()
        assert client.get("/api/search").status_code == 200


def test_limits_are_those_of_the_one_table() -> None:
    from searchkit.web.parameters import BY_NAME

    assert BY_NAME["q"].most == QUERY_LIMITS.characters
    assert BY_NAME["limit"].most == QUERY_LIMITS.page_size
