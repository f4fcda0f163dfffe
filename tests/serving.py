"""The application over a small index, for the tests of everything that is served."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from searchkit.web.app import create_app

HOST = "http://localhost"


@contextmanager
def served(path: Path, **options: Any) -> Iterator[TestClient]:
    """A client of the application over the index at ``path``, with its workers running."""
    app = create_app(path, **{"workers": 1, **options})
    with TestClient(app, base_url=HOST, raise_server_exceptions=False) as client:
        yield client
