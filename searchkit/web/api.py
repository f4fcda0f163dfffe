"""The JSON endpoints.

Floor 8.  Each reads its parameters, asks one deed, and sends the JSON that the worker wrote as it
is.  Invariant: ``/api/search`` answers what ``searchkit query --json`` prints.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..errors import ArticleNotFound
from . import parameters
from .etags import fresh, tagged, unchanged
from .openapi import document
from .service import Service

JSON = "application/json"
FACETS = ("force", "type", "stage", "year")
"""What is counted by where nothing else is asked for."""


def service_of(request: Request) -> Service:
    """The service that the application of ``request`` asks."""
    service: Service = request.app.state.service
    return service


def read(endpoint: str, request: Request) -> dict[str, Any]:
    """The parameters of ``request``.  Raises ``BadParameter``."""
    return parameters.read(endpoint, request.query_params.multi_items())


async def search(request: Request) -> Response:
    """``searchkit.results/1``."""
    return await _answered(request, "search", parameters.searching(read("search", request)))


async def facets(request: Request) -> Response:
    """``searchkit.facets/1``."""
    values = read("facets", request)
    names = list(dict.fromkeys(values.get("facet", FACETS)))
    return await _answered(request, "facets", {**parameters.asking(values), "names": names})


async def timeline(request: Request) -> Response:
    """``searchkit.timeline/1``."""
    values = read("timeline", request)
    asked = parameters.asking(values)
    asked.update({name: values[name] for name in ("by", "split", "share") if name in values})
    return await _answered(request, "timeline", asked)


async def forces(request: Request) -> Response:
    """``searchkit.forces/1``."""
    read("nothing", request)
    return await _answered(request, "force_counts", {})


async def suggest(request: Request) -> Response:
    """``searchkit.suggestions/1``."""
    values = read("suggest", request)
    limit = values.get("limit", parameters.parameter("suggest", "limit").default)
    return await _answered(request, "suggest", {"text": values.get("q", ""), "limit": limit})


async def article(request: Request) -> Response:
    """``searchkit.article/1``.  Raises ``ArticleNotFound``."""
    read("nothing", request)
    wanted = request.path_params["article_id"]
    asked = {"article_id": wanted}
    if fresh(request, service_of(request).newest):
        return unchanged(request)
    answer = await service_of(request).ask("get", **asked)
    if answer.text == b"null":
        raise ArticleNotFound(wanted[:80])
    return tagged(request, answer, Response(answer.text, media_type=JSON))


async def health(request: Request) -> Response:
    """Whether questions are answered, and of how many articles."""
    read("nothing", request)
    answer = await service_of(request).ask_anew("health")
    return Response(answer.text, media_type=JSON, headers={"cache-control": "no-store"})


async def description(request: Request) -> Response:
    """The OpenAPI document."""
    read("nothing", request)
    return Response(document(), media_type=JSON)


async def _answered(request: Request, deed: str, asked: dict[str, Any]) -> Response:
    service = service_of(request)
    if fresh(request, service.newest):
        return unchanged(request)
    answer = await service.ask(deed, **asked)
    return tagged(request, answer, Response(answer.text, media_type=JSON))


ROUTES = [
    Route("/api/search", search),
    Route("/api/articles/{article_id}", article),
    Route("/api/facets", facets),
    Route("/api/timeline", timeline),
    Route("/api/forces", forces),
    Route("/api/suggest", suggest),
    Route("/api/openapi.json", description),
    Route("/healthz", health),
]
