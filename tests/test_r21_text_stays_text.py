"""R21: what stands in an article or a query stays text, in JSON and in feeds."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest
from serving import served
from starlette.testclient import TestClient

from searchkit import Index

PAYLOADS = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "' onmouseover='alert(1)",
    "]]><script>alert(1)</script>",
    "<!--<script>alert(1)//-->",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "javascript:alert(1)",
    "{{7*7}}{%x%}${7*7}",
    "</entry></feed><script/>",
    "\u202eevil\u2028line\u2029end",
    "\x1b[31mred\x1b[0m \x07bell\x9b31m",
    "\\u003cscript\\u003e",
    '","total":-1,"x":"',
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client over an index of one article for each payload, in its title, text and category."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "news").mkdir()
    for number, payload in enumerate(PAYLOADS):
        title = json.dumps(f"Mark{number} {payload}")
        text = (
            f"```yaml\narea: Kent\ntitle: {title}\nurl: https://www.kent.police.uk/{number}\n```\n"
        )
        text += f"\nOfficers said mark{number} {payload} again.\n"
        (folder / "news" / f"{number}.md").write_text(text, encoding="utf-8")
    with Index.create(folder / "index") as index:
        report = index.add(folder / "news")
        assert report.new == len(PAYLOADS), report
    with served(folder / "index") as client:
        yield client


@pytest.mark.parametrize("number", range(len(PAYLOADS)))
def test_r21_json_holds_it_as_a_value_and_no_control_character(
    hostile: TestClient, number: int
) -> None:
    answer = hostile.get("/api/search", params={"q": f"mark{number}"})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.content.isascii()
    assert all(byte >= 0x20 for byte in answer.content)
    told = answer.json()
    assert told["total"] == 1
    assert told["hits"][0]["title"].startswith(f"Mark{number}")
    article = hostile.get(f"/api/articles/{told['hits'][0]['id']}")
    assert f"mark{number}" in article.json()["body"]


@pytest.mark.parametrize("number", range(len(PAYLOADS)))
def test_r21_feeds_hold_it_as_text(hostile: TestClient, number: int) -> None:
    feed = ET.fromstring(hostile.get("/feed.atom", params={"q": f"mark{number}"}).content)
    names = {element.tag.partition("}")[2] for element in feed.iter()}
    assert names <= set(
        "feed id title updated generator link entry published author name category summary".split()
    )
    told = hostile.get("/feed.json", params={"q": f"mark{number}"})
    assert told.json()["items"][0]["title"].startswith(f"Mark{number}")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_r21_a_query_is_told_as_it_was_typed(hostile: TestClient, payload: str) -> None:
    for path in ("/api/search", "/api/facets", "/api/suggest", "/feed.json", "/feed.atom"):
        answer = hostile.get(path, params={"q": payload})
        assert answer.status_code in (200, 400)
        assert answer.headers["content-type"].partition(";")[0] in (
            "application/json", "application/problem+json", "application/feed+json",
            "application/atom+xml",
        )  # fmt: skip
        assert answer.headers["content-security-policy"].startswith("default-src 'self'")
        if path == "/api/search" and answer.status_code == 200:
            assert answer.json()["query"]["text"] == payload
