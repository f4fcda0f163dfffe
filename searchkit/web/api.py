"""The JSON endpoints.

Floor 8.  Each reads its parameters, asks one deed, and sends the JSON that the worker wrote as it
is.  Invariant: ``/api/search`` answers what ``searchkit query --json`` prints.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from . import parameters
from .service import Service


def service_of(request: Request) -> Service:
    """The service that the application of ``request`` asks."""
    service: Service = request.app.state.service
    return service


async def search(request: Request) -> Response:
    """``searchkit.results/1``."""
    values = parameters.read("search", request.query_params.multi_items())
    return await _answered(request, "search", parameters.searching(values))


async def _answered(request: Request, deed: str, asked: dict[str, object]) -> Response:
    answer = await service_of(request).ask(deed, **asked)
    return Response(answer.text, media_type="application/json")


ROUTES = [Route("/api/search", search)]
