"""Entity tags: an answer is the same as long as the index, the day and the request are.

Floor 8.  A tag is weak, for how long a search took is told too, and holds the generation in
clear, so that a request is known to be answered still without asking.  Invariant: two answers
with the same tag say the same of the articles.
"""

from __future__ import annotations

from hashlib import blake2s

from starlette.requests import Request
from starlette.responses import Response

from .. import __version__
from ..guarded.wire import Answer
from .service import today

_CACHE = "private, no-cache"
"""May be kept by who asked, who has to ask whether it is still so."""


def etag(request: Request, generation: str) -> str:
    """The tag of what ``request`` is answered from a generation."""
    scope = request.scope
    manner = request.app.state.service.manner
    told = f"{__version__} {today()} {manner} {scope['path']}?".encode("utf-8", "replace")
    host = request.headers.get("host", "").encode("latin-1")
    asked = blake2s(told + scope["query_string"] + b" " + host, digest_size=9).hexdigest()
    return f'W/"{generation}.{asked}"'


def fresh(request: Request, generation: str) -> bool:
    """Whether who asks has what a generation answers, and says so."""
    known = request.headers.get("if-none-match")
    if not known or not generation:
        return False
    return names(known, etag(request, generation))


def names(known: str, tag: str) -> bool:
    """Whether the tags of an ``If-None-Match`` are of the same as ``tag``."""
    wanted = tag.removeprefix("W/")
    return any(one.strip().removeprefix("W/") == wanted for one in known.split(","))


def unchanged(request: Request) -> Response:
    """304, of what ``fresh`` is true of."""
    tag = etag(request, request.app.state.service.newest)
    return Response(status_code=304, headers={"etag": tag, "cache-control": _CACHE})


def tagged(request: Request, answer: Answer, response: Response) -> Response:
    """``response``, which tells ``answer``, with its tag; or 304 where that is known."""
    response.headers["cache-control"] = _CACHE
    if answer.generation:
        if fresh(request, answer.generation):
            tag = etag(request, answer.generation)
            return Response(status_code=304, headers={"etag": tag, "cache-control": _CACHE})
        response.headers["etag"] = etag(request, answer.generation)
    return response
