"""The feeds of a search: Atom and JSON Feed.

Floor 8.  Invariant: the feed of a search holds what the search finds, newest first; articles
without a date come after the others.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..render.feed import ATOM, JSON_FEED
from . import parameters
from .api import read, service_of
from .etags import fresh, tagged, unchanged

_PAGE = "/search"
"""Where people read what a feed holds."""


async def atom(request: Request) -> Response:
    """An Atom feed."""
    return await _fed(request, "atom", ATOM)


async def json_feed(request: Request) -> Response:
    """A JSON Feed."""
    return await _fed(request, "json", JSON_FEED)


async def _fed(request: Request, form: str, media_type: str) -> Response:
    values = read("feed", request)
    service = service_of(request)
    if fresh(request, service.newest):
        return unchanged(request)
    asked = {
        **parameters.asking(values),
        "limit": values.get("limit", parameters.parameter("feed", "limit").default),
        "form": form,
        "link": str(request.url),
        "home": str(request.url.replace(path=_PAGE).remove_query_params("limit")),
    }
    if "copies" in values:
        asked["copies"] = values["copies"]
    answer = await service.ask("feed", **asked)
    text = answer.value.encode("utf-8", "backslashreplace")
    return tagged(request, answer, Response(text, media_type=f"{media_type}; charset=utf-8"))


ROUTES = [Route("/feed.atom", atom), Route("/feed.json", json_feed)]
