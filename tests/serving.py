"""The application over a small index, for the tests of everything that is served."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from corpus import Place
from starlette.testclient import TestClient

from searchkit.web import server
from searchkit.web.app import create_app

HOST = "http://localhost"


@contextmanager
def served(path: Path | str, **options: Any) -> Iterator[TestClient]:
    """A client of the application over the index at ``path``, with its workers running."""
    app = create_app(path, **{"workers": 1, **options})
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
    config = server._config(create_app(path, workers=1))
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
