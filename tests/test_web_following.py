"""The service follows the index: new generations, none, damaged ones, and back again."""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from corpus import Place, Placed
from serving import served
from starlette.testclient import TestClient

from searchkit import Index
from searchkit.web.remembered import Remembered
from searchkit.web.service import Busy, Service

PATIENT = 120.0
"""Seconds: what is to come in the end may take its time on a busy machine."""


@pytest.fixture
def place(tmp_path: Path, placed: Placed) -> Place:
    """The place of an index of one article, on a bicycle."""
    _write(tmp_path, "a", "bicycle")
    place = placed(tmp_path / "index")
    Index.build(tmp_path / "news", place).close()
    return place


def _write(folder: Path, name: str, word: str) -> None:
    (folder / "news").mkdir(exist_ok=True)
    (folder / "news" / f"{name}.md").write_text(f"A headline\n\nSome words about a {word}.\n")


def total(client: TestClient, word: str) -> int:
    told = client.get("/api/search", params={"q": word})
    assert told.status_code == 200, told.text
    return int(told.json()["total"])


def settle(place: Place, told: Callable[[], bool]) -> None:
    """A new generation is answered from at once, where its place is a folder; on a cluster, a
    moment later."""
    given_up = time.monotonic() + (0 if isinstance(place, Path) else PATIENT)
    while not told():
        assert time.monotonic() < given_up, "the new generation is not answered from"
        time.sleep(0.1)


def test_a_new_generation_is_answered_from(place: Place, tmp_path: Path) -> None:
    with served(place) as client:
        assert total(client, "barn") == 0
        tag = client.get("/api/search?q=bicycle").headers["etag"]
        _write(tmp_path, "b", "barn")
        with Index.open(place) as index:
            index.add(tmp_path / "news")
            settle(place, lambda: total(client, "barn") == 1)
            again = client.get("/api/search?q=bicycle", headers={"if-none-match": tag})
            assert again.status_code == 200
            assert again.headers["etag"] != tag
            assert client.get("/healthz").json()["generation"] == index.generation
            assert client.get("/healthz").json()["articles"] == 2


def test_no_request_is_lost_while_the_index_is_written(place: Place, tmp_path: Path) -> None:
    stop, seen, failures = threading.Event(), set[int](), list[str]()

    def ask(client: TestClient) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            asked = {"q": f"headline -x{number}", "copies": "all"}
            answer = client.get("/api/search", params=asked)
            if answer.status_code == 200:
                seen.add(answer.json()["total"])
            else:
                failures.append(answer.text)

    with served(place, workers=2) as client, Index.open(place) as index:
        threads = [threading.Thread(target=ask, args=(client,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            for number in range(4):
                _write(tmp_path, f"n{number}", f"barn{number}")
                index.add(tmp_path / "news", full=number == 2)
            deadline = time.monotonic() + PATIENT
            while max(seen, default=0) < 5 and not failures and time.monotonic() < deadline:
                time.sleep(0.01)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
    assert failures == []
    assert len(seen) > 1
    assert max(seen) == 5


def test_where_there_is_no_index_that_is_said_until_there_is_one(
    tmp_path: Path, placed: Placed
) -> None:
    place = placed(tmp_path / "index")
    with served(place) as client:
        answer = client.get("/api/search?q=bicycle")
        assert answer.status_code == 503
        assert answer.json()["title"] == "There is no index"
        assert int(answer.headers["retry-after"]) > 0
        assert str(place) not in answer.text
        assert client.get("/healthz").status_code == 503
        _write(tmp_path, "a", "bicycle")
        Index.build(tmp_path / "news", place).close()
        assert total(client, "bicycle") == 1
        settle(place, lambda: client.get("/healthz").status_code == 200)


@pytest.mark.parametrize("placed", ["folder"], indirect=True)
def test_a_damaged_index_is_said_and_answered_from_when_it_is_whole_again(place: Path) -> None:
    kept = place.parent / "kept"
    shutil.copytree(place, kept)
    for name in ("CURRENT", "PREVIOUS"):
        if (place / name).exists():
            (place / name).write_bytes(b"not what was written")
    with served(place) as client:
        for path in ("/api/search?q=bicycle", "/api/forces", "/feed.atom", "/healthz"):
            answer = client.get(path)
            assert answer.status_code == 503, answer.text
            assert answer.json()["title"] == "The index is damaged"
            assert str(place.parent) not in answer.text
        for name in ("CURRENT", "PREVIOUS"):
            if (kept / name).exists():
                shutil.copy(kept / name, place / name)
        assert total(client, "bicycle") == 1


def test_a_worker_that_is_killed_costs_no_later_request(place: Place) -> None:
    with served(place, workers=1) as client:
        assert total(client, "bicycle") == 1
        service = client.app.state.service  # type: ignore[attr-defined]
        for worker in service._workers._all:
            worker._running.kill()
        lost = client.get("/api/search?q=headline")
        assert lost.status_code == 500
        assert lost.json()["title"] == "The search failed"
        assert total(client, "headline") == 1


def test_a_page_is_made_once_for_each_state_of_the_index(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(place) as client:
        service: Service = client.app.state.service  # type: ignore[attr-defined]
        asked: list[str] = []
        ask = service.ask

        def counted(deed: str, **options: object) -> object:
            asked.append(deed)
            return ask(deed, **options)

        monkeypatch.setattr(service, "ask", counted)
        first = client.get("/search?q=bicycle")
        assert "search" in asked
        asked.clear()
        again = client.get("/search?q=bicycle")
        assert (again.status_code, again.content, asked) == (200, first.content, [])
        assert again.headers == first.headers
        told = client.get("/search?q=bicycle", headers={"if-none-match": first.headers["etag"]})
        assert (told.status_code, told.content, asked) == (304, b"", [])
        assert told.headers["etag"] == first.headers["etag"]
        assert client.get("/search?q=barn").content != first.content
        assert client.get("/search?q=bicycle", headers={"host": "127.0.0.1"}).status_code == 200
        assert (
            client.get("/search?q=date:x").status_code == client.get("/search?q=date:x").status_code
        )
        asked.clear()
        _write(tmp_path, "b", "bicycle made of wood")
        with Index.open(place) as index:
            index.add(tmp_path / "news")
        settle(place, lambda: client.get("/search?q=bicycle").content != first.content)
        assert asked


def test_more_than_may_wait_are_refused_at_once(small_index: Place) -> None:
    async def ask_many() -> list[object]:
        service = Service(small_index, workers=1, waiting=2, remembered=0)
        await service.start()
        try:
            asked = [service.ask("search", text=f"word{n}") for n in range(8)]
            return await asyncio.gather(*asked, return_exceptions=True)
        finally:
            await service.stop()

    answers = asyncio.run(ask_many())
    assert sum(isinstance(answer, Busy) for answer in answers) == 5
    assert sum(not isinstance(answer, BaseException) for answer in answers) == 3


def test_an_answer_is_asked_for_once_a_generation(small_index: Place) -> None:
    async def ask_twice(remembered: int) -> bool:
        service = Service(small_index, workers=1, remembered=remembered)
        await service.start()
        try:
            one = await service.ask("search", text="police")
            two = await service.ask("search", text="police")
            assert one.value["total"] == two.value["total"] > 0
            return one is two
        finally:
            await service.stop()

    assert asyncio.run(ask_twice(1_000_000))
    assert not asyncio.run(ask_twice(0))


def test_what_is_remembered_stays_within_its_bound() -> None:
    kept: Remembered[int] = Remembered(100_000)
    for number in range(1_000):
        kept.put(number, number, 1_000)
        assert kept.size <= 100_000
    assert kept.get(0) is None
    assert kept.get(999) == 999
    kept.put(999, 1, 1_500)
    assert kept.get(999) == 1
    kept.put("large", 1, 50_000)
    assert kept.get("large") is None
    kept.get(950)
    for number in range(2_000, 2_060):
        kept.put(number, number, 1_000)
    assert kept.get(950) == 950
