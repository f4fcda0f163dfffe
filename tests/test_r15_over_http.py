"""R15 over HTTP: a query that spins costs itself, and the others are answered meanwhile."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator

import pytest
from corpus import Place
from serving import served
from starlette.testclient import TestClient

from searchkit.settings import QueryLimits
from searchkit.web import service

SECONDS = 1.0
UNRULY = """
import os, re, time
import numpy as np
from searchkit.index import Index

class Unruly(Index):
    def search(self, text="", **options):
        if text.startswith("spin"):
            re.match(r"(a+)+$", "a" * 60 + "b")
        if text == "grow":
            held = []
            while True:
                held.append(np.zeros(1_000_000))
        if text == "leave":
            os._exit(7)
        return super().search(text, **options)

def open_unruly(path, limits):
    index = Unruly.open(path, limits=limits)
    index.__class__ = Unruly
    return index
"""


@pytest.fixture(scope="module")
def unruly(tmp_path_factory: pytest.TempPathFactory, small_index: Place) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("unruly_modules")
    (folder / "unruly_served.py").write_text(UNRULY)
    limits = QueryLimits(seconds=SECONDS, memory_bytes=200_000_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        patch.setattr(service, "_OPENER", "unruly_served:open_unruly")
        with served(small_index, workers=2, limits=limits) as client:
            yield client
    assert str(folder) not in sys.path


@pytest.mark.parametrize(("text", "kind"), [("spin", "limit-seconds"), ("grow", "limit-memory")])
def test_r15_a_query_that_takes_too_much_is_stopped_and_told(
    unruly: TestClient, text: str, kind: str
) -> None:
    begun = time.monotonic()
    told = unruly.get("/api/search", params={"q": text})
    assert time.monotonic() - begun < SECONDS + 10
    assert told.status_code == 400
    assert told.json()["errors"][0]["kind"] == kind
    assert unruly.get("/api/search?q=police").status_code == 200


def test_r15_others_are_answered_meanwhile(unruly: TestClient) -> None:
    unruly.get("/api/search?q=police")
    spinning = threading.Thread(target=unruly.get, args=("/api/search?q=spin",))
    spinning.start()
    answered = 0
    while spinning.is_alive():
        answered += unruly.get(f"/api/search?q=police+-x{answered}").status_code == 200
    spinning.join()
    assert answered > 0


def test_r15_a_worker_that_dies_is_a_fault_of_one_request(unruly: TestClient) -> None:
    told = unruly.get("/api/search?q=leave")
    assert told.status_code == 500
    assert "exit code" not in told.text
    assert unruly.get("/api/search?q=police").status_code == 200


def test_r15_who_waited_for_too_long_is_sent_away(
    unruly: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PATIENCE_SECONDS", SECONDS)
    answers: list[int] = []

    def spin(number: int) -> None:
        answers.append(unruly.get("/api/search", params={"q": f"spin {number}"}).status_code)

    begun = time.monotonic()
    threads = [threading.Thread(target=spin, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(set(answers)) == [400, 503]
    assert time.monotonic() - begun < 3 * SECONDS + 20
    assert unruly.get("/api/search?q=police").status_code == 200
