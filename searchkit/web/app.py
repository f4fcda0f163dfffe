"""``create_app``: the application, put together of its rooms.

Floor 8.  Invariant: the application keeps no state but its service, so that any number of them may
live in one process, each over an index of its own.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from ..errors import SearchkitError
from ..settings import QUERY_LIMITS, QueryLimits
from . import api, feeds, pages, problems
from .guards import Guards
from .kept import Kept
from .service import Service

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
"""The names that a server on loopback answers to."""


def create_app(
    path: str | os.PathLike[str],
    *,
    workers: int = 2,
    hosts: Sequence[str] = LOCAL_HOSTS,
    limits: QueryLimits = QUERY_LIMITS,
    synonyms: bool | Path = True,
) -> Starlette:
    """The application over the index in the folder ``path``, or at that address, which answers to
    ``hosts`` only; ``synonyms`` says whether words stand for others, or is the user's own table of
    them.  Its processes start and end with its lifespan."""
    service = Service(path, workers=workers, limits=limits, synonyms=synonyms)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await service.start()
        try:
            yield
        finally:
            await service.stop()

    app = Starlette(
        routes=[*api.ROUTES, *feeds.ROUTES, *pages.ROUTES],
        lifespan=lifespan,
        middleware=[Middleware(Guards, hosts=hosts), Middleware(Kept)],
        exception_handlers={
            SearchkitError: problems.respond,
            HTTPException: problems.respond,
        },
    )
    app.state.service = service
    app.state.error_page = pages.error_page
    return app
