"""What ``docs/http.md`` shows is what is answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from serving import served
from starlette.testclient import TestClient

from searchkit import Index
from searchkit.settings import QUERY_LIMITS
from searchkit.web import server
from searchkit.web.guards import BODY_BYTES, HEADER_BYTES
from searchkit.web.openapi import OPERATIONS

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "http.md").read_text("utf-8")
EXAMPLES = re.findall(r"^    GET (\S+)\n\n```json\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory, seeds: Path) -> Iterator[TestClient]:
    place = tmp_path_factory.mktemp("seeded") / "index"
    Index.build(seeds, place).close()
    with served(place) as client:
        yield client


def assert_part(shown: Any, told: Any, where: str = "") -> None:
    """All of ``shown`` is in ``told``: the keys of objects, the first values of lists."""
    if isinstance(shown, dict):
        for key, value in shown.items():
            assert key in told, f"{where}.{key}"
            assert_part(value, told[key], f"{where}.{key}")
    elif isinstance(shown, list):
        assert len(told) >= len(shown), where
        for number, (one, other) in enumerate(zip(shown, told, strict=False)):
            assert_part(one, other, f"{where}[{number}]")
    else:
        assert told == shown, where


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 7


@pytest.mark.parametrize(("address", "shown"), EXAMPLES)
def test_an_example_is_answered_as_it_is_shown(
    seeded: TestClient, address: str, shown: str
) -> None:
    assert_part(json.loads(shown), seeded.get(address).json())


def test_every_address_stands_in_the_table() -> None:
    for one in OPERATIONS:
        assert f"`{one.path.replace('article_id', 'id')}`" in TEXT


def test_the_limits_that_are_told_are_those_in_force() -> None:
    assert f"up to {QUERY_LIMITS.characters:,} characters, {QUERY_LIMITS.terms} words" in TEXT
    assert (
        f"page up to {QUERY_LIMITS.page_size}\nhits, of the first {QUERY_LIMITS.offset:,}" in TEXT
    )
    assert f"within {server.REQUEST_SECONDS:g} seconds" in TEXT
    assert (
        f"more than {BODY_BYTES // 1024} KB, its header more than {HEADER_BYTES // 1024} KB" in TEXT
    )
