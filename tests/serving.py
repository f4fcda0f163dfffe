"""The application over a small index, for the tests of everything that is served."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from corpus import Place
from starlette.testclient import TestClient

from searchkit.settings import QUERY_LIMITS
from searchkit.web import server
from searchkit.web.app import create_app

HOST = "http://localhost"


def patience(place: Place) -> dict[str, Any]:
    """Options of an application over a cluster: beside one, this machine may be slow."""
    return {} if isinstance(place, Path) else {"limits": replace(QUERY_LIMITS, seconds=20.0)}


@contextmanager
def served(path: Place, **options: Any) -> Iterator[TestClient]:
    """A client of the application over the index at ``path``, with its workers running."""
    app = create_app(path, **{"workers": 1, **patience(path), **options})
    with TestClient(app, base_url=HOST, raise_server_exceptions=False) as client:
        yield client


@contextmanager
def listening(path: Place, *, seconds: float = server.REQUEST_SECONDS) -> Iterator[int]:
    """The port of a server, in a thread of this process, over the index at ``path``; a request has
    to arrive within ``seconds``."""

    class Protocol(server.PatientProtocol):
        pass

    Protocol.seconds = seconds
    ready = threading.Event()
    config = server._config(create_app(path, workers=1, **patience(path)))
    config.http = Protocol
    running = server.Server(config, ready.set)
    with server.listen("127.0.0.1", 0) as bound:
        thread = threading.Thread(target=running.run, kwargs={"sockets": [bound]})
        thread.start()
        try:
            assert ready.wait(60)
            yield bound.getsockname()[1]
        finally:
            running.should_exit = True
            thread.join(30)
        assert not thread.is_alive()
